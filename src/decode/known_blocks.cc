#include "decode/known_blocks.h"

#include "base/hash.h"
#include "decode/equal_bytes.h"

namespace lf::decode {

KnownBlocks::KnownBlocks() : texts_(1), facts_(1), guesses_(kGuesses) {}

void KnownBlocks::expect(std::uint64_t sample) const {
  const std::string_view guessed = texts_[guesses_[sample >> 32 & (kGuesses - 1)]];
  for (std::size_t at = 0; at < guessed.size(); at += 64) __builtin_prefetch(guessed.data() + at);
}

const BlockFacts* KnownBlocks::find(std::string_view text, std::span<const BlockLine> lines, std::uint64_t sample) {
  std::uint32_t& guess = guesses_[sample >> 32 & (kGuesses - 1)];
  if (guess != 0 && equals(guess, text, lines)) return &facts_[guess];
  join(text, lines);
  joined_hash_ = hash_text(joined_, process_seed());
  const std::uint32_t known = index_.find(joined_hash_, [&](std::uint32_t block) { return texts_[block] == joined_; });
  if (known == 0) return nullptr;
  guess = known;
  return &facts_[known];
}

const BlockFacts& KnownBlocks::remember(std::uint64_t sample, const BlockFacts& facts) {
  if (arena_.used_bytes() + joined_.size() > kMostBytes) {
    passing_ = facts;
    return passing_;
  }
  const auto block = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(arena_.keep(joined_));
  facts_.push_back(facts);
  index_.find_or_insert(joined_hash_, [](std::uint32_t) { return false; }, [&] { return block; });
  guesses_[sample >> 32 & (kGuesses - 1)] = block;
  return facts_.back();
}

/// Stored texts are the masked lines without the header, each with "\n"; no masked line holds one.
bool KnownBlocks::equals(std::uint32_t block, std::string_view text, std::span<const BlockLine> lines) const {
  const char* known = texts_[block].data();
  std::size_t left = texts_[block].size();
  for (const BlockLine& line : lines.subspan(1)) {
    const std::size_t size = line.masked_end - line.begin;
    if (left <= size || known[size] != '\n') return false;
    if (!equal_bytes(known, text.data() + line.begin, size)) return false;
    known += size + 1;
    left -= size + 1;
  }
  return left == 0;
}

void KnownBlocks::join(std::string_view text, std::span<const BlockLine> lines) {
  joined_.clear();
  for (const BlockLine& line : lines.subspan(1)) {
    joined_.append(text.substr(line.begin, line.masked_end - line.begin));
    joined_.push_back('\n');
  }
}

}  // namespace lf::decode
