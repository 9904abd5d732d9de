#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "decode/decoder.h"
#include "decode/testing/plain_records.h"

namespace lf::decode::testing {

/// What a decoder made of a text, as it returned it and spelled out.
struct Reading {
  Decoded decoded;
  PlainResult plain;
  Error error;  ///< its message is empty where there was none

  const PlainGoroutine& goroutine(std::size_t index = 0, std::size_t dump = 0) const {
    return plain.profiles.at(dump).goroutines.at(index);
  }
  const PlainProfile& dump(std::size_t index = 0) const { return plain.profiles.at(index); }
  /// The warning of that code; a message for no such warning is one with count 0.
  Warning warning(WarningCode code) const {
    for (const Warning& warning : decoded.warnings.all()) {
      if (warning.code == code) return warning;
    }
    return Warning{code, {}, {}, 0};
  }
};

using DecoderMaker = std::unique_ptr<Decoder> (*)(Symbols&, const DecodeLimits&);

/// Feeds all of `text` in pieces of `piece` bytes.
inline Reading read_text(DecoderMaker make, std::string_view text, const DecodeLimits& limits = {},
                         std::size_t piece = SIZE_MAX) {
  Symbols symbols;
  const auto decoder = make(symbols, limits);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view front = rest.substr(0, piece);
    decoder->feed(std::as_bytes(std::span(front)));
    rest.remove_prefix(front.size());
  }
  Reading reading;
  if (auto decoded = decoder->finish()) {
    reading.decoded = std::move(*decoded);
    reading.plain = spell_out(reading.decoded, symbols);
  } else {
    reading.error = decoded.error();
  }
  return reading;
}

}  // namespace lf::decode::testing
