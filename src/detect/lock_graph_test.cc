#include "detect/lock_graph.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::Crew;
using testing::ids;
using testing::Scene;

Crew locked(std::uint64_t id, const std::string& site, std::uint64_t address = 0xa0) {
  return {.ids = {id},
          .state = WaitState::kMutexLock,
          .stack = {"sync.(*Mutex).Lock:46", site},
          .address = address,
          .parent = 1};
}

Crew sends(std::uint64_t id, const std::string& site) {
  return {.ids = {id}, .state = WaitState::kChanSend, .stack = {site}, .parent = 1};
}

/// The parts after the same crews were seen in four samples, by the function of the site.
class Graph {
 public:
  explicit Graph(const std::vector<Crew>& crews) {
    for (int i = 0; i < 4; ++i) scene.see(3.0 * i, crews);
    graph = build_lock_graph(scene.symbols, scene.history.series());
  }

  const LockPart& at(std::string_view function) const {
    const std::vector<Group>& groups = scene.history.series().groups;
    const auto found = std::ranges::find_if(
        groups, [&](const Group& group) { return scene.symbols.function(group.site) == function; });
    EXPECT_NE(found, groups.end()) << function;
    return graph.parts[static_cast<std::size_t>(found - groups.begin())];
  }

  Scene scene;
  LockGraph graph;
};

TEST(LockGraph, NamesNoHolderForBeingInThePackage) {
  const Graph graph({locked(7, "main.take:10"),
                     sends(8, "main.send:20"),
                     {.ids = {9}, .state = WaitState::kChanReceiveNil, .stack = {"main.main.func1:5"}},
                     {.ids = {10}, .state = WaitState::kSelectNoCases, .stack = {"main.main.func2:6"}}});
  for (const LockPart& part : graph.graph.parts) EXPECT_EQ(part.knot, LockKnot::kNone);
}

TEST(LockGraph, TakesClosuresOfMainForStrangers) {
  const Graph graph({locked(7, "main.main.func1:10"), sends(8, "main.main.func2:20")});
  EXPECT_EQ(graph.at("main.main.func1").knot, LockKnot::kNone);
}

TEST(LockGraph, NamesAHolderThatRunsMethodsOfTheSameType) {
  const Graph graph({locked(7, "main.(*Store).Get:10"), sends(8, "main.(*Store).notify:20")});
  EXPECT_EQ(graph.at("main.(*Store).Get").knot, LockKnot::kStuckHolder);
  EXPECT_EQ(graph.at("main.(*Store).Get").reason, HolderReason::kSameReceiver);
  EXPECT_EQ(describe(graph.at("main.(*Store).Get")),
            "the lock's probable holder is itself stuck (both run methods of main.(*Store))");
  EXPECT_TRUE(graph.at("main.(*Store).notify").root);
}

TEST(LockGraph, NamesAHolderWithAFunctionOnBothStacks) {
  Crew waiter = locked(7, "main.take:10"), holder = sends(8, "main.send:20");
  waiter.stack.push_back("main.transfer:30");
  holder.stack.push_back("main.transfer:31");
  const Graph graph({waiter, holder});
  EXPECT_EQ(graph.at("main.take").reason, HolderReason::kSharedFrame);
  EXPECT_EQ(graph.at("main.take").through, "main.transfer");
}

TEST(LockGraph, NamesAHolderThatIsAClosureOfTheSameFunction) {
  const Graph graph({locked(7, "main.transfer.func1:10"), sends(8, "main.transfer.func2:20")});
  EXPECT_EQ(graph.at("main.transfer.func1").reason, HolderReason::kSharedFunction);
}

TEST(LockGraph, NamesAHolderThatTheSameGoroutineHasStarted) {
  Crew waiter = locked(7, "main.take:10"), holder = sends(8, "main.send:20");
  waiter.parent = holder.parent = 5;
  EXPECT_EQ(Graph({waiter, holder}).at("main.take").reason, HolderReason::kSiblings);
}

