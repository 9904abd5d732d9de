#include "detect/detect.h"

#include <algorithm>
#include <string>
#include <utility>

#include "detect/doubt.h"
#include "detect/facts.h"
#include "detect/findings.h"
#include "detect/leakprof.h"
#include "detect/levels.h"
#include "detect/limits.h"
#include "detect/lock_graph.h"
#include "detect/memory_doubt.h"
#include "detect/memory_facts.h"
#include "detect/rules.h"

namespace lf::detect {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

void judge_levels(const Series& series, const DetectOptions& options, Verdicts& verdicts) {
  for (auto sample = series.samples.rbegin(); sample != series.samples.rend(); ++sample) {
    if (!sample->has_goroutines || !options.goroutines) continue;
    verdicts.goroutine_level = level_of(sample->total, options.goroutine_thresholds);
    verdicts.goroutine_alert = sample->total >= options.goroutine_thresholds.critical;
    break;
  }
  for (auto sample = series.samples.rbegin(); sample != series.samples.rend(); ++sample) {
    if (!sample->live_bytes || !options.memory) continue;
    verdicts.memory_level = level_of(*sample->live_bytes / kMiB, options.memory_thresholds_mb);
    verdicts.memory_alert = *sample->live_bytes / kMiB >= options.memory_thresholds_mb.critical;
    break;
  }
}

}  // namespace

Result<Verdicts> run(const History& history, const DetectOptions& options) {
  Result<PatternSet> safe = PatternSet::compile(options.safe, MatchOn::kFunctionAndFile);
  if (!safe) return std::unexpected(safe.error());
  Result<PatternSet> suspicious = PatternSet::compile(options.suspicious, MatchOn::kFunctionAndFile);
  if (!suspicious) return std::unexpected(suspicious.error());
  const Series& series = history.series();
  const std::vector<GroupFacts> groups = measure_groups(history.symbols(), series);
  const LockGraph locks = build_lock_graph(history.symbols(), series);
  const MemoryFacts memory = measure_memory(series, options.memory_history);
  const Context context{history.symbols(), series, options, groups, locks, memory, &*safe, &*suspicious};
  Evidences evidences;
  for (const Rule& rule : rule_table()) {
    const bool wanted = rule.kind == FindingKind::kGoroutine ? options.goroutines : options.memory;
    if (wanted) rule.run(context, evidences);
  }
  if (options.leakprof != LeakProf::kOff) add_signatures(context, evidences);
  Verdicts verdicts;
  Findings findings = make_findings(context, evidences);
  verdicts.findings = std::move(findings.kept);
  verdicts.left_out = findings.left_out;
  if (options.leakprof != LeakProf::kOff) keep_signatures(options, verdicts.findings);
  if (options.goroutines) {
    for (const Doubt& doubt : find_doubts(context)) {
      const bool listed = options.leakprof == LeakProf::kOff || doubt.count >= options.leakprof_threshold;
      if (listed) verdicts.doubts.emplace_back(doubt.words);
    }
    verdicts.goroutines_in_doubt = !verdicts.doubts.empty();
  }
  if (options.memory) {
    const bool told = std::ranges::any_of(verdicts.findings, [](const Finding& finding) {
      return finding.kind == FindingKind::kMemory && finding.verdict == Verdict::kLeak;
    });
    std::string doubt = told ? std::string() : find_memory_doubt(context);
    verdicts.memory_in_doubt = !doubt.empty();
    if (verdicts.memory_in_doubt) verdicts.doubts.emplace_back(doubt);
    verdicts.seconds_to_two_collections = seconds_to_two_collections(series, memory);
  }
  verdicts.limits = find_limits(context);
  judge_levels(series, options, verdicts);
  verdicts.pattern = memory.pattern;
  verdicts.fell_by_restart = memory.fell_by_restart;
  verdicts.pattern_reason = memory.pattern_reason;
  if (memory.live_bytes.size() >= 3) verdicts.growth_bytes_per_s = memory.trend.slope_per_second;
  verdicts.health = judge_health(verdicts);
  return verdicts;
}

}  // namespace lf::detect
