#include "report/escape.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/format.h"

// The one place of the product that takes target text raw to write it out. Every sink for people starts from `shown`:
// the text cut to a length a person reads, with everything invisible as an escape, and with what a CI system would
// take for a command in its log broken up. What the sink itself gives a meaning to is then escaped on top. Because
// `shown` leaves no newline, no text can begin a line of its own in any format.

namespace lf::report {

/// Opens an OutText to this file.
struct OutTextReader {
  static std::string_view of(const OutText& text) { return text.text_; }
};

OutText::OutText(const TargetText& text) : text_(text.raw()) {}

namespace {

/// The longest prefix of `text` of at most `limit` bytes that does not cut a code point in two.
std::string_view prefix(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && limit - end < 3 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

/// Breaks up commands to CI systems: GitHub takes a line that begins with "::" after spaces, and "##[" anywhere;
/// Azure "##vso[", TeamCity "##teamcity[". A text may come first in its line or after a space of ours.
std::string without_commands(std::string text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    const bool first = i == 0 || text[i - 1] == ' ';
    if (c == ':' && next == ':' && first) {
      out += "\\x3a";
    } else if (c == '#' && i > 0 && text[i - 1] == '#') {
      out += "\\x23";
    } else {
      out += c;
    }
  }
  return out;
}

std::string shown(OutText text) {
  const std::string_view raw = OutTextReader::of(text);
  const std::string_view kept = prefix(raw, kLongestShown);
  std::string out = without_commands(visible(kept));
  if (kept.size() < raw.size()) out += format("[+{} bytes]", raw.size() - kept.size());
  return out;
}

/// `text` with each character that `replace` has a replacement for replaced.
std::string replaced(std::string_view text, const std::function<std::string_view(char)>& replace) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const std::string_view with = replace(c);
    if (with.empty()) {
      out += c;
    } else {
      out += with;
    }
  }
  return out;
}

std::string_view markup_entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

/// What Markdown (CommonMark, GitHub's extensions and its references) gives a meaning to. An empty comment behind
/// "@" and "#" keeps mentions and references apart: escapes would be undone before GitHub looks for them.
std::string_view markdown_escape(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\\':
      return "\\\\";
    case '`':
      return "\\`";
    case '*':
      return "\\*";
    case '_':
      return "\\_";
    case '[':
      return "\\[";
    case ']':
      return "\\]";
    case '!':
      return "\\!";
    case '|':
      return "\\|";
    case '~':
      return "\\~";
    case '@':
      return "@<!-- -->";
    case '#':
      return "#<!-- -->";
    case '$':
      return "$<!-- -->";
    default:
      return {};
  }
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::size_t longest_run_of_backticks(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

/// Code as an HTML element, for text that holds a tag: a reader that knows no code spans shows it as text all the
/// same. Every sign is an entity, as Markdown is read inside inline HTML too.
std::string code_element(std::string_view text) {
  std::string out = "<code>";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
                       static_cast<unsigned char>(c) >= 0x80;
    if (plain) {
      out += c;
    } else {
      out += format("&#{};", static_cast<int>(c));
    }
  }
  return out + "</code>";
}

void append_json_escape(std::string& out, char32_t c) {
  if (c < 0x10000) {
    out += format("\\u{:04x}", static_cast<unsigned>(c));
    return;
  }
  const auto offset = static_cast<unsigned>(c) - 0x10000U;
  out += format("\\u{:04x}\\u{:04x}", 0xD800U + (offset >> 10U), 0xDC00U + (offset & 0x3FFU));
}

void append_percent(std::string& out, char c) {
  out += format("%{:02X}", static_cast<unsigned char>(c));
}

}  // namespace

bool is_empty(OutText text) {
  return OutTextReader::of(text).empty();
}

std::string for_terminal(OutText text) {
  return shown(text);
}

