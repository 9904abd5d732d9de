#include "decode/gzip.h"

#include <algorithm>
#include <array>
#include <limits>

#include <libdeflate.h>
#include <zlib.h>

namespace lf::decode {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::byte kFirstOfMagic{0x1F};
/// RFC 1952: header of 10 bytes, deflate data of at least 2, trailer of 8.
constexpr std::size_t kSmallestMember = 20;
/// Deflate expands by 1032 at most (a match of 258 bytes in two bits).
constexpr std::size_t kMostExpansion = 1032;

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* made) const { libdeflate_free_decompressor(made); }
};

/// The size that the last four bytes claim, where it is possible at all; else a guess.
std::size_t first_capacity(std::span<const std::byte> compressed, std::uint64_t limit) {
  std::size_t claimed = 0;
  if (compressed.size() >= kSmallestMember) {
    for (std::size_t i = 0; i < 4; ++i) {
      claimed |= std::to_integer<std::size_t>(compressed[compressed.size() - 4 + i]) << (8 * i);
    }
  }
  const bool possible = claimed > 0 && claimed / kMostExpansion <= compressed.size();
  const std::size_t guess = possible ? claimed : compressed.size() * 4 + 4096;
  return static_cast<std::size_t>(std::min<std::uint64_t>(guess, limit));
}

/// Whether the member's header has a checksum of its own (RFC 1952, FHCRC), which zlib checks and libdeflate does not.
bool has_header_checksum(std::span<const std::byte> member) {
  constexpr std::byte kFhcrc{2};
  return member.size() > 3 && (member[3] & kFhcrc) != std::byte{0};
}

/// Inflates from `rest` on by stream, where the quick way found it damaged or does not do: keeps what can be had.
void rescue(std::span<const std::byte> rest, std::uint64_t limit, bool first_member, Gunzipped& out) {
  GzipStream stream(limit - out.bytes.size());
  stream.feed(rest, [&](std::span<const std::byte> piece) { out.bytes.append(piece); });
  out.end = stream.end();
  if (!first_member && stream.delivered_bytes() == 0 && out.end == GzipEnd::kDamaged) out.end = GzipEnd::kTrailing;
}

}  // namespace

bool looks_like_gzip(std::span<const std::byte> head) {
  return head.size() >= 3 && head[0] == kFirstOfMagic && head[1] == std::byte{0x8B} && head[2] == std::byte{8};
}

struct GzipStream::Inflater {
  z_stream state{};
  bool usable = false;
  std::array<std::byte, kPiece> piece;

  Inflater() { usable = inflateInit2(&state, MAX_WBITS + 16) == Z_OK; }
  ~Inflater() {
    if (usable) inflateEnd(&state);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

GzipStream::GzipStream(std::uint64_t limit_bytes) : inflater_(std::make_unique<Inflater>()), limit_(limit_bytes) {
  if (!inflater_->usable) end_ = GzipEnd::kDamaged;
}

GzipStream::~GzipStream() = default;

/// Between members: another one opens, or what follows is no gzip. Padding with zeros is customary (RFC 1952 is
/// silent).
bool GzipStream::start_member(std::byte first) {
  if (first == kFirstOfMagic) {
    inflateReset(&inflater_->state);
    in_member_ = true;
    end_ = GzipEnd::kOpen;
    return true;
  }
  if (first != std::byte{0}) end_ = GzipEnd::kTrailing;
  return false;
}

void GzipStream::feed(std::span<const std::byte> chunk, const ByteSink& sink) {
  z_stream& state = inflater_->state;
  while (!chunk.empty() && (end_ == GzipEnd::kOpen || end_ == GzipEnd::kComplete)) {
    if (!in_member_ && !start_member(chunk.front())) {
      chunk = chunk.subspan(1);
      continue;
    }
    const std::size_t offered = std::min<std::size_t>(chunk.size(), std::numeric_limits<uInt>::max());
    // zlib's interface predates const; it does not write there.
    state.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(chunk.data()));
    state.avail_in = static_cast<uInt>(offered);
    int result = Z_OK;
    do {
      state.next_out = reinterpret_cast<Bytef*>(inflater_->piece.data());
      state.avail_out = kPiece;
      result = inflate(&state, Z_NO_FLUSH);
      std::size_t made = kPiece - state.avail_out;
      if (made > limit_ - delivered_) {
        made = static_cast<std::size_t>(limit_ - delivered_);
        end_ = GzipEnd::kTooLarge;
      }
      delivered_ += made;
      if (made > 0) sink(std::span(inflater_->piece).first(made));
      if (end_ == GzipEnd::kTooLarge) return;
    } while (result == Z_OK && state.avail_out == 0);
    chunk = chunk.subspan(offered - state.avail_in);
    if (result == Z_STREAM_END) {
      ++members_;
      in_member_ = false;
      end_ = GzipEnd::kComplete;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      end_ = members_ > 0 && state.total_out == 0 ? GzipEnd::kTrailing : GzipEnd::kDamaged;
    }
  }
}

Gunzipped gunzip(std::span<const std::byte> compressed, std::uint64_t limit_bytes) {
  Gunzipped out;
  const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> inflater(libdeflate_alloc_decompressor());
  if (!inflater) {
    rescue(compressed, limit_bytes, true, out);
    return out;
  }
  std::span<const std::byte> rest = compressed;
  std::size_t wanted = first_capacity(compressed, limit_bytes);
  out.bytes.reserve_whole(wanted);
  for (bool first_member = true;;) {
    if (has_header_checksum(rest)) {
      rescue(rest, limit_bytes, first_member, out);
      return out;
    }
    std::span<std::byte> room = out.bytes.reserve(wanted);
    if (room.size() > limit_bytes - out.bytes.size()) {
      room = room.first(static_cast<std::size_t>(limit_bytes - out.bytes.size()));
    }
    std::size_t used = 0;
    std::size_t made = 0;
    const libdeflate_result result =
        libdeflate_gzip_decompress_ex(inflater.get(), rest.data(), rest.size(), room.data(), room.size(), &used, &made);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE && out.bytes.size() + room.size() < limit_bytes) {
      wanted = static_cast<std::size_t>(
          std::min<std::uint64_t>(std::max<std::uint64_t>(room.size(), 2048) * 2, limit_bytes - out.bytes.size()));
      continue;
    }
    if (result != LIBDEFLATE_SUCCESS) {
      rescue(rest, limit_bytes, first_member, out);
      return out;
    }
    out.bytes.commit(made);
    rest = rest.subspan(used);
    first_member = false;
    while (!rest.empty() && rest.front() == std::byte{0}) rest = rest.subspan(1);
    if (rest.empty() || rest.front() != kFirstOfMagic) {
      out.end = rest.empty() ? GzipEnd::kComplete : GzipEnd::kTrailing;
      return out;
    }
    wanted = 1;
  }
}

}  // namespace lf::decode
