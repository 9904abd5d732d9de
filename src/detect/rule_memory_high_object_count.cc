#include "base/format.h"
#include "detect/rules.h"

namespace lf::detect {
namespace {

constexpr std::uint64_t kMany = 10'000'000;

}  // namespace

/// Source: the cost of marking, which grows with the number of objects. Guards against: calling a size a leak; a count
/// is a remark.
void find_high_object_counts(const Context& context, Evidences& evidences) {
  if (context.series.samples.empty()) return;
  const SamplePoint& last = context.series.samples.back();
  if (!last.objects || *last.objects < kMany) return;
  evidences.push_back({{SubjectKind::kProcess, 0},
                       "memory/high-object-count",
                       Grade::kRemark,
                       "objects",
                       10,
                       format("{:.1f} million objects live on the heap: each collection has to look at all of them",
                              static_cast<double>(*last.objects) / 1e6)});
}

}  // namespace lf::detect
