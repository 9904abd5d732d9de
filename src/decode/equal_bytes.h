#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace lf::decode {

/// Whether the `size` bytes at `a` and `b` are equal: memcmp for lines of a dump, whose lengths of 16 to 128 bytes no
/// branch can foresee. Loads that overlap stand in for a loop.
inline bool equal_bytes(const char* a, const char* b, std::size_t size) {
#if defined(__SSE2__)
  if (size >= 16 && size <= 128) {
    const auto same = [&](std::size_t at) {
      const __m128i left = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a + at));
      const __m128i right = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b + at));
      return _mm_cmpeq_epi8(left, right);
    };
    const std::size_t last = size - 16;
    const auto four = [&](std::size_t at) {
      const __m128i front = _mm_and_si128(same(std::min(at, last)), same(std::min(at + 16, last)));
      return _mm_and_si128(front, _mm_and_si128(same(std::min(at + 32, last)), same(std::min(at + 48, last))));
    };
    __m128i all = four(0);
    if (size > 64) all = _mm_and_si128(all, four(64));
    return _mm_movemask_epi8(all) == 0xFFFF;
  }
#endif
  return std::memcmp(a, b, size) == 0;
}

}  // namespace lf::decode
