#include "detect/patterns.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <numeric>

#include <re2/re2.h>

#include "base/format.h"
#include "base/text.h"
#include "detect/site.h"

namespace lf::detect {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool has_capital(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

struct Compiled {
  PatternSpec spec;
  bool ignore_case = false;
  std::unique_ptr<re2::RE2> expression;  ///< none: a substring

  bool matches(std::string_view text) const {
    if (expression != nullptr) return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression);
    if (!ignore_case) return text.contains(spec.pattern);
    const auto found = std::ranges::search(text, spec.pattern, [](char a, char b) { return lower(a) == b; });
    return !found.empty() || spec.pattern.empty();
  }
};

}  // namespace

struct PatternSet::Impl {
  std::vector<Compiled> patterns;
  MatchOn on = MatchOn::kFunctionAndFile;

  bool matches(const Compiled& pattern, const Symbols& symbols, FrameId frame) const {
    const std::string_view function = symbols.function(frame), file = symbols.file(frame);
    if (owner_of(function, file) == CodeOwner::kRuntime) return false;
    switch (on) {
      case MatchOn::kName:
        return pattern.matches(name_in_package(function));
      case MatchOn::kPackage:
        return pattern.matches(package_of(function));
      case MatchOn::kFunctionAndFile:
        return pattern.matches(function) || pattern.matches(file);
    }
    return false;
  }
};

PatternSet::PatternSet() : impl_(std::make_unique<Impl>()) {}
PatternSet::~PatternSet() = default;
PatternSet::PatternSet(PatternSet&&) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&&) noexcept = default;

Result<PatternSet> PatternSet::compile(std::span<const PatternSpec> specs, MatchOn on) {
  PatternSet set;
  set.impl_->on = on;
  for (const PatternSpec& spec : specs) {
    Compiled compiled{.spec = spec};
    constexpr std::string_view kExpression = "re:";
    if (spec.pattern.empty() || spec.pattern == kExpression) {
      return fail(ErrorCode::kUsage, "a pattern is empty: it would match everything");
    }
    if (spec.pattern.starts_with(kExpression)) {
      compiled.expression = std::make_unique<re2::RE2>(spec.pattern.substr(kExpression.size()), re2::RE2::Quiet);
      if (!compiled.expression->ok()) {
        return fail(ErrorCode::kUsage, format("pattern \"{}\" is no regular expression: {}", visible(spec.pattern),
                                              visible(compiled.expression->error())));
      }
    } else {
      compiled.ignore_case = !has_capital(spec.pattern);
    }
    set.impl_->patterns.push_back(std::move(compiled));
  }
  return set;
}

bool PatternSet::empty() const {
  return impl_->patterns.empty();
}

const PatternSpec* PatternSet::find(const Symbols& symbols, StackId stack, FrameId creator) const {
  for (const Compiled& pattern : impl_->patterns) {
    const auto matches = [&](FrameId frame) { return impl_->matches(pattern, symbols, frame); };
    if (std::ranges::any_of(symbols.stack(stack), matches)) return &pattern.spec;
    if (creator && matches(creator)) return &pattern.spec;
  }
  return nullptr;
}

const std::string* PatternSet::match(const Symbols& symbols, StackId stack, FrameId creator) const {
  const PatternSpec* found = find(symbols, stack, creator);
  return found == nullptr ? nullptr : &found->reason;
}

bool GoroutineFilter::keeps(const Symbols& symbols, StackId stack, FrameId creator) const {
  if (!functions.empty() && functions.find(symbols, stack, creator) == nullptr) return false;
  if (!packages.empty() && packages.find(symbols, stack, creator) == nullptr) return false;
  return excluded.empty() || excluded.find(symbols, stack, creator) == nullptr;
}

namespace {

/// Removes what `keeps` refuses and counts what is left.
template <class Keeps>
std::uint64_t keep_only(const Keeps& keeps, GoroutineProfile& profile) {
  const std::uint64_t before = profile.total;
  const bool parents_told = profile.parents.size() == profile.goroutines.size();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < profile.goroutines.size(); ++i) {
    const Goroutine& goroutine = profile.goroutines[i];
    if (!keeps(goroutine.stack, goroutine.creator, goroutine.labels)) continue;
    if (parents_told) profile.parents[kept] = profile.parents[i];
    profile.goroutines[kept++] = goroutine;
  }
  profile.goroutines.resize(kept);
  if (parents_told) profile.parents.resize(kept);
  std::erase_if(profile.counts,
                [&](const StackCount& record) { return !keeps(record.stack, FrameId{}, record.labels); });
  profile.total = static_cast<std::uint64_t>(std::ranges::count_if(profile.goroutines, [](const Goroutine& goroutine) {
    return !goroutine.has(kSystem) && !goroutine.has(kScheduler);
  }));
  for (const StackCount& record : profile.counts) {
    profile.total += static_cast<std::uint64_t>(std::max<std::int64_t>(record.count, 0));
  }
  return before;
}

}  // namespace

std::uint64_t apply_filter(const Symbols& symbols, const GoroutineFilter& filter, GoroutineProfile& profile) {
  return keep_only([&](StackId stack, FrameId creator, LabelsId) { return filter.keeps(symbols, stack, creator); },
                   profile);
}

std::uint64_t keep_labelled(const Symbols& symbols, std::span<const std::pair<std::string, std::string>> wanted,
                            GoroutineProfile& profile) {
  return keep_only(
      [&](StackId, FrameId, LabelsId labels) {
        return std::ranges::all_of(wanted, [&](const auto& pair) {
          return std::ranges::any_of(symbols.labels(labels), [&](const Label& label) {
            return symbols.text(label.key) == pair.first && symbols.text(label.value) == pair.second;
          });
        });
      },
      profile);
}

}  // namespace lf::detect
