#include "decode/testing/referee_stack.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lf::decode::testing {
namespace {

bool exported(std::string_view name) {
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
}

/// isExportedRuntime of runtime/traceback.go: an exported function, or an exported method of an exported type.
bool is_exported_runtime(std::string_view name) {
  name.remove_prefix(std::string_view("runtime.").size());
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return exported(name);
  std::string_view receiver = name.substr(0, dot);
  if (receiver.starts_with("(*") && receiver.ends_with(')')) receiver = receiver.substr(2, receiver.size() - 3);
  return exported(receiver) && exported(name.substr(dot + 1));
}

bool shown_in_dump(std::string_view function, bool leaf) {
  if (!function.starts_with("runtime.")) return true;
  if (function == "runtime.gopanic") return !leaf;
  if (function == "runtime.runFinalizers" || function == "runtime.runCleanups" || function == "runtime.runfinq")
    return true;
  return is_exported_runtime(function);
}

}  // namespace

std::string dump_spelling(std::string_view function) {
  std::string spelled;
  int depth = 0;
  for (const char byte : function) {
    if (byte == '[' && depth++ == 0) spelled += "[...";
    if (byte == ']' && depth > 0) --depth;
    if (depth == 0) spelled += byte;
  }
  return spelled;
}

PlainStack dump_frames(const PlainStack& all) {
  PlainStack kept;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (!shown_in_dump(all[k].function, k == 0)) continue;
    kept.push_back(all[k]);
    if (kept.back().function == "runtime.gopanic") kept.back().function = "panic";
  }
  return kept.empty() ? all : kept;
}

std::string inferred_state(const PlainStack& all) {
  // The first of these functions that the stack names, leaf first, tells.
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 28> kTells{{
      {"runtime.chanrecv", "chan receive"},
      {"runtime.chanrecv1", "chan receive"},
      {"runtime.chanrecv2", "chan receive"},
      {"runtime.chansend", "chan send"},
      {"runtime.chansend1", "chan send"},
      {"runtime.selectgo", "select"},
      {"runtime.block", "select (no cases)"},
      {"runtime.netpollblock", "IO wait"},
      {"internal/poll.runtime_pollWait", "IO wait"},
      {"time.Sleep", "sleep"},
      {"sync.runtime_notifyListWait", "sync.Cond.Wait"},
      {"sync.runtime_SemacquireMutex", "sync.Mutex.Lock"},
      {"internal/sync.runtime_SemacquireMutex", "sync.Mutex.Lock"},
      {"sync.runtime_SemacquireRWMutexR", "sync.RWMutex.RLock"},
      {"sync.runtime_SemacquireRWMutex", "sync.RWMutex.Lock"},
      {"sync.runtime_SemacquireWaitGroup", "sync.WaitGroup.Wait"},
      {"sync.runtime_Semacquire", "semacquire"},
      {"internal/poll.runtime_Semacquire", "semacquire"},
      {"runtime.coroswitch_m", "coroutine"},
      {"runtime.coroswitch", "coroutine"},
      {"runtime.coroexit", "coroutine"},
      {"runtime.notetsleepg", "syscall"},
      {"runtime.cgocall", "syscall"},
      {"syscall.Syscall", "syscall"},
      {"syscall.Syscall6", "syscall"},
      {"runtime/internal/syscall.Syscall6", "syscall"},
      {"internal/runtime/syscall.Syscall6", "syscall"},
      {"internal/runtime/syscall/linux.Syscall6", "syscall"},
  }};
  for (const PlainFrame& frame : all) {
    const auto tells = std::ranges::find(kTells, frame.function, &std::pair<std::string_view, std::string_view>::first);
    if (tells != kTells.end()) return std::string(tells->second);
    if (!frame.function.starts_with("runtime.")) break;
  }
  return "unknown";
}

bool writes_profile(const PlainStack& stack) {
  return std::ranges::any_of(
             stack, [](const PlainFrame& frame) { return frame.function == "runtime/pprof.(*Profile).WriteTo"; }) &&
         std::ranges::any_of(stack,
                             [](const PlainFrame& frame) { return frame.function.starts_with("net/http/pprof."); });
}

}  // namespace lf::decode::testing
