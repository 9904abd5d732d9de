#include "cli/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lf::cli {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

milliseconds duration(std::string_view text) {
  const Result<milliseconds> value = parse_duration(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(milliseconds(-1));
}

TEST(Duration, AddsItsPartsAsGoDoes) {
  EXPECT_EQ(duration("500ms"), milliseconds(500));
  EXPECT_EQ(duration("1m30s"), milliseconds(90'000));
  EXPECT_EQ(duration("2h"), milliseconds(7'200'000));
  EXPECT_EQ(duration("1.5s"), milliseconds(1'500));
  EXPECT_EQ(duration(".5s"), milliseconds(500));
  EXPECT_EQ(duration("0"), milliseconds(0));
  EXPECT_EQ(duration("0s"), milliseconds(0));
  EXPECT_EQ(duration("1h1m1s1ms"), milliseconds(3'661'001));
}

TEST(Duration, OfLessThanAMillisecondIsNotNothing) {
  EXPECT_EQ(duration("1ns"), milliseconds(1));
  EXPECT_EQ(duration("300us"), milliseconds(1));
  EXPECT_EQ(duration("300µs"), milliseconds(1));
}

TEST(Duration, RefusesWhatGoRefuses) {
  for (const std::string_view text :
       {"", "5", "soon", "-5s", "5 s", "s", ".", "1e3s", "5s5", "infs", "nans", "1h-5m", "9999999999999h", "0x5s"}) {
    const Result<milliseconds> value = parse_duration(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, ErrorCode::kUsage);
    EXPECT_THAT(value.error().message, HasSubstr(text));
  }
}

TEST(Bool, HasGosSpellings) {
  for (const std::string_view text : {"1", "t", "T", "TRUE", "true", "True"}) EXPECT_EQ(parse_bool(text), true) << text;
  for (const std::string_view text : {"0", "f", "F", "FALSE", "false", "False"})
    EXPECT_EQ(parse_bool(text), false) << text;
  for (const std::string_view text : {"", "yes", "maybe", "tRUE", "2"}) EXPECT_FALSE(parse_bool(text)) << text;
}

TEST(Count, IsAWholeNumberOfSixtyFourBits) {
  EXPECT_EQ(parse_count("0"), 0U);
  EXPECT_EQ(parse_count("18446744073709551615"), 18'446'744'073'709'551'615U);
  for (const std::string_view text : {"", "-1", "+1", "1.5", "1k", "ten", " 1", "18446744073709551616"}) {
    EXPECT_FALSE(parse_count(text)) << text;
  }
}

TEST(Number, IsAFraction) {
  EXPECT_EQ(parse_number("62.5"), 62.5);
  EXPECT_EQ(parse_number("50"), 50.0);
  for (const std::string_view text : {"", "-1", "inf", "nan", "5%", "1e3"}) EXPECT_FALSE(parse_number(text)) << text;
}

TEST(Size, WithoutUnitIsMebibytes) {
  EXPECT_EQ(parse_size("512"), 512ULL << 20);
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("1.5"), 3ULL << 19);
}

TEST(Size, KnowsBinaryAndDecimalUnitsInAnyCase) {
  EXPECT_EQ(parse_size("64KiB"), 64ULL << 10);
  EXPECT_EQ(parse_size("512MiB"), 512ULL << 20);
  EXPECT_EQ(parse_size("2GiB"), 2ULL << 30);
  EXPECT_EQ(parse_size("2gib"), 2ULL << 30);
  EXPECT_EQ(parse_size("1TiB"), 1ULL << 40);
  EXPECT_EQ(parse_size("100B"), 100U);
  EXPECT_EQ(parse_size("1kB"), 1'000U);
  EXPECT_EQ(parse_size("500MB"), 500'000'000U);
  EXPECT_EQ(parse_size("1GB"), 1'000'000'000U);
}

TEST(Size, RefusesWhatIsNone) {
  for (const std::string_view text : {"", "big", "-1", "12XB", "5 MB", "inf", "99999999999TiB"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(ValueErrors, ShowControlCharactersAsEscapes) {
  EXPECT_THAT(parse_count("\x1b[2J").error().message, HasSubstr("\"\\x1b[2J\""));
}

TEST(List, TrimsItsItemsAndDropsEmptyOnes) {
  EXPECT_THAT(split_list("a, b\t,,c ,"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_list(" "), IsEmpty());
  EXPECT_THAT(split_list("one two"), ElementsAre("one two"));
}

}  // namespace
}  // namespace lf::cli
