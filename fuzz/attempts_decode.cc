// What decodes bodies: whatever the bytes, every decoder ends, keeps to its limits, gives ids that exist, and gives the
// same in any pieces.

#include <algorithm>
#include <string>
#include <vector>

#include "attempts.h"
#include "base/format.h"
#include "base/hash.h"
#include "decode/decoder.h"
#include "decode/gzip.h"
#include "decode/json_log_line.h"
#include "decode/testing/plain_records.h"
#include "decode/testing/random.h"
#include "decode/testing/sample_files.h"

namespace lf::fuzz {
namespace {

using decode::ContentKind;
using decode::Decoded;
using decode::DecodeLimits;
using decode::testing::as_byte_span;
using decode::testing::Random;

constexpr DecodeLimits kLimits{.goroutines = 500, .body_bytes = 1 << 20, .line_bytes = 8192, .heap_samples = 500};
constexpr SymbolLimits kSymbolLimits{.stacks = 400,
                                     .frames = 2000,
                                     .frames_a_stack = 200,
                                     .stack_frames = 20'000,
                                     .labels = 500,
                                     .labels_a_set = 16,
                                     .string_bytes = 256 << 10,
                                     .one_string_bytes = 4096};

struct Outcome {
  decode::testing::PlainResult plain;
  std::string warnings;
  std::string broken;  ///< a promise that was not kept
};

std::string warnings_of(const Decoded& decoded) {
  std::string all;
  for (const Warning& warning : decoded.warnings.all()) {
    all += format("{} at {} times {}\n", warning_code_name(warning.code), warning.where, warning.count);
  }
  return all;
}

std::string broken_limit(const Decoded& decoded, const Symbols& symbols) {
  for (const GoroutineProfile& profile : decoded.goroutine_profiles) {
    if (profile.goroutines.size() > kLimits.goroutines) return "more goroutines than the limit allows";
    if (profile.counts.size() > kLimits.goroutines) return "more records than the limit allows";
  }
  if (decoded.heap && decoded.heap->samples.size() > kLimits.heap_samples) return "more samples than the limit allows";
  if (symbols.stack_count() > kSymbolLimits.stacks) return "more stacks than the limit allows";
  if (symbols.frame_count() > kSymbolLimits.frames) return "more frames than the limit allows";
  for (const Warning& warning : decoded.warnings.all()) {
    if (visible(warning.where) != warning.where) return "a warning's place holds what nobody can see";
    if (warning.count == 0) return "a warning was counted no times";
  }
  return {};
}

/// Feeds `input` in pieces that `seed` decides; 0: as a whole.
Outcome run(ContentKind kind, std::string_view input, std::uint64_t seed) {
  Random random(seed);
  Symbols symbols(kSymbolLimits);
  const auto decoder = decode::make_decoder(kind, symbols, kLimits);
  const std::size_t longest = std::size_t{1} << random.below(14);
  while (!input.empty()) {
    const std::size_t piece = seed == 0 ? input.size() : std::min(input.size(), random.between(1, longest));
    decoder->feed(as_byte_span(input.substr(0, piece)));
    input.remove_prefix(piece);
  }
  Outcome outcome;
  const Result<Decoded> decoded = decoder->finish();
  if (!decoded) {
    outcome.plain.cause = "error: " + decoded.error().message;
    outcome.broken = broken_message(decoded.error().message);
    return outcome;
  }
  outcome.plain = decode::testing::spell_out(*decoded, symbols);
  outcome.warnings = warnings_of(*decoded);
  outcome.broken = broken_limit(*decoded, symbols);
  return outcome;
}

std::string attempt_kind(ContentKind kind, std::string_view input) {
  const Outcome whole = run(kind, input, 0);
  const std::string_view name = decode::content_kind_name(kind);
  if (!whole.broken.empty()) return format("{}: {}", name, whole.broken);
  const Outcome pieces = run(kind, input, hash_bytes(as_byte_span(input)) | 1);
  if (whole.plain != pieces.plain) {
    return format("{}: other in pieces: {}", name, first_difference(whole.plain, pieces.plain));
  }
  if (whole.warnings != pieces.warnings) {
    return format("{}: other warnings in pieces:\n{}instead of\n{}", name, pieces.warnings, whole.warnings);
  }
  return {};
}

std::string attempt_kinds(std::initializer_list<ContentKind> kinds, std::string_view input) {
  for (const ContentKind kind : kinds) {
    if (std::string wrong = attempt_kind(kind, input); !wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace

std::string attempt_dumps(std::string_view input) {
  return attempt_kinds({ContentKind::kGoroutineDump, ContentKind::kCrashLog}, input);
}

std::string attempt_records(std::string_view input) {
  return attempt_kinds({ContentKind::kGoroutineCounts, ContentKind::kHeapText}, input);
}

std::string attempt_protobuf(std::string_view input) {
  return attempt_kinds({ContentKind::kGoroutineProtobuf}, input);
}

std::string attempt_any(std::string_view input) {
  return attempt_kinds({ContentKind::kUnknown}, input);
}

std::string attempt_documents(std::string_view input) {
  for (std::string_view rest = input; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto text = decode::text_of_json_log_line(rest.substr(0, end));
    if (text && text->size() > 3 * end) return "the text of a JSON log line is longer than the line may hold";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return attempt_kinds({ContentKind::kIndexPage, ContentKind::kVars}, input);
}

std::string attempt_gzip(std::string_view input) {
  constexpr std::uint64_t kLimit = 1 << 20;
  const decode::Gunzipped whole = decode::gunzip(as_byte_span(input), kLimit);
  if (whole.bytes.size() > kLimit) return "more was inflated than the limit allows";
  std::string delivered;
  decode::GzipStream stream(kLimit);
  const auto keep = [&](std::span<const std::byte> piece) {
    delivered.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  };
  Random random(hash_bytes(as_byte_span(input)));
  const std::size_t longest = std::size_t{1} << random.below(14);
  for (std::string_view rest = input; !rest.empty();) {
    const std::size_t piece = std::min(rest.size(), random.between(1, longest));
    stream.feed(as_byte_span(rest.substr(0, piece)), keep);
    rest.remove_prefix(piece);
  }
  if (stream.delivered_bytes() != delivered.size()) return "what was delivered was not counted";
  if (delivered.size() > kLimit) return "more was delivered than the limit allows";
  if (stream.end() != whole.end) {
    return format("in pieces it ends as {}, as a whole as {}", static_cast<int>(stream.end()),
                  static_cast<int>(whole.end));
  }
  if (!std::ranges::equal(as_byte_span(delivered), whole.bytes.items())) return "other bytes in pieces";
  return {};
}

}  // namespace lf::fuzz
