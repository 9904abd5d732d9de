#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "base/large_block.h"

namespace lf {

/// Values in a row, not set to zero when made. What is large grows in place: the kernel moves its pages, which no
/// container of the library can have it do.
template <class T>
  requires std::is_trivially_copyable_v<T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : data_(std::move(other.data_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  std::span<const T> items() const { return {data_.get(), size_}; }
  std::size_t size() const { return size_; }

  /// Appends a copy; room grows by half.
  void append(std::span<const T> more) {
    if (more.empty()) return;
    std::memcpy(static_cast<void*>(reserve(more.size()).data()), more.data(), more.size_bytes());
    commit(more.size());
  }

  /// Sets room aside for `count` values, which will all be written, where there are none yet.
  void reserve_whole(std::size_t count) {
    if (capacity_ != 0 || count > SIZE_MAX / 2 / sizeof(T)) return;
    std::size_t bytes = count * sizeof(T);
    data_.reset(static_cast<T*>(allocate_whole(bytes)));
    capacity_ = data_ ? bytes / sizeof(T) : 0;
  }
  /// Makes room for `more` values beyond `size()` and returns all there is; `commit` says how many were written.
  std::span<T> reserve(std::size_t more) {
    if (capacity_ - size_ < more) [[unlikely]]
      grow(more);
    return {data_.get() + size_, capacity_ - size_};
  }
  void commit(std::size_t written) { size_ += written; }
  void clear() { size_ = 0; }  ///< keeps the room
  void release() { *this = Buffer{}; }

 private:
  struct Free {
    // What realloc gave.
    void operator()(T* items) const { std::free(items); }  // NOLINT(cppcoreguidelines-no-malloc)
  };

  [[gnu::noinline]] void grow(std::size_t more) {
    const std::size_t capacity = std::max(size_ + more, capacity_ + capacity_ / 2);
    void* grown = std::realloc(data_.get(), capacity * sizeof(T));  // NOLINT(cppcoreguidelines-no-malloc)
    if (grown == nullptr) throw std::bad_alloc();
    [[maybe_unused]] const T* moved = data_.release();
    data_.reset(static_cast<T*>(grown));
    capacity_ = capacity;
  }

  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace lf
