#include "decode/pprof_proto.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "base/format.h"
#include "decode/gzip.h"
#include "decode/pprof_samples.h"
#include "decode/pprof_tables.h"
#include "decode/proto_wire.h"
#include "decode/text_fields.h"
#include "decode/unsupported.h"
#include "model/overflow_warnings.h"

namespace lf::decode {
namespace {

/// message Profile { 1: repeated ValueType sample_type  2: repeated Sample  3: Mapping  4: Location  5: Function
///   6: string  7, 8: drop_frames, keep_frames  9: time_nanos  10: duration_nanos  11: ValueType period_type
///   12: period  13: repeated comment  14: default_sample_type  15: doc_url }
enum Field : std::uint32_t {
  kSampleType = 1,
  kSample = 2,
  kLocation = 4,
  kFunction = 5,
  kString = 6,
  kTimeNanos = 9,
  kPeriodType = 11,
  kPeriod = 12,
  kLastField = 15,
};
constexpr std::array<WireType, 16> kLayout = {
    WireType::kVarint, WireType::kBytes,  WireType::kBytes,  WireType::kBytes,  WireType::kBytes,  WireType::kBytes,
    WireType::kBytes,  WireType::kVarint, WireType::kVarint, WireType::kVarint, WireType::kVarint, WireType::kBytes,
    WireType::kVarint, WireType::kVarint, WireType::kVarint, WireType::kVarint};
constexpr std::size_t kMostSampleTypes = 64;
/// How many frames there will be is told from some of the samples: it decides on the room for them, no more.
constexpr std::uint64_t kLookEvery = 64;
/// How a sample opens: most of a profile is a run of them.
constexpr std::byte kSampleTag{kSample << 3 | 2};

/// The name of a ValueType { 1: type  2: unit } as a string index; nothing where the message is not one.
std::optional<std::uint64_t> value_type_name(std::span<const std::byte> message) {
  std::uint64_t name = 0;
  WireReader reader(message);
  WireField field;
  while (reader.next(field)) {
    if (field.number > 2 || field.type != WireType::kVarint) return std::nullopt;
    if (field.number == 1) name = field.number_value;
  }
  if (reader.end() != WireEnd::kClean) return std::nullopt;
  return name;
}

/// The locations that a Sample names.
std::uint64_t count_locations(std::span<const std::byte> message) {
  std::uint64_t count = 0;
  WireReader reader(message);
  WireField field;
  while (reader.next(field)) {
    if (field.number == 1) each_number(field, [&](std::uint64_t) { ++count; });
  }
  return count;
}

/// What the first pass over the body finds besides the tables.
struct Outline {
  std::vector<std::uint64_t> sample_types;
  std::uint64_t samples = 0;
  std::uint64_t frames = 0;  ///< of every `kLookEvery`th sample, inlined ones left out
  std::uint64_t time_nanos = 0;
  std::int64_t period = 0;
};

class PprofPass {
 public:
  PprofPass(std::span<const std::byte> body, Symbols& symbols, const DecodeLimits& limits)
      : body_(body), symbols_(symbols), limits_(limits) {}

  Result<Decoded> run();

 private:
  Outline collect(WireReader& reader, PprofTables& tables);
  void take_samples(WireReader& reader, PprofTables& tables, const Outline& outline,
                    std::span<const std::string_view> sample_types);

