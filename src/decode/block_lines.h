#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace lf::decode {

/// One line of a goroutine's block, as offsets from the block's start.
struct BlockLine {
  std::uint32_t begin = 0;
  std::uint32_t masked_end = 0;  ///< what comes after differs between goroutines with one stack
  std::uint32_t end = 0;         ///< without "\n" or "\r\n"
};

enum class BlockEnd : std::uint8_t {
  kBlankLine,
  kNextHeader,  ///< a "goroutine N" line follows without an empty line between
  kInputEnd,    ///< the text ended first: the block may go on
  kTooLong,     ///< a line or the block is beyond the limit
};

/// What `BlockScanner::scan` found. `end` is where in the text to go on: after the empty line, at the header, at the
/// line that is too long; meaningless for kInputEnd.
struct ScannedBlock {
  BlockEnd how = BlockEnd::kInputEnd;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t sample = 0;  ///< mixes the length and the last bytes of every masked line but the header
};

/// Whether `line` begins like a goroutine's header: "goroutine " and a digit.
bool starts_goroutine(std::string_view line);

/// How many bytes at the front of a block's line (not its header) say something about the stack; the rest differs
/// between goroutines that have the same stack, and nothing but this part may decide how the line is understood:
///
///     main.(*T).run(0xc000010000, {0x0?, ...})             main.(*T).run(
///     \t/src/app/main.go:24 +0x18 fp=0x1 sp=0x2 pc=0x3     \t/src/app/main.go:24
///     created by main.main in goroutine 17                 created by main.main
///     non-Go function at pc=48f0e1                         non-Go function at pc=
///     [originating from goroutine 18]:                     [originating from goroutine
///
/// any other line is kept whole.
std::size_t masked_length(std::string_view line);

/// The same for "FILE:LINE +0x18 …", a file line without its tab.
std::size_t masked_place_length(std::string_view place);

/// Splits the blocks of a text into lines and masks them; the room for the lines is used again from block to block.
class BlockScanner {
 public:
  /// A line longer than `line_bytes` or a block longer than four of them is not read on. `plainly`: without vector
  /// instructions, the twin that tests compare with.
  explicit BlockScanner(std::size_t line_bytes, bool plainly = false);

  /// Goes to `at` in `text`, which has to live while it is scanned.
  void start(std::string_view text, std::size_t at = 0);

  /// Scans the block here and goes to its end; its first line is taken for the header, whatever it is.
  ScannedBlock scan() { return plainly_ ? run<false>() : run<true>(); }

  /// Lines of the last scan, the header first; whole lines only.
  std::span<const BlockLine> lines() const { return {lines_.data(), count_}; }

 private:
  static constexpr std::size_t kWindow = 8192;

  template <bool kVectors>
  ScannedBlock run();
  template <bool kVectors>
  void index_window();

  const std::size_t line_bytes_;
  const std::size_t block_bytes_;
  const bool plainly_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t window_ = 0;  ///< where the bytes start that `newlines_` is about
  std::size_t window_end_ = 0;
  std::size_t next_ = 0;  ///< the first of `newlines_` not used yet
  std::size_t found_ = 0;
  std::vector<std::uint16_t> newlines_;  ///< offsets in the window
  std::vector<BlockLine> lines_;
  std::size_t count_ = 0;
};

}  // namespace lf::decode
