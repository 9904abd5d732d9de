#include "model/symbols.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace lf {
namespace {

bool same_bytes(std::span<const FrameId> one, std::span<const FrameId> other) {
  return one.size() == other.size() && (one.empty() || std::memcmp(one.data(), other.data(), one.size_bytes()) == 0);
}

}  // namespace

Symbols::Symbols(SymbolLimits limits) : limits_(limits), frames_(1), stack_starts_{0, 0}, label_starts_{0, 0} {}

void Symbols::reserve(std::size_t stacks, std::size_t stack_frames) {
  // What a target claims must not cost memory: a bound on what is set aside, not on what is kept.
  constexpr std::size_t kMostStacks = 1 << 20;
  constexpr std::size_t kMostFrames = 16 << 20;
  if (stack_count() != 0) return;
  stacks = std::min({stacks, limits_.stacks, kMostStacks});
  stack_starts_.reserve(stacks + 2);
  stack_frames_.reserve_whole(std::min({stack_frames, limits_.stack_frames, kMostFrames}));
  stack_index_.reserve(stacks);
}

StringId Symbols::intern(std::string_view text) {
  if (text.size() > limits_.one_string_bytes) {
    text = text.substr(0, limits_.one_string_bytes);
    ++overflows_.strings;
  }
  // What the table itself takes counts too: else a flood of short names would cost several times their bytes.
  constexpr std::size_t kBytesAString = 24;
  if (strings_.used_bytes() + strings_.size() * kBytesAString + text.size() > limits_.string_bytes) {
    const StringId known = strings_.find(text);
    if (!known) ++overflows_.strings;
    return known;
  }
  return strings_.intern(text);
}

FrameId Symbols::intern(const Frame& frame) {
  const std::uint64_t hash = hash_bytes(std::as_bytes(std::span(&frame, 1)), process_seed());
  const auto equal = [&](std::uint32_t value) { return frames_[value] == frame; };
  if (frames_.size() > limits_.frames) {
    const FrameId known{frame_index_.find(hash, equal)};
    if (!known) ++overflows_.frames;
    return known;
  }
  return {frame_index_.find_or_insert(hash, equal, [&] {
    frames_.push_back(frame);
    return static_cast<std::uint32_t>(frames_.size() - 1);
  })};
}

std::uint64_t Symbols::announce_stack(std::span<const FrameId> leaf_first) const {
  const std::size_t kept = std::min(leaf_first.size(), limits_.frames_a_stack);
  const std::uint64_t hash = hash_bytes(std::as_bytes(leaf_first.first(kept)), process_seed());
  stack_index_.prefetch(hash);
  return hash;
}

StackId Symbols::intern_stack(std::span<const FrameId> leaf_first, std::uint64_t hash) {
  if (leaf_first.size() > limits_.frames_a_stack) {
    leaf_first = leaf_first.first(limits_.frames_a_stack);
    ++overflows_.frames;
  }
  const auto equal = [&](std::uint32_t value) { return same_bytes(stack({value}), leaf_first); };
  if (stack_count() >= limits_.stacks || stack_frames_.size() + leaf_first.size() > limits_.stack_frames) {
    const StackId known{stack_index_.find(hash, equal)};
    if (!known) ++overflows_.stacks;
    return known;
  }
  return {stack_index_.find_or_insert(hash, equal, [&] {
    stack_frames_.append(leaf_first);
    stack_starts_.push_back(static_cast<std::uint32_t>(stack_frames_.size()));
    return static_cast<std::uint32_t>(stack_starts_.size() - 2);
  })};
}

LabelsId Symbols::intern_labels(std::span<const Label> labels) {
  if (labels.empty()) return {};
  if (labels.size() > limits_.labels_a_set) {
    labels = labels.first(limits_.labels_a_set);
    ++overflows_.labels;
  }
  const std::uint64_t hash = hash_bytes(std::as_bytes(labels), process_seed());
  const auto equal = [&](std::uint32_t value) { return std::ranges::equal(this->labels({value}), labels); };
  if (labels_.size() + labels.size() > limits_.labels) {
    const LabelsId known{labels_index_.find(hash, equal)};
    if (!known) ++overflows_.labels;
    return known;
  }
  return {labels_index_.find_or_insert(hash, equal, [&] {
    labels_.insert(labels_.end(), labels.begin(), labels.end());
    label_starts_.push_back(static_cast<std::uint32_t>(labels_.size()));
    return static_cast<std::uint32_t>(label_starts_.size() - 2);
  })};
}

}  // namespace lf