  std::span<const std::byte> body_;
  Symbols& symbols_;
  const DecodeLimits& limits_;
  Decoded decoded_;
};

Outline PprofPass::collect(WireReader& reader, PprofTables& tables) {
  Outline outline;
  WireField field;
  while (reader.next(field)) {
    const bool is_message = field.type == WireType::kBytes;
    switch (field.number) {
      case kSampleType:
        if (!is_message || outline.sample_types.size() >= kMostSampleTypes) break;
        outline.sample_types.push_back(value_type_name(field.bytes).value_or(0));
        break;
      case kSample: {
        std::span<const std::byte> message = is_message ? field.bytes : std::span<const std::byte>{};
        do {
          if (outline.samples++ % kLookEvery == 0) outline.frames += count_locations(message);
        } while (reader.next_of(kSampleTag, message));
        break;
      }
      case kLocation:
        if (is_message) tables.add_location(field.bytes);
        break;
      case kFunction:
        if (is_message) tables.add_function(field.bytes);
        break;
      case kString:
        if (is_message) tables.add_string(as_text(field.bytes));
        break;
      case kTimeNanos:
        if (!is_message) outline.time_nanos = field.number_value;
        break;
      case kPeriod:
        if (!is_message) outline.period = static_cast<std::int64_t>(field.number_value);
        break;
      default:
        break;
    }
  }
  return outline;
}

void PprofPass::take_samples(WireReader& reader, PprofTables& tables, const Outline& outline,
                             std::span<const std::string_view> sample_types) {
  PprofSamples samples(reader, body_, tables, symbols_, limits_, decoded_.warnings);
  const bool heap = decoded_.kind == ContentKind::kHeapProtobuf;
  const bool leak = decoded_.kind == ContentKind::kLeakProtobuf;
  const HeapColumns columns = heap_columns(sample_types);
  GoroutineProfile goroutines;
  HeapProfile profile;
  profile.rate_bytes = std::max<std::int64_t>(outline.period, 0);
  if (heap) {
    profile.samples.reserve(std::min({outline.samples, limits_.heap_samples, body_.size() / 8}));
  } else {
    goroutines.counts.reserve(std::min({outline.samples, limits_.goroutines, body_.size() / 8}));
  }
  const auto add = [&](std::span<const std::byte> message) {
    if (heap) return samples.add_heap(message, columns, profile);
    samples.add_goroutines(message, leak, goroutines);
  };
  WireField field;
  std::span<const std::byte> message;
  while (true) {
    while (reader.next_of(kSampleTag, message)) add(message);
    if (!reader.next(field)) break;
    if (field.number == kSample && field.type == WireType::kBytes) add(field.bytes);
  }
  if (heap) {
    samples.finish_heap(profile);
    decoded_.heap = std::move(profile);
    return;
  }
  samples.finish_goroutines(goroutines);
  goroutines.form = GoroutineForm::kProtobuf;
  goroutines.truncated = reader.end() != WireEnd::kClean;
  goroutines.size_bytes = body_.size();
  decoded_.goroutine_profiles.push_back(std::move(goroutines));
}

Result<Decoded> PprofPass::run() {
  WireReader first(body_);
  PprofTables tables(first, body_.size(), decoded_.warnings);
  const Outline outline = collect(first, tables);
  if (first.end() == WireEnd::kCut) {
    decoded_.warnings.add(WarningCode::kDumpTruncated, byte_place(first.field_offset()));
  } else if (first.end() == WireEnd::kMalformed) {
    decoded_.warnings.add(WarningCode::kMalformedField, byte_place(first.field_offset()));
  }
  std::vector<std::string_view> sample_types;
  for (const std::uint64_t name : outline.sample_types) {
    sample_types.push_back(name < tables.string_count() ? tables.string(name) : std::string_view{});
  }
  const PprofKind kind = pprof_kind(sample_types);
  if (kind.kind == ContentKind::kOtherProfile) return fail_unsupported(kind.name);
  if (kind.kind == ContentKind::kUnknown) {
    const std::string where = byte_place(first.end() == WireEnd::kClean ? body_.size() : first.field_offset());
    if (tables.string_count() == 0) {
      return fail(
          ErrorCode::kMalformed,
          "the protobuf profile is cut or damaged: its names are missing, nothing of it can be used; fetch it again",
          where);
    }
    return fail(
        ErrorCode::kMalformed,
        "the protobuf profile has no sample type of a goroutine or heap profile; fetch it again from the target",
        where);
  }
  decoded_.kind = kind.kind;
  decoded_.size_bytes = body_.size();
  const SymbolOverflows overflows = symbols_.overflows();
  symbols_.reserve(static_cast<std::size_t>(outline.samples), static_cast<std::size_t>(outline.frames * kLookEvery));
  tables.resolve(symbols_);
  decoded_.go_version = TargetText(tables.go_version());
  if (outline.time_nanos > 0 && outline.time_nanos <= INT64_MAX) {
    decoded_.taken_at = WallTime(std::chrono::duration_cast<WallTime::duration>(
        std::chrono::nanoseconds(static_cast<std::int64_t>(outline.time_nanos))));
  }
  WireReader second(body_);
  take_samples(second, tables, outline, sample_types);
  warn_of_overflows(overflows, symbols_.overflows(), byte_place(body_.size()), decoded_.warnings);
  return std::move(decoded_);
}

class PprofDecoder final : public Decoder {
 public:
  PprofDecoder(Symbols& symbols, const DecodeLimits& limits) : symbols_(symbols), limits_(limits) {}

