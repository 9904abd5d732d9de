#pragma once

#include <cstdint>
#include <string_view>

namespace lf {

/// What a goroutine does or waits for, as the runtime names it (wait_state.def).
enum class WaitState : std::uint8_t {
#define LF_WAIT_STATE(enumerator, name, group) k##enumerator,
#include "model/wait_state.def"
#undef LF_WAIT_STATE
};

/// States that mean the same for a leak hunter; findings group by site, creator and this.
enum class StateClass : std::uint8_t {
  kUnknown,
  kRunning,  ///< running or runnable
  kChanReceive,
  kChanSend,
  kSelect,
  kForever,  ///< nil channel or select without cases: nothing can wake it
  kLock,     ///< Mutex, RWMutex; before Go 1.20 any semaphore
  kWaitGroup,
  kCond,
  kIo,
  kSleep,
  kSyscall,
  kCoroutine,
  kRuntime,  ///< the runtime's own business
};

/// The runtime's words: "chan receive", "sync.Mutex.Lock", …; "unknown" where the profile does not tell.
std::string_view wait_state_name(WaitState state);

/// The state of that name, `kUnknown` for words that are not in the table. Bubble suffixes are the caller's to strip.
WaitState wait_state_of(std::string_view name);

StateClass state_class(WaitState state);

/// The class in a word or two: "lock", "chan receive", ….
std::string_view state_class_name(StateClass state_class);

}  // namespace lf
