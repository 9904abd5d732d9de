#include "base/format.h"
#include "report/numbers.h"
#include "report/text_parts.h"

namespace lf::report {

Tint level_tint(Level level) {
  switch (level) {
    case Level::kNormal:
      return Tint::kGreen;
    case Level::kModerate:
    case Level::kHigh:
      return Tint::kYellow;
    case Level::kCritical:
      return Tint::kRed;
  }
  return Tint::kPlain;
}

Tint verdict_tint(Verdict verdict) {
  switch (verdict) {
    case Verdict::kLeak:
      return Tint::kRed;
    case Verdict::kSuspect:
      return Tint::kYellow;
    case Verdict::kInfo:
      return Tint::kCyan;
  }
  return Tint::kPlain;
}

std::string series_text(const Signs& signs, const std::vector<std::uint64_t>& counts, bool bytes) {
  constexpr std::size_t kShown = 12;
  std::string out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.size() > kShown && i == kShown / 2) {
      out += format(" {} {}", signs.arrow, signs.ellipsis);
      i = counts.size() - kShown / 2;
    }
    out += format("{}{}", i == 0 ? "" : format(" {} ", signs.arrow),
                  bytes ? bytes_in_words(counts[i]) : with_commas(counts[i]));
  }
  return out;
}

}  // namespace lf::report
