#pragma once

#include <span>
#include <string_view>

#include "model/report.h"
#include "report/report_writer.h"

namespace lf::report {

/// A form in which a webhook takes a result (-notify). All are JSON.
struct Notice {
  std::string_view name;   ///< the prefix that asks for it: "slack+https://…"
  std::string_view brief;  ///< who takes it
  /// Whether an address is for it by itself, without the prefix.
  bool (*suits)(std::string_view url);
  /// Whether `report` gives it anything to say.
  bool (*has_news)(const Report& report);
  Result<void> (*write)(const Report& report, const Style& style, Sink& sink);
};

/// The last one suits every address.
std::span<const Notice> notices();

/// The notice for `url`, and the address without the notice's prefix.
struct NoticeAddress {
  const Notice* notice = nullptr;
  std::string_view url;
};
NoticeAddress find_notice(std::string_view url);

/// A message for a chat: the verdict, then the leaks and suspects, at most `style.top`, a place and an advice each.
/// Source: Slack's incoming webhooks ("text" in mrkdwn); Mattermost, Rocket.Chat and Discord's /slack take the same.
[[nodiscard]] Result<void> write_slack(const Report& report, const Style& style, Sink& sink);

/// An alert for each leak and suspect, and for each count beyond its critical threshold; accepted findings give none.
/// Labels are what stays the same from run to run, so that Alertmanager sees one alert.
/// Source: Alertmanager's API v2, POST /api/v2/alerts (postableAlerts).
[[nodiscard]] Result<void> write_alertmanager(const Report& report, const Style& style, Sink& sink);

}  // namespace lf::report
