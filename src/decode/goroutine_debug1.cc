#include "decode/goroutine_debug1.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "decode/goroutine_records.h"
#include "decode/label_list.h"
#include "decode/record_text.h"
#include "decode/stack_builder.h"
#include "decode/text_fields.h"

// The text of goroutine?debug=1 (runtime/pprof/pprof.go printCountProfile, Go 1.18 to 1.27):
//
//     goroutine profile: total 48
//     3 @ 0x48a28a 0x4180ae 0x417bd2 0x67ad58 0x491061                      equal goroutines, return addresses
//     # labels: {"route":"/v1/users"}                                       where there are some
//     #\t0x67ad57\tmain.(*T).PtrWait+0x17\t/src/app/zoo/main.go:24            leading runtime frames are hidden
//
//     1 @ 0x48f0e1                                                          has not run yet: no frames
//
// The state is nowhere said. What can be told: an address before that of the first frame shown is a hidden runtime
// frame, so without any the goroutine is not parked; and some leaf frames have one reason only (runtime_pollWait,
// time.Sleep, the sync package's semaphores). A channel can't be told from a select.
//
// goroutineleak?debug=1 has the same form. Two of its records say nothing: one without frames (Go 1.27 counts main in
// `select {}` and hides it), and main's own `select {}` (1.26), known by its two hidden frames, gopark and block, below
// main.main; main in a select of several cases looks the same, and is left out with it.

namespace lf::decode {
namespace {

constexpr std::string_view kLabelsLine = "# labels: {";
/// Addresses of a record that are kept: as many as can be hidden before the first frame.
constexpr std::size_t kMostAddresses = 64;
constexpr std::size_t kHiddenFramesOfSelect = 2;

class GoroutineDebug1Decoder final : public RecordTextDecoder {
 public:
  GoroutineDebug1Decoder(Symbols& symbols, const DecodeLimits& limits) : RecordTextDecoder(symbols, limits) {
    decoded_.kind = ContentKind::kGoroutineCounts;
    profile_.form = GoroutineForm::kCounts;
  }

 protected:
  std::size_t read_heading(std::string_view line) override;
  bool read_line(const TextLine& line) override;
  void close(Decoded& decoded, bool cut) override;

 private:
  bool open_record(std::string_view line);
  bool take_frame(const TextLine& line);
  void close_record();
  void infer(StackCount& record) const;
  bool says_nothing(const StackCount& record) const;
  std::size_t hidden_frames() const;

  GoroutineProfile profile_;
  RequestFinder request_;
  std::uint64_t heading_total_ = 0;
  std::uint64_t sum_ = 0;  ///< of all records, the ones left out too

