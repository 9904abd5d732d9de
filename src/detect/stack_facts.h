#pragma once

#include <cstdint>
#include <vector>

#include "detect/site.h"
#include "model/symbols.h"

namespace lf::detect {

/// What is worth knowing of a stack.
struct StackFacts {
  bool known = false;
  bool user_site = false;        ///< the site is outside the standard library
  bool serves_profiles = false;  ///< made by earlier requests for profiles
  FrameId site;
  StringId root;  ///< function at the bottom, outside the runtime
};

/// The facts of each stack, worked out once, out of those of its frames, which stacks share.
class StackFactsTable {
 public:
  /// `symbols` must outlive the table.
  explicit StackFactsTable(const Symbols& symbols) : symbols_(&symbols) {}

  /// Valid until the next call.
  const StackFacts& of(StackId stack) {
    if (stack.value < stacks_.size() && stacks_[stack.value].known) [[likely]]
      return stacks_[stack.value];
    return work_out(stack);
  }

 private:
  struct FrameFacts {
    bool known = false;
    bool serves_profiles = false;
    bool may_be_root = false;  ///< by its function's name alone it is outside the runtime
    CodeOwner owner = CodeOwner::kRuntime;
  };

  const FrameFacts& of(FrameId frame) {
    if (frame.value < frames_.size() && frames_[frame.value].known) [[likely]]
      return frames_[frame.value];
    return work_out(frame);
  }
  const FrameFacts& work_out(FrameId frame);
  const StackFacts& work_out(StackId stack);

  const Symbols* symbols_;
  std::vector<StackFacts> stacks_;  ///< by the stack's number
  std::vector<FrameFacts> frames_;  ///< by the frame's number
};

}  // namespace lf::detect
