#include "decode/index_page.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::as_byte_span;

Result<Decoded> decode(std::string_view page, std::size_t step = SIZE_MAX) {
  Symbols symbols;
  const auto decoder = make_index_page_decoder(symbols, {});
  for (std::size_t at = 0; at < page.size(); at += std::min(step, page.size() - at)) {
    decoder->feed(as_byte_span(page.substr(at, std::min(step, page.size() - at))));
  }
  return decoder->finish();
}

std::string words(const Result<Decoded>& decoded) {
  if (!decoded) return "error";
  std::string out;
  for (const IndexRow& row : decoded->index) out.append(row.name.raw()).append("=") += std::to_string(row.count) + " ";
  return out;
}

TEST(IndexPage, ListsProfilesWithTheirCounts) {
  const std::string page = testing::read_testdata("index-go1.27.0-zoo.html");
  const auto decoded = decode(page);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->kind, ContentKind::kIndexPage);
  EXPECT_EQ(words(decoded),
            "allocs=5 block=0 cmdline=0 goroutine=46 goroutineleak=0 heap=5 mutex=0 profile=0 symbol=0 "
            "threadcreate=7 trace=0 ");
  EXPECT_EQ(words(decode(page, 1)), words(decoded));
}

TEST(IndexPage, UnescapesNames) {
  EXPECT_EQ(
      words(decode(
          "<tr><td>1</td><td><a href='example.com/a%26b?debug=1'>example.com/a&amp;b&#39;&#x3c;&odd;</a></td></tr>")),
      "example.com/a&b'<&odd;=1 ");
}

TEST(IndexPage, ReadsTheTableOfOldGo) {
  EXPECT_EQ(words(decode("<table>\n<tr><td align=right>5<td><a href=\"goroutine?debug=1\">goroutine</a>\n"
                         "<tr><td align=right>7<td><a href=\"heap?debug=1\">heap</a>\n</table>")),
            "goroutine=5 heap=7 ");
}

TEST(IndexPage, CapsACountBeyondItsRange) {
  const auto decoded = decode("<tr><td>99999999999999999999</td><td><a href='goroutine?debug=1'>goroutine</a>");
  EXPECT_EQ(decoded->index.at(0).count, UINT64_MAX);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kNumberOutOfRange), 1U);
}

TEST(IndexPage, TakesAnotherPageForHtmlWithItsTitle) {
  const auto decoded = decode("<!doctype html><html><head><title class=\"x\">\n  Sign in &amp; go\n</title>");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->kind, ContentKind::kHtml);
  EXPECT_EQ(decoded->what.raw(), "Sign in & go");
  EXPECT_EQ(decode("<html><h1>502 Bad Gateway</h1>")->what.raw(), "502 Bad Gateway");
  EXPECT_EQ(decode("<html>")->what.raw(), "");
}

TEST(IndexPage, PassesOverRowsThatAreNone) {
  EXPECT_EQ(words(decode("<a href='x?debug=1'>no row</a><tr><td><a href='y?debug=1'>no count</a>"
                         "<tr><td>3</td><td><a href='z?debug=1'")),
            "");
}

}  // namespace
}  // namespace lf::decode
