#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "decode/decoder.h"
#include "decode/testing/plain_records.h"

namespace lf::decode::testing {

/// What the product makes of `bytes`, fed in pieces that end at `cuts` (rising); a failure is told as the cause.
inline PlainResult decode_in_pieces(std::string_view bytes, const std::vector<std::size_t>& cuts) {
  Symbols symbols;
  const auto decoder = make_any_decoder(symbols, {});
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    decoder->feed(std::as_bytes(std::span(bytes.substr(from, cut - from))));
    from = cut;
  }
  decoder->feed(std::as_bytes(std::span(bytes.substr(from))));
  const auto decoded = decoder->finish();
  if (decoded) return spell_out(*decoded, symbols);
  PlainResult failed;
  failed.cause = "error: " + decoded.error().message;
  return failed;
}

inline PlainResult decode_whole(std::string_view bytes) {
  return decode_in_pieces(bytes, {});
}

}  // namespace lf::decode::testing
