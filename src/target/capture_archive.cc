#include "target/capture_archive.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/format.h"
#include "base/text.h"
#include "target/inflate_stream.h"
#include "target/source.h"

// A tar archive (POSIX.1-1988 ustar) is a row of 512-byte blocks: a header, the file's bytes filled up with zeros to
// the block, the next header, …, two blocks of zeros.
//
//     offset  bytes  field       as text
//          0    100  name        ends at a NUL or at the field's end
//        100     24  mode, owner, group; octal digits
//        124     12  size        octal digits (GNU: first bit set, then binary)
//        136     12  mtime       octal digits
//        148      8  checksum    sum of all bytes of the header, these eight taken as spaces
//        156      1  type        '0' or NUL file, '1' '2' links, '3' '4' '6' devices, '5' folder, 'x' 'g' 'L' 'K'
//        extended 157    100  link target 257      8  "ustar\0" "00", GNU: "ustar  \0" 345    155  prefix      of the
//        name, with a '/' between
//
// It is written here and not by libarchive, whose thirteen shared libraries every start of the program would load.

namespace lf::target {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMagicAt = 257;
constexpr std::size_t kGuessBytes = 64 * 1024;
constexpr std::size_t kPiece = 64 * 1024;
constexpr int kGzip = 16 + MAX_WBITS;

using Header = std::array<std::byte, kBlock>;

bool is_gzip(std::span<const std::byte> head) {
  return head.size() >= 2 && head[0] == std::byte{0x1f} && head[1] == std::byte{0x8b};
}

bool has_magic(std::span<const std::byte> block) {
  return block.size() >= kMagicAt + 5 && std::memcmp(block.data() + kMagicAt, "ustar", 5) == 0;
}

std::string_view field(const Header& header, std::size_t at, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(header.data()) + at, size);
  return text.substr(0, text.find('\0'));
}

/// An octal number with blanks around it, or GNU's binary form; nothing where it is neither.
std::optional<std::uint64_t> number(const Header& header, std::size_t at, std::size_t size) {
  const auto first = std::to_integer<unsigned>(header[at]);
  std::uint64_t value = 0;
  if ((first & 0x80U) != 0) {
    if (first != 0x80U) return std::nullopt;
    for (std::size_t i = 1; i < size; ++i) {
      if (value >> 55U != 0) return std::nullopt;
      value = value << 8U | std::to_integer<std::uint64_t>(header[at + i]);
    }
    return value;
  }
  std::string_view text = field(header, at, size);
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '7' || value >> 60U != 0) return std::nullopt;
    value = value * 8 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

std::uint64_t checksum(const Header& header) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    sum += i >= 148 && i < 156 ? std::uint64_t{' '} : std::to_integer<std::uint64_t>(header[i]);
  }
  return sum;
}

bool leaves_its_folder(std::string_view name) {
  if (name.starts_with('/')) return true;
  while (!name.empty()) {
    const std::size_t slash = std::min(name.find('/'), name.size());
    if (name.substr(0, slash) == "..") return true;
    name.remove_prefix(std::min(slash + 1, name.size()));
  }
  return false;
}

}  // namespace

ArchiveGuess guess_archive(std::span<const std::byte> head) {
  if (head.size() < 2) return ArchiveGuess::kNeedsMore;
  if (!is_gzip(head)) {
    if (head.size() < kMagicAt + 5) return ArchiveGuess::kNeedsMore;
    return has_magic(head) ? ArchiveGuess::kYes : ArchiveGuess::kNo;
  }
  InflateStream stream(kGzip);
  if (!stream.ready()) return ArchiveGuess::kNo;
  const std::span<const std::byte> input = head.first(std::min(head.size(), kGuessBytes));
  Header block{};
  stream.give(input);
  const std::size_t got = stream.inflate(block, Z_SYNC_FLUSH);
  if (got >= kMagicAt + 5) return has_magic(std::span(block).first(got)) ? ArchiveGuess::kYes : ArchiveGuess::kNo;
  const bool over = stream.complete() || stream.damaged() || input.size() == kGuessBytes;
  return over ? ArchiveGuess::kNo : ArchiveGuess::kNeedsMore;
}

ArchiveReader::ArchiveReader(ArchiveLimits limits, MemberSink& sink) : limits_(limits), sink_(sink) {}
ArchiveReader::~ArchiveReader() = default;

