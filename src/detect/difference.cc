#include "detect/difference.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "base/format.h"
#include "base/saturate.h"
#include "detect/benign.h"
#include "detect/findings.h"
#include "detect/fingerprint.h"
#include "detect/site.h"

namespace lf::detect {
namespace {

constexpr std::int64_t kLeastBytes = 1 << 20;

/// Goroutines of one place.
struct SiteKey {
  FrameId site, creator;
  StateClass state_class = StateClass::kUnknown;

  auto operator<=>(const SiteKey&) const = default;
};

struct SiteAt {
  std::uint64_t count = 0;
  StackId stack;
  WaitState state = WaitState::kUnknown;
  std::set<std::uint64_t> ids;
};

using Sites = std::map<SiteKey, SiteAt>;

/// `with_creators` is false where one of the compared profiles has none: all are grouped without then.
Sites count_sites(const Symbols& symbols, const Snapshot& snapshot, bool with_creators) {
  Sites sites;
  if (!snapshot.goroutines) return sites;
  const auto at = [&](StackId stack, FrameId creator, WaitState state) -> SiteAt& {
    SiteAt& site = sites[{site_frame(symbols, stack), with_creators ? creator : FrameId{}, state_class(state)}];
    site.stack = stack;
    site.state = state;
    return site;
  };
  for (const Goroutine& goroutine : snapshot.goroutines->goroutines) {
    if (goroutine.has(kSystem) || goroutine.has(kScheduler) || goroutine.has(kServesOurRequest)) continue;
    SiteAt& site = at(goroutine.stack, goroutine.creator, goroutine.state);
    ++site.count;
    site.ids.insert(goroutine.id);
  }
  for (const StackCount& record : snapshot.goroutines->counts) {
    if (record.serves_our_request || record.count <= 0) continue;
    at(record.stack, {}, record.state).count += static_cast<std::uint64_t>(record.count);
  }
  return sites;
}

/// What of a site survives both samples of a round.
std::uint64_t survivors(const SiteAt& first, const SiteAt& second) {
  if (first.ids.empty() || second.ids.empty()) return std::min(first.count, second.count);
  return static_cast<std::uint64_t>(
      std::ranges::count_if(first.ids, [&](std::uint64_t id) { return second.ids.contains(id); }));
}

/// Goroutines of one function and creator, wherever in the function and in whatever state.
using Crews = std::map<std::pair<StringId, FrameId>, SiteAt>;

std::pair<StringId, FrameId> crew_of(const Symbols& symbols, const SiteKey& key) {
  return {symbols.frame(key.site).function, key.creator};
}

Crews merge_sites(const Symbols& symbols, const Sites& sites) {
  Crews crews;
  for (const auto& [key, site] : sites) {
    SiteAt& crew = crews[crew_of(symbols, key)];
    crew.count += site.count;
    crew.ids.insert(site.ids.begin(), site.ids.end());
  }
  return crews;
}

/// The course of a value over baseline and rounds.
struct Course {
  std::vector<std::int64_t> values;

