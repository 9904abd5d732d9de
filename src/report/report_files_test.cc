#include "report/report_files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/sample_reports.h"

namespace lf::report {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A folder of its own for each test, gone afterwards.
class ReportFiles : public testing::Test {
 protected:
  ReportFiles() {
    std::string pattern = (fs::temp_directory_path() / "report_files_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ReportFiles() override {
    std::error_code ignored;
    fs::permissions(folder_, fs::perms::owner_all, ignored);
    fs::remove_all(folder_, ignored);
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_)) all.push_back(entry.path().filename().string());
    std::ranges::sort(all);
    return all;
  }
  static std::string text_of(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static Result<void> fail_halfway(Sink& sink) {
    if (Result<void> begun = sink.write("half"); !begun) return begun;
    return fail(ErrorCode::kIo, "no space left on device");
  }

  fs::path folder_;
};

constexpr std::string_view kStamp = "20261123_164041";

TEST(ReportFileName, FollowsTheSeed) {
  EXPECT_EQ(report_file_name(ReportFile::kGoroutineAnalysis, kStamp), "goroutine_analysis_20261123_164041.txt");
  EXPECT_EQ(report_file_name(ReportFile::kGoroutineProfileText, kStamp), "goroutine_profile_20261123_164041.txt");
  EXPECT_EQ(report_file_name(ReportFile::kGoroutineProfileProto, kStamp), "goroutine_profile_20261123_164041.pb.gz");
  EXPECT_EQ(report_file_name(ReportFile::kMemoryProfile, kStamp), "memory_profile_20261123_164041.pprof");
  EXPECT_EQ(report_file_name(ReportFile::kFilteredAnalysis, kStamp), "filtered_analysis_20261123_164041.txt");
  EXPECT_EQ(report_file_name(ReportFile::kLeakprofAnalysis, kStamp), "leakprof_analysis_20261123_164041.txt");
  EXPECT_EQ(report_file_name(ReportFile::kUberLeakprof, kStamp), "uber_leakprof_20261123_164041.txt");
  EXPECT_EQ(report_file_name(ReportFile::kCompareAnalysis, kStamp), "compare_analysis_20261123_164041.txt");
}
TEST(ReportFileName, NumbersTheSecondOfASecond) {
  EXPECT_EQ(report_file_name(ReportFile::kMemoryProfile, kStamp, 2), "memory_profile_20261123_164041_2.pprof");
}
TEST(LocalStamp, IsLocalTime) {
  const char* before = std::getenv("TZ");  // NOLINT(concurrency-mt-unsafe): one thread
  const std::string zone = before == nullptr ? "" : before;
  ::setenv("TZ", "XXX-2", 1);
  ::tzset();
  EXPECT_EQ(local_stamp(WallTime{} + std::chrono::milliseconds{1'795'452'041'999}), "20261123_184041");
  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", zone.c_str(), 1);
  ::tzset();
}

TEST_F(ReportFiles, CreateTheFolderAndNoHalfFile) {
  const auto saved =
      save_report_file(path("a/b"), ReportFile::kMemoryProfile, kStamp, content(std::string_view("\0x", 2)));
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(*saved, path("a/b/memory_profile_20261123_164041.pprof"));
  EXPECT_EQ(text_of(*saved), std::string("\0x", 2));
  EXPECT_EQ(std::distance(fs::directory_iterator(path("a/b")), fs::directory_iterator()), 1);
}
TEST_F(ReportFiles, NeverOverwrite) {
  for (const char* text : {"one", "two", "three"}) {
    ASSERT_TRUE(save_report_file(folder_.string(), ReportFile::kUberLeakprof, kStamp, content(text)));
  }
  EXPECT_THAT(names(), testing::ElementsAre("uber_leakprof_20261123_164041.txt", "uber_leakprof_20261123_164041_2.txt",
                                            "uber_leakprof_20261123_164041_3.txt"));
  EXPECT_EQ(text_of(path("uber_leakprof_20261123_164041.txt")), "one");
  EXPECT_EQ(text_of(path("uber_leakprof_20261123_164041_2.txt")), "two");
}
TEST_F(ReportFiles, LeaveNothingBehindWhenWritingFails) {
  const auto saved = save_report_file(folder_.string(), ReportFile::kUberLeakprof, kStamp, fail_halfway);
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().message, "no space left on device");
  EXPECT_TRUE(names().empty());
}
TEST_F(ReportFiles, SayWhichFolderCannotBeCreated) {
  std::ofstream(path("file")) << "x";
  const auto saved = save_report_file(path("file/sub"), ReportFile::kUberLeakprof, kStamp, content("x"));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::kIo);
  EXPECT_THAT(saved.error().message,
              HasSubstr("could not create the folder \"" + path("file/sub") + "\": Not a directory"));
  EXPECT_THAT(saved.error().message, HasSubstr("-reports-dir"));
}
TEST_F(ReportFiles, SayWhenTheDiskIsFull) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const Result<void> result = write_named_file("/dev/full", content("x"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "could not write \"/dev/full\": No space left on device");
}
TEST_F(ReportFiles, HaveTheModeThatTheUserWants) {
  const mode_t before = ::umask(027);
  const auto saved = save_report_file(folder_.string(), ReportFile::kUberLeakprof, kStamp, content("x"));
  ::umask(before);
  ASSERT_TRUE(saved);
  EXPECT_EQ(fs::status(*saved).permissions() & fs::perms::mask, fs::perms{0640});
}
TEST_F(ReportFiles, HoldTheAnalysisThenTheStacks) {
  const Report report = sample_reports()[1].report;
  const auto saved =
      save_report_file(folder_.string(), ReportFile::kGoroutineAnalysis, kStamp, analysis_with_stacks(report));
  ASSERT_TRUE(saved);
  const std::string text = text_of(*saved);
  const std::size_t stacks = text.find("\nAll stacks\n");
  ASSERT_NE(stacks, std::string::npos);
  EXPECT_LT(text.find("LEAK     main.(*Pool).worker"), stacks);
  EXPECT_NE(text.find("created by main.serve", stacks), std::string::npos);
}

TEST_F(ReportFiles, ReplaceAFileTheUserNamed) {
  std::ofstream(path("out.json")) << "old and longer";
  ASSERT_TRUE(write_named_file(path("out.json"), content("new")));
  EXPECT_EQ(text_of(path("out.json")), "new");
  EXPECT_THAT(names(), testing::ElementsAre("out.json"));
}
TEST_F(ReportFiles, KeepTheOldFileWhenWritingFails) {
  std::ofstream(path("out.json")) << "old";
  EXPECT_FALSE(write_named_file(path("out.json"), fail_halfway));
  EXPECT_EQ(text_of(path("out.json")), "old");
  EXPECT_THAT(names(), testing::ElementsAre("out.json"));
}
TEST_F(ReportFiles, WriteThroughALink) {
  std::ofstream(path("real")) << "old";
  fs::create_symlink(path("real"), path("link"));
  ASSERT_TRUE(write_named_file(path("link"), content("new")));
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(text_of(path("real")), "new");
}
TEST_F(ReportFiles, SayThatAFolderIsNoFile) {
  const Result<void> result = write_named_file(folder_.string(), content("x"));
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("Is a directory"));
}
TEST_F(ReportFiles, SayThatTheFolderOfANamedFileIsMissing) {
  const Result<void> result = write_named_file(path("none/out.json"), content("x"));
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace lf::report