bool ArchiveReader::feed(std::span<const std::byte> chunk) {
  if (chunk.empty() || done_) return !done_;
  // The front decides; `guess_archive` has seen at least its two bytes.
  if (end_.bytes == 0 && inflater_ == nullptr && is_gzip(chunk)) inflater_ = std::make_unique<InflateStream>(kGzip);
  if (inflater_ == nullptr) {
    take(chunk);
    return !done_;
  }
  if (!inflater_->ready()) return false;
  std::array<std::byte, kPiece> piece;
  const auto ended = [&] { return inflater_->complete() || inflater_->damaged(); };
  inflater_->give(chunk);
  while (!done_ && !ended()) {
    const std::size_t made = inflater_->inflate(piece);
    take(std::span(piece).first(made));
    if (inflater_->left() == 0 && made < piece.size()) break;
  }
  return !done_ && !ended();
}

void ArchiveReader::take(std::span<const std::byte> bytes) {
  while (!bytes.empty() && !done_) {
    const std::uint64_t wanted = left_ > 0 ? left_ : padding_ > 0 ? padding_ : kBlock - header_filled_;
    const std::uint64_t room = limits_.bytes - end_.bytes;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>({wanted, bytes.size(), room}));
    if (size == 0) {
      end_.limited = done_ = true;
      break;
    }
    const std::span<const std::byte> part = bytes.first(size);
    bytes = bytes.subspan(size);
    end_.bytes += size;
    if (left_ > 0) {
      if (delivering_) sink_.feed(part);
      left_ -= size;
      if (left_ == 0 && std::exchange(delivering_, false)) sink_.end(true);
    } else if (padding_ > 0) {
      padding_ -= size;
    } else {
      std::ranges::copy(part, header_.begin() + static_cast<std::ptrdiff_t>(header_filled_));
      header_filled_ += size;
      if (header_filled_ == kBlock) take_header();
    }
  }
}

void ArchiveReader::refuse(std::string what) {
  error_ = Error{ErrorCode::kMalformed, std::move(what), format("byte {}", end_.bytes - kBlock)};
  done_ = true;
}

void ArchiveReader::take_header() {
  header_filled_ = 0;
  if (std::ranges::all_of(header_, [](std::byte b) { return b == std::byte{0}; })) {
    done_ = true;  // the end of the archive
    return;
  }
  const std::optional<std::uint64_t> sum = number(header_, 148, 8);
  const std::optional<std::uint64_t> size = number(header_, 124, 12);
  if (!has_magic(header_) || !sum || *sum != checksum(header_) || !size) {
    end_.cut = done_ = true;
    return;
  }
  if (++members_ > limits_.members) {
    end_.limited = done_ = true;
    return;
  }
  // GNU's header keeps times where ustar has the prefix; its version field is a space and a NUL.
  const bool posix = header_[kMagicAt + 5] == std::byte{0};
  std::string name(field(header_, 0, 100));
  if (const std::string_view prefix = field(header_, 345, 155); posix && !prefix.empty()) {
    name = format("{}/{}", prefix, name);
  }
  while (name.starts_with("./")) name.erase(0, 2);
  const char type = static_cast<char>(header_[156]);
  const bool extended = type == 'x' || type == 'g' || type == 'L' || type == 'K';
  if (!extended && leaves_its_folder(name)) {
    return refuse(
        format("the archive names \"{}\", outside its own folder: no capture of leakfinder's", visible(name)));
  }
  const bool file = type == '0' || type == '\0' || type == '7';
  if (!file && !extended && type != '5') {
    return refuse(format("the archive holds the {} \"{}\": no capture of leakfinder's",
                         type == '1' || type == '2' ? "link" : "special file", visible(name)));
  }
  left_ = *size;
  padding_ = (kBlock - *size % kBlock) % kBlock;
  if (!file) return;
  sink_.begin(name, left_);
  delivering_ = left_ > 0;
  if (!delivering_) sink_.end(true);
}

Result<ArchiveEnd> ArchiveReader::finish() {
  if (delivering_) sink_.end(false);
  delivering_ = false;
  if (error_) return std::unexpected(std::move(*error_));
  if (!done_) end_.cut = true;
  return end_;
}

