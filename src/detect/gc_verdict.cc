#include "detect/gc_verdict.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/format.h"
#include "detect/benign.h"
#include "detect/findings.h"
#include "detect/fingerprint.h"
#include "detect/site.h"

/// What a forced collection cannot free is alive. Four values tell garbage from growth: B, the live heap after a
/// collection at the start; P, the heap in use just before the first forced collection, garbage included; L, what of P
/// was alive by the last natural collection; F, the live heap after the last forced one.
///
///   lasting growth F − B below max(1 MiB, 5 % of B):   P − F at least 80 % of P − B and 1 MiB: garbage was waiting,
///                                                       GC CLEANUP DELAY; else NO GROWTH
///   significant lasting growth: freed = (L − F) / (L − B) where L > B, else 0, as a percentage:
///                                                       ≥ 80 GC CLEANUP DELAY, ≥ 50 PARTIAL, ≥ 20 LIKELY, else
///                                                       CONFIRMED
///
/// Growth that is not significant but quick (0.4 MiB/s) may be requests under way or a leak: UNKNOWN, too short to
/// tell.
///
/// L and not P stands in the fraction, so that ordinary garbage does not count as freed.
namespace lf::detect {
namespace {

constexpr double kMiB = 1 << 20;

double megabytes(const std::optional<std::uint64_t>& bytes) {
  return static_cast<double>(bytes.value_or(0)) / kMiB;
}

std::string basis_of(const GcMeasurement& heap, const GcJudgement& judgement) {
  const double lasting = megabytes(heap.final_value) - megabytes(heap.baseline);
  std::string basis =
      format("the live heap after a collection was {:.1f} MiB at first and is {:.1f} MiB now ({:+.1f} MiB)",
             megabytes(heap.baseline), megabytes(heap.final_value), lasting);
  if (is_leak(judgement.result)) {
    basis += format("; the forced collections freed {:.0f} % of what had seemed alive beyond the start",
                    judgement.freed_percent);
  } else if (judgement.result == GcResult::kCleanupDelay) {
    basis += format("; {:.1f} MiB of garbage were waiting for a collection",
                    std::max(0.0, megabytes(heap.before) - megabytes(heap.final_value)));
  }
  return basis;
}

/// Whether lasting growth is less than what is significant.
bool is_small(double lasting, double baseline, double least) {
  constexpr double kOneInTwenty = 0.05;
  return lasting < std::max(least, kOneInTwenty * baseline);
}

/// Whether the heap grew at a leak's pace, though by little beside its size.
bool is_quick(const GcMeasurement& heap, double lasting) {
  constexpr double kLeakPerSecond = 0.4 * kMiB;
  return lasting >= kMiB && lasting >= kLeakPerSecond * heap.seconds;
}

GcJudgement judge_heap(const GcMeasurement& heap, std::string& basis) {
  if (!heap.refusal.empty()) {
    basis = heap.refusal;
    return {};
  }
  if (!heap.wanted) {
    basis = "goroutines only: by the group that grew most lastingly";
    return {GcResult::kNoGrowth, 0};
  }
  if (!heap.baseline || !heap.final_value) {
    basis = "the heap could not be measured at both ends";
    return {};
  }
  if (heap.collections == 0) {
    basis = "no collection ended between the two measurements";
    return {};
  }
  const double baseline = static_cast<double>(*heap.baseline), final_value = static_cast<double>(*heap.final_value);
  const double before = static_cast<double>(heap.before.value_or(*heap.final_value));
  const double live = static_cast<double>(heap.before_live.value_or(*heap.baseline));
  const GcJudgement judgement = judge_values(baseline, before, live, final_value, kMiB);
  basis = basis_of(heap, judgement);
  if (!is_quick(heap, final_value - baseline) || !is_small(final_value - baseline, baseline, kMiB)) return judgement;
  basis = "too short to tell: " + basis + "; a leak and requests under way look alike, a longer -gc-wait parts them";
  return {};
}

/// The allocating frame whose live bytes grew most between two profiles.
FrameId top_growth(const Symbols& symbols, const HeapProfile& from, const HeapProfile& to, StackId& stack) {
  std::map<std::uint32_t, std::int64_t> gain;
  std::map<std::uint32_t, std::pair<std::int64_t, StackId>> heaviest;
  const auto add = [&](const HeapProfile& heap, std::int64_t sign) {
    for (const HeapSample& sample : heap.samples) {
      const std::span<const FrameId> frames = symbols.stack(sample.stack);
      if (frames.empty()) continue;
      const FrameId site = frames[site_of(symbols, frames).index];
      gain[site.value] += sign * sample.inuse_bytes;
      auto& top = heaviest[site.value];
      if (sign > 0 && sample.inuse_bytes >= top.first) top = {sample.inuse_bytes, sample.stack};
    }
  };
  add(from, -1);
  add(to, 1);
  const auto best = std::ranges::max_element(gain, {}, [](const auto& entry) { return entry.second; });
  if (best == gain.end() || best->second <= 0) return {};
  stack = heaviest[best->first].second;
  return {best->first};
}

/// Whether a group waits in a state that says nothing of leaks: a library's idling, the network's or a moment's.
bool passes(const Symbols& symbols, const GcGroupCounts& group) {
  const StateClass state = state_class(group.state);
  if (is_at_work(state) || state == StateClass::kIo) return true;
  return find_benign(symbols, symbols.stack(group.stack), group.creator, state) != nullptr;
}

/// Whether a group's growth may be more than load: by five and by half, at both steps, and nobody who was here got away
/// (one in fifty may be caught between two places).
bool piles_up(const GcGroupCounts& group) {
  constexpr std::uint64_t kOneInFifty = 50;
  if (group.left * kOneInFifty > group.baseline) return false;
  if (group.before <= group.baseline || group.final_value < group.before) return false;
  const std::uint64_t gain = group.final_value - group.baseline;
  return gain >= 5 && gain * 2 >= group.baseline;
}

/// Goroutines are judged as the heap is, but of so few more that load brings them nothing can be said.
GcJudgement judge_group(const GcGroupCounts& group) {
  constexpr double kLeastGoroutines = 2;
  const double before = static_cast<double>(group.before);
  const GcJudgement judged = judge_values(static_cast<double>(group.baseline), before, before,
                                          static_cast<double>(group.final_value), kLeastGoroutines);
  if (is_leak(judged.result) && !piles_up(group)) return {GcResult::kUnknown, judged.freed_percent};
  return judged;
}

Finding base_finding(FindingKind kind, GcResult result, double freed_percent) {
  Finding finding;
  finding.rule = "gc/verdict";
  finding.kind = kind;
  finding.verdict = Verdict::kLeak;
  finding.score = static_cast<int>(std::clamp(100 - freed_percent / 2, 50.0, 100.0));
  finding.score_parts.push_back(
      {"collection", finding.score, TargetText(format("{}: {:.0f} % freed", gc_result_name(result), freed_percent))});
  return finding;
}

}  // namespace

bool is_leak(GcResult result) {
  return result == GcResult::kPartialLeak || result == GcResult::kLikelyLeak || result == GcResult::kConfirmedLeak;
}

GcJudgement judge_values(double baseline, double before, double before_live, double final_value, double least) {
  const double lasting = final_value - baseline;
  if (is_small(lasting, baseline, least)) {
    const double freed = before - final_value, risen = before - baseline;
    const bool garbage_waited = risen > 0 && freed >= 0.8 * risen && freed >= least;
    const double percent = risen > 0 ? std::clamp(100 * freed / risen, 0.0, 100.0) : 0;
    return {garbage_waited ? GcResult::kCleanupDelay : GcResult::kNoGrowth, percent};
  }
  const double seemed = before_live - baseline;
  const double percent = seemed > 0 ? std::clamp(100 * (before_live - final_value) / seemed, 0.0, 100.0) : 0;
  if (percent >= 80) return {GcResult::kCleanupDelay, percent};
  if (percent >= 50) return {GcResult::kPartialLeak, percent};
  if (percent >= 20) return {GcResult::kLikelyLeak, percent};
  return {GcResult::kConfirmedLeak, percent};
}

GcSection judge_gc(const Symbols& symbols, const GcMeasurement& heap, const std::vector<GcGroupCounts>& groups) {
  GcSection section;
  const GcJudgement judgement = judge_heap(heap, section.basis);
  section.result = judgement.result;
  section.freed_percent = judgement.freed_percent;
  section.baseline_bytes = heap.baseline;
  section.before_bytes = heap.before;
  section.before_live_bytes = heap.before_live;
  section.final_bytes = heap.final_value;
  section.allocated_in_wait_bytes = heap.allocated_in_wait;
  if (heap.baseline && heap.final_value) {
    section.groups.push_back({.label = "heap",
                              .site = {},
                              .result = judgement.result,
                              .baseline = *heap.baseline,
                              .before = heap.before.value_or(0),
                              .final_value = *heap.final_value,
                              .freed_percent = judgement.freed_percent});
  }
  for (const GcGroupCounts& group : groups) {
    if (group.before <= group.baseline && group.final_value <= group.baseline) continue;
    if (passes(symbols, group)) continue;
    const GcJudgement of = judge_group(group);
    section.groups.push_back({.label = "goroutines",
                              .site = TargetText(symbols.function(group.site)),
                              .result = of.result,
                              .baseline = group.baseline,
                              .before = group.before,
                              .final_value = group.final_value,
                              .freed_percent = of.freed_percent});
    // The labels stand in the order of their weight.
    if (!heap.wanted && heap.refusal.empty() && of.result > section.result) {
      section.result = of.result;
      section.freed_percent = of.freed_percent;
    }
  }
  return section;
}

std::vector<GcGroupCounts> count_gc_groups(const Symbols& symbols, const GoroutineProfile* baseline,
                                           const GoroutineProfile* before, const GoroutineProfile* final_profile) {
  struct Members {
    std::set<std::uint64_t> at_start, at_end;
  };
  using Key = std::tuple<std::uint32_t, std::uint32_t, StateClass>;
  std::map<Key, GcGroupCounts> groups;
  std::map<Key, Members> members;
  const auto lacks_creators = [](const GoroutineProfile* profile) {
    return profile != nullptr && !profile->has_identities();
  };
  const bool with_creators = !lacks_creators(baseline) && !lacks_creators(before) && !lacks_creators(final_profile);
  const auto group_at = [&](StackId stack, FrameId creator, WaitState state) -> GcGroupCounts* {
    const std::span<const FrameId> frames = symbols.stack(stack);
    if (frames.empty()) return nullptr;
    const FrameId site = frames[site_of(symbols, frames).index];
    GcGroupCounts& group = groups[{site.value, creator.value, state_class(state)}];
    group.site = site;
    group.creator = creator;
    group.state = state;
    group.stack = stack;
    return &group;
  };
  const auto add = [&](const GoroutineProfile* profile, std::uint64_t GcGroupCounts::* field) {
    if (profile == nullptr) return;
    for (const Goroutine& goroutine : profile->goroutines) {
      if (goroutine.has(kSystem) || goroutine.has(kScheduler) || goroutine.has(kServesOurRequest)) continue;
      if (GcGroupCounts* group =
              group_at(goroutine.stack, with_creators ? goroutine.creator : FrameId{}, goroutine.state)) {
        group->*field += 1;
        Members& of = members[{group->site.value, group->creator.value, state_class(group->state)}];
        if (field == &GcGroupCounts::baseline) of.at_start.insert(goroutine.id);
        if (field == &GcGroupCounts::final_value) of.at_end.insert(goroutine.id);
      }
    }
    for (const StackCount& record : profile->counts) {
      if (record.serves_our_request || record.count <= 0) continue;
      if (GcGroupCounts* group = group_at(record.stack, {}, record.state)) {
        group->*field += static_cast<std::uint64_t>(record.count);
      }
    }
  };
  add(baseline != nullptr ? baseline : before, &GcGroupCounts::baseline);
  add(before, &GcGroupCounts::before);
  add(final_profile, &GcGroupCounts::final_value);
  std::vector<GcGroupCounts> out;
  const bool ids_tell = final_profile != nullptr && final_profile->has_identities();
  for (auto& [key, group] : groups) {
    const Members& of = members[key];
    const auto gone = [&](std::uint64_t id) { return !of.at_end.contains(id); };
    if (ids_tell) group.left = static_cast<std::uint64_t>(std::ranges::count_if(of.at_start, gone));
    out.push_back(group);
  }
  std::ranges::stable_sort(out, std::greater{}, &GcGroupCounts::final_value);
  return out;
}

std::vector<Finding> find_gc_leaks(const Symbols& symbols, const GcSection& section,
                                   const std::vector<GcGroupCounts>& groups, double threshold,
                                   const HeapProfile* baseline, const HeapProfile* final_heap) {
  std::vector<Finding> findings;
  if (section.final_bytes && is_leak(section.result) && section.freed_percent < threshold) {
    Finding finding = base_finding(FindingKind::kMemory, section.result, section.freed_percent);
    StackId stack;
    const FrameId site =
        baseline != nullptr && final_heap != nullptr ? top_growth(symbols, *baseline, *final_heap, stack) : FrameId{};
    if (site) {
      finding.site = source_line(symbols, site);
      finding.package = TargetText(package_of(symbols.function(site)));
      finding.stack = source_lines(symbols, stack);
    }
    finding.bytes = section.final_bytes;
    finding.bytes_before = section.baseline_bytes;
    finding.title =
        TargetText(format("{}: forced collections do not free what the heap grew by", gc_result_name(section.result)));
    finding.evidence.push_back(TargetText(section.basis));
    finding.advice = TargetText(
        "what grew is reachable: look at who keeps what this site allocates.\n"
        "`leakfinder memory` shows the growth of every allocation site.");
    finding.id = fingerprint(finding);
    findings.push_back(std::move(finding));
  }
  for (const GcGroupCounts& group : groups) {
    if (passes(symbols, group)) continue;
    const GcJudgement judged = judge_group(group);
    if (!is_leak(judged.result) || judged.freed_percent >= threshold) continue;
    Finding finding = base_finding(FindingKind::kGoroutine, judged.result, judged.freed_percent);
    finding.site = source_line(symbols, group.site);
    finding.package = TargetText(package_of(symbols.function(group.site)));
    finding.state = std::string(wait_state_name(group.state));
    if (group.creator) finding.creator = source_line(symbols, group.creator);
    finding.stack = source_lines(symbols, group.stack);
    finding.count = group.final_value;
    finding.count_before = group.baseline;
    finding.delta = static_cast<std::int64_t>(group.final_value) - static_cast<std::int64_t>(group.baseline);
    finding.title = TargetText(format("{}: {} goroutines more than before the collections",
                                      gc_result_name(judged.result), group.final_value - group.baseline));
    finding.evidence.push_back(
        TargetText(format("{} at the start, {} before the first forced collection, {} at the end", group.baseline,
                          group.before, group.final_value)));
    finding.id = fingerprint(finding);
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace lf::detect
