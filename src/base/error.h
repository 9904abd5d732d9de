#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace lf {

/// What kind of thing went wrong; the exit code and the JSON `code` follow from it.
enum class ErrorCode : std::uint8_t {
  kUsage,         ///< the command line, the environment or a configuration file is wrong
  kUnreachable,   ///< no answer: no such host, no route, connection reset
  kRefused,       ///< nothing listens there
  kUnauthorized,  ///< the target wants credentials, or other ones
  kTls,           ///< the TLS handshake failed
  kTimeout,       ///< a deadline passed; the message names the phase
  kTooLarge,      ///< a body or a file is larger than its limit
  kMalformed,     ///< bytes that are not what they should be
  kUnsupported,   ///< a profile that says nothing about leaks, a form that is not known
  kNotFound,      ///< a file, a profile or a host is not there
  kIo,            ///< reading or writing on our side failed
  kInterrupted,   ///< Ctrl-C or a termination signal
  kInternal,      ///< a fault of ours
};

/// The name of `code` in JSON: "timeout", "not-found", ….
std::string_view error_code_name(ErrorCode code);

/// One line for a person: lower case, the offending value quoted, what to do next; safe to print as it is (what came
/// from a target is made visible before it gets here). `where` is "dump.txt:1042", "byte 8191" or a URL without
/// credentials; it may be empty.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string where;
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for returning a failure: `return fail(ErrorCode::kIo, "…", path);`.
inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string where = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(where)});
}

}  // namespace lf
