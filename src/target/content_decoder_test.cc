#include "target/content_decoder.h"

#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

namespace lf::target {
namespace {

/// `text` as gzip (bits 31) or zlib (bits 15).
std::string packed(std::string_view text, int bits) {
  z_stream state{};
  EXPECT_EQ(::deflateInit2(&state, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(::deflateBound(&state, text.size()), '\0');
  std::string in(text);
  state.next_in = reinterpret_cast<Bytef*>(in.data());
  state.avail_in = static_cast<uInt>(in.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&state, Z_FINISH), Z_STREAM_END);
  out.resize(state.total_out);
  ::deflateEnd(&state);
  return out;
}

struct Decoded {
  std::string body;
  bool broken = false;
  bool cut_short = false;
};

Decoded decode(std::string_view encoding, std::string_view bytes, std::size_t piece, std::size_t limit = 1 << 30) {
  ContentDecoder decoder;
  Decoded out;
  EXPECT_TRUE(decoder.start(encoding));
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    const bool goes_on = decoder.decode(std::as_bytes(std::span(part)), [&](std::span<const std::byte> chunk) {
      out.body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
      return out.body.size() <= limit;
    });
    if (!goes_on) break;
  }
  out.broken = decoder.broken();
  out.cut_short = decoder.cut_short();
  return out;
}

TEST(ContentDecoder, UndoesGzipAndDeflateInAnyPieces) {
  const std::string text(200'000, 'x');
  for (const std::size_t piece : {std::size_t{1}, std::size_t{100'000}}) {
    EXPECT_EQ(decode("gzip", packed(text, 31), piece).body, text);
    EXPECT_EQ(decode("X-GZip", packed(text, 31), piece).body, text);
    EXPECT_EQ(decode("deflate", packed(text, 15), piece).body, text);
  }
}

TEST(ContentDecoder, LeavesABodyAloneThatIsNotEncoded) {
  ContentDecoder decoder;
  EXPECT_TRUE(decoder.start(""));
  EXPECT_TRUE(decoder.start("identity"));
  EXPECT_FALSE(decoder.active());
}

TEST(ContentDecoder, RefusesWhatItDoesNotKnow) {
  ContentDecoder decoder;
  EXPECT_FALSE(decoder.start("br"));
  EXPECT_TRUE(decoder.broken());
  EXPECT_FALSE(decoder.start("gzip, gzip"));
}

TEST(ContentDecoder, SaysWhatIsBrokenOrCutShort) {
  const std::string good = packed("hello, hello, hello", 31);
  EXPECT_TRUE(decode("gzip", "no gzip", 7).broken);
  EXPECT_TRUE(decode("gzip", good + "more", 1000).broken);
  EXPECT_TRUE(decode("gzip", good.substr(0, good.size() - 1), 1000).cut_short);
  EXPECT_FALSE(decode("gzip", good, 3).cut_short);
}

TEST(ContentDecoder, StopsABombWhereTheSinkHasEnough) {
  const std::string bomb = packed(std::string(50 << 20, '\0'), 31);
  const Decoded got = decode("gzip", bomb, bomb.size(), 100'000);
  EXPECT_LE(got.body.size(), 200'000U);
  EXPECT_FALSE(got.broken);
}

}  // namespace
}  // namespace lf::target
