#include "decode/crash_log.h"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "decode/testing/random.h"
#include "decode/testing/reading.h"

namespace lf::decode {
namespace {

using testing::PlainFrame;
using testing::PlainStack;
using testing::Reading;

Reading read(std::string_view text, const DecodeLimits& limits = {}, std::size_t piece = SIZE_MAX) {
  return testing::read_text(make_crash_log_decoder, text, limits, piece);
}

constexpr std::string_view kPanic =
    "panic: boom\n"
    "\n"
    "goroutine 7 [running]:\n"
    "main.work(0xc000010000)\n"
    "\t/src/app/main.go:24 +0x18\n"
    "created by main.main in goroutine 1\n"
    "\t/src/app/main.go:17 +0x65\n"
    "\n"
    "goroutine 1 [chan receive, 2 minutes]:\n"
    "main.main()\n"
    "\t/src/app/main.go:19 +0x80\n"
    "exit status 2\n";

/// `text` with each line as `change` makes it.
std::string each_line(std::string_view text, const std::function<std::string(std::string_view)>& change) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out += change(text.substr(0, end)) + "\n";
    text.remove_prefix(end + 1);
  }
  return out;
}

void expect_same_dump(const Reading& it, std::string_view what) {
  const Reading plain = read(kPanic);
  EXPECT_EQ(first_difference(plain.plain, it.plain), "") << what;
  EXPECT_TRUE(it.decoded.warnings.empty()) << what;
}

TEST(CrashLog, TellsTheCauseAndTheGoroutines) {
  const Reading it = read(kPanic);
  EXPECT_EQ(it.decoded.kind, ContentKind::kCrashLog);
  EXPECT_EQ(it.plain.cause, "panic: boom");
  EXPECT_EQ(it.dump().total, 2U);
  EXPECT_EQ(it.goroutine(0).frames, (PlainStack{{"main.work", "/src/app/main.go", 24}}));
  EXPECT_EQ(it.goroutine(0).creator, (PlainFrame{"main.main", "/src/app/main.go", 17}));
  EXPECT_EQ(it.goroutine(1).wait_minutes, 2U);
  EXPECT_FALSE(it.dump().truncated);
  EXPECT_TRUE(it.decoded.warnings.empty());
}

TEST(CrashLog, TellsADeadlockThatTheRuntimeHasProved) {
  const std::string_view goroutines = kPanic.substr(kPanic.find("goroutine 7"));
  const auto dies_of = [&](std::string_view cause) {
    const Reading it = read(std::string(cause) + "\n\n" + std::string(goroutines));
    return it.decoded.goroutine_profiles.at(0).deadlocked;
  };
  EXPECT_TRUE(dies_of("fatal error: all goroutines are asleep - deadlock!"));
  EXPECT_TRUE(dies_of("fatal error: no goroutines (main called runtime.Goexit) - deadlock!"));
  EXPECT_FALSE(dies_of("panic: all goroutines are asleep - deadlock!"));
}

TEST(CrashLog, TellsADeadlockOfItsOwnDumpOnly) {
  const std::string both = "fatal error: all goroutines are asleep - deadlock!\n\n" + std::string(kPanic.substr(13)) +
                           "\n" + std::string(kPanic);
  const Reading it = read(both);
  ASSERT_EQ(it.decoded.goroutine_profiles.size(), 2U);
  EXPECT_TRUE(it.decoded.goroutine_profiles[0].deadlocked);
  EXPECT_FALSE(it.decoded.goroutine_profiles[1].deadlocked);
}

TEST(CrashLog, TakesOffWhatCollectorsPutBefore) {
  int second = 0;
  const std::vector<std::function<std::string()>> prefixes{
      [] { return "web_1  | "; },
      [] { return "[pod/web-7d9f-x2/web] "; },
      [&] { return "2026-11-23T10:00:" + std::to_string(10 + second++) + ".123Z stderr F "; },
      [&] { return "Nov 23 10:00:" + std::to_string(10 + second++) + " host app[1234]: "; },
      [] { return "\x1b[36mweb-1  |\x1b[0m "; },
      [] { return "    "; },
  };
  for (const auto& prefix : prefixes) {
    const std::string log = each_line(kPanic, [&](std::string_view line) { return prefix() + std::string(line); });
    expect_same_dump(read(log), log);
  }
}

