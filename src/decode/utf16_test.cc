#include "decode/utf16.h"

#include <string>

#include <gtest/gtest.h>

#include "decode/decoder.h"
#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::as_byte_span;

std::string widened(std::string_view text, bool little) {
  std::string out = little ? "\xFF\xFE" : "\xFE\xFF";
  for (const char c : text) {
    if (little) out += c;
    out += '\0';
    if (!little) out += c;
  }
  return out;
}

TEST(Utf16, BecomesUtf8InAnyPieces) {
  const std::string text("a\0\xE4\0\xAC\x20\x3D\xD8\x00\xDE\x3D\xD8z\0", 14);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Utf16Reader reader(Utf16Reader::Order::kLittleEndian);
    const std::string first = reader.read(as_byte_span(std::string_view(text).substr(0, cut)));
    EXPECT_EQ(first + reader.read(as_byte_span(std::string_view(text).substr(cut))), "aä€😀\uFFFDz");
  }
}

TEST(Utf16, IsReadAsWhatPowerShellSaved) {
  const std::string plain = testing::read_testdata("goroutine-debug2-go1.19.13-zoo.txt");
  std::string text;
  for (const char c : plain) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  for (const bool little : {true, false}) {
    Symbols symbols;
    const auto decoder = make_any_decoder(symbols, {});
    decoder->feed(as_byte_span(widened(text, little)));
    const auto decoded = decoder->finish();
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->kind, ContentKind::kGoroutineDump);
    EXPECT_EQ(decoded->goroutine_profiles.at(0).total, 48U);
    EXPECT_TRUE(decoded->warnings.empty());
  }
}

}  // namespace
}  // namespace lf::decode
