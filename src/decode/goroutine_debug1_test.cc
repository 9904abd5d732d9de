#include "decode/goroutine_debug1.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::as_byte_span;
using testing::read_testdata;

Result<Decoded> decode(std::string_view text, Symbols& symbols, std::size_t step = SIZE_MAX,
                       const DecodeLimits& limits = {}) {
  const auto decoder = make_goroutine_debug1_decoder(symbols, limits);
  for (std::size_t at = 0; at < text.size(); at += std::min(step, text.size() - at)) {
    decoder->feed(as_byte_span(text.substr(at, std::min(step, text.size() - at))));
  }
  return decoder->finish();
}

/// All that a decoded profile says, in words.
std::string words(const Result<Decoded>& decoded, const Symbols& symbols) {
  if (!decoded) return "error: " + decoded.error().message;
  std::string out;
  for (const Warning& warning : decoded->warnings.all()) {
    out.append(warning_code_name(warning.code)).append(" at ").append(warning.where).append("\n");
  }
  const GoroutineProfile& profile = decoded->goroutine_profiles.at(0);
  out += "total " + std::to_string(profile.total) + (profile.truncated ? ", cut" : "") + "\n";
  for (const StackCount& record : profile.counts) {
    out += std::to_string(record.count) + " " + std::string(wait_state_name(record.state));
    if (record.serves_our_request) out += ", ours";
    for (const Label& label : symbols.labels(record.labels)) {
      out.append(" ").append(symbols.text(label.key)).append("=").append(symbols.text(label.value));
    }
    for (const FrameId frame : symbols.stack(record.stack)) {
      out.append("\n  ").append(symbols.function(frame)).append(" ").append(symbols.file(frame)).append(":");
      out += std::to_string(symbols.frame(frame).line);
    }
    out += "\n";
  }
  return out;
}

constexpr std::string_view kProfile =
    "goroutine profile: total 6\n"
    "3 @ 0x48a28a 0x4180ae 0x417bd2 0x67ad58 0x491061\n"
    "# labels: {\"route\":\"/v1/users\", \"we ird\":\"a\\\"b,c:d}\"}\n"
    "#\t0x67ad57\tmain.(*T).PtrWait+0x17\t\t/src/dir with space/main.go:24\n"
    "\n"
    "1 @ 0x48a28a 0x4180ae 0x5001 0x6001 0x491061\n"
    "#\t0x5000\ttime.Sleep+0x14\t/go/src/runtime/time.go:368\n"
    "#\t0x6000\tmain.main+0x17\t/src/main.go:30\n"
    "#\t0x453a54\truntime.main+0x2d4\t/go/src/runtime/proc.go:290\n"
    "\n"
    "1 @ 0x7001 0x491061\n"
    "#\t0x7000\tmain.spin+0x10\t/src/main.go:40\n"
    "\n"
    "1 @ 0x48f0e1\n"
    "\n";

TEST(GoroutineDebug1, ReadsRecordsLabelsAndStates) {
  Symbols symbols;
  EXPECT_EQ(words(decode(kProfile, symbols), symbols),
            "total 6\n"
            "3 unknown route=/v1/users we ird=a\"b,c:d}\n"
            "  main.(*T).PtrWait /src/dir with space/main.go:24\n"
            "1 sleep\n"
            "  time.Sleep /go/src/runtime/time.go:368\n"
            "  main.main /src/main.go:30\n"
            "1 runnable\n"
            "  main.spin /src/main.go:40\n"
            "1 runnable\n");
}

TEST(GoroutineDebug1, GivesTheSameAtEveryChunking) {
  Symbols symbols;
  const std::string expected = words(decode(kProfile, symbols), symbols);
  for (std::size_t first = 0; first <= kProfile.size(); ++first) {
    Symbols fresh;
    const auto decoder = make_goroutine_debug1_decoder(fresh, {});
    decoder->feed(as_byte_span(kProfile.substr(0, first)));
    decoder->feed(as_byte_span(kProfile.substr(first)));
    ASSERT_EQ(words(decoder->finish(), fresh), expected) << first;
  }
  Symbols fresh;
  EXPECT_EQ(words(decode(kProfile, fresh, 1), fresh), expected);
}

TEST(GoroutineDebug1, SeesThroughCarriageReturnsAndLogPrefixes) {
  Symbols symbols;
  const std::string expected = words(decode(kProfile, symbols), symbols);
  for (const auto& [before, after] :
       {std::pair{"", "\r\n"}, std::pair{"2026-11-23T10:00:00.123Z stdout F ", "\n"}, std::pair{"web-1  | ", "\n"}}) {
    std::string text;
    for (std::size_t at = 0; at < kProfile.size();) {
      const std::size_t end = kProfile.find('\n', at);
      text.append(before).append(kProfile.substr(at, end - at)).append(after);
      at = end + 1;
    }
    Symbols fresh;
    EXPECT_EQ(words(decode(text, fresh), fresh), expected) << before;
  }
}

