#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lf::decode {

/// What a log collector puts before each line: its words stay the same from line to line, times and numbers change.
///
///     web_1  | …                                                       docker compose
///     [pod/web-7d9f/web] …                                             kubectl logs --prefix
///     2026-11-23T10:00:00.123456789Z stderr F …                        container runtime files
///     Nov 23 10:00:00 host app[1234]: …                                journald, syslog
///     2026/11/23 10:00:00 …                                            package log
///
/// A word that consists of digits, T, Z and punctuation counts as one that changes.
class LogPrefix {
 public:
  LogPrefix() = default;
  explicit LogPrefix(std::string_view text);

  bool empty() const { return pieces_.empty(); }

  /// The line without the prefix, none where it has another. Of a line that holds nothing else, the prefix may lack its
  /// spaces at the end.
  std::optional<std::string_view> strip(std::string_view line) const;

 private:
  struct Piece {
    std::string text;
    bool changes = false;
  };
  std::vector<Piece> pieces_;
};

}  // namespace lf::decode
