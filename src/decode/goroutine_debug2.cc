// goroutine?debug=2: every goroutine's stack as text, at most 64 MiB of it.
//
//     dump    := block ("\n" block)*                       blocks are separated by one empty line
//     block   := header frame* elided? frame* created? ancestor*
//     header  := "goroutine " ID gp? " [" status "]" labels? ":\n"                     goroutine_header.h
//     frame   := FUNC "(" args ")\n" "\t" FILE ":" LINE (" +0x" HEX)? "\n"             block_parser.h
//     created := "created by " FUNC (" in goroutine " ID)? "\n" "\t" FILE ":" LINE (" +0x" HEX)? "\n"
//
// (runtime/traceback.go of Go 1.18 to 1.27.) Bytes come in pieces. A piece is scanned where it lies; only the block
// that its end cuts is carried over. Each block goes through the same four steps: split and mask its lines
// (block_lines.h), read the header (goroutine_header.h), find the same lines among the blocks seen before
// (known_blocks.h) or else parse them (block_parser.h), add the goroutine (dump_builder.h). So a dump costs a scan, and
// its distinct stacks a parse.
//
// A body that ends without "\n", or after exactly 64 MiB, or within a frame, was cut (runtime/pprof
// writeGoroutineStacks; a server's WriteTimeout). Half a line says nothing, but a file line is whole once its " +0x" is
// there.
#include "decode/goroutine_debug2.h"

#include <algorithm>
#include <utility>

#include "decode/dump_builder.h"
#include "decode/spelling.h"
#include "decode/text_fields.h"

namespace lf::decode {
namespace {

constexpr std::uint64_t kRuntimesLimit = 64ULL << 20;
constexpr std::size_t kFirstRetry = 64UZ << 10;

class GoroutineDumpDecoder final : public Decoder {
 public:
  GoroutineDumpDecoder(Symbols& symbols, const DecodeLimits& limits)
      : limits_(limits), scanner_(limits.line_bytes), builder_(symbols, limits, DumpSource::kHttp) {}

  void feed(std::span<const std::byte> chunk) override;
  Result<Decoded> finish() override;

 private:
  std::size_t consume(std::string_view text);
  std::size_t skip_block(std::string_view text);
  void feed_carried(std::string_view& text);
  bool finish_last_block();

