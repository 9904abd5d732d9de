#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "pipeline/watch.h"
#include "report/text_page.h"

namespace lf::cli {

/// What the table of sites is sorted by.
enum class SiteOrder : std::uint8_t { kGrowth, kCount, kName };

/// What of the live view is not the target's: the clock and the keys.
struct LiveState {
  std::chrono::milliseconds elapsed{0}, left{0};
  bool paused = false, help = false;
  SiteOrder order = SiteOrder::kGrowth;
  std::string activity;  ///< what is going on between samples; empty: nothing
};

/// The lines of `monitor`'s live view, laid out for any size; knows no terminal.
///
/// Bounded: a series of `kKept` values for each of `kSitesKept` sites, `kAlertsKept` alerts.
class LiveScreen {
 public:
  static constexpr std::size_t kKept = 120, kSitesKept = 200, kAlertsKept = 50;

  LiveScreen(std::string target, bool utf8);

  /// Takes in a sample; `report` is judged anew.
  void add(const pipeline::WatchTick& tick, const Report& report);

  /// At most `height` lines, each of at most `width` columns.
  std::vector<report::Line> draw(const LiveState& state, int width, int height) const;

 private:
  using Series = std::deque<std::uint64_t>;
  struct Site {
    std::string name, place, state;
    Series counts;
    std::uint64_t first = 0;  ///< when the watch began
    std::int64_t growth = 0;  ///< since the watch began
    bool leaks = false, is_bytes = false;
    std::uint64_t seen = 0;  ///< the last sample that had it
  };
  struct Alert {
    WallTime at;
    std::string words;
  };

  void add_goroutine_sites(const Report& report);
  void add_heap_sites(const Report& report);
  Site& touch(const std::string& key, std::uint64_t now);
  void forget_sites();

  report::Line header(const LiveState& state, int width) const;
  void put_values(std::vector<report::Line>& lines, int width) const;
  void put_sites(std::vector<report::Line>& lines, const LiveState& state, int width, int rows) const;
  void put_alerts(std::vector<report::Line>& lines, int width, int rows) const;
  std::string bars(const Series& series, int most) const;

  std::string target_;
  report::Style style_;
  pipeline::WatchTick tick_;
  std::uint64_t samples_ = 0;
  Series goroutines_, live_bytes_;
  std::string go_version_, pattern_, pattern_reason_;
  report::Tint goroutine_tint_ = report::Tint::kPlain, memory_tint_ = report::Tint::kPlain;
  std::string goroutine_level_, memory_level_, problem_;
  HealthSection health_;
  std::size_t leaks_ = 0, suspects_ = 0;
  std::map<std::string, Site> sites_;
  std::deque<Alert> alerts_;
};

}  // namespace lf::cli
