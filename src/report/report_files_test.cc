#include "report/report_files.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/sample_reports.h"

namespace lf::report {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr WallTime kAt = WallTime{} + std::chrono::milliseconds{1'795'452'041'999};

/// A folder of its own for each test, gone afterwards.
class ReportFiles : public testing::Test {
 public:
  ReportFiles() {
    std::string pattern = (fs::temp_directory_path() / "report_files_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ReportFiles() override {
    std::error_code ignored;
    fs::permissions(folder_, fs::perms::owner_all, ignored);
    fs::remove_all(folder_, ignored);
  }

 protected:
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
  ReportFolder folder(const std::string& name = "") const { return {path(name), kAt}; }

  fs::path folder_;
};

TEST(LocalStamp, IsLocalTime) {
  const char* before = std::getenv("TZ");  // NOLINT(concurrency-mt-unsafe): one thread
  const std::string zone = before == nullptr ? "" : before;
  ::setenv("TZ", "XXX-2", 1);
  ::tzset();
  EXPECT_EQ(local_stamp(kAt), "20261123_184041");
  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", zone.c_str(), 1);
  ::tzset();
}

TEST_F(ReportFiles, CreateTheFolderAndNoHalfFile) {
  const auto saved = folder("a/b").save("memory_profile", ".pprof", std::string_view("\0x", 2));
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(*saved, path("a/b/memory_profile_" + local_stamp(kAt) + ".pprof"));
  EXPECT_EQ(text_of(*saved), std::string("\0x", 2));
  EXPECT_EQ(std::distance(fs::directory_iterator(path("a/b")), fs::directory_iterator()), 1);
}
TEST_F(ReportFiles, NeverOverwrite) {
  const std::string stem = "uber_leakprof_" + local_stamp(kAt);
  for (const char* text : {"one", "two", "three"}) ASSERT_TRUE(folder().save("uber_leakprof", ".txt", text));
  EXPECT_THAT(names(), testing::ElementsAre(stem + ".txt", stem + "_2.txt", stem + "_3.txt"));
  EXPECT_EQ(text_of(path(stem + ".txt")), "one");
  EXPECT_EQ(text_of(path(stem + "_2.txt")), "two");
}
TEST_F(ReportFiles, LeaveNothingBehindWhenTheDiskIsFull) {
  // A limit on the size of files stands in for a full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{1000, before.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto saved = folder().save("uber_leakprof", ".txt", std::string(5000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error().message, HasSubstr("could not write"));
  EXPECT_TRUE(names().empty());
}
TEST_F(ReportFiles, SayWhichFolderCannotBeCreated) {
  std::ofstream(path("file")) << "x";
  const auto saved = folder("file/sub").save("uber_leakprof", ".txt", "x");
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::kIo);
  EXPECT_THAT(saved.error().message,
              HasSubstr("could not create the folder \"" + path("file/sub") + "\": Not a directory"));
  EXPECT_THAT(saved.error().message, HasSubstr("-reports-dir"));
}
TEST_F(ReportFiles, HaveTheModeThatTheUserWants) {
  const mode_t before = ::umask(027);
  const auto saved = folder().save("uber_leakprof", ".txt", "x");
  ::umask(before);
  ASSERT_TRUE(saved);
  EXPECT_EQ(fs::status(*saved).permissions() & fs::perms::mask, fs::perms{0640});
}

TEST_F(ReportFiles, ReplaceAFileTheUserNamed) {
  std::ofstream(path("out.json")) << "old and longer";
  ASSERT_TRUE(write_file(path("out.json"), "new"));
  EXPECT_EQ(text_of(path("out.json")), "new");
  EXPECT_THAT(names(), testing::ElementsAre("out.json"));
}
TEST_F(ReportFiles, SayWhenADeviceTakesNoMore) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const Result<void> result = write_file("/dev/full", "x");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "could not write \"/dev/full\": No space left on device");
}
TEST_F(ReportFiles, WriteThroughALink) {
  std::ofstream(path("real")) << "old";
  fs::create_symlink(path("real"), path("link"));
  ASSERT_TRUE(write_file(path("link"), "new"));
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(text_of(path("real")), "new");
}
TEST_F(ReportFiles, SayThatAFolderIsNoFile) {
  const Result<void> result = write_file(folder_.string(), "x");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("Is a directory"));
}
TEST_F(ReportFiles, MakeTheFolderOfANamedFile) {
  ASSERT_TRUE(write_file(path("a/b/out.json"), "new"));
  EXPECT_EQ(text_of(path("a/b/out.json")), "new");
}
TEST_F(ReportFiles, SayThatTheFolderOfANamedFileCannotBeMade) {
  std::ofstream(path("file")) << "x";
  const Result<void> result = write_file(path("file/out.json"), "x");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("could not create the folder \"" + path("file") + "\" for out.json"));
}

TEST(StacksText, FollowsTheAnalysis) {
  EXPECT_TRUE(stacks_text(sample_reports()[1].report).starts_with("\nAll stacks\n\n1,000 goroutines in chan send:\n"));
  EXPECT_EQ(stacks_text(Report{}), "");
}

}  // namespace
}  // namespace lf::report
