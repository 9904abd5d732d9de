#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decode/block_lines.h"
#include "decode/known_blocks.h"
#include "model/symbols.h"

namespace lf::decode {

/// From what kind of text a block comes: crash logs print frames and goroutines of the runtime, too.
enum class DumpSource : std::uint8_t { kHttp, kCrashLog };

/// Turns the masked lines of a block into facts:
///
///     FUNC(                        then  \tFILE:LINE       a frame
///     created by FUNC              then  \tFILE:LINE       the creator
///     FUNC                         then  \tFILE:LINE       a frame of C, where a cgo symbolizer is installed
///     non-Go function at pc=                               a frame of C without a name: left out
///     \tgoroutine running on other thread; stack unavailable
///     ...51 frames elided...   ...additional frames elided...
///     [originating from goroutine                          from here on frames of ancestors: left out
///
/// From crash logs the frames are taken off that debug=2 hides (functions of the runtime, wrappers made by the
/// compiler), unless nothing would remain, so that a goroutine has one stack in both; up to Go 1.21 the wrapper of `go
/// f(x)` is named like any closure and stays. A goroutine whose root frame is of package runtime is the runtime's own,
/// but for main, iter.Pull's, and finalizers and cleanups that run user code (isSystemGoroutine).
class BlockParser {
 public:
  BlockParser(Symbols& symbols, DumpSource source) : symbols_(symbols), source_(source) {}

  BlockFacts parse(std::string_view text, std::span<const BlockLine> lines);

  /// "go1.27.0", as a file of GOROOT names it; empty while none did.
  const std::string& go_version() const { return go_version_; }

 private:
  struct ParsedFrame {
    std::string_view function;
    FrameId id;
    std::uint32_t line = 0;  ///< of the block
    std::uint16_t traits = 0;
  };

  void add_frame(std::string_view function, std::string_view file, std::uint32_t file_line, std::uint32_t block_line);
  bool is_shown(std::size_t frame) const;
  bool is_system() const;
  void finish(BlockFacts& facts);

  Symbols& symbols_;
  DumpSource source_;
  std::string go_version_;
  int version_tries_ = 2000;  ///< frames that are still looked at for it
  std::vector<ParsedFrame> frames_;
  std::vector<FrameId> shown_;
  bool creator_is_runtime_ = false;
};

}  // namespace lf::decode
