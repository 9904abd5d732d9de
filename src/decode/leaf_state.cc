#include "decode/leaf_state.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace lf::decode {
namespace {

enum class Step : std::uint8_t { kPark, kWait, kNilAware, kSemaphore, kRefine, kAlways };

struct Row {
  std::string_view function;
  Step step;
  WaitState state;
};

constexpr std::array kRows{
#define LF_LEAF(function, step, state) Row{function, Step::k##step, WaitState::k##state},
#include "decode/leaf_state.def"
#undef LF_LEAF
};
static_assert(kRows.size() < 255);

/// The rows' places, sorted by function.
constexpr auto kByName = [] {
  std::array<LeafRow, kRows.size()> places{};
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<LeafRow>(i);
  std::ranges::sort(places, {}, [](LeafRow i) { return kRows[i].function; });
  return places;
}();

/// gopark of the nil branch: line 13 of chanrecv, 6 of chansend; of the ordinary wait: 127 to 144, 100 to 108 (1.18 to
/// 1.27).
constexpr std::uint32_t kNilBranchLines = 40;
/// In chan.go of 1.18 and 1.19, where profiles have no first lines: chanrecv parks at 469 and 583, chansend at 165,
/// 259.
constexpr std::uint32_t kNilReceiveBefore = 500;
constexpr std::uint32_t kNilSendBefore = 200;

bool is_nil_branch(WaitState state, std::uint32_t line, std::uint32_t line_in_function) {
  if (line_in_function > 0) return line_in_function < kNilBranchLines;
  if (line == 0) return false;
  return line < (state == WaitState::kChanReceive ? kNilReceiveBefore : kNilSendBefore);
}

}  // namespace

LeafRow leaf_row(std::string_view function) {
  const auto found = std::ranges::lower_bound(kByName, function, {}, [](LeafRow i) { return kRows[i].function; });
  if (found == kByName.end() || kRows[*found].function != function) return 0;
  return static_cast<LeafRow>(*found + 1);
}

bool LeafState::decide(WaitState state) {
  state_ = state;
  decided_ = true;
  return true;
}

bool LeafState::take(LeafRow row, std::string_view function, std::uint32_t line, std::uint32_t line_in_function) {
  if (decided_) return true;
  if (row == 0) {
    // A runtime function without a row may lie above one with a row; anything else ends the leaf.
    return after_semaphore_ || !function.starts_with("runtime.") ? (decided_ = true) : false;
  }
  const Row& known = kRows[row - 1U];
  if (after_semaphore_ && known.step != Step::kSemaphore) {
    return decide(known.step == Step::kRefine ? known.state : state_);
  }
  switch (known.step) {
    case Step::kPark:
      parked_ = true;
      return false;
    case Step::kAlways:
      parked_ = true;
      return decide(known.state);
    case Step::kRefine:
      return decide(WaitState::kUnknown);
    default:
      break;
  }
  if (!parked_) return decide(WaitState::kUnknown);
  if (known.step == Step::kSemaphore) {
    after_semaphore_ = true;
    state_ = known.state;
    return false;
  }
  if (known.step == Step::kNilAware && is_nil_branch(known.state, line, line_in_function)) {
    return decide(known.state == WaitState::kChanReceive ? WaitState::kChanReceiveNil : WaitState::kChanSendNil);
  }
  return decide(known.state);
}

WaitState LeafState::state() const {
  return parked_ ? state_ : WaitState::kRunnable;
}

}  // namespace lf::decode
