#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "model/wait_state.h"

namespace lf::decode {

/// Where in a stack the address of the primitive stands that its goroutine waits on: the first argument of one of
/// these lines, less `offset`; tried in this order.
struct SyncArguments {
  struct Place {
    std::uint32_t line = 0;  ///< of the block
    std::uint8_t offset = 0;
  };
  std::array<Place, 4> places{};
  std::uint8_t count = 0;
};

/// Gathers the frames of a stack, leaf first, that carry the primitive's address.
///
/// | waits in                | frame whose first argument is taken (Go 1.18 to 1.27)               | less     |
/// |-------------------------|---------------------------------------------------------------------|----------|
/// | Mutex.Lock              | sync.(*Mutex).lockSlow, internal/sync.(*Mutex).lockSlow (1.24+)     | 0        |
/// | RWMutex.Lock, writers   | the inner Mutex's lockSlow: w is at the start of RWMutex            | 0        |
/// | WaitGroup.Wait          | sync.(*WaitGroup).Wait                                              | 0        |
/// | Cond.Wait               | sync.runtime_notifyListWait: notify follows L                       | 16       |
/// | any, built with -N -l   | the method itself, outermost: (*RWMutex).RLock, (*Cond).Wait, …     | 0        |
///
/// A value with "?" is not taken: the register was used again. In dumps of real programs all 7,709
/// `(*RWMutex).Lock(0x…?)` above a lockSlow showed another address than it, and all 7,805
/// `runtime_SemacquireRWMutexR(0x…?)` pointed to code or to the stack. So who waits in RWMutex.RLock, or in
/// RWMutex.Lock for readers, has no address in an optimised build. Of a Cond that has been woken and locks its L again,
/// the Mutex's address is taken.
class SyncFrames {
 public:
  /// Takes the frame at `line`; call leaf first. False once nothing that follows can matter.
  bool take(std::string_view function, std::uint32_t line);

  SyncArguments arguments() const;

  /// What a goroutine waits for whose header says no more than "semacquire", by the innermost method of a lock or
  /// WaitGroup: up to Go 1.19 that is every lock, up to Go 1.23 a WaitGroup. kSemacquire where no such method is there.
  WaitState semaphore() const { return semaphore_; }

 private:
  enum class Kind : std::uint8_t { kNone, kLock, kWaitGroup, kCond };

  SyncArguments found_;  ///< innermost first
  Kind kind_ = Kind::kNone;
  WaitState semaphore_ = WaitState::kSemacquire;
};

/// Whether goroutines in `state` wait on a primitive of package sync.
bool waits_on_sync(WaitState state);

/// The address in "0xc00001c300, 0x0)", the arguments of a frame; none where it is not certain.
std::optional<std::uint64_t> certain_address(std::string_view arguments);

}  // namespace lf::decode
