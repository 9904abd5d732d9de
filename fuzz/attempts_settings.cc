// What a person or a target says in short texts: each reader is given the same input. None may throw, show a secret, or
// answer with a message that is no plain line.

#include <string>
#include <string_view>
#include <vector>

#include "attempts.h"
#include "cli/baseline.h"
#include "cli/config_file.h"
#include "cli/settings.h"
#include "cli/values.h"
#include "target/response_headers.h"
#include "target/url.h"

namespace lf::fuzz {
namespace {

constexpr std::string_view kSecret = "s3cr3t";

std::string broken_result(std::string_view reader, const auto& result) {
  if (result) return {};
  const std::string broken = broken_message(result.error().message);
  return broken.empty() ? broken : format("{}: {}", reader, broken);
}

std::string attempt_words(std::span<const std::string_view> words) {
  Result<cli::CommandLine> line = cli::parse_command_line(words);
  if (!line) return broken_result("command line", line);
  const Result<cli::Settings> settings = cli::Settings::apply(std::move(line->settings));
  if (!settings) return broken_result("settings", settings);
  for (const std::string& shown : settings->describe()) {
    if (visible(shown) != shown) return "-verbose shows what nobody can see";
  }
  return {};
}

std::string attempt_yaml(std::string_view input) {
  const std::string text(input);
  std::string wrong = broken_result("configuration", cli::config_settings(text, "leakfinder.yaml"));
  if (wrong.empty()) wrong = broken_result("patterns", cli::parse_patterns(text, "patterns.yaml"));
  if (wrong.empty()) wrong = broken_result("baseline", cli::parse_baseline(text, "baseline.yaml"));
  return wrong;
}

std::string attempt_url(std::string_view text) {
  const auto parsed = target::TargetUrl::parse(text);
  if (!parsed) return broken_result("url", parsed);
  const target::ProfileRequest request{};
  const Result<std::string> address = parsed->request_url(request);
  if (!address) return broken_result("request", address);
  if (visible(*address) != *address) return "a request's address holds a control character";
  if (visible(parsed->display()) != parsed->display()) return "the shown address holds what nobody can see";
  return broken_result("redirect", parsed->resolve_redirect(*address, text));
}

/// Wherever the input puts itself behind credentials, they are not shown.
std::string attempt_credentials(std::string_view text) {
  if (text.find(kSecret) != std::string_view::npos) return {};
  const auto parsed = target::TargetUrl::parse(format("http://{0}user:{0}@{1}", kSecret, text));
  const std::string shown = parsed ? parsed->display() + parsed->display({}) + parsed->address()
                                   : parsed.error().message + parsed.error().where;
  return shown.find(kSecret) == std::string::npos ? "" : "credentials are shown: " + visible(shown);
}

std::string attempt_headers(std::span<const std::string_view> lines) {
  target::ResponseHeaders headers;
  for (const std::string_view line : lines) {
    if (!headers.feed(line)) break;
  }
  if (headers.location().size() > target::ResponseHeaders::kMaxValueBytes) return "a header is longer than its limit";
  return {};
}

void attempt_values(std::string_view text) {
  (void)cli::parse_duration(text);
  (void)cli::parse_bool(text);
  (void)cli::parse_count(text);
  (void)cli::parse_number(text);
  (void)cli::parse_size(text);
}

}  // namespace

std::string attempt_settings(std::string_view input) {
  const std::vector<std::string_view> lines = lines_of(input);
  std::string wrong = attempt_words(lines);
  if (wrong.empty()) wrong = attempt_yaml(input);
  if (wrong.empty()) wrong = attempt_headers(lines);
  for (std::size_t k = 0; k < lines.size() && k < 4 && wrong.empty(); ++k) {
    attempt_values(lines[k]);
    wrong = attempt_url(lines[k]);
    if (wrong.empty()) wrong = attempt_credentials(lines[k]);
  }
  return wrong;
}

}  // namespace lf::fuzz
