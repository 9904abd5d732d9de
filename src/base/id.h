#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace lf {

/// An index into a table, typed by what it points at; 0 is "none". Ids of different tags do not mix.
template <class Tag>
struct Id {
  std::uint32_t value = 0;

  constexpr explicit operator bool() const { return value != 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

}  // namespace lf

template <class Tag>
struct std::hash<lf::Id<Tag>> {
  std::size_t operator()(lf::Id<Tag> id) const noexcept { return id.value * 0x9E3779B97F4A7C15ULL; }
};
