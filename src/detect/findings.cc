#include "detect/findings.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/format.h"
#include "detect/attached_memory.h"
#include "detect/come_and_stay.h"
#include "detect/fingerprint.h"
#include "detect/lock_graph.h"
#include "detect/memory_facts.h"
#include "detect/mistakes.h"
#include "detect/patterns.h"
#include "detect/rules.h"
#include "detect/site.h"
#include "detect/verdict.h"

namespace lf::detect {
namespace {

/// The part of a score that its verdict's band adds or takes.
constexpr std::string_view kBand = "band";

constexpr double kMiB = 1 << 20;

using BySubject = std::map<Subject, std::vector<const Evidence*>>;

TargetText with(std::string_view before, std::string_view name, std::string_view after) {
  return TargetText(std::string(before) + std::string(name) + std::string(after));
}

/// Whether what came is no more than a few connections that a client opens when it has more to do.
bool are_few(const Growth& growth) {
  constexpr std::uint64_t kFew = 10;
  constexpr double kShort = 60;
  return growth.last() - std::min(growth.first(), growth.last()) < kFew && growth.span_seconds < kShort;
}

bool serves_profiles(const Context& context, const Group& group) {
  return std::ranges::any_of(context.symbols.stack(group.stack), [&](FrameId frame) {
    const std::string_view package = package_of(context.symbols.function(frame));
    return package == "runtime/pprof" || package == "net/http/pprof";
  });
}

/// What speaks against a group's being a leak.
Excuse excuse_of(const Context& context, std::uint32_t index) {
  const Group& group = context.series.groups[index];
  const GroupFacts& facts = context.groups[index];
  if (const std::string* why = context.safe->match(context.symbols, group.stack, group.creator)) {
    return {Verdict::kInfo,
            why->empty() ? "a safe pattern of yours matches" : "a safe pattern of yours matches: " + *why};
  }
  if (group.leaked > 0) return {};
  if (serves_profiles(context, group)) {
    return {Verdict::kInfo, "requests for profiles, from others than this look: their number is their askers'"};
  }
  if (facts.benign.empty()) {
    if (!facts.explained_by_load) return {};
    return {Verdict::kInfo, "they wait for the network, and goroutines that are alive have grown alike: this is load"};
  }
  const std::string known = format("an ordinary wait ({})", facts.benign);
  if (facts.explained_by_load) {
    return {Verdict::kInfo, known + ", and goroutines that are alive have grown alike: this is load"};
  }
  if (facts.number != BenignNumber::kConstant && are_few(facts.growth)) {
    return {facts.number == BenignNumber::kServerLoad ? Verdict::kInfo : Verdict::kSuspect,
            format("{}; so few more in {} are what load brings", known, span_in_words(facts.growth.span_seconds))};
  }
  if (facts.number == BenignNumber::kServerLoad && !facts.growth.seen_long_enough()) {
    return {Verdict::kInfo, known + "; in a moment clients come together by chance"};
  }
  if (facts.number == BenignNumber::kServerLoad) {
    return {Verdict::kSuspect,
            known + "; its growth is the clients': limit it with timeouts (IdleTimeout, ReadTimeout)"};
  }
  if (facts.number == BenignNumber::kClientLoad && !facts.growth.identified) {
    return {Verdict::kSuspect, known + "; without goroutine ids its growth cannot be told from load"};
  }
  return {Verdict::kLeak, known + ", but ordinary only while its number does not grow"};
}

/// Goroutines by state, in the order of their first group.
using States = std::vector<std::pair<WaitState, std::uint64_t>>;

void add_state(WaitState state, std::uint64_t count, States& states) {
  const auto at = std::ranges::find(states, state, &States::value_type::first);
  if (at == states.end()) {
    states.emplace_back(state, count);
  } else {
    at->second += count;
  }
}

/// The goroutines of one start, an entry function and a `go` statement, wherever they are.
using Starts = std::map<std::pair<std::uint32_t, FrameId>, States>;

std::pair<std::uint32_t, FrameId> start_of(const Group& group) {
  return {group.root_population, group.creator};
}

Starts find_starts(const Context& context) {
  Starts starts;
  for (std::size_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    if (context.groups[i].count > 0) add_state(group.state, context.groups[i].count, starts[start_of(group)]);
  }
  return starts;
}

void describe_group(const Context& context, const Starts& starts, std::uint32_t index, Finding& finding) {
  const Symbols& symbols = context.symbols;
  const Group& group = context.series.groups[index];
  const GroupFacts& facts = context.groups[index];
  const Growth& growth = facts.growth;
  finding.kind = FindingKind::kGoroutine;
  finding.site = source_line(symbols, group.site);
  finding.package = TargetText(package_of(symbols.function(group.site)));
  finding.state = std::string(wait_state_name(group.state));
  finding.count = facts.count;
  finding.counts = growth.counts;
  if (growth.counts.size() >= 2) finding.growth_per_min = growth.per_minute();
  if (group.identified) finding.wait_minutes = {{group.wait_min, group.wait_max}};
  if (group.creator) finding.creator = source_line(symbols, group.creator);
  for (const Label& label : symbols.labels(group.labels)) {
    finding.labels.emplace_back(symbols.text(label.key), symbols.text(label.value));
  }
  if (growth.identified && growth.counts.size() >= 2) {
    finding.births = growth.entries;
    finding.deaths = growth.leaves;
    finding.survivors = growth.survivors;
  }
  finding.stack = source_lines(symbols, group.stack);
  if (const auto start = starts.find(start_of(group)); start != starts.end()) {
    for (const auto& [state, count] : start->second) {
      const std::uint64_t others = state == group.state ? count - std::min(count, facts.count) : count;
      if (others > 0) finding.other_states.emplace_back(wait_state_name(state), others);
    }
  }
  const Mistake mistake = name_mistake(context, index);
  finding.resembles = mistake.resembles();
  finding.advice = TargetText(mistake.advice());
  finding.title = with(format("{} goroutine{} in {} at ", facts.count, facts.count == 1 ? "" : "s", finding.state),
                       symbols.function(group.site), growth.leaves == 0 && growth.rises > 0 ? ", more and more" : "");
}

/// Says when growth by `slope` bytes a second reaches the limit, where one is known.
void add_time_to_limit(const Context& context, double slope, Finding& finding) {
  const std::uint64_t limit = context.options.memory_limit_bytes;
  if (limit == 0 || slope <= 0 || context.memory.live_bytes.empty()) return;
  const double room = static_cast<double>(limit) - context.memory.live_bytes.back();
  if (room <= 0) return;
  finding.evidence.emplace_back(format("at this pace the limit of {:.0f} MiB is reached in {}",
                                       static_cast<double>(limit) / kMiB, span_in_words(room / slope)));
}

void describe_heap_site(const Context& context, std::uint32_t index, Finding& finding) {
  const HeapSite& site = context.series.heap_sites[index];
  const HeapGrowth& growth = context.memory.sites[index];
  finding.kind = FindingKind::kMemory;
  finding.site = source_line(context.symbols, site.frame);
  finding.package = TargetText(package_of(context.symbols.text(site.function)));
  finding.bytes = static_cast<std::uint64_t>(std::max(growth.bytes.empty() ? 0.0 : growth.bytes.back(), 0.0));
  if (!site.points.empty()) {
    finding.count = static_cast<std::uint64_t>(std::max<std::int64_t>(site.points.back().inuse_objects, 0));
  }
  finding.growth_per_min = growth.trend.slope_per_second * 60;
  for (const double bytes : growth.bytes) finding.counts.push_back(static_cast<std::uint64_t>(std::max(bytes, 0.0)));
  finding.stack = source_lines(context.symbols, site.stack);
  finding.title = with(format("live heap grows by {:.2f} MiB/s from ", growth.trend.slope_per_second / kMiB),
                       context.symbols.text(site.function), "");
  const bool few_and_large = finding.count.value_or(0) <= 4;
  finding.resembles = few_and_large ? "array that only grows" : "collection without a bound";
  finding.advice = TargetText(
      few_and_large
          ? "one array grows and grows: cut or rotate what is appended to.\n"
            "sub-slices and sub-strings keep the whole array alive: copy what is kept."
          : "what is allocated here is kept in a map, slice, cache or queue: bound it, or let old entries go.\n"
            "which variable keeps it alive is in no profile: look at who stores what this line makes.");
  add_time_to_limit(context, growth.trend.slope_per_second, finding);
}

void describe_process(const Context& context, std::string_view rule, Finding& finding) {
  finding.kind = FindingKind::kMemory;
  const bool of_the_heap = rule != "memory/off-heap-growth";
  if (of_the_heap && !context.memory.live_bytes.empty()) {
    finding.bytes = static_cast<std::uint64_t>(context.memory.live_bytes.back());
  }
  const Rule* row = find_rule(rule);
  finding.title = TargetText(row == nullptr ? rule : row->brief);
  if (rule == "memory/growing-heap") add_time_to_limit(context, context.memory.trend.slope_per_second, finding);
  finding.advice =
      TargetText("`leakfinder memory` shows growth by allocation site, stacks and what is not on the Go heap.");
}

/// Memory that a finding's goroutines hold.
struct MemoryOwner {
  SourceLine site;  ///< of the goroutines
  AttachedMemory memory;
};
using MemoryOwners = std::map<std::uint32_t, MemoryOwner>;  // by heap site

/// Memory that a leak's goroutines hold belongs to it; `owners` are told.
void attach_memory(const Context& context, std::uint32_t index, Finding& finding, MemoryOwners& owners) {
  constexpr std::size_t kMostInWords = 3;
  const std::vector<AttachedMemory> attached = find_attached_memory(context, index);
  for (std::size_t i = 0; i < attached.size(); ++i) {
    finding.bytes = finding.bytes.value_or(0) + attached[i].bytes;
    if (i < kMostInWords) finding.evidence.push_back(TargetText(attached[i].words));
    if (finding.verdict == Verdict::kLeak) owners.try_emplace(attached[i].heap_site, finding.site, attached[i]);
  }
}

/// Says of memory that leaked goroutines hold whose it is: it goes with them.
void add_owner(const MemoryOwner& owner, Finding& finding) {
  finding.evidence.push_back(with("held by the leaked goroutines at ", owner.site.function.raw(),
                                  format(" (line {}), about {:.1f} KiB each: it is one leak with theirs",
                                         owner.site.line, owner.memory.bytes_each / 1024)));
  finding.resembles = "memory of leaked goroutines";
  finding.advice = with("mend the leak of the goroutines at ", owner.site.function.raw(),
                        ": what they hold goes with them.\nhow stands at their own finding.");
}

void add_words(std::vector<const Evidence*> evidences, const Excuse& excuse, Finding& finding) {
  std::ranges::stable_sort(evidences, [](const Evidence* a, const Evidence* b) {
    return std::tuple(-static_cast<int>(a->grade), -a->points, std::string_view(a->words)) <
           std::tuple(-static_cast<int>(b->grade), -b->points, std::string_view(b->words));
  });
  for (const Evidence* evidence : evidences) finding.evidence.push_back(TargetText(evidence->words));
  if (!excuse.words.empty()) finding.evidence.push_back(TargetText(excuse.words));
}

/// A glimpse says what would make it a verdict.
void add_what_settles_it(const GroupFacts& facts, const std::vector<const Evidence*>& about, Finding& finding) {
  const bool glimpse =
      std::ranges::any_of(about, [](const Evidence* evidence) { return evidence->grade == Grade::kGlimpse; });
  if (finding.verdict != Verdict::kSuspect || !glimpse) return;
  if (facts.growth.seen_long_enough()) {
    if (facts.growth.identified) return;
    finding.evidence.emplace_back(
        "more samples settle it (-samples=6; of patterns and channels -leakprof-samples=6), or goroutine ids, for "
        "which "
        "the target stands still: -max-goroutines-full above the count");
    return;
  }
  finding.evidence.push_back(
      TargetText(format("seen for {} only; three samples over five seconds settle it: "
                        "leakfinder analyze -samples=4 -sample-interval=2s",
                        span_in_words(facts.growth.span_seconds))));
}

Consequence consequence_of(const Context& context, std::uint32_t index) {
  const Group& group = context.series.groups[index];
  return {source_line(context.symbols, group.site), std::string(wait_state_name(group.state)),
          context.groups[index].count};
}

/// The group whose finding takes this one in as a consequence; itself where it stands alone.
std::uint32_t next_root(const Context& context, const BySubject& by_subject, std::uint32_t index) {
  const GroupFacts& facts = context.groups[index];
  if (facts.in_step_with > 0) return facts.in_step_with - 1;
  const LockPart& part = context.locks.parts[index];
  const bool behind = part.knot != LockKnot::kNone && !part.root;
  if (!behind || !by_subject.contains({SubjectKind::kGroup, part.behind})) return index;
  // All on one lock wait for one holder, however many come, and who waits in the very line the holder waits in shows
  // nothing that the holder's finding does not. Those that pile up on many locks, and those that the
  // runtime names and the root not, have a leak's evidence of their own, which does not rest on the guess who holds
  // which lock.
  const std::vector<Group>& groups = context.series.groups;
  const bool same_line = groups[index].site == groups[part.behind].site;
  const bool of_one_leak = facts.growth.entries == 0 || part.one_lock || same_line;
  const bool less_sure = groups[index].leaked > 0 && groups[part.behind].leaked == 0;
  const bool excused = excuse_of(context, part.behind).at_most < Verdict::kLeak;
  return of_one_leak && !less_sure && !excused ? part.behind : index;
}

/// Follows `next_root` to the end of the chain.
std::uint32_t root_of(const Context& context, const BySubject& by_subject, std::uint32_t index) {
  std::set<std::uint32_t> passed;
  std::uint32_t root = index;
  while (passed.insert(root).second) root = next_root(context, by_subject, root);
  return root;
}

/// Says of a finding that stands by itself behind whom it is stuck.
void add_root(const Context& context, const BySubject& by_subject, std::uint32_t index, Finding& finding) {
  const LockPart& part = context.locks.parts[index];
  if (part.knot == LockKnot::kNone || part.root || !by_subject.contains({SubjectKind::kGroup, part.behind})) return;
  const SourceLine root = source_line(context.symbols, context.series.groups[part.behind].site);
  finding.evidence.push_back(with("probably stuck behind ", root.function.raw(),
                                  format(" (line {}): mend that first; it is shown by itself because more and more "
                                         "pile up here",
                                         root.line)));
}

}  // namespace

void set_score(int score, std::string_view why, Finding& finding) {
  std::erase_if(finding.score_parts, [](const ScorePart& part) { return part.name == kBand; });
  int sum = 0;
  for (const ScorePart& part : finding.score_parts) sum += part.points;
  if (score != sum) finding.score_parts.push_back({std::string(kBand), score - sum, TargetText(why)});
  finding.score = score;
}

SourceLine source_line(const Symbols& symbols, FrameId frame) {
  return {TargetText(symbols.function(frame)), TargetText(symbols.file(frame)), symbols.frame(frame).line};
}

std::size_t text_size(const Symbols& symbols, FrameId frame) {
  return sizeof(SourceLine) + symbols.function(frame).size() + symbols.file(frame).size();
}

std::size_t text_size(const Symbols& symbols, StackId stack) {
  std::size_t size = 0;
  for (const FrameId frame : symbols.stack(stack)) size += text_size(symbols, frame);
  return size;
}

std::vector<SourceLine> source_lines(const Symbols& symbols, StackId stack) {
  std::vector<SourceLine> lines;
  for (const FrameId frame : symbols.stack(stack)) lines.push_back(source_line(symbols, frame));
  return lines;
}

void sort_findings(std::vector<Finding>& findings) {
  std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) {
    const auto key = [](const Finding& finding) {
      return std::tuple(-static_cast<int>(finding.verdict), -finding.score,
                        -static_cast<std::int64_t>(finding.count.value_or(0)));
    };
    if (key(a) != key(b)) return key(a) < key(b);
    return std::tie(a.site, a.rule, a.id) < std::tie(b.site, b.rule, b.id);
  });
  number_twins(findings);
}