TEST(CrashLog, TakesLinesOutOfJson) {
  const std::string log = each_line(kPanic, [](std::string_view line) {
    std::string text(line);
    if (text.starts_with('\t')) text = "\\t" + text.substr(1);
    return R"({"log":")" + text + R"(\n","stream":"stderr","time":"2026-11-23T10:00:00.1Z"})";
  });
  expect_same_dump(read(log), log);
}

TEST(CrashLog, TakesADumpOutOfOneJsonValue) {
  const Reading it = read(
      "{\"level\":\"error\",\"msg\":\"recovered\",\"stack\":\"goroutine 7 "
      "[running]:\\nmain.work(0x1)\\n\\t/src/app/main.go:24 +0x18\\n\"}\n");
  EXPECT_EQ(it.goroutine().frames, (PlainStack{{"main.work", "/src/app/main.go", 24}}));
}

TEST(CrashLog, ReadsPlacesWhoseTabWasLostOrReplaced) {
  for (const char* tab : {"#011", "    ", "        ", ""}) {
    const std::string log = each_line(kPanic, [&](std::string_view line) {
      return line.starts_with('\t') ? tab + std::string(line.substr(1)) : std::string(line);
    });
    expect_same_dump(read(log), log);
  }
}

TEST(CrashLog, ReadsCrLfAndLostEmptyLines) {
  expect_same_dump(read(each_line(kPanic, [](std::string_view line) { return std::string(line) + "\r"; })), "crlf");
  std::string dense;
  for (std::size_t k = 0; k < kPanic.size(); ++k) {
    if (kPanic[k] != '\n' || k + 1 == kPanic.size() || kPanic[k + 1] != '\n') dense += kPanic[k];
  }
  expect_same_dump(read(dense), dense);
}

TEST(CrashLog, TakesAHeadersOwnPrefixForNone) {
  const Reading it = read(
      "2026/11/23 10:00:00 http: panic serving 127.0.0.1:5555: boom\n"
      "2026/11/23 10:00:00 goroutine 7 [running]:\n"
      "main.work(0x1)\n\t/src/app/main.go:24 +0x18\n"
      "created by main.main in goroutine 1\n\t/src/app/main.go:17 +0x65\n");
  EXPECT_EQ(it.plain.cause, "http: panic serving 127.0.0.1:5555: boom");
  EXPECT_EQ(it.goroutine().frames, (PlainStack{{"main.work", "/src/app/main.go", 24}}));
  EXPECT_EQ(it.goroutine().creator, (PlainFrame{"main.main", "/src/app/main.go", 17}));
}

TEST(CrashLog, PassesOverForeignLinesAndCountsThoseWithin) {
  const std::string log =
      "INFO started (ok)\ngoroutine 7 [running]:\nmain.work(0x1)\n2026/11/23 request done (200 OK)\n"
      "\t/src/app/main.go:24 +0x18\nWARN slow\n\ngoroutine 1 [select]:\nmain.main()\n\t/src/app/main.go:19 +0x80\n\n"
      "INFO restarted\n";
  const Reading it = read(log);
  EXPECT_EQ(it.dump().total, 2U);
  EXPECT_EQ(it.goroutine(0).frames, (PlainStack{{"main.work", "/src/app/main.go", 24}}));
  const Warning warning = it.warning(WarningCode::kForeignLines);
  EXPECT_EQ(warning.count, 2U);
  EXPECT_EQ(warning.where, "byte " + std::to_string(log.find("2026")));
  EXPECT_EQ(it.warning(WarningCode::kMalformedFrame).count, 0U);
}

