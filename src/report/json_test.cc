#include "report/json.h"

#include <limits>
#include <map>

#include <gtest/gtest.h>

#include "report/json_writer.h"
#include "report/parsed_json.h"
#include "report/sample_reports.h"

namespace lf::report {
namespace {

std::map<std::string, std::string> parsed(const Report& report) {
  return parsed_json(written(report, "json"));
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
  const auto values = parsed(Report{});
  for (const char* key : {"schema", "tool/name", "tool/version", "command", "target#", "started_at", "duration_ms",
                          "cost/requests", "health/score", "findings#", "warnings#", "errors#"}) {
    EXPECT_TRUE(values.contains(key)) << key;
  }
  for (const char* key : {"goroutines#", "memory#", "gc#", "notes#", "criteria#"}) {
    EXPECT_FALSE(values.contains(key)) << key;
  }
}
TEST(Json, WritesEveryFieldOfAFinding) {
  Report report;
  report.findings = {full_finding()};
  const auto values = parsed(report);
  const std::map<std::string, std::string> expected{{"id", "1f0e3dad99908345"},
                                                    {"verdict", "leak"},
                                                    {"function", "main.(*Pool).worker"},
                                                    {"line", "42"},
                                                    {"count", "1000"},
                                                    {"growth_per_min", "60.0"},
                                                    {"wait_minutes/max", "9"},
                                                    {"counts#", "3"},
                                                    {"deaths", "0"},
                                                    {"births", "120"},
                                                    {"survivors", "880"},
                                                    {"other_states/runnable", "2"},
                                                    {"creator/line", "17"},
                                                    {"labels/endpoint", "/upload"},
                                                    {"score_parts/persistence", "30"},
                                                    {"consequences/0/count", "3"},
                                                    {"stack#", "3"},
                                                    {"owners/0", "@team-ingest"},
                                                    {"resembles", "send after timeout"},
                                                    {"evidence#", "2"},
                                                    {"package", "main"}};
  for (const auto& [key, value] : expected) {
    const auto found = values.find("findings/0/" + key);
    ASSERT_NE(found, values.end()) << key;
    EXPECT_EQ(found->second, value) << key;
  }
}
TEST(Json, GivesMemoryGrowthInBytesASecond) {
  Report report;
  Finding& finding = report.findings.emplace_back();
  finding.kind = FindingKind::kMemory;
  finding.growth_per_min = 600.0;
  const auto values = parsed(report);
  EXPECT_EQ(values.at("findings/0/growth_bytes_per_s"), "10.0");
  EXPECT_FALSE(values.contains("findings/0/growth_per_min"));
}
TEST(Json, HasEachLabelOnce) {
  Report report;
  Finding& finding = report.findings.emplace_back();
  finding.labels = {{TargetText("k\xFF"), TargetText("1")}, {TargetText("k\xFE"), TargetText("2")}};
  EXPECT_EQ(parsed(report).at("findings/0/labels#"), "1");
}
TEST(Json, StaysOneObjectWhateverTheTextsHold) {
  for (const char* text : {"\"},{", "\xFF\xFE", "\x1b[0m\x7f", "\\", "</script>"}) {
    EXPECT_FALSE(parsed(report_full_of(text)).contains("error")) << text;
  }
}

}  // namespace
}  // namespace lf::report
