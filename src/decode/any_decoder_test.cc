#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "decode/decoder.h"
#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::as_byte_span;
using testing::read_testdata;

Result<Decoded> decode(std::string_view body, std::size_t step = SIZE_MAX, const DecodeLimits& limits = {}) {
  Symbols symbols;
  const auto decoder = make_any_decoder(symbols, limits);
  for (std::size_t at = 0; at < body.size(); at += std::min(step, body.size() - at)) {
    decoder->feed(as_byte_span(body.substr(at, std::min(step, body.size() - at))));
  }
  return decoder->finish();
}

TEST(AnyDecoder, ReadsGzippedProtobufInAnyPieces) {
  const std::string body = read_testdata("goroutine-go1.27.0-trimpath-zoo.pb.gz");
  for (const std::size_t step : {1UZ, 7UZ, 1024UZ, body.size()}) {
    const auto decoded = decode(body, step);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->kind, ContentKind::kGoroutineProtobuf);
    EXPECT_EQ(decoded->goroutine_profiles.at(0).total, 48U);
    EXPECT_TRUE(decoded->warnings.empty());
  }
}

TEST(AnyDecoder, TakesNothingAndBlankTextForEmpty) {
  for (const std::string_view body : {"", "\n", " \r\n\t\n", "\xEF\xBB\xBF\n"}) {
    const auto decoded = decode(body);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->kind, ContentKind::kEmpty);
  }
}

TEST(AnyDecoder, SaysHowUnknownContentBegins) {
  const auto decoded = decode("\n\nhello, \x1b[31mworld\nmore\n");
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::kMalformed);
  EXPECT_NE(decoded.error().message.find("it begins with \"hello, \\x1b[31mworld\""), std::string::npos)
      << decoded.error().message;
}

TEST(AnyDecoder, GivesUpOnBinaryContentOfAnyLength) {
  const auto decoded = decode(std::string(200'000, '\0'), 1000);
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().message.find("not a profile"), std::string::npos) << decoded.error().message;
}

TEST(AnyDecoder, LooksForACrashBehindAnyNumberOfEmptyLines) {
  const auto decoded = decode(std::string(200'000, '\n') + "goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\n");
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->goroutine_profiles.at(0).total, 1U);
}

TEST(AnyDecoder, SaysThatABodyIsTooLarge) {
  DecodeLimits limits;
  limits.body_bytes = 3000;
  const auto decoded = decode(read_testdata("goroutine-go1.27.0-trimpath-zoo.pb.gz"), SIZE_MAX, limits);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::kTooLarge);
}

TEST(AnyDecoder, SaysThatGzipIsDamagedBeforeAnything) {
  const std::string body = read_testdata("goroutine-go1.27.0-trimpath-zoo.pb.gz");
  const auto decoded = decode(body.substr(0, 11));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::kMalformed);
  EXPECT_NE(decoded.error().message.find("gzip"), std::string::npos);
}

TEST(AnyDecoder, ReadsOnPastADamagedChecksum) {
  std::string body = read_testdata("goroutine-go1.27.0-trimpath-zoo.pb.gz");
  body[body.size() - 7] = static_cast<char>(body[body.size() - 7] ^ 0x55);
  const auto decoded = decode(body);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->goroutine_profiles.at(0).total, 48U);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kGzipDamaged), 1U);
}

TEST(AnyDecoder, NamesAProfileThatSaysNothing) {
  for (const auto& [body, words] :
       {std::pair{"threadcreate profile: total 9\n", "a threadcreate profile"},
        std::pair{"--- contention:\ncycles/second=1\n", "a block profile"},
        std::pair{"--- mutex:\ncycles/second=1\n", "a mutex profile"},
        std::pair{"go 1.26 trace\0\0\0", "an execution trace, which"},
        std::pair{"example.com/app.conns profile: total 2\n", "an example.com/app.conns profile"}}) {
    const auto decoded = decode(body);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::kUnsupported);
    EXPECT_NE(decoded.error().message.find(words), std::string::npos) << decoded.error().message;
  }
}

TEST(ContentKindName, IsThereForEachKindOnce) {
  std::vector<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(ContentKind::kEmpty); ++kind) {
    names.push_back(content_kind_name(static_cast<ContentKind>(kind)));
    EXPECT_FALSE(names.back().empty());
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

}  // namespace
}  // namespace lf::decode