TEST(CrashLog, KeepsTwoProcessesApartWhoseLinesMix) {
  std::vector<std::string> lines[2];
  for (int process = 0; process < 2; ++process) {
    const std::string prefix = process == 0 ? "web_1  | " : "web_2  | ";
    each_line(kPanic, [&](std::string_view line) {
      lines[process].push_back(prefix + std::string(line) + "\n");
      return std::string();
    });
  }
  testing::Random random(5);
  std::string log;
  for (std::size_t at[2] = {0, 0}; at[0] < lines[0].size() || at[1] < lines[1].size();) {
    const std::size_t process = random.below(2);
    if (at[process] < lines[process].size()) log += lines[process][at[process]++];
  }
  const Reading it = read(log);
  const Reading one = read(kPanic);
  ASSERT_EQ(it.plain.profiles.size(), 2U) << log;
  EXPECT_EQ(it.plain.profiles[0], one.plain.profiles[0]);
  EXPECT_EQ(it.plain.profiles[1], one.plain.profiles[0]);
  EXPECT_TRUE(it.decoded.warnings.empty());
}

TEST(CrashLog, StartsAnotherDumpAtAnotherCause) {
  const Reading it = read(std::string(kPanic) + "fatal error: all goroutines are asleep - deadlock!\n\n" +
                          "goroutine 3 [select]:\nmain.main()\n\t/a.go:1 +0x1\n");
  ASSERT_EQ(it.plain.profiles.size(), 2U);
  EXPECT_EQ(it.dump(1).total, 1U);
  EXPECT_EQ(it.plain.cause, "panic: boom");
}

TEST(CrashLog, StartsAnotherDumpWhereAnIdComesAgain) {
  const std::string block = "goroutine 3 [select]:\nmain.main()\n\t/a.go:1 +0x1\n\n";
  const Reading it = read(block + "goroutine 4 [select]:\nmain.main()\n\t/a.go:1 +0x1\n\n" + block);
  ASSERT_EQ(it.plain.profiles.size(), 2U);
  EXPECT_EQ(it.dump(0).total, 2U);
  EXPECT_EQ(it.dump(1).total, 1U);
  EXPECT_EQ(it.decoded.goroutine_profiles[0].size_bytes + it.decoded.goroutine_profiles[1].size_bytes,
            it.decoded.size_bytes);
}

constexpr std::string_view kSystemLevel =
    "SIGQUIT: quit\nPC=0x480401 m=0 sigcode=0\n\n"
    "goroutine 0 gp=0x57c4a0 m=0 mp=0x57d260 [idle]:\n"
    "runtime.futex(0x57d3b8, 0x80)\n\t/go/src/runtime/sys.s:575 +0x21 fp=0x7f sp=0x7e pc=0x480401\n\n"
    "goroutine 1 gp=0x1d m=nil [select (no cases)]:\n"
    "runtime.gopark(0x0?)\n\t/go/src/runtime/proc.go:474 +0xca fp=0x1 sp=0x2 pc=0x47916a\n"
    "main.(*onceCloser).Close(0x1)\n\t<autogenerated>:1 +0x1b fp=0x1 sp=0x2 pc=0x3\n"
    "main.main()\n\t/src/main.go:83 +0x42d fp=0x1 sp=0x2 pc=0x49dbed\n"
    "main.main.gowrap1()\n\t/src/main.go:84 +0x42d fp=0x1 sp=0x2 pc=0x49dbed\n"
    "runtime.main()\n\t/go/src/runtime/proc.go:302 +0x427 fp=0x1 sp=0x2 pc=0x4479c7\n"
    "runtime.goexit({})\n\t/go/src/runtime/asm.s:1264 +0x1 fp=0x1 sp=0x2 pc=0x47e8c1\n\n"
    "goroutine 17 gp=0x1d m=nil [GC sweep wait]:\n"
    "runtime.gopark(0x0?)\n\t/go/src/runtime/proc.go:474 +0xca fp=0x1 sp=0x2 pc=0x47916a\n"
    "runtime.bgsweep(0x1)\n\t/go/src/runtime/mgcsweep.go:279 +0x94 fp=0x1 sp=0x2 pc=0x4339b4\n"
    "runtime.gcenable.gowrap1()\n\t/go/src/runtime/mgc.go:214 +0x17 fp=0x1 sp=0x2 pc=0x3\n"
    "runtime.goexit({})\n\t/go/src/runtime/asm.s:1264 +0x1 fp=0x1 sp=0x2 pc=0x47e8c1\n"
    "created by runtime.gcenable in goroutine 1\n\t/go/src/runtime/mgc.go:214 +0x66\n\n"
    "rax    0xca\nrflags 0x286\n\n";

