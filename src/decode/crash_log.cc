// Crash logs: what a Go program prints when it dies (panic, fatal error, SIGQUIT, test timeout), as logs keep it.
//
//     log      := (other line | dump)*
//     dump     := cause? (other line | runtime stack | block | registers)*
//     cause    := "panic: " TEXT | "fatal error: " TEXT | "SIGQUIT: quit" | …              crash_lines.h
//     block    := as in goroutine_debug2.cc; at system level with " gp=0x… m=nil" in the header, " fp=0x… sp=0x…
//     pc=0x…"
//                 behind file lines, and the runtime's own frames and goroutines
//     line     := PREFIX? TEXT | a JSON object that holds the text                  log_prefix.h, json_log_line.h
//
// What stands before "goroutine N [" in a line is the prefix of that process's lines; a log may hold several processes,
// each with its own, and their lines mixed. Lines without a known prefix are those of one more process, which has none.
// A prefix that only the header has (a logger that prints a stack) is no prefix: the lines after it tell. Lines that
// belong to no dump are passed over, and counted where the dump goes on after them.
#include "decode/crash_log.h"

#include <algorithm>
#include <list>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "decode/crash_stream.h"
#include "decode/json_log_line.h"
#include "decode/lines.h"
#include "decode/text_fields.h"

namespace lf::decode {
namespace {

constexpr std::size_t kMostStreams = 64;
constexpr std::size_t kKeptLines = 8;
constexpr std::size_t kLongestKept = 4096;

class CrashLogDecoder final : public Decoder {
 public:
  CrashLogDecoder(Symbols& symbols, const DecodeLimits& limits)
      : limits_(limits),
        builder_(symbols, limits, DumpSource::kCrashLog),
        lines_(std::min<std::uint64_t>(limits.line_bytes, 64UZ << 20)),
        plain_(LogPrefix{}, builder_, limits.line_bytes),
        current_(&plain_) {}

  void feed(std::span<const std::byte> chunk) override;
  Result<Decoded> finish() override;

 private:
  void take_line(const TextLine& line);
  void route(std::string_view line, std::uint64_t offset, bool whole);
  bool goes_to_plain_stream(std::string_view line, std::uint64_t offset);
  bool route_by_prefix(std::string_view line, std::uint64_t offset, bool whole);
  bool open_stream(std::string_view line, std::uint64_t offset, bool whole);
  void keep_for_cause(std::string_view line);
  std::string cause() const;

