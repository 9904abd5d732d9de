#include "decode/vars.h"

#include <string>

#include <gtest/gtest.h>

#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

Result<Decoded> decode(std::string_view json) {
  Symbols symbols;
  const auto decoder = make_vars_decoder(symbols, {});
  decoder->feed(testing::as_byte_span(json));
  return decoder->finish();
}

const std::string kVars =
    "{\n\"cmdline\": [\"/srv/app\",\"-token=secret\"],\n"
    "\"app\": {\"memstats\": {\"HeapAlloc\": 1}},\n"
    "\"memstats\": "
    "{\"Alloc\":9,\"TotalAlloc\":10,\"HeapAlloc\":4158912,\"HeapObjects\":60,\"StackInuse\":7,\"StackSys\":8,"
    "\"NextGC\":4194304,\"LastGC\":1795422972136890281,\"PauseTotalNs\":30,\"PauseNs\":[10,20,0],"
    "\"PauseEnd\":[1000,2000,0],\"NumGC\":2,\"NumForcedGC\":1,\"GCCPUFraction\":0.25,\"EnableGC\":true,"
    "\"BySize\":[{\"Size\":8,\"Mallocs\":5,\"Frees\":4}],\"Mallocs\":100,\"Frees\":40},\n"
    "\"requests\": 7\n}\n";

TEST(Vars, ReadsTheMemstatsAndNothingElse) {
  const auto decoded = decode(kVars);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->kind, ContentKind::kVars);
  EXPECT_TRUE(decoded->warnings.empty());
  const MemoryStats& memory = decoded->memory.value();
  EXPECT_EQ(memory.heap_alloc_bytes, 4158912U) << "not that of a program's variable";
  EXPECT_EQ(memory.mallocs, 100U) << "not those of BySize";
  EXPECT_EQ(memory.stack_inuse_bytes, 7U);
  EXPECT_EQ(memory.stack_sys_bytes, 8U);
  EXPECT_DOUBLE_EQ(memory.gc_cpu_fraction, 0.25);
  EXPECT_EQ(memory.max_rss_bytes, 0U);
  ASSERT_EQ(memory.pauses.size(), 2U);
  EXPECT_EQ(memory.pauses[1].pause_ns, 20U);
}

TEST(Vars, FailsWhereMemstatsAreCut) {
  const std::string part = kVars.substr(0, kVars.find("\"NumGC\""));
  const auto decoded = decode(part);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::kMalformed);
  EXPECT_EQ(decoded.error().where, "byte " + std::to_string(part.size()));
}

TEST(Vars, KeepsMemstatsWhereWhatFollowsIsCut) {
  const auto decoded = decode(kVars.substr(0, kVars.find("\"requests\"")));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->memory.value().num_gc, 2U);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kDumpTruncated), 1U);
}

TEST(Vars, FailsWithoutMemstats) {
  for (const std::string_view json : {"{\"cmdline\": []}", "{\"memstats\": 5}", "[]", "{\"memstats\": {}}", ""}) {
    EXPECT_FALSE(decode(json)) << json;
  }
}

TEST(Vars, RefusesEndlessNesting) {
  EXPECT_FALSE(decode("{\"memstats\": " + std::string(1'000'000, '[')));
}

TEST(Vars, CapsNumbersBeyondTheirRange) {
  const auto decoded = decode("{\"memstats\": {\"HeapAlloc\": 99999999999999999999, \"Sys\": -1, \"Frees\": 1.5}}");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->memory.value().heap_alloc_bytes, UINT64_MAX);
  EXPECT_EQ(decoded->memory.value().sys_bytes, 0U);
  EXPECT_EQ(decoded->warnings.count(WarningCode::kNumberOutOfRange), 1U);
}

}  // namespace
}  // namespace lf::decode
