#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/goroutine.h"
#include "model/symbols.h"

namespace lf::detect {

/// One pattern of the user or of a built-in table. Substring with smart case (a pattern without capitals ignores case),
/// or `re:` and a regular expression (RE2 syntax; capitals there count as written).
struct PatternSpec {
  std::string pattern;
  std::string reason;  ///< empty where none was given
};

/// What of a frame a pattern is held against.
enum class MatchOn : std::uint8_t {
  kFunctionAndFile,  ///< function with package, and file (suspicious, safe, exclude)
  kName,             ///< the function's name without its package, receiver included: `(*Client).Do`
  kPackage,          ///< the package's path
};

/// Compiled patterns of one kind. RE2 is touched only where a `re:` pattern is present.
class PatternSet {
 public:
  PatternSet();
  ~PatternSet();
  PatternSet(PatternSet&&) noexcept;
  PatternSet& operator=(PatternSet&&) noexcept;

  /// Errors: kUsage, naming the pattern and what is wrong with its regular expression. Empty patterns are refused.
  static Result<PatternSet> compile(std::span<const PatternSpec> specs, MatchOn on);

  bool empty() const;
  /// The reason of the first pattern that matches any frame of the stack or the creator; null where none does. Frames
  /// of the runtime never match.
  const std::string* match(const Symbols& symbols, StackId stack, FrameId creator) const;
  /// The pattern itself, as the user wrote it, where `match` finds one.
  const PatternSpec* find(const Symbols& symbols, StackId stack, FrameId creator) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The criteria of `filter`: any of a list, all of the lists.
struct GoroutineFilter {
  PatternSet functions;  ///< kName
  PatternSet packages;   ///< kPackage
  PatternSet excluded;   ///< kFunctionAndFile

  bool empty() const { return functions.empty() && packages.empty() && excluded.empty(); }
  bool keeps(const Symbols& symbols, StackId stack, FrameId creator) const;
};

/// Keeps only the goroutines that `filter` keeps; `total` becomes their number. Returns the total before.
std::uint64_t apply_filter(const Symbols& symbols, const GoroutineFilter& filter, GoroutineProfile& profile);

/// Keeps only goroutines that carry each of `wanted` (-label key=value). Returns the total before.
std::uint64_t keep_labelled(const Symbols& symbols, std::span<const std::pair<std::string, std::string>> wanted,
                            GoroutineProfile& profile);

}  // namespace lf::detect
