#include "decode/pprof_plain_samples.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include "decode/proto_wire.h"

namespace lf::decode {
namespace {

/// Tags of the fields of a Sample (field number, then wire type 2) and of a Label (wire type 0).
constexpr std::byte kLocations{1 << 3 | 2}, kValues{2 << 3 | 2}, kLabel{3 << 3 | 2};
constexpr std::byte kLabelKey{1 << 3}, kLabelText{2 << 3}, kLabelNumber{3 << 3}, kLabelUnit{4 << 3};
constexpr std::byte kMoreFollows{0x80};  ///< bytes below end a number
constexpr std::uint64_t kTopBits = 0x8080808080808080;
constexpr std::uint16_t kUnusualTraits = kPanicFrame | kPanicCallee;
constexpr std::uint16_t kHiddenTraits = kHiddenRuntime | kGoExit | kWrapper;

}  // namespace

PlainSamples::PlainSamples(std::span<const std::byte> body, const PprofTables& tables) : body_(body), tables_(tables) {
  entries_.resize(std::max<std::size_t>(tables.location_ids_end(), kOneByteIds), kUnusual);
  for (std::uint64_t id = 0; id < tables.location_ids_end(); ++id) entries_[id] = entry_of(tables.lines(id));
}

/// A wrapper is shown only where it calls a panic's callee, and those are unusual: so here it is always hidden.
std::uint32_t PlainSamples::entry_of(const PprofLine& line) {
  if (!line.frame || line.frame.value > kValue || (line.traits.bits & kUnusualTraits) != 0) return kUnusual;
  return line.frame.value | ((line.traits.bits & kHiddenTraits) != 0 ? kHidden : 0U);
}

std::uint32_t PlainSamples::entry_of(std::span<const PprofLine> lines) {
  if (lines.size() == 1) return entry_of(lines[0]);
  const auto is_unusual = [](const PprofLine& line) { return entry_of(line) == kUnusual; };
  if (lines.empty() || std::ranges::any_of(lines, is_unusual)) return kUnusual;
  several_.push_back({static_cast<std::uint32_t>(lines_.size()), static_cast<std::uint32_t>(lines.size())});
  for (const PprofLine& line : lines) lines_.push_back(entry_of(line));
  return kSeveral | static_cast<std::uint32_t>(several_.size() - 1);
}

/// A varint that ends before `end`. Without a branch on its length: eight bytes are loaded, the lowest clear top bit
/// ends the number, and three rounds of shifts close the gaps of the top bits.
[[gnu::always_inline]] inline bool PlainSamples::take(std::size_t& at, std::size_t end, std::uint64_t& number) const {
  std::uint64_t word = 0;
  if (std::endian::native == std::endian::little && body_.size() - at >= sizeof word) [[likely]] {
    std::memcpy(&word, body_.data() + at, sizeof word);
    const std::uint64_t ends = ~word & kTopBits;
    if (ends != 0) [[likely]] {
      const int last_bit = std::countr_zero(ends);
      word &= (std::uint64_t{2} << last_bit) - 1;
      word = (word & 0x007F007F007F007F) | (word & 0x7F007F007F007F00) >> 1;
      word = (word & 0x00003FFF00003FFF) | (word & 0x3FFF00003FFF0000) >> 2;
      number = (word & 0x000000000FFFFFFF) | (word & 0x0FFFFFFF00000000) >> 4;
      at += static_cast<std::size_t>(last_bit + 1) / 8;
      return at <= end;
    }
  }
  std::span<const std::byte> rest = body_.subspan(at, end - at);
  if (!take_long_varint(rest, number)) return false;
  at = end - rest.size();
  return true;
}

/// Adds the frames of a location that has several.
bool PlainSamples::take_lines(std::uint32_t entry, std::span<FrameId> room, PlainSample& sample) const {
  const Lines lines = several_[entry & kValue];
  sample.expanded += lines.count;
  if (sample.expanded > room.size()) return false;
  for (const std::uint32_t line : std::span(lines_).subspan(lines.first, lines.count)) {
    room[sample.frame_count] = {line & kValue};
    sample.frame_count += (line & kHidden) == 0 ? 1 : 0;
  }
  return true;
}

bool PlainSamples::take_locations(std::size_t at, std::size_t end, std::span<FrameId> room, PlainSample& sample) const {
  // No id takes less than a byte: so the bytes bound the frames, and only locations of several lines are to be counted.
  sample.expanded += end - at;
  if (sample.expanded > room.size()) return false;
  const std::span<const std::byte> body = body_;
  const std::span<const std::uint32_t> entries = entries_;
  std::size_t kept = sample.frame_count;
  while (at < end) {
    auto id = std::to_integer<std::uint64_t>(body[at]);
    std::uint32_t entry = kUnusual;
    if (id < kOneByteIds) {
      ++at;
      entry = entries[id];
    } else {
      if (!take(at, end, id)) return false;
      if (id < entries.size()) entry = entries[id];
    }
    if ((entry & kSeveral) == 0) [[likely]] {
      room[kept] = {entry & kValue};
      kept += (entry >> kHiddenBit) ^ 1;
      continue;
    }
    if (entry == kUnusual) return false;
    sample.frame_count = kept;
    if (!take_lines(entry, room, sample)) return false;
    kept = sample.frame_count;
  }
  sample.frame_count = kept;
  return true;
}

bool PlainSamples::take_values(std::size_t at, std::size_t end, PlainSample& sample) const {
  std::size_t count = sample.value_count;
  for (; at < end && count < PlainSample::kMostValues; ++count) {
    std::uint64_t number = 0;
    if (!take(at, end, number)) return false;
    sample.values[count] = static_cast<std::int64_t>(number);
  }
  sample.value_count = count;
  return at == end;
}

bool PlainSamples::take_label(std::size_t at, std::size_t end, PlainSample& sample) {
  std::uint64_t key = 0;
  std::uint64_t number = 0;
  // As the runtime writes it: a key, then a number.
  if (end - at >= 4 && body_[at] == kLabelKey && body_[at + 1] < kMoreFollows && body_[at + 2] == kLabelNumber) {
    key = std::to_integer<std::uint64_t>(body_[at + 1]);
    at += 3;
    if (!take(at, end, number)) return false;
  }
  while (at < end) {
    const std::byte tag = body_[at++];
    std::uint64_t part = 0;
    if (!take(at, end, part)) return false;
    if (tag == kLabelKey) {
      key = part;
    } else if (tag == kLabelNumber) {
      number = part;
    } else if (tag != kLabelText && tag != kLabelUnit) {
      return false;
    }
  }
  if (static_cast<std::int64_t>(number) <= 0) return true;
  if (key != bytes_key_ || key == 0) {
    if (key >= tables_.string_count()) return false;
    if (tables_.known_string(key) != "bytes") return true;
    bytes_key_ = key;
  }
  sample.object_bytes = static_cast<std::int64_t>(number);
  return true;
}

bool PlainSamples::read(std::span<const std::byte> message, std::span<FrameId> room, PlainSample& sample) {
  sample.clear();
  auto at = static_cast<std::size_t>(message.data() - body_.data());
  const std::size_t end = at + message.size();
  while (at < end) {
    const std::byte tag = body_[at++];
    if (at == end) return false;
    auto length = std::to_integer<std::uint64_t>(body_[at]);
    if (length < 0x80) [[likely]] {
      ++at;
    } else if (!take(at, end, length)) {
      return false;
    }
    if (length > end - at) return false;
    const std::size_t next = at + static_cast<std::size_t>(length);
    const bool taken = tag == kLocations ? take_locations(at, next, room, sample)
                       : tag == kValues  ? take_values(at, next, sample)
                                         : tag == kLabel && take_label(at, next, sample);
    if (!taken) return false;
    at = next;
  }
  // A stack of which nothing would be left is shown whole.
  return sample.value_count > 0 && (sample.frame_count > 0 || sample.expanded == 0);
}

}  // namespace lf::decode
