#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lf::decode {

/// Takes the text out of a log line that is one JSON object (docker's json-file, Cloud Logging, journalctl -o json,
/// structured loggers): the value that holds a goroutine's header, else that of the first key of
/// log, MESSAGE, message, msg, textPayload, line, body. None where the line is no object or has none of these.
///
/// Looks at string values of the outermost object only. Escapes are undone; a broken one loses its backslash,
/// surrogates become U+FFFD.
std::optional<std::string> text_of_json_log_line(std::string_view line);

}  // namespace lf::decode
