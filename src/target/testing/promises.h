#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "target/response_headers.h"
#include "target/url.h"

// Entry points for fuzzing, and for tests with mutated inputs: each takes any bytes, exercises a reader, and returns
// the promise that it broke, or "".

namespace lf::target::testing {

inline bool is_one_visible_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// Whether `shown` has the password `secret` in it, and not because the rest of `input` or our own words have it too.
inline bool shows_secret(std::string_view secret, std::string_view input, std::string_view shown) {
  constexpr std::string_view kOwnWords = "https://localhost unix:///debug/pprof/goroutine?debug=2";
  const std::string_view rest = input.substr(input.rfind('@') + 1);
  return secret.size() >= 4 && !rest.contains(secret) && !kOwnWords.contains(secret) && shown.contains(secret);
}

/// A URL is either refused with one printable line, or taken apart so that reading its display again is possible, its
/// requests are printable ASCII, and redirects stay within its origin.
inline std::string broken_url_promise(std::string_view input) {
  if (!is_one_visible_line(without_credentials(input))) return "without_credentials shows a control character";
  static_cast<void>(looks_like_target(input));
  static_cast<void>(check_proxy_url(input));
  const auto url = TargetUrl::parse(input);
  if (!url) {
    if (url.error().code != ErrorCode::kUsage) return "a broken URL is no usage error";
    return is_one_visible_line(url.error().message) ? "" : "the error is not one visible line";
  }
  if (!is_one_visible_line(url->display())) return "the display is not one visible line";
  const auto request = url->request_url(ProfileRequest{"goroutine?debug=2", false, {}});
  if (!request) return "an ordinary profile can't be asked for";
  const bool ascii = std::ranges::all_of(*request, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!ascii) return "the request is not printable ASCII";
  if (url->credentials() && shows_secret(url->credentials()->password.value_or(""), input, url->display() + *request)) {
    return "a password is shown";
  }
  const std::size_t slashes = request->find("://") + 3;
  const std::string origin = request->substr(0, request->find('/', slashes));
  const auto next = url->resolve_redirect(*request, input);
  if (next && !next->starts_with(origin + "/") && !next->starts_with(origin + "?"))
    return "a redirect leaves the origin";
  return !next && !is_one_visible_line(next.error().message) ? "the redirect's error is not one visible line" : "";
}

/// Any header lines are read within their limits.
inline std::string broken_header_promise(std::string_view input) {
  ResponseHeaders headers;
  std::size_t taken = 0;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size() - 1) + 1;
    const bool accepted = headers.feed(input.substr(0, end));
    taken += end;
    if (accepted != (taken <= ResponseHeaders::kMaxBytes)) return "the limit of all lines is not held";
    if (!accepted) return "";
    input.remove_prefix(end);
    if (headers.status() < 0 || headers.status() > 999) return "a status beyond three digits";
    const std::size_t longest = std::max(headers.location().size(), headers.content_type().size());
    if (longest > ResponseHeaders::kMaxValueBytes) return "a kept value is too long";
  }
  return "";
}

}  // namespace lf::target::testing
