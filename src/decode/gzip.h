#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/buffer.h"

namespace lf::decode {

using ByteBuffer = Buffer<std::byte>;

/// How compressed data ended.
enum class GzipEnd : std::uint8_t {
  kOpen,      ///< more is expected (at the end of the input: it is cut)
  kComplete,  ///< whole members, nothing behind them
  kTrailing,  ///< whole members, then bytes that are no gzip
  kDamaged,   ///< not gzip from some byte on, or a checksum that differs; what was before it has been delivered
  kTooLarge,  ///< the limit on the decompressed size was reached; exactly so many bytes have been delivered
};

using ByteSink = std::function<void(std::span<const std::byte>)>;

/// Whether `head` opens a gzip member: magic and the only method there is (RFC 1952).
bool looks_like_gzip(std::span<const std::byte> head);

/// Inflates gzip (RFC 1952, several members too) as it comes, in pieces of up to 64 KiB.
///
/// Nothing in the input is trusted: at most `limit_bytes` are delivered, whatever the data expands to.
class GzipStream {
 public:
  explicit GzipStream(std::uint64_t limit_bytes);
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// Inflates `chunk` into `sink`; after damage or the limit it does nothing.
  void feed(std::span<const std::byte> chunk, const ByteSink& sink);
  GzipEnd end() const { return end_; }
  std::uint64_t delivered_bytes() const { return delivered_; }

 private:
  struct Inflater;

  bool start_member(std::byte first);

  std::unique_ptr<Inflater> inflater_;
  std::uint64_t limit_;
  std::uint64_t delivered_ = 0;
  std::uint64_t members_ = 0;
  bool in_member_ = true;
  GzipEnd end_ = GzipEnd::kOpen;
};

struct Gunzipped {
  ByteBuffer bytes;
  GzipEnd end = GzipEnd::kOpen;  ///< kOpen: cut
};

/// Inflates gzip that is at hand as a whole, faster than `GzipStream` by two; of damaged data what can be had.
///
/// The size that the data claims (ISIZE) only sizes the first attempt; never more than `limit_bytes` are made.
Gunzipped gunzip(std::span<const std::byte> compressed, std::uint64_t limit_bytes);

}  // namespace lf::decode
