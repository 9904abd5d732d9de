#include "decode/vars.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "base/format.h"
#include "decode/gzip.h"
#include "decode/memory_fields.h"
#include "decode/text_fields.h"

namespace lf::decode {
namespace {

constexpr std::uint64_t kMostBytes = 64ULL << 20;
constexpr unsigned kMostDepth = 64;

/// Hears the parser: { "cmdline": […], "memstats": { "Alloc": 1, "PauseNs": [256 numbers], "BySize": [{…}] }, … }.
class MemstatsHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, MemstatsHandler> {
 public:
  // The names are the library's.
  bool Default() { return true; }
  bool StartObject() { return enter(); }
  bool StartArray() { return enter(); }
  bool EndObject(rapidjson::SizeType) {
    if (--depth_ == 1 && in_memstats_) {
      in_memstats_ = false;
      complete_ = true;
    }
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    --depth_;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    const std::string_view key(text, length);
    if (depth_ == 1) next_is_memstats_ = key == "memstats";
    if (depth_ == 2 && in_memstats_) field_ = key;
    return true;
  }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    if (in_memstats_) take_number(std::string_view(text, length));
    return true;
  }

  bool complete() const { return complete_; }
  bool out_of_range() const { return out_of_range_; }
  MemoryFields& fields() { return fields_; }

 private:
  bool enter() {
    if (depth_ == 1 && next_is_memstats_) in_memstats_ = true;
    return ++depth_ <= kMostDepth;
  }

  void take_number(std::string_view text) {
    if (depth_ == 2 && field_ == "GCCPUFraction") {
      double fraction = 0;
      std::from_chars(text.data(), text.data() + text.size(), fraction);
      return fields_.set_gc_cpu_fraction(std::isfinite(fraction) ? fraction : 0);
    }
    const LeadingNumber number = leading_decimal(text);
    if (number.digits == 0) return;
    if (depth_ == 2) fields_.set(field_, number.value);
    if (depth_ == 3 && field_ == "PauseNs") fields_.add_pause(number.value);
    if (depth_ == 3 && field_ == "PauseEnd") fields_.add_pause_end(number.value);
    out_of_range_ |= number.capped;
  }

  unsigned depth_ = 0;
  bool next_is_memstats_ = false;
  bool in_memstats_ = false;
  bool complete_ = false;
  bool out_of_range_ = false;
  std::string field_;
  MemoryFields fields_;
};

class VarsDecoder final : public Decoder {
 public:
  explicit VarsDecoder(const DecodeLimits& limits) : limit_(std::min(limits.body_bytes, kMostBytes)) {}

  void feed(std::span<const std::byte> chunk) override {
    too_large_ |= chunk.size() > limit_ - body_.size();
    if (!too_large_) body_.append(chunk);
  }

  Result<Decoded> finish() override {
    if (too_large_) {
      return fail(ErrorCode::kTooLarge, format("/debug/vars is larger than {} bytes and was not read", limit_),
                  byte_place(limit_));
    }
    rapidjson::MemoryStream stream(reinterpret_cast<const char*>(body_.items().data()), body_.size());
    rapidjson::Reader reader;
    MemstatsHandler handler;
    const rapidjson::ParseResult parsed =
        reader.Parse < rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag > (stream, handler);
    if (!handler.complete() || !handler.fields().any()) {
      return fail(ErrorCode::kMalformed,
                  parsed.IsError()
                      ? "the JSON of /debug/vars is cut or damaged before the end of \"memstats\"; fetch it again"
                      : "the JSON has no \"memstats\" of package expvar; give /debug/vars of a Go program",
                  byte_place(parsed.IsError() ? parsed.Offset() : body_.size()));
    }
    Decoded decoded;
    decoded.kind = ContentKind::kVars;
    decoded.memory = handler.fields().finish();
    decoded.size_bytes = body_.size();
    if (parsed.IsError()) decoded.warnings.add(WarningCode::kDumpTruncated, byte_place(parsed.Offset()));
    if (handler.out_of_range()) decoded.warnings.add(WarningCode::kNumberOutOfRange, byte_place(0));
    return decoded;
  }

 private:
  std::uint64_t limit_;
  ByteBuffer body_;
  bool too_large_ = false;
};

}  // namespace

std::span<const std::byte> find_memstats(std::span<const std::byte> vars) {
  const std::string_view text(reinterpret_cast<const char*>(vars.data()), vars.size());
  std::size_t depth = 0, begin = 0;
  std::string_view last_text;  // the string before: a key, where a colon follows
  bool inside = false, after_key = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      std::size_t end = at + 1;
      while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
      if (end >= text.size()) return {};
      last_text = text.substr(at + 1, end - at - 1);
      at = end;
      after_key = false;
    } else if (c == ':') {
      after_key = depth == 1 && last_text == "memstats";
    } else if (c == '{' || c == '[') {
      if (c == '{' && after_key) {
        inside = true;
        begin = at;
      }
      after_key = false;
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return {};
      if (--depth == 1 && inside) return vars.subspan(begin, at - begin + 1);
    }
  }
  return {};
}

std::unique_ptr<Decoder> make_vars_decoder(Symbols&, const DecodeLimits& limits) {
  return std::make_unique<VarsDecoder>(limits);
}

}  // namespace lf::decode