  const DecodeLimits limits_;
  DumpBuilder builder_;
  LineSplitter lines_;
  CrashStream plain_;               ///< of the lines without a prefix
  std::list<CrashStream> streams_;  ///< of those with one
  CrashStream* current_;            ///< the stream of the last line
  std::vector<std::string> kept_;   ///< the last lines that may be a cause behind a prefix that is not known yet
  std::string kept_cause_;          ///< of a log without goroutines
  std::uint64_t size_bytes_ = 0;
  bool beyond_limit_ = false;
};

void CrashLogDecoder::feed(std::span<const std::byte> chunk) {
  std::string_view text(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  const std::uint64_t room = limits_.body_bytes - std::min(limits_.body_bytes, size_bytes_);
  size_bytes_ += text.size();
  if (text.size() > room) {
    text = text.substr(0, room);
    beyond_limit_ = true;
  }
  lines_.feed(text, [&](const TextLine& line) { take_line(line); });
}

void CrashLogDecoder::take_line(const TextLine& line) {
  if (line.too_long) {
    current_->take_foreign(line.offset);
    return;
  }
  if (untabbed(line.text).starts_with('{')) {
    if (const auto text = text_of_json_log_line(line.text)) {
      std::string_view rest = *text;
      while (true) {
        const std::size_t newline = rest.find('\n');
        if (newline == std::string_view::npos && rest.empty() && !text->empty()) break;
        route(rest.substr(0, newline), line.offset, true);
        if (newline == std::string_view::npos) break;
        rest.remove_prefix(newline + 1);
      }
      return;
    }
  }
  route(line.text, line.offset, line.whole);
}

void CrashLogDecoder::route(std::string_view line, std::uint64_t offset, bool whole) {
  if (route_by_prefix(line, offset, whole) || open_stream(line, offset, whole)) return;
  if (current_ != &plain_ && !goes_to_plain_stream(line, offset)) return;
  if (!plain_.in_dump()) keep_for_cause(line);
  plain_.take(line, offset, whole);
}

/// Whether a line without the present stream's prefix is one of the plain stream; else it is foreign to the present
/// one.
bool CrashLogDecoder::goes_to_plain_stream(std::string_view line, std::uint64_t offset) {
  const CrashLine kind = classify_crash_line(line);
  const bool goes_on = kind == CrashLine::kFunction || kind == CrashLine::kCreator || kind == CrashLine::kStackNote;
  if (goes_on && current_->has_only_header()) {
    // The header alone had that prefix, so it is none.
    plain_.adopt_block(*current_);
    streams_.remove_if([&](const CrashStream& stream) { return &stream == current_; });
    current_ = &plain_;
    return true;
  }
  if (kind == CrashLine::kHeader) current_ = &plain_;
  if (kind == CrashLine::kHeader || kind == CrashLine::kCause) return true;
  if (kind != CrashLine::kEmpty) current_->take_foreign(offset);
  return plain_.in_block();
}

bool CrashLogDecoder::route_by_prefix(std::string_view line, std::uint64_t offset, bool whole) {
  const auto take = [&](CrashStream& stream) {
    const auto rest = stream.prefix().strip(line);
    if (!rest) return false;
    current_ = &stream;
    stream.take(*rest, offset + (line.size() - rest->size()), whole);
    return true;
  };
  if (current_ != &plain_ && take(*current_)) return true;
  return std::ranges::any_of(streams_, [&](CrashStream& stream) { return &stream != current_ && take(stream); });
}

/// Starts a stream where `line` is a header with something before it.
bool CrashLogDecoder::open_stream(std::string_view line, std::uint64_t offset, bool whole) {
  if (!without_spaces_behind(line).ends_with(':') || streams_.size() >= kMostStreams) return false;
  const std::size_t at = find_goroutine_header(line);
  if (at == 0 || at == std::string_view::npos) return false;
  CrashStream& stream = streams_.emplace_back(LogPrefix(line.substr(0, at)), builder_, limits_.line_bytes);
  for (const std::string& kept : kept_) {
    const auto rest = stream.prefix().strip(kept);
    if (rest && !cause_in(*rest).empty()) stream.set_cause(cause_in(*rest));
  }
  kept_.clear();
  current_ = &stream;
  stream.take(line.substr(at), offset + at, whole);
  return true;
}

/// Keeps a line that may turn out to be a cause once a header shows what the prefix is.
void CrashLogDecoder::keep_for_cause(std::string_view line) {
  const bool may_be = line.find("panic: ") != std::string_view::npos ||
                      line.find("fatal error: ") != std::string_view::npos ||
                      line.find("SIG") != std::string_view::npos;
  if (!may_be) return;
  if (kept_cause_.empty()) kept_cause_ = cause_in(line).substr(0, kLongestKept);
  if (kept_.size() == kKeptLines) kept_.erase(kept_.begin());
  kept_.emplace_back(line.substr(0, kLongestKept));
}

std::string CrashLogDecoder::cause() const {
  if (!plain_.cause().empty()) return plain_.cause();
  for (const CrashStream& stream : streams_) {
    if (!stream.cause().empty()) return stream.cause();
  }
  return {};
}

Result<Decoded> CrashLogDecoder::finish() {
  lines_.finish([&](const TextLine& line) { take_line(line); });
  bool cut = false;
  for (CrashStream& stream : streams_) cut = stream.finish(beyond_limit_ && &stream == current_) || cut;
  cut = plain_.finish(beyond_limit_ && &plain_ == current_) || cut || beyond_limit_;
  if (builder_.last_profile() == nullptr) {
    if (!kept_cause_.empty()) {
      return fail(ErrorCode::kMalformed,
                  format("the log tells why the program ended (\"{}\") but holds no goroutine: set GOTRACEBACK=all",
                         visible(kept_cause_)),
                  byte_place(0));
    }
    return fail(ErrorCode::kMalformed, "no goroutine could be read: expected lines like \"goroutine 1 [running]:\"",
                byte_place(0));
  }
  Decoded decoded;
  decoded.kind = ContentKind::kCrashLog;
  decoded.size_bytes = size_bytes_;
  decoded.go_version = TargetText(builder_.go_version());
  decoded.cause = TargetText(cause());
  decoded.goroutine_profiles = builder_.take_profiles(size_bytes_);
  decoded.warnings = std::exchange(builder_.warnings(), {});
  if (cut) {
    decoded.warnings.add(WarningCode::kDumpTruncated, byte_place(std::min(size_bytes_, limits_.body_bytes)));
  }
  return decoded;
}

}  // namespace

std::unique_ptr<Decoder> make_crash_log_decoder(Symbols& symbols, const DecodeLimits& limits) {
  return std::make_unique<CrashLogDecoder>(symbols, limits);
}

}  // namespace lf::decode
