#include "report/notice.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/format.h"
#include "report/escape.h"
#include "report/json.h"
#include "report/json_writer.h"
#include "report/numbers.h"
#include "report/words.h"

namespace lf::report {
namespace {

bool always(const Report&) {
  return true;
}

/// The part of an address before its query.
std::string_view without_query(std::string_view url) {
  return url.substr(0, url.find_first_of("?#"));
}

bool is_news(const Finding& finding) {
  return !finding.accepted && finding.verdict != Verdict::kInfo;
}

bool has_alerts(const Report& report) {
  return std::ranges::any_of(report.findings, is_news) || (report.goroutines && report.goroutines->alert) ||
         (report.memory && report.memory->alert);
}

constexpr std::array kNotices{
    Notice{"slack", "a chat message: Slack, Mattermost, Rocket.Chat",
           [](std::string_view url) { return url.starts_with("https://hooks.slack.com/"); }, always, write_slack},
    Notice{"alertmanager", "alerts: Alertmanager's API v2",
           [](std::string_view url) { return without_query(url).ends_with("/api/v2/alerts"); }, has_alerts,
           write_alertmanager},
    Notice{"json", "the report, as -format=json", [](std::string_view) { return true; }, always, write_json},
};

std::string subject_of(const Report& report) {
  if (!report.target.url.empty()) return report.target.url;
  std::string out;
  for (const TargetText& file : report.target.files) out += (out.empty() ? "" : ", ") + for_terminal(file);
  return out;
}

std::string slack_finding(const Finding& finding) {
  std::string out = format("\n{} *{}* {}", verdict_icon(finding.verdict), verdict_name(finding.verdict),
                           for_slack(amount_and_title(finding)));
  if (!finding.site.function.empty()) {
    out += format("\n      `{}` `{}`", for_slack(finding.site.function), for_slack(place_text(finding.site)));
  }
  const std::vector<std::string> advice = lines_for_terminal(finding.advice);
  if (!advice.empty()) out += format("\n      {}", for_slack(advice.front()));
  return out;
}

std::string slack_text(const Report& report, std::size_t top) {
  std::string out = format("{} *{}*\n{} `{}`", summarize(report).icon, for_slack(summary_line(report)),
                           for_slack(report.command), for_slack(subject_of(report)));
  std::size_t shown = 0, all = 0;
  for (const Finding& finding : report.findings) {
    if (!is_news(finding) || all++ >= top) continue;
    out += slack_finding(finding);
    ++shown;
  }
  if (all > shown) out += format("\n_{} more_", with_commas(all - shown));
  for (const Error& error : report.errors) out += format("\n❌ {}", for_slack(error.message));
  return out;
}

void put_alert(JsonWriter& out, const Report& report, std::string_view name, std::string_view severity,
               const Finding* finding, std::string_view summary) {
  out.begin_object();
  out.open_object("labels");
  out.field("alertname", name);
  out.field("severity", severity);
  out.optional_text("instance", subject_of(report));
  if (finding != nullptr) {
    out.field("id", finding->id);
    out.field("rule", finding->rule);
    out.optional_text("function", finding->site.function);
  }
  out.end_object();
  out.open_object("annotations");
  out.field("summary", summary);
  if (finding != nullptr) {
    out.optional_text("place", place_text(finding->site));
    std::string why;
    for (const TargetText& evidence : finding->evidence) why += (why.empty() ? "" : "; ") + for_terminal(evidence);
    out.optional_text("description", why);
    out.optional_text("advice", finding->advice);
  }
  out.end_object();
  out.field("startsAt", rfc3339(report.started_at));
  out.end_object();
}

}  // namespace

std::span<const Notice> notices() {
  return kNotices;
}

NoticeAddress find_notice(std::string_view url) {
  for (const Notice& notice : kNotices) {
    const std::size_t prefix = notice.name.size() + 1;
    if (url.size() > prefix && url.starts_with(notice.name) && url[prefix - 1] == '+') {
      return {&notice, url.substr(prefix)};
    }
  }
  return {std::ranges::find_if(kNotices, [&](const Notice& notice) { return notice.suits(url); }), url};
}

Result<void> write_slack(const Report& report, const Style& style, Sink& sink) {
  JsonWriter out(sink);
  out.begin_object();
  out.field("text", slack_text(report, style.top));
  out.end_object();
  return out.finish();
}

Result<void> write_alertmanager(const Report& report, const Style&, Sink& sink) {
  JsonWriter out(sink);
  out.begin_array();
  for (const Finding& finding : report.findings) {
    if (!is_news(finding)) continue;
    const bool leak = finding.verdict == Verdict::kLeak;
    put_alert(out, report, leak ? "GoLeak" : "GoLeakSuspected", leak ? "critical" : "warning", &finding,
              amount_and_title(finding));
  }
  if (report.goroutines && report.goroutines->alert) {
    put_alert(out, report, "GoGoroutinesCritical", "critical", nullptr,
              format("{}: beyond the critical threshold", count_of(report.goroutines->total, "goroutine")));
  }
  if (report.memory && report.memory->alert) {
    put_alert(out, report, "GoLiveHeapCritical", "critical", nullptr,
              format("{} of live heap: beyond the critical threshold",
                     bytes_in_words(report.memory->live_bytes.value_or(0))));
  }
  out.end_array();
  return out.finish();
}

}  // namespace lf::report
