#include "decode/heap_debug1.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "base/saturate.h"
#include "decode/memory_fields.h"
#include "decode/record_text.h"
#include "decode/stack_builder.h"
#include "decode/text_fields.h"

// The text of heap?debug=1 and allocs?debug=1 (runtime/pprof/pprof.go writeHeapInternal, Go 1.18 to 1.27):
//
//     heap profile: 1: 112 [4: 1384560] @ heap/1048576      in use: objects, bytes [allocated: the same] @ twice the
//     rate 0: 0 [1: 65536] @ 0x487f1a 0x48c3c9                   one record for each stack and object size
//     #\t0x5f02c5\tcompress/flate.(*compressor).init+0x1c5\t\t/src/compress/flate/deflate.go:736
//
//     # runtime.MemStats
//     # Alloc = 4158912
//     # Stack = 1081344 / 1081344                            in use / from the system
//     # PauseNs = [47180 0 0 …]                              a ring of 256
//     # MaxRSS = 17084416
//
// Values are raw samples: an object of size S is sampled with probability 1 - exp(-S / rate), so each record is divided
// by that, as the runtime itself does for protobuf (runtime/pprof/protomem.go scaleHeapSample). In the heading, the
// allocated bytes are one more than their sum where they would equal those in use.

namespace lf::decode {
namespace {

/// "4: 1384560 [12: 9 …": objects, bytes in use, objects, bytes allocated.
using Values = std::array<std::int64_t, 4>;

std::optional<Values> take_values(std::string_view& text, bool& capped) {
  static constexpr std::array<std::string_view, 4> kAfter = {": ", " [", ": ", "] @"};
  Values values{};
  std::string_view rest = text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool negative = rest.starts_with('-');
    if (negative) rest.remove_prefix(1);
    const LeadingNumber number = leading_decimal(rest);
    rest.remove_prefix(number.digits);
    if (number.digits == 0 || !rest.starts_with(kAfter[i])) return std::nullopt;
    rest.remove_prefix(kAfter[i].size());
    capped |= number.value > INT64_MAX;
    values[i] = static_cast<std::int64_t>(std::min<std::uint64_t>(number.value, INT64_MAX));
    if (negative) values[i] = -values[i];
  }
  text = rest;
  return values;
}

/// A double as an integer, cut towards zero like Go's conversion, within the range.
std::int64_t to_integer(double value) {
  constexpr double kMost = 9.2e18;
  return static_cast<std::int64_t>(std::clamp(value, -kMost, kMost));
}

class HeapDebug1Decoder final : public RecordTextDecoder {
 public:
  HeapDebug1Decoder(Symbols& symbols, const DecodeLimits& limits) : RecordTextDecoder(symbols, limits) {
    decoded_.kind = ContentKind::kHeapText;
  }

 protected:
  std::size_t read_heading(std::string_view line) override;
  bool read_line(const TextLine& line) override;
  void close(Decoded& decoded, bool cut) override;

 private:
  bool open_record(std::string_view line);
  void close_record();
  HeapSample scaled() const;
  void read_statistic(std::string_view line);
  void add_up(const Values& values);

