#include "pipeline/capture.h"

#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pipeline/read_files.h"
#include "pipeline/testing/scripted_target.h"

namespace lf::pipeline {
namespace {

namespace fs = std::filesystem;
using testing::Bench;
using testing::ScriptedTarget;

/// Answers with `goroutines` of them, as counts, dump and heap.
ScriptedTarget::Answers answers(std::uint64_t goroutines, std::uint64_t heap_records = 1) {
  return [=](std::string_view path) -> ScriptedTarget::Answer {
    if (path.empty()) return {.body = testing::index_page(goroutines, heap_records)};
    if (path == "goroutine") return {.body = testing::goroutine_counts(goroutines, "work")};
    if (path == "goroutine?debug=2") return {.body = testing::goroutines(1, goroutines, "chan receive", "work")};
    if (path.starts_with("heap")) return {.body = testing::heap_text(8 << 20, 9 << 20, 5, 100 << 20)};
    return {.status = 404, .body = {}, .code = ErrorCode::kNotFound};
  };
}

class Capture : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / lf::format("capture_test_{}_{}", ::getpid(),
                                                   ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string folder() const { return (root_ / "taken").string(); }

  Result<Captured> run(Bench& bench, std::uint64_t samples) {
    Result<CaptureManifest> so_far = open_capture(folder());
    if (!so_far) return std::unexpected(so_far.error());
    NoProgress progress;
    return capture(bench.session, bench.environment,
                   {.folder = folder(), .plan = {}, .samples = samples, .tool_version = "1"}, std::move(*so_far),
                   progress);
  }

  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder())) found.insert(entry.path().filename());
    return found;
  }

  fs::path root_;
};

TEST_F(Capture, AsksTheIndexThenTheCheapPairThenTheDearPair) {
  Bench bench(answers(5));
  ASSERT_TRUE(run(bench, 1));
  const std::vector<std::vector<std::string>> expected{
      {""}, {"goroutine", "heap"}, {"goroutine?debug=2", "heap?debug=1"}};
  EXPECT_EQ(bench.target.asked, expected);
}

TEST_F(Capture, WaitsTheIntervalBetweenSamples) {
  Bench bench(answers(5));
  const Result<Captured> captured = run(bench, 3);
  ASSERT_TRUE(captured);
  ASSERT_EQ(captured->manifest.samples.size(), 3U);
  EXPECT_EQ(captured->manifest.samples[2].at - captured->manifest.samples[0].at, std::chrono::seconds(20));
}

TEST_F(Capture, LeavesTheDumpOutAboveItsLimitAndSaysWhy) {
  Bench bench(answers(2'000));
  const Result<Captured> captured = run(bench, 1);
  ASSERT_TRUE(captured);
  EXPECT_EQ(names(),
            (std::set<std::string>{"manifest.json", "001_goroutine.pb", "001_heap.pb", "001_heap_debug1.txt"}));
  ASSERT_EQ(captured->manifest.skipped.size(), 1U);
}

TEST_F(Capture, GoesOnWhereItStopped) {
  Bench first(answers(5)), second(answers(6));
  ASSERT_TRUE(run(first, 2));
  const Result<Captured> captured = run(second, 3);
  ASSERT_TRUE(captured);
  EXPECT_EQ(captured->resumed_from, 2U);
  EXPECT_TRUE(captured->manifest.complete);
  ASSERT_EQ(captured->manifest.samples.size(), 3U);
  EXPECT_EQ(captured->manifest.samples[2].number, 3U);
  EXPECT_EQ(captured->manifest.cost.requests, 3U * 5U);
}

TEST_F(Capture, TakesNoFolderWithOtherThings) {
  fs::create_directories(folder());
  std::ofstream(folder() + "/notes.txt") << "mine";
  const Result<CaptureManifest> opened = open_capture(folder());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUsage);
}

TEST_F(Capture, LeavesNoFolderWhereNothingAnswers) {
  Bench bench([](std::string_view) { return ScriptedTarget::Answer{.status = 0, .body = {}}; });
  EXPECT_FALSE(run(bench, 2));
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(Capture, NotesASampleThatFailedAndGoesOn) {
  int samples = 0;
  const ScriptedTarget::Answers good = answers(5);
  Bench bench([&](std::string_view path) {
    if (path.empty()) ++samples;
    return samples == 2 ? ScriptedTarget::Answer{.status = 0, .body = {}} : good(path);
  });
  const Result<Captured> captured = run(bench, 3);
  ASSERT_TRUE(captured);
  EXPECT_EQ(captured->manifest.recorded(), 2U);
  EXPECT_FALSE(captured->manifest.complete);
  EXPECT_EQ(captured->errors.size(), 1U);
  EXPECT_EQ(captured->manifest.samples[1].errors.size(), 1U);
}

TEST_F(Capture, IsReadBackAsOneSnapshotASample) {
  Bench bench(answers(5));
  const Result<Captured> captured = run(bench, 2);
  ASSERT_TRUE(captured);
  const std::string archive = (root_ / "taken.tar.gz").string();
  const std::vector<std::string> paths{folder(), archive};
  ASSERT_TRUE(pack_capture(folder(), captured->manifest, archive));
  EXPECT_FALSE(fs::exists(folder()));
  NoProgress progress;
  Bench reader(answers(0));
  const Result<FilesRead> read =
      read_files(std::span(paths).subspan(1), reader.environment, std::chrono::seconds(1), false, progress);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->snapshots.size(), 2U);
  EXPECT_EQ(read->captures, std::vector<std::size_t>{2});
  for (const Snapshot& snapshot : read->snapshots) {
    ASSERT_TRUE(snapshot.goroutines && snapshot.heap && snapshot.memory);
    EXPECT_TRUE(snapshot.goroutines->has_identities());
    EXPECT_EQ(snapshot.memory->num_gc, 5U);
  }
  EXPECT_EQ(read->snapshots[1].taken_at - read->snapshots[0].taken_at, std::chrono::seconds(10));
}

}  // namespace
}  // namespace lf::pipeline
