#include "cli/notify.h"

#include "base/clock.h"
#include "base/format.h"
#include "cli/string_sink.h"
#include "cli/version.h"
#include "report/notice.h"
#include "target/post.h"

namespace lf::cli {

Result<void> check_notify(const Options& options) {
  const std::string_view url = report::find_notice(options.notify).url;
  if (url.starts_with("http://") || url.starts_with("https://")) return {};
  return fail(ErrorCode::kUsage,
              "invalid value for -notify (not shown, it may hold a secret): expected an http or https address, with "
              "slack+, alertmanager+ or json+ before it where the address does not tell");
}

Result<void> notify(const Options& options, const Report& report, const Stop& stop) {
  const auto [notice, url] = report::find_notice(options.notify);
  if (!notice->has_news(report)) return {};
  report::Style style;
  style.top = options.top;
  StringSink sink;
  if (Result<void> written = notice->write(report, style, sink); !written) return written;
  SystemClock clock;
  const target::Post message{.url = std::string(url),
                             .content_type = "application/json",
                             .body = sink.take(),
                             .proxy = options.proxy,
                             .user_agent = format("leakfinder/{}", version())};
  return target::post(message, clock, stop);
}

}  // namespace lf::cli
