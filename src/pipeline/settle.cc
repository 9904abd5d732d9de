#include "pipeline/settle.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"

namespace lf::pipeline {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

namespace {

constexpr int kOneInTwenty = 20;

}  // namespace

SteadyTime next_heap(const SettleState& state, SteadyTime asked) {
  constexpr milliseconds kHeapDistance{1'000};  // collections are seldom closer
  const auto distance = std::max(kHeapDistance, duration_cast<milliseconds>(state.answer) * kOneInTwenty);
  const SteadyTime due = std::max(asked + distance, state.now);
  return state.deadline - due < distance / 2 ? state.deadline : due;
}

std::optional<SteadyTime> next_look(const SettleState& state) {
  constexpr milliseconds kLight{250}, kClosest{500}, kFarthest{2'000};
  constexpr milliseconds kEnoughForIdentities{5'100};  // three dumps over five seconds decide (detect/growth.h)
  const auto elapsed = duration_cast<milliseconds>(state.asked - state.started);
  milliseconds distance = kLight;
  if (!state.light) {
    distance = std::clamp(elapsed / 4, kClosest, kFarthest);
    if (state.goroutines > kFewGoroutines) {
      if (state.dumps_of_many >= kMostDumpsOfMany) return std::nullopt;
      distance = std::max(distance, kEnoughForIdentities - elapsed);
    }
  }
  distance = std::max(distance, duration_cast<milliseconds>(state.answer) * kOneInTwenty);
  const SteadyTime due = std::max(state.asked + distance, state.now);
  if (due <= state.deadline) return due;
  // The last one is at the deadline, if the one before is not just behind.
  const bool worth_it = state.deadline - state.asked >= distance / 2;
  return worth_it ? std::optional(state.deadline) : std::nullopt;
}

bool wait_in_doubt(Clock& clock, const Stop& stop, SteadyTime due, const SettleState& state,
                   std::span<const TargetText> doubts, Progress& progress) {
  std::string what = doubts.empty() ? std::string("looking on") : visible(doubts.front().raw());
  if (doubts.size() > 1) what += format(" and {} more", doubts.size() - 1);
  return wait_telling(clock, stop, due, [&](SteadyTime now) {
    const std::chrono::duration<double> whole = state.deadline - state.started, passed = now - state.started;
    progress.update(what, whole.count() > 0 ? passed / whole : 1, duration_cast<milliseconds>(state.deadline - now));
  });
}

}  // namespace lf::pipeline
