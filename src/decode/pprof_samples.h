#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "decode/decoder.h"
#include "decode/goroutine_records.h"
#include "decode/pprof_plain_samples.h"
#include "decode/pprof_tables.h"
#include "decode/stack_builder.h"
#include "decode/text_fields.h"

namespace lf::decode {

/// Which value of a sample is which, by the names of the sample types; kNone where the profile has it not.
struct HeapColumns {
  static constexpr std::size_t kNone = SIZE_MAX;
  std::size_t alloc_objects = kNone, alloc_bytes = kNone, inuse_objects = kNone, inuse_bytes = kNone;
};
HeapColumns heap_columns(std::span<const std::string_view> sample_types);

/// Turns the samples of one profile.proto into records.
///
///     message Sample { 1: repeated location_id (leaf first)  2: repeated value  3: repeated Label }
///     message Label  { 1: key  2: str  3: num  4: num_unit }                               (1, 2, 4: string indices)
class PprofSamples {
 public:
  /// `reader` walks `body`, and says where the sample at hand is.
  PprofSamples(const WireReader& reader, std::span<const std::byte> body, PprofTables& tables, Symbols& symbols,
               const DecodeLimits& limits, Warnings& warnings);

  /// One goroutine record; counts beyond limits.goroutines records are added to total and dropped. `leak_profile`
  /// leaves out records that say nothing (go-profiles, section 5): no frames, main's own `select {}`.
  void add_goroutines(std::span<const std::byte> message, bool leak_profile, GoroutineProfile& profile);
  /// Marks what can be told only when all records are there.
  void finish_goroutines(GoroutineProfile& profile) { request_.mark(profile.counts); }
  /// One heap record; its stack is there after some more, or after `finish_heap`.
  void add_heap(std::span<const std::byte> message, const HeapColumns& columns, HeapProfile& profile);
  void finish_heap(HeapProfile& profile);

 private:
  struct LabelMessage {
    std::uint64_t key = 0, text = 0;
    std::int64_t number = 0;
  };

  /// A stack that is to be interned: its frames lie in `batch_`.
  struct PendingStack {
    std::uint64_t hash = 0;
    std::size_t begin = 0, size = 0;
  };

  struct Share {
    std::int64_t object_bytes = -1;
    double sampled = 0;
  };

  bool read(std::span<const std::byte> message);
  void walk_stack(LeafState* state);
  LabelsId intern_labels();
  bool read_heap(std::span<const std::byte> message, std::span<FrameId> room);
  void keep_stack(std::size_t size);
  void warn(WarningCode code) { warnings_.add(code, byte_place(body_.field_offset())); }
  double sampled_share(std::int64_t object_bytes, std::int64_t rate);

  const WireReader& body_;
  PprofTables& tables_;
  Symbols& symbols_;
  const DecodeLimits& limits_;
  Warnings& warnings_;
  std::uint64_t frames_left_;  ///< what all samples together may expand to
  std::vector<std::uint64_t> locations_;
  std::vector<std::int64_t> values_;
  std::vector<LabelMessage> labels_;
  std::vector<Label> label_set_;
  StackBuilder stack_;
  RequestFinder request_;
  PlainSamples plain_samples_;
  PlainSample plain_;                  ///< the sample at hand
  Buffer<FrameId> batch_;              ///< frames of the stacks in `pending_`
  std::vector<PendingStack> pending_;  ///< of the last samples: all of one batch
  std::array<Share, 256> shares_;      ///< of the sizes met last: most objects have one of few
};

}  // namespace lf::decode
