#include "cli/owners.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ranges>
#include <span>

#include "base/format.h"
#include "report/source_link.h"

namespace lf::cli {
namespace {

constexpr std::size_t kLongestFile = 3U << 20;  // GitHub's own limit

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// Whether one segment matches, with `*` and `?`; the last star is what backtracking returns to.
bool matches_segment(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

/// Whether the whole path matches; a row of the table tells which tails of the path the rest of the pattern matches.
bool matches_path(std::span<const std::string> pattern, std::span<const std::string_view> path) {
  std::vector<char> tails(path.size() + 1, 0);
  tails[path.size()] = 1;
  for (const std::string& segment : pattern | std::views::reverse) {
    std::vector<char> longer(path.size() + 1, 0);
    if (segment == "**") longer[path.size()] = tails[path.size()];
    for (std::size_t i = path.size(); i-- > 0;) {
      longer[i] = segment == "**" ? static_cast<char>(tails[i] | longer[i + 1])
                                  : static_cast<char>(tails[i + 1] != 0 && matches_segment(segment, path[i]));
    }
    tails = std::move(longer);
  }
  return tails[0] != 0;
}

}  // namespace

bool CodeOwners::Line::matches(const std::vector<std::string_view>& path) const {
  const std::span<const std::string_view> all(path);
  if (!folders_only && matches_path(segments, all)) return true;
  for (std::size_t folder = path.size(); with_contents && folder-- > 1;) {
    if (matches_path(segments, all.first(folder))) return true;
  }
  return false;
}

CodeOwners CodeOwners::parse(std::string_view text) {
  CodeOwners out;
  for (std::string_view words : split(text, "\r\n")) {
    words = words.substr(0, words.find(" #"));
    const std::vector<std::string_view> parts = split(words, " \t");
    if (parts.empty() || parts[0].starts_with('#') || parts[0].starts_with('[') || parts[0].starts_with("^[")) continue;
    const std::string_view pattern = parts[0];
    Line line;
    line.folders_only = pattern.ends_with('/');
    const std::string_view body = pattern.substr(0, pattern.size() - (line.folders_only ? 1 : 0));
    if (!body.contains('/')) line.segments.emplace_back("**");
    for (const std::string_view segment : split(body, "/")) line.segments.emplace_back(segment);
    line.with_contents = !pattern.ends_with("/*");
    line.owners.assign(parts.begin() + 1, parts.end());
    out.lines_.push_back(std::move(line));
  }
  return out;
}

std::optional<CodeOwners> CodeOwners::find(const std::string& source_root) {
  for (const std::string_view folder : {"/.github/", "/", "/docs/", "/.gitlab/"}) {
    const std::string path = format("{}{}CODEOWNERS", source_root, folder);
    std::error_code error;
    // A FIFO would be waited for.
    if (!std::filesystem::is_regular_file(path, error)) continue;
    std::ifstream file(path, std::ios::binary);
    if (!file) continue;
    std::string text(kLongestFile, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return parse(text);
  }
  return std::nullopt;
}

const std::vector<std::string>& CodeOwners::of(std::string_view path) const {
  static const std::vector<std::string> kNobody;
  const std::vector<std::string_view> segments = split(path, "/");
  for (const Line& line : lines_ | std::views::reverse) {
    if (line.matches(segments)) return line.owners;
  }
  return kNobody;
}

void apply_owners(const CodeOwners& owners, std::string_view source_root, Report& report) {
  // Thousands of findings are of few files.
  std::map<std::string, const std::vector<std::string>*, std::less<>> known;
  const auto owners_of = [&](std::string_view file) -> const std::vector<std::string>& {
    auto found = known.find(file);
    if (found == known.end()) found = known.emplace(file, &owners.of(file)).first;
    return *found->second;
  };
  for (Finding& finding : report.findings) {
    std::vector<const SourceLine*> places{&finding.site};
    for (const SourceLine& frame : finding.stack) places.push_back(&frame);
    if (finding.creator) places.push_back(&*finding.creator);
    for (const SourceLine* place : places) {
      const TargetText file = report::relative_file(place->file, source_root);
      if (!report::is_relative(file)) continue;
      const std::vector<std::string>& names = owners_of(file.raw());
      if (names.empty()) continue;
      for (const std::string& name : names) finding.owners.emplace_back(name);
      break;
    }
  }
}

}  // namespace lf::cli
