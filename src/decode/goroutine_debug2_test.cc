#include "decode/goroutine_debug2.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/testing/source_dir.h"
#include "decode/testing/generated_dump.h"
#include "decode/testing/random.h"
#include "decode/testing/reading.h"

namespace lf::decode {
namespace {

using testing::PlainFrame;
using testing::PlainStack;
using testing::Reading;

Reading read(std::string_view text, const DecodeLimits& limits = {}, std::size_t piece = SIZE_MAX) {
  return testing::read_text(make_goroutine_dump_decoder, text, limits, piece);
}

constexpr std::string_view kOne =
    "goroutine 7 [chan send]:\n"
    "main.(*Pool[...]).put(0xc000010000, {0x0?, ...})\n"
    "\t/src/app/pool.go:24 +0x18\n"
    "main.serve(...)\n"
    "\t/src/app/main.go:9\n"
    "created by main.main in goroutine 1\n"
    "\t/src/app/main.go:17 +0x65\n";

TEST(GoroutineDump, TellsFramesCreatorAndState) {
  const Reading it = read(kOne);
  EXPECT_EQ(it.decoded.kind, ContentKind::kGoroutineDump);
  EXPECT_EQ(it.dump().total, 1U);
  EXPECT_EQ(it.goroutine().id, 7U);
  EXPECT_EQ(it.goroutine().state, "chan send");
  EXPECT_EQ(it.goroutine().frames,
            (PlainStack{{"main.(*Pool[...]).put", "/src/app/pool.go", 24}, {"main.serve", "/src/app/main.go", 9}}));
  EXPECT_EQ(it.goroutine().creator, (PlainFrame{"main.main", "/src/app/main.go", 17}));
  EXPECT_FALSE(it.dump().truncated);
  EXPECT_TRUE(it.decoded.warnings.empty());
}

TEST(GoroutineDump, KeepsWhoRanTheGoStatement) {
  const Reading it = read(std::string("goroutine 1 [select]:\nmain.main()\n\t/a.go:1 +0x15\n\n") + std::string(kOne));
  EXPECT_EQ(it.decoded.goroutine_profiles.at(0).parents, (std::vector<std::uint32_t>{0, 1}));
}

TEST(GoroutineDump, KeepsPathsWithSpacesColonsAndBackslashes) {
  const Reading it = read(
      "goroutine 1 [select]:\nmain.f()\n\t/src/dir with space/file one.go:11 +0x15\n"
      "main.g()\n\t/src/co:lon/a:7.go:21 +0x15\nmain.h()\n\t/zoo/C:\\Users\\dev user\\main.go:34 +0x15\n"
      "main._Cfunc_sleep()\n\t_cgo_gotypes.go:56 +0x3a\n");
  const PlainStack expected{{"main.f", "/src/dir with space/file one.go", 11},
                            {"main.g", "/src/co:lon/a:7.go", 21},
                            {"main.h", "/zoo/C:\\Users\\dev user\\main.go", 34},
                            {"main._Cfunc_sleep", "_cgo_gotypes.go", 56}};
  EXPECT_EQ(it.goroutine().frames, expected);
}

TEST(GoroutineDump, GivesOneStackWhateverTheArgumentsOffsetsAndParents) {
  const Reading it = read(
      "goroutine 1 [select]:\nmain.f(0x1)\n\t/a.go:1 +0x15\ncreated by main.g in goroutine 4\n\t/a.go:2 +0x1\n\n"
      "goroutine 2 [select]:\nmain.f(...)\n\t/a.go:1\ncreated by main.g in goroutine 77\n\t/a.go:2 +0x9\n\n"
      "goroutine 3 [select]:\nmain.f({0x1, 0x2?}, _)\n\t/a.go:1 +0x15 fp=0x1 sp=0x2 pc=0x3\ncreated by "
      "main.g\n\t/a.go:2\n");
  const auto& goroutines = it.decoded.goroutine_profiles.at(0).goroutines;
  ASSERT_EQ(goroutines.size(), 3U);
  EXPECT_EQ(goroutines[1].stack, goroutines[0].stack);
  EXPECT_EQ(goroutines[2].stack, goroutines[0].stack);
  EXPECT_EQ(goroutines[1].creator, goroutines[0].creator);
  EXPECT_EQ(goroutines[2].creator, goroutines[0].creator);
}

// The guess looks at the end of each line only; the comparison has to see the rest.
TEST(GoroutineDump, TellsStacksApartThatDifferAnywhere) {
  const std::string base =
      "main.first.middle.function(0x1)\n\t/src/one/directory/of/a/long/path/to/file.go:100 +0x15\n";
  std::string dump = "goroutine 1 [select]:\n" + base + "\n";
  const auto varies = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '1' && c <= '8'); };
  std::size_t variants = 1;
  for (std::size_t at = 0; at < base.find(" +0x"); ++at) {
    if (!varies(base[at]) || (at > base.find('(') && at < base.find(')'))) continue;
    std::string other = base;
    ++other[at];
    dump += "goroutine " + std::to_string(++variants) + " [select]:\n" + other + "\n";
  }
  const Reading it = read(dump);
  std::set<std::uint32_t> stacks;
  for (const Goroutine& goroutine : it.decoded.goroutine_profiles.at(0).goroutines)
    stacks.insert(goroutine.stack.value);
  EXPECT_GT(variants, 50U);
  EXPECT_EQ(stacks.size(), variants);
}

