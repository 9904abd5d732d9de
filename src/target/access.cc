#include "target/access.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include "base/format.h"
#include "base/text.h"
#include "target/ascii.h"

namespace lf::target {
namespace {

constexpr std::uint64_t kMaxTokenBytes = 64 * 1024;

bool is_token_char(char c) {
  return is_alpha(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// "Name: value" as libcurl takes it. Only the name is ever shown: the value may be a secret, and so may be a text
/// that has no name.
Result<std::string> header_line(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (colon == std::string_view::npos || name.empty() || !std::ranges::all_of(name, is_token_char)) {
    return fail(ErrorCode::kUsage, "a -header is not of the form 'Name: value'");
  }
  constexpr std::array<std::string_view, 6> kOurs = {
      "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te"};
  if (std::ranges::any_of(kOurs, [&](std::string_view own) { return same_name(own, name); })) {
    return fail(ErrorCode::kUsage, format("-header can't set \"{}\": it frames the request itself", name));
  }
  const std::string_view value = trim(text.substr(colon + 1));
  if (std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; })) {
    return fail(ErrorCode::kUsage, format("the value of -header \"{}\" has a control character in it", name));
  }
  return value.empty() ? format("{};", name) : format("{}: {}", name, value);
}

Result<void> check_readable(const std::string& path, std::string_view flag) {
  if (path.empty()) return {};
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(ErrorCode::kUsage, format("no such file: {} \"{}\"", flag, visible(path)), visible(path));
  }
  if (S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::kUsage, format("{} \"{}\" is a directory", flag, visible(path)), visible(path));
  }
  if (::access(path.c_str(), R_OK) != 0) {
    return fail(ErrorCode::kUsage, format("no permission to read {} \"{}\"", flag, visible(path)), visible(path));
  }
  return {};
}

/// The variable by which libcurl would choose a proxy for `scheme`; HTTP_PROXY is left out as it does (a CGI client
/// could set it).
std::string choose_proxy_variable(Scheme scheme) {
  const std::array<const char*, 4> names =
      scheme == Scheme::kHttps ? std::array<const char*, 4>{"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}
                               : std::array<const char*, 4>{"http_proxy", "all_proxy", "ALL_PROXY", ""};
  for (const char* name : names) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return name;
  }
  return {};
}

}  // namespace

Result<std::string> BearerToken::read() {
  const std::string shown = visible(path_);
  struct stat status{};
  if (::stat(path_.c_str(), &status) != 0) {
    return fail(ErrorCode::kUsage, format("no such file: -bearer-token-file \"{}\"", shown), shown);
  }
  const bool same =
      status.st_size == size_ && status.st_mtim.tv_sec == changed_.tv_sec && status.st_mtim.tv_nsec == changed_.tv_nsec;
  // A pipe gives its token once (-bearer-token-file=<(command)); there is nothing to read again.
  if (S_ISREG(status.st_mode) ? same : !token_.empty()) return token_;
  std::string text;
  const auto read = read_file(path_, kMaxTokenBytes, [&](std::span<const std::byte> chunk) {
    text.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return true;
  });
  if (!read) {
    return fail(ErrorCode::kUsage, format("can't read -bearer-token-file: {}", read.error().message), shown);
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty() || std::ranges::any_of(text, [](char c) { return is_control(c) || c == ' '; })) {
    return fail(ErrorCode::kUsage, format("-bearer-token-file \"{}\" holds no token on one line", shown), shown);
  }
  token_ = std::move(text);
  changed_ = status.st_mtim;
  size_ = status.st_size;
  return token_;
}