  std::int64_t growth() const { return subtract_saturating(values.back(), values.front()); }
  std::size_t rounds() const { return values.size() - 1; }
  std::size_t rises() const {
    std::size_t rises = 0;
    for (std::size_t i = 1; i < values.size(); ++i) rises += values[i] > values[i - 1] ? 1 : 0;
    return rises;
  }
  bool rose_last() const { return values.back() > values[values.size() - 2]; }
};

/// The course of `key`: what survives both samples of each round.
template <class Places>
Course course_of(const typename Places::key_type& key, const Places& before, const std::vector<Places>& firsts,
                 const std::vector<Places>& seconds) {
  const auto at = [&](const Places& places) {
    const auto found = places.find(key);
    return found == places.end() ? SiteAt{} : found->second;
  };
  Course course;
  course.values.push_back(static_cast<std::int64_t>(at(before).count));
  for (std::size_t i = 0; i < seconds.size(); ++i)
    course.values.push_back(static_cast<std::int64_t>(survivors(at(firsts[i]), at(seconds[i]))));
  // What shrank is told by the count itself: members that come and go are no loss.
  if (course.growth() < 0) course.values.back() = static_cast<std::int64_t>(at(seconds.back()).count);
  return course;
}

Verdict verdict_of(const Course& course, bool benign) {
  if (course.growth() <= 0) return Verdict::kInfo;
  if (course.rounds() >= 3 && course.rises() == course.rounds()) return Verdict::kLeak;
  if (benign || (course.rounds() >= 2 && !course.rose_last())) return Verdict::kInfo;
  return Verdict::kSuspect;
}

/// The weight of the difference in points, moved into the band of its verdict.
void score(double weight, Finding& finding) {
  const int points = std::min(39, static_cast<int>(std::lround(8 * std::log2(1 + std::max(weight, 0.0)))));
  finding.score_parts = {{"difference", points, finding.title}};
  switch (finding.verdict) {
    case Verdict::kLeak:
      return set_score(std::min(100, 70 + points), "it grew in every round: 70 to 100", finding);
    case Verdict::kSuspect:
      return set_score(std::min(69, 40 + points), "it grew: 40 to 69", finding);
    case Verdict::kInfo:
      return set_score(points, "", finding);
  }
}

std::string rounds_in_words(const Course& course) {
  if (course.rounds() == 1) return "it grew since the baseline and was there in both samples after it";
  if (course.rises() == course.rounds()) return format("it grew in each of {} rounds", course.rounds());
  if (!course.rose_last())
    return format("it grew in {} of {} rounds, and not in the last: warm-up", course.rises(), course.rounds());
  return format("it grew in {} of {} rounds", course.rises(), course.rounds());
}

/// A site over baseline and rounds, with all goroutines of its function and creator.
struct SiteCourse {
  Course site, crew;
  double seconds = 0;             ///< from the baseline to the last sample
  bool two_samples_each = false;  ///< after each round

