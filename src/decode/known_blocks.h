#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/hash_index.h"
#include "decode/block_lines.h"
#include "decode/sync_wait.h"
#include "model/goroutine.h"

namespace lf::decode {

/// What the lines of a block say, but for its header and for what is masked.
struct BlockFacts {
  StackId stack;
  FrameId creator;
  std::uint32_t creator_line = 0;  ///< of the block, where the parent's id stands; 0: none
  std::uint32_t malformed_frames = 0;
  std::uint32_t malformed_line = 0;  ///< the first of them
  SyncArguments sync;
  WaitState semaphore = WaitState::kSemacquire;  ///< the state, where the header says no more than "semacquire"
  std::uint8_t flags = 0;                        ///< of GoroutineFlag
  bool writes_dump = false;                      ///< runs runtime/pprof.writeGoroutineStacks
  bool reads_ahead = false;                      ///< created by net/http.(*connReader).startBackgroundRead
  bool open_frame = false;                       ///< ends with a function whose file line is missing
  bool odd_number = false;                       ///< a line number was capped
};

/// Remembers blocks by their masked lines, so that a stack seen before is not parsed again.
///
/// Exact: a block is known only where every masked byte equals. The sample of the scan guesses which one it may be; one
/// comparison settles it. Where the guess is wrong, the whole masked text is hashed and looked up. Memory: the masked
/// text of every distinct block, up to `kMostBytes`; what comes beyond is parsed each time.
class KnownBlocks {
 public:
  KnownBlocks();

  /// Has the processor load what `find` will compare with, while something else is done.
  void expect(std::uint64_t sample) const;

  /// The facts of an equal block, or nullptr. Lives until the next `remember`.
  const BlockFacts* find(std::string_view text, std::span<const BlockLine> lines, std::uint64_t sample);

  /// Stores `facts` under the block that `find` has just not found, and returns them.
  const BlockFacts& remember(std::uint64_t sample, const BlockFacts& facts);

 private:
  static constexpr std::size_t kGuesses = 1 << 15;
  static constexpr std::size_t kMostBytes = 64UZ << 20;

  bool equals(std::uint32_t block, std::string_view text, std::span<const BlockLine> lines) const;
  void join(std::string_view text, std::span<const BlockLine> lines);

  Arena arena_;
  std::vector<std::string_view> texts_;
  std::vector<BlockFacts> facts_;
  std::vector<std::uint32_t> guesses_;  ///< by sample; 0: none
  HashIndex index_;
  std::string joined_;
  std::uint64_t joined_hash_ = 0;
  BlockFacts passing_;  ///< of the last block that found no room
};

}  // namespace lf::decode
