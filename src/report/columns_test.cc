#include "report/columns.h"

#include <gtest/gtest.h>

namespace lf::report {
namespace {

TEST(Columns, CountsWideCharactersTwice) {
  EXPECT_EQ(columns("abc"), 3);
  EXPECT_EQ(columns("終🚨"), 4);
  EXPECT_EQ(columns("Tür · é"), 7);
}
TEST(Columns, CountsCombiningMarksNot) {
  EXPECT_EQ(columns("e\xCC\x81"), 1);
}
TEST(ShortenMiddle, LeavesWhatFits) {
  EXPECT_EQ(shorten_middle("/src/a.go:1", 11, "..."), "/src/a.go:1");
}
TEST(ShortenMiddle, KeepsTheFileAndLine) {
  EXPECT_EQ(shorten_middle("/home/someone/go/src/app/internal/pool.go:42", 20, "..."), "/home.../pool.go:42");
  EXPECT_LE(columns(shorten_middle("/home/someone/go/src/app/internal/pool.go:42", 20, "…")), 20);
}
TEST(ShortenFront, KeepsTheEnd) {
  EXPECT_EQ(shorten_front("compress/flate.NewWriter", 14, "..."), "...e.NewWriter");
  EXPECT_EQ(shorten_front("short", 14, "..."), "short");
  EXPECT_LE(columns(shorten_front("終終終終終終", 6, "…")), 6);
}
TEST(ShortenMiddle, NeverExceedsTheWidthWithWideCharacters) {
  EXPECT_LE(columns(shorten_middle("終終終終終終終終終終終終", 9, "…")), 9);
}
TEST(ShortenMiddle, KeepsBothEndsOfAnythingHoweverNarrow) {
  EXPECT_EQ(shorten_middle("abcdefgh", 0, "…"), "a…h");
}

}  // namespace
}  // namespace lf::report
