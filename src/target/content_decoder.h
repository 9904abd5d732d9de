#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "target/source.h"

namespace lf::target {

class InflateStream;

/// Undoes the Content-Encoding that a proxy has put on a body although nobody asked for one: gzip or deflate, once.
class ContentDecoder {
 public:
  ContentDecoder();
  ContentDecoder(const ContentDecoder&) = delete;
  ContentDecoder& operator=(const ContentDecoder&) = delete;
  ~ContentDecoder();

  /// Begins a body whose header says `encoding`; false where it is not known.
  bool start(std::string_view encoding);
  /// Whether there is anything to undo.
  bool active() const { return stream_ != nullptr; }
  /// Hands `chunk`, decoded, to `sink` in pieces of at most 64 KiB. False where the sink has enough or the body is
  /// broken (then so is `broken`).
  bool decode(std::span<const std::byte> chunk, const std::function<bool(std::span<const std::byte>)>& sink);
  /// Whether what came is no such encoding.
  bool broken() const { return broken_; }
  /// Whether an encoded body has begun and not come to its own end.
  bool cut_short() const;

 private:
  std::unique_ptr<InflateStream> stream_;
  std::vector<std::byte> piece_;
  bool broken_ = false;
};

}  // namespace lf::target
