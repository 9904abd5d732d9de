#include "decode/pprof_samples.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lf::decode {
namespace {

/// More labels are counted by Symbols as overflow; a sample of Go has a handful.
constexpr std::size_t kMostLabels = 300;
/// Values beyond these are of no sample type we know.
constexpr std::size_t kMostValues = 64;
/// Frames a sample may expand to; a stack of the runtime has at most 1024 (profstackdepth).
constexpr std::size_t kMostFrames = 4'096;

}  // namespace

HeapColumns heap_columns(std::span<const std::string_view> sample_types) {
  HeapColumns columns;
  for (std::size_t i = 0; i < sample_types.size(); ++i) {
    const std::string_view name = sample_types[i];
    if (name == "alloc_objects") columns.alloc_objects = i;
    if (name == "alloc_space") columns.alloc_bytes = i;
    if (name == "inuse_objects" || name == "objects") columns.inuse_objects = i;
    if (name == "inuse_space" || name == "space") columns.inuse_bytes = i;
  }
  return columns;
}

PprofSamples::PprofSamples(const WireReader& body, PprofTables& tables, Symbols& symbols, const DecodeLimits& limits,
                           std::uint64_t body_bytes, Warnings& warnings)
    : body_(body),
      tables_(tables),
      symbols_(symbols),
      limits_(limits),
      warnings_(warnings),
      frames_left_(4 * body_bytes + 4'000'000),
      locations_(kMostFrames),
      plain_(kMostFrames) {}

/// Fills locations_, values_ and labels_; false with a warning where the message is malformed.
bool PprofSamples::read(std::span<const std::byte> message) {
  location_count_ = 0;
  values_.clear();
  labels_.clear();
  bool clean = true;
  WireReader reader(message);
  WireField field;
  while (reader.next(field)) {
    const std::span<std::uint64_t> room = std::span(locations_).subspan(location_count_);
    if (field.number == 1 && field.type == WireType::kBytes) {
      location_count_ += unpack(field.bytes, room, clean);
    } else if (field.number == 1) {
      if (!room.empty()) locations_[location_count_++] = field.number_value;
    } else if (field.number == 2) {
      clean &= each_number(field, [&](std::uint64_t number) {
        if (values_.size() < kMostValues) values_.push_back(static_cast<std::int64_t>(number));
      });
    } else if (field.number == 3 && field.type == WireType::kBytes && labels_.size() < kMostLabels) {
      LabelMessage label;
      WireReader label_reader(field.bytes);
      WireField part;
      while (label_reader.next(part)) {
        if (part.number == 1) label.key = part.number_value;
        if (part.number == 2) label.text = part.number_value;
        if (part.number == 3) label.number = static_cast<std::int64_t>(part.number_value);
      }
      clean &= label_reader.end() == WireEnd::kClean;
      labels_.push_back(label);
    }
  }
  if (clean && reader.end() == WireEnd::kClean && !values_.empty()) return true;
  warn(WarningCode::kMalformedRecord);
  return false;
}

/// Adds the frames of locations_ from `i` on while all of them are known; returns where that ends.
std::size_t PprofSamples::walk_known_frames(std::size_t i) {
  std::size_t run = 0;
  for (; i < location_count_; ++i) {
    const LocationFrames known = tables_.location_frames(locations_[i]);
    if (known.lines == 1 && known.bits == 0) {
      plain_[run++] = {known.value};
      continue;
    }
    if (known.lines == 0 || stack_.size() >= kMostFrames) break;
    stack_.add_plain(std::span(plain_).first(std::exchange(run, 0)));
    if (known.lines == 1) {
      stack_.add({known.value}, {known.bits, 0});
    } else {
      for (const PprofLine& line : tables_.lines(known)) stack_.add(line.frame, line.traits);
    }
  }
  stack_.add_plain(std::span(plain_).first(run));
  return i;
}

