#include "target/capture_archive.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include "base/format.h"
#include "target/source.h"

namespace lf::target {
namespace {

namespace fs = std::filesystem;

/// Keeps what it is handed.
class Members final : public MemberSink {
 public:
  void begin(std::string_view name, std::uint64_t size) override {
    name_ = name;
    claimed[name_] = size;
    texts[name_];
  }
  void feed(std::span<const std::byte> chunk) override {
    texts[name_].append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  }
  void end(bool whole) override {
    if (!whole) cut.push_back(name_);
  }

  std::map<std::string, std::string> texts;
  std::map<std::string, std::uint64_t> claimed;
  std::vector<std::string> cut;

 private:
  std::string name_;
};

struct Fields {
  std::string name = "taken/a.txt";
  std::string size = "00000000005";
  char type = '0';
  std::string prefix = {};
};

/// A header with a right checksum.
std::string header(const Fields& fields) {
  std::string block(512, '\0');
  const auto put = [&](std::size_t at, std::string_view text) {
    std::ranges::copy(text, block.begin() + static_cast<long>(at));
  };
  put(0, fields.name);
  put(100, "0000644");
  put(124, fields.size);
  put(136, "00000000000");
  block[156] = fields.type;
  put(257, std::string_view("ustar\00000", 8));
  put(345, fields.prefix);
  put(148, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put(148, lf::format("{:06o}", sum));
  block[154] = '\0';
  return block;
}

std::string body(std::string_view text) {
  std::string block(text);
  block.resize((text.size() + 511) / 512 * 512, '\0');
  return block;
}

std::string member(std::string_view name, std::string_view text) {
  return header({.name = std::string(name), .size = lf::format("{:011o}", text.size())}) + body(text);
}

const std::string kEnd(1024, '\0');

Result<ArchiveEnd> read(std::string_view archive, Members& members, std::size_t step = SIZE_MAX,
                        ArchiveLimits limits = {}) {
  ArchiveReader reader(limits, members);
  for (std::size_t at = 0; at < archive.size(); at += std::min(step, archive.size() - at)) {
    if (!reader.feed(std::as_bytes(std::span(archive.substr(at, step))))) break;
  }
  return reader.finish();
}

class PackArchive : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / lf::format("capture_archive_test_{}_{}", ::getpid(),
                                                     ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  PackedFile write(const std::string& name, std::string_view text) {
    const fs::path path = folder_ / "file";
    const fs::path unique = path.string() + lf::format("{}", count_++);
    std::ofstream(unique, std::ios::binary) << text;
    return {name, unique.string()};
  }
  std::string bytes_of(const fs::path& path) const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder_;
  int count_ = 0;
};

TEST_F(PackArchive, IsReadBackAsItWas) {
  std::string large;
  for (int i = 0; i < 50'000; ++i) large += lf::format("{} ", i * 7919);
  const std::string long_name = std::string(90, 'd') + "/" + std::string(90, 'f');
  const std::vector<PackedFile> files{write("taken/manifest.json", "{}"), write("taken/empty", ""),
                                      write("taken/large", large), write(long_name, "x")};
  const std::string path = (folder_ / "taken.tar.gz").string();
  ASSERT_TRUE(pack_archive(path, files, WallTime(std::chrono::seconds(1'700'000'000))));
  const std::string archive = bytes_of(path);
  ASSERT_EQ(guess_archive(std::as_bytes(std::span(archive))), ArchiveGuess::kYes);
  for (const std::size_t step : {std::size_t{2}, std::size_t{4096}, SIZE_MAX}) {
    Members members;
    const Result<ArchiveEnd> end = read(archive, members, step);
    ASSERT_TRUE(end) << end.error().message;
    EXPECT_FALSE(end->cut);
    const std::map<std::string, std::string> expected{
        {"taken/manifest.json", "{}"}, {"taken/empty", ""}, {"taken/large", large}, {long_name, "x"}};
    EXPECT_EQ(members.texts, expected);
  }
}

TEST_F(PackArchive, LeavesNothingBehindWhenAFileIsMissing) {
  const std::vector<PackedFile> files{{"taken/gone", (folder_ / "gone").string()}};
  const Result<void> packed = pack_archive((folder_ / "taken.tar.gz").string(), files, {});
  ASSERT_FALSE(packed);
  EXPECT_EQ(packed.error().code, ErrorCode::kIo);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(PackArchive, RefusesANameThatFitsNoHeader) {
  const std::vector<PackedFile> files{write(std::string(300, 'n'), "x")};
  EXPECT_FALSE(pack_archive((folder_ / "taken.tar.gz").string(), files, {}));
}

TEST_F(PackArchive, CutAnywhereItGivesWhatCameBefore) {
  const std::vector<PackedFile> files{write("taken/a", "first"), write("taken/b", std::string(3000, 'b'))};
  const std::string path = (folder_ / "taken.tar.gz").string();
  ASSERT_TRUE(pack_archive(path, files, {}));
  const std::string archive = bytes_of(path);
  for (std::size_t size = 2; size < archive.size(); ++size) {
    Members members;
    const Result<ArchiveEnd> end = read(archive.substr(0, size), members);
    ASSERT_TRUE(end) << size;
    for (const auto& [name, text] : members.texts) {
      const bool is_cut = std::ranges::find(members.cut, name) != members.cut.end();
      EXPECT_TRUE(is_cut || text.size() == members.claimed[name]) << name;
    }
  }
}

TEST(ArchiveReader, ReadsAPlainTarInAnyPieces) {
  const std::string archive =
      member("./taken/a", "hello") + member("taken/b", "") + member("c", std::string(513, 'c')) + kEnd;
  ASSERT_EQ(guess_archive(std::as_bytes(std::span(archive))), ArchiveGuess::kYes);
  for (std::size_t step = 1; step < 1025; step += 31) {
    Members members;
    const Result<ArchiveEnd> end = read(archive, members, step);
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->cut);
    const std::map<std::string, std::string> expected{
        {"taken/a", "hello"}, {"taken/b", ""}, {"c", std::string(513, 'c')}};
    EXPECT_EQ(members.texts, expected) << step;
  }
}

TEST(ArchiveReader, RefusesNamesThatLeaveTheFolder) {
  for (const char* name : {"/etc/passwd", "../x", "taken/../../x", "taken/.."}) {
    Members members;
    const Result<ArchiveEnd> end = read(member("taken/a", "kept") + member(name, "evil") + kEnd, members);
    ASSERT_FALSE(end) << name;
    EXPECT_EQ(end.error().code, ErrorCode::kMalformed);
    EXPECT_EQ(end.error().where, "byte 1024");
    EXPECT_EQ(members.texts.size(), 1U);
  }
}

TEST(ArchiveReader, RefusesANameThatLeavesByItsPrefix) {
  Members members;
  EXPECT_FALSE(read(header({.name = "x", .prefix = "/etc"}) + body("hello") + kEnd, members));
}

TEST(ArchiveReader, RefusesLinksAndDevices) {
  for (const char type : {'1', '2', '3', '4', '6'}) {
    Members members;
    EXPECT_FALSE(read(header({.size = "00000000000", .type = type}) + kEnd, members)) << type;
    EXPECT_TRUE(members.texts.empty());
  }
}

TEST(ArchiveReader, ShowsAHostileNameVisibly) {
  Members members;
  const Result<ArchiveEnd> end = read(member("/\x1b[2Jx", "") + kEnd, members);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().message.find('\x1b'), std::string::npos);
}

TEST(ArchiveReader, PassesOverFoldersAndExtendedHeaders) {
  const std::string archive = header({.name = "taken/", .size = "00000000000", .type = '5'}) +
                              header({.name = "pax", .size = "00000000005", .type = 'x'}) + body("12345") +
                              header({.name = "././@LongLink", .size = "00000000005", .type = 'L'}) + body("12345") +
                              member("taken/a", "hello") + kEnd;
  Members members;
  ASSERT_TRUE(read(archive, members));
  EXPECT_EQ(members.texts, (std::map<std::string, std::string>{{"taken/a", "hello"}}));
}

TEST(ArchiveReader, EndsWhereAHeaderIsDamaged) {
  std::string second = member("taken/b", "x");
  second[5] ^= 1;
  Members members;
  const Result<ArchiveEnd> end = read(member("taken/a", "kept") + second + kEnd, members);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->cut);
  EXPECT_EQ(members.texts.size(), 1U);
}

TEST(ArchiveReader, TrustsNoSize) {
  for (const char* size : {"77777777777", "\x80\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f", "xyz"}) {
    Members members;
    const Result<ArchiveEnd> end = read(header({.size = size}) + body("hello"), members);
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->cut);
    EXPECT_LE(end->bytes, 1024U);
  }
}

TEST(ArchiveReader, StopsAtItsLimits) {
  const std::string archive = member("a", std::string(1000, 'a')) + member("b", std::string(1000, 'b')) + kEnd;
  Members members;
  const Result<ArchiveEnd> by_bytes = read(archive, members, SIZE_MAX, {.bytes = 2000});
  ASSERT_TRUE(by_bytes);
  EXPECT_TRUE(by_bytes->limited);
  EXPECT_EQ(by_bytes->bytes, 2000U);
  Members others;
  const Result<ArchiveEnd> by_members = read(archive, others, SIZE_MAX, {.members = 1});
  ASSERT_TRUE(by_members);
  EXPECT_TRUE(by_members->limited);
  EXPECT_EQ(others.texts.size(), 1U);
}

TEST(GuessArchive, TellsProfilesFromArchives) {
  const auto guess = [](std::string_view head) { return guess_archive(std::as_bytes(std::span(head))); };
  EXPECT_EQ(guess("goroutine 1 [running]:\n" + std::string(500, 'x')), ArchiveGuess::kNo);
  EXPECT_EQ(guess("goroutine 1"), ArchiveGuess::kNeedsMore);
  EXPECT_EQ(guess("\x1f"), ArchiveGuess::kNeedsMore);
  std::string gzip(100, '\0');
  uLongf size = gzip.size();
  z_stream stream{};
  ASSERT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string text = "a profile";
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(gzip.data());
  stream.avail_out = static_cast<uInt>(size);
  ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  gzip.resize(stream.total_out);
  deflateEnd(&stream);
  EXPECT_EQ(guess(gzip), ArchiveGuess::kNo);
  EXPECT_EQ(guess(gzip.substr(0, 12)), ArchiveGuess::kNeedsMore);
  EXPECT_EQ(guess(std::string("\x1f\x8bgarbage that is no gzip member")), ArchiveGuess::kNo);
}

}  // namespace
}  // namespace lf::target
