#pragma once

#include <concepts>
#include <limits>
#include <type_traits>

namespace lf {

/// Adds `more` to `sum`, which stops at the ends of its range: numbers from a target are of any size, and signed
/// overflow is undefined.
template <std::signed_integral T>
constexpr void add_saturating(T& sum, std::type_identity_t<T> more) {
  if (__builtin_add_overflow(sum, more, &sum)) {
    sum = more > 0 ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min();
  }
}

/// `from` less `value`, or the end of the range that it would pass.
template <std::signed_integral T>
constexpr T subtract_saturating(T from, std::type_identity_t<T> value) {
  T result;
  if (__builtin_sub_overflow(from, value, &result)) {
    return value < 0 ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min();
  }
  return result;
}

}  // namespace lf
