#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace lf::report {

/// Text of any origin on its way out. It takes `TargetText` as well as our own words, so that nothing is escaped less
/// than it must be; only the functions below can read it. A view: it lives no longer than what it was made from.
class OutText {
 public:
  // Implicit: every sink function takes either kind of text.
  OutText(const TargetText& text);  // NOLINT(google-explicit-constructor)
  template <class T>
    requires std::convertible_to<const T&, std::string_view>
  OutText(const T& text) : text_(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)

 private:
  friend struct OutTextReader;
  std::string_view text_;
};

/// Whether nothing at all would be shown.
bool is_empty(OutText text);

/// The most bytes of one text that a person is shown; what is longer ends in "[+N bytes]". Programs (JSON) get all.
constexpr std::size_t kLongestShown = 4096;

/// For a terminal, a log, a plain file: nothing invisible (`lf::visible`), no command to a CI system that reads the
/// log (a leading "::", "##[", "##vso[", "##teamcity["). One line. Applying it twice changes nothing.
std::string for_terminal(OutText text);

/// The lines of a text of ours that may have several (advice), each as `for_terminal` gives it; no empty ones. A target
/// that smuggles a newline in gains a line of its own words, nothing else.
std::vector<std::string> lines_for_terminal(OutText text);

/// The inside of a JSON string, without the quotes: valid UTF-8 (bad bytes become U+FFFD), controls, bidirectional
/// overrides and whatever else is invisible as `\u` escapes. Parsed back it is the text itself.
std::string for_json(OutText text);

/// The text of a SARIF message, before `for_json`: no embedded link `[words](address)` comes about.
std::string for_sarif_message(OutText text);

/// For HTML text and for attribute values in double or single quotes.
std::string for_html(OutText text);

/// For running text of GitHub-flavoured Markdown, table cells included: no emphasis, link, image, HTML, mention,
/// issue reference or automatic link comes about.
std::string for_markdown(OutText text);
/// A code span that holds the text, a `code` element where it holds a tag; empty for none.
std::string for_markdown_code(OutText text);
/// The same in a table cell, where a bar is escaped even in code.
std::string for_markdown_code_cell(OutText text);
/// A block of code of these lines: fenced by more backticks than any of them holds, a `pre` element where one holds a
/// tag.
std::string markdown_block(const std::vector<std::string>& lines);

/// For XML 1.0 text, attribute values and the inside of CDATA-free elements: only characters that XML allows.
std::string for_xml(OutText text);

/// One CSV field, quoted (RFC 4180); no spreadsheet takes it for a formula.
std::string for_csv(OutText text);

/// The message of a GitHub workflow command, `::error …::MESSAGE`.
std::string for_github_message(OutText text);
/// A property of a GitHub workflow command, `::error file=PROPERTY`.
std::string for_github_property(OutText text);

/// For a chat message in Slack's mrkdwn, in code spans too: no link, mention, channel or end of a span comes about.
/// Source: Slack's "Formatting text for app surfaces" (escape &, <, >).
std::string for_slack(OutText text);

/// A path as a URI reference (RFC 3986): everything but unreserved characters and slashes is percent-encoded, byte by
/// byte; a colon in the first segment too.
std::string for_uri_path(OutText text);

}  // namespace lf::report