Result<Access> Access::prepare(const TargetSpec& spec, const TargetUrl& url) {
  Access out;
  for (const std::string& header : spec.headers) {
    auto line = header_line(header);
    if (!line) return std::unexpected(line.error());
    out.secrets_.add_header(*line);
    out.header_lines_.push_back(*std::move(line));
  }
  for (const auto& [path, flag] : {std::pair(&spec.ca_file, "-ca"), std::pair(&spec.certificate_file, "-cert"),
                                   std::pair(&spec.key_file, "-key")}) {
    if (auto readable = check_readable(*path, flag); !readable) return std::unexpected(readable.error());
  }
  if (!spec.key_file.empty() && spec.certificate_file.empty()) {
    return fail(ErrorCode::kUsage, "-key is given without -cert");
  }
  out.user_agent_ = spec.user_agent;
  out.credentials_ = url.credentials();
  if (!spec.user.empty()) {
    if (spec.user.contains(':') || std::ranges::any_of(spec.user + spec.password, is_control)) {
      return fail(ErrorCode::kUsage, "the user has a \":\", or the user or password a control character in it");
    }
    out.credentials_ = Credentials{spec.user, spec.password};
  } else if (out.credentials_ && !out.credentials_->password) {
    out.credentials_->password = spec.password;
  }
  if (!spec.bearer_token_file.empty()) {
    if (out.credentials_) {
      return fail(ErrorCode::kUsage, "a user (of -user or of the URL) and -bearer-token-file exclude each other");
    }
    out.token_.emplace(spec.bearer_token_file);
    auto token = out.token_->read();
    if (!token) return std::unexpected(token.error());
    out.secrets_.add(*token);
  }
  if (out.credentials_) out.secrets_.add(*out.credentials_);
  out.secrets_.add_query(url.secret_query());
  if (!spec.proxy.empty()) {
    if (auto valid = check_proxy_url(spec.proxy); !valid) return std::unexpected(valid.error());
    out.proxy_ = spec.proxy;
    out.secrets_.add_proxy(spec.proxy);
    out.proxy_display_ = without_credentials(spec.proxy);
  }
  out.ca_file_ = spec.ca_file;
  out.certificate_file_ = spec.certificate_file;
  out.key_file_ = spec.key_file.empty() ? spec.certificate_file : spec.key_file;
  out.insecure_ = spec.insecure;
  out.socket_path_ = url.socket_path();
  out.direct_ = out.proxy_.empty() && url.is_loopback();
  if (out.proxy_.empty() && !out.direct_) out.proxy_variable_ = choose_proxy_variable(url.scheme());
  if (!out.proxy_variable_.empty()) out.secrets_.add_proxy(std::getenv(out.proxy_variable_.c_str()));
  return out;
}

Result<std::vector<std::string>> Access::request_lines() {
  std::vector<std::string> lines = header_lines_;
  if (token_) {
    auto token = token_->read();
    if (!token) return std::unexpected(token.error());
    secrets_.add(*token);
    lines.push_back(format("Authorization: Bearer {}", *token));
  }
  return lines;
}

Result<void> Access::apply(EasyHandle& handle, HeaderList& headers) {
  // The payload is gzip already where that pays: no encoding is asked for. A proxy that encodes all the same is
  // decoded.
  handle.set_text(CURLOPT_ACCEPT_ENCODING, "");
  const bool own_encoding = std::ranges::any_of(
      header_lines_, [](std::string_view line) { return same_name(name_of(line), "accept-encoding"); });
  if (!own_encoding) headers.append("Accept-Encoding:");
  const auto lines = request_lines();
  if (!lines) return std::unexpected(lines.error());
  for (const std::string& line : *lines) headers.append(line);
  handle.set_pointer(CURLOPT_HTTPHEADER, headers.list());
  handle.set_text(CURLOPT_USERAGENT, user_agent_);
  if (credentials_) {
    handle.set_number(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    handle.set_text(CURLOPT_USERNAME, credentials_->user);
    handle.set_text(CURLOPT_PASSWORD, credentials_->password.value_or(""));
  }
  if (!socket_path_.empty()) handle.set_text(CURLOPT_UNIX_SOCKET_PATH, socket_path_);
  apply_tls(handle);
  apply_proxy(handle);
  return {};
}

void Access::apply_tls(EasyHandle& handle) const {
  if (!ca_file_.empty()) handle.set_text(CURLOPT_CAINFO, ca_file_);
  // Only the file: without a folder beside it, libcurl parses the authorities (some 40 ms) once for all connections.
  handle.set_text(CURLOPT_CAPATH, nullptr);
  if (!certificate_file_.empty()) {
    handle.set_text(CURLOPT_SSLCERT, certificate_file_);
    handle.set_text(CURLOPT_SSLKEY, key_file_);
    // An empty pass phrase: OpenSSL would ask for one on the terminal, and hang where there is nobody.
    handle.set_text(CURLOPT_KEYPASSWD, "");
  }
  handle.set_number(CURLOPT_SSL_VERIFYPEER, insecure_ ? 0 : 1);
  handle.set_number(CURLOPT_SSL_VERIFYHOST, insecure_ ? 0 : 2);
}

void Access::apply_proxy(EasyHandle& handle) const {
  if (!proxy_.empty()) {
    handle.set_text(CURLOPT_PROXY, proxy_);
  } else if (direct_) {
    handle.set_text(CURLOPT_PROXY, "");
  }
}

}  // namespace lf::target
