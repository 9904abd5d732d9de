#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/source.h"

namespace lf::target {
namespace {

using ::testing::HasSubstr;

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "lf-file-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name, const std::string& content) const {
    const std::filesystem::path path = path_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::string path(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

struct Read {
  Result<std::uint64_t> result;
  std::string bytes;
  std::size_t pieces = 0;
};

Read read_all(const std::string& path, std::uint64_t max_bytes = 1 << 20, const Stop& stop = NeverStop{}) {
  Read read;
  read.result = read_file(
      path, max_bytes,
      [&](std::span<const std::byte> chunk) {
        read.bytes.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
        ++read.pieces;
        return true;
      },
      stop);
  return read;
}

TEST(ReadFile, DeliversEveryByteInOrder) {
  const Folder folder;
  std::string content;
  for (int i = 0; i < 100'000; ++i) content += std::to_string(i);
  const Read read = read_all(folder.file("dump.txt", content));
  ASSERT_TRUE(read.result.has_value());
  EXPECT_EQ(*read.result, content.size());
  EXPECT_EQ(read.bytes, content);
  EXPECT_GT(read.pieces, 1U);
}

TEST(ReadFile, DeliversNothingOfAnEmptyFile) {
  const Folder folder;
  const Read read = read_all(folder.file("empty", ""));
  EXPECT_EQ(read.result.value(), 0U);
  EXPECT_EQ(read.pieces, 0U);
}

TEST(ReadFile, AcceptsAFileOfExactlyTheLimit) {
  const Folder folder;
  EXPECT_EQ(read_all(folder.file("dump.txt", "12345"), 5).result.value(), 5U);
}

TEST(ReadFile, DeliversUpToTheLimitAndSaysTooLarge) {
  const Folder folder;
  const Read read = read_all(folder.file("dump.txt", "123456"), 5);
  ASSERT_FALSE(read.result.has_value());
  EXPECT_EQ(read.result.error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(read.result.error().message, HasSubstr("-max-body"));
  EXPECT_EQ(read.bytes, "12345");
}

TEST(ReadFile, EndsQuietlyWhenTheSinkHasEnough) {
  const Folder folder;
  const auto read = read_file(folder.file("dump.txt", std::string(1 << 20, 'x')), 1ULL << 30,
                              [](std::span<const std::byte>) { return false; });
  ASSERT_TRUE(read.has_value());
  EXPECT_LT(*read, 1U << 20);
}

TEST(ReadFile, NamesAMissingFile) {
  const Folder folder;
  const Read read = read_all(folder.path("nothing\nhere"));
  ASSERT_FALSE(read.result.has_value());
  EXPECT_EQ(read.result.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(read.result.error().message, HasSubstr("nothing\\nhere"));
}

TEST(ReadFile, RefusesADirectory) {
  const Folder folder;
  const Read read = read_all(folder.path(""));
  ASSERT_FALSE(read.result.has_value());
  EXPECT_EQ(read.result.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(read.result.error().message, HasSubstr("is a directory (did you mean a capture?)"));
}

TEST(ReadFile, SaysWhenPermissionIsMissing) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const Folder folder;
  const std::string path = folder.file("secret", "x");
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  const Read read = read_all(path);
  ASSERT_FALSE(read.result.has_value());
  EXPECT_EQ(read.result.error().code, ErrorCode::kIo);
  EXPECT_THAT(read.result.error().message, HasSubstr("permission"));
}

TEST(ReadFile, ReadsAFifoToItsEnd) {
  const Folder folder;
  const std::string path = folder.path("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const std::jthread writer([&] {
    std::ofstream out(path, std::ios::binary);
    out << "one" << std::flush << "two";
  });
  const Read read = read_all(path);
  EXPECT_EQ(read.result.value(), 6U);
  EXPECT_EQ(read.bytes, "onetwo");
}

TEST(ReadFile, HearsTheWishToStopOnASilentFifo) {
  class Wish final : public Stop {
   public:
    Wish() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
    ~Wish() override {
      ::close(ends_[0]);
      ::close(ends_[1]);
    }
    bool requested() const override { return asked_++ > 0; }
    int wake_fd() const override { return ends_[0]; }
    void wake() const { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }

   private:
    int ends_[2] = {-1, -1};
    mutable int asked_ = 0;
  };
  const Folder folder;
  const std::string path = folder.path("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const Wish wish;
  wish.wake();
  const Read read = read_all(path, 100, wish);
  ASSERT_FALSE(read.result.has_value());
  EXPECT_EQ(read.result.error().code, ErrorCode::kInterrupted);
}

TEST(ReadFile, EndsEarlyWhereTheFileShrinksMeanwhile) {
  const Folder folder;
  const std::string path = folder.file("dump.txt", std::string(1 << 20, 'x'));
  const auto read = read_file(path, 1ULL << 30, [&](std::span<const std::byte>) {
    EXPECT_EQ(::truncate(path.c_str(), 0), 0);
    return true;
  });
  ASSERT_TRUE(read.has_value());
  EXPECT_LT(*read, 1U << 20);
}

}  // namespace
}  // namespace lf::target
