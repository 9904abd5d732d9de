#include "cli/baseline.h"

#include <algorithm>
#include <charconv>

#include "cli/yaml_text.h"
#include "detect/fingerprint.h"

namespace lf::cli {
namespace {

using std::chrono::year_month_day;

std::string date_text(year_month_day date) {
  return format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
}

std::optional<year_month_day> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (std::ranges::count_if(text, is_digit) != 8) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t length) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + length, value);
    return error == std::errc{} && end == text.data() + at + length ? value : 0U;
  };
  const year_month_day date{std::chrono::year(static_cast<int>(number(0, 4))), std::chrono::month(number(5, 2)),
                            std::chrono::day(number(8, 2))};
  return date.ok() ? std::optional(date) : std::nullopt;
}

Result<void> set_field(const YAML::Node& key, const YAML::Node& value, std::string_view name, BaselineEntry& entry) {
  const std::string word = key_text(key);
  if (!value.IsScalar() && !value.IsNull())
    return yaml_error(name, value.Mark(), format("\"{}\" is a text", visible(word)));
  const std::string text = value.IsScalar() ? value.Scalar() : std::string();
  if (word == "expires") {
    if (text.empty()) return {};
    entry.expires = parse_date(text);
    if (!entry.expires)
      return yaml_error(name, value.Mark(), format("\"{}\" is no date: expected YYYY-MM-DD", visible(text)));
    return {};
  }
  for (const auto& [field, member] :
       {std::pair("id", &BaselineEntry::id), std::pair("rule", &BaselineEntry::rule),
        std::pair("site", &BaselineEntry::site), std::pair("reason", &BaselineEntry::reason),
        std::pair("owner", &BaselineEntry::owner)}) {
    if (word == field) {
      entry.*member = text;
      return {};
    }
  }
  return std::unexpected(unknown_yaml_key(name, key, "expected id, rule, site, reason, expires or owner"));
}

Result<void> add_entries(const YAML::Node& list, std::string_view name, std::vector<BaselineEntry>& entries) {
  if (list.IsNull()) return {};
  if (!list.IsSequence()) return yaml_error(name, list.Mark(), "expected a list of accepted findings");
  for (const YAML::Node& item : list) {
    BaselineEntry entry;
    const Result<void> walked = walk_mapping(
        item, name, [&](const YAML::Node& key, const YAML::Node& value) { return set_field(key, value, name, entry); });
    if (!walked) return walked;
    if (entry.id.empty()) return yaml_error(name, item.Mark(), "the id is missing");
    if (entry.reason.empty()) return yaml_error(name, item.Mark(), "the reason is missing: say why it is accepted");
    entries.push_back(std::move(entry));
  }
  return {};
}

/// A YAML double-quoted scalar.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : visible(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

Result<std::vector<BaselineEntry>> parse_baseline(const std::string& text, std::string_view name) {
  const Result<YAML::Node> root = load_yaml(text, name);
  if (!root) return std::unexpected(root.error());
  std::vector<BaselineEntry> entries;
  bool versioned = false;
  const Result<void> walked =
      walk_mapping(*root, name, [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
        if (key_text(key) == "version") {
          versioned = value.IsScalar() && value.Scalar() == "1";
          if (!versioned) return yaml_error(name, value.Mark(), "expected version: 1");
          return {};
        }
        if (key_text(key) == "accepted") return add_entries(value, name, entries);
        return std::unexpected(unknown_yaml_key(name, key, "expected version and accepted"));
      });
  if (!walked) return std::unexpected(walked.error());
  if (!versioned) return yaml_error(name, root->Mark(), "this is no baseline: version: 1 is missing");
  return entries;
}

Result<std::vector<BaselineEntry>> read_baseline(const std::string& path, const Stop& stop) {
  Result<std::string> text = read_text_file(path, stop);
  if (!text) return std::unexpected(std::move(text.error()));
  return parse_baseline(*text, path);
}

namespace {

/// Of `those`, findings or entries, the one whose id fits `id` best; the end where none does.
template <class Those>
auto find_by_id(std::string_view id, Those& those) {
  const auto fit = [&](const auto& one) { return detect::fit_of(id, one.id); };
  const auto best = std::ranges::max_element(those, {}, fit);
  return best == those.end() || fit(*best) == detect::IdFit::kNone ? those.end() : best;
}

}  // namespace

void apply_baseline(const std::vector<BaselineEntry>& entries, year_month_day today, Report& report) {
  for (const BaselineEntry& entry : entries) {
    const auto finding = find_by_id(entry.id, report.findings);
    const std::string place = entry.site.empty() ? entry.id : format("{} ({})", entry.site, entry.id);
    if (finding == report.findings.end()) {
      report.warnings.push_back({WarningCode::kBaseline,
                                 TargetText(format("the baseline entry for {} matches nothing: "
                                                   "it can go",
                                                   place)),
                                 entry.id, 1});
    } else if (entry.expires && *entry.expires < today) {
      report.warnings.push_back({WarningCode::kBaseline,
                                 TargetText(format("the baseline entry for {} expired on {}: the "
                                                   "finding counts again",
                                                   place, date_text(*entry.expires))),
                                 entry.id, 1});
    } else {
      finding->accepted =
          Accepted{TargetText(entry.reason), entry.expires ? date_text(*entry.expires) : "", TargetText(entry.owner)};
    }
  }
}

namespace {

std::string owners_of(const Finding& finding) {
  std::string out;
  for (const TargetText& owner : finding.owners) out += (out.empty() ? "" : " ") + visible(owner.raw());
  return out;
}

}  // namespace

std::string write_baseline(const Report& report, const std::vector<BaselineEntry>& known, year_month_day today) {
  const year_month_day later(std::chrono::sys_days(today) + std::chrono::days(90));
  std::string out =
      "# Findings that LeakFinder takes as known. Say why for each, and until when.\nversion: 1\naccepted:";
  bool any = false;
  for (const Finding& finding : report.findings) {
    if (finding.verdict == Verdict::kInfo) continue;
    const auto entry = find_by_id(finding.id, known);
    const bool is_known = entry != known.end();
    const bool holds = is_known && finding.accepted;
    const std::string expires = holds ? finding.accepted->expires : date_text(later);
    out +=
        format("\n  - id: {}\n    rule: {}\n    site: {}\n    reason: {}\n", quoted(finding.id), quoted(finding.rule),
               quoted(finding.site.function.raw()), quoted(is_known ? entry->reason : "baseline"));
    if (!expires.empty()) out += format("    expires: {}\n", expires);
    if (const std::string owner = is_known ? entry->owner : owners_of(finding); !owner.empty()) {
      out += format("    owner: {}\n", quoted(owner));
    }
    any = true;
  }
  return out + (any ? "" : " []\n");
}

}  // namespace lf::cli