TEST(GoroutineDump, MarksElidedFramesOfAllVersions) {
  for (const char* line : {"...51 frames elided...", "...additional frames elided..."}) {
    const Reading it = read("goroutine 1 [select]:\nmain.f()\n\t/a.go:1 +0x1\n" + std::string(line) +
                            "\nmain.main()\n\t/a.go:9 +0x1\n");
    EXPECT_EQ(it.goroutine().flags, kFramesElided) << line;
    EXPECT_EQ(it.goroutine().frames.size(), 2U) << line;
    EXPECT_TRUE(it.decoded.warnings.empty()) << line;
  }
}

TEST(GoroutineDump, LeavesAncestorsOutOfTheStack) {
  const Reading it = read(
      "goroutine 19 [running]:\nmain.leaf()\n\t/anc.go:3 +0x25\ncreated by main.mid in goroutine 18\n\t/anc.go:4 "
      "+0x1a\n"
      "[originating from goroutine 18]:\nmain.mid(...)\n\t/anc.go:4 +0x1a\ncreated by main.main\n\t/anc.go:5 +0x1a\n"
      "[originating from goroutine 1]:\nmain.main(...)\n\t/anc.go:5 +0x1a\n...additional frames elided...\n");
  EXPECT_EQ(it.goroutine().frames, (PlainStack{{"main.leaf", "/anc.go", 3}}));
  EXPECT_EQ(it.goroutine().creator, (PlainFrame{"main.mid", "/anc.go", 4}));
  EXPECT_EQ(it.goroutine().flags, 0U);
}

TEST(GoroutineDump, KeepsAGoroutineWhoseStackIsUnavailable) {
  const Reading it = read(
      "goroutine 5 [running]:\n\tgoroutine running on other thread; stack unavailable\n"
      "created by main.main in goroutine 1\n\t/a.go:9 +0x1\n");
  EXPECT_TRUE(it.goroutine().frames.empty());
  EXPECT_EQ(it.goroutine().creator, (PlainFrame{"main.main", "/a.go", 9}));
  EXPECT_TRUE(it.decoded.warnings.empty());
}

TEST(GoroutineDump, PassesOverFunctionsThatAreNotGos) {
  const Reading it = read(
      "goroutine 5 [syscall]:\nnon-Go function at pc=48f0e1\nmain.f()\n\t/a.go:1 +0x1\nnon-Go function at pc=48f0e2\n");
  EXPECT_EQ(it.goroutine().frames, (PlainStack{{"main.f", "/a.go", 1}}));
  EXPECT_TRUE(it.decoded.warnings.empty());
}