  /// What came and did not only move here from another line or state.
  std::int64_t growth() const { return std::min(site.growth(), crew.growth()); }
};

/// Whether so few more in so short a time are what requests in flight and schedulers bring.
bool are_passing(const SiteCourse& course, StateClass state_class) {
  constexpr std::int64_t kFewRequests = 5;
  constexpr double kMinute = 60, kMoment = 5;
  if (state_class == StateClass::kIo && course.growth() < kFewRequests && course.seconds < kMinute) return true;
  return course.growth() <= 1 && course.seconds < kMoment && course.two_samples_each;
}

Finding goroutine_finding(const Symbols& symbols, const SiteKey& key, const SiteAt& now, const SiteCourse& of) {
  const Course& course = of.site;
  const BenignWait* benign = find_benign(symbols, symbols.stack(now.stack), key.creator, key.state_class);
  Finding finding;
  finding.rule = "goroutine/growing-site";
  finding.kind = FindingKind::kGoroutine;
  const bool ordinary = benign != nullptr || is_at_work(key.state_class) || are_passing(of, key.state_class);
  finding.verdict = std::min(verdict_of(course, ordinary), verdict_of(of.crew, ordinary));
  finding.site = source_line(symbols, key.site);
  finding.package = TargetText(package_of(symbols.function(key.site)));
  finding.state = std::string(wait_state_name(now.state));
  finding.count = static_cast<std::uint64_t>(course.values.back());
  finding.count_before = static_cast<std::uint64_t>(course.values.front());
  finding.delta = course.growth();
  finding.is_new = course.values.front() == 0;
  for (const std::int64_t value : course.values) finding.counts.push_back(static_cast<std::uint64_t>(value));
  if (key.creator) finding.creator = source_line(symbols, key.creator);
  finding.stack = source_lines(symbols, now.stack);
  finding.id = fingerprint(finding);
  const bool grew = course.growth() > 0;
  finding.title = TargetText(format("{:+} goroutine{} in {} at {}", course.growth(),
                                    course.growth() == 1 || course.growth() == -1 ? "" : "s", finding.state,
                                    symbols.function(key.site)));
  score(std::abs(static_cast<double>(course.growth())), finding);
  finding.evidence.emplace_back(format("{} goroutine{} before, {} after{}", course.values.front(),
                                       course.values.front() == 1 ? "" : "s", course.values.back(),
                                       grew ? ": " + rounds_in_words(course) : std::string()));
  if (grew && of.crew.growth() <= 0) {
    finding.evidence.emplace_back("no more goroutines of this function and creator than before: they moved here");
  }
  if (benign != nullptr)
    finding.evidence.emplace_back(format("an ordinary wait ({}: {})", benign->owner, benign->reason));
  if (finding.verdict == Verdict::kSuspect) {
    finding.advice = TargetText("repeat it: `compare -rounds=3 -- COMMAND` tells growth in every round from warm-up.");
  } else if (finding.verdict == Verdict::kLeak) {
    finding.advice = TargetText(
        "each round leaves goroutines here: make sure that what they wait for happens, or give them a way out.");
  }
  return finding;
}

/// Leaves out those with the least growth or fall where there are more than a report holds. Returns how many.
template <class Change, class GrowthOf, class Size>
std::uint64_t keep_weightiest(std::vector<Change>& changes, GrowthOf growth_of, Size size) {
  // Growth before a fall: it may be a leak.
  std::ranges::stable_sort(changes, [&](const Change& a, const Change& b) {
    const std::int64_t left = growth_of(a), right = growth_of(b);
    return (left > 0) != (right > 0) ? left > 0 : left > 0 ? left > right : left < right;
  });
  return keep_what_fits(changes, kMostFindings, kMostFindingText, size);
}

void add_goroutine_differences(const Symbols& symbols, const Snapshot& baseline, std::span<const AfterRound> rounds,
                               Findings& findings) {
  const auto has_creators = [](const Snapshot& s) { return s.goroutines && s.goroutines->has_identities(); };
  bool with_creators = has_creators(baseline);
  for (const AfterRound& round : rounds)
    with_creators = with_creators && has_creators(*round.first) && has_creators(*round.second);
  std::vector<Sites> firsts, seconds;
  for (const AfterRound& round : rounds) {
    firsts.push_back(count_sites(symbols, *round.first, with_creators));
    seconds.push_back(round.first == round.second ? firsts.back() : count_sites(symbols, *round.second, with_creators));
  }
  const Sites before = count_sites(symbols, baseline, with_creators);
  const Crews crews_before = merge_sites(symbols, before);
  std::vector<Crews> crew_firsts, crew_seconds;
  for (const Sites& sites : firsts) crew_firsts.push_back(merge_sites(symbols, sites));
  for (const Sites& sites : seconds) crew_seconds.push_back(merge_sites(symbols, sites));
  std::map<SiteKey, SiteAt> all = before;
  for (const Sites& sites : seconds) {
    for (const auto& [key, site] : sites) all.insert_or_assign(key, site);
  }
  SiteCourse of;
  of.seconds = std::chrono::duration<double>(rounds.back().second->steady_at - baseline.steady_at).count();
  of.two_samples_each = rounds.back().first != rounds.back().second;
  struct Change {
    const SiteKey* key;
    const SiteAt* now;
    SiteCourse of;
  };
  std::vector<Change> changes;
  for (const auto& [key, now] : all) {
    of.site = course_of(key, before, firsts, seconds);
    of.crew = course_of(crew_of(symbols, key), crews_before, crew_firsts, crew_seconds);
    constexpr std::int64_t kFewMoves = 5;
    const bool few_moved = of.crew.growth() == 0 && of.site.growth() < kFewMoves && of.site.growth() > -kFewMoves;
    if (of.site.growth() != 0 && !few_moved) changes.push_back({&key, &now, of});
  }
  findings.left_out += keep_weightiest(
      changes, [](const Change& change) { return change.of.site.growth(); },
      [&](const Change& change) {
        return text_size(symbols, change.now->stack) + 2 * text_size(symbols, change.key->site) +
               text_size(symbols, change.key->creator);
      });
  std::ranges::sort(changes, {}, [](const Change& change) { return *change.key; });
  for (const Change& change : changes) {
    findings.kept.push_back(goroutine_finding(symbols, *change.key, *change.now, change.of));
  }
}

struct HeapAt {
  std::int64_t bytes = 0, objects = 0, heaviest = 0;
  double variance = 0;
  FrameId frame;
  StackId stack;
};
using HeapSites = std::map<StringId, HeapAt>;

/// Live heap by allocating function, with the variance that sampling gives its value: each sampled object stands for
/// bytes/sampled of the sum, and their number is Poisson.
HeapSites sum_heap(const Symbols& symbols, const Snapshot& snapshot) {
  HeapSites sites;
  if (!snapshot.heap) return sites;
  for (const HeapSample& sample : snapshot.heap->samples) {
    const FrameId frame = site_frame(symbols, sample.stack);
    HeapAt& at = sites[symbols.frame(frame).function];
    add_saturating(at.bytes, sample.inuse_bytes);
    add_saturating(at.objects, sample.inuse_objects);
    const auto bytes = static_cast<double>(sample.inuse_bytes);
    at.variance += sample.inuse_sampled > 0 ? bytes * bytes / static_cast<double>(sample.inuse_sampled)
                                            : bytes * static_cast<double>(snapshot.heap->rate_bytes);
    if (sample.inuse_bytes >= at.heaviest) {
      at.heaviest = sample.inuse_bytes;
      at.frame = frame;
      at.stack = sample.stack;
    }
  }
  return sites;
}

/// An allocating function before and after.
struct HeapChange {
  StringId function;
  HeapAt now;  ///< of the last profile that has it
  HeapAt before, after;
  Course course;
  double error = 0;  ///< standard deviation by sampling
};

Finding heap_finding(const Symbols& symbols, const HeapChange& of) {
  const Course& course = of.course;
  Finding finding;
  finding.rule = "memory/growing-site";
  finding.kind = FindingKind::kMemory;
  finding.verdict = verdict_of(course, false);
  finding.site = source_line(symbols, of.now.frame);
  finding.package = TargetText(package_of(symbols.text(of.function)));
  finding.count = static_cast<std::uint64_t>(std::max<std::int64_t>(of.after.objects, 0));
  finding.count_before = static_cast<std::uint64_t>(std::max<std::int64_t>(of.before.objects, 0));
  finding.delta = subtract_saturating(of.after.objects, of.before.objects);
  finding.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(of.after.bytes, 0));
  finding.bytes_before = static_cast<std::uint64_t>(std::max<std::int64_t>(course.values.front(), 0));
  finding.bytes_delta = course.growth();
  finding.is_new = course.values.front() == 0;
  for (const std::int64_t value : course.values)
    finding.counts.push_back(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0)));
  finding.stack = source_lines(symbols, of.now.stack);
  finding.id = fingerprint(finding);
  constexpr double kMiB = 1 << 20;
  const auto growth = static_cast<double>(course.growth());
  finding.title = TargetText(format("{:+.1f} MiB of live heap from {}", growth / kMiB, symbols.text(of.function)));
  score(std::abs(growth) / static_cast<double>(kLeastBytes), finding);
  finding.evidence.emplace_back(format("{:.1f} MiB before, {:.1f} MiB after (sampling error ±{:.1f} MiB){}",
                                       static_cast<double>(course.values.front()) / kMiB,
                                       static_cast<double>(course.values.back()) / kMiB, 2 * of.error / kMiB,
                                       course.growth() > 0 ? ": " + rounds_in_words(course) : std::string()));
  if (finding.verdict == Verdict::kSuspect) {
    finding.advice =
        TargetText("`-rounds=3` tells growth in every round from warm-up, `-force-gc` what a collection would free.");
  }
  return finding;
}