  bool open_ = false;
  std::uint64_t record_offset_ = 0;
  std::int64_t count_ = 0;
  std::vector<std::uint64_t> addresses_;
  std::vector<RecordFrame> record_frames_;
  std::vector<Label> labels_;
  StackBuilder stack_;
};

std::size_t GoroutineDebug1Decoder::read_heading(std::string_view line) {
  static constexpr std::pair<std::string_view, ContentKind> kHeadings[] = {
      {"goroutineleak profile: total ", ContentKind::kLeakCounts},
      {"goroutine profile: total ", ContentKind::kGoroutineCounts}};
  for (const auto& [words, kind] : kHeadings) {
    const std::size_t at = line.find(words);
    if (at == std::string_view::npos) continue;
    const LeadingNumber total = leading_decimal(line.substr(at + words.size()));
    if (total.digits == 0) continue;
    if (total.capped) warn(WarningCode::kNumberOutOfRange);
    heading_total_ = total.value;
    decoded_.kind = kind;
    return at;
  }
  return std::string_view::npos;
}

bool GoroutineDebug1Decoder::read_line(const TextLine& line) {
  const std::string_view text = line.text;
  if (text.find_first_not_of(" \t") == std::string_view::npos) {
    close_record();
    return true;
  }
  if (!text.starts_with('#')) return open_record(text);
  if (!open_) {
    warn(WarningCode::kMalformedRecord);
    return true;
  }
  if (!text.starts_with(kLabelsLine)) return take_frame(line);
  labels_.clear();
  if (read_label_list(text.substr(kLabelsLine.size()), symbols_, labels_) == 0) warn(WarningCode::kMalformedField);
  return true;
}

/// "3 @ 0x48a28a 0x4180ae", in a delta "-3 @ …".
bool GoroutineDebug1Decoder::open_record(std::string_view line) {
  const bool negative = line.starts_with('-');
  if (negative) line.remove_prefix(1);
  const LeadingNumber count = leading_decimal(line);
  if (count.digits == 0 || !line.substr(count.digits).starts_with(" @")) return false;
  close_record();
  open_ = true;
  record_offset_ = offset();
  if (count.value > INT64_MAX) warn(WarningCode::kNumberOutOfRange);
  count_ = static_cast<std::int64_t>(std::min<std::uint64_t>(count.value, INT64_MAX));
  if (negative) count_ = -count_;
  line.remove_prefix(count.digits + 2);
  while (line.starts_with(" 0x") && addresses_.size() < kMostAddresses) {
    const LeadingNumber address = leading_hex(line.substr(3));
    addresses_.push_back(address.value);
    line.remove_prefix(3 + address.digits);
  }
  return true;
}

bool GoroutineDebug1Decoder::take_frame(const TextLine& line) {
  // A frame line that the end of the body has cut may name a wrong line; it is one only where nothing else is missing.
  if (!line.whole && sum_ + static_cast<std::uint64_t>(std::max<std::int64_t>(count_, 0)) != heading_total_)
    return true;
  bool out_of_range = false;
  const std::optional<RecordFrame> frame = frames_.read(line.text, out_of_range);
  if (out_of_range) warn(WarningCode::kNumberOutOfRange);
  if (!frame) {
    warn(WarningCode::kMalformedFrame);
  } else if (frame->frame && record_frames_.size() < limits_.line_bytes / 8) {
    record_frames_.push_back(*frame);
  }
  return true;
}

/// How many return addresses stand before that of the first frame shown.
std::size_t GoroutineDebug1Decoder::hidden_frames() const {
  if (record_frames_.empty()) return 0;
  const auto first = std::ranges::find(addresses_, record_frames_.front().pc + 1);
  return static_cast<std::size_t>(first - addresses_.begin());
}

void GoroutineDebug1Decoder::infer(StackCount& record) const {
  LeafState state(hidden_frames() > 0);
  for (const RecordFrame& frame : record_frames_) {
    if (state.take(frame.traits.leaf, symbols_.function(frame.frame), 0, 0)) break;
  }
  record.state = state.state();
}

bool GoroutineDebug1Decoder::says_nothing(const StackCount& record) const {
  if (decoded_.kind != ContentKind::kLeakCounts) return false;
  if (record_frames_.empty()) return true;
  return record.state == WaitState::kUnknown && stack_.root_is_runtime_main() && record_frames_.size() == 2 &&
         hidden_frames() == kHiddenFramesOfSelect;
}

void GoroutineDebug1Decoder::close_record() {
  if (!std::exchange(open_, false)) return;
  StackCount record;
  record.count = count_;
  stack_.clear();
  for (const RecordFrame& frame : record_frames_) stack_.add(frame.frame, frame.traits);
  infer(record);
  add_to_total(count_, sum_, decoded_.warnings, record_offset_);
  if (says_nothing(record)) {
    decoded_.warnings.add(WarningCode::kLeakProfileIgnored, byte_place(record_offset_));
  } else {
    add_to_total(count_, profile_.total, decoded_.warnings, record_offset_);
    if (profile_.counts.size() >= limits_.goroutines) {
      profile_.dropped += count_ > 0 ? static_cast<std::uint64_t>(count_) : 0;
      decoded_.warnings.add(WarningCode::kLimitReached, TargetText(kTooManyGoroutines), place());
    } else {
      record.serves_our_request = stack_.saw(kServesProfile);
      record.stack = stack_.intern(symbols_);
      record.labels = symbols_.intern_labels(labels_);
      request_.note(record, stack_, profile_.counts.size());
      profile_.counts.push_back(record);
    }
  }
  addresses_.clear();
  record_frames_.clear();
  labels_.clear();
}

void GoroutineDebug1Decoder::close(Decoded& decoded, bool cut) {
  close_record();
  if (sum_ != heading_total_) {
    // A text that merely lost its last newline has all its records.
    profile_.truncated = cut && sum_ < heading_total_;
    warn(profile_.truncated ? WarningCode::kDumpTruncated : WarningCode::kCountMismatch);
  }
  request_.mark(profile_.counts);
  profile_.size_bytes = body_bytes();
  decoded.goroutine_profiles.push_back(std::move(profile_));
}

}  // namespace

std::unique_ptr<Decoder> make_goroutine_debug1_decoder(Symbols& symbols, const DecodeLimits& limits) {
  return std::make_unique<GoroutineDebug1Decoder>(symbols, limits);
}

}  // namespace lf::decode
