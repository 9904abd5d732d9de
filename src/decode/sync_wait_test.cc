#include "decode/sync_wait.h"

#include <string>

#include <gtest/gtest.h>

#include "decode/goroutine_debug2.h"
#include "decode/testing/reading.h"

namespace lf::decode {
namespace {

/// A goroutine in `state` whose frames are `calls`, leaf first, and then main.work.
testing::PlainGoroutine read(std::string_view state, std::initializer_list<std::string_view> calls) {
  std::string dump = "goroutine 5 [" + std::string(state) + "]:\n";
  for (const std::string_view call : calls) dump += std::string(call) + "\n\t/go/src/x.go:1 +0x1\n";
  dump += "main.work(0xc000aa0000)\n\t/src/main.go:2 +0x2\n";
  return testing::read_text(make_goroutine_dump_decoder, dump).goroutine();
}

std::optional<std::uint64_t> address(std::string_view state, std::initializer_list<std::string_view> calls) {
  return read(state, calls).sync_address;
}

TEST(SyncWait, IsTheMutexThatLockSlowWasCalledOn) {
  EXPECT_EQ(address("sync.Mutex.Lock", {"internal/sync.runtime_SemacquireMutex(0x0?, 0x0?, 0x0?)",
                                        "internal/sync.(*Mutex).lockSlow(0x353af5ee82d0)",
                                        "internal/sync.(*Mutex).Lock(...)", "sync.(*Mutex).Lock(...)"}),
            0x353af5ee82d0U);
  EXPECT_EQ(address("semacquire", {"sync.runtime_SemacquireMutex(0x0?, 0x0?, 0x0?)",
                                   "sync.(*Mutex).lockSlow(0xc00001c300)", "sync.(*Mutex).Lock(...)"}),
            0xc00001c300U);
}

TEST(SyncWait, IsTheRWMutexWhoseInnerMutexIsHeld) {
  EXPECT_EQ(address("sync.Mutex.Lock",
                    {"sync.runtime_SemacquireMutex(0x0?, 0x0?, 0x0?)", "sync.(*Mutex).lockSlow(0xc00001c308)",
                     "sync.(*Mutex).Lock(...)", "sync.(*RWMutex).Lock(0xc000999999?)"}),
            0xc00001c308U);
}

TEST(SyncWait, IsUnknownWhereOnlyStaleValuesArePrinted) {
  EXPECT_EQ(address("sync.RWMutex.RLock",
                    {"sync.runtime_SemacquireRWMutexR(0x422113?, 0x68?, 0xa7f9a0?)", "sync.(*RWMutex).RLock(...)"}),
            std::nullopt);
  EXPECT_EQ(address("sync.RWMutex.Lock",
                    {"sync.runtime_SemacquireRWMutex(0x0?, 0x0?, 0x0?)", "sync.(*RWMutex).Lock(0xc00001c308?)"}),
            std::nullopt);
}

TEST(SyncWait, IsTheMethodsOwnReceiverWithoutOptimisation) {
  EXPECT_EQ(address("sync.RWMutex.RLock",
                    {"sync.runtime_SemacquireRWMutexR(0xc00001c31c, 0x0, 0x0)", "sync.(*RWMutex).RLock(0xc00001c310)"}),
            0xc00001c310U);
}

TEST(SyncWait, IsTheWaitGroup) {
  EXPECT_EQ(address("sync.WaitGroup.Wait",
                    {"sync.runtime_SemacquireWaitGroup(0x0?, 0x0?)", "sync.(*WaitGroup).Wait(0x353af5ee82f0)"}),
            0x353af5ee82f0U);
}

TEST(SyncWait, IsTheCondThatItsListBelongsTo) {
  EXPECT_EQ(address("sync.Cond.Wait", {"sync.runtime_notifyListWait(0x353af5f3e290, 0x0)", "sync.(*Cond).Wait(0x0?)"}),
            0x353af5f3e280U);
}

TEST(SyncWait, IsTheMutexThatAWokenCondLocksAgain) {
  EXPECT_EQ(address("sync.Mutex.Lock", {"internal/sync.(*Mutex).lockSlow(0xc000000100)", "sync.(*Mutex).Lock(...)",
                                        "sync.(*Cond).Wait(0xc000000200)"}),
            0xc000000100U);
}

TEST(SyncWait, IsNoneOfAGoroutineThatDoesNotWait) {
  EXPECT_EQ(address("runnable", {"sync.(*Mutex).lockSlow(0xc00001c300)"}), std::nullopt);
  EXPECT_EQ(address("sync.Mutex.Lock", {"main.between(0x1)", "sync.(*Mutex).lockSlow(0xc00001c300)"}), std::nullopt);
}

// Go 1.19 prints "semacquire" for every lock, up to 1.23 for a WaitGroup; the methods on the stack are the same.
TEST(SyncWait, HasTheStateThatNewerGoPrints) {
  struct Case {
    std::string_view state;
    std::initializer_list<std::string_view> older, newer;
  };
  const Case cases[]{
      {"sync.RWMutex.RLock",
       {"sync.runtime_SemacquireMutex(0xc000036f68?, 0x95?, 0x61e7a35c24?)", "sync.(*RWMutex).RLock(...)"},
       {"sync.runtime_SemacquireRWMutexR(0x0?, 0x0?, 0x0?)", "sync.(*RWMutex).RLock(...)"}},
      {"sync.RWMutex.Lock",
       {"sync.runtime_SemacquireMutex(0x0?, 0x0?, 0x0?)", "sync.(*RWMutex).Lock(0x0?)"},
       {"sync.runtime_SemacquireRWMutex(0x0?, 0x0?, 0x0?)", "sync.(*RWMutex).Lock(0x0?)"}},
      {"sync.Mutex.Lock",
       {"sync.runtime_SemacquireMutex(0x0?, 0x0?, 0x0?)", "sync.(*Mutex).lockSlow(0xc00001c308)",
        "sync.(*Mutex).Lock(...)", "sync.(*RWMutex).Lock(0x0?)"},
       {"internal/sync.runtime_SemacquireMutex(0x0?, 0x0?, 0x0?)", "internal/sync.(*Mutex).lockSlow(0xc00001c308)",
        "internal/sync.(*Mutex).Lock(...)", "sync.(*Mutex).Lock(...)", "sync.(*RWMutex).Lock(0x0?)"}},
      {"sync.WaitGroup.Wait",
       {"sync.runtime_Semacquire(0x0?)", "sync.(*WaitGroup).Wait(0xc00001c308)"},
       {"sync.runtime_SemacquireWaitGroup(0x0?, 0x0?)", "sync.(*WaitGroup).Wait(0xc00001c308)"}},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(read("semacquire", each.older).state, each.state);
    EXPECT_EQ(read("semacquire, 5 minutes", each.older).state, each.state);
    EXPECT_EQ(read(each.state, each.newer).state, each.state);
    EXPECT_EQ(read("semacquire", each.older).sync_address, read(each.state, each.newer).sync_address);
  }
}

TEST(SyncWait, IsNotGuessedForASemaphoreThatIsNoLock) {
  EXPECT_EQ(
      read("semacquire", {"internal/poll.runtime_Semacquire(0xc0000a8000)", "internal/poll.(*FD).Close(0x0?)"}).state,
      "semacquire");
  EXPECT_EQ(
      read("semacquire", {"runtime.gopark(0x0, 0x0)", "runtime.semacquire1(0x0)", "runtime.stopTheWorld(0x5)"}).state,
      "semacquire");
  EXPECT_EQ(read("semacquire", {"main.wait()", "sync.(*RWMutex).RLock(...)"}).state, "semacquire");
  EXPECT_EQ(read("chan send", {"sync.(*RWMutex).RLock(...)"}).state, "chan send");
}

TEST(SyncWait, IsSortedById) {
  std::string dump;
  for (const char* id : {"9", "3", "7"}) {
    dump += "goroutine " + std::string(id) + " [sync.Mutex.Lock]:\nsync.(*Mutex).lockSlow(0xc0000000" + id +
            "0)\n\t/m.go:1 +0x1\n\n";
  }
  const auto waits = testing::read_text(make_goroutine_dump_decoder, dump).decoded.goroutine_profiles.at(0).sync_waits;
  ASSERT_EQ(waits.size(), 3U);
  EXPECT_EQ(waits[0].goroutine_id, 3U);
  EXPECT_EQ(waits[0].address, 0xc000000030U);
  EXPECT_EQ(waits[2].goroutine_id, 9U);
}

TEST(CertainAddress, TakesNothingThatMayBeStale) {
  EXPECT_EQ(certain_address("0xc00001c300)"), 0xc00001c300U);
  EXPECT_EQ(certain_address("0xc00001c300, 0x1)"), 0xc00001c300U);
  for (const char* arguments :
       {"0xc00001c300?)", "...)", ")", "{0x1})", "0x)", "0x0)", "_, 0x1)", "0xfffffffffffffffff)"}) {
    EXPECT_EQ(certain_address(arguments), std::nullopt) << arguments;
  }
}

}  // namespace
}  // namespace lf::decode
