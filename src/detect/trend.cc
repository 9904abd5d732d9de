#include "detect/trend.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <vector>

#include "base/format.h"

namespace lf::detect {
namespace {

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// P(S >= s) over all orders of n distinct values: counts permutations by their number of inversions.
double exact_tail(std::size_t n, int s) {
  std::vector<double> ways{1};
  for (std::size_t k = 2; k <= n; ++k) {
    std::vector<double> next(ways.size() + k - 1, 0);
    for (std::size_t i = 0; i < ways.size(); ++i) {
      for (std::size_t j = 0; j < k; ++j) next[i + j] += ways[i];
    }
    ways = std::move(next);
  }
  const int most = static_cast<int>(n * (n - 1) / 2);
  double tail = 0, all = 0;
  for (std::size_t inversions = 0; inversions < ways.size(); ++inversions) {
    all += ways[inversions];
    if (most - 2 * static_cast<int>(inversions) >= s) tail += ways[inversions];
  }
  return tail / all;
}

/// Variance of S with groups of equal values taken out.
double variance_of(std::span<const double> values) {
  const auto part = [](double n) { return n * (n - 1) * (2 * n + 5); };
  std::map<double, double> ties;
  for (const double value : values) ++ties[value];
  double sum = part(static_cast<double>(values.size()));
  for (const auto& [value, count] : ties) sum -= part(count);
  return sum / 18;
}

/// The most points whose pairs are looked at; monitor judges long series at every sample.
constexpr std::size_t kMostPoints = 128;

/// `kMostPoints` of `all`, evenly, the first and the last among them.
std::vector<double> thinned(std::span<const double> all) {
  std::vector<double> some(kMostPoints);
  for (std::size_t i = 0; i < kMostPoints; ++i) some[i] = all[i * (all.size() - 1) / (kMostPoints - 1)];
  return some;
}

}  // namespace

Trend find_trend(std::span<const double> seconds, std::span<const double> values) {
  Trend trend;
  const std::size_t n = std::min(seconds.size(), values.size());
  if (n < 3) return trend;
  if (n > kMostPoints) return find_trend(thinned(seconds.first(n)), thinned(values.first(n)));
  int s = 0;
  bool ties = false;
  std::vector<double> slopes;
  slopes.reserve(n * (n - 1) / 2);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      s += values[j] > values[i] ? 1 : values[j] < values[i] ? -1 : 0;
      ties = ties || values[i] == values[j];
      const double gap = seconds[j] - seconds[i];
      if (gap > 0) slopes.push_back((values[j] - values[i]) / gap);
    }
  }
  const double variance = variance_of(values.first(n));
  if (variance > 0) trend.z = (s > 0 ? s - 1 : s < 0 ? s + 1 : 0) / std::sqrt(variance);
  constexpr std::size_t kMostExact = 7;
  if (s <= 0) {
    trend.p_rising = s == 0 ? 0.5 : 1 - 0.5 * std::erfc(-trend.z / std::sqrt(2.0));
    trend.p_rising = std::max(trend.p_rising, 0.5);
  } else if (n <= kMostExact && !ties) {
    trend.p_rising = exact_tail(n, s);
  } else {
    trend.p_rising = 0.5 * std::erfc(trend.z / std::sqrt(2.0));
  }
  if (slopes.empty()) return trend;
  trend.slope_per_second = median(slopes);
  trend.total = trend.slope_per_second * (seconds[n - 1] - seconds[0]);
  std::vector<double> intercepts(n);
  for (std::size_t i = 0; i < n; ++i) intercepts[i] = values[i] - trend.slope_per_second * (seconds[i] - seconds[0]);
  trend.first_fit = median(intercepts);
  return trend;
}

double middle_of(std::span<const double> values) {
  if (values.empty()) return 0;
  std::vector<double> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  return *middle;
}

std::string chance_in_words(double p) {
  return p < 0.001 ? "p < 0.001" : format("p = {:.3f}", p);
}

double correlate(std::span<const double> a, std::span<const double> b) {
  const std::size_t n = std::min(a.size(), b.size());
  if (n < 2) return 0;
  double mean_a = 0, mean_b = 0;
  for (std::size_t i = 0; i < n; ++i) {
    mean_a += a[i] / static_cast<double>(n);
    mean_b += b[i] / static_cast<double>(n);
  }
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < n; ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

}  // namespace lf::detect
