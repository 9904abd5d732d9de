#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "cli/apply.h"
#include "cli/flag.h"
#include "report/report_writer.h"

namespace lf::cli {
namespace {

Result<void> store_format(Options& options, std::string_view value) {
  std::vector<std::string> names = split_list(value);
  for (const std::string& name : names) {
    if (const report::Format* known = report::find_format(name)) {
      if (const std::string_view why = report::why_left_out(*known); !why.empty()) {
        return fail(ErrorCode::kUsage, std::string(why));
      }
      continue;
    }
    std::string known;
    for (const report::Format& format : report::formats())
      known += (known.empty() ? "" : ", ") + std::string(format.name);
    return fail(ErrorCode::kUsage, format("invalid value \"{}\": expected one of {}", visible(name), known));
  }
  if (names.empty()) return fail(ErrorCode::kUsage, "invalid value \"\": expected a format");
  options.format = std::move(names);
  return {};
}

/// A relative folder is one of the working directory: targets name their files by absolute paths.
Result<void> store_source_root(Options& options, std::string_view value) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(std::filesystem::path(value), error);
  options.source_root = value.empty() || error ? std::string(value) : folder.lexically_normal().string();
  return {};
}

/// The rows of formats.def as choices.
std::string_view format_choices() {
  static const std::string choices = [] {
    std::string names;
    for (const report::Format& format : report::formats())
      names += (names.empty() ? "" : "|") + std::string(format.name);
    return names;
  }();
  return choices;
}

Result<void> store_fail_on(Options& options, std::string_view value) {
  FailOnChoice fail_on{.leak = false};
  bool never = false;
  for (const std::string& word : split_list(value)) {
    if (word == "leak") {
      fail_on.leak = true;
    } else if (word == "suspect") {
      fail_on.leak = fail_on.suspect = true;
    } else if (word == "critical") {
      fail_on.critical = true;
    } else if (word == "never") {
      never = true;
    } else {
      return fail(ErrorCode::kUsage,
                  format("invalid value \"{}\": expected leak, suspect, critical or never", visible(word)));
    }
  }
  const bool some = fail_on.leak || fail_on.critical;
  if (never == some) {
    return fail(ErrorCode::kUsage, never ? "\"never\" does not go with another value"
                                         : "invalid value \"\": expected leak, suspect, critical or never");
  }
  options.fail_on = fail_on;
  return {};
}

Result<void> store_color(Options& options, std::string_view value) {
  if (value == "auto") {
    options.color = ColorChoice::kAuto;
  } else if (value == "always") {
    options.color = ColorChoice::kAlways;
  } else if (value == "never") {
    options.color = ColorChoice::kNever;
  } else {
    return fail(ErrorCode::kUsage, format("invalid value \"{}\": expected auto, always or never", visible(value)));
  }
  return {};
}

}  // namespace

std::span<const Flag> output_flags() {
  static const std::array kFlags{
      Flag{"format", "FORMAT", "text", "format of the result; a comma list with -o writes several", store_format,
           FlagKind::kValue, format_choices()},
      Flag{"o",
           "FILE",
           "",
           "write the result there (stdout then carries text); capture: folder or .tar.gz",
           store_text<&Options::output>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFile},
      Flag{"save-reports", "", "true", "save the analysis and the raw profiles", store_bool<&Options::save_reports>,
           FlagKind::kBool},
      Flag{"output-dir",
           "DIR",
           ".",
           "folder for -o names without a slash",
           store_text<&Options::output_dir>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFolder},
      Flag{"reports-dir",
           "DIR",
           "./reports",
           "folder for saved reports",
           store_text<&Options::reports_dir>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFolder},
      Flag{"fail-on", "LIST", "leak", "what makes the exit code 1: leak, suspect, critical, never; several add up",
           store_fail_on, FlagKind::kValue, "leak|suspect|critical|never"},
      Flag{"baseline",
           "FILE",
           "",
           "known findings, accepted with a reason and an expiry",
           store_text<&Options::baseline>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFile},
      Flag{"write-baseline",
           "FILE",
           "",
           "write this run's findings as a baseline",
           store_text<&Options::write_baseline>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFile},
      Flag{"source-root",
           "DIR",
           "",
           "the checkout: file names become relative to it, its CODEOWNERS name the owners, its selects excuse crowds",
           store_source_root,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFolder},
      Flag{"source-url", "TEMPLATE", "", "link to a source line, with {file} and {line}",
           store_text<&Options::source_url>},
      Flag{"color", "WHEN", "auto", "colours: auto, always, never", store_color, FlagKind::kValue, "auto|always|never"},
      Flag{"top", "N", "10", "rows of each table", store_positive<&Options::top>},
      Flag{"quiet", "", "false", "findings and the verdict only, no progress", store_bool<&Options::quiet>,
           FlagKind::kBool},
      Flag{"verbose", "", "false", "show each setting that is not a default, and where it came from",
           store_bool<&Options::verbose>, FlagKind::kBool},
      Flag{"notify",
           "URL",
           "",
           "post the result to a webhook: Slack's, Alertmanager's API v2, or any, as JSON (slack+, alertmanager+, "
           "json+ before the "
           "URL choose)",
           store_text<&Options::notify>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kUrl,
           true},
      Flag{"config",
           "FILE",
           "leakfinder.yaml, if there",
           "settings, by flag name",
           store_text<&Options::config>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFile},
  };
  return kFlags;
}

}  // namespace lf::cli
