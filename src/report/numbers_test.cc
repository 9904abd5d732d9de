#include "report/numbers.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace lf::report {
namespace {

using std::chrono::milliseconds;

TEST(WithCommas, GroupsThousands) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(with_commas(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}
TEST(SignedWithCommas, ShowsTheSignOfBoth) {
  EXPECT_EQ(signed_with_commas(1234), "+1,234");
  EXPECT_EQ(signed_with_commas(0), "0");
  EXPECT_EQ(signed_with_commas(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}
TEST(BytesInWords, PicksTheUnit) {
  EXPECT_EQ(bytes_in_words(0), "0 B");
  EXPECT_EQ(bytes_in_words(1023), "1023 B");
  EXPECT_EQ(bytes_in_words(1024), "1.0 KiB");
  EXPECT_EQ(bytes_in_words(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(bytes_in_words(12'900'000), "12.3 MiB");
  EXPECT_EQ(bytes_in_words(std::numeric_limits<std::uint64_t>::max()), "16.0 EiB");
  EXPECT_EQ(signed_bytes_in_words(-2048), "-2.0 KiB");
}
TEST(ByteRateInWords, HoldsAnyNumber) {
  EXPECT_EQ(byte_rate_in_words(1'258'291.2), "1.2 MiB/s");
  EXPECT_EQ(signed_byte_rate_in_words(1'258'291.2), "+1.2 MiB/s");
  EXPECT_EQ(byte_rate_in_words(-1e300), "-7.8 EiB/s");
  EXPECT_EQ(byte_rate_in_words(std::numeric_limits<double>::infinity()), "?");
}
TEST(DurationInWords, PicksTheUnit) {
  EXPECT_EQ(duration_in_words(milliseconds{350}), "350 ms");
  EXPECT_EQ(duration_in_words(milliseconds{1250}), "1.2 s");
  EXPECT_EQ(duration_in_words(milliseconds{59'960}), "1m 00s");
  EXPECT_EQ(duration_in_words(milliseconds{125'000}), "2m 05s");
  EXPECT_EQ(duration_in_words(milliseconds{3'725'000}), "1h 02m");
  EXPECT_EQ(duration_in_words(milliseconds{-5}), "0 ms");
}
TEST(DecimalInWords, ShowsNoNeedlessDigits) {
  EXPECT_EQ(decimal_in_words(60), "60");
  EXPECT_EQ(decimal_in_words(0.46), "0.5");
  EXPECT_EQ(decimal_in_words(1234.4), "1,234");
  EXPECT_EQ(decimal_in_words(-3.04), "-3");
  EXPECT_EQ(decimal_in_words(0.031), "0.03");
  EXPECT_EQ(decimal_in_words(0), "0");
  EXPECT_EQ(decimal_in_words(1e300), "1e+300");
  EXPECT_EQ(decimal_in_words(std::numeric_limits<double>::quiet_NaN()), "?");
}
TEST(CountOf, TakesThePlural) {
  EXPECT_EQ(count_of(1, "leak"), "1 leak");
  EXPECT_EQ(count_of(0, "leak"), "0 leaks");
  EXPECT_EQ(count_of(2000, "entry", "entries"), "2,000 entries");
}
TEST(Rfc3339, IsUtcWithMilliseconds) {
  EXPECT_EQ(rfc3339(WallTime{} + milliseconds{1'795'452'041'250}), "2026-11-23T16:40:41.250Z");
  EXPECT_EQ(rfc3339(WallTime{} - milliseconds{1}), "1969-12-31T23:59:59.999Z");
}
TEST(TimeInWords, NamesItsZone) {
  EXPECT_EQ(time_in_words(WallTime{} + milliseconds{1'795'452'041'250}), "2026-11-23 16:40:41 UTC");
}

}  // namespace
}  // namespace lf::report
