#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace lf {

/// Keeps copies of texts until it is destroyed; views it returns stay valid that long, also when it is moved.
class Arena {
 public:
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > room_) add_chunk(text.size());
    char* at = next_;
    std::memcpy(at, text.data(), text.size());
    next_ += text.size();
    room_ -= text.size();
    used_ += text.size();
    return {at, text.size()};
  }

  /// Bytes kept so far, without what is free in the last chunk.
  std::size_t used_bytes() const { return used_; }

 private:
  static constexpr std::size_t kChunk = 64 * 1024;

  void add_chunk(std::size_t at_least) {
    const std::size_t size = at_least > kChunk ? at_least : kChunk;
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = chunks_.back().get();
    room_ = size;
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  std::size_t room_ = 0;
  std::size_t used_ = 0;
};

}  // namespace lf
