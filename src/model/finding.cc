#include "model/finding.h"

namespace lf {

std::string_view finding_kind_name(FindingKind kind) {
  return kind == FindingKind::kMemory ? "memory" : "goroutine";
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kInfo:
      return "info";
    case Verdict::kSuspect:
      return "suspect";
    case Verdict::kLeak:
      return "leak";
  }
  return "info";
}

}  // namespace lf
