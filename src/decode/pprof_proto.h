#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decode/decoder.h"

namespace lf::decode {

/// Decodes a whole profile.proto, not compressed: goroutine, goroutineleak, heap and allocs of Go 1.18 to 1.27.
///
/// One pass collects the tables (strings stand at the end of what Go writes), a second one over the samples interns
/// their stacks straight from the wire. Fields may come in any order, numbers packed or not, unknown fields are
/// skipped. Fails with kUnsupported for profiles of another kind, kMalformed where sample types or names are missing.
Result<Decoded> decode_pprof(std::span<const std::byte> body, Symbols& symbols, const DecodeLimits& limits);

/// Collects a body until `finish`, then decodes it; kTooLarge beyond limits.body_bytes.
std::unique_ptr<Decoder> make_pprof_decoder(Symbols& symbols, const DecodeLimits& limits);

/// Which profile it is by the names of its sample types: a kind, and for kOtherProfile its name; kUnknown where the
/// names are of no profile of Go. Contentions and delays are "block or mutex": the two differ in nothing but the
/// numbers.
struct PprofKind {
  ContentKind kind = ContentKind::kUnknown;
  std::string name;
};
PprofKind pprof_kind(std::span<const std::string_view> sample_types);

/// The sample types of `head`, the front of a profile.proto, as string indices; empty where `head` is none. Goes no
/// further than the bytes at hand.
struct PprofHead {
  bool possible = false;   ///< every field seen so far is one of profile.proto
  bool plausible = false;  ///< and one of them names a type
  bool complete = false;   ///< the walk ended with the bytes: `sample_types` are all
  std::size_t sample_type_count = 0;
  std::vector<std::string_view> sample_types;  ///< names, where the string table is at hand
};
PprofHead look_at_pprof(std::span<const std::byte> head);

}  // namespace lf::decode
