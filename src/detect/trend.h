#pragma once

#include <span>
#include <string>

namespace lf::detect {

/// A monotone trend in a series.
struct Trend {
  double z = 0;                 ///< Mann–Kendall statistic, ties corrected, continuity corrected; > 0 rises
  double p_rising = 1;          ///< one-sided
  double slope_per_second = 0;  ///< Theil–Sen: the median of all pairwise slopes
  double total = 0;             ///< slope × span
  double first_fit = 0;         ///< fitted value at the first point
};

/// The trend of `values` at `seconds` (rising, as many). Needs three points, else no trend.
///
/// Mann (1945), Kendall (1975) with the tie correction of the variance; exact for up to seven points without ties, by
/// the normal approximation beyond (Gilbert 1987, table A30). Slope: Theil (1950), Sen (1968). O(n²) for up to 128
/// points; of more, so many are taken evenly.
Trend find_trend(std::span<const double> seconds, std::span<const double> values);

/// The middle one of `values` (of an even number the upper of the two); 0 of none.
double middle_of(std::span<const double> values);

/// A probability for sentences: "p = 0.013", "p < 0.001".
std::string chance_in_words(double p);

/// Pearson's correlation of two series of one length; 0 where either does not vary.
double correlate(std::span<const double> a, std::span<const double> b);

}  // namespace lf::detect
