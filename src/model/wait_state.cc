#include "model/wait_state.h"

#include <array>

namespace lf {
namespace {

struct Row {
  std::string_view name;
  StateClass group;
};

constexpr std::array kRows{
#define LF_WAIT_STATE(enumerator, name, group) Row{name, StateClass::k##group},
#include "model/wait_state.def"
#undef LF_WAIT_STATE
};

}  // namespace

std::string_view wait_state_name(WaitState state) {
  const auto index = static_cast<std::size_t>(state);
  return index < kRows.size() ? kRows[index].name : kRows[0].name;
}

WaitState wait_state_of(std::string_view name) {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].name == name) return static_cast<WaitState>(i);
  }
  return WaitState::kUnknown;
}

StateClass state_class(WaitState state) {
  const auto index = static_cast<std::size_t>(state);
  return index < kRows.size() ? kRows[index].group : StateClass::kUnknown;
}

std::string_view state_class_name(StateClass state_class) {
  switch (state_class) {
    case StateClass::kUnknown:
      return "unknown";
    case StateClass::kRunning:
      return "running";
    case StateClass::kChanReceive:
      return "chan receive";
    case StateClass::kChanSend:
      return "chan send";
    case StateClass::kSelect:
      return "select";
    case StateClass::kForever:
      return "blocked forever";
    case StateClass::kLock:
      return "lock";
    case StateClass::kWaitGroup:
      return "WaitGroup";
    case StateClass::kCond:
      return "Cond";
    case StateClass::kIo:
      return "IO wait";
    case StateClass::kSleep:
      return "sleep";
    case StateClass::kSyscall:
      return "syscall";
    case StateClass::kCoroutine:
      return "coroutine";
    case StateClass::kRuntime:
      return "runtime";
  }
  return "unknown";
}

bool is_at_work(StateClass state_class) {
  return state_class == StateClass::kRunning || state_class == StateClass::kSyscall;
}

bool is_stuck_class(StateClass state_class) {
  switch (state_class) {
    case StateClass::kLock:
    case StateClass::kChanSend:
    case StateClass::kCond:
    case StateClass::kWaitGroup:
    case StateClass::kForever:
      return true;
    default:
      return false;
  }
}

bool is_waiting(StateClass state_class) {
  return !is_at_work(state_class) && state_class != StateClass::kRuntime;
}

}  // namespace lf
