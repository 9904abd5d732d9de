#include "target/content_decoder.h"

#include <zlib.h>

#include "target/ascii.h"

namespace lf::target {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr int kGzipOrZlib = MAX_WBITS + 32;

}  // namespace

struct ContentDecoder::Stream {
  Stream() { ready = ::inflateInit2(&state, kGzipOrZlib) == Z_OK; }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    if (ready) ::inflateEnd(&state);
  }
  z_stream state{};
  bool ready = false;
};

ContentDecoder::ContentDecoder() = default;
ContentDecoder::~ContentDecoder() = default;

bool ContentDecoder::start(std::string_view encoding) {
  stream_.reset();
  broken_ = ended_ = false;
  if (encoding.empty() || same_name(encoding, "identity")) return true;
  if (!same_name(encoding, "gzip") && !same_name(encoding, "x-gzip") && !same_name(encoding, "deflate")) {
    broken_ = true;
    return false;
  }
  stream_ = std::make_unique<Stream>();
  piece_.resize(kPieceBytes);
  broken_ = !stream_->ready;
  return !broken_;
}

bool ContentDecoder::cut_short() const {
  return active() && !ended_ && stream_->state.total_in > 0;
}

bool ContentDecoder::decode(std::span<const std::byte> chunk,
                            const std::function<bool(std::span<const std::byte>)>& sink) {
  z_stream& state = stream_->state;
  // zlib does not write to its input.
  state.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(chunk.data()));
  state.avail_in = static_cast<uInt>(chunk.size());
  do {
    if (ended_) {
      broken_ = state.avail_in > 0;
      break;
    }
    state.next_out = reinterpret_cast<Bytef*>(piece_.data());
    state.avail_out = static_cast<uInt>(piece_.size());
    const int code = ::inflate(&state, Z_NO_FLUSH);
    ended_ = code == Z_STREAM_END;
    broken_ = code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR;
    const std::size_t size = piece_.size() - state.avail_out;
    if (size > 0 && !sink(std::span(piece_).first(size))) return false;
  } while (!broken_ && (state.avail_in > 0 || state.avail_out == 0));
  return !broken_;
}

}  // namespace lf::target
