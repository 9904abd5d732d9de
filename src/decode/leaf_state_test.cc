#include "decode/leaf_state.h"

#include <initializer_list>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace lf::decode {
namespace {

struct Step {
  std::string_view function;
  std::uint32_t line = 0, line_in_function = 0;
};

WaitState infer(std::initializer_list<Step> leaf_first, bool parked = false) {
  LeafState state(parked);
  for (const Step& step : leaf_first) {
    if (state.take(leaf_row(step.function), step.function, step.line, step.line_in_function)) break;
  }
  return state.state();
}

TEST(LeafState, NamesWhatAGoroutineIsParkedFor) {
  EXPECT_EQ(infer({{"runtime.gopark"}, {"runtime.selectgo"}, {"main.f"}}), WaitState::kSelect);
  EXPECT_EQ(infer({{"runtime.gopark"}, {"runtime.block"}, {"main.main"}}), WaitState::kSelectNoCases);
  EXPECT_EQ(infer({{"runtime.gopark"}, {"runtime.netpollblock"}, {"internal/poll.runtime_pollWait"}}),
            WaitState::kIoWait);
  EXPECT_EQ(infer({{"runtime.gopark"}, {"time.Sleep"}, {"main.f"}}), WaitState::kSleep);
  EXPECT_EQ(
      infer({{"runtime.gopark"}, {"runtime.goparkunlock"}, {"sync.runtime_notifyListWait"}, {"sync.(*Cond).Wait"}}),
      WaitState::kCondWait);
  EXPECT_EQ(infer({{"runtime.coroswitch"}, {"iter.Pull[...].func2"}}), WaitState::kCoroutine);
}

TEST(LeafState, TellsANilChannelByTheLine) {
  EXPECT_EQ(infer({{"runtime.gopark", 474, 18}, {"runtime.chanrecv", 667, 144}, {"runtime.chanrecv1", 509, 1}}),
            WaitState::kChanReceive);
  EXPECT_EQ(infer({{"runtime.gopark", 474, 18}, {"runtime.chanrecv", 536, 13}}), WaitState::kChanReceiveNil);
  EXPECT_EQ(infer({{"runtime.gopark", 474, 18}, {"runtime.chansend", 181, 6}}), WaitState::kChanSendNil);
  EXPECT_EQ(infer({{"runtime.gopark", 474, 18}, {"runtime.chansend", 283, 108}}), WaitState::kChanSend);
  EXPECT_EQ(infer({{"runtime.gopark", 363}, {"runtime.chanrecv", 469}}), WaitState::kChanReceiveNil) << "Go 1.19";
  EXPECT_EQ(infer({{"runtime.gopark", 363}, {"runtime.chanrecv", 583}}), WaitState::kChanReceive) << "Go 1.19";
  EXPECT_EQ(infer({{"runtime.gopark", 363}, {"runtime.chansend", 165}}), WaitState::kChanSendNil) << "Go 1.19";
  EXPECT_EQ(infer({{"runtime.gopark", 363}, {"runtime.chansend", 259}}), WaitState::kChanSend) << "Go 1.19";
}

TEST(LeafState, TellsTheLocksApart) {
  const Step park{"runtime.gopark"};
  const Step unlock{"runtime.goparkunlock"};
  const Step acquire{"runtime.semacquire1"};
  EXPECT_EQ(
      infer({park, unlock, acquire, {"internal/sync.runtime_SemacquireMutex"}, {"internal/sync.(*Mutex).lockSlow"}}),
      WaitState::kMutexLock);
  EXPECT_EQ(infer({park, unlock, acquire, {"sync.runtime_SemacquireMutex"}, {"sync.(*RWMutex).RLock"}}),
            WaitState::kRWMutexRLock)
      << "Go 1.19";
  EXPECT_EQ(infer({park,
                   unlock,
                   acquire,
                   {"sync.runtime_SemacquireMutex"},
                   {"sync.(*Mutex).lockSlow"},
                   {"sync.(*RWMutex).Lock"}}),
            WaitState::kMutexLock)
      << "a writer behind another one";
  EXPECT_EQ(infer({park, unlock, acquire, {"sync.runtime_SemacquireRWMutex"}, {"sync.(*RWMutex).Lock"}}),
            WaitState::kRWMutexLock);
  EXPECT_EQ(infer({park, unlock, acquire, {"sync.runtime_Semacquire"}, {"sync.(*WaitGroup).Wait"}}),
            WaitState::kWaitGroupWait)
      << "Go 1.23 and before";
  EXPECT_EQ(infer({park, unlock, acquire, {"sync.runtime_SemacquireWaitGroup"}, {"sync.(*WaitGroup).Wait"}}),
            WaitState::kWaitGroupWait);
  EXPECT_EQ(infer({park, unlock, acquire, {"internal/poll.runtime_Semacquire"}, {"internal/poll.(*FD).Close"}}),
            WaitState::kSemacquire);
  EXPECT_EQ(infer({park, unlock, acquire, {"runtime.semacquire"}, {"runtime.stopTheWorld"}}), WaitState::kSemacquire);
}

TEST(LeafState, TakesWhatIsNotParkedForRunnable) {
  EXPECT_EQ(infer({}), WaitState::kRunnable) << "has not run yet";
  EXPECT_EQ(infer({{"main.spin"}}), WaitState::kRunnable);
  EXPECT_EQ(infer({{"sync.runtime_notifyListWait"}, {"sync.(*Cond).Wait"}}), WaitState::kRunnable) << "woken";
  EXPECT_EQ(infer({{"runtime.asyncPreempt"}, {"main.spin"}}), WaitState::kRunnable);
  EXPECT_EQ(infer({{"syscall.Syscall"}, {"syscall.read"}}), WaitState::kSyscall);
  EXPECT_EQ(infer({{"runtime.cgocall"}, {"main._Cfunc_csleep"}}), WaitState::kSyscall);
  EXPECT_EQ(infer({{"runtime.notetsleepg"}, {"os/signal.signal_recv"}}), WaitState::kSyscall);
  EXPECT_EQ(infer({{"runtime.goroutineProfileWithLabels"}, {"runtime.pprof_goroutineProfileWithLabels"}}),
            WaitState::kRunning);
}

TEST(LeafState, DoesNotGuess) {
  EXPECT_EQ(infer({{"runtime.gopark"}, {"main.f"}}), WaitState::kUnknown);
  EXPECT_EQ(infer({{"main.f"}, {"time.Sleep"}}, true), WaitState::kUnknown) << "debug=1: only the leaf counts";
  EXPECT_EQ(infer({{"time.Sleep"}, {"main.f"}}, true), WaitState::kSleep);
  EXPECT_EQ(infer({{"internal/poll.runtime_pollWait"}}, true), WaitState::kIoWait);
}

TEST(LeafStateTable, HasEachFunctionOnce) {
  std::set<std::string> seen;
  std::size_t rows = 0;
#define LF_LEAF(function, step, state)                                      \
  ++rows;                                                                   \
  EXPECT_TRUE(seen.insert(function).second) << function << " stands twice"; \
  EXPECT_NE(leaf_row(function), 0) << function;
#include "decode/leaf_state.def"
#undef LF_LEAF
  EXPECT_GT(rows, 40U);
  EXPECT_EQ(leaf_row("runtime.chanrecv3"), 0);
}

}  // namespace
}  // namespace lf::decode
