#include "decode/sniff.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "decode/decoder.h"
#include "decode/pprof_proto.h"
#include "decode/proto_wire.h"
#include "decode/text_fields.h"

namespace lf::decode {
namespace {

/// So much of a body is walked as protobuf first; where it names no type yet, all of the head.
constexpr std::size_t kProtobufBytes = 1024;

/// Lines at the front of a line that open what Go prints when a program dies (go-profiles, section 2.7).
constexpr std::array<std::string_view, 9> kPreambles = {"panic: ",
                                                        "fatal error: ",
                                                        "SIGQUIT: quit",
                                                        "SIGABRT: abort",
                                                        "SIGSEGV: segmentation violation",
                                                        "[signal SIG",
                                                        "unexpected fault address ",
                                                        "runtime stack:",
                                                        "runtime: goroutine stack exceeds "};

struct TextMark {
  std::string_view words;
  ContentKind kind;
  std::string_view name;
};
/// What opens the text forms, followed by a digit; the longer of two that could be taken for each other first.
constexpr std::array<TextMark, 4> kMarks = {{
    {"goroutineleak profile: total ", ContentKind::kLeakCounts, {}},
    {"goroutine profile: total ", ContentKind::kGoroutineCounts, {}},
    {"heap profile: ", ContentKind::kHeapText, {}},
    {" profile: total ", ContentKind::kOtherProfile, {}},
}};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// "goroutine 7 [chan receive]:", "goroutine 7 gp=0x… m=nil [select]:" at the front of `text`.
bool opens_goroutine(std::string_view text) {
  static constexpr std::string_view kWord = "goroutine ";
  if (!text.starts_with(kWord)) return false;
  text.remove_prefix(kWord.size());
  const LeadingNumber id = leading_decimal(text);
  text.remove_prefix(id.digits);
  return id.digits > 0 && (text.starts_with(" [") || text.starts_with(" gp=0x"));
}

/// Whether a text may begin at `at` within a line that a log has put something before.
bool after_prefix(std::string_view line, std::size_t at) {
  return at == 0 || !((line[at - 1] >= 'a' && line[at - 1] <= 'z') || (line[at - 1] >= 'A' && line[at - 1] <= 'Z') ||
                      is_digit(line[at - 1]));
}

/// heap profile: 1: 112 [4: 1384560] @ heap/1048576
bool is_heap_heading(std::string_view after) {
  return is_digit(after[0]) && after.contains(": ") && after.contains(" [") && after.contains("] @ ");
}

Sniffed judge_mark(std::string_view line) {
  for (const TextMark& mark : kMarks) {
    const std::size_t at = line.find(mark.words);
    if (at == std::string_view::npos || at + mark.words.size() >= line.size()) continue;
    const std::string_view after = line.substr(at + mark.words.size());
    if (!is_digit(after[0])) continue;
    if (mark.kind == ContentKind::kOtherProfile) {
      const std::string_view before = line.substr(0, at);
      const std::size_t space = before.find_last_of(" \t|");
      const std::string_view name = space == std::string_view::npos ? before : before.substr(space + 1);
      if (name.empty() || name.size() > 200) continue;
      return {mark.kind, std::string(name)};
    }
    if (!after_prefix(line, at)) continue;
    if (mark.kind == ContentKind::kHeapText && !is_heap_heading(after)) continue;
    return {mark.kind, {}};
  }
  if (line.starts_with("--- contention:")) return {ContentKind::kOtherProfile, "block"};
  if (line.starts_with("--- mutex:")) return {ContentKind::kOtherProfile, "mutex"};
  return {};
}

/// A line of the JSON of package expvar, whose keys are sorted: "cmdline" comes before the program's own.
bool is_vars_line(std::string_view line) {
  return line.contains("\"memstats\":") || line.contains("\"cmdline\":");
}

/// A line of text on its own; `first` where only empty lines came before it.
Sniffed judge_line(std::string_view line, bool first) {
  if (opens_goroutine(line)) return {first ? ContentKind::kGoroutineDump : ContentKind::kCrashLog, {}};
  if (Sniffed marked = judge_mark(line); marked.kind != ContentKind::kUnknown) return marked;
  for (const std::string_view preamble : kPreambles) {
    if (line.starts_with(preamble)) return {ContentKind::kCrashLog, {}};
  }
  // A bracket may close it only behind: text that opens many and closes none is looked at once.
  const std::string_view closed = line.substr(0, line.rfind(']') + 1);
  for (std::size_t at = closed.find("goroutine "); at != std::string_view::npos;
       at = closed.find("goroutine ", at + 1)) {
    if (after_prefix(closed, at) && opens_goroutine(closed.substr(at))) return {ContentKind::kCrashLog, {}};
  }
  return {};
}

Sniffed judge_lines(std::string_view text, bool whole) {
  const bool json = text.substr(std::min(text.size(), text.find_first_not_of(" \t\r\n"))).starts_with('{');
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos && !whole) break;
    const std::string_view line = text.substr(0, end);
    if (!std::ranges::all_of(line, is_blank)) {
      if (json && is_vars_line(line)) return {ContentKind::kVars, {}};
      if (Sniffed judged = judge_line(line, first); judged.kind != ContentKind::kUnknown) return judged;
      first = false;
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return {};
}

Sniffed judge_page(std::string_view text, bool whole) {
  if (!whole) return {};
  const bool links = text.contains("?debug=1'>") || text.contains("?debug=1\">");
  return {links && text.contains("goroutine") ? ContentKind::kIndexPage : ContentKind::kHtml, {}};
}

/// "go 1.27 trace" and three zero bytes (internal/trace/version).
bool opens_trace(std::string_view text) {
  if (!text.starts_with("go 1.")) return false;
  text.remove_prefix(5);
  text.remove_prefix(leading_decimal(text).digits);
  return text.starts_with(" trace");
}

struct ProtobufJudgement {
  Sniffed sniffed;
  bool undecided = false;  ///< more bytes may make it one
};

/// The first bytes decide whether it is one; names in the string table, where that is at hand, only refine which.
ProtobufJudgement judge_protobuf(std::span<const std::byte> head, bool whole) {
  const std::span<const std::byte> front = head.first(std::min(head.size(), kProtobufBytes));
  PprofHead seen = look_at_pprof(front);
  if (!seen.possible) return {};
  if (!whole && (front.size() < kProtobufBytes || !seen.plausible)) return {{}, true};
  if (!seen.plausible) seen = look_at_pprof(head);
  if (!seen.plausible) return {};
  if (const PprofHead all = look_at_pprof(head); whole && all.possible) seen = all;
  const PprofKind named = pprof_kind(seen.sample_types);
  if (named.kind != ContentKind::kUnknown && seen.sample_types.size() == seen.sample_type_count) {
    return {{named.kind, named.name}};
  }
  return {{seen.sample_type_count == 4 ? ContentKind::kHeapProtobuf : ContentKind::kGoroutineProtobuf, {}}};
}

}  // namespace

std::size_t byte_order_mark(std::span<const std::byte> head) {
  return as_text(head).starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

Sniffed sniff_content(std::span<const std::byte> head, bool whole) {
  const ProtobufJudgement protobuf = judge_protobuf(head, whole);
  if (protobuf.undecided || protobuf.sniffed.kind != ContentKind::kUnknown) return protobuf.sniffed;
  std::string_view text = as_text(head);
  text.remove_prefix(byte_order_mark(head));
  if (opens_trace(text)) return {ContentKind::kOtherProfile, "execution trace"};
  const std::size_t start =
      std::min(text.size(), static_cast<std::size_t>(std::ranges::find_if_not(text, is_blank) - text.begin()));
  if (start == text.size()) return {};
  const std::string_view content = text.substr(start);
  if (content.front() == '<') {
    if (content.size() < 2 && !whole) return {};
    if (content.size() < 2 || !is_digit(content[1])) return judge_page(content, whole);
  }
  return judge_lines(text, whole);
}

ContentKind sniff(std::span<const std::byte> head) {
  return sniff_content(head.first(std::min(head.size(), kSniffBytes)), true).kind;
}

}  // namespace lf::decode
