#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lf {

/// XXH3, 64 bits, of `bytes`. Not for anything that leaves the process but fingerprints (whose value is stable).
std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed = 0);
std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0);

/// Drawn anew in each process. What a target can choose is hashed with it wherever a table holds it: who knows the hash
/// of a name beforehand can send a million names that all fall on one place.
std::uint64_t process_seed();

/// For maps of the standard library's kind whose keys a target can choose: std::hash gives numbers back as they are,
/// and keys that are equal in their low bits make an open table grow without end. Seeded with `process_seed`.
struct NumberHash {
  std::size_t operator()(std::uint64_t number) const;
};

}  // namespace lf
