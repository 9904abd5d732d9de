#include "detect/leakprof.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/findings.h"

/// LeakProf's question (CGO 2024), which signatures do not resolve, with identities instead of one crowded sample.
/// Parts:
///
///   persistence   25   of those there at first, how many are still there, in proportion up to -leakprof-duration
///   state         12   lock, send, Cond, WaitGroup; 8 receive and select; 4 what ends by itself: I/O, sleep
///   crowd         15   by the logarithm of the count
///   wait          10   minutes, a hint
///
/// and those of the rules: proof 60, impossible to wake 50, come and stay 35 + 20, locks 30. The evidence decides in
/// which band a score lies; the part "band" says by how much it had to be moved.
namespace lf::detect {
namespace {

int points_of(StateClass state_class) {
  if (is_stuck_class(state_class)) return 12;
  return state_class == StateClass::kIo || state_class == StateClass::kSleep ? 4 : 8;
}

std::string_view kind_of_wait(StateClass state_class) {
  if (is_stuck_class(state_class)) return "waits in this state end only by another goroutine's deed";
  if (state_class == StateClass::kIo || state_class == StateClass::kSleep)
    return "waits in this state end by themselves";
  return "waits in this state are often idle ones";
}

/// Whether there may be a proof, for which the threshold does not count.
bool is_listed_whatever_count(const Context& context, const Group& group) {
  return group.leaked > 0 || group.state_class == StateClass::kForever || !context.series.leaked.empty();
}

struct Band {
  int least, most;
};

Band band_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kLeak:
      return {70, 100};
    case Verdict::kSuspect:
      return {50, 69};
    case Verdict::kInfo:
      break;
  }
  return {0, 49};
}

void move_into_band(Finding& finding) {
  const Band band = band_of(finding.verdict);
  set_score(std::clamp(finding.score, band.least, band.most),
            format("the evidence makes it {}: {} to {}", verdict_name(finding.verdict), band.least, band.most),
            finding);
}

bool waits_on_channel(const Finding& finding) {
  return finding.state.starts_with("chan ") || finding.state.starts_with("select");
}

bool shows_work(const Finding& finding) {
  return finding.state == wait_state_name(WaitState::kRunning) ||
         finding.state == wait_state_name(WaitState::kRunnable) ||
         finding.state == wait_state_name(WaitState::kSyscall);
}

/// One finding a source line: of several the first, which is the strongest, with all their counts.
void merge_lines(std::vector<Finding>& findings) {
  std::map<std::tuple<std::string, std::string, std::uint32_t>, std::size_t> seen;
  std::vector<Finding> kept;
  for (Finding& finding : findings) {
    const auto key =
        std::tuple(std::string(finding.site.function.raw()), std::string(finding.site.file.raw()), finding.site.line);
    const auto [at, is_new] = seen.try_emplace(key, kept.size());
    if (is_new) {
      kept.push_back(std::move(finding));
      continue;
    }
    Finding& first = kept[at->second];
    const auto add = [](std::optional<std::uint64_t>& to, const std::optional<std::uint64_t>& from) {
      if (to && from) *to += *from;
    };
    add(first.count, finding.count);
    add(first.births, finding.births);
    add(first.deaths, finding.deaths);
    add(first.survivors, finding.survivors);
    if (first.counts.size() == finding.counts.size()) {
      for (std::size_t i = 0; i < first.counts.size(); ++i) first.counts[i] += finding.counts[i];
    }
    first.other_states.emplace_back(finding.state, finding.count.value_or(0));
  }
  findings = std::move(kept);
}

/// Goroutines of a finding, with those that are stuck because of them.
std::uint64_t count_with_consequences(const Finding& finding) {
  std::uint64_t count = finding.count.value_or(0);
  for (const Consequence& consequence : finding.consequences) count += consequence.count;
  return count;
}

}  // namespace

void add_signatures(const Context& context, Evidences& evidences) {
  constexpr std::string_view kRule = "goroutine/persistent-site";
  for (std::uint32_t i = 0; i < context.series.groups.size(); ++i) {
    const Group& group = context.series.groups[i];
    const GroupFacts& facts = context.groups[i];
    const Growth& growth = facts.growth;
    if (facts.count == 0 || !facts.benign.empty()) continue;
    if (facts.count < context.options.leakprof_threshold && !is_listed_whatever_count(context, group)) continue;
    if (context.options.leakprof_blocked && !is_waiting(group.state_class)) continue;
    const Subject subject{SubjectKind::kGroup, i};
    if (growth.identified && growth.first() > 0 && growth.survivors > 0) {
      const double share = static_cast<double>(growth.survivors) / static_cast<double>(growth.first());
      const double duration = static_cast<double>(context.options.leakprof_duration.count());
      const double seen = duration > 0 ? std::min(1.0, growth.span_seconds / duration) : 1.0;
      evidences.push_back({subject, kRule, Grade::kRemark, "persistence", static_cast<int>(25 * share * seen),
                           format("{} of the first {} are still there after {}", growth.survivors, growth.first(),
                                  span_in_words(growth.span_seconds))});
    }
    evidences.push_back({subject, kRule, Grade::kRemark, "state", points_of(group.state_class),
                         std::string(kind_of_wait(group.state_class))});
    const int crowd = static_cast<int>(std::min(15.0, 5.0 * std::log10(static_cast<double>(facts.count))));
    evidences.push_back(
        {subject, kRule, Grade::kRemark, "crowd", crowd, format("{} goroutines have this signature", facts.count)});
    if (group.wait_min > 0) {
      evidences.push_back(
          {subject, kRule, Grade::kRemark, "wait", std::min<int>(10, group.wait_min),
           format("they wait for {} to {} minutes by the runtime's clock", group.wait_min, group.wait_max)});
    }
  }
}

void keep_signatures(const DetectOptions& options, std::vector<Finding>& findings) {
  const bool channels = options.leakprof == LeakProf::kChannels;
  std::erase_if(findings, [&](const Finding& finding) {
    if (finding.kind != FindingKind::kGoroutine) return true;
    const bool whatever_count = finding.rule == "goroutine/proven-leak" || finding.rule == "goroutine/blocked-forever";
    if (!whatever_count && count_with_consequences(finding) < options.leakprof_threshold) return true;
    // Growth of those at work is told all the same; that some are there is not.
    if (options.leakprof_blocked && shows_work(finding) && finding.verdict != Verdict::kLeak) return true;
    // A crowd that only receives or selects is how pools idle; a crowd that cannot send is worth a line.
    const bool idles = finding.verdict == Verdict::kInfo && finding.state != wait_state_name(WaitState::kChanSend);
    return channels && (!waits_on_channel(finding) || idles);
  });
  if (channels) merge_lines(findings);
  for (Finding& finding : findings) move_into_band(finding);
  sort_findings(findings);
}

}  // namespace lf::detect
