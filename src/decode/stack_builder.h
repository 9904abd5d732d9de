#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "decode/spelling.h"
#include "model/symbols.h"

namespace lf::decode {

/// Builds a stack out of frames as protobuf and debug=1 carry them, so that it equals debug=2's of the same goroutine.
///
/// Left out, as debug=2 leaves them out: the runtime's own functions, wherever they stand (parking at the leaf,
/// runtime.main at the root), compiler-made wrappers, runtime.goexit. Where nothing remains, all is kept, as there.
/// Differences that remain: debug=2 keeps 50 + 50 frames of a deep stack, the others the inner 32 or 128; a goroutine
/// that has not run yet has no frames here, and its wrapper and runtime.goexit there.
class StackBuilder {
 public:
  void clear() {
    all_.clear();
    shown_.clear();
    hides_ = false;
    seen_ = 0;
    last_bits_ = 0;
  }

  void add(FrameId frame, FrameTraits traits) {
    seen_ |= traits.bits;
    const unsigned inner = last_bits_;
    last_bits_ = traits.bits;
    if (traits.has(kGoExit)) return;
    const bool hidden = traits.has(kHiddenRuntime) || (traits.has(kWrapper) && (inner & kPanicCallee) == 0) ||
                        (traits.has(kPanicFrame) && all_.empty());
    if (hidden && !hides_) {
      hides_ = true;
      shown_ = all_;
    }
    all_.push_back(frame);
    if (hides_ && !hidden) shown_.push_back(frame);
  }

  /// Frames taken so far, without runtime.goexit.
  std::size_t size() const { return all_.size(); }
  bool saw(FrameTrait trait) const { return (seen_ & trait) != 0; }
  bool root_is_runtime_main() const { return (last_bits_ & kRuntimeMain) != 0; }

  /// The frames to keep, until the next `clear`.
  std::span<const FrameId> frames() const { return shown_.empty() ? all_ : shown_; }
  StackId intern(Symbols& symbols) const { return symbols.intern_stack(frames()); }

 private:
  std::vector<FrameId> all_;
  std::vector<FrameId> shown_;  ///< filled from the first hidden frame on
  bool hides_ = false;
  unsigned seen_ = 0;
  unsigned last_bits_ = 0;
};

}  // namespace lf::decode
