#include <algorithm>
#include <optional>
#include <utility>

#include "base/format.h"
#include "decode/decoder.h"
#include "decode/gzip.h"
#include "decode/pprof_proto.h"
#include "decode/proto_wire.h"
#include "decode/sniff.h"
#include "decode/text_fields.h"
#include "decode/utf16.h"

// A body goes through up to three stages:
//
//     bytes ──► gzip? ──no──► UTF-16? to UTF-8 ──► sniff ──► decoder of its form, fed as the bytes come
//                 │ yes
//                 └► inflate in small steps into a decoder of the same class until that has sniffed:
//                      text      goes on as a stream: parsing overlaps the transfer, nothing is kept
//                      protobuf  is collected as it came, and inflated at once when all is there, which is twice as
//                      fast

namespace lf::decode {
namespace {

/// gzip in gzip occurs (a .pb.gz served with Content-Encoding); deeper nesting is an attack.
constexpr int kMostLayers = 3;
/// Compressed bytes a step while the content is unknown.
constexpr std::size_t kStep = 512;

bool is_protobuf(ContentKind kind) {
  return kind == ContentKind::kGoroutineProtobuf || kind == ContentKind::kLeakProtobuf ||
         kind == ContentKind::kHeapProtobuf;
}

std::span<const std::byte> to_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

bool is_blank_text(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Result<Decoded> fail_too_large(std::uint64_t limit) {
  return fail(ErrorCode::kTooLarge, format("the profile is larger than {} bytes; raise -max-body to read it", limit),
              byte_place(limit));
}

void mark_cut(Decoded& decoded, WarningCode code, std::uint64_t at) {
  decoded.warnings.add(code, byte_place(at));
  if (!decoded.goroutine_profiles.empty()) decoded.goroutine_profiles.back().truncated = true;
}

/// What was decoded of gzip that ended so after `inflated` bytes; where it is damaged, what is wrong with these bytes
/// is the damage's doing.
Result<Decoded> judge_gzip(Result<Decoded> decoded, GzipEnd end, std::uint64_t inflated) {
  const bool damaged = end == GzipEnd::kOpen || end == GzipEnd::kDamaged;
  if (damaged && (!decoded || decoded->kind == ContentKind::kEmpty)) {
    return fail(ErrorCode::kMalformed, "the gzip data is cut or damaged before anything could be read; fetch it again",
                byte_place(inflated));
  }
  if (!decoded) return decoded;
  if (damaged) mark_cut(*decoded, WarningCode::kGzipDamaged, inflated);
  if (end == GzipEnd::kTooLarge) mark_cut(*decoded, WarningCode::kLimitReached, inflated);
  if (end == GzipEnd::kTrailing) decoded->warnings.add(WarningCode::kTrailingData, byte_place(inflated));
  return decoded;
}

class AnyDecoder final : public Decoder {
 public:
  AnyDecoder(Symbols& symbols, const DecodeLimits& limits, int layer)
      : symbols_(symbols), limits_(limits), layer_(layer) {}

  void feed(std::span<const std::byte> chunk) override;
  Result<Decoded> finish() override;

 private:
  enum class Stage : std::uint8_t { kSniffing, kDecoding, kTranscoding, kInflating, kCollecting, kUnknown };

  void decide(bool whole);
  void decode_as(ContentKind kind);
  void feed_decoder(std::span<const std::byte> chunk);
  void feed_gzip(std::span<const std::byte> chunk);
  void collect(std::span<const std::byte> chunk);
  Result<Decoded> finish_gzip();
  Result<Decoded> finish_collected();
  Result<Decoded> describe_unknown() const;

  Symbols& symbols_;
  DecodeLimits limits_;
  int layer_;
  Stage stage_ = Stage::kSniffing;
  ByteBuffer head_;  ///< kSniffing: what came; kInflating: the compressed bytes until `inner_` has sniffed; kCollecting
  std::size_t judge_at_ = 3;  ///< kSniffing: so many bytes are worth a look: each looks at all, so they are few
  ContentKind kind_ = ContentKind::kUnknown;
  bool guessed_ = false;  ///< text that may hold a crash further down
  bool too_large_ = false;
  std::uint64_t fed_ = 0;  ///< bytes given to decoder_
  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<GzipStream> inflater_;
  std::optional<Utf16Reader> utf16_;
  std::unique_ptr<AnyDecoder> inner_;
};

void AnyDecoder::feed(std::span<const std::byte> chunk) {
  while (!chunk.empty() && stage_ == Stage::kSniffing) {
    const std::size_t step = std::min(chunk.size(), kSniffBytes - head_.size());
    head_.append(chunk.first(step));
    chunk = chunk.subspan(step);
    decide(head_.size() == kSniffBytes);
  }
  if (chunk.empty()) return;
  if (stage_ == Stage::kDecoding) return feed_decoder(chunk);
  if (stage_ == Stage::kCollecting) return collect(chunk);
  if (stage_ == Stage::kInflating) return feed_gzip(chunk);
  if (stage_ == Stage::kTranscoding) inner_->feed(to_bytes(utf16_->read(chunk)));
}

void AnyDecoder::decide(bool whole) {
  const std::span<const std::byte> head = head_.items();
  if (head.size() < judge_at_ && !whole) return;
  judge_at_ = head.size() + head.size() / 4 + 1;
  if (looks_like_gzip(head) && layer_ < kMostLayers) {
    stage_ = Stage::kInflating;
    inflater_ = std::make_unique<GzipStream>(limits_.body_bytes);
    inner_ = std::make_unique<AnyDecoder>(symbols_, limits_, layer_ + 1);
    const ByteBuffer came = std::exchange(head_, {});
    return feed_gzip(came.items());
  }
  if (const auto order = utf16_mark(head); order && layer_ < kMostLayers) {
    stage_ = Stage::kTranscoding;
    utf16_.emplace(*order);
    inner_ = std::make_unique<AnyDecoder>(symbols_, limits_, layer_ + 1);
    const ByteBuffer came = std::exchange(head_, {});
    return inner_->feed(to_bytes(utf16_->read(came.items().subspan(2))));
  }
  const Sniffed sniffed = sniff_content(head, whole);
  if (sniffed.kind != ContentKind::kUnknown) return decode_as(sniffed.kind);
  const std::string_view text = as_text(head);
  if (head.size() < kSniffBytes) return;
  if (text.find('\0') != std::string_view::npos) {
    stage_ = Stage::kUnknown;
    return;
  }
  guessed_ = true;
  decode_as(ContentKind::kCrashLog);
}

void AnyDecoder::decode_as(ContentKind kind) {
  kind_ = kind;
  decoder_ = make_decoder(kind, symbols_, limits_);
  stage_ = Stage::kDecoding;
  const ByteBuffer came = std::exchange(head_, {});
  feed_decoder(came.items().subspan(byte_order_mark(came.items())));
}

void AnyDecoder::feed_decoder(std::span<const std::byte> chunk) {
  if (!is_protobuf(kind_) && chunk.size() > limits_.body_bytes - fed_) {
    chunk = chunk.first(static_cast<std::size_t>(limits_.body_bytes - fed_));
    too_large_ = true;
  }
  fed_ += chunk.size();
  decoder_->feed(chunk);
}

void AnyDecoder::collect(std::span<const std::byte> chunk) {
  too_large_ |= chunk.size() > limits_.body_bytes - std::min<std::uint64_t>(limits_.body_bytes, head_.size());
  if (!too_large_) head_.append(chunk);
}

void AnyDecoder::feed_gzip(std::span<const std::byte> chunk) {
  const auto inflate = [&](std::span<const std::byte> piece) {
    inflater_->feed(piece, [&](std::span<const std::byte> bytes) { inner_->feed(bytes); });
  };
  while (!chunk.empty() && inner_->stage_ == Stage::kSniffing) {
    const std::span<const std::byte> step = chunk.first(std::min(chunk.size(), kStep));
    head_.append(step);
    inflate(step);
    chunk = chunk.subspan(step.size());
  }
  if (inner_->stage_ == Stage::kSniffing) return;
  if (inner_->stage_ == Stage::kDecoding && is_protobuf(inner_->kind_)) {
    stage_ = Stage::kCollecting;
    inner_.reset();
    inflater_.reset();
    return collect(chunk);
  }
  head_.release();
  inflate(chunk);
}

Result<Decoded> AnyDecoder::finish() {
  if (stage_ == Stage::kSniffing) decide(true);
  if (stage_ == Stage::kCollecting) return finish_collected();
  if (stage_ == Stage::kInflating) return finish_gzip();
  if (stage_ == Stage::kTranscoding) return inner_->finish();
  if (stage_ == Stage::kSniffing || stage_ == Stage::kUnknown) {
    if (!is_blank_text(as_text(head_.items().subspan(byte_order_mark(head_.items()))))) return describe_unknown();
    Decoded nothing;
    nothing.kind = ContentKind::kEmpty;
    nothing.size_bytes = head_.size();
    return nothing;
  }
  Result<Decoded> decoded = decoder_->finish();
  if (!decoded) return decoded;
  if (guessed_ && decoded->goroutine_profiles.empty() && decoded->cause.empty()) {
    return fail(ErrorCode::kMalformed,
                "no goroutine, dump or panic of a Go program was found in this text; give a goroutine or heap profile, "
                "a dump or a crash log");
  }
  if (too_large_) mark_cut(*decoded, WarningCode::kLimitReached, limits_.body_bytes);
  return decoded;
}

Result<Decoded> AnyDecoder::finish_gzip() {
  return judge_gzip(inner_->finish(), inflater_->end(), inflater_->delivered_bytes());
}

Result<Decoded> AnyDecoder::finish_collected() {
  if (too_large_) return fail_too_large(limits_.body_bytes);
  const Gunzipped body = gunzip(head_.items(), limits_.body_bytes);
  head_.release();
  if (body.end == GzipEnd::kTooLarge) return fail_too_large(limits_.body_bytes);
  return judge_gzip(decode_pprof(body.bytes.items(), symbols_, limits_), body.end, body.bytes.size());
}

Result<Decoded> AnyDecoder::describe_unknown() const {
  std::string_view text = as_text(head_.items());
  text.remove_prefix(text.find_first_not_of(" \t\r\n"));
  const std::string_view line = text.substr(0, std::min(text.find('\n'), std::size_t{60}));
  return fail(
      ErrorCode::kMalformed,
      format("not a profile, dump or crash log of a Go program: it begins with \"{}\"; give a goroutine or heap "
             "profile, a dump or a crash log",
             visible(line)),
      byte_place(0));
}

}  // namespace

std::unique_ptr<Decoder> make_any_decoder(Symbols& symbols, const DecodeLimits& limits) {
  return std::make_unique<AnyDecoder>(symbols, limits, 0);
}

}  // namespace lf::decode
