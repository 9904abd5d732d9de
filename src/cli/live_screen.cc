#include "cli/live_screen.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/format.h"
#include "report/columns.h"
#include "report/escape.h"
#include "report/numbers.h"

namespace lf::cli {
namespace {

using report::Line;
using report::Tint;

constexpr int kValueColumn = 15, kDeltaColumn = 27, kRateColumn = 39, kBarsColumn = 55;

Tint tint_of(Level level) {
  switch (level) {
    case Level::kNormal:
      return Tint::kGreen;
    case Level::kModerate:
      return Tint::kPlain;
    case Level::kHigh:
      return Tint::kYellow;
    default:
      return Tint::kRed;
  }
}

Tint tint_of(HealthLevel level) {
  return level == HealthLevel::kHealthy ? Tint::kGreen : level == HealthLevel::kCritical ? Tint::kRed : Tint::kYellow;
}

Tint tint_of_growth(std::int64_t growth) {
  return growth > 0 ? Tint::kYellow : growth < 0 ? Tint::kGreen : Tint::kDim;
}

/// "1:02:03", "02:03".
std::string clock_text(std::chrono::milliseconds time) {
  const auto seconds = std::max<std::int64_t>(0, time.count() / 1000);
  const auto minutes = seconds / 60;
  return minutes >= 60 ? format("{}:{:02}:{:02}", minutes / 60, minutes % 60, seconds % 60)
                       : format("{:02}:{:02}", minutes, seconds % 60);
}

template <class Container>
void push_bounded(Container& container, typename Container::value_type value, std::size_t most) {
  container.push_back(std::move(value));
  if (container.size() > most) container.pop_front();
}

std::string rate_text(double per_min, bool bytes) {
  if (bytes)
    return format("{}/min", report::signed_bytes_in_words(static_cast<std::int64_t>(std::clamp(per_min, -9e18, 9e18))));
  return format("{}{}/min", per_min > 0 ? "+" : per_min < 0 ? "-" : "", report::decimal_in_words(std::abs(per_min)));
}

std::string order_name(SiteOrder order) {
  return order == SiteOrder::kGrowth ? "growth" : order == SiteOrder::kCount ? "count" : "name";
}

/// The front of `text` in at most `width` columns.
std::string_view front_of(std::string_view text, int width) {
  std::size_t end = 0;
  while (end < text.size()) {
    char32_t code_point = 0;
    const std::size_t length = std::max<std::size_t>(1, decode_utf8(text.substr(end), code_point));
    if (report::columns(text.substr(0, end + length)) > width) break;
    end += length;
  }
  return text.substr(0, end);
}

/// `line` in at most `width` columns; one that is cut ends in `ellipsis`.
Line cut(const Line& line, int width, std::string_view ellipsis) {
  if (line.columns() <= width) return line;
  Line out;
  for (const Line::Piece& piece : line.pieces()) {
    const int room = width - report::columns(ellipsis) - out.columns();
    const std::string_view front = front_of(piece.text, room);
    out.add(front, piece.tint);
    if (front.size() < piece.text.size()) return out.add(ellipsis, piece.tint);
  }
  return out;
}

}  // namespace

LiveScreen::LiveScreen(std::string target, bool utf8) : target_(std::move(target)) {
  style_.icons = utf8;
}

void LiveScreen::add(const pipeline::WatchTick& tick, const Report& report) {
  tick_ = tick;
  problem_ = tick.problem;
  for (const std::string& alert : tick.alerts) push_bounded(alerts_, Alert{tick.at, alert}, kAlertsKept);
  if (tick.restarted) {
    push_bounded(alerts_, Alert{tick.at, "the target was restarted: its series begin anew"}, kAlertsKept);
    sites_.clear();
  }
  if (!tick.goroutines && !tick.live_bytes) return;
  ++samples_;
  if (tick.goroutines) push_bounded(goroutines_, *tick.goroutines, kKept);
  if (tick.live_bytes) push_bounded(live_bytes_, *tick.live_bytes, kKept);
  go_version_ = report::for_terminal(report.target.go_version);
  health_ = report.health;
  if (report.goroutines) {
    goroutine_level_ = level_name(report.goroutines->level);
    goroutine_tint_ = tint_of(report.goroutines->level);
    add_goroutine_sites(report);
  }
  if (report.memory) {
    memory_level_ = level_name(report.memory->level);
    memory_tint_ = tint_of(report.memory->level);
    pattern_ = memory_pattern_name(report.memory->pattern);
    pattern_reason_ = report.memory->pattern_reason;
    add_heap_sites(report);
  }
  leaks_ = suspects_ = 0;
  std::set<std::pair<std::string_view, std::string_view>> leaking;
  for (const Finding& finding : report.findings) {
    if (finding.accepted) continue;
    leaks_ += finding.verdict == Verdict::kLeak ? 1 : 0;
    suspects_ += finding.verdict == Verdict::kSuspect ? 1 : 0;
    if (finding.verdict == Verdict::kLeak) leaking.emplace(finding.site.function.raw(), finding.site.file.raw());
  }
  for (auto& [key, site] : sites_) {
    site.leaks = std::ranges::any_of(
        leaking, [&](const auto& leak) { return key.starts_with(format("{}\n{}:", leak.first, leak.second)); });
  }
  forget_sites();
}

LiveScreen::Site& LiveScreen::touch(const std::string& key, std::uint64_t now) {
  Site& site = sites_[key];
  // A site that was not there before came from nothing, but in the first sample everything is new.
  if (site.counts.empty() && samples_ > 1) site.counts.push_back(0);
  if (site.counts.empty()) site.first = now;
  push_bounded(site.counts, now, kKept);
  site.growth = static_cast<std::int64_t>(now) - static_cast<std::int64_t>(site.first);
  site.seen = samples_;
  return site;
}

void LiveScreen::add_goroutine_sites(const Report& report) {
  // Groups of one place and state that differ in their creator are one row.
  std::map<std::string, std::pair<std::uint64_t, const SiteCount*>> now;
  for (const SiteCount& group : report.goroutines->sites) {
    auto& [count, example] =
        now[format("{}\n{}:{}\n{}", group.site.function.raw(), group.site.file.raw(), group.site.line, group.state)];
    count += group.count;
    example = &group;
  }
  for (const auto& [key, row] : now) {
    Site& site = touch(key, row.first);
    if (!site.name.empty()) continue;
    site.name = report::for_terminal(row.second->site.function);
    site.place = format("{}:{}", report::for_terminal(row.second->site.file), row.second->site.line);
    site.state = report::for_terminal(row.second->state);
  }
  for (auto& [key, site] : sites_) {
    if (site.seen != samples_ && !site.is_bytes) touch(key, 0);
  }
}

void LiveScreen::add_heap_sites(const Report& report) {
  for (const AllocationSite& allocation : report.memory->sites) {
    const std::string key =
        format("{}\n{}:{}\nheap", allocation.site.function.raw(), allocation.site.file.raw(), allocation.site.line);
    Site& site = touch(key, allocation.inuse_bytes);
    site.is_bytes = true;
    if (!site.name.empty()) continue;
    site.name = report::for_terminal(allocation.site.function);
    site.place = format("{}:{}", report::for_terminal(allocation.site.file), allocation.site.line);
    site.state = "heap";
  }
}

/// Empty sites go when there are too many; then those that matter least.
void LiveScreen::forget_sites() {
  if (sites_.size() <= kSitesKept) return;
  std::vector<std::pair<std::tuple<bool, std::int64_t, std::uint64_t>, std::string>> by_weight;
  for (const auto& [key, site] : sites_) {
    const std::int64_t unit = site.is_bytes ? 1 << 20 : 1;
    by_weight.push_back(
        {{site.leaks, std::abs(site.growth) / unit, site.counts.back() / static_cast<std::uint64_t>(unit)}, key});
  }
  std::ranges::sort(by_weight);
  for (std::size_t i = 0; i < by_weight.size() - kSitesKept; ++i) sites_.erase(by_weight[i].second);
}

std::string LiveScreen::bars(const Series& series, int most) const {
  if (most < 4 || series.size() < 2) return {};
  const std::size_t shown = std::min(series.size(), static_cast<std::size_t>(most));
  return report::sparkline(
      style_, std::vector<std::uint64_t>(series.end() - static_cast<std::ptrdiff_t>(shown), series.end()), shown);
}

Line LiveScreen::header(const LiveState& state, int width) const {
  const std::string_view dot = style_.icons ? " · " : " - ";
  Line right;
  if (state.paused) right.add(style_.icons ? "⏸ paused" : "paused", Tint::kYellow).add("  ");
  right.add(clock_text(state.elapsed), Tint::kBold)
      .add("  ")
      .add(format("{} left", clock_text(state.left)), Tint::kDim);
  Line left("LeakFinder ", Tint::kBold);
  const std::string version = go_version_.empty() ? "" : format("{}{}", dot, go_version_);
  const int room = width - right.columns() - left.columns() - report::columns(version) - 3;
  left.add(report::shorten_middle(target_, std::max(room, 8), style_.icons ? "…" : "..."), Tint::kCyan);
  left.add(version, Tint::kDim);
  left.pad_to(width - right.columns(), 1);
  return left.add(right);
}

void LiveScreen::put_values(std::vector<Line>& lines, int width) const {
  // Narrow terminals go without the rate.
  const bool wide = width >= 80;
  const int bars_column = wide ? kBarsColumn : kRateColumn;
  const int most = width - bars_column - 1;
  const auto put = [&](std::string_view name, const std::string& value, const std::string& level, Tint tint,
                       const std::string& delta, Tint delta_tint, const std::string& rate, const Series& series) {
    Line line(" ");
    line.add(name, Tint::kBold).pad_to(kValueColumn, 1).add(value, tint).pad_to(kDeltaColumn, 1);
    line.add(delta, delta_tint);
    if (wide) line.pad_to(kRateColumn, 1).add(rate, Tint::kDim);
    line.pad_to(bars_column, 1);
    const std::string levels = level.empty() ? "" : " " + level;
    const std::string drawn = bars(series, most - report::columns(levels));
    lines.push_back(line.add(drawn, Tint::kCyan).add(drawn.empty() ? level : levels, tint));
  };
  if (!goroutines_.empty()) {
    const std::int64_t delta = tick_.goroutines_delta.value_or(0);
    put("Goroutines", report::with_commas(goroutines_.back()), goroutine_level_, goroutine_tint_,
        delta == 0 ? "" : report::signed_with_commas(delta), tint_of_growth(delta),
        tick_.goroutines_per_min ? rate_text(*tick_.goroutines_per_min, false) : "", goroutines_);
  }
  if (!live_bytes_.empty()) {
    const std::int64_t delta = tick_.live_bytes_delta.value_or(0);
    put("Live heap", report::bytes_in_words(live_bytes_.back()), memory_level_, memory_tint_,
        delta == 0 ? "" : report::signed_bytes_in_words(delta), tint_of_growth(delta),
        tick_.live_bytes_per_min ? rate_text(*tick_.live_bytes_per_min, true) : "", live_bytes_);
  }
  if (!pattern_.empty()) {
    const Tint tint = pattern_ == "stable" ? Tint::kGreen : pattern_ == "unknown" ? Tint::kDim : Tint::kRed;
    lines.push_back(Line(" ")
                        .add("Memory", Tint::kBold)
                        .pad_to(kValueColumn, 1)
                        .add(pattern_, tint)
                        .add(pattern_reason_.empty() ? "" : "  ")
                        .add(pattern_reason_, Tint::kDim));
  }
  if (samples_ > 0) {
    Line line = Line(" ").add("Health", Tint::kBold);
    line.pad_to(kValueColumn, 1)
        .add(format("{}/100 {}", health_.score, health_level_name(health_.level)), tint_of(health_.level));
    if (leaks_ > 0) line.add("  ").add(report::count_of(leaks_, "leak"), Tint::kRed);
    if (suspects_ > 0) line.add("  ").add(report::count_of(suspects_, "suspect"), Tint::kYellow);
    lines.push_back(line);
  }
}

void LiveScreen::put_sites(std::vector<Line>& lines, const LiveState& state, int width, int rows) const {
  std::vector<const Site*> shown;
  for (const auto& [key, site] : sites_) {
    if (site.counts.back() > 0 || site.growth != 0) shown.push_back(&site);
  }
  // Bytes and goroutines are compared by how much of their kind they are: a goroutine weighs about a page.
  constexpr std::int64_t kGoroutineWeight = 4096;
  const auto weight = [](const Site& site, std::int64_t value) {
    return site.is_bytes ? value : value * kGoroutineWeight;
  };
  const auto before = [&](const Site* a, const Site* b) {
    const auto key = [&](const Site& site) {
      const auto count = static_cast<std::int64_t>(site.counts.back());
      const std::int64_t growth = weight(site, site.growth), size = weight(site, count);
      return state.order == SiteOrder::kGrowth  ? std::tuple(!site.leaks, -growth, -size)
             : state.order == SiteOrder::kCount ? std::tuple(true, -size, -growth)
                                                : std::tuple(true, std::int64_t{0}, std::int64_t{0});
    };
    return std::tuple(key(*a), std::tie(a->name, a->place, a->state)) <
           std::tuple(key(*b), std::tie(b->name, b->place, b->state));
  };
  std::ranges::sort(shown, before);
  const bool wide = width >= 90;
  constexpr int kNow = 12, kDelta = 24, kTrend = 26;
  const int trend_width = wide ? 20 : 0;
  const int state_column = kTrend + (wide ? trend_width + 2 : 0), site_column = state_column + (width >= 70 ? 16 : 0);
  const auto right = [](std::string_view text, int end) {
    return std::string(static_cast<std::size_t>(std::max(0, end - report::columns(text))), ' ');
  };
  Line head(" ");
  head.add(right("now", kNow - 1))
      .add("now", Tint::kDim)
      .add(right("since start", kDelta - kNow))
      .add("since start", Tint::kDim);
  if (wide) head.pad_to(kTrend, 1).add("trend", Tint::kDim);
  if (site_column > state_column) head.pad_to(state_column, 1).add("state", Tint::kDim);
  head.pad_to(site_column, 1).add("site", Tint::kDim).add(format(", by {}", order_name(state.order)), Tint::kDim);
  lines.push_back(head);
  for (const Site* site : shown) {
    if (--rows < 1) break;
    const std::string count =
        site->is_bytes ? report::bytes_in_words(site->counts.back()) : report::with_commas(site->counts.back());
    const std::string growth = site->growth == 0 ? ""
                               : site->is_bytes  ? report::signed_bytes_in_words(site->growth)
                                                 : report::signed_with_commas(site->growth);
    Line line(site->leaks ? (style_.icons ? "●" : "!") : " ", Tint::kRed);
    line.add(right(count, kNow - 1))
        .add(count, Tint::kBold)
        .add(right(growth, kDelta - kNow))
        .add(growth, tint_of_growth(site->growth));
    if (wide) line.pad_to(kTrend, 1).add(bars(site->counts, trend_width), Tint::kCyan);
    if (site_column > state_column) {
      line.pad_to(state_column, 1)
          .add(report::shorten_middle(site->state, site_column - state_column - 1, style_.icons ? "…" : "..."),
               Tint::kDim);
    }
    line.pad_to(site_column, 1);
    const int room = width - line.columns();
    const std::string name = report::shorten_middle(site->name, std::max(8, room), style_.icons ? "…" : "...");
    line.add(name, site->leaks ? Tint::kRed : Tint::kPlain);
    const int place_room = width - line.columns() - 2;
    if (place_room >= 16)
      line.add("  ").add(report::shorten_middle(site->place, place_room, style_.icons ? "…" : "..."), Tint::kDim);
    lines.push_back(line);
  }
  if (shown.empty()) lines.push_back(Line("  nothing measured yet", Tint::kDim));
}

void LiveScreen::put_alerts(std::vector<Line>& lines, int width, int rows) const {
  const std::size_t shown = std::min(alerts_.size(), static_cast<std::size_t>(std::max(0, rows)));
  for (auto alert = alerts_.rbegin(); alert != alerts_.rbegin() + static_cast<std::ptrdiff_t>(shown); ++alert) {
    Line line(" ");
    line.add(report::time_of_day(alert->at), Tint::kDim).add("  ");
    line.add(report::shorten_middle(report::for_terminal(alert->words), std::max(10, width - line.columns()),
                                    style_.icons ? "…" : "..."),
             Tint::kRed);
    lines.push_back(line);
  }
}

std::vector<Line> LiveScreen::draw(const LiveState& state, int width, int height) const {
  const std::string_view ellipsis = style_.icons ? "…" : "...";
  std::vector<Line> lines{header(state, width)};
  std::string rule;
  for (int i = 0; i < width; ++i) rule += style_.icons ? "─" : "-";
  lines.emplace_back(rule, Tint::kDim);
  if (state.help) {
    for (const std::string_view words :
         {" q  end the watch and show the summary", " p  pause: the target is left alone until p is pressed again",
          " s  sort the sites by growth, count or name", " ?  this help", " Ctrl-C  as q, with exit code 130"}) {
      lines.emplace_back(words);
    }
  } else {
    put_values(lines, width);
    lines.emplace_back();
    const int alert_rows = alerts_.empty() ? 0 : std::clamp(height / 5, 1, 6);
    const int used = static_cast<int>(lines.size()) + 2 +
                     (alert_rows > 0 ? std::min(alert_rows, static_cast<int>(alerts_.size())) + 1 : 0);
    put_sites(lines, state, width, std::max(2, height - used));
    if (alert_rows > 0) {
      lines.emplace_back();
      put_alerts(lines, width, alert_rows);
    }
  }
  // The last two lines are always there: what is wrong or under way, and the keys.
  const auto body = static_cast<std::size_t>(std::max(1, height - 2));
  lines.resize(body);
  const std::string words = problem_.empty() ? state.activity : problem_;
  lines.emplace_back(words.empty() ? "" : " " + words, problem_.empty() ? Tint::kDim : Tint::kYellow);
  Line keys(" ");
  for (const auto& [key, does] : {std::pair("q", "quit"), std::pair("p", state.paused ? "go on" : "pause"),
                                  std::pair("s", "sort"), std::pair("?", state.help ? "back" : "help")}) {
    keys.add(key, Tint::kBold).add(format(" {}   ", does), Tint::kDim);
  }
  lines.push_back(keys);
  for (Line& line : lines) line = cut(line, width, ellipsis);
  return lines;
}

}  // namespace lf::cli
