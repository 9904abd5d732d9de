#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lf {

/// XXH3, 64 bits, of `bytes`. Not for anything that leaves the process but fingerprints (whose value is stable).
std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed = 0);
std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0);

}  // namespace lf
