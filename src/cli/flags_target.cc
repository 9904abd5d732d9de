#include <array>

#include "cli/apply.h"
#include "cli/flag.h"

namespace lf::cli {
namespace {

Result<void> add_header(Options& options, std::string_view value) {
  const std::size_t colon = value.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return fail(ErrorCode::kUsage,
                colon == 0 ? "no name before the colon: expected 'NAME: VALUE'" : "no colon: expected 'NAME: VALUE'");
  }
  options.header.emplace_back(value);
  return {};
}

}  // namespace

std::span<const Flag> target_flags() {
  static constexpr std::array kFlags{
      Flag{"url",
           "URL",
           "http://localhost:6060",
           "the service's base URL, its /debug/pprof/ path under any prefix, or unix:///path.sock",
           store_text<&Options::url>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kUrl},
      Flag{"timeout", "DURATION", "30s", "bounds each request, from resolving the name to the last byte",
           store_duration<&Options::timeout>},
      Flag{"header",
           "'NAME: VALUE'",
           "",
           "a header to send with each request; may be repeated",
           add_header,
           FlagKind::kList,
           {},
           {},
           {},
           ValueHint::kNone,
           true},
      Flag{"bearer-token-file",
           "FILE",
           "",
           "a file with the bearer token, read again when it changes",
           store_text<&Options::bearer_token_file>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFile},
      Flag{"user",
           "NAME",
           "",
           "basic authentication; the password comes from -password-file or LEAKFINDER_PASSWORD",
           store_text<&Options::user>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kNone,
           true},
      Flag{"password-file",
           "FILE",
           "",
           "a file with the password for -user",
           store_text<&Options::password_file>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFile},
      Flag{"ca",
           "FILE",
           "",
           "certificates (PEM) to trust instead of the system's",
           store_text<&Options::ca>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFile},
      Flag{"cert",
           "FILE",
           "",
           "client certificate (PEM); may hold the key too",
           store_text<&Options::cert>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFile},
      Flag{"key",
           "FILE",
           "",
           "key (PEM) of the client certificate",
           store_text<&Options::key>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kFile},
      Flag{"insecure", "", "false", "do not verify the target's certificate", store_bool<&Options::insecure>,
           FlagKind::kBool},
      Flag{"proxy",
           "URL",
           "",
           "HTTP proxy; without it HTTP_PROXY, HTTPS_PROXY and NO_PROXY count",
           store_text<&Options::proxy>,
           FlagKind::kValue,
           {},
           {},
           {},
           ValueHint::kUrl,
           true},
      Flag{"max-body", "SIZE", "512MiB", "the largest answer or file read, also after decompression",
           store_size<&Options::max_body>},
      Flag{"max-goroutines", "N", "2000000", "goroutines kept of one dump; more are counted",
           store_positive<&Options::max_goroutines>},
      Flag{"max-goroutines-full", "N", "1000",
           "above this many goroutines the dump that stops the target (debug=2) is not asked for",
           store_count<&Options::max_goroutines_full>},
  };
  return kFlags;
}

}  // namespace lf::cli