TEST(CrashLog, CountsTheRuntimesOwnApart) {
  const Reading it = read(kSystemLevel);
  EXPECT_EQ(it.plain.cause, "SIGQUIT: quit");
  EXPECT_EQ(it.dump().total, 1U);
  EXPECT_EQ(it.dump().system, 1U);
  EXPECT_EQ(it.goroutine(0).flags, kScheduler);
  EXPECT_EQ(it.goroutine(2).flags, kSystem);
  EXPECT_TRUE(it.decoded.warnings.empty());
}

TEST(CrashLog, TakesOffTheFramesThatDebug2Hides) {
  const Reading it = read(kSystemLevel);
  EXPECT_EQ(it.goroutine(1).frames, (PlainStack{{"main.main", "/src/main.go", 83}}));
  EXPECT_EQ(it.goroutine(2).frames.size(), 4U) << "where nothing would remain, all is kept";
}

TEST(CrashLog, CountsAFinalizerThatRunsUserCode) {
  const Reading it = read(
      "goroutine 3 [chan receive]:\nruntime.gopark(0x1)\n\t/go/p.go:1 +0x1\nmain.finalize(0x1)\n\t/a.go:1 +0x1\n"
      "runtime.runFinalizers()\n\t/go/mfinal.go:210 +0x107\nruntime.goexit({})\n\t/go/asm.s:1 +0x1\n"
      "created by runtime.createfing in goroutine 1\n\t/go/mfinal.go:172 +0x3d\n");
  EXPECT_EQ(it.dump().total, 1U);
  EXPECT_EQ(it.goroutine().frames,
            (PlainStack{{"main.finalize", "/a.go", 1}, {"runtime.runFinalizers", "/go/mfinal.go", 210}}));
}

TEST(CrashLog, KeepsThePanicBetweenFrames) {
  const Reading it = read(
      "goroutine 1 [running]:\nmain.main.func2()\n\t/a.go:44 +0x18\npanic({0x4ad6e0?, 0x4d3da8?})\n"
      "\t/go/src/runtime/panic.go:860 +0x13a\nmain.main()\n\t/a.go:45 +0x54e\n");
  EXPECT_EQ(it.goroutine().frames.size(), 3U);
  EXPECT_EQ(it.goroutine().frames[1].function, "panic");
}

TEST(CrashLog, JoinsTheSectionsOfAProcesssThreads) {
  const Reading it =
      read(std::string(kSystemLevel) +
           "goroutine 20 gp=0x1 m=5 mp=0x2 [running]:\n\tgoroutine running on other thread; stack unavailable\n"
           "created by main.main in goroutine 1\n\t/src/main.go:9 +0x1\n\n"
           "-----\n\nSIGQUIT: quit\nPC=0x480403 m=1 sigcode=0\n\n"
           "goroutine 0 gp=0x11 m=1 mp=0x12 [idle]:\nruntime.futex(0x1)\n\t/go/sys.s:1 +0x1\nrax    0x1\n\n"
           "goroutine 20 gp=0x1 m=5 mp=0x2 [running]:\nmain.spin()\n\t/src/main.go:30 +0x1\n"
           "created by main.main in goroutine 1\n\t/src/main.go:9 +0x1\nrax    0x1\n");
  ASSERT_EQ(it.plain.profiles.size(), 1U);
  EXPECT_EQ(it.dump().total, 2U);
  EXPECT_EQ(it.goroutine(3).id, 20U);
  EXPECT_EQ(it.goroutine(3).frames, (PlainStack{{"main.spin", "/src/main.go", 30}}));
  EXPECT_TRUE(it.decoded.warnings.empty());
}

