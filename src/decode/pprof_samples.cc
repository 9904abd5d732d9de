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
/// Stacks that are interned together, and the room for the frames of one: a location of many lines may go beyond
/// kMostFrames.
constexpr std::size_t kBatch = 32;
constexpr std::size_t kRoomOfASample = 2 * kMostFrames;

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

PprofSamples::PprofSamples(const WireReader& reader, std::span<const std::byte> body, PprofTables& tables,
                           Symbols& symbols, const DecodeLimits& limits, Warnings& warnings)
    : body_(reader),
      tables_(tables),
      symbols_(symbols),
      limits_(limits),
      warnings_(warnings),
      frames_left_(4 * body.size() + 4'000'000),
      plain_samples_(body, tables) {
  pending_.reserve(kBatch);
}

/// Fills locations_, values_ and labels_; false with a warning where the message is malformed.
bool PprofSamples::read(std::span<const std::byte> message) {
  locations_.clear();
  values_.clear();
  labels_.clear();
  bool clean = true;
  WireReader reader(message);
  WireField field;
  while (reader.next(field)) {
    if (field.number == 1) {
      clean &= each_number(field, [&](std::uint64_t number) {
        if (locations_.size() < kMostFrames) locations_.push_back(number);
      });
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

/// Fills stack_ from locations_, and `state` where one is asked for.
void PprofSamples::walk_stack(LeafState* state) {
  stack_.clear();
  bool settled = state == nullptr;
  bool missing = false;
  for (const std::uint64_t id : locations_) {
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

/// Fills plain_ from `message`, the frames to the front of `room`; false with a warning where the message is malformed.
bool PprofSamples::read_heap(std::span<const std::byte> message, std::span<FrameId> room) {
  if (plain_samples_.read(message, room.first(kMostFrames - 1), plain_)) {
    frames_left_ -= std::min<std::uint64_t>(frames_left_, plain_.expanded);
    return true;
  }
  if (!read(message)) return false;
  walk_stack(nullptr);
  plain_.clear();
  plain_.value_count = std::min(values_.size(), plain_.values.size());
  std::copy_n(values_.begin(), plain_.value_count, plain_.values.begin());
  plain_.frame_count = std::min(stack_.frames().size(), room.size());
  std::ranges::copy(stack_.frames().first(plain_.frame_count), room.begin());
  for (const LabelMessage& label : labels_) {
    if (label.number > 0 && tables_.string(label.key) == "bytes") plain_.object_bytes = label.number;
  }
  return true;
}

/// Puts the first `size` frames of the batch's free room on the list of stacks to intern.
void PprofSamples::keep_stack(std::size_t size) {
  const std::size_t begin = batch_.size();
  batch_.commit(size);
  pending_.push_back({symbols_.announce_stack(batch_.items().subspan(begin)), begin, size});
}

/// Interns the stacks of the last samples: their places in the table have been fetched meanwhile.
void PprofSamples::finish_heap(HeapProfile& profile) {
  std::size_t at = profile.samples.size() - pending_.size();
  for (const PendingStack& stack : pending_) {
    const std::span<const FrameId> frames = batch_.items().subspan(stack.begin, stack.size);
    profile.samples[at++].stack = symbols_.intern_stack(frames, stack.hash);
  }
  pending_.clear();
  batch_.clear();
}

void PprofSamples::add_heap(std::span<const std::byte> message, const HeapColumns& columns, HeapProfile& profile) {
  if (profile.samples.size() >= limits_.heap_samples || frames_left_ == 0) return warn(WarningCode::kLimitReached);
  if (!read_heap(message, batch_.reserve(kRoomOfASample))) return;
  HeapSample& sample = profile.samples.emplace_back();
  sample.inuse_objects = plain_.value(columns.inuse_objects);
  sample.inuse_bytes = plain_.value(columns.inuse_bytes);
  sample.alloc_objects = plain_.value(columns.alloc_objects);
  sample.alloc_bytes = plain_.value(columns.alloc_bytes);
  if (profile.rate_bytes <= 1 || sample.inuse_objects == 0) {
    sample.inuse_sampled = sampled_objects(sample.inuse_objects);
  } else if (plain_.object_bytes > 0) {
    const double share = sampled_share(plain_.object_bytes, profile.rate_bytes);
    sample.inuse_sampled = sampled_objects(std::llround(static_cast<double>(sample.inuse_objects) * share));
  }
  keep_stack(plain_.frame_count);
  if (pending_.size() == kBatch) finish_heap(profile);
}

}  // namespace lf::decode
