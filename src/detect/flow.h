#pragma once

#include <cstdint>
#include <span>

namespace lf::detect {

/// The chance that a steady flow shows so few departures: P(X <= left) of a Poisson count X whose mean is `came`.
///
/// While a count is steady as many leave as come, whatever their number and however long they stay, so ten that came
/// beside none that left are five in 100,000 beside ten others or ten thousand. 1 where nobody came.
double chance_of_flow(std::uint64_t came, std::uint64_t left);

/// The same for counts without identities: the chance that of `rises + falls` changes of a steady count so few fall
/// (the sign test, one-sided; Fisher 1925). 1 where nothing changed.
double chance_of_steady(std::uint64_t rises, std::uint64_t falls);

/// The chance that a steady count rises along such a line: of a flow the differences scatter around nothing, by as much
/// as its pace, so that a rise with little scatter is none (Student's t of the differences, one-sided, their deviation
/// at least that of rounding). 1 where the count does not rise or has fewer than four values. `seconds` rise, as many.
double chance_of_line(std::span<const double> seconds, std::span<const std::uint64_t> counts);

/// The same of any measure whose single values have the variance `least_variance` at least; from three values on.
double chance_of_line(std::span<const double> seconds, std::span<const double> values, double least_variance);

/// How long those stay on average at least, in seconds, at 95 %: `goroutine_seconds` of exposure, in which `left` went,
/// over the upper bound of a Poisson count (3 where none went: the rule of three).
double least_mean_stay(double goroutine_seconds, std::uint64_t left);

}  // namespace lf::detect
