#include "detect/flow.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace lf::detect {
namespace {

/// Beyond so many a count is normal as far as any question here goes.
constexpr std::uint64_t kMany = 1'000;

/// P(X <= most) where X is normal of that mean and deviation, counted in whole numbers.
double normal_at_most(double mean, double deviation, std::uint64_t most) {
  return std::erfc((mean - static_cast<double>(most) - 0.5) / deviation / std::numbers::sqrt2) / 2;
}

/// P(X <= most) of a Poisson count of that mean; by logarithms, which do not underflow.
double poisson_at_most(double mean, std::uint64_t most) {
  double sum = 0;
  for (std::uint64_t i = 0; i <= most; ++i) {
    const auto k = static_cast<double>(i);
    sum += std::exp(k * std::log(mean) - mean - std::lgamma(k + 1));
  }
  return sum;
}

/// P(X <= most) of the heads of `tosses` of a fair coin.
double coin_at_most(std::uint64_t tosses, std::uint64_t most) {
  const auto n = static_cast<double>(tosses);
  double sum = 0;
  for (std::uint64_t i = 0; i <= most; ++i) {
    const auto k = static_cast<double>(i);
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) - n * std::numbers::ln2);
  }
  return sum;
}

/// P(T > t) of Student's t with `freedom` degrees, t >= 0 (Abramowitz and Stegun 26.7.3 and 26.7.4).
double student_beyond(double t, std::size_t freedom) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(freedom)));
  const double sine = std::sin(angle), cosine = std::cos(angle);
  const bool odd = freedom % 2 == 1;
  double term = odd ? cosine : 1, sum = freedom == 1 ? 0 : term;
  for (std::size_t i = odd ? 3 : 2; i + 1 < freedom; i += 2) {
    term *= cosine * cosine * static_cast<double>(i - 1) / static_cast<double>(i);
    sum += term;
  }
  const double within = odd ? 2 / std::numbers::pi * (angle + sine * sum) : sine * sum;
  return std::max(0.0, (1 - within) / 2);
}

}  // namespace

double chance_of_flow(std::uint64_t came, std::uint64_t left) {
  if (left >= came) return 1;
  const auto mean = static_cast<double>(came);
  return came > kMany ? normal_at_most(mean, std::sqrt(mean), left) : poisson_at_most(mean, left);
}

double chance_of_steady(std::uint64_t rises, std::uint64_t falls) {
  if (falls >= rises) return 1;
  const auto changes = static_cast<double>(rises) + static_cast<double>(falls);
  return rises > kMany ? normal_at_most(changes / 2, std::sqrt(changes) / 2, falls)
                       : coin_at_most(rises + falls, falls);
}

double chance_of_line(std::span<const double> seconds, std::span<const std::uint64_t> counts) {
  constexpr std::size_t kLeast = 4;
  constexpr double kRounding = 1.0 / 12;
  if (counts.size() < kLeast) return 1;
  return chance_of_line(seconds, std::vector<double>(counts.begin(), counts.end()), kRounding);
}

double chance_of_line(std::span<const double> seconds, std::span<const double> values, double least_variance) {
  constexpr std::size_t kLeast = 3;
  if (values.size() < kLeast || seconds.size() != values.size()) return 1;
  const std::size_t intervals = values.size() - 1;
  const double span = seconds.back() - seconds.front();
  if (span <= 0 || values.back() <= values.front()) return 1;
  const double pace = (values.back() - values.front()) / span;
  // Intervals differ in length: each difference is weighed by the scatter that a flow has in so long a time.
  double squares = 0;
  for (std::size_t i = 0; i < intervals; ++i) {
    const double length = seconds[i + 1] - seconds[i];
    const double rise = values[i + 1] - values[i];
    if (length > 0) squares += (rise - pace * length) * (rise - pace * length) / length;
  }
  const auto n = static_cast<double>(intervals);
  const double per_second = std::max(squares / (n - 1), 2 * least_variance * n / span);
  return student_beyond(pace * span / std::sqrt(per_second * span), intervals - 1);
}

double least_mean_stay(double goroutine_seconds, std::uint64_t left) {
  constexpr double kFivePercent = 0.05;
  constexpr double kFivePercentOfNormal = 1.645;
  const auto counted = static_cast<double>(left);
  if (left > kMany) return goroutine_seconds / (counted + kFivePercentOfNormal * std::sqrt(counted) + 1);
  double low = counted, high = 2 * counted + 4;  // the bound lies between them
  constexpr int kHalvings = 40;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (poisson_at_most(middle, left) > kFivePercent ? low : high) = middle;
  }
  return goroutine_seconds / high;
}

}  // namespace lf::detect