TEST(LockGraph, TakesAnIdleReceiverForAHolderOnlyInTheLocksType) {
  Crew receiver = sends(8, "main.transfer.func2:20");
  receiver.state = WaitState::kChanReceive;
  EXPECT_EQ(Graph({locked(7, "main.transfer.func1:10"), receiver}).at("main.transfer.func1").knot, LockKnot::kNone);
  receiver.stack = {"main.(*Store).wait:20"};
  EXPECT_EQ(Graph({locked(7, "main.(*Store).Get:10"), receiver}).at("main.(*Store).Get").knot, LockKnot::kStuckHolder);
}

TEST(LockGraph, TiesACycleOfThreeToItsFirstByName) {
  const auto member = [](std::uint64_t id, const std::string& holds, const std::string& wants, std::uint64_t address) {
    Crew crew = locked(id, "main.(*" + wants + ").lock:3", address);
    crew.stack.push_back("main.(*" + holds + ").run:30");
    return crew;
  };
  const Graph graph({member(7, "A", "B", 0xb0), member(8, "B", "C", 0xc0), member(9, "C", "A", 0xa0)});
  for (const LockPart& part : graph.graph.parts) EXPECT_EQ(part.knot, LockKnot::kCycle);
  EXPECT_TRUE(graph.at("main.(*A).lock").root);
  EXPECT_FALSE(graph.at("main.(*B).lock").root);
  EXPECT_EQ(graph.at("main.(*B).lock").behind, graph.at("main.(*C).lock").behind);
}

TEST(LockGraph, TiesAWaitGroupToTheWorkersThatItsFunctionStarted) {
  const Crew waiter{.ids = {7}, .state = WaitState::kWaitGroupWait, .stack = {"main.all:30"}, .creator = "main.main:5"};
  const Crew worker{
      .ids = ids(8, 3), .state = WaitState::kChanSend, .stack = {"main.work:10"}, .creator = "main.all:25"};
  const Graph graph({waiter, worker});
  EXPECT_EQ(graph.at("main.all").knot, LockKnot::kStuckWorkers);
  EXPECT_EQ(graph.at("main.all").reason, HolderReason::kStartedHere);
  EXPECT_TRUE(graph.at("main.work").root);
}

TEST(LockGraph, LetsAPoolBeWhoseOwnerWaitsForItsEnd) {
  const Crew waiter{.ids = {7}, .state = WaitState::kWaitGroupWait, .stack = {"main.all:30"}, .creator = "main.main:5"};
  const Crew worker{.ids = ids(8, 3), .stack = {"main.work:10"}, .creator = "main.all:25"};
  EXPECT_EQ(Graph({waiter, worker}).at("main.all").knot, LockKnot::kNone);
}

TEST(LockGraph, SeesAWriterBehindAReaderThatReadsAgain) {
  Crew writer = locked(7, "main.write:10"), reader = locked(8, "main.read:20");
  writer.state = WaitState::kRWMutexLock;
  reader.state = WaitState::kRWMutexRLock;
  const Graph graph({writer, reader});
  EXPECT_EQ(graph.at("main.write").knot, LockKnot::kStarvedWriter);
  EXPECT_EQ(graph.at("main.read").knot, LockKnot::kStarvedWriter);
  EXPECT_TRUE(graph.at("main.read").root);
  EXPECT_FALSE(graph.at("main.write").root);
}

TEST(LockGraph, LeavesOutWhoCameLater) {
  Scene scene;
  scene.see(0, {sends(8, "main.(*Store).notify:20")});
  scene.see(3, {sends(8, "main.(*Store).notify:20"), locked(9, "main.(*Store).Get:10")});
  for (const LockPart& part : build_lock_graph(scene.symbols, scene.history.series()).parts) {
    EXPECT_EQ(part.knot, LockKnot::kNone);
  }
}

}  // namespace
}  // namespace lf::detect
