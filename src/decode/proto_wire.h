#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lf::decode {

/// How a field is laid out (Protocol Buffers encoding, "message structure"); 3 and 4 are groups, which nobody writes.
enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

/// Why a walk ended.
enum class WireEnd : std::uint8_t {
  kClean,     ///< at the end of the message
  kCut,       ///< within a field: the message is shorter than it says
  kMalformed  ///< an overlong varint, a group, field number 0
};

/// One field of a message. `number_value` is a varint's or a fixed one's value; `bytes` lives as long as the input.
struct WireField {
  std::uint32_t number = 0;
  std::uint64_t number_value = 0;
  std::span<const std::byte> bytes;
  // Apart from `number`: side by side, g++ compares both in one load, which has to wait for the two stores.
  WireType type = WireType::kVarint;
};

/// `take_varint` for any length.
inline bool take_long_varint(std::span<const std::byte>& input, std::uint64_t& value) {
  value = 0;
  for (std::size_t i = 0; i < input.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(input[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << (7 * i);
    if (byte < 0x80) {
      if (i == 9 && byte > 1) return false;
      input = input.subspan(i + 1);
      return true;
    }
  }
  return false;
}

/// Reads a base-128 varint at the front of `input` and moves past it. False where it is cut or longer than 64 bits.
///
/// Tags, lengths and most ids of a profile take one or two bytes, and there are some for every frame of every sample.
[[gnu::always_inline]] inline bool take_varint(std::span<const std::byte>& input, std::uint64_t& value) {
  if (input.size() >= 2) [[likely]] {
    const std::uint64_t first = static_cast<std::uint8_t>(input[0]);
    if (first < 0x80) {
      value = first;
      input = input.subspan(1);
      return true;
    }
    const std::uint64_t second = static_cast<std::uint8_t>(input[1]);
    if (second < 0x80) {
      value = (first & 0x7F) | second << 7;
      input = input.subspan(2);
      return true;
    }
  }
  return take_long_varint(input, value);
}

/// Walks the fields of one message in the order of the wire; nested messages are fields of type kBytes, to be walked
/// in turn. Checks every length; allocates nothing; never reads beyond `input`.
class WireReader {
 public:
  explicit WireReader(std::span<const std::byte> input) : rest_(input), begin_(input.data()) {}

  /// The next field; false at the end, with `end()` saying why.
  [[gnu::always_inline]] bool next(WireField& field) {
    if (rest_.empty()) return false;
    field_start_ = offset();
    std::uint64_t tag = 0;
    if (!take_varint(rest_, tag)) return stop(rest_.size() < 10 ? WireEnd::kCut : WireEnd::kMalformed);
    if (tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) return stop(WireEnd::kMalformed);
    field.number = static_cast<std::uint32_t>(tag >> 3);
    switch (tag & 7U) {
      case 0:
        field.type = WireType::kVarint;
        if (!take_varint(rest_, field.number_value)) {
          return stop(rest_.size() < 10 ? WireEnd::kCut : WireEnd::kMalformed);
        }
        return true;
      case 1:
        field.type = WireType::kFixed64;
        return take_fixed(8, field);
      case 2: {
        field.type = WireType::kBytes;
        std::uint64_t length = 0;
        if (!take_varint(rest_, length)) return stop(rest_.size() < 10 ? WireEnd::kCut : WireEnd::kMalformed);
        if (length > rest_.size()) return stop(WireEnd::kCut);
        field.bytes = rest_.first(static_cast<std::size_t>(length));
        rest_ = rest_.subspan(static_cast<std::size_t>(length));
        return true;
      }
      case 5:
        field.type = WireType::kFixed32;
        return take_fixed(4, field);
      default:
        return stop(WireEnd::kMalformed);
    }
  }

  /// The next field, where it is a whole one of type kBytes that opens with `tag`, of one byte. Most of a profile is a
  /// run of such; where they end, `next` goes on.
  [[gnu::always_inline]] bool next_of(std::byte tag, std::span<const std::byte>& bytes) {
    if (rest_.size() < 2 || rest_[0] != tag) return false;
    std::span<const std::byte> after = rest_.subspan(1);
    std::uint64_t length = 0;
    if (!take_varint(after, length) || length > after.size()) return false;
    field_start_ = offset();
    bytes = after.first(static_cast<std::size_t>(length));
    rest_ = after.subspan(static_cast<std::size_t>(length));
    return true;
  }

  WireEnd end() const { return end_; }
  /// Bytes walked so far, and where the last field began.
  std::size_t offset() const { return static_cast<std::size_t>(rest_.data() - begin_); }
  std::size_t field_offset() const { return field_start_; }

 private:
  bool take_fixed(std::size_t size, WireField& field) {
    if (rest_.size() < size) return stop(WireEnd::kCut);
    field.number_value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      field.number_value |= std::to_integer<std::uint64_t>(rest_[i]) << (8 * i);
    }
    rest_ = rest_.subspan(size);
    return true;
  }

  bool stop(WireEnd why) {
    end_ = why;
    rest_ = rest_.subspan(rest_.size());
    return false;
  }

  std::span<const std::byte> rest_;
  const std::byte* begin_;
  std::size_t field_start_ = 0;
  WireEnd end_ = WireEnd::kClean;
};

/// Calls `take(number)` for each number of a repeated varint field, packed (one kBytes field) or not. False where a
/// packed one is malformed; the numbers before that have been taken.
template <class Take>
bool each_number(const WireField& field, Take&& take) {
  if (field.type != WireType::kBytes) {
    take(field.number_value);
    return true;
  }
  std::span<const std::byte> rest = field.bytes;
  std::uint64_t number = 0;
  while (!rest.empty()) {
    if (!take_varint(rest, number)) return false;
    take(number);
  }
  return true;
}

inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace lf::decode