TEST(CrashLog, LeavesOutTheRuntimeStack) {
  const Reading it = read(
      "runtime: goroutine stack exceeds 65536-byte limit\nfatal error: stack overflow\n\nruntime stack:\n"
      "runtime.throw({0x1, 0x2})\n\t/go/panic.go:1 +0x1 fp=0x1 sp=0x2 pc=0x3\n\n"
      "goroutine 1 gp=0x1 m=0 mp=0x2 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1 fp=0x1 sp=0x2 pc=0x3\n");
  EXPECT_EQ(it.plain.cause, "fatal error: stack overflow");
  EXPECT_EQ(it.goroutine().frames, (PlainStack{{"main.f", "/a.go", 1}}));
  EXPECT_TRUE(it.decoded.warnings.empty());
}

TEST(CrashLog, SaysSoWhereItIsCut) {
  const std::string text(kPanic.substr(0, kPanic.find("main.go:19")));
  const Reading it = read(text);
  EXPECT_TRUE(it.dump().truncated);
  EXPECT_EQ(it.dump().total, 1U);
  EXPECT_EQ(it.warning(WarningCode::kDumpTruncated).where, "byte " + std::to_string(text.size()));
}

TEST(CrashLog, IsCutWithinAHeader) {
  const std::string log(kPanic);
  for (const std::string half : {"gor", "goroutine ", "goroutine 93 [chan"}) {
    EXPECT_TRUE(read(log + "\n" + half).dump().truncated) << half;
  }
  EXPECT_FALSE(read(log + "\nexit status 2").dump().truncated);
}

TEST(CrashLog, TellsACauseWithoutGoroutines) {
  const Reading it = read("panic: only\x1b[31m words\n");
  EXPECT_EQ(it.error.code, ErrorCode::kMalformed);
  EXPECT_NE(it.error.message.find("panic: only\\x1b[31m words"), std::string::npos) << it.error.message;
  EXPECT_EQ(read("nothing here\n").error.code, ErrorCode::kMalformed);
}

TEST(CrashLog, SurvivesAnyDamageInAnyPieces) {
  std::string base = std::string(kSystemLevel) + std::string(kPanic) +
                     each_line(kPanic, [](std::string_view line) { return "web_1  | " + std::string(line); }) +
                     "{\"log\":\"goroutine 1 [running]:\\nmain.f()\\n\\t/a.go:1 +0x1\\n\",\"x\":[1,{}]}\n-----\n";
  testing::Random random(2);
  DecodeLimits limits;
  limits.line_bytes = 300;
  std::size_t read_some = 0;
  for (int round = 0; round < 4'000; ++round) {
    const std::size_t begin = random.below(base.size());
    std::string text = base.substr(begin, random.below(1500));
    for (std::size_t k = random.below(8); k-- > 0 && !text.empty();) {
      text[random.below(text.size())] = random.below(4) == 0 ? '\n' : static_cast<char>(random.below(256));
    }
    const Reading whole = read(text, limits);
    const Reading split = read(text, limits, 1 + random.below(40));
    ASSERT_EQ(first_difference(whole.plain, split.plain), "") << text;
    ASSERT_EQ(whole.error.message, split.error.message) << text;
    read_some += whole.error.message.empty() ? 1 : 0;
  }
  EXPECT_GT(read_some, 1'000U);
}

}  // namespace
}  // namespace lf::decode
