#include "base/text.h"

#include <type_traits>

#include <gtest/gtest.h>

#include "base/format.h"

namespace lf {
namespace {

TEST(Visible, LeavesPlainTextAsItIs) {
  EXPECT_EQ(visible("main.(*Tür).Öffnen → 終"), "main.(*Tür).Öffnen → 終");
}
TEST(Visible, ShowsControlCharactersAsEscapes) {
  EXPECT_EQ(visible("a\x1b[31m\n\tb\x7f"), "a\\x1b[31m\\n\\tb\\x7f");
}
TEST(Visible, ShowsC1ControlsAsEscapes) {
  EXPECT_EQ(visible("\xC2\x9B"
                    "31m"),
            "\\x9b31m");
}
TEST(Visible, ShowsBidirectionalOverridesAsEscapes) {
  EXPECT_EQ(visible("\xE2\x80\xAE"
                    "gpj"),
            "\\u202egpj");
}
TEST(Visible, ShowsBytesThatAreNoUtf8AsEscapes) {
  EXPECT_EQ(visible("\xFF\xC0\xAF!"), "\\xff\\xc0\\xaf!");
}
TEST(ValidUtf8, ReplacesOverlongAndSurrogateForms) {
  EXPECT_EQ(valid_utf8("a\xED\xA0\x80z"), "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
}
TEST(ValidUtf8, ReplacesATruncatedTail) {
  EXPECT_EQ(valid_utf8("ok\xE2\x82"), "ok\xEF\xBF\xBD\xEF\xBF\xBD");
}

static_assert(!fmt::is_formattable<TargetText>::value, "a sink must not take target text raw");
static_assert(!std::is_convertible_v<TargetText, std::string_view>);
static_assert(!std::is_convertible_v<TargetText, std::string>);

TEST(Trimmed, TakesBlanksOffBothEnds) {
  EXPECT_EQ(trimmed(" \ta b\t\r"), "a b");
  EXPECT_EQ(trimmed(" \r\t"), "");
}

TEST(LinesOf, EndAtNewlinesAndWithTheText) {
  EXPECT_EQ(lines_of("a\n\nb"), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(lines_of("a\n"), (std::vector<std::string_view>{"a"}));
  EXPECT_TRUE(lines_of("").empty());
}

}  // namespace
}  // namespace lf
