#include "target/response_headers.h"

#include <algorithm>
#include <charconv>

#include "target/ascii.h"

namespace lf::target {
namespace {

/// 404 of "HTTP/1.1 404 Not Found"; 0 where there is none.
int status_of(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return 0;
  const std::string_view rest = trim(line.substr(space));
  int status = 0;
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + std::min<std::size_t>(rest.size(), 3), status);
  return code == std::errc{} && status >= 100 ? status : 0;
}

void keep_first(std::string& kept, std::string_view value) {
  if (kept.empty()) kept = value.substr(0, ResponseHeaders::kMaxValueBytes);
}

}  // namespace

bool ResponseHeaders::feed(std::string_view line) {
  bytes_ += line.size();
  if (too_large()) return false;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    const std::size_t bytes = bytes_;
    clear();
    bytes_ = bytes;
    status_ = status_of(line);
    return true;
  }
  if (line.empty()) {
    complete_ = true;
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || complete_) return true;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (same_name(name, "content-type")) keep_first(content_type_, value);
  if (same_name(name, "location")) keep_first(location_, value);
  if (same_name(name, "retry-after")) keep_first(retry_after_, value);
  if (same_name(name, "www-authenticate")) keep_first(authenticate_, value);
  if (same_name(name, "content-encoding")) keep_first(content_encoding_, value);
  if (same_name(name, "x-go-pprof")) from_pprof_ = true;
  if (same_name(name, "content-length")) {
    std::uint64_t length = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (code == std::errc{} && end == value.data() + value.size()) content_length_ = length;
  }
  return true;
}

}  // namespace lf::target
