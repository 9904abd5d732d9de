#include "decode/sniff.h"

#include <string>

#include <gtest/gtest.h>

#include "base/testing/source_dir.h"
#include "decode/decoder.h"
#include "decode/gzip.h"
#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::as_byte_span;

ContentKind kind_of(std::string_view text) {
  return sniff(as_byte_span(text));
}

TEST(Sniff, TellsTheTextForms) {
  EXPECT_EQ(kind_of("goroutine 7 [running]:\nmain.main()\n"), ContentKind::kGoroutineDump);
  EXPECT_EQ(kind_of("goroutine 7 gp=0x18ab m=nil [select]:\n"), ContentKind::kGoroutineDump);
  EXPECT_EQ(kind_of("goroutine profile: total 48\n3 @ 0x1\n"), ContentKind::kGoroutineCounts);
  EXPECT_EQ(kind_of("goroutineleak profile: total 1\n"), ContentKind::kLeakCounts);
  EXPECT_EQ(kind_of("heap profile: 1: 112 [4: 1384560] @ heap/1048576\n"), ContentKind::kHeapText);
  EXPECT_EQ(kind_of("threadcreate profile: total 9\n"), ContentKind::kOtherProfile);
  EXPECT_EQ(kind_of("{\n\"cmdline\": [\"x\"],\n\"memstats\": {}}"), ContentKind::kVars);
  EXPECT_EQ(kind_of("{\"other\": 1}"), ContentKind::kUnknown);
  EXPECT_EQ(kind_of("goroutine profiles are nice"), ContentKind::kUnknown);
}

TEST(Sniff, SeesThroughMarksBlankLinesAndCarriageReturns) {
  EXPECT_EQ(kind_of("\xEF\xBB\xBFgoroutine 1 [running]:\r\n"), ContentKind::kGoroutineDump);
  EXPECT_EQ(kind_of("\r\n\r\n  \r\ngoroutine 1 [running]:\r\n"), ContentKind::kGoroutineDump);
  EXPECT_EQ(kind_of("\n\ngoroutine profile: total 48\r\n"), ContentKind::kGoroutineCounts);
}

TEST(Sniff, TellsCrashLogs) {
  EXPECT_EQ(kind_of("panic: boom\n\ngoroutine 1 [running]:\n"), ContentKind::kCrashLog);
  EXPECT_EQ(kind_of("fatal error: all goroutines are asleep - deadlock!\n"), ContentKind::kCrashLog);
  EXPECT_EQ(kind_of("SIGQUIT: quit\nPC=0x480401 m=0 sigcode=0\n"), ContentKind::kCrashLog);
  EXPECT_EQ(kind_of("starting server\nlistening\n\ngoroutine 1 [running]:\n"), ContentKind::kCrashLog);
  EXPECT_EQ(kind_of("2026-11-23T10:00:00Z goroutine 1 [running]:\n2026-11-23T10:00:00Z main.main()\n"),
            ContentKind::kCrashLog);
  EXPECT_EQ(kind_of("web-1  | goroutine 1 [chan receive]:\n"), ContentKind::kCrashLog);
  EXPECT_EQ(kind_of("<13>1 2026-11-23T10:00:00Z host app - - goroutine 1 [running]:\n"), ContentKind::kCrashLog);
}

TEST(Sniff, SeesThroughLogPrefixesOfProfiles) {
  EXPECT_EQ(kind_of("2026-11-23T10:00:00Z goroutine profile: total 48\n"), ContentKind::kGoroutineCounts);
  EXPECT_EQ(kind_of("app | heap profile: 1: 112 [4: 138] @ heap/1048576\n"), ContentKind::kHeapText);
  EXPECT_EQ(kind_of("12:00 writing heap profile: 3 files\n"), ContentKind::kUnknown);
}

TEST(Sniff, TellsPages) {
  EXPECT_EQ(kind_of("<!DOCTYPE html><html><title>Log in</title>"), ContentKind::kHtml);
  EXPECT_EQ(kind_of(testing::read_testdata("index-go1.27.0-zoo.html")), ContentKind::kIndexPage);
  EXPECT_EQ(kind_of(testing::read_testdata("index-go1.19.13-zoo.html")), ContentKind::kIndexPage);
}

TEST(Sniff, TellsTraces) {
  EXPECT_EQ(sniff_content(as_byte_span(std::string_view("go 1.26 trace\0\0\0", 16)), true).name, "execution trace");
}

TEST(Sniff, TellsProtobufByItsSampleTypes) {
  const auto kind = [](std::string_view file) {
    const Gunzipped body = gunzip(as_byte_span(testing::read_testdata(file)), 1 << 20);
    return sniff(body.bytes.items());
  };
  EXPECT_EQ(kind("goroutine-go1.27.0-trimpath-zoo.pb.gz"), ContentKind::kGoroutineProtobuf);
  EXPECT_EQ(kind("heap-go1.27.0-trimpath-zoo.pb.gz"), ContentKind::kHeapProtobuf);
  EXPECT_EQ(kind("goroutineleak-go1.27-main-select-argx.pb.gz"), ContentKind::kLeakProtobuf);
}

TEST(Sniff, NeverChangesItsMindAboutALongerHead) {
  for (const auto& path : testing::files_with(source_dir() / "testdata" / "decode", "")) {
    std::string text = testing::read_bytes(path);
    if (looks_like_gzip(as_byte_span(text))) {
      const Gunzipped body = gunzip(as_byte_span(text), 1 << 20);
      text.assign(reinterpret_cast<const char*>(body.bytes.items().data()), body.bytes.size());
    }
    text.resize(std::min(text.size(), std::size_t{3000}));
    ContentKind known = ContentKind::kUnknown;
    for (std::size_t length = 0; length <= text.size(); ++length) {
      const ContentKind now = sniff_content(as_byte_span(text).first(length), false).kind;
      if (known != ContentKind::kUnknown) {
        ASSERT_EQ(now, known) << path << " at " << length;
      }
      known = now;
    }
  }
}

TEST(Sniff, AnswersForEachSample) {
  std::size_t seen = 0;
  for (const auto& path : testing::files_with(source_dir() / "testdata" / "samples", "")) {
    const std::string name = path.filename().string();
    if (name == "README.md") continue;
    const std::string bytes = testing::read_bytes(path);
    const bool packed = looks_like_gzip(as_byte_span(bytes));
    const Gunzipped body = packed ? gunzip(as_byte_span(bytes), 1 << 24) : Gunzipped{};
    const ContentKind kind = sniff(packed ? body.bytes.items() : as_byte_span(bytes));
    const bool text = !packed;
    const ContentKind expected = name.starts_with("index")                   ? ContentKind::kIndexPage
                                 : name.contains("debug2")                   ? ContentKind::kGoroutineDump
                                 : name.starts_with("goroutineleak") && text ? ContentKind::kLeakCounts
                                 : name.starts_with("goroutineleak")         ? ContentKind::kLeakProtobuf
                                 : name.starts_with("goroutine") && text     ? ContentKind::kGoroutineCounts
                                 : name.starts_with("goroutine")             ? ContentKind::kGoroutineProtobuf
                                 : name.starts_with("heap") && text          ? ContentKind::kHeapText
                                 : name.starts_with("heap")                  ? ContentKind::kHeapProtobuf
                                 : name.starts_with("threadcreate")          ? ContentKind::kOtherProfile
                                                                             : ContentKind::kCrashLog;
    EXPECT_EQ(kind, expected) << name;
    ++seen;
  }
  EXPECT_GT(seen, 100U);
}

}  // namespace
}  // namespace lf::decode
