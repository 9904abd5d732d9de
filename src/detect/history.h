#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "model/snapshot.h"
#include "model/symbols.h"

namespace lf::detect {

/// How much of the past is kept; memory is bounded by these, not by how long one watches.
struct HistoryLimits {
  std::size_t samples = 512;  ///< points of each series; beyond, the older half is thinned to every second one
};

/// The samples of one target in time order: series by site, births, deaths and survivors by goroutine id, the heap by
/// allocation site. Memory is O(sites × samples + goroutines), however many snapshots are pushed.
///
/// A restart of the target (ids, GC count or total allocation fell) starts new series: what came before is evidence
/// of nothing after.
class History {
 public:
  explicit History(const Symbols& symbols, HistoryLimits limits = {});
  ~History();
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;

  /// Takes the next snapshot. Snapshots come in time order; one whose clock went backwards is noted and spaced by
  /// the steady clock. Partial ones (heap missing, dump truncated) are used for what they have.
  void push(Snapshot snapshot);

  std::size_t size() const;
  const Symbols& symbols() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lf::detect
