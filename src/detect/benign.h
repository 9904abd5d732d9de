#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/symbols.h"
#include "model/wait_state.h"

namespace lf::detect {

/// How the number of a benign wait behaves.
enum class BenignNumber : std::uint8_t {
  kConstant,    ///< one per process, pool or database: ordinary while it does not grow
  kServerLoad,  ///< follows the clients of this server: its growth is theirs
  kClientLoad,  ///< follows this process's own requests
};

/// A row of benign.def: a wait that is a library's ordinary idling.
struct BenignWait {
  std::string_view owner;
  StateClass state_class;
  std::string_view frame, creator;  ///< beginnings of function names; empty matches all
  BenignNumber number;
  std::string_view reason;
  std::uint64_t each;  ///< goroutines of this kind that one connection has

  /// The library, without the loop: "gRPC client".
  std::string_view library() const { return owner.substr(0, owner.find(',')); }
};

std::span<const BenignWait> benign_waits();

/// The row that matches, or none. `creator` is "none" where the profile does not tell it: then rows that name a frame
/// match by that alone. A stack with a frame of the user's above a server's loop is the user's, not the server's: rows
/// match all-library stacks, and user frames only where the row names them.
const BenignWait* find_benign(const Symbols& symbols, std::span<const FrameId> leaf_first, FrameId creator,
                              StateClass state_class);

}  // namespace lf::detect
