#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "decode/pprof_tables.h"
#include "model/frame.h"

namespace lf::decode {

/// A heap sample as nearly all are; `frames` are those to keep.
struct PlainSample {
  static constexpr std::size_t kMostValues = 8;

  std::array<std::int64_t, kMostValues> values;  ///< of no meaning from `value_count` on
  std::size_t value_count = 0;
  std::int64_t object_bytes = 0;  ///< the numeric label "bytes"; 0 where there is none
  std::size_t frame_count = 0;    ///< frames to keep
  std::size_t expanded = 0;       ///< at least as many as there are frames, with those that are hidden

  void clear() { value_count = frame_count = expanded = 0, object_bytes = 0; }
  std::int64_t value(std::size_t column) const { return column < value_count ? values[column] : 0; }
};

/// Reads heap samples in one pass from the wire to frame ids, where they are as the runtime writes them: packed
/// numbers, whole fields, locations with ids in the plain table and frames without rules of their own.
///
/// Says of any other sample that it is none, and reports nothing: PprofSamples reads that one, with all its
/// diagnostics. A test holds the two to the same answers.
class PlainSamples {
 public:
  /// `tables` must be resolved; they and `body`, the whole profile, outlive this.
  PlainSamples(std::span<const std::byte> body, const PprofTables& tables);

  /// Reads `message`, which lies in the body, and writes its frames to the front of `room`.
  bool read(std::span<const std::byte> message, std::span<FrameId> room, PlainSample& sample);

 private:
  /// A location in four bytes: the only frame's id, or one of these; the place of its lines where there are several.
  static constexpr unsigned kHiddenBit = 31;
  enum Entry : std::uint32_t {
    kHidden = 1U << kHiddenBit,    ///< a frame that debug=2 leaves out
    kSeveral = 1U << 30,           ///< the rest is an index of `several_`
    kValue = kSeveral - 1,         ///< mask of the rest
    kUnusual = kSeveral | kValue,  ///< to be read by PprofSamples
  };
  /// Ids of one byte on the wire; the table of entries has them all, so that they are looked up unchecked.
  static constexpr std::size_t kOneByteIds = 0x80;
  struct Lines {
    std::uint32_t first = 0, count = 0;  ///< of `lines_`
  };

  static std::uint32_t entry_of(const PprofLine& line);
  std::uint32_t entry_of(std::span<const PprofLine> lines);
  bool take(std::size_t& at, std::size_t end, std::uint64_t& number) const;
  bool take_locations(std::size_t at, std::size_t end, std::span<FrameId> room, PlainSample& sample) const;
  bool take_lines(std::uint32_t entry, std::span<FrameId> room, PlainSample& sample) const;
  bool take_values(std::size_t at, std::size_t end, PlainSample& sample) const;
  bool take_label(std::size_t at, std::size_t end, PlainSample& sample);

  std::span<const std::byte> body_;
  const PprofTables& tables_;
  std::vector<std::uint32_t> entries_;  ///< by location id
  std::vector<Lines> several_;
  std::vector<std::uint32_t> lines_;
  std::uint64_t bytes_key_ = 0;  ///< string index of "bytes", once met
};

}  // namespace lf::decode
