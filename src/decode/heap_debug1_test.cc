#include "decode/heap_debug1.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::as_byte_span;
using testing::read_testdata;

Result<Decoded> decode(std::string_view text, Symbols& symbols, std::size_t step = SIZE_MAX,
                       const DecodeLimits& limits = {}) {
  const auto decoder = make_heap_debug1_decoder(symbols, limits);
  for (std::size_t at = 0; at < text.size(); at += std::min(step, text.size() - at)) {
    decoder->feed(as_byte_span(text.substr(at, std::min(step, text.size() - at))));
  }
  return decoder->finish();
}

constexpr std::string_view kProfile =
    "heap profile: 3: 2208 [5: 4257] @ heap/1048576\n"
    "1: 2048 [2: 4096] @ 0x487f1a 0x48c3c9\n"
    "#\t0x487f19\tmain.grow+0x17\t\t/src/main.go:24\n"
    "#\t0x48c3c8\tmain.main+0x17\t\t/src/main.go:30\n"
    "#\t0x48c3d8\truntime.main+0x17\t/go/src/runtime/proc.go:290\n"
    "\n"
    "2: 160 [2: 160] @ 0x1\n"
    "#\t0x1\truntime.malg+0x17\t/go/src/runtime/proc.go:24\n"
    "\n"
    "0: 0 [1: 1] @ 0x1\n"
    "#\t0x1\tmain.tiny+0x17\t/src/main.go:70\n"
    "\n"
    "\n"
    "# runtime.MemStats\n"
    "# Alloc = 4158912\n"
    "# TotalAlloc = 5158912\n"
    "# Sys = 12\n"
    "# Lookups = 0\n"
    "# Mallocs = 100\n"
    "# Frees = 40\n"
    "# HeapAlloc = 4158912\n"
    "# HeapObjects = 60\n"
    "# Stack = 1081344 / 1081345\n"
    "# MSpan = 1 / 2\n"
    "# NextGC = 4194304\n"
    "# LastGC = 1795422972136890281\n"
    "# PauseNs = [10 20 30 0]\n"
    "# PauseEnd = [1000000001 2000000002 3000000003 0]\n"
    "# NumGC = 3\n"
    "# NumForcedGC = 1\n"
    "# GCCPUFraction = 1.25e-05\n"
    "# DebugGC = false\n"
    "# MaxRSS = 17084416\n";

std::string words(const Result<Decoded>& decoded, const Symbols& symbols) {
  if (!decoded) return "error: " + decoded.error().message;
  std::string out;
  for (const Warning& warning : decoded->warnings.all()) {
    out.append(warning_code_name(warning.code)).append(" at ").append(warning.where).append("\n");
  }
  for (const HeapSample& sample : decoded->heap.value().samples) {
    for (const std::int64_t value : {sample.inuse_objects, sample.inuse_bytes, sample.alloc_objects, sample.alloc_bytes,
                                     std::int64_t{sample.inuse_sampled}}) {
      out += std::to_string(value) + " ";
    }
    for (const FrameId frame : symbols.stack(sample.stack)) out.append(symbols.function(frame)).append(" ");
    out += "\n";
  }
  return out + (decoded->memory ? "memory " + std::to_string(decoded->memory->heap_alloc_bytes) : "no memory");
}

std::int64_t scaled(std::int64_t value, double size) {
  return static_cast<std::int64_t>(static_cast<double>(value) * (1 / (1 - std::exp(-size / 524288))));
}

