#include "model/symbols.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/overflow_warnings.h"

namespace lf {
namespace {

FrameId frame(Symbols& symbols, std::string_view function) {
  return symbols.intern(Frame{symbols.intern(function), symbols.intern("/m.go"), 1});
}

/// How often the only limit that bit did, where its warning names `flag`.
std::uint64_t warned(const Symbols& symbols, std::string_view flag) {
  Warnings warnings;
  warn_of_overflows({}, symbols.overflows(), "byte 7", warnings);
  if (warnings.all().size() != 1 || warnings.all()[0].where != "byte 7") return 0;
  return warnings.all()[0].message.raw().contains(flag) ? warnings.all()[0].count : 0;
}

TEST(Symbols, GivesEqualStacksEqualIds) {
  Symbols symbols;
  const std::vector<FrameId> stack{frame(symbols, "main.f"), frame(symbols, "main.g")};
  const StackId id = symbols.intern_stack(stack);
  EXPECT_TRUE(id);
  EXPECT_EQ(symbols.intern_stack(stack).value, id.value);
  EXPECT_EQ(symbols.function(symbols.stack(id)[1]), "main.g");
  EXPECT_EQ(symbols.overflows().total(), 0U);
}

TEST(Symbols, KeepNoMoreStacksThanTheLimit) {
  Symbols symbols({.stacks = 2});
  std::vector<StackId> ids;
  for (const char* name : {"main.a", "main.b", "main.c", "main.d", "main.a"}) {
    ids.push_back(symbols.intern_stack(std::vector{frame(symbols, name)}));
  }
  EXPECT_FALSE(ids[2]);
  EXPECT_FALSE(ids[3]);
  EXPECT_EQ(ids[4].value, ids[0].value) << "one that is known goes on being known";
  EXPECT_EQ(warned(symbols, "-max-stacks"), 2U);
}

TEST(Symbols, CutALongStackAtItsRoot) {
  Symbols symbols({.frames_a_stack = 2});
  const std::vector<FrameId> stack{frame(symbols, "main.leaf"), frame(symbols, "main.f"), frame(symbols, "main.main")};
  const StackId id = symbols.intern_stack(stack);
  ASSERT_EQ(symbols.stack(id).size(), 2U);
  EXPECT_EQ(symbols.function(symbols.stack(id)[0]), "main.leaf");
  EXPECT_EQ(warned(symbols, "-max-frames-per-stack"), 1U);
}

TEST(Symbols, KeepNoMoreFramesThanTheLimit) {
  Symbols symbols({.frames = 3});
  for (int i = 0; i < 5; ++i) frame(symbols, "main.f" + std::to_string(i));
  EXPECT_EQ(symbols.frame_count(), 3U);
  EXPECT_EQ(warned(symbols, "different"), 2U);
}

TEST(Symbols, KeepNoMoreLabelsThanTheLimit) {
  Symbols symbols({.labels = 1});
  const auto label = [&](std::string_view value) {
    return symbols.intern_labels(std::vector{Label{symbols.intern("k"), symbols.intern(value)}});
  };
  EXPECT_TRUE(label("a"));
  EXPECT_FALSE(label("b"));
  EXPECT_TRUE(label("a"));
  EXPECT_EQ(warned(symbols, "-max-labels"), 1U);
}

TEST(Symbols, KeepNoMoreBytesOfNamesThanTheLimit) {
  Symbols symbols({.string_bytes = 4096});
  std::uint64_t kept = 0;
  for (int i = 0; i < 1000; ++i) kept += symbols.text(symbols.intern("name " + std::to_string(i))).size();
  EXPECT_GT(kept, 500U);
  EXPECT_LT(kept, 4096U);
  EXPECT_EQ(symbols.text(symbols.intern("name 0")), "name 0") << "one that is known goes on being known";
  EXPECT_GT(warned(symbols, "-max-name-bytes"), 800U);
}

TEST(Symbols, CountAFloodOfShortNamesByWhatItCosts) {
  Symbols symbols({.string_bytes = 1 << 16});
  std::size_t kept = 0;
  for (int i = 0; i < 10'000; ++i) kept += symbols.intern(std::to_string(i)) ? 1U : 0U;
  EXPECT_LT(kept, (1 << 16) / 24U);
}

TEST(Symbols, CutAVeryLongName) {
  Symbols symbols({.one_string_bytes = 100});
  EXPECT_EQ(symbols.text(symbols.intern(std::string(1000, 'x'))).size(), 100U);
  EXPECT_EQ(warned(symbols, "-max-name-bytes"), 1U);
}

TEST(Overflows, OfEachLimitStayApart) {
  Warnings warnings;
  warn_of_overflows({}, {.stacks = 3, .labels = 2}, "byte 7", warnings);
  warn_of_overflows({.stacks = 3, .labels = 2}, {.stacks = 4, .labels = 2}, "byte 9", warnings);
  ASSERT_EQ(warnings.all().size(), 2U);
  EXPECT_EQ(warnings.all()[0].count, 4U);
  EXPECT_EQ(warnings.all()[1].count, 2U);
  EXPECT_EQ(warnings.count(WarningCode::kLimitReached), 6U);
}

TEST(Overflows, OfBeforeAreNotWarnedOfAgain) {
  Warnings warnings;
  warn_of_overflows({.stacks = 3}, {.stacks = 3}, "byte 7", warnings);
  EXPECT_TRUE(warnings.empty());
}

}  // namespace
}  // namespace lf