TEST(GoroutineDump, MarksWhatServesTheRequest) {
  const Reading it = read(
      "goroutine 59 [running]:\nruntime/pprof.writeGoroutineStacks({0x1, 0x2})\n\t/p.go:816 +0x69\n"
      "created by net/http.(*Server).Serve in goroutine 1\n\t/s.go:1 +0x1\n\n"
      "goroutine 60 [IO wait]:\nnet/http.(*connReader).backgroundRead(0x1)\n\t/s.go:2 +0x1\n"
      "created by net/http.(*connReader).startBackgroundRead in goroutine 59\n\t/s.go:3 +0x1\n\n"
      "goroutine 61 [IO wait]:\nnet/http.(*connReader).backgroundRead(0x1)\n\t/s.go:2 +0x1\n"
      "created by net/http.(*connReader).startBackgroundRead in goroutine 58\n\t/s.go:3 +0x1\n");
  EXPECT_EQ(it.goroutine(0).flags, kServesOurRequest);
  EXPECT_EQ(it.goroutine(1).flags, kServesOurRequest);
  EXPECT_EQ(it.goroutine(2).flags, 0U);
  EXPECT_EQ(it.dump().total, 3U);
}

TEST(GoroutineDump, TakesTheOnlyReaderForOursWhereNoParentIsTold) {
  const std::string serving =
      "goroutine 59 [running]:\nruntime/pprof.writeGoroutineStacks({0x1, 0x2})\n\t/p.go:6 +0x69\n\n";
  const std::string reader =
      " [IO wait]:\nnet/http.(*connReader).backgroundRead(0x1)\n\t/s.go:2 +0x1\n"
      "created by net/http.(*connReader).startBackgroundRead\n\t/s.go:3 +0x1\n\n";
  EXPECT_EQ(read(serving + "goroutine 60" + reader).goroutine(1).flags, kServesOurRequest);
  const Reading two = read(serving + "goroutine 60" + reader + "goroutine 61" + reader);
  EXPECT_EQ(two.goroutine(1).flags, 0U);
  EXPECT_EQ(two.goroutine(2).flags, 0U);
}

TEST(GoroutineDump, StartsAnotherDumpWhereAnotherIsWritten) {
  const std::string writer = " [running]:\nruntime/pprof.writeGoroutineStacks({0x1, 0x2})\n\t/p.go:6 +0x69\n\n";
  const std::string waiter = "goroutine 1 [select (no cases)]:\nmain.main()\n\t/a.go:1 +0x1\n\n";
  const Reading it = read("goroutine 59" + writer + waiter + "goroutine 62" + writer + waiter);
  ASSERT_EQ(it.plain.profiles.size(), 2U);
  EXPECT_EQ(it.dump(1).total, 2U);
  EXPECT_EQ(it.goroutine(0, 1).flags, kServesOurRequest);
  EXPECT_EQ(it.decoded.goroutine_profiles[0].size_bytes, it.decoded.size_bytes / 2);
}

TEST(GoroutineDump, InfersTheGoVersionFromGoroot) {
  const Reading it = read(
      "goroutine 1 [sleep]:\ntime.Sleep(0x1)\n\t/root/toolchain@v0.0.1-go1.27.0.linux-amd64/src/runtime/time.go:1 "
      "+0x1\n");
  EXPECT_EQ(it.decoded.go_version.raw(), "go1.27.0");
}

TEST(GoroutineDump, ReadsCrLf) {
  std::string crlf;
  for (const char c : std::string(kOne) + "\n" + std::string(kOne)) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  const Reading it = read(crlf);
  EXPECT_EQ(it.dump().total, 2U);
  EXPECT_EQ(it.goroutine(), read(kOne).goroutine());
  EXPECT_TRUE(it.decoded.warnings.empty());
}

TEST(GoroutineDump, NeedsNoEmptyLineBetweenGoroutines) {
  EXPECT_EQ(read(std::string(kOne) + std::string(kOne)).dump().total, 2U);
}

TEST(GoroutineDump, KeepsTheWholeFramesOfAGoroutineThatTheCutGoesThrough) {
  const std::string whole = std::string(kOne) + "\n";
  const Reading it = read(whole + "goroutine 8 [select]:\nmain.f()\n\t/a.go:1 +0x1\nmain.g(0x1)\n\t/a.go:2");
  EXPECT_TRUE(it.dump().truncated);
  EXPECT_EQ(it.dump().total, 2U);
  EXPECT_EQ(it.goroutine(1).frames, (PlainStack{{"main.f", "/a.go", 1}}));
  EXPECT_EQ(it.goroutine(1).flags, kFramesElided);
  const Warning warning = it.warning(WarningCode::kDumpTruncated);
  EXPECT_EQ(warning.count, 1U);
  EXPECT_EQ(warning.where, "byte " + std::to_string(it.decoded.size_bytes));
}

