#include "cli/live_screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lf::cli {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

struct Sites {
  std::uint64_t steady = 40, growing = 5;
};

class Watched {
 public:
  explicit Watched(bool utf8 = true) : screen_("http://localhost:6060", utf8) {}

  Watched& sample(Sites sites, std::string alert = {}, std::string problem = {}) {
    pipeline::WatchTick tick;
    tick.number = ++number_;
    tick.goroutines = sites.steady + sites.growing;
    tick.goroutines_delta = 7;
    tick.live_bytes = number_ << 20;
    tick.problem = std::move(problem);
    if (!alert.empty()) tick.alerts.push_back(std::move(alert));
    Report report;
    report.target.go_version = TargetText("go1.27");
    report.goroutines.emplace();
    report.goroutines->sites = {group("main.pool", "select", sites.steady),
                                group("main.\x1b[2Jask", "chan send", sites.growing)};
    report.memory.emplace();
    report.memory->pattern = MemoryPattern::kGrowing;
    screen_.add(tick, report);
    return *this;
  }

  std::vector<std::string> lines(const LiveState& state = {}, int width = 120, int height = 24) const {
    std::vector<std::string> lines;
    for (const report::Line& line : screen_.draw(state, width, height)) lines.push_back(line.render(false));
    return lines;
  }
  std::string text(const LiveState& state = {}, int width = 120, int height = 24) const {
    std::string out;
    for (const std::string& line : lines(state, width, height)) out += line + '\n';
    return out;
  }
  const LiveScreen& screen() const { return screen_; }

 private:
  static SiteCount group(const char* name, const char* state, std::uint64_t count) {
    SiteCount group;
    group.site = {TargetText(name), TargetText("/src/app/main.go"), 42};
    group.state = state;
    group.count = count;
    return group;
  }
  std::uint64_t number_ = 0;
  LiveScreen screen_;
};

std::size_t row_of(const std::vector<std::string>& lines, std::string_view words) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find(words) != std::string::npos) return i;
  }
  ADD_FAILURE() << "no line with " << words;
  return lines.size();
}

TEST(LiveScreen, FillsEverySizeAndNoMore) {
  Watched watched;
  for (std::uint64_t i = 0; i < 30; ++i) watched.sample({40, 5 + i}, "leak: main.ask", "the target did not answer");
  for (const int width : {20, 40, 80, 119, 300}) {
    for (const int height : {4, 8, 24, 60}) {
      const std::vector<report::Line> lines = watched.screen().draw({}, width, height);
      EXPECT_EQ(lines.size(), static_cast<std::size_t>(height));
      for (const report::Line& line : lines) EXPECT_LE(line.columns(), width) << line.render(false);
    }
  }
}

TEST(LiveScreen, HeadsWithTargetClockAndPause) {
  LiveState state;
  state.elapsed = milliseconds(83'000);
  state.left = milliseconds(3'723'000);
  state.paused = true;
  const std::string head = Watched().sample({}).lines(state).front();
  for (const std::string words : {"http://localhost:6060", "go1.27", "01:23", "1:02:03 left", "paused"}) {
    EXPECT_THAT(head, HasSubstr(words));
  }
}

TEST(LiveScreen, SortsSitesByGrowthCountAndName) {
  Watched watched;
  watched.sample({40, 5}).sample({40, 12});
  LiveState state;
  EXPECT_LT(row_of(watched.lines(state), "ask"), row_of(watched.lines(state), "main.pool"));
  EXPECT_THAT(watched.lines(state)[row_of(watched.lines(state), "ask")], HasSubstr("+7"));
  state.order = SiteOrder::kCount;
  EXPECT_GT(row_of(watched.lines(state), "ask"), row_of(watched.lines(state), "main.pool"));
  state.order = SiteOrder::kName;
  EXPECT_LT(row_of(watched.lines(state), "ask"), row_of(watched.lines(state), "main.pool"));
}

TEST(LiveScreen, CountsASiteThatCameLaterFromNothing) {
  Watched watched;
  watched.sample({40, 0}).sample({40, 9});
  EXPECT_THAT(watched.lines()[row_of(watched.lines(), "ask")], HasSubstr("+9"));
}

TEST(LiveScreen, ShowsAlertsNewestFirst) {
  Watched watched;
  watched.sample({}, "first alert").sample({}, "second alert");
  EXPECT_LT(row_of(watched.lines(), "second alert"), row_of(watched.lines(), "first alert"));
}

TEST(LiveScreen, ShowsAProblemUntilASampleSucceeds) {
  Watched watched;
  watched.sample({}, {}, "no answer within 3s");
  EXPECT_THAT(watched.text(), HasSubstr("no answer within 3s"));
  watched.sample({});
  EXPECT_THAT(watched.text(), Not(HasSubstr("no answer within 3s")));
}

TEST(LiveScreen, ShowsNoControlCharacterOfTheTarget) {
  Watched watched;
  watched.sample({}, "alert \x1b[31m", "problem \x07");
  EXPECT_THAT(watched.text(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(watched.text(), Not(HasSubstr("\x07")));
  EXPECT_THAT(watched.text(), HasSubstr("main.\\x1b[2Jask"));
}

TEST(LiveScreen, IsPlainAsciiWhereTheTerminalIs) {
  Watched watched(false);
  watched.sample({40, 5}, "alert").sample({40, 9});
  for (const char c : watched.text()) EXPECT_EQ(static_cast<unsigned char>(c) & 0x80U, 0U);
}

TEST(LiveScreen, ForgetsTheLeastOfVeryManySites) {
  LiveScreen screen("t", true);
  for (std::uint64_t round = 0; round < 3; ++round) {
    Report report;
    report.goroutines.emplace();
    for (std::uint32_t i = 0; i < 1000; ++i) {
      SiteCount group;
      group.site = {TargetText("main.f"), TargetText("main.go"), i + 1 + static_cast<std::uint32_t>(round) * 1000};
      group.count = i == 7 ? 99 : 1;
      report.goroutines->sites.push_back(group);
    }
    pipeline::WatchTick tick;
    tick.goroutines = 1000;
    screen.add(tick, report);
  }
  EXPECT_THAT(screen.draw({}, 120, 24)[8].render(false), HasSubstr("main.go:"));
}

TEST(LiveScreen, HelpTellsTheKeys) {
  LiveState state;
  state.help = true;
  const std::string text = Watched().sample({}).text(state);
  for (const std::string words : {"q  end", "p  pause", "s  sort"}) EXPECT_THAT(text, HasSubstr(words));
}

}  // namespace
}  // namespace lf::cli
