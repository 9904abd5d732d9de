#include "report/escape.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/source_dir.h"
#include "report/parsed_json.h"
#include "report/report_writer.h"

// Every sink against every attack: a sink is a row of kSinks with the property that makes its output safe, an attack a
// row of attacks(). A sink that is added here is tried against all attacks, and the other way round.

namespace lf::report {
namespace {

static_assert(!std::is_invocable_v<decltype(&Sink::write), Sink&, TargetText>, "a sink takes no target text raw");
static_assert(!std::is_constructible_v<std::string_view, OutText>, "only escape.cc reads an OutText");
static_assert(!std::is_constructible_v<std::string, OutText>);

struct Attack {
  const char* name;
  std::string text;
};

std::vector<Attack> attacks() {
  std::vector<Attack> all{
      {"Plain", "main.(*Tür[...]).Öffnen → 終"},
      {"AnsiColor", "\x1b[31mred\x1b[0m"},
      {"OscTitle", "\x1b]0;owned\x07"},
      {"OscLink", "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\"},
      {"C1Csi",
       "\xC2\x9B"
       "31m"},
      {"CarriageReturn", "safe\rhidden"},
      {"Backspace", "leak\b\b\b\bfine"},
      {"Bell", "ding\a"},
      {"BidiOverride",
       "\xE2\x80\xAE"
       "og.niam"
       "\xE2\x80\xAC"},
      {"BidiIsolate",
       "\xE2\x81\xA6"
       "a"
       "\xE2\x81\xA9"},
      {"ZeroWidth", "ma\xE2\x80\x8Bin"},
      {"Tags",
       "\xF3\xA0\x81\x81"
       "x"},
      {"LineSeparator",
       "a\xE2\x80\xA8"
       "b"},
      {"BadUtf8", "\xFF\xC0\xAF\xED\xA0\x80 tail \xE2\x82"},
      {"Nul", std::string("a\0b", 3)},
      {"NonCharacter", "\xEF\xBF\xBE\xEF\xBF\xBF"},
      {"Script", "<script>alert(1)</script>"},
      {"Attribute", "\" onmouseover='alert(1)' x=\""},
      {"Entity", "&lt;b&gt; &#60;"},
      {"CommentEnd", "--><b>"},
      {"MarkdownLink", "[click](http://evil.example)"},
      {"MarkdownImage", "![x](http://evil.example/x.png)"},
      {"MarkdownFence", "```\n# heading\n```"},
      {"MarkdownTicks", "`` ` ```` `"},
      {"MarkdownTable", "a | b \\| c"},
      {"MarkdownHtml", "</details><img src=x onerror=alert(1)>"},
      {"MarkdownMention", "@torvalds #1 www.evil.example https://evil.example $x$"},
      {"MarkdownList", "- a"},
      {"MarkdownNumber", "1. a"},
      {"MarkdownSetext", "=== "},
      {"CdataEnd", "]]><x/>"},
      {"XmlEntity", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>"},
      {"CsvFormula", "=cmd|' /C calc'!A0"},
      {"CsvPlus", "+1+1"},
      {"CsvAt", "@SUM(1)"},
      {"CsvSpaceFormula", "  =1+1"},
      {"CsvWideFormula",
       "\xEF\xBC\x9D"
       "1+1"},
      {"CsvQuote", "a\",\"b"},
      {"WorkflowCommand", "::error file=a.go,line=1::owned"},
      {"WorkflowSpaced", " ::add-mask::x"},
      {"WorkflowNewline", "x\n::set-output name=a::b"},
      {"WorkflowPercent", "%0A::error::x"},
      {"WorkflowOld", "x ##[add-path]/tmp"},
      {"AzureCommand", "##vso[task.setvariable variable=a]b"},
      {"TeamCity", "##teamcity[buildStatus status='SUCCESS']"},
      {"JsonBreak", "\"},{\"id\":\"x"},
      {"Backslashes", "C:\\new\\table"},
      {"SarifLink", "see [this](https://evil.example)"},
  };
  all.push_back({"VeryLong", std::string(1 << 20, 'a')});
  std::string wide;
  for (int i = 0; i < 3000; ++i) wide += "\xE7\xB5\x82";
  all.push_back({"VeryLongWide", wide});
  all.push_back({"VeryLongControls", std::string(1 << 16, '\x1b')});
  return all;
}

/// Whether a person's tool can show `text` as it is: valid UTF-8, one line, nothing invisible, no CI command.
void expect_showable(const std::string& text) {
  EXPECT_EQ(valid_utf8(text), text);
  EXPECT_EQ(visible(text), text);
  EXPECT_FALSE(text.starts_with("::"));
  EXPECT_EQ(text.find(" ::"), std::string::npos);
  EXPECT_EQ(text.find("##"), std::string::npos);
  EXPECT_LE(text.size(), 16 * kLongestShown);
}

void expect_no(const std::string& text, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) EXPECT_EQ(text.find(part), std::string::npos) << part;
}

/// Undoes `for_json` as a reader does.
std::string parsed(const std::string& inside) {
  const auto values = parsed_json("[\"" + inside + "\"]");
  const auto only = values.find("0");
  return only == values.end() ? "no JSON" : only->second;
}

bool is_escaped(const std::string& text, std::size_t at) {
  std::size_t backslashes = 0;
  while (at > backslashes && text[at - backslashes - 1] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

/// The inside of a code span of CommonMark that is all of `text`, or "no code span".
std::string code_span(const std::string& text) {
  const std::size_t ticks = text.find_first_not_of('`');
  const std::string fence(ticks == std::string::npos ? 0 : ticks, '`');
  if (fence.empty() || text.size() < 2 * ticks) return "no code span";
  for (std::size_t at = ticks; at < text.size();) {  // the first run of exactly as many ticks closes it
    if (text[at] != '`') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of('`', at), text.size());
    if (end - at == ticks) {
      if (end != text.size()) return "no code span";
      const std::string inside = text.substr(ticks, at - ticks);
      const bool padded = inside.size() > 1 && inside.front() == ' ' && inside.back() == ' ';
      return padded ? inside.substr(1, inside.size() - 2) : inside;
    }
    at = end;
  }
  return "no code span";
}

/// The text of a `code` element whose signs are all entities, else of a code span.
std::string code_of(const std::string& out) {
  if (!out.starts_with("<code>")) return code_span(out);
  const std::string inside = out.substr(6, out.size() - 6 - 7);
  std::string text;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '&') {
      EXPECT_EQ(std::string_view("`*_[]|~!<>\\@#:./").find(inside[i]), std::string_view::npos) << inside[i];
      text += inside[i];
      continue;
    }
    const std::size_t end = inside.find(';', i);
    text += static_cast<char>(std::stoi(inside.substr(i + 2, end - i - 2)));
    i = end;
  }
  return text;
}

struct SinkRow {
  const char* name;
  std::string (*escape)(OutText);
  std::function<void(const std::string& text, const std::string& out)> check;
};

void PrintTo(const SinkRow& sink, std::ostream* out) {
  *out << sink.name;
}

std::vector<SinkRow> sinks() {
  return {
      {"Terminal", for_terminal,
       [](const std::string&, const std::string& out) {
         expect_showable(out);
         EXPECT_EQ(for_terminal(out).substr(0, 64), out.substr(0, 64)) << "twice is once";
       }},
      {"Json", for_json,
       [](const std::string& text, const std::string& out) {
         EXPECT_EQ(valid_utf8(out), out);
         EXPECT_EQ(visible(out), out);
         EXPECT_EQ(out.find("##"), std::string::npos);
         EXPECT_EQ(parsed(out), valid_utf8(text));
       }},
      {"SarifMessage", for_sarif_message,
       [](const std::string&, const std::string& out) {
         expect_showable(out);
         expect_no(out, {"]("});
       }},
      {"Html", for_html,
       [](const std::string&, const std::string& out) {
         expect_showable(out);
         expect_no(out, {"<", ">", "\"", "'"});
         for (std::size_t at = out.find('&'); at != std::string::npos; at = out.find('&', at + 1)) {
           const std::string entity = out.substr(at, out.find(';', at) - at + 1);
           EXPECT_TRUE(entity == "&amp;" || entity == "&lt;" || entity == "&gt;" || entity == "&quot;" ||
                       entity == "&#39;");
         }
       }},
      {"Markdown", for_markdown,
       [](const std::string&, const std::string& out) {
         std::string bare = out;
         for (std::size_t at = bare.find("<!-- -->"); at != std::string::npos; at = bare.find("<!-- -->")) {
           bare.replace(at, 8, " ");
         }
         expect_no(bare, {"<", ">", "://", "www."});
         for (std::size_t i = 0; i < bare.size(); ++i) {
           if (std::string_view("`*_[]|~!").find(bare[i]) == std::string_view::npos) continue;
           EXPECT_TRUE(is_escaped(bare, i)) << bare[i] << " at " << i;
         }
         for (const char c : {'@', '#', '$'}) {
           const std::size_t at = bare.find(c);
           EXPECT_TRUE(at == std::string::npos || bare.substr(at + 1, 1) == " ");
         }
         EXPECT_FALSE(out.starts_with("- ") || out.starts_with("1. ") || out.starts_with("="));
         EXPECT_EQ(visible(out), out);
       }},
      {"MarkdownCode", for_markdown_code,
       [](const std::string& text, const std::string& out) {
         EXPECT_EQ(code_of(out), for_terminal(text));
         EXPECT_EQ(visible(out), out);
       }},
      {"MarkdownCodeCell", for_markdown_code_cell,
       [](const std::string&, const std::string& out) {
         for (std::size_t i = 0; i < out.size(); ++i) {
           EXPECT_TRUE(out[i] != '|' || (i > 0 && out[i - 1] == '\\'));
         }
         EXPECT_EQ(visible(out), out);
       }},
      {"Xml", for_xml,
       [](const std::string&, const std::string& out) {
         expect_showable(out);
         expect_no(out, {"<", ">", "\"", "'", "\xEF\xBF\xBE", "\xEF\xBF\xBF"});
       }},
      {"Csv", for_csv,
       [](const std::string&, const std::string& out) {
         EXPECT_EQ(visible(out), out);
         ASSERT_GE(out.size(), 2U);
         EXPECT_EQ(out.front(), '"');
         EXPECT_EQ(out.back(), '"');
         const std::string inside = out.substr(1, out.size() - 2);
         const std::size_t first = inside.find_first_not_of(' ');
         if (first != std::string::npos) {
           EXPECT_EQ(std::string_view("=+-@\t\r").find(inside[first]), std::string_view::npos);
           EXPECT_FALSE(inside.substr(first).starts_with("\xEF\xBC"));
         }
         for (std::size_t at = inside.find('"'); at != std::string::npos; at = inside.find('"', at + 2)) {
           EXPECT_EQ(inside.substr(at, 2), "\"\"");
         }
       }},
      {"GithubMessage", for_github_message,
       [](const std::string&, const std::string& out) {
         expect_showable(out);
         for (std::size_t at = out.find('%'); at != std::string::npos; at = out.find('%', at + 1)) {
           EXPECT_EQ(out.substr(at, 3), "%25");
         }
       }},
      {"GithubProperty", for_github_property,
       [](const std::string&, const std::string& out) {
         expect_showable(out);
         expect_no(out, {":", ",", "%0"});
       }},
      {"Slack", for_slack,
       [](const std::string&, const std::string& out) {
         expect_showable(out);
         expect_no(out, {"<", ">", "`"});
       }},
      {"UriPath", for_uri_path,
       [](const std::string& text, const std::string& out) {
         EXPECT_EQ(out.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-._~%"),
                   std::string::npos);
         std::string decoded;
         for (std::size_t i = 0; i < out.size(); ++i) {
           if (out[i] != '%') {
             decoded += out[i];
             continue;
           }
           decoded += static_cast<char>(std::stoi(out.substr(i + 1, 2), nullptr, 16));
           i += 2;
         }
         EXPECT_EQ(decoded, text);
       }},
  };
}

/// One test a sink: a test for each pair would be a thousand processes under ctest.
class SinkAgainstAttacks : public testing::TestWithParam<SinkRow> {};

TEST_P(SinkAgainstAttacks, KeepTextAsText) {
  const SinkRow sink = GetParam();
  for (const Attack& attack : attacks()) {
    SCOPED_TRACE(attack.name);
    const std::string out = sink.escape(TargetText(attack.text));
    sink.check(attack.text, out);
    EXPECT_EQ(sink.escape(attack.text), out) << "our own words are escaped no less";
  }
}

INSTANTIATE_TEST_SUITE_P(Matrix, SinkAgainstAttacks, testing::ValuesIn(sinks()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ForTerminal, LeavesPlainNamesAsTheyAre) {
  EXPECT_EQ(for_terminal("main.(*Pool[...]).run at http://[::1]:6060"), "main.(*Pool[...]).run at http://[::1]:6060");
}
TEST(ForTerminal, SaysHowMuchOfALongTextIsMissing) {
  EXPECT_EQ(for_terminal(std::string(kLongestShown + 7, 'a')), std::string(kLongestShown, 'a') + "[+7 bytes]");
}
TEST(ForTerminal, CutsNoCodePointInTwo) {
  const std::string shown = for_terminal(std::string(kLongestShown - 1, 'a') + "\xE7\xB5\x82");
  EXPECT_EQ(shown, std::string(kLongestShown - 1, 'a') + "[+3 bytes]");
}
TEST(LinesForTerminal, AreEachShownAsALineIs) {
  EXPECT_EQ(lines_for_terminal(TargetText("a\n\n::error::b\x1b\n")),
            (std::vector<std::string>{"a", "\\x3a:error::b\\x1b"}));
  EXPECT_TRUE(lines_for_terminal("").empty());
}
TEST(ForJson, KeepsReadableTextReadable) {
  EXPECT_EQ(for_json("Öffnen → 終"), "Öffnen → 終");
}
TEST(ForJson, EscapesBeyondTheBasicPlaneAsAPair) {
  EXPECT_EQ(for_json("\xF3\xA0\x81\x81"), "\\udb40\\udc41");
}
TEST(ForMarkdown, LeavesOrdinarySentencesAlone) {
  EXPECT_EQ(for_markdown("120 goroutines came (60/min), none left."), "120 goroutines came (60/min), none left.");
}
TEST(ForMarkdown, MakesNoListOfALeadingNumber) {
  EXPECT_EQ(for_markdown("1. first"), "1\\. first");
  EXPECT_EQ(for_markdown("8.6 MiB"), "8.6 MiB");
}
TEST(MarkdownBlock, HasAFenceLongerThanAnyRunInside) {
  EXPECT_EQ(markdown_block({"a ```` b"}), "`````text\na ```` b\n`````\n");
  EXPECT_EQ(markdown_block({"a", "    b"}), "```text\na\n    b\n```\n");
}
TEST(MarkdownBlock, IsAnElementWhereALineHoldsATag) {
  EXPECT_EQ(markdown_block({"</pre><b>"}), "<pre>\n&lt;/pre&gt;&lt;b&gt;\n</pre>\n");
}
TEST(ForGithubProperty, EscapesWhatEndsAProperty) {
  EXPECT_EQ(for_github_property("C:/a,b%.go"), "C%3A/a%2Cb%25.go");
}

/// Nothing but escape.cc (to write it out) and source_link.cc (to match paths) may look at target text raw.
TEST(Escape, IsTheOnlyPlaceThatWritesTargetText) {
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "src" / "report")) {
    const std::string name = entry.path().filename().string();
    if (name == "escape.cc" || name == "source_link.cc" || name.ends_with("_test.cc") || name == "README.md") continue;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str().find(".raw()"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace lf::report