namespace {

/// A finding to be, before its text is made.
struct Candidate {
  Subject subject;
  Verdict verdict = Verdict::kInfo;
  int score = 0;
  std::uint64_t count = 0;
};

std::size_t names_of(const Context& context, const Subject& subject) {
  const Symbols& symbols = context.symbols;
  if (subject.kind == SubjectKind::kGroup) {
    const Group& group = context.series.groups[subject.index];
    return text_size(symbols, group.stack) + 2 * text_size(symbols, group.site) + text_size(symbols, group.creator);
  }
  if (subject.kind != SubjectKind::kHeapSite) return 0;
  const HeapSite& site = context.series.heap_sites[subject.index];
  return text_size(symbols, site.stack) + 2 * text_size(symbols, site.frame);
}

/// Takes out those that rank lowest, as `sort_findings` would, until the rest is within the limits; they are in order
/// of their subjects before and after. Returns how many went.
std::uint64_t keep_within_limits(const Context& context, std::vector<Candidate>& candidates) {
  std::ranges::stable_sort(candidates, {}, [](const Candidate& candidate) {
    return std::tuple(-static_cast<int>(candidate.verdict), -candidate.score,
                      -static_cast<std::int64_t>(candidate.count));
  });
  const std::uint64_t left_out =
      keep_what_fits(candidates, kMostFindings, kMostFindingText,
                     [&](const Candidate& candidate) { return names_of(context, candidate.subject); });
  std::ranges::sort(candidates, {}, &Candidate::subject);
  return left_out;
}

/// Lists the groups that are stuck because of the finding's; of very many those with most goroutines.
void add_consequences(const Context& context, std::vector<std::uint32_t> groups, Finding& finding) {
  constexpr std::size_t kMost = 1'000;
  if (groups.size() > kMost) {
    std::ranges::stable_sort(groups, std::ranges::greater{}, [&](std::uint32_t i) { return context.groups[i].count; });
    groups.resize(kMost);
  }
  for (const std::uint32_t group : groups) finding.consequences.push_back(consequence_of(context, group));
}

}  // namespace

