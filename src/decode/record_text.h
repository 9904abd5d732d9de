#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <tsl/robin_map.h>

#include "decode/decoder.h"
#include "decode/lines.h"
#include "decode/log_prefix.h"
#include "decode/spelling.h"
#include "model/symbols.h"

namespace lf::decode {

/// A frame line of a record in a debug=1 profile.
struct RecordFrame {
  std::uint64_t pc = 0;  ///< one less than the return address in the record's own line
  FrameId frame;         ///< none where the line has an address only
  FrameTraits traits;
};

/// Reads the frame lines of debug=1 profiles; one that was read before costs a look-up.
///
///     #\t0x67ad57\tmain.(*T).PtrWait+0x17\t\t/src/app/zoo/main.go:24        one or several tabs (text/tabwriter)
///     #\t0x0                                                               an address without a function
class RecordFrames {
 public:
  explicit RecordFrames(Symbols& symbols) : symbols_(symbols) {}

  /// None where `line` is no frame line. `out_of_range` is set where its line number was capped.
  std::optional<RecordFrame> read(std::string_view line, bool& out_of_range);
  const std::string& go_version() const { return go_version_; }

 private:
  struct Known {
    FrameId frame;
    FrameTraits traits;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };

  std::optional<Known> parse(std::string_view text, bool& out_of_range);

  Symbols& symbols_;
  tsl::robin_map<std::string, Known, TextHash, std::equal_to<>> known_;
  std::string go_version_;
};

/// What debug=1 profiles of goroutines and of the heap have in common: lines that come in pieces, a limit on the body,
/// log prefixes, frames, and a heading that opens it all.
class RecordTextDecoder : public Decoder {
 public:
  RecordTextDecoder(Symbols& symbols, const DecodeLimits& limits)
      : symbols_(symbols), limits_(limits), frames_(symbols), lines_(limits.line_bytes) {}

  void feed(std::span<const std::byte> chunk) final;
  Result<Decoded> finish() final;

 protected:
  /// Where a heading starts in `line`, npos where it is none; reads it.
  virtual std::size_t read_heading(std::string_view line) = 0;
  /// A line after the heading, without its log prefix; false where it belongs to no profile.
  virtual bool read_line(const TextLine& line) = 0;
  /// After the last line; `cut` where the last line has no end or the body is beyond its limit.
  virtual void close(Decoded& decoded, bool cut) = 0;

  void warn(WarningCode code) { decoded_.warnings.add(code, place()); }
  std::string place() const;
  std::uint64_t offset() const { return offset_; }
  std::uint64_t body_bytes() const { return fed_; }

  Symbols& symbols_;
  DecodeLimits limits_;
  RecordFrames frames_;
  Decoded decoded_;

 private:
  void take(const TextLine& line);

  LineSplitter lines_;
  LogPrefix prefix_;
  bool headed_ = false;
  bool cut_ = false;
  std::uint64_t fed_ = 0;
  std::uint64_t offset_ = 0;  ///< of the present line
  SymbolOverflows overflows_;
};

}  // namespace lf::decode
