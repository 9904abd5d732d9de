#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace lf {

/// Memory for `bytes` that will be filled as a whole, for `std::free`; nullptr where there is none. `bytes` becomes
/// what there is, which may be more.
///
/// From one and a half MiB on it lies in huge pages, where the kernel gives some and no more than a quarter of one
/// would stay unused: one page fault then takes the place of 512, each of which costs as much as decoding twenty
/// samples.
void* allocate_whole(std::size_t& bytes);

/// `allocate_whole` for containers whose room is reserved before they are filled.
template <class T>
struct WholeAllocator {
  using value_type = T;

  WholeAllocator() = default;
  template <class U>
  explicit(false) WholeAllocator(const WholeAllocator<U>& /*other*/) {}

  T* allocate(std::size_t count) {
    std::size_t bytes = count * sizeof(T);
    void* room = count > SIZE_MAX / 2 / sizeof(T) ? nullptr : allocate_whole(bytes);
    if (room == nullptr) throw std::bad_alloc();
    return static_cast<T*>(room);
  }
  void deallocate(T* room, std::size_t /*count*/) { std::free(room); }  // NOLINT(cppcoreguidelines-no-malloc)
  bool operator==(const WholeAllocator&) const = default;
};

}  // namespace lf
