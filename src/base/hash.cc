#include "base/hash.h"

#include <cstring>

#include <sys/auxv.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lf {

std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

std::uint64_t process_seed() {
  static const std::uint64_t kSeed = [] {
    // Sixteen random bytes that the kernel gives each process.
    const auto* random = reinterpret_cast<const unsigned char*>(getauxval(AT_RANDOM));
    std::uint64_t seed = 0;
    if (random != nullptr) std::memcpy(&seed, random, sizeof(seed));
    return seed;
  }();
  return kSeed;
}

std::size_t NumberHash::operator()(std::uint64_t number) const {
  return hash_bytes(std::as_bytes(std::span(&number, 1)), process_seed());
}

}  // namespace lf
