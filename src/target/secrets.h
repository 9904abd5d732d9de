#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "target/url_parts.h"

namespace lf::target {

/// User and password as basic authentication sends them, without "Basic ".
std::string basic_token(const Credentials& credentials);

/// What opens a target: a page that shows the request it refuses must not bring it onto a screen or into a report.
class Secrets {
 public:
  /// Shorter ones are left alone: to mask them would spoil words and so tell them.
  static constexpr std::size_t kShortest = 6;

  void add(std::string_view secret);
  /// User and password, and both as basic authentication sends them.
  void add(const Credentials& credentials);
  /// The value of a header line, "Name: value", and the words and attribute values that it is made of.
  void add_header(std::string_view line);
  /// The values of "a=x&b=y", as they are and percent-decoded.
  void add_query(std::string_view query);
  /// All that a webhook's address is made of but its host: credentials, path, query, whole and in parts.
  void add_webhook(std::string_view url);
  /// The credentials in a proxy's address.
  void add_proxy(std::string_view url);

  /// `text` with "***" for each secret, and for one that its end cuts.
  std::string mask(std::string text) const;

 private:
  std::vector<std::string> secrets_;  ///< longest first
};

}  // namespace lf::target
