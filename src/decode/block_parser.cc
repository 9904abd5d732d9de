#include "decode/block_parser.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "decode/spelling.h"
#include "decode/text_fields.h"

namespace lf::decode {
namespace {

constexpr std::string_view kCreatedBy = "created by ";
constexpr std::string_view kStackUnavailable = "\tgoroutine running on other thread; stack unavailable";

struct FileLine {
  std::string_view file;
  std::uint32_t line = 0;
  bool capped = false;
};

/// Reads a masked "\tFILE:LINE"; FILE may hold anything, colons and spaces too.
std::optional<FileLine> read_file_line(std::string_view line) {
  line.remove_prefix(1);
  const std::size_t colon = line.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const LeadingNumber number = leading_decimal(line.substr(colon + 1));
  if (number.digits == 0 || colon + 1 + number.digits != line.size()) return std::nullopt;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return FileLine{line.substr(0, colon), static_cast<std::uint32_t>(std::min(number.value, kMost)),
                  number.value > kMost};
}

/// "...51 frames elided...", "...additional frames elided...".
bool is_elision(std::string_view line) {
  return line.starts_with("...") && line.ends_with(" frames elided...");
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) { return c == ' ' || c == '\t'; });
}

}  // namespace

BlockFacts BlockParser::parse(std::string_view text, std::span<const BlockLine> lines) {
  BlockFacts facts;
  frames_.clear();
  creator_is_runtime_ = false;
  std::string_view function;  // waits for its file line
  bool is_creator = false;
  std::uint32_t function_line = 0;
  const auto malformed = [&](std::uint32_t line) {
    if (facts.malformed_frames++ == 0) facts.malformed_line = line;
  };
  for (std::uint32_t k = 1; k < lines.size(); ++k) {
    const std::string_view line = text.substr(lines[k].begin, lines[k].masked_end - lines[k].begin);
    if (line.starts_with('\t')) {
      if (line == kStackUnavailable) continue;
      const std::optional<FileLine> place = read_file_line(line);
      if (!place || function.empty()) {
        malformed(k);
      } else if (is_creator) {
        facts.creator = symbols_.intern(Frame{symbols_.intern(function), symbols_.intern(place->file), place->line});
        facts.creator_line = function_line;
        creator_is_runtime_ = function.starts_with("runtime.");
        facts.reads_ahead = function == "net/http.(*connReader).startBackgroundRead";
      } else {
        add_frame(function, place->file, place->line, function_line);
      }
      if (place && place->capped) facts.odd_number = true;
      function = {};
      continue;
    }
    if (!function.empty()) malformed(function_line);
    function = {};
    if (line.starts_with("[originating from goroutine ")) break;
    if (is_elision(line)) {
      facts.flags |= kFramesElided;
      continue;
    }
    if (line == "non-Go function at pc=") continue;
    is_creator = line.starts_with(kCreatedBy);
    std::string_view name = is_creator ? line.substr(kCreatedBy.size()) : line;
    if (name.ends_with('(')) name.remove_suffix(1);
    if (is_name(name)) {
      function = name;
      function_line = k;
    } else {
      malformed(k);
    }
  }
  facts.open_frame = !function.empty();
  finish(facts);
  return facts;
}

void BlockParser::add_frame(std::string_view function, std::string_view file, std::uint32_t file_line,
                            std::uint32_t block_line) {
  ParsedFrame& frame = frames_.emplace_back();
  frame.function = function;
  frame.line = block_line;
  frame.id = symbols_.intern(Frame{symbols_.intern(function), symbols_.intern(file), file_line});
  if (source_ == DumpSource::kCrashLog) {
    frame.traits = frame_traits(function, file).bits;
    if (function == "panic") frame.traits = kPanicFrame | kPanicCallee;
  }
  if (version_tries_ > 0) {
    --version_tries_;
    go_version_ = go_version_in_path(file);
    if (!go_version_.empty()) version_tries_ = 0;
  }
}

/// runtime/traceback.go showframe.
bool BlockParser::is_shown(std::size_t frame) const {
  const ParsedFrame& it = frames_[frame];
  if ((it.traits & kHiddenRuntime) != 0) return false;
  if ((it.traits & kPanicFrame) != 0) return frame != 0;
  if ((it.traits & kWrapper) == 0) return true;
  return frame != 0 && (frames_[frame - 1].traits & kPanicCallee) != 0;
}

bool BlockParser::is_system() const {
  std::size_t root = frames_.size();
  if (root > 0 && frames_[root - 1].function == "runtime.goexit") --root;
  if (root == 0) return creator_is_runtime_;
  const std::string_view start = frames_[root - 1].function;
  if (!start.starts_with("runtime.") || start == "runtime.main" || start == "runtime.corostart" ||
      start == "runtime.handleAsyncEvent") {
    return false;
  }
  if (start != "runtime.runfinq" && start != "runtime.runFinalizers" && start != "runtime.runCleanups") return true;
  return std::ranges::all_of(frames_, [](const ParsedFrame& frame) { return frame.function.starts_with("runtime."); });
}

void BlockParser::finish(BlockFacts& facts) {
  shown_.clear();
  if (source_ == DumpSource::kCrashLog) {
    for (std::size_t k = 0; k < frames_.size(); ++k) {
      if (is_shown(k)) shown_.push_back(frames_[k].id);
    }
    if (is_system()) facts.flags |= kSystem;
  }
  if (shown_.empty()) {
    for (const ParsedFrame& frame : frames_) shown_.push_back(frame.id);
  }
  if (!shown_.empty()) facts.stack = symbols_.intern_stack(shown_);

  SyncFrames sync;
  for (const ParsedFrame& frame : frames_) {
    if (!sync.take(frame.function, frame.line)) break;
  }
  facts.sync = sync.arguments();
  facts.semaphore = sync.semaphore();
  facts.writes_dump = std::ranges::any_of(
      frames_, [](const ParsedFrame& frame) { return frame.function == "runtime/pprof.writeGoroutineStacks"; });
}

}  // namespace lf::decode
