#include "report/json.h"

#include <limits>

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "report/json_writer.h"
#include "report/sample_reports.h"

namespace lf::report {
namespace {

rapidjson::Document parsed(const Report& report) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(written(report, "json").c_str());
  return document;
}

TEST(JsonWriter, WritesMembersInTheOrderTheyCome) {
  StringSink sink;
  JsonWriter out(sink);
  out.begin_object();
  out.field("z", 1);
  out.field("a", "x");
  out.end_object();
  ASSERT_TRUE(out.finish());
  EXPECT_EQ(sink.written, "{\n  \"z\": 1,\n  \"a\": \"x\"\n}\n");
}
TEST(JsonWriter, LeavesOutWhatIsAbsentOrNotFinite) {
  StringSink sink;
  JsonWriter out(sink);
  out.begin_object();
  out.optional_field("count", std::optional<std::uint64_t>());
  out.optional_text("state", "");
  out.field("rate", std::numeric_limits<double>::infinity());
  out.field("share", std::numeric_limits<double>::quiet_NaN());
  out.end_object();
  ASSERT_TRUE(out.finish());
  EXPECT_EQ(sink.written, "{}\n");
}
TEST(JsonWriter, WritesWholeNumbersWithoutAFraction) {
  StringSink sink;
  JsonWriter out(sink);
  out.begin_array();
  out.number(std::numeric_limits<std::uint64_t>::max());
  out.number(std::numeric_limits<std::int64_t>::min());
  out.end_array();
  ASSERT_TRUE(out.finish());
  EXPECT_EQ(sink.written, "[\n  18446744073709551615,\n  -9223372036854775808\n]\n");
}
TEST(JsonWriter, ReturnsTheFirstFailureOfTheSink) {
  StringSink sink(10);
  JsonWriter out(sink);
  out.begin_array();
  for (int i = 0; i < 100'000; ++i) out.text("0123456789");
  out.end_array();
  const Result<void> result = out.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kIo);
  EXPECT_EQ(sink.written, "");
}

TEST(Json, AlwaysHasTheKeysThatReadersRelyOn) {
  const rapidjson::Document document = parsed(Report{});
  ASSERT_TRUE(document.IsObject());
  for (const char* key : {"schema", "tool", "command", "target", "started_at", "duration_ms", "cost", "health",
                          "findings", "warnings", "errors"}) {
    EXPECT_TRUE(document.HasMember(key)) << key;
  }
  for (const char* key : {"goroutines", "memory", "gc", "notes", "criteria"})
    EXPECT_FALSE(document.HasMember(key)) << key;
}
TEST(Json, WritesEveryFieldOfAFinding) {
  Report report;
  report.findings = {full_finding()};
  const rapidjson::Document document = parsed(report);
  const auto& finding = document["findings"][0];
  EXPECT_STREQ(finding["id"].GetString(), "1f0e3dad99908345");
  EXPECT_STREQ(finding["verdict"].GetString(), "leak");
  EXPECT_STREQ(finding["function"].GetString(), "main.(*Pool).worker");
  EXPECT_EQ(finding["line"].GetInt(), 42);
  EXPECT_EQ(finding["count"].GetInt(), 1000);
  EXPECT_DOUBLE_EQ(finding["growth_per_min"].GetDouble(), 60.0);
  EXPECT_EQ(finding["wait_minutes"]["max"].GetInt(), 9);
  EXPECT_EQ(finding["counts"].Size(), 3U);
  EXPECT_EQ(finding["deaths"].GetInt(), 0);
  EXPECT_EQ(finding["other_states"]["runnable"].GetInt(), 2);
  EXPECT_EQ(finding["score_parts"]["persistence"].GetInt(), 30);
  EXPECT_EQ(finding["consequences"][0]["count"].GetInt(), 3);
  EXPECT_EQ(finding["stack"].Size(), 3U);
}
TEST(Json, GivesMemoryGrowthInBytesASecond) {
  Report report;
  Finding& finding = report.findings.emplace_back();
  finding.kind = FindingKind::kMemory;
  finding.growth_per_min = 600.0;
  const rapidjson::Document document = parsed(report);
  EXPECT_DOUBLE_EQ(document["findings"][0]["growth_bytes_per_s"].GetDouble(), 10.0);
  EXPECT_FALSE(document["findings"][0].HasMember("growth_per_min"));
}
TEST(Json, HasEachLabelOnce) {
  Report report;
  Finding& finding = report.findings.emplace_back();
  finding.labels = {{TargetText("k\xFF"), TargetText("1")}, {TargetText("k\xFE"), TargetText("2")}};
  const rapidjson::Document document = parsed(report);
  EXPECT_EQ(document["findings"][0]["labels"].MemberCount(), 1U);
}
TEST(Json, StaysOneObjectWhateverTheTextsHold) {
  for (const char* text : {"\"},{", "\xFF\xFE", "\x1b[0m\x7f", "\\", "</script>"}) {
    const rapidjson::Document document = parsed(report_full_of(text));
    EXPECT_FALSE(document.HasParseError()) << text;
  }
}

}  // namespace
}  // namespace lf::report
