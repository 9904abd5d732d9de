#include "decode/record_text.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/hash.h"
#include "decode/proto_wire.h"
#include "decode/text_fields.h"
#include "model/overflow_warnings.h"

namespace lf::decode {
namespace {

/// Distinct frame lines that are remembered; beyond it they are parsed each time.
constexpr std::size_t kMostKnown = 1'000'000;

bool is_gap(char c) {
  return c == '\t' || c == ' ';
}

void skip_gap(std::string_view& text) {
  while (!text.empty() && is_gap(text.front())) text.remove_prefix(1);
}

bool is_blank(std::string_view text) {
  return std::ranges::all_of(text, is_gap);
}

/// Where "+0x17" and a gap end the function in "main.f+0x17\t…"; npos where they do not.
std::size_t function_end(std::string_view text, std::size_t& file) {
  for (std::size_t at = text.find("+0x"); at != std::string_view::npos; at = text.find("+0x", at + 1)) {
    const std::size_t digits = leading_hex(text.substr(at + 3)).digits;
    const std::size_t end = at + 3 + digits;
    if (digits > 0 && end < text.size() && is_gap(text[end])) {
      file = end;
      return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::size_t RecordFrames::TextHash::operator()(std::string_view text) const {
  return hash_text(text, process_seed());
}

/// "main.(*T).PtrWait+0x17\t\t/src/app/zoo/main.go:24"
std::optional<RecordFrames::Known> RecordFrames::parse(std::string_view text, bool& out_of_range) {
  std::size_t gap = 0;
  const std::size_t end = function_end(text, gap);
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const std::string_view function = text.substr(0, end);
  std::string_view file = text.substr(gap);
  skip_gap(file);
  const std::size_t colon = file.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const LeadingNumber line = leading_decimal(file.substr(colon + 1));
  if (line.digits == 0) return std::nullopt;
  out_of_range |= line.value > UINT32_MAX;
  file = file.substr(0, colon);
  if (go_version_.empty()) go_version_ = go_version_in_path(file);
  std::string scratch;
  Known known;
  known.traits = frame_traits(function, file);
  known.frame = symbols_.intern(
      Frame{symbols_.intern(debug2_spelling(function, prints_type_argument_pairs(go_version_), scratch)),
            symbols_.intern(file), static_cast<std::uint32_t>(std::min<std::uint64_t>(line.value, UINT32_MAX))});
  return known;
}

std::optional<RecordFrame> RecordFrames::read(std::string_view line, bool& out_of_range) {
  if (!line.starts_with('#')) return std::nullopt;
  line.remove_prefix(1);
  skip_gap(line);
  if (!line.starts_with("0x")) return std::nullopt;
  line.remove_prefix(2);
  const LeadingNumber pc = leading_hex(line);
  if (pc.digits == 0) return std::nullopt;
  line.remove_prefix(pc.digits);
  RecordFrame frame;
  frame.pc = pc.value;
  if (is_blank(line)) return frame;
  skip_gap(line);
  const std::size_t hash = hash_text(line, process_seed());
  auto found = known_.find(line, hash);
  if (found == known_.end()) {
    const std::optional<Known> known = parse(line, out_of_range);
    if (!known) return std::nullopt;
    if (known_.size() < kMostKnown) known_.emplace(std::string(line), *known);
    frame.frame = known->frame;
    frame.traits = known->traits;
    return frame;
  }
  frame.frame = found->second.frame;
  frame.traits = found->second.traits;
  return frame;
}

std::string RecordTextDecoder::place() const {
  return byte_place(offset_);
}

void RecordTextDecoder::feed(std::span<const std::byte> chunk) {
  if (fed_ == 0) overflows_ = symbols_.overflows();
  if (chunk.size() > limits_.body_bytes - fed_) {
    chunk = chunk.first(static_cast<std::size_t>(limits_.body_bytes - fed_));
    cut_ = true;
  }
  fed_ += chunk.size();
  lines_.feed(as_text(chunk), [this](const TextLine& line) { take(line); });
}

void RecordTextDecoder::take(const TextLine& line) {
  offset_ = line.offset;
  if (line.too_long) return warn(WarningCode::kMalformedRecord);
  if (!headed_) {
    const std::size_t at = read_heading(line.text);
    if (at == std::string_view::npos) {
      if (!is_blank(line.text)) warn(WarningCode::kForeignLines);
      return;
    }
    headed_ = true;
    prefix_ = LogPrefix(line.text.substr(0, at));
    return;
  }
  if (prefix_.empty()) {
    if (!read_line(line)) warn(WarningCode::kForeignLines);
    return;
  }
  const std::optional<std::string_view> text = prefix_.strip(line.text);
  TextLine stripped = line;
  stripped.text = text.value_or("");
  if (!text || !read_line(stripped)) warn(WarningCode::kForeignLines);
}

Result<Decoded> RecordTextDecoder::finish() {
  lines_.finish([this](const TextLine& line) {
    cut_ = true;
    take(line);
  });
  if (!headed_) {
    return fail(
        ErrorCode::kMalformed,
        format("the {} has no heading line; fetch it again, or give it whole", content_kind_name(decoded_.kind)),
        byte_place(0));
  }
  offset_ = fed_;
  decoded_.size_bytes = fed_;
  decoded_.go_version = TargetText(frames_.go_version());
  close(decoded_, cut_);
  warn_of_overflows(overflows_, symbols_.overflows(), place(), decoded_.warnings);
  return std::move(decoded_);
}

}  // namespace lf::decode
