#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/goroutine.h"
#include "model/symbols.h"

namespace lf::pipeline {

/// Finds in a target's goroutines those that serve our own connections, so that we never report ourselves.
///
/// The decoder marks the goroutine that writes the profile. A second connection carries the heap's request meanwhile:
/// its goroutine waits for that request, answers it or has just answered it, and a reader of its own may stand beside
/// it. One that answers a profile is told by its frames; of those between two requests one looks like every other
/// client's, so as many are taken as we have connections, those that served us before first.
class OwnConnections {
 public:
  /// Marks what serves us, `connections` at most; `profile` is the answer to our own request.
  void mark(const Symbols& symbols, std::size_t connections, GoroutineProfile& profile);

 private:
  void mark_dump(const Symbols& symbols, std::size_t connections, GoroutineProfile& profile);

  std::vector<std::uint64_t> known_;  ///< ids of goroutines that have served us
};

}  // namespace lf::pipeline