TEST(HeapDebug1, ScalesRawSamplesAsTheRuntimeDoes) {
  Symbols symbols;
  const auto decoded = decode(kProfile, symbols);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_TRUE(decoded->warnings.empty()) << words(decoded, symbols);
  EXPECT_EQ(decoded->heap->rate_bytes, 524288);
  const HeapSample& grow = decoded->heap->samples.at(0);
  EXPECT_EQ(grow.inuse_sampled, 1);
  EXPECT_EQ(grow.inuse_objects, scaled(1, 2048));
  EXPECT_EQ(grow.inuse_bytes, scaled(2048, 2048));
  EXPECT_EQ(grow.alloc_objects, scaled(2, 2048));
  EXPECT_EQ(grow.alloc_bytes, scaled(4096, 2048));
  EXPECT_NEAR(static_cast<double>(grow.inuse_bytes), 525'312, 2) << "about rate + half an object";
}

TEST(HeapDebug1, HidesTheRuntimeAsDebug2DoesUnlessNothingElseIsThere) {
  Symbols symbols;
  const auto decoded = decode(kProfile, symbols);
  ASSERT_TRUE(decoded);
  const auto leaf = [&](std::size_t i) {
    return symbols.function(symbols.stack(decoded->heap->samples.at(i).stack)[0]);
  };
  EXPECT_EQ(symbols.stack(decoded->heap->samples.at(0).stack).size(), 2U);
  EXPECT_EQ(leaf(0), "main.grow");
  EXPECT_EQ(leaf(1), "runtime.malg");
}

TEST(HeapDebug1, ReadsTheMemStats) {
  Symbols symbols;
  const auto decoded = decode(kProfile, symbols);
  ASSERT_TRUE(decoded);
  const MemoryStats& memory = decoded->memory.value();
  EXPECT_EQ(memory.total_alloc_bytes, 5158912U);
  EXPECT_EQ(memory.heap_objects, 60U);
  EXPECT_EQ(memory.stack_inuse_bytes, 1081344U);
  EXPECT_EQ(memory.stack_sys_bytes, 1081345U);
  EXPECT_EQ(memory.mspan_sys_bytes, 2U);
  EXPECT_EQ(memory.num_gc, 3U);
  EXPECT_EQ(memory.num_forced_gc, 1U);
  EXPECT_EQ(memory.max_rss_bytes, 17084416U);
  EXPECT_DOUBLE_EQ(memory.gc_cpu_fraction, 1.25e-05);
  EXPECT_EQ(memory.last_gc.time_since_epoch(), std::chrono::nanoseconds(1795422972136890281));
  ASSERT_EQ(memory.pauses.size(), 3U);
  EXPECT_EQ(memory.pauses.front().pause_ns, 10U);
  EXPECT_EQ(memory.pauses.back().pause_ns, 30U);
  EXPECT_EQ(memory.pauses.back().ended_at.time_since_epoch(), std::chrono::nanoseconds(3000000003));
}

TEST(HeapDebug1, PutsARingThatHasTurnedOldestFirst) {
  std::string pauses;
  std::string ends;
  for (int i = 0; i < 256; ++i) {
    pauses += (i == 0 ? "" : " ") + std::to_string(i);
    ends += (i == 0 ? "" : " ") + std::to_string(1000 + i);
  }
  std::string text(kProfile);
  text.replace(text.find("[10 20 30 0]"), 12, "[" + pauses + "]");
  text.replace(text.find("[1000000001"), std::string("[1000000001 2000000002 3000000003 0]").size(), "[" + ends + "]");
  text.replace(text.find("NumGC = 3"), 9, "NumGC = 1000");
  Symbols symbols;
  const auto decoded = decode(text, symbols);
  ASSERT_TRUE(decoded);
  const auto& ring = decoded->memory.value().pauses;
  ASSERT_EQ(ring.size(), 256U);
  EXPECT_EQ(ring.back().pause_ns, (1000U + 255U) % 256U);
  EXPECT_EQ(ring.front().pause_ns, 1000U % 256U);
}

TEST(HeapDebug1, KnowsTheHeadingsOneByteMore) {
  Symbols symbols;
  std::string text = "heap profile: 1: 8 [1: 9] @ heap/1048576\n1: 8 [1: 8] @ 0x1\n#\t0x1\tmain.f+0x1\t/m.go:1\n\n";
  EXPECT_TRUE(decode(text, symbols)->warnings.empty());
  text.replace(text.find("9]"), 1, "7");
  EXPECT_EQ(decode(text, symbols)->warnings.count(WarningCode::kCountMismatch), 1U);
}

TEST(HeapDebug1, ComparesSumsAtTheEndOfTheirRangeWithTheHeading) {
  Symbols symbols;
  const std::string text =
      "heap profile: 1: 8 [1: 7] @ heap/1048576\n1: 8 [1: 9223372036854775807] @ 0x1\n#\t0x1\tmain.f+0x1\t/m.go:1\n\n";
  EXPECT_EQ(decode(text, symbols)->warnings.count(WarningCode::kCountMismatch), 1U);
}

TEST(HeapDebug1, GivesTheSameAtEveryChunking) {
  Symbols symbols;
  const std::string expected = words(decode(kProfile, symbols), symbols);
  for (std::size_t first = 0; first <= kProfile.size(); ++first) {
    Symbols fresh;
    const auto decoder = make_heap_debug1_decoder(fresh, {});
    decoder->feed(as_byte_span(kProfile.substr(0, first)));
    decoder->feed(as_byte_span(kProfile.substr(first)));
    ASSERT_EQ(words(decoder->finish(), fresh), expected) << first;
  }
}

TEST(HeapDebug1, TakesNoNumberThatTheEndHasCut) {
  Symbols symbols;
  const std::size_t next = kProfile.find("194304");
  const auto decoded = decode(kProfile.substr(0, next), symbols);
  ASSERT_TRUE(decoded);
  EXPECT_FALSE(decoded->memory) << "half of the statistics would pass for zeros";
  EXPECT_EQ(decoded->heap->samples.size(), 3U);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kDumpTruncated), 1U);
}

TEST(HeapDebug1, AgreesWithTheProtobufOfTheSameProgram) {
  Symbols symbols;
  const auto text = decode(read_testdata("heap-debug1-go1.27.0-trimpath-zoo.txt"), symbols);
  const auto any = make_any_decoder(symbols, {});
  any->feed(as_byte_span(read_testdata("heap-go1.27.0-trimpath-zoo.pb.gz")));
  const auto protobuf = any->finish();
  ASSERT_TRUE(text && protobuf);
  std::size_t same = 0;
  for (const HeapSample& sample : protobuf->heap->samples) {
    same += std::ranges::any_of(text->heap->samples, [&](const HeapSample& other) {
      return other.stack == sample.stack && other.alloc_bytes == sample.alloc_bytes &&
             other.alloc_objects == sample.alloc_objects && other.inuse_bytes == sample.inuse_bytes &&
             other.inuse_sampled == sample.inuse_sampled;
    });
  }
  EXPECT_GE(same, protobuf->heap->samples.size() - 1) << "the text was taken last, and says more";
  EXPECT_GT(same, 0U);
}

}  // namespace
}  // namespace lf::decode
