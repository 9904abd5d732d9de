#include <algorithm>
#include <cmath>

#include "detect/memory_facts.h"
#include "detect/rules.h"

namespace lf::detect {

/// Source: the memory pattern (spec, section 2). Guards against: naming a leak where no site is to blame; the heap's
/// own trend is a suspicion, and silent where a site explains it.
void find_growing_heap(const Context& context, Evidences& evidences) {
  const MemoryFacts& memory = context.memory;
  const bool explained = std::ranges::any_of(memory.sites, [&](const HeapGrowth& site) {
    return (site.significant && site.still_growing) || carries_growth(site, memory);
  });
  if (explained) return;
  if (surely_grows(memory) && memory.pattern != MemoryPattern::kGrowing) {
    evidences.push_back(
        {{SubjectKind::kProcess, 0}, "memory/growing-heap", Grade::kGlimpse, "growth", 25, growth_in_words(memory)});
  }
  if (memory.pattern != MemoryPattern::kGrowing) return;
  // Sites that have come to their plateau explain a rise that is over.
  double over = 0;
  for (const HeapGrowth& site : memory.sites) over += site.significant && !site.still_growing ? site.gain() : 0;
  // The live heap is a sample: a sum of Poisson counts of `rate` bytes each has this standard error.
  const double live = memory.live_bytes.empty() ? 0 : std::max(memory.live_bytes.back(), 0.0);
  const double error = std::sqrt(static_cast<double>(context.series.heap_rate_bytes) * live);
  // One trend at 5 % is passed by chance where it is looked for at every sample; sampled objects tell apart.
  constexpr double kOneInHundred = 0.01;
  const bool gathers = surely_grows(memory) || memory.flow.chance() < kOneInHundred;
  const bool told = over * 2 < memory.trend.total && memory.trend.total >= 3 * error && gathers;
  const Grade grade = told ? Grade::kGlimpse : Grade::kRemark;
  evidences.push_back({{SubjectKind::kProcess, 0}, "memory/growing-heap", grade, "growth", 25, memory.pattern_reason});
}

}  // namespace lf::detect
