#include "decode/crash_lines.h"

#include <algorithm>
#include <array>

#include "decode/block_lines.h"
#include "decode/text_fields.h"

namespace lf::decode {
namespace {

constexpr std::string_view kGoroutine = "goroutine ";

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t';
}

/// What arguments consist of: numbers, braces, marks.
constexpr std::array<bool, 256> kArgumentBytes = [] {
  std::array<bool, 256> bytes{};
  for (const char c : std::string_view("0123456789abcdefx{}?., _")) bytes[static_cast<unsigned char>(c)] = true;
  return bytes;
}();

/// "goroutine 7 [state]:", "goroutine 7 gp=0x1 m=nil [state] {k: v}:" and nothing behind.
bool is_header(std::string_view line) {
  if (!starts_goroutine(line)) return false;
  line.remove_prefix(kGoroutine.size());
  line.remove_prefix(leading_decimal(line).digits);
  return (line.starts_with(" [") || line.starts_with(" gp=0x")) && line.find(']') != std::string_view::npos &&
         without_spaces_behind(line).ends_with(':');
}

/// Names have no spaces, arguments nothing but numbers, braces and marks: other lines that end in ")" are not ours.
bool is_function(std::string_view line) {
  if (!line.ends_with(')')) return false;
  const std::size_t arguments = line.rfind('(');
  if (arguments == 0 || arguments == std::string_view::npos) return false;
  if (std::ranges::any_of(line.substr(0, arguments), is_space)) return false;
  const std::string_view inside = line.substr(arguments + 1, line.size() - arguments - 2);
  return std::ranges::all_of(inside, [](char c) { return kArgumentBytes[static_cast<unsigned char>(c)]; });
}

/// "rax    0xca", "r8     0x0".
bool is_register(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || space > 8) return false;
  const std::string_view value = line.substr(std::min(line.find_first_not_of(' ', space), line.size()));
  return value.size() > 2 && value.starts_with("0x") && std::ranges::all_of(value.substr(2), is_hex_digit);
}

bool is_trailer(std::string_view line) {
  constexpr std::array<std::string_view, 9> kStarts = {"PC=",  "exit status ", "FAIL", "ok  \t",  "[signal SIG",
                                                       "r0\t", "pid ",         "--- ", "=== RUN "};
  return std::ranges::any_of(kStarts, [&](std::string_view start) { return line.starts_with(start); }) ||
         is_register(line);
}

bool is_stack_note(std::string_view line) {
  return (line.starts_with("...") && line.ends_with(" frames elided...")) ||
         line.starts_with("[originating from goroutine ") || line.starts_with("non-Go function at pc=");
}

}  // namespace

std::string_view cause_in(std::string_view line) {
  if (line.starts_with("panic: ") || line.starts_with("fatal error: ")) return line;
  if (const std::size_t at = line.find("http: panic serving "); at != std::string_view::npos) return line.substr(at);
  const std::size_t colon = line.starts_with("SIG") ? line.find(": ") : std::string_view::npos;
  if (colon == std::string_view::npos || colon < 4 || colon > 10) return {};
  const bool is_signal = std::ranges::all_of(line.substr(0, colon), [](char c) { return c >= 'A' && c <= 'Z'; });
  return is_signal ? line : std::string_view{};
}

bool tells_deadlock(std::string_view cause) {
  return cause.starts_with("fatal error: all goroutines are asleep - deadlock!") ||
         cause.starts_with("fatal error: no goroutines (main called runtime.Goexit) - deadlock!");
}

bool is_place(std::string_view line) {
  const std::size_t colon = line.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  std::size_t at = colon + 1;
  while (at < line.size() && is_digit(line[at])) ++at;
  if (at == colon + 1) return false;
  const std::string_view fields = line.substr(at);
  return fields.empty() || fields.starts_with(" +0x") || fields.starts_with(" fp=0x") || fields.starts_with(" pc=0x");
}

std::string_view untabbed(std::string_view line) {
  if (line.starts_with("#011")) return line.substr(4);
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  return line;
}

std::string_view without_spaces_behind(std::string_view line) {
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  return line;
}

CrashLine classify_crash_line(std::string_view line) {
  line = without_spaces_behind(line);
  if (line.empty()) return CrashLine::kEmpty;
  const bool indented = line[0] == '\t' || line[0] == ' ' || line.starts_with("#011");
  if (indented) {
    const std::string_view inside = untabbed(line);
    if (inside == "goroutine running on other thread; stack unavailable") return CrashLine::kStackNote;
    return is_place(inside) ? CrashLine::kPlace : CrashLine::kForeign;
  }
  if (is_header(line)) return CrashLine::kHeader;
  if (is_function(line)) return CrashLine::kFunction;
  if (line.starts_with("created by ")) return CrashLine::kCreator;
  if (is_stack_note(line)) return CrashLine::kStackNote;
  if (!cause_in(line).empty()) return CrashLine::kCause;
  if (line == "runtime stack:") return CrashLine::kRuntimeStack;
  if (line == "-----") return CrashLine::kThread;
  if (is_trailer(line)) return CrashLine::kTrailer;
  if (std::ranges::none_of(line, is_space)) return CrashLine::kWord;
  return CrashLine::kForeign;
}

std::size_t find_goroutine_header(std::string_view line) {
  for (std::size_t at = line.find(kGoroutine); at != std::string_view::npos; at = line.find(kGoroutine, at + 1)) {
    const char before = at == 0 ? ' ' : line[at - 1];
    const bool within_word =
        is_digit(before) || before == '_' || (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z');
    if (!within_word && is_header(line.substr(at))) return at;
  }
  return std::string_view::npos;
}

}  // namespace lf::decode