void add_heap_differences(const Symbols& symbols, const Snapshot& baseline, std::span<const AfterRound> rounds,
                          Findings& findings) {
  if (!baseline.heap) return;
  const HeapSites before = sum_heap(symbols, baseline);
  std::vector<HeapSites> after;
  for (const AfterRound& round : rounds) after.push_back(sum_heap(symbols, *round.second));
  HeapSites all = before;
  for (const auto& [function, at] : after.back()) all.insert_or_assign(function, at);
  const auto at = [](const HeapSites& sites, StringId function) {
    const auto found = sites.find(function);
    return found == sites.end() ? HeapAt{} : found->second;
  };
  std::vector<HeapChange> changes;
  for (const auto& [function, now] : all) {
    HeapChange change{function, now, at(before, function), at(after.back(), function), {}, 0};
    change.course.values.push_back(change.before.bytes);
    for (const HeapSites& sites : after) change.course.values.push_back(at(sites, function).bytes);
    change.error = std::sqrt(change.before.variance + change.after.variance);
    const double growth = std::abs(static_cast<double>(change.course.growth()));
    if (growth >= static_cast<double>(kLeastBytes) && growth >= 2 * change.error) changes.push_back(std::move(change));
  }
  findings.left_out += keep_weightiest(
      changes, [](const HeapChange& change) { return change.course.growth(); },
      [&](const HeapChange& change) {
        return text_size(symbols, change.now.stack) + 2 * text_size(symbols, change.now.frame);
      });
  std::ranges::sort(changes, {}, &HeapChange::function);
  for (const HeapChange& change : changes) findings.kept.push_back(heap_finding(symbols, change));
}

