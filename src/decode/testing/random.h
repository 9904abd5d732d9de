#pragma once

#include <cstddef>
#include <cstdint>

namespace lf::decode::testing {

/// Draws the same numbers from the same seed on every machine (SplitMix64; the standard distributions differ by
/// library).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }

  /// Draws from 0 to `bound` - 1; `bound` must not be 0.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

  /// Draws from `first` to `last`, both included.
  std::size_t between(std::size_t first, std::size_t last) { return first + below(last - first + 1); }

  bool percent(unsigned chance) { return below(100) < chance; }

 private:
  std::uint64_t state_;
};

}  // namespace lf::decode::testing
