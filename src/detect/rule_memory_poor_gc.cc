#include "base/format.h"
#include "detect/rules.h"

namespace lf::detect {
namespace {

constexpr double kMuch = 0.10;

}  // namespace

/// Source: runtime.MemStats.GCCPUFraction, the collector's share of the CPU since the start. Guards against: short
/// programs, whose share means nothing yet (ten collections).
void find_poor_gc(const Context& context, Evidences& evidences) {
  const std::optional<MemoryStats>& stats = context.series.memory;
  if (!stats || stats->num_gc < 10 || stats->gc_cpu_fraction < kMuch || stats->gc_cpu_fraction > 1) return;
  evidences.push_back({{SubjectKind::kProcess, 0},
                       "memory/poor-gc",
                       Grade::kRemark,
                       "collector",
                       10,
                       format("the collector has used {:.0f} % of the CPU over {} collections",
                              100 * stats->gc_cpu_fraction, stats->num_gc)});
}

}  // namespace lf::detect
