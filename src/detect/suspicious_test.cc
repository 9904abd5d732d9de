#include "detect/suspicious.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

using testing::ids;
using testing::Scene;

/// A stack as debug=2 shows it, leaf first, without lines.
struct Stack {
  WaitState state;
  std::vector<std::string> functions;
};

struct Case {
  std::string_view category, frame;  ///< of the row
  Stack matches, does_not;
};

// In the order of suspicious.def.
const std::vector<Case> kCases{
    {"infinite loops",
     "",
     {WaitState::kRunnable, {"main.spin", "main.main.func1"}},
     {WaitState::kSelect, {"main.spin", "main.main.func1"}}},
    {"infinite loops", "", {WaitState::kSelectNoCases, {"main.park"}}, {WaitState::kSelect, {"main.park"}}},
    {"blocking operations",
     "",
     {WaitState::kChanSend, {"main.(*hub).publish"}},
     {WaitState::kChanReceive, {"main.(*hub).publish"}}},
    {"blocking operations",
     "",
     {WaitState::kMutexLock, {"internal/sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock", "main.(*store).get"}},
     {WaitState::kSelect, {"main.(*store).get"}}},
    {"blocking operations",
     "",
     {WaitState::kWaitGroupWait, {"sync.(*WaitGroup).Wait", "main.fanOut"}},
     {WaitState::kSelect, {"main.fanOut"}}},
    {"blocking operations",
     "",
     {WaitState::kCondWait, {"sync.(*Cond).Wait", "main.(*queue).pop"}},
     {WaitState::kSelect, {"main.(*queue).pop"}}},
    {"network hangs",
     "net.(*Dialer)",
     {WaitState::kIoWait,
      {"net.(*netFD).connect", "net.(*sysDialer).dialTCP", "net.(*Dialer).DialContext", "main.dial"}},
     {WaitState::kIoWait, {"net.(*conn).Read", "main.read"}}},
    {"network hangs",
     "net/http.(*persistConn).roundTrip",
     {WaitState::kSelect, {"net/http.(*persistConn).roundTrip", "net/http.(*Transport).RoundTrip", "main.ask"}},
     {WaitState::kSelect, {"net/http.(*persistConn).writeLoop"}}},
    {"network hangs",
     "net/http.(*Client)",
     {WaitState::kSelect,
      {"golang.org/x/net/http2.(*ClientConn).RoundTrip", "net/http.send", "net/http.(*Client).do", "main.ask"}},
     {WaitState::kSelect, {"golang.org/x/net/http2.(*ClientConn).RoundTrip", "main.ask"}}},
    {"network hangs",
     "io.Copy",
     {WaitState::kIoWait, {"net.(*conn).Read", "io.copyBuffer", "io.Copy", "main.pipe"}},
     {WaitState::kIoWait, {"net.(*conn).Read", "io.ReadAll", "main.pipe"}}},
    {"network hangs",
     "crypto/tls.(*Conn).Handshake",
     {WaitState::kIoWait, {"net.(*conn).Read", "crypto/tls.(*Conn).HandshakeContext", "main.accept"}},
     {WaitState::kIoWait, {"net.(*conn).Read", "crypto/tls.(*Conn).Read", "main.accept"}}},
    {"retry loops",
     "",
     {WaitState::kSleep, {"time.Sleep", "main.retry"}},
     {WaitState::kChanReceive, {"time.Sleep", "main.retry"}}},
    {"database hangs",
     "database/sql.(*DB)",
     {WaitState::kSelect, {"database/sql.(*DB).conn", "database/sql.(*DB).QueryContext", "main.load"}},
     {WaitState::kSelect, {"database/sql.(*Rows).awaitDone"}}},
    {"database hangs",
     "database/sql.(*DB)",
     {WaitState::kIoWait, {"net.(*conn).Read", "database/sql.(*DB).QueryContext", "main.load"}},
     {WaitState::kIoWait, {"net.(*conn).Read", "github.com/lib/pq.(*conn).recv", "main.load"}}},
    {"database hangs",
     "database/sql.(*Tx).awaitDone",
     {WaitState::kSelect, {"database/sql.(*Tx).awaitDone"}},
     {WaitState::kSelect, {"database/sql.(*Stmt).wait"}}},
};

const SuspiciousWait* find(const Stack& stack) {
  Scene scene;
  std::vector<std::string> frames;
  for (const std::string& function : stack.functions) frames.push_back(function + ":1");
  return find_suspicious(scene.symbols, scene.symbols.stack(scene.stack(frames)), state_class(stack.state));
}

TEST(SuspiciousWaits, HaveACaseForEachRow) {
  const auto rows = suspicious_waits();
  ASSERT_EQ(rows.size(), kCases.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].category, kCases[i].category) << i;
    EXPECT_EQ(rows[i].frame, kCases[i].frame) << i;
  }
}
TEST(SuspiciousWaits, KnowTheStackTheyAreAbout) {
  for (std::size_t i = 0; i < kCases.size(); ++i) EXPECT_EQ(find(kCases[i].matches), &suspicious_waits()[i]) << i;
}
TEST(SuspiciousWaits, LetOthersBe) {
  for (std::size_t i = 0; i < kCases.size(); ++i) EXPECT_EQ(find(kCases[i].does_not), nullptr) << i;
}
TEST(SuspiciousWaits, TakeRunningAndRunnableForOneLoop) {
  Scene scene;
  for (int i = 0; i < 4; ++i) {
    scene.see(3.0 * i, {{.ids = ids(100, 6),
                         .state = i % 2 == 0 ? WaitState::kRunning : WaitState::kRunnable,
                         .stack = {"main.spin:4"}}});
  }
  const Finding finding = scene.about("main.spin");
  EXPECT_EQ(finding.rule, "goroutine/pattern");
  EXPECT_TRUE(std::ranges::any_of(finding.evidence,
                                  [](const TargetText& words) { return words.raw().contains("infinite loops"); }));
}

}  // namespace
}  // namespace lf::detect