  HeapProfile profile_;
  MemoryFields memory_;
  Values heading_{};
  Values sum_{};
  bool in_statistics_ = false;
  bool statistics_complete_ = false;  ///< the last of those that every system prints was read
  bool open_ = false;
  Values values_{};
  StackBuilder stack_;
};

std::size_t HeapDebug1Decoder::read_heading(std::string_view line) {
  static constexpr std::string_view kWords = "heap profile: ";
  static constexpr std::string_view kRate = " heap/";
  const std::size_t at = line.find(kWords);
  if (at == std::string_view::npos) return at;
  std::string_view rest = line.substr(at + kWords.size());
  bool capped = false;
  const std::optional<Values> values = take_values(rest, capped);
  if (!values) return std::string_view::npos;
  heading_ = *values;
  if (rest.starts_with(kRate)) {
    const LeadingNumber twice = leading_decimal(rest.substr(kRate.size()));
    capped |= twice.capped;
    profile_.rate_bytes = static_cast<std::int64_t>(twice.value / 2);
  }
  if (capped) warn(WarningCode::kNumberOutOfRange);
  return at;
}

bool HeapDebug1Decoder::read_line(const TextLine& line) {
  const std::string_view text = line.text;
  if (text.find_first_not_of(" \t") == std::string_view::npos) {
    close_record();
    return true;
  }
  if (!text.starts_with('#')) return open_record(text);
  if (text.starts_with("# runtime.MemStats")) {
    close_record();
    in_statistics_ = true;
    return true;
  }
  if (in_statistics_) {
    // A number that the end of the body cuts is another number, unless it may well be the last line of all.
    if (line.whole || statistics_complete_ || text.starts_with("# DebugGC = ")) read_statistic(text);
    return true;
  }
  if (!open_) {
    warn(WarningCode::kMalformedRecord);
    return true;
  }
  if (!line.whole) return true;
  bool out_of_range = false;
  const std::optional<RecordFrame> frame = frames_.read(text, out_of_range);
  if (out_of_range) warn(WarningCode::kNumberOutOfRange);
  if (!frame) {
    warn(WarningCode::kMalformedFrame);
  } else if (frame->frame && stack_.size() < limits_.line_bytes / 8) {
    stack_.add(frame->frame, frame->traits);
  }
  return true;
}

bool HeapDebug1Decoder::open_record(std::string_view line) {
  bool capped = false;
  const std::optional<Values> values = take_values(line, capped);
  if (!values) return false;
  close_record();
  if (capped) warn(WarningCode::kNumberOutOfRange);
  open_ = true;
  values_ = *values;
  stack_.clear();
  return true;
}

HeapSample HeapDebug1Decoder::scaled() const {
  const auto [inuse_objects, inuse_bytes, alloc_objects, alloc_bytes] = values_;
  HeapSample sample;
  const std::int64_t object_bytes = alloc_objects != 0   ? alloc_bytes / alloc_objects
                                    : inuse_objects != 0 ? inuse_bytes / inuse_objects
                                                         : 0;
  if (object_bytes <= 0) return sample;
  const bool sampled = profile_.rate_bytes > 1;
  const double distance = static_cast<double>(std::max<std::int64_t>(profile_.rate_bytes, 1));
  const double scale = sampled ? 1 / (1 - std::exp(-static_cast<double>(object_bytes) / distance)) : 1;
  sample.inuse_sampled = sampled_objects(inuse_objects);
  sample.inuse_objects = to_integer(static_cast<double>(inuse_objects) * scale);
  sample.inuse_bytes = to_integer(static_cast<double>(inuse_bytes) * scale);
  sample.alloc_objects = to_integer(static_cast<double>(alloc_objects) * scale);
  sample.alloc_bytes = to_integer(static_cast<double>(alloc_bytes) * scale);
  return sample;
}

void HeapDebug1Decoder::add_up(const Values& values) {
  for (std::size_t i = 0; i < sum_.size(); ++i) {
    if (__builtin_add_overflow(sum_[i], values[i], &sum_[i])) warn(WarningCode::kNumberOutOfRange);
  }
}

void HeapDebug1Decoder::close_record() {
  if (!std::exchange(open_, false)) return;
  add_up(values_);
  if (profile_.samples.size() >= limits_.heap_samples) return warn(WarningCode::kLimitReached);
  HeapSample sample = scaled();
  sample.stack = stack_.intern(symbols_);
  profile_.samples.push_back(sample);
}

/// "# HeapAlloc = 4158912", "# Stack = 1081344 / 1081344", "# PauseNs = [47180 0 …]".
void HeapDebug1Decoder::read_statistic(std::string_view line) {
  const std::size_t equals = line.find(" = ");
  if (equals == std::string_view::npos || equals < 2) return warn(WarningCode::kMalformedField);
  const std::string_view name = line.substr(2, equals - 2);
  std::string_view value = line.substr(equals + 3);
  if (name == "DebugGC") {
    statistics_complete_ = true;
    return;
  }
  if (name == "GCCPUFraction") {
    double fraction = 0;
    std::from_chars(value.data(), value.data() + value.size(), fraction);
    return memory_.set_gc_cpu_fraction(std::isfinite(fraction) ? fraction : 0);
  }
  if (value.starts_with('[')) {
    value.remove_prefix(1);
    for (LeadingNumber number = leading_decimal(value); number.digits > 0; number = leading_decimal(value)) {
      if (name == "PauseNs") memory_.add_pause(number.value);
      if (name == "PauseEnd") memory_.add_pause_end(number.value);
      value.remove_prefix(number.digits);
      if (value.starts_with(' ')) value.remove_prefix(1);
    }
    return;
  }
  const LeadingNumber number = leading_decimal(value);
  if (number.digits == 0) return warn(WarningCode::kMalformedField);
  if (number.capped) warn(WarningCode::kNumberOutOfRange);
  value.remove_prefix(number.digits);
  if (!value.starts_with(" / ")) return memory_.set(name, number.value);
  const LeadingNumber from_system = leading_decimal(value.substr(3));
  if (from_system.capped) warn(WarningCode::kNumberOutOfRange);
  memory_.set(std::string(name).append("Inuse"), number.value);
  memory_.set(std::string(name).append("Sys"), from_system.value);
}

void HeapDebug1Decoder::close(Decoded& decoded, bool cut) {
  close_record();
  if (memory_.any() && statistics_complete_) {
    decoded.memory = memory_.finish();
  } else if (in_statistics_ || cut) {
    warn(WarningCode::kDumpTruncated);
  }
  const bool one_more = subtract_saturating(heading_[3], sum_[3]) == 1;
  heading_[3] -= heading_[0] == sum_[0] && heading_[1] == sum_[1] && one_more ? 1 : 0;
  if (heading_ != sum_ && decoded.warnings.count(WarningCode::kDumpTruncated) == 0) warn(WarningCode::kCountMismatch);
  decoded.heap = std::move(profile_);
}

}  // namespace

std::unique_ptr<Decoder> make_heap_debug1_decoder(Symbols& symbols, const DecodeLimits& limits) {
  return std::make_unique<HeapDebug1Decoder>(symbols, limits);
}

}  // namespace lf::decode
