#include "decode/lines.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace lf::decode {
namespace {

std::vector<std::string> split(std::string_view text, std::size_t piece, std::size_t line_bytes = 1000) {
  std::vector<std::string> lines;
  const auto take = [&](const TextLine& line) {
    lines.push_back(std::to_string(line.offset) + ":" + std::string(line.text) + (line.whole ? "" : " cut") +
                    (line.too_long ? " too long" : ""));
  };
  LineSplitter splitter(line_bytes);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) splitter.feed(text.substr(0, piece), take);
  splitter.finish(take);
  return lines;
}

TEST(LineSplitter, GivesTheSameLinesForAnyPieces) {
  const std::string text = "one\r\n\ntwo\rthree\n\r\nlast";
  const std::vector<std::string> expected{"0:one", "5:", "6:two\rthree", "16:", "18:last cut"};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) EXPECT_EQ(split(text, piece), expected) << piece;
}

TEST(LineSplitter, CutsALineThatIsTooLong) {
  const std::string text = "abcdef\nabcde\r\nx\n";
  const std::vector<std::string> expected{"0:abcde too long", "7:abcde", "14:x"};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) EXPECT_EQ(split(text, piece, 5), expected) << piece;
}

}  // namespace
}  // namespace lf::decode
