#include "decode/block_lines.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "decode/equal_bytes.h"
#include "decode/testing/generated_dump.h"
#include "decode/testing/random.h"

namespace lf::decode {
namespace {

std::string masked(std::string_view line) {
  return std::string(line.substr(0, masked_length(line)));
}

TEST(MaskedLine, CutsTheArgumentsOfAFunction) {
  EXPECT_EQ(masked("main.(*T).run(0xc000010000, {0x0?, ...})"), "main.(*T).run(");
  EXPECT_EQ(masked("main.(*Gen[...]).Recv(...)"), "main.(*Gen[...]).Recv(");
  EXPECT_EQ(masked("runtime.goexit({})"), "runtime.goexit(");
}

TEST(MaskedLine, CutsTheFieldsBehindAPlace) {
  EXPECT_EQ(masked("\t/src/main.go:24 +0x18"), "\t/src/main.go:24");
  EXPECT_EQ(masked("\t/src/main.go:24 +0x18 fp=0x1 sp=0xabc pc=0x47ce4a"), "\t/src/main.go:24");
  EXPECT_EQ(masked("\t/src/main.go:24"), "\t/src/main.go:24");
}

TEST(MaskedLine, KeepsAPathThatLooksLikeAnOffset) {
  EXPECT_EQ(masked("\t/src/a +0x15/main.go:24 +0x3"), "\t/src/a +0x15/main.go:24");
  EXPECT_EQ(masked("\t/src/a +0x15:24"), "\t/src/a +0x15:24");
  EXPECT_EQ(masked("\t/d +0xyz"), "\t/d +0xyz");
}

TEST(MaskedLine, CutsTheParentOfACreator) {
  EXPECT_EQ(masked("created by main.main in goroutine 17"), "created by main.main");
  EXPECT_EQ(masked("created by time.goFunc"), "created by time.goFunc");
  EXPECT_EQ(masked("created by main.f in goroutine x"), "created by main.f in goroutine x");
}

TEST(MaskedLine, CutsWhatDiffersInAncestorsAndForeignFunctions) {
  EXPECT_EQ(masked("non-Go function at pc=48f0e1"), "non-Go function at pc=");
  EXPECT_EQ(masked("[originating from goroutine 18]:"), "[originating from goroutine ");
}

/// What both scans find in all blocks of `text`, in words.
std::vector<std::string> blocks_of(std::string_view text, bool plainly, std::size_t line_bytes) {
  std::vector<std::string> found;
  BlockScanner scanner(line_bytes, plainly);
  scanner.start(text);
  for (std::size_t at = 0; at < text.size();) {
    const ScannedBlock block = scanner.scan();
    std::string words = std::to_string(static_cast<int>(block.how)) + " " + std::to_string(block.begin) + "-" +
                        std::to_string(block.end) + " " + std::to_string(block.sample);
    for (const BlockLine& line : scanner.lines()) {
      words +=
          " " + std::to_string(line.begin) + "," + std::to_string(line.masked_end) + "," + std::to_string(line.end);
    }
    found.push_back(words);
    if (block.how == BlockEnd::kInputEnd) break;
    at = block.end;
    if (block.how == BlockEnd::kTooLong) {
      at = std::min(text.find('\n', at), text.size() - 1) + 1;
      scanner.start(text, at);
    }
  }
  return found;
}

TEST(BlockScanner, FindsWithVectorsWhatItsPlainTwinFinds) {
  testing::DumpShape shape{.seed = 5, .goroutines = 200, .stacks = {.stacks = 40, .frames_min = 1, .frames_max = 30}};
  shape.forms = {.percent = 30,
                 .crash_header = true,
                 .synctest = true,
                 .labels_after = true,
                 .elided = true,
                 .ancestors = true,
                 .without_parent = true,
                 .stack_unavailable = true};
  std::string dump;
  generate_debug2(shape, [&](std::string_view piece) { dump += piece; });
  EXPECT_EQ(blocks_of(dump, false, 1 << 20), blocks_of(dump, true, 1 << 20));
}

TEST(BlockScanner, AgreesWithItsTwinOnDamagedText) {
  testing::DumpShape shape{.seed = 6, .goroutines = 8, .stacks = {.stacks = 5, .frames_min = 2, .frames_max = 8}};
  std::string dump;
  generate_debug2(shape, [&](std::string_view piece) { dump += piece; });
  testing::Random random(3);
  constexpr std::string_view kBytes = "\n\n\r\t ()+x0f:a\x80g";
  for (int round = 0; round < 400; ++round) {
    std::string text = dump.substr(random.below(dump.size()));
    for (int k = 0; k < 20; ++k) text[random.below(text.size())] = kBytes[random.below(kBytes.size())];
    const std::size_t line_bytes = round % 4 == 0 ? 60 : 1 << 20;
    ASSERT_EQ(blocks_of(text, false, line_bytes), blocks_of(text, true, line_bytes)) << text;
  }
}

TEST(BlockScanner, OpensABlockAtAHeaderThatEndsLikeACall) {
  const std::string dump = "goroutine 1 [running]:\nmain.main()\n\t/src/" + std::string(128, 'd') +
                           "/main.go:7 +0x1d\ngoroutine 2 [select()\nmain.f()\n\t/src/main.go:9 +0x1d\n\n";
  const std::vector<std::string> found = blocks_of(dump, false, 1 << 20);
  EXPECT_EQ(found.size(), 2U);
  EXPECT_EQ(found, blocks_of(dump, true, 1 << 20));
}

TEST(EqualBytes, SeesEachDifferentByteAtEachLength) {
  for (std::size_t size = 0; size <= 140; ++size) {
    const std::string left(size, 'a');
    EXPECT_TRUE(equal_bytes(left.data(), std::string(size, 'a').data(), size)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      std::string right = left;
      right[at] = 'b';
      EXPECT_FALSE(equal_bytes(left.data(), right.data(), size)) << size << " at " << at;
    }
  }
}

}  // namespace
}  // namespace lf::decode
