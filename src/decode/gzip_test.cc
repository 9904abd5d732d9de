#include "decode/gzip.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

#include "decode/proto_wire.h"
#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::as_byte_span;

std::string compress(std::string_view text) {
  z_stream state{};
  EXPECT_EQ(deflateInit2(&state, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&state, text.size()) + 64, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&state, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - state.avail_out);
  deflateEnd(&state);
  return out;
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "goroutine " + std::to_string(i * 7919) + " [select]:\n";
  return text;
}

struct Streamed {
  std::string text;
  GzipEnd end = GzipEnd::kOpen;
};

Streamed stream(std::string_view compressed, std::size_t step, std::uint64_t limit = 1ULL << 30) {
  Streamed out;
  GzipStream inflater(limit);
  for (std::size_t at = 0; at < compressed.size(); at += step) {
    inflater.feed(as_byte_span(compressed.substr(at, step)),
                  [&](std::span<const std::byte> piece) { out.text += as_text(piece); });
  }
  out.end = inflater.end();
  return out;
}

std::string at_once(std::string_view compressed, GzipEnd& end, std::uint64_t limit = 1ULL << 30) {
  const Gunzipped out = gunzip(as_byte_span(compressed), limit);
  end = out.end;
  return std::string(as_text(out.bytes.items()));
}

TEST(GzipStream, GivesTheSameAtEveryChunking) {
  const std::string text = lines(20);
  const std::string compressed = compress(text);
  for (std::size_t step = 1; step <= compressed.size(); ++step) {
    const Streamed out = stream(compressed, step);
    ASSERT_EQ(out.text, text) << step;
    ASSERT_EQ(out.end, GzipEnd::kComplete) << step;
  }
}

TEST(Gunzip, AgreesWithTheStream) {
  const std::string text = lines(50'000);
  GzipEnd end{};
  EXPECT_EQ(at_once(compress(text), end), text);
  EXPECT_EQ(end, GzipEnd::kComplete);
}

TEST(Gunzip, ReadsSeveralMembersAndTheZerosBehindThem) {
  const std::string data = compress("one ") + compress("") + compress(lines(9000)) + std::string(512, '\0');
  GzipEnd end{};
  EXPECT_EQ(at_once(data, end), "one " + lines(9000));
  EXPECT_EQ(end, GzipEnd::kComplete);
  for (const std::size_t step : {1UZ, 2UZ, 19UZ, data.size()}) {
    const Streamed out = stream(data, step);
    EXPECT_EQ(out.text, "one " + lines(9000));
    EXPECT_EQ(out.end, GzipEnd::kComplete);
  }
}

TEST(Gunzip, SaysWhatFollowsTheLastMember) {
  struct Row {
    std::string tail;
    GzipEnd end;
  };
  for (const auto& [tail, expected] :
       {Row{"<html>", GzipEnd::kTrailing}, Row{"\x1f tail of something", GzipEnd::kTrailing},
        Row{"\x1f", GzipEnd::kOpen}, Row{"\x1f\x8b", GzipEnd::kOpen}}) {
    const std::string data = compress(lines(100)) + tail;
    GzipEnd end{};
    EXPECT_EQ(at_once(data, end), lines(100));
    EXPECT_EQ(end, expected) << tail;
    const Streamed out = stream(data, 3);
    EXPECT_EQ(out.text, lines(100));
    EXPECT_EQ(out.end, expected) << tail;
  }
}

TEST(Gunzip, KeepsWhatIsBeforeACut) {
  const std::string text = lines(5000);
  const std::string data = compress(text);
  GzipEnd end{};
  for (const std::size_t length : {data.size() - 1, data.size() - 8, data.size() / 2, 12UZ, 3UZ}) {
    const std::string part = at_once(data.substr(0, length), end);
    EXPECT_TRUE(text.starts_with(part));
    EXPECT_EQ(end, GzipEnd::kOpen);
    EXPECT_EQ(stream(data.substr(0, length), 100).text, part);
    if (length == data.size() / 2) {
      EXPECT_GT(part.size(), text.size() / 4);
    }
  }
}

TEST(Gunzip, KeepsWhatIsBeforeDamage) {
  const std::string text = lines(5000);
  std::string data = compress(text);
  data[data.size() - 6] = static_cast<char>(data[data.size() - 6] ^ 1);
  GzipEnd end{};
  EXPECT_EQ(at_once(data, end), text) << "only the checksum differs";
  EXPECT_EQ(end, GzipEnd::kDamaged);
  EXPECT_EQ(stream(data, 1000).end, GzipEnd::kDamaged);
}

TEST(Gunzip, StopsABombAtTheLimitExactly) {
  const std::string bomb = compress(std::string(50'000'000, 'x'));
  ASSERT_LT(bomb.size(), 60'000U);
  GzipEnd end{};
  EXPECT_EQ(at_once(bomb, end, 1'000'000).size(), 1'000'000U);
  EXPECT_EQ(end, GzipEnd::kTooLarge);
  const Streamed out = stream(bomb, 777, 1'000'000);
  EXPECT_EQ(out.text.size(), 1'000'000U);
  EXPECT_EQ(out.end, GzipEnd::kTooLarge);
}

TEST(Gunzip, TakesExactlyTheLimit) {
  const std::string text = lines(300);
  GzipEnd end{};
  EXPECT_EQ(at_once(compress(text), end, text.size()), text);
  EXPECT_EQ(end, GzipEnd::kComplete);
  EXPECT_EQ(stream(compress(text), 64, text.size()).end, GzipEnd::kComplete);
}

TEST(Gunzip, DoesNotTrustTheClaimedSize) {
  const std::string text = lines(3000);
  for (const char claim : {'\x00', '\x01', '\x7F', '\xFF'}) {
    std::string data = compress(text);
    for (std::size_t i = 1; i <= 4; ++i) data[data.size() - i] = claim;
    GzipEnd end{};
    EXPECT_EQ(at_once(data, end), text);
    EXPECT_EQ(end, GzipEnd::kDamaged);
  }
}

TEST(GzipStream, AcceptsNothingThatIsNoGzip) {
  EXPECT_FALSE(looks_like_gzip(as_byte_span("\x1f\x8b")));
  EXPECT_TRUE(looks_like_gzip(as_byte_span("\x1f\x8b\x08")));
  EXPECT_EQ(stream("goroutine profile: total 3\n", 5).end, GzipEnd::kDamaged);
}

}  // namespace
}  // namespace lf::decode
