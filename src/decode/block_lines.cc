// Finding the lines of a block and what of them tells about the stack.
//
// A dump is nearly all blocks whose stack was seen before, so this loop is the parser's speed. What costs is not the
// bytes but the branches that a processor guesses wrong: lines differ in length, arguments too. So the newlines of a
// window are listed first, 64 bytes at a time as a bit mask, two of its bits written whether they are there or not;
// the argument list of a function begins at the last "(" of its line (arguments hold none), looked for in the last 64
// bytes at once, then in 64 more; the offset " +0x1c" of a file line is within its last 16 bytes. Whatever looks
// unusual goes to `masked_length`, the plain definition; `run<false>` uses only that.
//
// The sample tells probable equals apart (the exact comparison is the cache's): mixing the last 8 bytes of each masked
// line sees the line numbers and the method names.
#include "decode/block_lines.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "decode/text_fields.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace lf::decode {
namespace {

constexpr std::size_t kMostLines = 1 << 16;
constexpr std::string_view kGoroutine = "goroutine ";
constexpr std::string_view kInGoroutine = " in goroutine ";

/// `line` without a hexadecimal field at its end, or `line` itself.
std::string_view without_hex_field(std::string_view line, std::string_view name) {
  std::size_t at = line.size();
  while (at > 0 && is_hex_digit(line[at - 1])) --at;
  if (at == line.size() || !line.substr(0, at).ends_with(name)) return line;
  return line.substr(0, at - name.size());
}

std::size_t masked_other_line(std::string_view line) {
  if (line.starts_with("created by ")) {
    const std::size_t parent = line.rfind(kInGoroutine);
    if (parent == std::string_view::npos) return line.size();
    const std::string_view id = line.substr(parent + kInGoroutine.size());
    return !id.empty() && std::ranges::all_of(id, is_digit) ? parent : line.size();
  }
  for (const std::string_view front :
       {std::string_view("non-Go function at pc="), std::string_view("[originating from goroutine ")}) {
    if (line.starts_with(front)) return front.size();
  }
  return line.size();
}

std::uint64_t load_eight(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

/// The last up to 8 bytes of a masked line and its length, mixed into `sample`. `at_end` has 8 bytes before it.
std::uint64_t mix(std::uint64_t sample, const char* at_end, std::size_t length) {
  const std::uint64_t last = load_eight(at_end - 8) >> (length < 8 ? (8 - length) * 8 : 0);
  return (std::rotl(sample, 23) ^ last ^ length << 56) * 0x9E3779B97F4A7C15ULL;
}

#if defined(__SSE2__)

/// A bit for each of the 64 bytes at `at` that is `wanted`.
[[gnu::always_inline]] inline std::uint64_t find_byte(const char* at, char wanted) {
  const __m128i pattern = _mm_set1_epi8(wanted);
  const auto quarter = [&](const char* bytes) {
    const __m128i loaded = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(loaded, pattern))));
  };
  return quarter(at) | quarter(at + 16) << 16 | quarter(at + 32) << 32 | quarter(at + 48) << 48;
}

/// `masked_length` of a file line that ends in ":" and up to 15 digits, or in " +0x" and up to 12; 0 for others. 16
/// bytes before `end` exist.
[[gnu::always_inline]] inline std::size_t masked_usual_file_line(const char* begin, const char* end) {
  const char* const last = end - 16;
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(last));
  const auto bits = [](__m128i lanes) { return static_cast<std::uint32_t>(_mm_movemask_epi8(lanes)); };
  const std::uint32_t plus = bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('+')));
  // Bytes beyond 127 are negative here, so they are no digits.
  const __m128i digit =
      _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('0' - 1)), _mm_cmplt_epi8(bytes, _mm_set1_epi8('9' + 1)));
  if (plus == 0) {
    const std::uint32_t others = ~bits(digit) & 0xFFFFU;
    const int at = std::bit_width(others) - 1;
    return at >= 0 && at < 15 && last[at] == ':' ? static_cast<std::size_t>(end - begin) : 0;
  }
  const __m128i letter =
      _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('a' - 1)), _mm_cmplt_epi8(bytes, _mm_set1_epi8('f' + 1)));
  const int at = std::bit_width(plus) - 1;
  if (at < 1 || at > 12) return 0;
  const char* const field = last + at - 1;
  const std::uint32_t hex = bits(_mm_or_si128(digit, letter)) >> (at + 3);
  if (std::memcmp(field, " +0x", 4) != 0 || hex != 0xFFFFU >> (at + 3) || field < begin) return 0;
  return static_cast<std::size_t>(field - begin);
}

/// The length up to and including the last "(" of a line where that is among the last 128 bytes, else 0. 128 bytes
/// before `end` exist.
[[gnu::always_inline]] inline std::size_t masked_call_line(const char* begin, const char* end) {
  const char* from = end - 64;
  std::uint64_t found = find_byte(from, '(');
  if (found == 0) found = find_byte(from -= 64, '(');
  const char* const parenthesis = from + std::bit_width(found) - 1;
  return found == 0 || parenthesis < begin ? 0 : static_cast<std::size_t>(parenthesis - begin) + 1;
}

