#include "detect/memory_facts.h"
#include "detect/rules.h"

namespace lf::detect {

/// Source: the memory pattern (spec, section 2). Guards against: the saw-tooth of HeapAlloc (the live heap is looked
/// at) and sampling noise. A cliff is a remark: batches end, caches are dropped, processes restart.
void find_cliffs(const Context& context, Evidences& evidences) {
  if (context.memory.pattern != MemoryPattern::kCliff) return;
  evidences.push_back(
      {{SubjectKind::kProcess, 0}, "memory/cliff", Grade::kRemark, "cliff", 10, context.memory.pattern_reason});
}

}  // namespace lf::detect
