#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace lf {

/// Finds values (indices into a table of the caller) by hash and an exact comparison; the hash alone never decides.
///
/// Open addressing with linear probing over 8-byte slots, at most four fifths full. The caller keeps the keys: it
/// passes `equal(value)` to compare with a stored one. Cost: one probe and one comparison on a hit.
class HashIndex {
 public:
  HashIndex() : slots_(kFirstSize) {}

  /// The value stored under an equal key, or `make()`'s result, stored. `make` must not touch this index.
  template <class Equal, class Make>
  std::uint32_t find_or_insert(std::uint64_t hash, Equal&& equal, Make&& make) {
    const std::uint32_t fragment = fold(hash);
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = fragment & mask;
    while (slots_[at].fragment != kFree) {
      if (slots_[at].fragment == fragment && equal(slots_[at].value)) return slots_[at].value;
      at = (at + 1) & mask;
    }
    const std::uint32_t value = make();
    slots_[at] = {fragment, value};
    if (++size_ * 5 > slots_.size() * 4) grow();
    return value;
  }

  /// The value stored under an equal key, or `absent`.
  template <class Equal>
  std::uint32_t find(std::uint64_t hash, Equal&& equal, std::uint32_t absent = 0) const {
    const std::uint32_t fragment = fold(hash);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = fragment & mask; slots_[at].fragment != kFree; at = (at + 1) & mask) {
      if (slots_[at].fragment == fragment && equal(slots_[at].value)) return slots_[at].value;
    }
    return absent;
  }

  std::size_t size() const { return size_; }

  /// Has the place of `hash` fetched into the cache, for a look-up some hundred instructions later. Always inlined: a
  /// call would be taken for one without effect, and left out.
  [[gnu::always_inline]] void prefetch(std::uint64_t hash) const {
    __builtin_prefetch(&slots_[fold(hash) & (slots_.size() - 1)]);
  }

  /// Makes room for `values` in an index that is empty; else does nothing.
  void reserve(std::size_t values) {
    if (size_ != 0) return;
    std::size_t slots = kFirstSize;
    while (values * 5 > slots * 4) slots *= 2;
    slots_.assign(slots, Slot{});
  }

 private:
  struct Slot {
    std::uint32_t fragment = kFree;
    std::uint32_t value = 0;
  };
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kUsed = 1U << 31;
  static constexpr std::size_t kFirstSize = 64;

  static std::uint32_t fold(std::uint64_t hash) { return static_cast<std::uint32_t>(hash ^ (hash >> 32)) | kUsed; }

  void grow() {
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    for (const Slot& slot : old) {
      if (slot.fragment == kFree) continue;
      std::size_t at = slot.fragment & (slots_.size() - 1);
      while (slots_[at].fragment != kFree) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace lf
