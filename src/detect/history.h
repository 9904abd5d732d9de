#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "detect/series.h"
#include "detect/stack_facts.h"
#include "model/snapshot.h"
#include "model/symbols.h"
#include "model/warning.h"

namespace lf::detect {

/// How much of the past is kept; memory is bounded by these, not by how long one watches.
struct HistoryLimits {
  std::size_t samples = 512;       ///< points of each series; beyond, the older half is thinned to every second one
  std::size_t groups = 100'000;    ///< groups of goroutines; beyond, those longest unseen are forgotten
  std::size_t heap_sites = 8'192;  ///< allocation sites with a series; beyond, the smallest are forgotten
};

/// The samples of one target in time order: series by site, births, deaths and survivors by goroutine id, the heap by
/// allocation site. Memory is O(sites × samples + goroutines), however many snapshots are pushed.
///
/// A restart of the target (GC count or total allocation fell; without them, ids fell) starts new series: what came
/// before is evidence of nothing after. Goroutines of the runtime, scheduler stacks and those that serve our own
/// request are left out.
class History {
 public:
  /// `symbols` must outlive the history.
  explicit History(const Symbols& symbols, HistoryLimits limits = {});
  ~History();
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;

  /// Takes the next snapshot. Snapshots come in time order; one whose clock went backwards is noted and spaced by
  /// the steady clock. Partial ones (heap missing, dump truncated) are used for what they have.
  void push(const Snapshot& snapshot);

  /// Snapshots pushed, thinned and from before a restart ones included.
  std::size_t size() const;
  const Symbols& symbols() const;
  /// What is known of the stacks: shared, so that it is worked out once.
  StackFactsTable& stack_facts();
  /// The series, for the rules; valid until the next push.
  const Series& series() const;
  /// Restarts and clock jumps met so far.
  const Warnings& warnings() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lf::detect
