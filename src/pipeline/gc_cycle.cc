#include "pipeline/gc_cycle.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "detect/gc_verdict.h"

// Four moments: B, the live heap after a collection at the start; P and L, what is in use right before the first
// forced collection and how much of it the last natural collection had found alive; F, the live heap after the last
// forced one. Right after a forced collection HeapAlloc is the live heap, exact, while the profile is a sample with
// an error of some percent: B and F are HeapAlloc where MemStats are there. L can only come from the profile; it is
// scaled by what the profile says of B, whose true value is known, since the error of one stays in the other.
//
// HeapAlloc also holds what was allocated between the collection and its reading, which is much in a busy program and
// a slow answer; the profile does not. So F exceeds B by no more than twice what the profile says.
//
// A busy program's live heap breathes: each request under way holds some of it. Before growth is called a leak the
// last measurement is therefore repeated, and the least of them is F; a leak is in all of them.

namespace lf::pipeline {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

namespace {

constexpr int kRepetitions = 3;
constexpr milliseconds kBetweenRepetitions{500};

std::uint64_t at_least_zero(std::int64_t value) {
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

std::optional<std::uint64_t> profile_live(const Snapshot& snapshot) {
  if (!snapshot.heap) return std::nullopt;
  return at_least_zero(snapshot.heap->live_bytes());
}

/// The live heap right after a forced collection.
std::optional<std::uint64_t> forced_live(const Snapshot& snapshot) {
  if (snapshot.gc_forced && snapshot.memory) return snapshot.memory->heap_alloc_bytes;
  return profile_live(snapshot);
}

/// F: by `forced_live`, as far as the profile confirms its growth.
std::optional<std::uint64_t> final_live(const Snapshot& last, const Snapshot& baseline) {
  const std::optional<std::uint64_t> exact = forced_live(last), start = forced_live(baseline);
  const std::optional<std::uint64_t> sampled = profile_live(last), sampled_start = profile_live(baseline);
  if (!exact || !start || !sampled || !sampled_start || *exact <= *start) return exact;
  const std::uint64_t confirmed = *sampled > *sampled_start ? *sampled - *sampled_start : 0;
  return *start + std::min(*exact - *start, 2 * confirmed);
}

/// L, with the profile's sampling error taken out as far as B tells it.
std::optional<std::uint64_t> before_live(const Snapshot& before, const Snapshot& baseline) {
  const std::optional<std::uint64_t> live = profile_live(before);
  const std::optional<std::uint64_t> sampled = profile_live(baseline);
  const std::optional<std::uint64_t> exact = forced_live(baseline);
  if (!live || !sampled || !exact || *sampled == 0) return live;
  return static_cast<std::uint64_t>(static_cast<double>(*live) * static_cast<double>(*exact) /
                                    static_cast<double>(*sampled));
}

bool wait_with_bar(Environment& environment, milliseconds wait, Progress& progress) {
  const SteadyTime started = environment.clock.steady();
  const SteadyTime end = started + wait;
  while (environment.clock.steady() < end) {
    const SteadyTime now = environment.clock.steady();
    const double fraction = static_cast<double>((now - started).count()) / static_cast<double>((end - started).count());
    progress.update("waiting for the program's own clean-up", fraction, duration_cast<milliseconds>(end - now));
    if (!environment.clock.wait_until(std::min(end, now + milliseconds(200)), environment.stop)) return false;
  }
  progress.end();
  return true;
}

/// The moments of one verification.
struct Moments {
  Snapshot before, first_forced, final_one;
  bool forced_first = false;
  std::string refusal;
};

Result<Snapshot> measure_at(Session& session, const GcOptions& options, bool forced, bool with_goroutines) {
  MeasurePlan plan;
  plan.goroutines = with_goroutines && options.goroutines;
  plan.memory = options.memory || forced;
  plan.force_collection = forced;
  if (!plan.goroutines && !plan.memory) return Snapshot{};
  Result<Measurement> measured = session.measure(plan);
  if (!measured) return std::unexpected(std::move(measured.error()));
  if (forced && !measured->snapshot.heap && !measured->errors.empty()) return std::unexpected(measured->errors.front());
  if (options.filter && measured->snapshot.goroutines) options.filter(*measured->snapshot.goroutines);
  return std::move(measured->snapshot);
}

Result<Moments> go_through(Session& session, Environment& environment, const GcOptions& options, Progress& progress) {
  Moments moments;
  const auto take = [&](Snapshot& into, bool forced, bool with_goroutines) -> Result<bool> {
    Result<Snapshot> snapshot = measure_at(session, options, forced, with_goroutines);
    if (!snapshot && snapshot.error().code == ErrorCode::kInterrupted)
      return std::unexpected(std::move(snapshot.error()));
    if (!snapshot) moments.refusal = snapshot.error().message;
    if (snapshot) into = std::move(*snapshot);
    return snapshot.has_value();
  };
  Result<bool> ok = take(moments.before, false, true);
  const std::uint64_t at_once = std::max<std::uint64_t>(1, options.cycles - 1);
  for (std::uint64_t i = 0; ok && *ok && i < at_once; ++i) {
    Snapshot forced;
    ok = take(forced, true, false);
    if (ok && *ok && i == 0) moments.first_forced = forced;
    moments.forced_first = ok && *ok;
  }
  if (!ok) return std::unexpected(std::move(ok.error()));
  if (!*ok) return moments;
  if (!wait_with_bar(environment, options.wait, progress)) {
    return fail(ErrorCode::kInterrupted, "interrupted while waiting for the program's own clean-up");
  }
  ok = take(moments.final_one, options.cycles > 1, true);
  if (!ok) return std::unexpected(std::move(ok.error()));
  return moments;
}

detect::GcMeasurement measurement_of(const Moments& moments, const Snapshot& baseline, const GcOptions& options) {
  detect::GcMeasurement heap;
  heap.refusal = moments.refusal;
  heap.wanted = options.memory;
  if (!options.memory) return heap;
  // One cycle ends unforced: only the profile tells the live heap then, and like is compared with like.
  const bool by_profile = options.cycles == 1;
  heap.baseline = by_profile ? profile_live(baseline) : forced_live(baseline);
  heap.final_value = by_profile ? profile_live(moments.final_one) : final_live(moments.final_one, baseline);
  heap.seconds = std::chrono::duration<double>(moments.final_one.steady_at - baseline.steady_at).count();
  heap.before_live = by_profile ? profile_live(moments.before) : before_live(moments.before, baseline);
  heap.before = moments.before.memory ? std::optional(moments.before.memory->heap_alloc_bytes) : heap.before_live;
  if (baseline.memory && moments.final_one.memory && moments.final_one.memory->num_gc > baseline.memory->num_gc) {
    heap.collections = moments.final_one.memory->num_gc - baseline.memory->num_gc;
  } else if (!baseline.memory && moments.final_one.gc_forced) {
    heap.collections = 1;
  }
  if (moments.first_forced.memory && moments.final_one.memory) {
    heap.allocated_in_wait =
        moments.final_one.memory->total_alloc_bytes -
        std::min(moments.final_one.memory->total_alloc_bytes, moments.first_forced.memory->total_alloc_bytes);
  }
  return heap;
}

GcResult label_of(const Moments& moments, const Snapshot& baseline, const Environment& environment,
                  const GcOptions& options) {
  return detect::judge_gc(environment.symbols, measurement_of(moments, baseline, options), {}).result;
}

/// Measures the end again while the heap looks leaked, and keeps the smaller live heap. Fails with kInterrupted.
Result<void> let_pass_what_is_in_flight(Moments& moments, const Snapshot& baseline, Session& session,
                                        Environment& environment, const GcOptions& options) {
  for (int i = 0; i < kRepetitions && detect::is_leak(label_of(moments, baseline, environment, options)); ++i) {
    if (!environment.clock.wait_until(environment.clock.steady() + kBetweenRepetitions, environment.stop)) {
      return fail(ErrorCode::kInterrupted, "interrupted while the last measurement was repeated");
    }
    Result<Snapshot> again = measure_at(session, options, options.cycles > 1, false);
    if (!again && again.error().code == ErrorCode::kInterrupted) return std::unexpected(std::move(again.error()));
    if (!again) return {};
    const bool forced = options.cycles > 1;
    const auto live = [&](const Snapshot& snapshot) {
      return forced ? final_live(snapshot, baseline) : profile_live(snapshot);
    };
    if (!live(*again) || !(live(*again) < live(moments.final_one))) continue;
    moments.final_one.heap = std::move(again->heap);
    moments.final_one.memory = again->memory;
    moments.final_one.gc_forced = again->gc_forced;
  }
  return {};
}

const GoroutineProfile* goroutines_of(const Snapshot* snapshot) {
  return snapshot != nullptr && snapshot->goroutines ? &*snapshot->goroutines : nullptr;
}

const HeapProfile* heap_of(const Snapshot& snapshot) {
  return snapshot.heap ? &*snapshot.heap : nullptr;
}

}  // namespace

Result<GcVerified> verify_by_collections(Session& session, Environment& environment, const GcOptions& options,
                                         const Snapshot* baseline, Progress& progress) {
  Result<Moments> moments = go_through(session, environment, options, progress);
  if (!moments) return std::unexpected(std::move(moments.error()));
  const bool own = baseline != nullptr && baseline->heap && baseline->gc_forced;
  const Snapshot& heap_baseline = own ? *baseline : moments->first_forced;
  if (Result<void> passed = let_pass_what_is_in_flight(*moments, heap_baseline, session, environment, options);
      !passed) {
    return std::unexpected(std::move(passed.error()));
  }
  const detect::GcMeasurement heap = measurement_of(*moments, heap_baseline, options);
  std::vector<detect::GcGroupCounts> groups;
  if (options.goroutines) {
    groups = detect::count_gc_groups(environment.symbols, goroutines_of(baseline), goroutines_of(&moments->before),
                                     goroutines_of(&moments->final_one));
  }
  GcVerified verified;
  verified.section = detect::judge_gc(environment.symbols, heap, groups);
  verified.findings = detect::find_gc_leaks(environment.symbols, verified.section, groups, options.threshold,
                                            heap_of(heap_baseline), heap_of(moments->final_one));
  return verified;
}

}  // namespace lf::pipeline
