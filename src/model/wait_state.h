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

/// Whether goroutines of this class run or are in a system call: that they are there says how busy the target is.
bool is_at_work(StateClass state_class);

/// Whether waits of this class end only by somebody else's deed, with nothing outside the process to wait for: locks,
/// sends, Cond, WaitGroup, nil channels.
bool is_stuck_class(StateClass state_class);

/// Whether goroutines of this class wait for something of the program's.
bool is_waiting(StateClass state_class);

/// The class in a word or two: "lock", "chan receive", ….
std::string_view state_class_name(StateClass state_class);

}  // namespace lf
