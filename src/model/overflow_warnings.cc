#include "model/overflow_warnings.h"

#include <string_view>

namespace lf {

void warn_of_overflows(const SymbolOverflows& before, const SymbolOverflows& now, const std::string& where,
                       Warnings& warnings) {
  const auto warn = [&](std::uint64_t SymbolOverflows::* member, std::string_view message) {
    const std::uint64_t lost = now.*member - before.*member;
    if (lost > 0) warnings.add(WarningCode::kLimitReached, TargetText(message), where, lost);
  };
  warn(&SymbolOverflows::stacks,
       "more different stacks than -max-stacks allows: the goroutines of the others were counted without a stack");
  warn(&SymbolOverflows::frames,
       "frames beyond -max-frames-per-stack (at the root end), or beyond two million different ones, were left out");
  warn(&SymbolOverflows::labels, "more pprof labels than -max-labels allows: the rest was left out");
  warn(&SymbolOverflows::strings, "more bytes of names than -max-name-bytes allows: the rest was left out or cut");
}

}  // namespace lf
