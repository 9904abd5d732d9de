#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/report.h"

namespace lf::cli {

/// An arm of a `select` that ends its wait: a timer's or a context's.
struct BoundedWait {
  std::string arm;         ///< the arm's channel as it is written, "<-time.After(limit)"
  std::uint32_t line = 0;  ///< of the arm
};

/// The first arm of the `select` that begins in `line` of Go `source` that bounds its wait: `<-time.After(…)`, `<-t.C`,
/// `<-ctx.Done()`. Nothing where the line holds no `select {`, so that a source of another version tells nothing.
/// O(source up to the select's end); arms beyond 200 lines are not looked at.
std::optional<BoundedWait> find_bounded_wait(std::string_view source, std::uint32_t line);

/// Lowers to remarks the suspicions of `report` that rest on crowding or long waits alone, at a `select` that its own
/// source line shows to be bounded. Reads only regular files of at most 4 MiB that lie, symbolic links resolved, below
/// `source_root`. Returns whether a verdict was lowered: then health is to be judged again.
///
/// Proof, identities and growth stand: a bounded wait in a loop that never ends is a leak all the same.
bool excuse_bounded_waits(const std::string& source_root, Report& report);

}  // namespace lf::cli
