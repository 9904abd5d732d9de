#pragma once

#include <cstdint>
#include <string_view>

#include "model/wait_state.h"

namespace lf::decode {

/// A row of leaf_state.def by its place, 0 for functions that tell nothing.
using LeafRow = std::uint8_t;

/// The row of `function` (as the profile spells it).
LeafRow leaf_row(std::string_view function);

/// Infers a goroutine's state from the frames at its leaf, which protobuf carries whole and debug=1 in part.
///
/// The runtime parks through gopark; the function that called it names the reason (leaf_state.def). A nil channel's
/// branch is the only other one of chanrecv and chansend; it stands in their first lines, so the line tells it from an
/// ordinary wait. Not to be told: a goroutine that was woken and has not run yet still shows where it was parked; and
/// running from runnable.
class LeafState {
 public:
  /// `parked`: known without frames (debug=1, where the hidden return addresses show that there was a park).
  explicit LeafState(bool parked = false) : parked_(parked) {}

  /// Takes the next frame, leaf first; true once nothing that follows can matter. `line_in_function` counts from the
  /// function's first line, 0 where unknown; then `line` (of runtime/chan.go) decides as of Go 1.18 and 1.19, the only
  /// ones without first lines.
  bool take(LeafRow row, std::string_view function, std::uint32_t line, std::uint32_t line_in_function);

  /// The state as far as told: kRunnable for a goroutine that is not parked, kUnknown for one parked for a reason that
  /// its frames do not name.
  WaitState state() const;

 private:
  bool decide(WaitState state);

  bool parked_;
  bool decided_ = false;
  bool after_semaphore_ = false;
  WaitState state_ = WaitState::kUnknown;
};

}  // namespace lf::decode
