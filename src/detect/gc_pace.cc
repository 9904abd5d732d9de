#include "detect/gc_pace.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/trend.h"

namespace lf::detect {
namespace {

/// Standard deviation in shares of the mean.
double relative_scatter(std::span<const double> values) {
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return mean > 0 ? std::sqrt(squares / static_cast<double>(values.size())) / mean : 0;
}

}  // namespace

std::optional<GcPace> measure_gc_pace(std::span<const GcPause> pauses) {
  // The first ones are of a program that is starting up.
  constexpr std::size_t kLeast = 8;
  std::vector<double> ends;
  for (const GcPause& pause : pauses) {
    ends.push_back(std::chrono::duration<double>(pause.ended_at.time_since_epoch()).count());
  }
  std::ranges::sort(ends);
  const std::size_t distances = ends.empty() ? 0 : ends.size() - 1;
  if (distances < kLeast) return std::nullopt;
  const std::size_t first = std::min(distances / 2, distances - kLeast);
  std::vector<double> seconds, apart;
  for (std::size_t i = first; i < distances; ++i) {
    seconds.push_back(ends[i + 1] - ends[first]);
    apart.push_back(ends[i + 1] - ends[i]);
  }
  const double span = seconds.back() - seconds.front();
  const std::size_t third = apart.size() / 3;
  return GcPace{
      .chance = find_trend(seconds, apart).p_rising,
      .before = middle_of(std::span(apart).first(third)),
      .now = middle_of(std::span(apart).last(third)),
      .span = span,
      .error_per_second =
          span > 0 ? relative_scatter(apart) * std::sqrt(12 / static_cast<double>(seconds.size())) / span : 0};
}

std::string gc_pace_in_words(const GcPace& pace) {
  return format("collections come ever more seldom (every {} by now, every {} {} before)", span_in_words(pace.now),
                span_in_words(pace.before), span_in_words(pace.span));
}

}  // namespace lf::detect
