#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "detect/testing/scene.h"

namespace lf::detect::testing {

/// Numbers that look random and are the same everywhere (Steele, Lea and Flood 2014, SplitMix64).
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  double uniform() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<double>((mixed ^ (mixed >> 31)) >> 11) / 9007199254740992.0;
  }
  double exponential(double mean) { return -mean * std::log(1 - uniform()); }

 private:
  std::uint64_t state_;
};

/// How long goroutines stay.
enum class Stay : std::uint8_t { kForever, kExponential, kFixed, kHeavyTailed };

/// A made population: who comes when, and how long they stay.
struct Made {
  double pace = 1;  ///< that come a second, by chance
  Stay stay = Stay::kForever;
  double mean_seconds = 1;  ///< of the stay
  double ends_after = 1e9;  ///< seconds after which nobody comes any more
  std::uint64_t pile = 0;   ///< that were there from the beginning and stay
  WaitState state = WaitState::kChanReceive;
  std::uint64_t seed = 1;
};

/// A goroutine's life, in seconds after the first sample.
struct Life {
  double born = 0, dies = 0;
};

/// The lives of `made` for `seconds`; one in equilibrium has been coming and going for long before the first sample.
inline std::vector<Life> lives_of(const Made& made, double seconds) {
  Chance chance(made.seed);
  std::vector<Life> lives;
  for (std::uint64_t i = 0; i < made.pile; ++i) lives.push_back({-1e6, 1e9});
  const double begin = made.stay == Stay::kForever ? 0 : -20 * made.mean_seconds;
  for (double t = begin + chance.exponential(1 / made.pace); t < std::min(seconds, made.ends_after);
       t += chance.exponential(1 / made.pace)) {
    double stay = 1e9;
    if (made.stay == Stay::kExponential) stay = chance.exponential(made.mean_seconds);
    if (made.stay == Stay::kFixed) stay = made.mean_seconds;
    // Pareto with the shape 1.5, whose mean is three times its least value.
    if (made.stay == Stay::kHeavyTailed) stay = made.mean_seconds / 3 / std::pow(1 - chance.uniform(), 1 / 1.5);
    lives.push_back({t, t + stay});
  }
  return lives;
}

/// Looks at `made` at `at` (rising), by ids or by counts, and judges after each look: the verdicts about its site.
inline std::vector<Verdict> verdicts_of(const Made& made, const std::vector<double>& at, bool by_ids) {
  const std::vector<Life> lives = lives_of(made, at.back() + 1);
  Scene scene;
  std::vector<Verdict> verdicts;
  for (const double now : at) {
    Crew crew{.state = made.state};
    for (std::size_t i = 0; i < lives.size(); ++i) {
      if (lives[i].born <= now && now < lives[i].dies) crew.ids.push_back(100 + i);
    }
    const Crew main{.ids = {1}, .state = WaitState::kChanReceive, .stack = {"main.main:5"}, .creator = ""};
    if (by_ids) {
      scene.see(now, {main, crew});
    } else {
      scene.see_counts(now, {{main, 1}, {crew, static_cast<std::int64_t>(crew.ids.size())}});
    }
    const Finding finding = scene.about("main.work");
    verdicts.push_back(finding.rule.empty() ? Verdict::kInfo : finding.verdict);
  }
  return verdicts;
}

/// `count` moments `apart` seconds apart, the first at 0.
inline std::vector<double> moments(std::size_t count, double apart) {
  std::vector<double> at;
  for (std::size_t i = 0; i < count; ++i) at.push_back(static_cast<double>(i) * apart);
  return at;
}

inline std::string describe(const Made& made, const std::vector<double>& at, bool by_ids) {
  return "pace " + std::to_string(made.pace) + ", stay " + std::to_string(static_cast<int>(made.stay)) + " of " +
         std::to_string(made.mean_seconds) + " s, pile " + std::to_string(made.pile) + ", seed " +
         std::to_string(made.seed) + ", " + std::to_string(at.size()) + " samples over " + std::to_string(at.back()) +
         " s" + (by_ids ? "" : ", by counts");
}

}  // namespace lf::detect::testing
