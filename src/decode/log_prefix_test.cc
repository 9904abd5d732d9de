#include "decode/log_prefix.h"

#include <gtest/gtest.h>

namespace lf::decode {
namespace {

std::string strip(std::string_view prefix, std::string_view line) {
  return std::string(LogPrefix(prefix).strip(line).value_or("(another prefix)"));
}

TEST(LogPrefix, FollowsTimesAndNumbersThatChange) {
  EXPECT_EQ(strip("2026-11-23T10:00:00.123456789Z stderr F ", "2026-11-23T10:00:01.9Z stderr F main.f()"), "main.f()");
  EXPECT_EQ(strip("Nov 23 10:00:00 host app[1234]: ", "Nov 24 00:00:01 host app[1234]: \t/a.go:1"), "\t/a.go:1");
  EXPECT_EQ(strip("2026/11/23 10:00:00 ", "2026/11/23 10:00:07 main.f()"), "main.f()");
  EXPECT_EQ(strip("ts=2026-11-23T10:00:00Z pod=web ", "ts=2026-11-23T10:00:59Z pod=web main.f()"), "main.f()");
}

TEST(LogPrefix, TellsProcessesApart) {
  EXPECT_EQ(strip("web_1  | ", "web_2  | main.f()"), "(another prefix)");
  EXPECT_EQ(strip("Nov 23 10:00:00 host app[1234]: ", "Nov 23 10:00:00 host app[1235]: x"), "(another prefix)");
  EXPECT_EQ(strip("[pod/web-7d9f/web] ", "[pod/web-8888/web] x"), "(another prefix)");
  EXPECT_EQ(strip("2026/11/23 10:00:00 ", "main.f()"), "(another prefix)");
}

TEST(LogPrefix, MayLackItsSpacesWhereNothingFollows) {
  EXPECT_EQ(strip("web_1  | ", "web_1  |"), "");
  EXPECT_EQ(strip("web_1  | ", "web_1  | "), "");
}

TEST(LogPrefix, KeepsWhatFollowsItsSpaces) {
  EXPECT_EQ(strip("web_1  | ", "web_1  | \t/a.go:1 +0x1"), "\t/a.go:1 +0x1");
  EXPECT_EQ(strip("    ", "    \t/a.go:1 +0x1"), "\t/a.go:1 +0x1");
}

}  // namespace
}  // namespace lf::decode
