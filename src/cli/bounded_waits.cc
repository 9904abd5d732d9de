#include "cli/bounded_waits.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

#include "base/format.h"
#include "base/text.h"
#include "detect/findings.h"

/// A `select` with a timer's or a context's arm does not block for long, whoever else fails to come (spec, section 2).
/// Which arms a select has is in no profile; the source tells, where it is at hand. The path and the line come from the
/// target and may be hostile or of another version: what is not below the root is not read, and a line without a
/// `select` tells nothing.
namespace lf::cli {
namespace {

constexpr std::uintmax_t kLargestSource = std::uintmax_t{4} << 20;
constexpr std::uint32_t kMostLines = 200;

/// Code of `line` without its comment; what strings and runes hold is blanked. Raw strings over several lines do not
/// occur between the arms of a select; in `in_comment` a /* … */ goes on.
std::string code_of(std::string_view line, bool& in_comment) {
  std::string code;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char next = i + 1 < line.size() ? line[i + 1] : '\0';
    if (in_comment) {
      if (line[i] == '*' && next == '/') {
        in_comment = false;
        ++i;
      }
    } else if (quote != 0) {
      if (line[i] == '\\' && quote != '`') ++i;
      if (i < line.size() && line[i] == quote) quote = 0;
    } else if (line[i] == '/' && next == '/') {
      break;
    } else if (line[i] == '/' && next == '*') {
      in_comment = true;
      ++i;
    } else if (line[i] == '"' || line[i] == '\'' || line[i] == '`') {
      quote = line[i];
      code += ' ';
    } else {
      code += line[i];
    }
  }
  return code;
}

/// The channel of `case v := <-CHANNEL:` where it is one that time or a context closes.
std::optional<std::string> bounding_channel(std::string_view arm) {
  if (!arm.starts_with("case ")) return std::nullopt;
  const std::size_t receives = arm.find("<-"), end = arm.rfind(':');
  if (receives == std::string_view::npos || end == std::string_view::npos || end < receives) return std::nullopt;
  const std::string_view before = trimmed(arm.substr(5, receives - 5));
  const bool is_receive = before.empty() || before.ends_with('=');
  const std::string_view channel = trimmed(arm.substr(receives + 2, end - receives - 2));
  const bool bounds = channel.starts_with("time.After(") || channel.ends_with(".C") || channel.ends_with(".Done()");
  if (!is_receive || !bounds) return std::nullopt;
  return "<-" + std::string(channel);
}

bool begins_select(std::string_view code) {
  const std::string_view text = trimmed(code);
  if (!text.ends_with('{')) return false;
  const std::string_view head = trimmed(text.substr(0, text.size() - 1));
  if (!head.ends_with("select")) return false;
  const std::string_view label = head.substr(0, head.size() - 6);
  return label.empty() || label.back() == ' ' || label.back() == '\t' || label.back() == ':' || label.back() == '{';
}

/// The file that a target names, where it lies below the root and may be read.
std::optional<std::string> read_below(const std::string& source_root, std::string_view name) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path root = fs::canonical(source_root, error);
  if (error || name.empty() || name.find('\0') != std::string_view::npos) return std::nullopt;
  const fs::path file = fs::canonical(root / fs::path(name), error);  // an absolute name stands by itself
  if (error) return std::nullopt;
  const auto [of_root, of_file] = std::ranges::mismatch(root, file);
  if (of_root != root.end()) return std::nullopt;
  if (!fs::is_regular_file(file, error) || error || fs::file_size(file, error) > kLargestSource || error)
    return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

bool rests_on_crowding(const Finding& finding) {
  return finding.kind == FindingKind::kGoroutine && finding.verdict == Verdict::kSuspect &&
         finding.rule == "goroutine/crowded-site" && finding.state == "select";
}

}  // namespace

std::optional<BoundedWait> find_bounded_wait(std::string_view source, std::uint32_t line) {
  if (line == 0) return std::nullopt;
  std::uint32_t number = 0;
  int depth = 0;
  bool in_comment = false;
  while (!source.empty() && number < std::uint64_t{line} + kMostLines) {
    const std::size_t end = source.find('\n');
    const std::string_view text = source.substr(0, end);
    source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
    if (++number < line) continue;
    const std::string code = code_of(text, in_comment);
    if (number == line) {
      if (!begins_select(code)) return std::nullopt;
      depth = 1;
      continue;
    }
    if (depth == 1) {
      if (std::optional<std::string> channel = bounding_channel(trimmed(code)))
        return BoundedWait{std::move(*channel), number};
    }
    depth += static_cast<int>(std::ranges::count(code, '{')) - static_cast<int>(std::ranges::count(code, '}'));
    if (depth <= 0) return std::nullopt;
  }
  return std::nullopt;
}

bool excuse_bounded_waits(const std::string& source_root, Report& report) {
  constexpr std::size_t kMostFiles = 100;
  std::map<std::string, std::optional<std::string>, std::less<>> sources;
  bool lowered = false;
  for (Finding& finding : report.findings) {
    if (!rests_on_crowding(finding)) continue;
    const std::string name(finding.site.file.raw());
    if (!sources.contains(name)) {
      if (sources.size() == kMostFiles) continue;
      sources[name] = read_below(source_root, name);
    }
    const std::optional<std::string>& source = sources[name];
    const std::optional<BoundedWait> wait =
        source ? find_bounded_wait(*source, finding.site.line) : std::optional<BoundedWait>{};
    if (!wait) continue;
    constexpr int kMostOfARemark = 49;
    finding.verdict = Verdict::kInfo;
    detect::set_score(std::min(finding.score, kMostOfARemark), "its source does not let it wait for long", finding);
    finding.evidence.emplace_back(
        format("its source does not let it wait for long: line {} of the select is `{}`", wait->line, wait->arm));
    lowered = true;
  }
  return lowered;
}

}  // namespace lf::cli