TEST(GoroutineDump, DropsAGoroutineThatTheCutLeavesWithoutAFrame) {
  for (const char* rest : {"goroutine 8", "goroutine 8 [select]:\n", "goroutine 8 [select]:\nmain.f()\n",
                           "goroutine 8 [select]:\nmain.f()\n\t/a.go:1"}) {
    const Reading it = read(std::string(kOne) + "\n" + rest);
    EXPECT_TRUE(it.dump().truncated) << rest;
    EXPECT_EQ(it.dump().total, 1U) << rest;
    EXPECT_EQ(it.warning(WarningCode::kMalformedFrame).count, 0U) << rest;
  }
}

TEST(GoroutineDump, TakesTheBodyLimitForACut) {
  DecodeLimits limits;
  limits.body_bytes = kOne.size() + 30;
  const Reading it = read(std::string(kOne) + "\n" + std::string(kOne), limits);
  EXPECT_TRUE(it.dump().truncated);
  EXPECT_EQ(it.dump().total, 1U);
  EXPECT_EQ(it.warning(WarningCode::kDumpTruncated).where, "byte " + std::to_string(limits.body_bytes));
}

TEST(GoroutineDump, CountsGoroutinesBeyondTheLimitWithoutKeepingThem) {
  DecodeLimits limits;
  limits.goroutines = 2;
  std::string dump;
  for (int k = 0; k < 5; ++k) dump += std::string(kOne) + "\n";
  const Reading it = read(dump, limits);
  EXPECT_EQ(it.dump().total, 5U);
  EXPECT_EQ(it.dump().goroutines.size(), 2U);
  EXPECT_EQ(it.decoded.goroutine_profiles[0].dropped, 3U);
  EXPECT_EQ(it.warning(WarningCode::kLimitReached).count, 3U);
}

TEST(GoroutineDump, LeavesOutABlockWithALineTooLong) {
  DecodeLimits limits;
  limits.line_bytes = 200;
  const std::string dump = std::string(kOne) + "\ngoroutine 8 [select]:\nmain." + std::string(500, 'f') +
                           "()\n\t/a.go:1 +0x1\n\n" + std::string(kOne);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100}, SIZE_MAX}) {
    const Reading it = read(dump, limits, piece);
    EXPECT_EQ(it.dump().total, 2U) << piece;
    const Warning warning = it.warning(WarningCode::kMalformedGoroutine);
    EXPECT_EQ(warning.count, 1U) << piece;
    EXPECT_EQ(warning.where, "byte " + std::to_string(kOne.size() + 1)) << piece;
  }
}

TEST(GoroutineDump, NamesTheByteOfAMalformedHeader) {
  const Reading it =
      read(std::string(kOne) + "\ngoroutine 8 (select):\nmain.f()\n\t/a.go:1 +0x1\n\n" + std::string(kOne));
  EXPECT_EQ(it.dump().total, 2U);
  const Warning warning = it.warning(WarningCode::kMalformedGoroutine);
  EXPECT_EQ(warning.count, 1U);
  EXPECT_EQ(warning.where, "byte " + std::to_string(kOne.size() + 1));
}

TEST(GoroutineDump, LeavesOutMalformedFramesAndCountsThemEachTime) {
  const std::string header = "goroutine 8 [select]:\n";
  const std::string block = header + "no frame at all\nmain.f()\n\t/a.go:x\nmain.g()\n\t/a.go:2 +0x1\n\n";
  const Reading it = read(block + block);
  EXPECT_EQ(it.goroutine(1).frames, (PlainStack{{"main.g", "/a.go", 2}}));
  const Warning warning = it.warning(WarningCode::kMalformedFrame);
  EXPECT_EQ(warning.count, 4U);
  EXPECT_EQ(warning.where, "byte " + std::to_string(header.size()));
}

