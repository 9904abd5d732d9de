#include "pipeline/own_connections.h"

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace lf::pipeline {
namespace {

using Functions = std::vector<std::string_view>;

/// Stacks of an HTTP/1 server as Go 1.26 shows them, leaf first.
const Functions kWritesProfile{"runtime/pprof.writeGoroutineStacks", "net/http/pprof.handler.ServeHTTP",
                               "net/http.serverHandler.ServeHTTP", "net/http.(*conn).serve"};
const Functions kIdle{"net.(*conn).Read", "net/http.(*connReader).Read", "net/http.(*conn).serve"};
const Functions kEnding{"net/http.(*connReader).abortPendingRead", "net/http.(*response).finishRequest",
                        "net/http.(*conn).serve"};
const Functions kStartsReader{"net/http.(*connReader).startBackgroundRead", "net/http.(*conn).serve"};
const Functions kReadsAhead{"net.(*conn).Read", "net/http.(*connReader).backgroundRead"};
const Functions kOtherHandler{"main.handle", "net/http.serverHandler.ServeHTTP", "net/http.(*conn).serve"};

struct Scene {
  Symbols symbols;
  GoroutineProfile profile;
  OwnConnections own;

  StackId stack(const Functions& functions) {
    std::vector<FrameId> frames;
    for (const std::string_view function : functions)
      frames.push_back(symbols.intern(Frame{symbols.intern(function), symbols.intern("/go/x.go"), 1}));
    return symbols.intern_stack(frames);
  }
  void live(std::uint64_t id, const Functions& functions, std::uint32_t parent = 1, std::uint8_t flags = 0) {
    Goroutine goroutine;
    goroutine.id = id;
    goroutine.stack = stack(functions);
    goroutine.flags = flags;
    profile.goroutines.push_back(goroutine);
    profile.parents.push_back(parent);
  }
  void counted(std::int64_t count, const Functions& functions, bool ours = false) {
    profile.form = GoroutineForm::kProtobuf;
    profile.counts.push_back(
        {.stack = stack(functions), .labels = {}, .state = {}, .serves_our_request = ours, .count = count});
  }
  std::vector<std::uint64_t> strangers() const {
    std::vector<std::uint64_t> ids;
    for (const Goroutine& goroutine : profile.goroutines) {
      if (!goroutine.has(kServesOurRequest)) ids.push_back(goroutine.id);
    }
    return ids;
  }
  std::int64_t strangers_counted() const {
    std::int64_t sum = 0;
    for (const StackCount& record : profile.counts) sum += record.serves_our_request ? 0 : record.count;
    return sum;
  }
};

TEST(OwnConnections, AreAllThatAnIdleServerHas) {
  for (const auto& second : {kWritesProfile, kIdle, kEnding, kStartsReader}) {
    Scene scene;
    scene.live(7, kWritesProfile, 1, kServesOurRequest);
    scene.live(8, kReadsAhead, 7);
    scene.live(9, second);
    scene.live(10, {"net/http.(*connReader).startBackgroundRead.gowrap2"}, 9);
    scene.own.mark(scene.symbols, 2, scene.profile);
    EXPECT_TRUE(scene.strangers().empty()) << second.front();
  }
}
TEST(OwnConnections, LeaveOtherClientsAlone) {
  Scene scene;
  scene.live(7, kWritesProfile, 1, kServesOurRequest);
  scene.live(3, kOtherHandler);
  scene.live(4, kReadsAhead, 3);
  scene.live(5, kIdle);
  scene.live(6, kIdle);
  scene.own.mark(scene.symbols, 2, scene.profile);
  EXPECT_EQ(scene.strangers(), (std::vector<std::uint64_t>{3, 4, 5})) << "one of the idle ones is ours";
}
TEST(OwnConnections, AreOneWhereOnlyOneWasMade) {
  Scene scene;
  scene.live(7, kWritesProfile, 1, kServesOurRequest);
  scene.live(9, kIdle);
  scene.own.mark(scene.symbols, 1, scene.profile);
  EXPECT_EQ(scene.strangers(), std::vector<std::uint64_t>{9});
}
TEST(OwnConnections, AreKnownAgainByTheirIds) {
  Scene scene;
  scene.live(5, kWritesProfile, 1, kServesOurRequest);
  scene.own.mark(scene.symbols, 2, scene.profile);
  scene.profile = {};
  scene.live(5, kIdle);
  scene.live(6, kWritesProfile, 1, kServesOurRequest);
  scene.live(9, kIdle);
  scene.own.mark(scene.symbols, 2, scene.profile);
  EXPECT_EQ(scene.strangers(), std::vector<std::uint64_t>{9}) << "5 wrote the dump before";
}
TEST(OwnConnections, AreTakenOffTheCounts) {
  Scene scene;
  scene.counted(1, kWritesProfile, true);
  scene.counted(3, kIdle);
  scene.counted(5, kReadsAhead);
  scene.counted(4, kOtherHandler);
  scene.own.mark(scene.symbols, 2, scene.profile);
  EXPECT_EQ(scene.strangers_counted(), 2 + 3 + 4);
}
TEST(OwnConnections, LeaveNothingOfAnIdleServersCounts) {
  Scene scene;
  scene.counted(2, kWritesProfile, true);
  scene.counted(2, kReadsAhead);
  scene.own.mark(scene.symbols, 2, scene.profile);
  EXPECT_EQ(scene.strangers_counted(), 0);
}

}  // namespace
}  // namespace lf::pipeline