/// Fills stack_ from locations_, and `state` where one is asked for.
void PprofSamples::walk_stack(LeafState* state) {
  stack_.clear();
  bool settled = state == nullptr;
  bool missing = false;
  for (std::size_t i = 0; i < location_count_;) {
    if (settled) {
      i = walk_known_frames(i);
      if (i == location_count_) break;
    }
    const std::uint64_t id = locations_[i++];
    const std::span<const PprofLine> lines = tables_.lines(id);
    missing |= lines.empty() && !tables_.has_location(id);
    for (const PprofLine& line : lines) {
      if (!line.frame) {
        missing = true;
        continue;
      }
      if (!settled) settled = tables_.tell(*state, line);
      stack_.add(line.frame, line.traits);
    }
    if (stack_.size() >= kMostFrames) {
      warn(WarningCode::kLimitReached);
      break;
    }
  }
  if (missing) warn(WarningCode::kMalformedFrame);
  frames_left_ -= std::min<std::uint64_t>(frames_left_, stack_.size());
}

LabelsId PprofSamples::intern_labels() {
  if (labels_.empty()) return {};
  label_set_.clear();
  for (const LabelMessage& label : labels_) {
    if (label.text == 0 && label.number != 0) continue;
    label_set_.push_back({tables_.string_id(label.key, symbols_), tables_.string_id(label.text, symbols_)});
  }
  std::ranges::sort(label_set_, {}, [&](const Label& label) { return symbols_.text(label.key); });
  return symbols_.intern_labels(label_set_);
}

void PprofSamples::add_goroutines(std::span<const std::byte> message, bool leak_profile, GoroutineProfile& profile) {
  if (!read(message)) return;
  StackCount record;
  record.count = values_[0];
  if (profile.counts.size() >= limits_.goroutines || frames_left_ == 0) {
    add_to_total(record.count, profile.total, warnings_, body_.field_offset());
    profile.dropped += record.count > 0 ? static_cast<std::uint64_t>(record.count) : 0;
    return warnings_.add(WarningCode::kLimitReached, TargetText(kTooManyGoroutines), byte_place(body_.field_offset()));
  }
  LeafState state;
  walk_stack(&state);
  record.state = state.state();
  if (leak_profile) {
    const bool is_main_idling = record.state == WaitState::kSelectNoCases && stack_.root_is_runtime_main();
    if (stack_.size() == 0 || is_main_idling) return warn(WarningCode::kLeakProfileIgnored);
  }
  record.serves_our_request = stack_.saw(kServesProfile);
  record.stack = stack_.intern(symbols_);
  record.labels = intern_labels();
  add_to_total(record.count, profile.total, warnings_, body_.field_offset());
  request_.note(record, stack_, profile.counts.size());
  profile.counts.push_back(record);
}

double PprofSamples::sampled_share(std::int64_t object_bytes, std::int64_t rate) {
  Share& share = shares_[static_cast<std::size_t>(object_bytes / 8) % shares_.size()];
  if (share.object_bytes != object_bytes) {
    share = {object_bytes, -std::expm1(-static_cast<double>(object_bytes) / static_cast<double>(rate))};
  }
  return share.sampled;
}

/// Interns the stack of the sample before the present one: its place in the table has been fetched meanwhile.
void PprofSamples::finish_heap(HeapProfile& profile) {
  if (!std::exchange(pending_, false)) return;
  profile.samples.back().stack = symbols_.intern_stack(pending_stack_.frames(), pending_hash_);
}

void PprofSamples::add_heap(std::span<const std::byte> message, const HeapColumns& columns, HeapProfile& profile) {
  if (profile.samples.size() >= limits_.heap_samples || frames_left_ == 0) return warn(WarningCode::kLimitReached);
  if (!read(message)) return;
  walk_stack(nullptr);
  finish_heap(profile);
  HeapSample sample;
  sample.inuse_objects = value(columns.inuse_objects);
  sample.inuse_bytes = value(columns.inuse_bytes);
  sample.alloc_objects = value(columns.alloc_objects);
  sample.alloc_bytes = value(columns.alloc_bytes);
  if (profile.rate_bytes > 1 && sample.inuse_objects != 0) {
    for (const LabelMessage& label : labels_) {
      if (label.number <= 0 || tables_.string(label.key) != "bytes") continue;
      sample.inuse_sampled =
          std::llround(static_cast<double>(sample.inuse_objects) * sampled_share(label.number, profile.rate_bytes));
    }
  } else {
    sample.inuse_sampled = sample.inuse_objects;
  }
  profile.samples.push_back(sample);
  std::swap(stack_, pending_stack_);
  pending_hash_ = symbols_.announce_stack(pending_stack_.frames());
  pending_ = true;
}

}  // namespace lf::decode
