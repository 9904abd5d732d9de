#include "decode/sync_wait.h"

#include <algorithm>

#include "decode/text_fields.h"

namespace lf::decode {

bool SyncFrames::take(std::string_view function, std::uint32_t line) {
  std::string_view name = function;
  if (name.starts_with("internal/")) name.remove_prefix(9);
  if (!name.starts_with("sync.")) {
    // The runtime's own frames lie above those of sync in crash logs.
    return found_.count == 0 && function.starts_with("runtime.");
  }
  name.remove_prefix(5);

  Kind kind = Kind::kLock;
  WaitState semaphore = WaitState::kSemacquire;
  std::uint8_t offset = 0;
  if (name == "(*Mutex).lockSlow" || name == "(*Mutex).Lock") {
    semaphore = WaitState::kMutexLock;
  } else if (name == "(*RWMutex).Lock") {
    semaphore = WaitState::kRWMutexLock;
  } else if (name == "(*RWMutex).RLock") {
    semaphore = WaitState::kRWMutexRLock;
  } else if (name == "(*WaitGroup).Wait") {
    kind = Kind::kWaitGroup;
    semaphore = WaitState::kWaitGroupWait;
  } else if (name == "(*Cond).Wait") {
    kind = Kind::kCond;
  } else if (name == "runtime_notifyListWait") {
    kind = Kind::kCond;
    offset = 16;
  } else {
    return true;
  }
  if (kind_ != Kind::kNone && kind != kind_) return false;
  if (kind_ == Kind::kNone) semaphore_ = semaphore;
  kind_ = kind;
  if (found_.count == found_.places.size()) return false;
  found_.places[found_.count++] = {line, offset};
  return true;
}

SyncArguments SyncFrames::arguments() const {
  SyncArguments outermost_first = found_;
  std::reverse(outermost_first.places.begin(), outermost_first.places.begin() + outermost_first.count);
  return outermost_first;
}

bool waits_on_sync(WaitState state) {
  const StateClass group = state_class(state);
  return group == StateClass::kLock || group == StateClass::kWaitGroup || group == StateClass::kCond;
}

std::optional<std::uint64_t> certain_address(std::string_view arguments) {
  if (!arguments.starts_with("0x")) return std::nullopt;
  const LeadingNumber address = leading_hex(arguments.substr(2));
  const std::string_view after = arguments.substr(std::min(arguments.size(), 2 + address.digits));
  if (address.digits == 0 || address.capped || address.value == 0) return std::nullopt;
  if (!after.starts_with(',') && !after.starts_with(')')) return std::nullopt;
  return address.value;
}

}  // namespace lf::decode
