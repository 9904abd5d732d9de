#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/goroutine.h"
#include "model/symbols.h"

namespace lf::decode {

/// What of a header was odd; bits of `GoroutineHeader::oddities`.
enum HeaderOddity : std::uint8_t {
  kOddState = 1,   ///< a state that is not in the table
  kOddField = 2,   ///< a part of the status or a label list that could not be read
  kOddNumber = 4,  ///< a number beyond 64 bits, capped
};

/// What the header of a block says:
///
///     goroutine 7 gp=0x18ab m=0 mp=0xa58a00 [chan receive (leaked) (scan) (durable), 2 minutes, locked to thread,
///         synctest bubble 1 labels:{"k": "v"}] {k: v}:
///
/// on one line, everything from the gp on but "[state]:" optional (runtime/traceback.go goroutineheader, Go 1.18
/// to 1.27).
struct GoroutineHeader {
  std::uint64_t id = 0;
  LabelsId labels;
  std::uint16_t wait_minutes = 0;
  WaitState state = WaitState::kUnknown;
  std::uint8_t flags = 0;  ///< of GoroutineFlag
  std::uint8_t oddities = 0;
};

/// Reads headers; those whose text after the id (but for the minutes) was seen lately cost a hash and a comparison.
///
/// Memory: 256 texts of up to 160 bytes.
class HeaderReader {
 public:
  explicit HeaderReader(Symbols& symbols);

  /// None where `line` is no header.
  std::optional<GoroutineHeader> read(std::string_view line);

 private:
  struct Seen {
    std::string after_id;
    GoroutineHeader header;  ///< without an id
  };

  bool parse(std::string_view after_id, GoroutineHeader& header);
  void parse_part(std::string_view part, GoroutineHeader& header);
  std::size_t parse_labels(std::string_view text, GoroutineHeader& header);

  Symbols& symbols_;
  std::vector<Seen> seen_;
  std::vector<Label> labels_;
  std::string without_minutes_;
};

}  // namespace lf::decode