  void feed(std::span<const std::byte> chunk) override {
    const std::uint64_t room = limits_.body_bytes - std::min<std::uint64_t>(limits_.body_bytes, body_.size());
    if (chunk.size() > room) {
      too_large_ = true;
      body_.release();
    }
    if (!too_large_) body_.append(chunk);
  }

  Result<Decoded> finish() override {
    if (too_large_) {
      return fail(ErrorCode::kTooLarge,
                  format("the profile is larger than {} bytes; raise -max-body to read it", limits_.body_bytes),
                  byte_place(limits_.body_bytes));
    }
    return decode_pprof(body_.items(), symbols_, limits_);
  }

 private:
  Symbols& symbols_;
  DecodeLimits limits_;
  ByteBuffer body_;
  bool too_large_ = false;
};

}  // namespace

Result<Decoded> decode_pprof(std::span<const std::byte> body, Symbols& symbols, const DecodeLimits& limits) {
  return PprofPass(body, symbols, limits).run();
}

std::unique_ptr<Decoder> make_pprof_decoder(Symbols& symbols, const DecodeLimits& limits) {
  return std::make_unique<PprofDecoder>(symbols, limits);
}

PprofKind pprof_kind(std::span<const std::string_view> sample_types) {
  const auto has = [&](std::string_view name) { return std::ranges::find(sample_types, name) != sample_types.end(); };
  if (has("inuse_space") || has("alloc_space") || (has("objects") && has("space"))) {
    return {ContentKind::kHeapProtobuf, {}};
  }
  if (has("goroutine") || has("goroutines")) return {ContentKind::kGoroutineProtobuf, {}};
  if (has("goroutineleak")) return {ContentKind::kLeakProtobuf, {}};
  if (has("cpu")) return {ContentKind::kOtherProfile, "cpu"};
  if (has("samples") && has("time")) return {ContentKind::kOtherProfile, "wall-clock"};
  if (has("contentions") || has("delay")) return {ContentKind::kOtherProfile, "block or mutex"};
  const bool named = !sample_types.empty() && !sample_types[0].empty();
  if (named) return {ContentKind::kOtherProfile, std::string(sample_types[0].substr(0, 100))};
  return {};
}

PprofHead look_at_pprof(std::span<const std::byte> head) {
  PprofHead seen;
  std::vector<std::uint64_t> names;
  std::vector<std::string_view> strings;
  WireReader reader(head);
  WireField field;
  bool typed = false;
  while (reader.next(field)) {
    if (field.number > kLastField) return {};
    const bool packed_comment = field.number == 13 && field.type == WireType::kBytes;
    if (field.type != kLayout[field.number] && !packed_comment) return {};
    if (field.number == kSampleType || field.number == kPeriodType) {
      const std::optional<std::uint64_t> name = value_type_name(field.bytes);
      if (!name) return {};
      typed = true;
      if (field.number == kSampleType && names.size() < kMostSampleTypes) names.push_back(*name);
    }
    if (field.number == kString) strings.push_back(as_text(field.bytes));
  }
  seen.possible = reader.end() != WireEnd::kMalformed;
  seen.plausible = typed && seen.possible;
  seen.complete = reader.end() == WireEnd::kClean;
  seen.sample_type_count = names.size();
  for (const std::uint64_t name : names) {
    if (name < strings.size()) seen.sample_types.push_back(strings[name]);
  }
  return seen;
}

}  // namespace lf::decode
