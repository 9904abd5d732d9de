#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "decode/block_lines.h"
#include "decode/block_parser.h"
#include "decode/decoder.h"
#include "decode/goroutine_header.h"
#include "decode/known_blocks.h"
#include "model/goroutine.h"
#include "model/warning.h"

namespace lf::decode {

/// Gathers the goroutines of a dump, block by block, and counts what was odd.
///
/// Of an HTTP dump the first goroutine, while it runs runtime/pprof.writeGoroutineStacks, serves our request, and so
/// does the one that reads ahead on its connection (net/http startBackgroundRead). Up to Go 1.20 that one does not tell
/// its parent: it is taken for ours where it is the only one.
class DumpBuilder {
 public:
  DumpBuilder(Symbols& symbols, const DecodeLimits& limits, DumpSource source);

  /// Takes the block that a scan of `text` split into `lines`; `offset` is where it starts in the input. `cut`: the
  /// input ended within it, so that it counts only where it has a frame.
  void add(std::string_view text, std::span<const BlockLine> lines, std::uint64_t sample, std::uint64_t offset,
           bool cut = false);
  /// A block that could not even be split.
  void leave_out(std::uint64_t offset);
  /// Lines that belong to no dump.
  void pass_over(std::uint64_t lines, std::uint64_t offset);

  /// Goroutines in the present profile, those beyond the limit too.
  bool empty() const { return added_ == 0; }
  /// Whether the last block ended with a function whose file line is missing.
  bool has_open_frame() const { return open_frame_; }
  GoroutineProfile& profile() { return profile_; }

  /// Ends the present profile and starts another.
  GoroutineProfile take_profile();

  Warnings& warnings() { return warnings_; }
  const std::string& go_version() const { return parser_.go_version(); }

 private:
  const BlockFacts& facts_of(std::string_view text, std::span<const BlockLine> lines, std::uint64_t sample);
  void count(const Goroutine& goroutine);
  void note_oddities(const GoroutineHeader& header, const BlockFacts& facts, std::span<const BlockLine> lines,
                     std::uint64_t offset, bool cut);
  void note_sync_wait(std::string_view text, std::span<const BlockLine> lines, const BlockFacts& facts,
                      const Goroutine& goroutine);
  void note_our_request(std::string_view text, std::span<const BlockLine> lines, const BlockFacts& facts,
                        Goroutine& goroutine);

  const DecodeLimits limits_;
  const DumpSource source_;
  Symbols& symbols_;
  HeaderReader headers_;
  BlockParser parser_;
  KnownBlocks known_;
  GoroutineProfile profile_;
  Warnings warnings_;
  std::uint64_t added_ = 0;
  std::uint64_t overflows_before_;
  std::optional<std::uint64_t> our_id_;
  std::size_t readers_without_parent_ = 0;
  std::size_t reader_without_parent_ = 0;  ///< the last one's place
  bool open_frame_ = false;
};

}  // namespace lf::decode
