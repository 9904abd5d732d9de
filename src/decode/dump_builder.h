#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decode/block_lines.h"
#include "decode/block_parser.h"
#include "decode/decoder.h"
#include "decode/goroutine_header.h"
#include "decode/known_blocks.h"
#include "model/goroutine.h"
#include "model/warning.h"

namespace lf::decode {

/// A dump whose goroutines are being gathered.
struct GrowingDump {
  GoroutineProfile profile;
  std::uint64_t added = 0;   ///< goroutines, those beyond the limit too
  std::uint64_t offset = 0;  ///< of the first one
  std::optional<std::uint64_t> our_id;
  std::size_t readers_without_parent = 0;
  std::size_t reader_without_parent = 0;  ///< the last one's place
};

/// Gathers the goroutines of dumps, block by block, and counts what was odd.
///
/// Of an HTTP dump the first goroutine, while it runs runtime/pprof.writeGoroutineStacks, serves our request, and so
/// does the one that reads ahead on its connection (net/http startBackgroundRead). Up to Go 1.20 that one does not tell
/// its parent: it is taken for ours where it is the only one.
class DumpBuilder {
 public:
  DumpBuilder(Symbols& symbols, const DecodeLimits& limits, DumpSource source);

  /// Adds the block that a scan of `text` split into `lines` to `dump`; `offset` is where it starts in the input.
  /// `cut`: the input ended within it, so that it counts only where it has a frame. Where the goroutine is one that
  /// writes a dump, and not the first, `dump` is finished before: another dump follows in the same text.
  void add(GrowingDump& dump, std::string_view text, std::span<const BlockLine> lines, std::uint64_t sample,
           std::uint64_t offset, bool cut = false);
  /// A block that could not even be split.
  void leave_out(std::uint64_t offset);
  /// Lines that belong to no dump.
  void pass_over(std::uint64_t lines, std::uint64_t offset);

  /// Ends `dump`, which is empty afterwards; one without goroutines comes to nothing.
  void finish(GrowingDump& dump);

  /// The dump that was finished last; none where `finish` has not been called with goroutines.
  GoroutineProfile* last_profile() { return profiles_.empty() ? nullptr : &profiles_.back().second; }

  /// All finished dumps in the order of the text, which is `size_bytes` long: each one's share of it is its size.
  std::vector<GoroutineProfile> take_profiles(std::uint64_t size_bytes);

  Warnings& warnings() { return warnings_; }
  const std::string& go_version() const { return parser_.go_version(); }

 private:
  const BlockFacts& facts_of(std::string_view text, std::span<const BlockLine> lines, std::uint64_t sample);
  void count(GrowingDump& dump, const Goroutine& goroutine, std::uint64_t offset);
  void note_oddities(const GoroutineHeader& header, const BlockFacts& facts, std::span<const BlockLine> lines,
                     std::uint64_t offset, bool cut);
  void note_parent(GoroutineProfile& profile, std::string_view text, std::span<const BlockLine> lines,
                   const BlockFacts& facts);
  void note_sync_wait(GoroutineProfile& profile, std::string_view text, std::span<const BlockLine> lines,
                      const BlockFacts& facts, const Goroutine& goroutine);
  void note_our_request(GrowingDump& dump, std::string_view text, std::span<const BlockLine> lines,
                        const BlockFacts& facts, Goroutine& goroutine);

  const DecodeLimits limits_;
  const DumpSource source_;
  Symbols& symbols_;
  HeaderReader headers_;
  BlockParser parser_;
  KnownBlocks known_;
  std::vector<std::pair<std::uint64_t, GoroutineProfile>> profiles_;  ///< by offset
  Warnings warnings_;
  SymbolOverflows overflows_before_;
};

}  // namespace lf::decode
