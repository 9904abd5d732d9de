#include "pipeline/capture_manifest.h"

#include <gtest/gtest.h>

namespace lf::pipeline {
namespace {

CaptureManifest example() {
  CaptureManifest manifest;
  manifest.tool_version = "1.2.3";
  manifest.url = "http://***@host:6060/debug/pprof/";
  manifest.go_version = TargetText("go1.27.0");
  manifest.started_at = WallTime(std::chrono::milliseconds(1'795'422'972'121));
  manifest.samples_wanted = 2;
  manifest.interval = std::chrono::milliseconds(10'000);
  manifest.skipped.emplace_back("too many\x1b");
  manifest.cost = {.requests = 5,
                   .bytes = 1'000,
                   .full_dumps = 1,
                   .forced_collections = 0,
                   .slowest = std::chrono::milliseconds(12)};
  CapturedSample sample;
  sample.number = 1;
  sample.at = manifest.started_at;
  sample.index = {{TargetText("goroutine"), 46}};
  sample.num_gc = 17;
  sample.total_alloc_bytes = 1 << 20;
  sample.files = {{"001_goroutine.pb.gz", "goroutine", 0, 123}, {"001_heap_debug1.txt", "heap", 1, 456}};
  manifest.samples.push_back(sample);
  sample = {};
  sample.number = 2;
  sample.at = manifest.started_at + std::chrono::seconds(10);
  sample.restarted = true;
  sample.errors = {"no answer"};
  manifest.samples.push_back(sample);
  return manifest;
}

TEST(CaptureManifest, IsReadBackAsItWas) {
  const CaptureManifest manifest = example();
  const Result<CaptureManifest> read = parse_manifest(write_manifest(manifest));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(write_manifest(*read), write_manifest(manifest));
  EXPECT_EQ(read->url, manifest.url);
  EXPECT_EQ(read->started_at, manifest.started_at);
  EXPECT_EQ(read->interval, manifest.interval);
  EXPECT_EQ(read->skipped, manifest.skipped);
  EXPECT_EQ(read->cost.slowest, manifest.cost.slowest);
  ASSERT_EQ(read->samples.size(), 2U);
  EXPECT_EQ(read->samples[0].num_gc, 17U);
  EXPECT_EQ(read->samples[0].files[1].name, "001_heap_debug1.txt");
  EXPECT_EQ(read->samples[0].files[1].debug, 1U);
  EXPECT_TRUE(read->samples[1].restarted);
  EXPECT_EQ(read->samples[1].errors, manifest.samples[1].errors);
  EXPECT_EQ(read->recorded(), 1U);
}

TEST(CaptureManifest, RefusesNamesThatAreNoPlainNames) {
  for (const char* name : {"../x", "/etc/passwd", "a/b", "", ".", ".hidden", "a\\u0000b", "a\\nb"}) {
    const std::string text =
        std::string(R"({"schema": "leakfinder/capture/v1", "samples": [{"files": [{"name": ")") + name + R"("}]}]})";
    const Result<CaptureManifest> read = parse_manifest(text);
    ASSERT_FALSE(read) << name;
    EXPECT_EQ(read.error().code, ErrorCode::kMalformed);
  }
}

TEST(CaptureManifest, RefusesTimesThatAreNone) {
  for (const char* time : {"2026-02-30T00:00:00.000Z", "2026-01-01T24:00:00.000Z", "now", "2026-01-01 00:00:00.000Z"}) {
    EXPECT_FALSE(parse_manifest(std::string(R"({"schema": "leakfinder/capture/v1", "started_at": ")") + time + "\"}"));
  }
}

TEST(CaptureManifest, RefusesWhatIsNoManifest) {
  for (const char* text : {"", "{", "[]", "{}", R"({"schema": "leakfinder/report/v1"})", "\xff\xfe"}) {
    EXPECT_FALSE(parse_manifest(text)) << text;
  }
}

TEST(CaptureManifest, RefusesDeepNesting) {
  const std::string text = R"({"schema": "leakfinder/capture/v1", "x": )" + std::string(100'000, '[');
  EXPECT_FALSE(parse_manifest(text));
}

TEST(CaptureManifest, PassesOverWhatItDoesNotKnow) {
  const Result<CaptureManifest> read = parse_manifest(
      R"({"schema": "leakfinder/capture/v1", "later": {"samples": [{"files": [{"name": "../x"}]}]}, "samples": 7})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->samples.empty());
}

}  // namespace
}  // namespace lf::pipeline
