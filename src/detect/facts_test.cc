#include "detect/facts.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using testing::ids;
using testing::Scene;

GroupFacts facts_at(const Scene& scene, std::string_view function) {
  const Series& series = scene.history.series();
  const std::vector<GroupFacts> facts = measure_groups(scene.symbols, series);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (scene.symbols.function(series.groups[i].site) == function) return facts[i];
  }
  return {};
}

Crew connections(std::uint64_t count) {
  return {.ids = ids(10'000, count),
          .state = WaitState::kSelect,
          .stack = {"net/http.(*persistConn).writeLoop:9"},
          .creator = "net/http.(*Transport).dialConn:3"};
}

TEST(Facts, TellTheBenignFromTheRest) {
  Scene scene;
  scene.see(0, {connections(5), {.ids = ids(100, 7)}});
  EXPECT_FALSE(facts_at(scene, "net/http.(*persistConn).writeLoop").benign.empty());
  EXPECT_EQ(facts_at(scene, "net/http.(*persistConn).writeLoop").number, BenignNumber::kClientLoad);
  EXPECT_TRUE(facts_at(scene, "main.work").benign.empty());
  EXPECT_EQ(facts_at(scene, "main.work").count, 7U);
}

TEST(Facts, ExplainConnectionsByGoroutinesThatLiveAndGrowAlike) {
  Scene scene;
  for (std::uint64_t i = 0; i < 5; ++i) {
    const std::uint64_t size = 20 + 20 * i;
    scene.see(3.0 * static_cast<double>(i),
              {connections(size), {.ids = ids(100, size), .stack = {i % 2 == 0 ? "main.client:7" : "main.client:8"}}});
  }
  EXPECT_TRUE(facts_at(scene, "net/http.(*persistConn).writeLoop").explained_by_load);
}

TEST(Facts, TieConnectionsToTheLeakWithWhichTheyGrowInStep) {
  Scene scene;
  for (std::uint64_t i = 0; i < 5; ++i) {
    const std::uint64_t size = 20 + 20 * i;
    scene.see(3.0 * static_cast<double>(i), {connections(size), {.ids = ids(100, size)}});
  }
  const GroupFacts facts = facts_at(scene, "net/http.(*persistConn).writeLoop");
  EXPECT_FALSE(facts.explained_by_load);
  EXPECT_GT(facts.goes_with, 0U);
}

TEST(Facts, TellHandlersFromWhatTheyStart) {
  Scene scene;
  scene.see(
      0,
      {{.ids = {7}, .stack = {"main.handle:3", "net/http.(*conn).serve:2067"}, .creator = "net/http.(*Server).Serve:9"},
       {.ids = {8}, .stack = {"main.handle.func1:5"}, .creator = "main.handle:4"}});
  const std::vector<GroupFacts> facts = measure_groups(scene.symbols, scene.history.series());
  EXPECT_TRUE(facts[0].serves_requests);
  EXPECT_FALSE(facts[1].serves_requests);
}

TEST(Facts, CountStartersAndThoseThatAreOrphans) {
  Scene scene;
  scene.see(0, {{.ids = {1}, .stack = {"main.main:5"}, .creator = ""},
                {.ids = ids(100, 3), .parent = 1},
                {.ids = ids(200, 2), .parent = 50}});
  const Growth growth = facts_at(scene, "main.work").growth;
  EXPECT_EQ(growth.starters, 2U);
  EXPECT_EQ(growth.orphans, 2U);
}

/// Sessions that tick: a third of them is caught at work at each sample, each time others. None of them ends.
Finding sessions(double apart) {
  testing::Scene scene;
  for (std::uint64_t i = 0; i < 6; ++i) {
    std::vector<std::uint64_t> waiting, working;
    for (std::uint64_t j = 0; j < 30 + 10 * i; ++j) ((i + j) % 3 == 0 ? working : waiting).push_back(100 + j);
    scene.see(apart * static_cast<double>(i),
              {{.ids = {1}, .stack = {"main.main:5"}, .creator = ""},
               {.ids = waiting, .state = WaitState::kSelect, .stack = {"main.tick:12", "main.session:9"}},
               {.ids = working, .state = WaitState::kSleep, .stack = {"main.work:30", "main.session:10"}}});
  }
  return scene.about("main.tick");
}

TEST(Populations, OfWhomNoneEndsAreASuspectAfterAMinuteThoughTheyMove) {
  const Finding finding = sessions(40);
  EXPECT_EQ(finding.verdict, Verdict::kSuspect);
  EXPECT_EQ(finding.count, 80U);
  ASSERT_FALSE(finding.evidence.empty());
  EXPECT_TRUE(finding.evidence.front().raw().starts_with("50 came and none ended in 3 min"))
      << finding.evidence.front().raw();
}

TEST(Populations, MayHaveMoreToDoForAWhile) {
  EXPECT_EQ(sessions(2).verdict, Verdict::kInfo);
}

}  // namespace
}  // namespace lf::detect