std::vector<std::string> lines_for_terminal(OutText text) {
  std::vector<std::string> lines;
  std::string_view rest = OutTextReader::of(text);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (end > 0) lines.push_back(for_terminal(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

std::string for_json(OutText text) {
  std::string_view rest = OutTextReader::of(text);
  std::string out;
  out.reserve(rest.size() + 8);
  char32_t before = 0;
  while (!rest.empty()) {
    char32_t c = 0;
    const std::size_t length = decode_utf8(rest, c);
    if (length == 0) {
      c = 0xFFFD;
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (is_hidden(c) || (c == '#' && before == '#')) {  // "##[" would be a command in a CI system's log
      append_json_escape(out, c);
    } else {
      out += rest.substr(0, length);
    }
    before = c;
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string for_sarif_message(OutText text) {
  std::string out = shown(text);
  replace_all(out, "](", "] (");
  return out;
}

std::string for_html(OutText text) {
  return replaced(shown(text), markup_entity);
}

std::string for_markdown(OutText text) {
  std::string out = replaced(shown(text), markdown_escape);
  replace_all(out, "://", ":<!-- -->//");
  replace_all(out, "www.", "www<!-- -->.");
  // At the start of a line these would open a list, a heading or a rule.
  if (!out.empty() && std::string_view("-+=").find(out.front()) != std::string_view::npos) out.insert(0, 1, '\\');
  const std::size_t number = out.find_first_not_of("0123456789");
  if (number != 0 && number != std::string::npos && (out[number] == '.' || out[number] == ')') &&
      (number + 1 == out.size() || out[number + 1] == ' ')) {
    out.insert(number, 1, '\\');
  }
  return out;
}

std::string for_markdown_code(OutText text) {
  const std::string inside = shown(text);
  if (inside.empty()) return {};
  if (inside.contains('<')) return code_element(inside);
  const std::string ticks(longest_run_of_backticks(inside) + 1, '`');
  // One space on each side is taken off again by every reader where both are there.
  const bool pad = inside.front() == '`' || inside.back() == '`' || inside.front() == ' ';
  const std::string_view space = pad ? " " : "";
  return format("{}{}{}{}{}", ticks, space, inside, space, ticks);
}

std::string for_markdown_code_cell(OutText text) {
  std::string out = for_markdown_code(text);
  replace_all(out, "|", "\\|");
  return out;
}

std::string markdown_block(const std::vector<std::string>& lines) {
  std::string body;
  for (const std::string& line : lines) body += format("{}\n", for_terminal(line));
  if (body.contains('<')) return format("<pre>\n{}</pre>\n", replaced(body, markup_entity));
  const std::string fence(std::max<std::size_t>(3, longest_run_of_backticks(body) + 1), '`');
  return format("{}text\n{}{}\n", fence, body, fence);
}

std::string for_xml(OutText text) {
  std::string out = replaced(shown(text), markup_entity);
  // The two characters that are text but not XML (XML 1.0, section 2.2, Char).
  replace_all(out, "\xEF\xBF\xBE", "\\ufffe");
  replace_all(out, "\xEF\xBF\xBF", "\\uffff");
  return out;
}

std::string for_csv(OutText text) {
  const std::string inside = shown(text);
  // Full-width forms count: spreadsheets with an East Asian locale take them as the plain ones.
  constexpr std::string_view kStarts[] = {"=",           "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                          "\xEF\xBC\xA0"};
  const std::size_t begin = std::min(inside.find_first_not_of(' '), inside.size());
  const bool formula = std::ranges::any_of(
      kStarts, [&](std::string_view start) { return std::string_view(inside).substr(begin).starts_with(start); });
  std::string out = formula ? "\"'" : "\"";
  out += replaced(inside, [](char c) -> std::string_view { return c == '"' ? "\"\"" : ""; });
  return out + '"';
}

std::string for_github_message(OutText text) {
  return replaced(shown(text), [](char c) -> std::string_view { return c == '%' ? "%25" : ""; });
}

std::string for_github_property(OutText text) {
  return replaced(shown(text), [](char c) -> std::string_view {
    return c == '%' ? "%25" : c == ':' ? "%3A" : c == ',' ? "%2C" : "";
  });
}

std::string for_slack(OutText text) {
  return replaced(shown(text), [](char c) -> std::string_view {
    return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '`' ? "'" : "";
  });
}

std::string for_uri_path(OutText text) {
  const std::string_view raw = OutTextReader::of(text);
  std::string out;
  out.reserve(raw.size());
  for (const char c : raw) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("/-._~").find(c) != std::string_view::npos;
    if (kept) {
      out += c;
    } else {
      append_percent(out, c);
    }
  }
  return out;
}

}  // namespace lf::report
