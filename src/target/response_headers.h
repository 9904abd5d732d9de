#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lf::target {

/// Reads the header lines of an answer as they arrive and keeps the few that matter. Lines come from the target: sizes
/// are bounded, values are raw.
///
///     HTTP/1.1 404 Not Found\r\n          a status line starts over: what 1xx answers said is forgotten
///     X-Go-Pprof: 1\r\n                   net/http/pprof made this error itself
///     Content-Length: 16\r\n
///     \r\n                                complete
class ResponseHeaders {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;  ///< of all lines together, 1xx answers and trailers included
  static constexpr std::size_t kMaxValueBytes = 4096;  ///< of a value that is kept; the rest is cut

  /// Takes one line, with or without its end. Returns false when the lines are too long in all.
  bool feed(std::string_view line);
  /// Forgets everything, for the next answer.
  void clear() { *this = ResponseHeaders{}; }

  int status() const { return status_; }  ///< 0 before a status line
  bool complete() const { return complete_; }
  bool from_pprof() const { return from_pprof_; }
  bool too_large() const { return bytes_ > kMaxBytes; }
  const std::string& content_type() const { return content_type_; }
  const std::string& location() const { return location_; }
  const std::string& retry_after() const { return retry_after_; }
  const std::string& authenticate() const { return authenticate_; }  ///< WWW-Authenticate, the first
  const std::string& content_encoding() const { return content_encoding_; }
  std::optional<std::uint64_t> content_length() const { return content_length_; }

 private:
  std::size_t bytes_ = 0;
  int status_ = 0;
  bool complete_ = false;
  bool from_pprof_ = false;
  std::string content_type_, location_, retry_after_, authenticate_, content_encoding_;
  std::optional<std::uint64_t> content_length_;
};

}  // namespace lf::target
