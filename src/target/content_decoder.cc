#include "target/content_decoder.h"

#include "target/ascii.h"
#include "target/inflate_stream.h"

namespace lf::target {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr int kGzipOrZlib = MAX_WBITS + 32;

}  // namespace

ContentDecoder::ContentDecoder() = default;
ContentDecoder::~ContentDecoder() = default;

bool ContentDecoder::start(std::string_view encoding) {
  stream_.reset();
  broken_ = false;
  if (encoding.empty() || same_name(encoding, "identity")) return true;
  if (!same_name(encoding, "gzip") && !same_name(encoding, "x-gzip") && !same_name(encoding, "deflate")) {
    broken_ = true;
    return false;
  }
  stream_ = std::make_unique<InflateStream>(kGzipOrZlib);
  piece_.resize(kPieceBytes);
  broken_ = !stream_->ready();
  return !broken_;
}

bool ContentDecoder::cut_short() const {
  return active() && !stream_->complete() && stream_->begun();
}

bool ContentDecoder::decode(std::span<const std::byte> chunk,
                            const std::function<bool(std::span<const std::byte>)>& sink) {
  stream_->give(chunk);
  std::size_t made = 0;
  do {
    if (stream_->complete()) {
      broken_ = stream_->left() > 0;
      break;
    }
    made = stream_->inflate(piece_);
    broken_ = stream_->damaged();
    if (made > 0 && !sink(std::span(piece_).first(made))) return false;
  } while (!broken_ && (stream_->left() > 0 || made == piece_.size()));
  return !broken_;
}

}  // namespace lf::target