#endif

}  // namespace

bool starts_goroutine(std::string_view line) {
  return line.size() > kGoroutine.size() && line.starts_with(kGoroutine) && is_digit(line[kGoroutine.size()]);
}

std::size_t masked_place_length(std::string_view place) {
  place = without_hex_field(place, " pc=0x");
  place = without_hex_field(place, " sp=0x");
  place = without_hex_field(place, " fp=0x");
  return without_hex_field(place, " +0x").size();
}

std::size_t masked_length(std::string_view line) {
  if (line.starts_with('\t')) return masked_place_length(line);
  if (line.ends_with(')')) {
    const std::size_t arguments = line.rfind('(');
    if (arguments != std::string_view::npos) return arguments + 1;
  }
  return masked_other_line(line);
}

BlockScanner::BlockScanner(std::size_t line_bytes, bool plainly)
    : line_bytes_(std::min<std::size_t>(line_bytes, 64UZ << 20)),
      block_bytes_(4 * line_bytes_),
      plainly_(plainly),
      newlines_(kWindow + 4),
      lines_(256) {}

void BlockScanner::start(std::string_view text, std::size_t at) {
  text_ = text;
  at_ = window_ = window_end_ = at;
  next_ = found_ = 0;
}

/// Lists the newlines of the window that begins at `window_end_`.
template <bool kVectors>
void BlockScanner::index_window() {
  window_ = window_end_;
  const std::size_t size = std::min(kWindow, text_.size() - window_);
  window_end_ = window_ + size;
  const char* const bytes = text_.data() + window_;
  std::uint16_t* out = newlines_.data();
  std::size_t base = 0;
#if defined(__SSE2__)
  if constexpr (kVectors) {
    for (; base + 64 <= size; base += 64) {
      std::uint64_t mask = find_byte(bytes + base, '\n');
      // Up to two are the rule. With no bit left a write is harmless: the next one goes to the same place.
      const auto take_lowest = [&] {
        *out = static_cast<std::uint16_t>(base + static_cast<std::size_t>(std::countr_zero(mask | 1ULL << 63)));
        out += mask != 0;
        mask &= mask - 1;
      };
      take_lowest();
      take_lowest();
      for (; mask != 0; mask &= mask - 1) {
        *out++ = static_cast<std::uint16_t>(base + static_cast<std::size_t>(std::countr_zero(mask)));
      }
    }
  }
#endif
  for (; base < size; ++base) {
    if (bytes[base] == '\n') *out++ = static_cast<std::uint16_t>(base);
  }
  next_ = 0;
  found_ = static_cast<std::size_t>(out - newlines_.data());
}

/// The loop keeps what it needs in locals: members would be loaded and stored for each line.
template <bool kVectors>
ScannedBlock BlockScanner::run() {
  const std::size_t at = at_;
  const char* const bytes = text_.data() + at;
  const std::size_t size = text_.size() - at;
  BlockLine* lines = lines_.data();
  std::size_t room = lines_.size();
  std::size_t count = 0;
  std::uint64_t sample = 0;
  const auto stop = [&](BlockEnd how, std::size_t end) {
    count_ = count;
    return ScannedBlock{how, at, end, sample};
  };
  for (std::size_t begin = 0;; ++count) {
    while (next_ == found_ && window_end_ != text_.size()) index_window<kVectors>();
    const std::size_t newline = next_ == found_ ? size : window_ + newlines_[next_++] - at;
    if (newline - begin > line_bytes_ || begin > block_bytes_ || count == kMostLines) {
      return stop(BlockEnd::kTooLong, at + begin);
    }
    if (newline == size) return stop(BlockEnd::kInputEnd, 0);
    std::size_t end = newline;
    if (end > begin && bytes[end - 1] == '\r') --end;
    if (end == begin) {
      at_ = at + newline + 1;
      return stop(BlockEnd::kBlankLine, at_);
    }
    std::size_t masked = 0;
    if (count == 0) {
      masked = end - begin;
    } else {
#if defined(__SSE2__)
      if constexpr (kVectors) {
        if (bytes[begin] == '\t') {
          if (at + end >= 16) masked = masked_usual_file_line(bytes + begin, bytes + end);
        } else if (bytes[end - 1] == ')') {
          if (at + end >= 128 && !starts_goroutine({bytes + begin, end - begin})) {
            masked = masked_call_line(bytes + begin, bytes + end);
          }
        }
      }
#endif
      if (masked == 0) {
        const std::string_view line(bytes + begin, end - begin);
        if (starts_goroutine(line)) {
          --next_;  // that newline is the header's
          at_ = at + begin;
          return stop(BlockEnd::kNextHeader, at_);
        }
        masked = masked_length(line);
      }
      if (begin + masked >= 8) sample = mix(sample, bytes + begin + masked, masked);
    }
    if (count == room) {
      lines_.resize(room * 2);
      lines = lines_.data();
      room = lines_.size();
    }
    lines[count] = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + masked),
                    static_cast<std::uint32_t>(end)};
    begin = newline + 1;
  }
}

template ScannedBlock BlockScanner::run<true>();
template ScannedBlock BlockScanner::run<false>();

}  // namespace lf::decode
