#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/error.h"
#include "decode/decoded.h"
#include "model/symbols.h"

namespace lf::decode {

/// Bounds beyond those of `SymbolLimits`; each that bites costs a counted warning, and the decoding goes on.
struct DecodeLimits {
  std::uint64_t goroutines = 2'000'000;     ///< kept; more are counted
  std::uint64_t body_bytes = 512ULL << 20;  ///< after decompression; beyond it the body counts as cut
  std::uint64_t line_bytes = 1ULL << 20;    ///< of a text form; a longer line is malformed
  std::uint64_t heap_samples = 4'000'000;
};

/// Turns the bytes of one body into records, in pieces as they come; any chunking gives the same result.
///
/// Malformed input is never an error while something could be read: it costs counted warnings that name the byte
/// offset. `finish` fails with kMalformed (nothing readable), kUnsupported (a kind that says nothing about leaks,
/// named in the message) or kTooLarge. Text decoders parse as they are fed; protobuf is kept whole until `finish`.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual void feed(std::span<const std::byte> chunk) = 0;
  [[nodiscard]] virtual Result<Decoded> finish() = 0;
};

/// The decoder of one known form; a row of decoders.def.
std::unique_ptr<Decoder> make_decoder(ContentKind kind, Symbols& symbols, const DecodeLimits& limits);

/// A decoder that finds out by content what it is fed: unwraps gzip, strips a byte order mark, then sniffs.
/// Html and empty bodies are results (kHtml, kEmpty), not failures.
std::unique_ptr<Decoder> make_any_decoder(Symbols& symbols, const DecodeLimits& limits);

/// What the first bytes (decompressed; up to the first 64 KiB are looked at) are; kUnknown asks for more or gives up.
ContentKind sniff(std::span<const std::byte> head);

}  // namespace lf::decode