namespace {

void put_octal(Header& header, std::size_t at, std::size_t digits, std::uint64_t value) {
  const std::string text = format("{:0{}o}", value, digits);
  std::ranges::copy(std::as_bytes(std::span(text)), header.begin() + static_cast<std::ptrdiff_t>(at));
}

void put_text(Header& header, std::size_t at, std::string_view text) {
  std::ranges::copy(std::as_bytes(std::span(text)), header.begin() + static_cast<std::ptrdiff_t>(at));
}

Header make_header(std::string_view name, std::uint64_t size, std::uint64_t seconds) {
  Header header{};
  // A name beyond its field is split at a '/' into prefix and name.
  std::size_t split = 0;
  while (name.size() - split > 100) split = name.find('/', split) + 1;
  put_text(header, 0, name.substr(split));
  if (split > 0) put_text(header, 345, name.substr(0, split - 1));
  put_octal(header, 100, 7, 0644);
  put_octal(header, 108, 7, 0);
  put_octal(header, 116, 7, 0);
  put_octal(header, 124, 11, size);
  put_octal(header, 136, 11, seconds);
  put_text(header, 156, "0");
  put_text(header, kMagicAt, std::string_view("ustar\00000", 8));
  put_octal(header, 148, 6, checksum(header));
  header[155] = std::byte{' '};
  return header;
}

/// Whether `name` fits the fields of a header.
bool fits(std::string_view name) {
  if (name.empty() || name.size() > kArchiveNameBytes) return false;
  if (name.size() <= 100) return true;
  const std::size_t slash = name.find('/', name.size() - 101);
  return slash != std::string_view::npos && slash <= 155;
}

std::unexpected<Error> cannot_write(const std::string& path, int error) {
  return fail(ErrorCode::kIo,
              format("could not write \"{}\": {}", visible(path), std::generic_category().message(error)),
              visible(path));
}

/// gzip into a descriptor.
class GzipFile {
 public:
  GzipFile(int fd, const std::string& path) : fd_(fd), path_(path) {
    ready_ = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipFile() {
    if (ready_) deflateEnd(&stream_);
  }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  [[nodiscard]] Result<void> write(std::span<const std::byte> bytes, bool last = false) {
    if (!ready_) return cannot_write(path_, ENOMEM);
    stream_.next_in = zlib_input(bytes);
    stream_.avail_in = static_cast<uInt>(bytes.size());
    std::array<std::byte, kPiece> piece;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      std::span<const std::byte> out = std::span(piece).first(piece.size() - stream_.avail_out);
      while (!out.empty()) {
        const ssize_t written = ::write(fd_, out.data(), out.size());
        if (written < 0 && errno != EINTR) return cannot_write(path_, errno);
        if (written > 0) out = out.subspan(static_cast<std::size_t>(written));
      }
    } while (stream_.avail_out == 0);
    return {};
  }

 private:
  int fd_;
  const std::string& path_;
  z_stream stream_{};
  bool ready_ = false;
};

Result<void> write_member(GzipFile& out, const PackedFile& file, std::uint64_t seconds) {
  if (!fits(file.name)) {
    return fail(ErrorCode::kIo,
                format("the name \"{}\" is too long for an archive: pick a shorter one for -o", visible(file.name)));
  }
  struct stat status{};
  if (::stat(file.path.c_str(), &status) != 0) return cannot_write(file.path, errno);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const Header header = make_header(file.name, size, seconds);
  Result<void> result = out.write(header);
  const Result<std::uint64_t> read = read_file(file.path, size, [&](std::span<const std::byte> chunk) {
    if (result) result = out.write(chunk);
    return result.has_value();
  });
  if (!result) return result;
  if (!read) return std::unexpected(read.error());
  if (*read != size) return fail(ErrorCode::kIo, format("\"{}\" changed while it was packed", visible(file.path)));
  const Header zeros{};
  return out.write(std::span(zeros).first((kBlock - size % kBlock) % kBlock));
}

Result<void> write_archive(int fd, const std::string& path, std::span<const PackedFile> files, std::uint64_t seconds) {
  GzipFile out(fd, path);
  for (const PackedFile& file : files) {
    if (Result<void> written = write_member(out, file, seconds); !written) return written;
  }
  const std::array<std::byte, 2 * kBlock> end{};
  if (Result<void> written = out.write(end, true); !written) return written;
  return ::fsync(fd) == 0 || errno == EINVAL ? Result<void>{} : cannot_write(path, errno);
}

}  // namespace

Result<void> pack_archive(const std::string& archive, std::span<const PackedFile> files, WallTime at) {
  std::string temporary = archive + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return cannot_write(archive, errno);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
  Result<void> result =
      write_archive(fd, archive, files, static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)));
  // mkostemp makes it readable for the owner alone; a report's file is as the umask says.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd, 0666 & ~mask);
  if (::close(fd) != 0 && result) result = cannot_write(archive, errno);
  if (result && ::rename(temporary.c_str(), archive.c_str()) != 0) result = cannot_write(archive, errno);
  if (!result) ::unlink(temporary.c_str());
  return result;
}

}  // namespace lf::target