  const DecodeLimits limits_;
  BlockScanner scanner_;
  DumpBuilder builder_;
  GrowingDump dump_;
  std::string carried_;  ///< the block that is not whole yet
  std::size_t retry_at_ = kFirstRetry;
  std::uint64_t consumed_ = 0;  ///< bytes before `carried_`
  std::uint64_t size_bytes_ = 0;
  bool beyond_limit_ = false;
  bool skipping_ = false;     ///< within a block that is left out, up to the next empty line
  std::size_t newlines_ = 0;  ///< while skipping: 1 after "\n", 2 after "\n\r"
};

void GoroutineDumpDecoder::feed(std::span<const std::byte> chunk) {
  std::string_view text(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  const std::uint64_t room = limits_.body_bytes - std::min(limits_.body_bytes, size_bytes_);
  size_bytes_ += text.size();
  if (text.size() > room) {
    text = text.substr(0, room);
    beyond_limit_ = true;
  }
  if (!carried_.empty()) feed_carried(text);
  if (text.empty()) return;
  const std::size_t done = consume(text);
  carried_.assign(text.substr(done));
}

/// Completes the carried block with the front of `text` and takes that off.
void GoroutineDumpDecoder::feed_carried(std::string_view& text) {
  // Where the empty line ends that closes the block: "\n\n" or "\n\r\n" may lie across the seam.
  std::size_t end = std::string_view::npos;
  const std::string_view tail =
      std::string_view(carried_).substr(carried_.size() - std::min<std::size_t>(carried_.size(), 2));
  if (text.starts_with('\n') && (tail.ends_with('\n') || tail == "\n\r")) {
    end = 1;
  } else if (text.starts_with("\r\n") && tail.ends_with('\n')) {
    end = 2;
  }
  for (std::size_t at = text.find('\n'); end == std::string_view::npos && at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    const std::string_view after = text.substr(at + 1);
    if (after.starts_with('\n')) end = at + 2;
    if (after.starts_with("\r\n")) end = at + 3;
  }
  carried_.append(text.substr(0, end));
  text.remove_prefix(std::min(end, text.size()));
  if (end == std::string_view::npos && carried_.size() < retry_at_) return;
  carried_.erase(0, consume(carried_));
  retry_at_ = std::max(kFirstRetry, carried_.size() * 2);
}

/// Takes all whole blocks at the front of `text`; returns their length.
std::size_t GoroutineDumpDecoder::consume(std::string_view text) {
  std::size_t at = 0;
  scanner_.start(text);
  while (at < text.size()) {
    if (skipping_) {
      at += skip_block(text.substr(at));
      scanner_.start(text, at);
      continue;
    }
    const ScannedBlock block = scanner_.scan();
    if (block.how == BlockEnd::kInputEnd) break;
    if (block.how == BlockEnd::kTooLong) {
      builder_.leave_out(consumed_ + at);
      skipping_ = true;
      newlines_ = 0;
    } else {
      builder_.add(dump_, text.substr(at), scanner_.lines(), block.sample, consumed_ + at);
    }
    at = block.end;
  }
  consumed_ += at;
  return at;
}

/// The length of what belongs to the block being left out; ends the skipping after an empty line.
std::size_t GoroutineDumpDecoder::skip_block(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') {
      if (newlines_ != 0) {
        skipping_ = false;
        return at + 1;
      }
      newlines_ = 1;
    } else if (text[at] == '\r' && newlines_ == 1) {
      newlines_ = 2;
    } else {
      newlines_ = 0;
    }
  }
  return text.size();
}

/// Takes the block that the input ended in; tells whether it was cut.
bool GoroutineDumpDecoder::finish_last_block() {
  if (carried_.empty()) return false;
  bool cut = false;
  if (!carried_.ends_with('\n')) {
    cut = true;
    const std::size_t line = carried_.rfind('\n') + 1;
    const std::string_view last = std::string_view(carried_).substr(line);
    if (last.starts_with('\t') && masked_length(last) != last.size()) {
      carried_.push_back('\n');
    } else {
      carried_.resize(line);
    }
  }
  scanner_.start(carried_);
  const ScannedBlock block = scanner_.scan();
  const std::span<const BlockLine> lines = scanner_.lines();
  if (block.how == BlockEnd::kTooLong) {
    builder_.leave_out(consumed_);
    return cut;
  }
  if (lines.size() <= 1 && (lines.empty() || starts_goroutine(carried_))) cut = true;
  // A block that ends within a frame was cut, too, though its last line is whole.
  if (!cut && starts_goroutine(carried_)) {
    const std::string_view last =
        std::string_view(carried_).substr(lines.back().begin, lines.back().masked_end - lines.back().begin);
    cut = !last.starts_with('\t') && (last.ends_with('(') || last.starts_with("created by "));
  }
  builder_.add(dump_, carried_, lines, block.sample, consumed_, cut);
  return cut;
}

Result<Decoded> GoroutineDumpDecoder::finish() {
  if (!carried_.empty()) carried_.erase(0, consume(carried_));
  const std::uint64_t read_bytes = std::min(size_bytes_, limits_.body_bytes);
  const bool cut = finish_last_block() || skipping_ || beyond_limit_ || read_bytes == kRuntimesLimit;
  builder_.finish(dump_);
  if (builder_.last_profile() == nullptr) {
    return fail(ErrorCode::kMalformed, "no goroutine could be read: expected lines like \"goroutine 1 [running]:\"",
                byte_place(0));
  }
  Decoded decoded;
  decoded.kind = ContentKind::kGoroutineDump;
  decoded.size_bytes = size_bytes_;
  decoded.go_version = TargetText(builder_.go_version());
  decoded.goroutine_profiles = builder_.take_profiles(size_bytes_);
  decoded.goroutine_profiles.back().truncated = cut;
  decoded.warnings = std::exchange(builder_.warnings(), {});
  if (cut) decoded.warnings.add(WarningCode::kDumpTruncated, byte_place(read_bytes));
  return decoded;
}

}  // namespace

std::unique_ptr<Decoder> make_goroutine_dump_decoder(Symbols& symbols, const DecodeLimits& limits) {
  return std::make_unique<GoroutineDumpDecoder>(symbols, limits);
}

}  // namespace lf::decode
