#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace lf::target {

class InflateStream;

/// The longest name of a member that `pack_archive` writes and `ArchiveReader` takes from a header.
inline constexpr std::size_t kArchiveNameBytes = 255;

/// Whether a file that begins with `head` is a tar archive, plain or in gzip.
enum class ArchiveGuess : std::uint8_t { kNo, kYes, kNeedsMore };
/// Decides from at most the first 64 KiB; kNeedsMore asks for more bytes, and is a no where there are none.
ArchiveGuess guess_archive(std::span<const std::byte> head);

/// What the members of an archive are handed to, in the archive's order.
class MemberSink {
 public:
  virtual ~MemberSink() = default;
  /// A file of `size` bytes begins; `name` is relative, without ".." and without "./" at its front, raw otherwise.
  virtual void begin(std::string_view name, std::uint64_t size) = 0;
  virtual void feed(std::span<const std::byte> chunk) = 0;
  /// The file ends; not `whole`: the archive was cut inside it.
  virtual void end(bool whole) = 0;
};

struct ArchiveLimits {
  std::uint64_t bytes = 512ULL << 20;  ///< of the whole archive, after decompression
  std::uint64_t members = 100'000;
};

/// How an archive ended. What was delivered before stands in every case.
struct ArchiveEnd {
  bool cut = false;         ///< no end-of-archive block, or gzip that ends early or is damaged
  bool limited = false;     ///< a limit was reached
  std::uint64_t bytes = 0;  ///< read after decompression
};

/// Reads a tar archive (POSIX ustar, as GNU and BSD tar write it too), plain or in gzip, in pieces as they come.
///
/// Trusts nothing: names that leave the archive's folder, links and devices end the reading with kMalformed (nothing
/// honest puts them into a capture); a header that is damaged, and an archive that is cut, end it where they are. The
/// extended headers of GNU and pax are passed over: nothing is ever unpacked to disk.
class ArchiveReader {
 public:
  /// `sink` must outlive the reader.
  ArchiveReader(ArchiveLimits limits, MemberSink& sink);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  /// Takes the next bytes; false: the rest is not wanted.
  bool feed(std::span<const std::byte> chunk);
  /// To be called once, after the last byte. Fails with kMalformed; `where` is the byte after decompression.
  [[nodiscard]] Result<ArchiveEnd> finish();

 private:
  void take(std::span<const std::byte> bytes);
  void take_header();
  void refuse(std::string what);

  ArchiveLimits limits_;
  MemberSink& sink_;
  std::unique_ptr<InflateStream> inflater_;
  std::array<std::byte, 512> header_{};
  std::size_t header_filled_ = 0;
  std::uint64_t left_ = 0;     ///< of the member's bytes
  std::uint64_t padding_ = 0;  ///< behind them, to the block's end
  std::uint64_t members_ = 0;
  bool delivering_ = false;
  bool done_ = false;
  ArchiveEnd end_;
  std::optional<Error> error_;
};

/// A file to pack: its name inside the archive, and where it is.
struct PackedFile {
  std::string name;
  std::string path;
};

/// Writes `files` in their order as a tar archive in gzip to `archive`: under a temporary name beside it, flushed, then
/// renamed. Times are `at`, owners and modes are plain, so that equal files give an equal archive. Fails with kIo; no
/// temporary file stays.
[[nodiscard]] Result<void> pack_archive(const std::string& archive, std::span<const PackedFile> files, WallTime at);

}  // namespace lf::target
