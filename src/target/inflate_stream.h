#pragma once

#include <cstddef>
#include <span>

#include <zlib.h>

namespace lf::target {

/// `bytes` as zlib takes them: its interface predates const, and it does not write there.
inline Bytef* zlib_input(std::span<const std::byte> bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

/// zlib's inflating of one stream, ended with its owner.
class InflateStream {
 public:
  /// `window_bits` as inflateInit2 takes them: they choose between zlib's and gzip's frame, or either.
  explicit InflateStream(int window_bits) { ready_ = ::inflateInit2(&stream_, window_bits) == Z_OK; }
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;
  ~InflateStream() {
    if (ready_) ::inflateEnd(&stream_);
  }

  /// Whether zlib had the memory for it; nothing else may be called where not.
  bool ready() const { return ready_; }
  /// Takes input, at most 4 GiB, which stays where it is until `left()` is 0.
  void give(std::span<const std::byte> input) {
    stream_.next_in = zlib_input(input);
    stream_.avail_in = static_cast<uInt>(input.size());
  }
  /// Inflates into `room` and returns how much of it was filled.
  std::size_t inflate(std::span<std::byte> room, int flush = Z_NO_FLUSH) {
    stream_.next_out = reinterpret_cast<Bytef*>(room.data());
    stream_.avail_out = static_cast<uInt>(room.size());
    status_ = ::inflate(&stream_, flush);
    return room.size() - stream_.avail_out;
  }

  std::size_t left() const { return stream_.avail_in; }      ///< of the input given last
  bool begun() const { return stream_.total_in > 0; }        ///< whether any input has been taken
  bool complete() const { return status_ == Z_STREAM_END; }  ///< the stream has come to its own end
  bool damaged() const { return !complete() && status_ != Z_OK && status_ != Z_BUF_ERROR; }

 private:
  z_stream stream_{};
  bool ready_ = false;
  int status_ = Z_OK;
};

}  // namespace lf::target
