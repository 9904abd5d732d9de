#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/hash_index.h"
#include "model/frame.h"

namespace lf {

/// Bounds on what a target can make us keep; defaults hold any real program, and bound the memory of `Symbols` to
/// string_bytes + 16 bytes a frame + 4 bytes a frame of each stack.
struct SymbolLimits {
  std::size_t stacks = 1'000'000;
  std::size_t frames = 2'000'000;
  std::size_t frames_a_stack = 2'048;
  std::size_t stack_frames = 64'000'000;  ///< summed over all stacks
  std::size_t labels = 1'000'000;
  std::size_t labels_a_set = 256;
  std::size_t string_bytes = 256UZ << 20;
  std::size_t one_string_bytes = 16UZ << 10;
};

/// How often each limit bit; nothing was kept of what was beyond it.
struct SymbolOverflows {
  std::uint64_t stacks = 0, frames = 0, labels = 0, strings = 0;
  std::uint64_t total() const { return stacks + frames + labels + strings; }
};

/// The names, frames, stacks and label sets of one target, each once; equal ones get equal ids across time.
///
/// One per target, append-only, not for two threads at once. Views and spans live until the next call that interns
/// (stacks and labels) or as long as the table (texts). Stacks are leaf first. What a limit forbids gets id "none"
/// and is counted; a too long text is cut.
class Symbols {
 public:
  explicit Symbols(SymbolLimits limits = {});

  /// Makes room for about so many stacks of so many frames in all, where there are none yet: spares the growing.
  void reserve(std::size_t stacks, std::size_t stack_frames);

  StringId intern(std::string_view text);
  FrameId intern(const Frame& frame);
  /// `leaf_first` beyond `frames_a_stack` frames is cut at the root end.
  StackId intern_stack(std::span<const FrameId> leaf_first) {
    return intern_stack(leaf_first, announce_stack(leaf_first));
  }
  /// Says that this stack will be interned soon; returns its hash, for `intern_stack` to go on with. In a large table
  /// the look-up is a cache miss that passes meanwhile.
  std::uint64_t announce_stack(std::span<const FrameId> leaf_first) const;
  StackId intern_stack(std::span<const FrameId> leaf_first, std::uint64_t hash);
  /// `labels` are sorted by key by the caller; an empty set is "none".
  LabelsId intern_labels(std::span<const Label> labels);

  std::string_view text(StringId id) const { return strings_.text(id); }
  const Frame& frame(FrameId id) const { return frames_[id.value < frames_.size() ? id.value : 0]; }
  std::span<const FrameId> stack(StackId id) const { return range(stack_starts_, stack_frames_.items(), id.value); }
  std::span<const Label> labels(LabelsId id) const { return range(label_starts_, std::span(labels_), id.value); }

  std::string_view function(FrameId id) const { return text(frame(id).function); }
  std::string_view file(FrameId id) const { return text(frame(id).file); }

  std::size_t stack_count() const { return stack_starts_.size() - 2; }
  std::size_t frame_count() const { return frames_.size() - 1; }
  const SymbolOverflows& overflows() const { return overflows_; }

 private:
  template <class T>
  static std::span<const T> range(const std::vector<std::uint32_t>& starts, std::span<const T> items,
                                  std::uint32_t index) {
    if (index + 1 >= starts.size()) return {};
    return items.subspan(starts[index], starts[index + 1] - starts[index]);
  }

  SymbolLimits limits_;
  SymbolOverflows overflows_;
  StringTable strings_;
  std::vector<Frame> frames_;
  HashIndex frame_index_;
  std::vector<std::uint32_t> stack_starts_;  ///< stack i holds stack_frames_[starts[i], starts[i + 1])
  Buffer<FrameId> stack_frames_;
  HashIndex stack_index_;
  std::vector<std::uint32_t> label_starts_;
  std::vector<Label> labels_;
  HashIndex labels_index_;
};

}  // namespace lf