TEST(GoroutineDump, CapsALineNumberBeyond32Bits) {
  const Reading it = read("goroutine 8 [select]:\nmain.f()\n\t/a.go:99999999999 +0x1\n");
  EXPECT_EQ(it.goroutine().frames.at(0).line, UINT32_MAX);
  EXPECT_EQ(it.warning(WarningCode::kNumberOutOfRange).count, 1U);
}

TEST(GoroutineDump, CountsUnknownStatesWithTheFirstOnesPlace) {
  const Reading it =
      read("goroutine 8 [dreaming]:\nmain.f()\n\t/a.go:1 +0x1\n\ngoroutine 9 [dreaming]:\nmain.f()\n\t/a.go:1 +0x1\n");
  EXPECT_EQ(it.goroutine().state, "unknown");
  EXPECT_EQ(it.warning(WarningCode::kUnknownState).count, 2U);
  EXPECT_EQ(it.warning(WarningCode::kUnknownState).where, "byte 0");
}

TEST(GoroutineDump, PassesOverForeignParagraphs) {
  const Reading it = read(std::string(kOne) + "\nsome words\nand more\n\n" + std::string(kOne));
  EXPECT_EQ(it.dump().total, 2U);
  EXPECT_EQ(it.warning(WarningCode::kForeignLines).count, 2U);
  EXPECT_EQ(it.warning(WarningCode::kForeignLines).where, "byte " + std::to_string(kOne.size() + 1));
}

TEST(GoroutineDump, FailsWhereNothingCouldBeRead) {
  for (const char* text : {"", "\n\n", "hello\n", "goroutine x\n", "goroutine 5 [sel"}) {
    const Reading it = read(text);
    EXPECT_EQ(it.error.code, ErrorCode::kMalformed) << text;
    EXPECT_NE(it.error.message, "") << text;
  }
}

TEST(GoroutineDump, SurvivesAnyDamage) {
  testing::DumpShape shape{.seed = 9, .goroutines = 6, .stacks = {.stacks = 4, .frames_min = 2, .frames_max = 6}};
  shape.forms = {.percent = 40,
                 .crash_header = true,
                 .synctest = true,
                 .labels_inside = true,
                 .labels_after = true,
                 .leaked = true,
                 .elided = true,
                 .ancestors = true,
                 .stack_unavailable = true};
  std::string dump;
  generate_debug2(shape, [&](std::string_view piece) { dump += piece; });
  testing::Random random(1);
  DecodeLimits limits;
  limits.line_bytes = 300;
  std::size_t read_some = 0;
  for (int round = 0; round < 4'000; ++round) {
    const std::size_t begin = random.below(dump.size());
    std::string text = dump.substr(begin, random.below(1500));
    for (std::size_t k = random.below(8); k-- > 0 && !text.empty();) {
      text[random.below(text.size())] =
          static_cast<char>(random.below(4) == 0 ? '\n' : static_cast<char>(random.below(256)));
    }
    const Reading whole = read(text, limits);
    const Reading split = read(text, limits, 1 + random.below(40));
    ASSERT_EQ(first_difference(whole.plain, split.plain), "") << text;
    ASSERT_EQ(whole.error.message, split.error.message) << text;
    read_some += whole.error.message.empty() ? 1 : 0;
  }
  EXPECT_GT(read_some, 1'000U);
}

// Where the samples have both forms of one moment, debug=1's header has the truth.
TEST(GoroutineDump, HasTheTotalThatDebug1Tells) {
  const std::filesystem::path samples = source_dir() / "testdata" / "samples";
  const auto content = [](const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  std::size_t compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(samples)) {
    std::string name = entry.path().filename().string();
    if (!name.starts_with("goroutine-debug2-")) continue;
    const std::string dump = content(entry.path());
    name.replace(name.find("debug2"), 6, "debug1");
    if (!std::filesystem::exists(samples / name)) continue;
    const std::string counts = content(samples / name);
    constexpr std::string_view kTotal = "goroutine profile: total ";
    ASSERT_TRUE(counts.starts_with(kTotal));
    EXPECT_EQ(read(dump).dump().total, std::stoull(counts.substr(kTotal.size()))) << name;
    ++compared;
  }
  EXPECT_GT(compared, 5U);
}

}  // namespace
}  // namespace lf::decode