/// Whether a finding rests on what one sample shows for good. Other rules depend on how long was looked and how many
/// there were: a baseline would miss the same leak in the next comparison.
bool is_lasting_rule(const Finding& finding) {
  return finding.rule == "goroutine/proven-leak" || finding.rule == "goroutine/blocked-forever";
}

/// What a difference and a finding of one place share.
auto place_of(const Finding& finding) {
  return std::tie(finding.kind, finding.site, finding.state);
}

}  // namespace

Findings find_differences(const Symbols& symbols, const Snapshot& baseline, std::span<const AfterRound> rounds) {
  Findings findings;
  if (rounds.empty()) return findings;
  if (baseline.goroutines) add_goroutine_differences(symbols, baseline, rounds, findings);
  add_heap_differences(symbols, baseline, rounds, findings);
  sort_findings(findings.kept);
  return findings;
}

std::vector<Finding> merge_differences(std::vector<Finding> differences, const std::vector<Finding>& found) {
  // The first of each place.
  std::map<std::tuple<const FindingKind&, const SourceLine&, const std::string&>, const Finding*> by_place;
  for (const Finding& finding : found) by_place.try_emplace(place_of(finding), &finding);
  for (Finding& difference : differences) {
    const auto at = by_place.find(place_of(difference));
    if (at == by_place.end()) continue;
    const Finding* twin = at->second;
    Finding merged = *twin;
    if (!is_lasting_rule(*twin)) merged.rule = difference.rule;
    merged.verdict = std::max(twin->verdict, difference.verdict);
    set_score(std::max(twin->score, difference.score), "the difference weighs more than the parts", merged);
    merged.count = difference.count;
    merged.count_before = difference.count_before;
    merged.delta = difference.delta;
    merged.bytes_before = difference.bytes_before;
    merged.bytes_delta = difference.bytes_delta;
    if (difference.bytes) merged.bytes = difference.bytes;
    merged.is_new = difference.is_new;
    merged.title = difference.title;
    merged.counts = difference.counts;
    merged.evidence.insert(merged.evidence.begin(), difference.evidence.begin(), difference.evidence.end());
    // The twin's advice is about the mistake; what would settle the suspicion is said beside it.
    if (merged.verdict == Verdict::kSuspect && !difference.advice.empty()) merged.evidence.push_back(difference.advice);
    difference = std::move(merged);
  }
  sort_findings(differences);
  return differences;
}

}  // namespace lf::detect