TEST(GoroutineDebug1, AcceptsSpacesForTabs) {
  std::string text(kProfile);
  std::ranges::replace(text, '\t', ' ');
  Symbols symbols;
  Symbols fresh;
  EXPECT_EQ(words(decode(text, fresh), fresh), words(decode(kProfile, symbols), symbols));
}

TEST(GoroutineDebug1, SaysWhereItIsCut) {
  const std::string_view part = kProfile.substr(0, kProfile.find("main.go:30"));
  Symbols symbols;
  EXPECT_EQ(words(decode(part, symbols), symbols),
            "dump-truncated at byte 324\n"
            "total 4, cut\n"
            "3 unknown route=/v1/users we ird=a\"b,c:d}\n"
            "  main.(*T).PtrWait /src/dir with space/main.go:24\n"
            "1 sleep\n"
            "  time.Sleep /go/src/runtime/time.go:368\n");
}

TEST(GoroutineDebug1, DoesNotMindALostLastNewline) {
  Symbols symbols;
  const std::string_view text = "goroutine profile: total 1\n1 @ 0x7001\n#\t0x7000\tmain.spin+0x10\t/src/main.go:40";
  EXPECT_EQ(words(decode(text, symbols), symbols), "total 1\n1 runnable\n  main.spin /src/main.go:40\n");
}

TEST(GoroutineDebug1, CountsWhatItCannotRead) {
  Symbols symbols;
  const auto decoded = decode(
      "goroutine profile: total 3\n"
      "1 @ 0x1\n#\tnonsense\n#\t0x2\tmain.f+0x1\tno line\n#\t0x0\n\n"
      "what is this\n"
      "#\t0x2\tmain.g+0x1\t/m.go:1\n\n"
      "1 @ 0x1\n\n",
      symbols);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kMalformedFrame), 2U);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kForeignLines), 1U);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kMalformedRecord), 1U);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kCountMismatch), 1U);
  EXPECT_EQ(decoded->goroutine_profiles.at(0).total, 2U);
}

TEST(GoroutineDebug1, CapsNumbersBeyondTheirRange) {
  Symbols symbols;
  const auto decoded = decode(
      "goroutine profile: total 99999999999999999999\n"
      "99999999999999999999 @ 0x1\n#\t0x0\tmain.f+0x1\t/m.go:99999999999\n\n",
      symbols);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->goroutine_profiles.at(0).counts.at(0).count, INT64_MAX);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kNumberOutOfRange), 3U);
}

TEST(GoroutineDebug1, KeepsToItsLimits) {
  DecodeLimits limits;
  limits.goroutines = 2;
  limits.line_bytes = 100;
  Symbols symbols;
  std::string text(kProfile);
  text.insert(text.find("1 @ 0x7001"), "# " + std::string(500, 'x') + "\n");
  const auto decoded = decode(text, symbols, SIZE_MAX, limits);
  ASSERT_TRUE(decoded);
  const GoroutineProfile& profile = decoded->goroutine_profiles.at(0);
  EXPECT_EQ(profile.counts.size(), 2U);
  EXPECT_EQ(profile.total, 6U);
  EXPECT_EQ(profile.dropped, 2U);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kMalformedRecord), 1U) << "the line that is too long";

  limits.body_bytes = 100;
  Symbols fresh;
  const auto cut = decode(kProfile, fresh, SIZE_MAX, limits);
  ASSERT_TRUE(cut);
  EXPECT_TRUE(cut->goroutine_profiles.at(0).truncated);
  EXPECT_EQ(cut->size_bytes, 100U);
}

TEST(GoroutineDebug1, FailsWithoutAHeading) {
  Symbols symbols;
  const auto decoded = decode("3 @ 0x1 0x2\n\n", symbols);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::kMalformed);
}

TEST(GoroutineleakDebug1, LeavesOutRecordsThatSayNothing) {
  for (const std::string name :
       {"goroutineleak-debug1-go1.26-main-select-argx.txt", "goroutineleak-debug1-go1.27-main-select-argx.txt"}) {
    Symbols symbols;
    const auto decoded = decode(read_testdata(name), symbols);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->kind, ContentKind::kLeakCounts);
    EXPECT_EQ(decoded->goroutine_profiles.at(0).total, 3U) << name;
    EXPECT_EQ(decoded->goroutine_profiles.at(0).counts.size(), 1U);
    ASSERT_EQ(decoded->warnings.all().size(), 1U);
    EXPECT_EQ(decoded->warnings.all()[0].code, WarningCode::kLeakProfileIgnored);
  }
}

}  // namespace
}  // namespace lf::decode