Findings make_findings(const Context& context, const Evidences& evidences) {
  BySubject by_subject;
  for (const Evidence& evidence : evidences) by_subject[evidence.subject].push_back(&evidence);
  std::vector<Candidate> candidates;
  std::map<std::uint32_t, std::vector<std::uint32_t>> behind;  // groups that are a consequence of a root's
  for (const auto& [subject, about] : by_subject) {
    Candidate candidate{.subject = subject};
    Excuse excuse;
    if (subject.kind == SubjectKind::kGroup) {
      const std::uint32_t root = root_of(context, by_subject, subject.index);
      if (root != subject.index) {
        behind[root].push_back(subject.index);
        continue;
      }
      excuse = excuse_of(context, subject.index);
      candidate.count = context.groups[subject.index].count;
    }
    const Judgement judgement = judge(about, excuse.at_most);
    candidate.verdict = judgement.verdict;
    candidate.score = judgement.score;
    candidates.push_back(candidate);
  }
  Findings findings;
  findings.left_out = keep_within_limits(context, candidates);
  const Starts starts = find_starts(context);
  MemoryOwners owners;
  for (const Candidate& candidate : candidates) {
    const Subject& subject = candidate.subject;
    const std::vector<const Evidence*>& about = by_subject.at(subject);
    const Excuse excuse = subject.kind == SubjectKind::kGroup ? excuse_of(context, subject.index) : Excuse{};
    const auto owner = subject.kind == SubjectKind::kHeapSite ? owners.find(subject.index) : owners.end();
    if (owner != owners.end() && owner->second.memory.is_small_change()) continue;
    const Judgement judgement = judge(about, excuse.at_most);
    Finding finding;
    finding.rule = std::string(judgement.rule);
    finding.verdict = judgement.verdict;
    finding.score_parts = judgement.parts;
    set_score(judgement.score, "a score is 100 at most, a leak's 50 at least", finding);
    switch (subject.kind) {
      case SubjectKind::kGroup:
        describe_group(context, starts, subject.index, finding);
        break;
      case SubjectKind::kHeapSite:
        describe_heap_site(context, subject.index, finding);
        break;
      case SubjectKind::kProcess:
        describe_process(context, judgement.rule, finding);
        break;
    }
    add_words(about, excuse, finding);
    if (subject.kind == SubjectKind::kGroup) {
      add_what_settles_it(context.groups[subject.index], about, finding);
      attach_memory(context, subject.index, finding, owners);
      add_root(context, by_subject, subject.index, finding);
      if (const auto list = behind.find(subject.index); list != behind.end()) {
        add_consequences(context, std::move(list->second), finding);
      }
    }
    if (owner != owners.end()) add_owner(owner->second, finding);
    const std::string_view creator = finding.creator ? finding.creator->function.raw() : std::string_view{};
    finding.id = fingerprint(finding.rule, finding.site.function.raw(), creator);
    findings.kept.push_back(std::move(finding));
  }
  sort_findings(findings.kept);
  return findings;
}

}  // namespace lf::detect
