#include "detect/patterns.h"

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::ids;
using testing::Scene;

bool matches(std::string_view pattern, MatchOn on, const std::vector<std::string>& stack,
             std::string_view creator = "") {
  Scene scene;
  const std::vector<PatternSpec> specs{{std::string(pattern), ""}};
  const Result<PatternSet> set = PatternSet::compile(specs, on);
  if (!set) return false;
  const FrameId by = creator.empty() ? FrameId{} : scene.frame(creator);
  return set->find(scene.symbols, scene.stack(stack), by) != nullptr;
}

TEST(Pattern, IgnoresCaseWithoutCapitals) {
  EXPECT_TRUE(matches("client).do", MatchOn::kFunctionAndFile, {"net/http.(*Client).Do:1"}));
  EXPECT_FALSE(matches("client).Do", MatchOn::kFunctionAndFile, {"net/http.(*Client).Do:1"}));
}

TEST(Pattern, MatchesFilesAndCreators) {
  EXPECT_TRUE(matches("/src/app", MatchOn::kFunctionAndFile, {"main.f:1"}));
  EXPECT_TRUE(matches("main.g", MatchOn::kFunctionAndFile, {"main.f:1"}, "main.g:2"));
}

TEST(Pattern, HoldsNamesWithoutTheirPackage) {
  EXPECT_TRUE(matches("(*Client).Do", MatchOn::kName, {"net/http.(*Client).Do:1"}));
  EXPECT_FALSE(matches("net/http", MatchOn::kName, {"net/http.(*Client).Do:1"}));
  EXPECT_TRUE(matches("net/http", MatchOn::kPackage, {"net/http.(*Client).Do:1"}));
}

TEST(Pattern, NeverMatchesTheRuntime) {
  EXPECT_FALSE(matches("gopark", MatchOn::kFunctionAndFile, {"runtime.gopark:1", "main.f:1"}));
}

TEST(Pattern, TakesRegularExpressions) {
  EXPECT_TRUE(matches("re:^main\\.f$", MatchOn::kFunctionAndFile, {"main.f:1"}));
  EXPECT_FALSE(matches("re:^f$", MatchOn::kFunctionAndFile, {"main.f:1"}));
}

TEST(Pattern, RefusesWhatCannotBeCompiled) {
  const std::vector<PatternSpec> bad{{"re:(", ""}}, empty{{"", ""}};
  EXPECT_EQ(PatternSet::compile(bad, MatchOn::kName).error().code, ErrorCode::kUsage);
  EXPECT_EQ(PatternSet::compile(empty, MatchOn::kName).error().code, ErrorCode::kUsage);
}

TEST(GoroutineFilter, KeepsAnyOfAListAndAllOfTheCriteria) {
  Scene scene;
  GoroutineProfile profile = scene.dump({{.ids = ids(1, 3), .stack = {"main.alpha:1"}, .parent = 9},
                                         {.ids = ids(10, 4), .stack = {"main.beta:1"}, .parent = 8},
                                         {.ids = ids(20, 5), .stack = {"main.gamma:1"}, .parent = 7}});
  const std::vector<PatternSpec> names{{"alpha", ""}, {"beta", ""}}, excluded{{"main.beta", ""}};
  GoroutineFilter filter;
  filter.functions = std::move(*PatternSet::compile(names, MatchOn::kName));
  filter.excluded = std::move(*PatternSet::compile(excluded, MatchOn::kFunctionAndFile));
  EXPECT_EQ(apply_filter(scene.symbols, filter, profile), 12U);
  EXPECT_EQ(profile.total, 3U);
  EXPECT_EQ(profile.parents, (std::vector<std::uint32_t>{9, 9, 9}));
}

}  // namespace
}  // namespace lf::detect
