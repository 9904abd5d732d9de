#include "pipeline/look.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <ranges>
#include <utility>

#include "base/format.h"
#include "detect/findings.h"
#include "detect/levels.h"
#include "pipeline/settle.h"

namespace lf::pipeline {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

void note_left_out(std::uint64_t findings, Report& report) {
  if (findings == 0) return;
  report.warnings.push_back({WarningCode::kLimitReached,
                             TargetText(format("more findings than a report holds ({} of them, {} MiB of names): those "
                                               "of the lowest rank were left out",
                                               detect::kMostFindings, detect::kMostFindingText >> 20)),
                             {},
                             findings});
}

Result<void> judge(const Observation& observation, const LookOptions& options, Report& report) {
  observation.fill(report);
  if (options.stacks) report.stacks = observation.stacks();
  Result<detect::Verdicts> verdicts = detect::run(observation.history(), options.detect);
  if (!verdicts) return std::unexpected(std::move(verdicts.error()));
  report.findings = std::move(verdicts->findings);
  report.health = std::move(verdicts->health);
  report.doubts = std::move(verdicts->doubts);
  report.limits = verdicts->limits;
  if (report.goroutines) {
    report.goroutines->level = verdicts->goroutine_level;
    report.goroutines->alert = verdicts->goroutine_alert;
  }
  if (report.memory) {
    report.memory->level = verdicts->memory_level;
    report.memory->alert = verdicts->memory_alert;
    report.memory->pattern = verdicts->pattern;
    report.memory->fell_by_restart = verdicts->fell_by_restart;
    report.memory->pattern_reason = std::move(verdicts->pattern_reason);
    report.memory->growth_bytes_per_s = verdicts->growth_bytes_per_s;
  }
  for (const Warning& warning : observation.history().warnings().all()) report.warnings.push_back(warning);
  note_left_out(verdicts->left_out, report);
  return {};
}

void judge_again(Report& report) {
  detect::Verdicts verdicts;
  verdicts.findings = std::move(report.findings);
  verdicts.unsettled = report.unsettled;
  detect::sort_findings(verdicts.findings);
  if (report.goroutines) {
    verdicts.goroutine_level = report.goroutines->level;
    verdicts.goroutine_alert = report.goroutines->alert;
  }
  if (report.memory) {
    verdicts.memory_level = report.memory->level;
    verdicts.memory_alert = report.memory->alert;
  }
  report.health = detect::judge_health(verdicts);
  report.findings = std::move(verdicts.findings);
}

void withhold_clean_bill(bool interrupted, Report& report) {
  const auto because = [&](std::string_view why) { report.unsettled = TargetText(why); };
  if (!report.goroutines && !report.memory) {
    because("nothing could be read");
  } else if (interrupted) {
    because("the look was interrupted before it could tell");
  } else if (report.goroutines && report.goroutines->total == 0) {
    because(report.goroutines->unfiltered_total ? "no goroutine matches the filter" : "there are no goroutines in it");
  } else if (!report.doubts.empty()) {
    const std::size_t more = report.doubts.size() - 1;
    report.unsettled = TargetText(std::string(report.doubts.front().raw()) +
                                  (more > 0 ? format(" and {} more; looking longer would tell", more)
                                            : std::string("; looking longer would tell")));
  }
  if (!report.unsettled.empty()) judge_again(report);
}

void add_verification(GcVerified verified, Report& report) {
  report.gc = std::move(verified.section);
  std::ranges::move(verified.findings, std::back_inserter(report.findings));
  judge_again(report);
}

void describe_target(const Session& session, Report& report) {
  report.target.url = session.display_url();
  report.target.go_version = session.go_version();
  report.target.profiles = session.profiles_read();
  report.cost = session.cost();
  report.warnings = session.warnings().all();
  for (const std::string& skipped : session.skipped()) {
    report.warnings.push_back({WarningCode::kProfileSkipped, TargetText(skipped), {}, 1});
  }
  report.notes = session.notes();
}

void describe_files(std::span<const std::string> paths, FilesRead& files, Report& report) {
  for (const std::string& path : paths) report.target.files.emplace_back(path);
  report.target.go_version = files.go_version;
  report.target.profiles = std::move(files.profiles);
  report.warnings = files.warnings.all();
  report.errors = std::move(files.errors);
}

void leave_out(const LookOptions& options, Snapshot& snapshot, std::uint64_t& unfiltered_total) {
  if (!options.plan.goroutines) snapshot.goroutines.reset();
  if (!options.plan.memory) {
    snapshot.heap.reset();
    snapshot.memory.reset();
  }
  if (!options.filter || !snapshot.goroutines) return;
  unfiltered_total = snapshot.goroutines->total;
  options.filter(*snapshot.goroutines);
}

namespace {

void add_errors(std::vector<Error>& errors, std::vector<Error>&& more) {
  for (Error& error : more) {
    const auto same = [&](const Error& known) { return known.message == error.message && known.where == error.where; };
    if (std::ranges::none_of(errors, same)) errors.push_back(std::move(error));
  }
}

/// What is saved of the heap is always its protobuf form; where the analysis read text it is asked for once more.
void keep_heap_protobuf(Session& session, const MeasurePlan& plan, Looked& looked) {
  if (!plan.keep_heap_bytes || looked.heap_bytes.bytes.empty()) return;
  if (looked.heap_bytes.kind == decode::ContentKind::kHeapProtobuf) return;
  Result<RawProfile> heap = session.read_heap_protobuf();
  if (heap) {
    looked.heap_bytes = std::move(*heap);
  } else {
    looked.heap_bytes = {};
    looked.report.errors.push_back(std::move(heap.error()));
  }
}

/// A sample that would settle what is in doubt.
struct NextSample {
  SteadyTime due;
  bool goroutines = false, memory = false, force_collection = false;
};

/// One look under way.
struct Looking {
  Session& session;
  Environment& environment;
  const LookOptions& options;
  Progress& progress;
  SteadyTime started = environment.clock.steady();
  Looked looked = {};
  Observation observation{environment.symbols};
  std::uint64_t unfiltered_total = 0;
  std::optional<Snapshot> baseline = {};
  SteadyTime::duration answer{0};                               ///< how long the last sample took
  SteadyTime heap_asked = started, goroutines_asked = started;  ///< when they were asked for last
  std::size_t dumps_of_many = 0;                                ///< full dumps of more than `kFewGoroutines`
  int forced_collections = 0;                                   ///< in looking on
  std::size_t ended_early_after = 0;                            ///< samples; 0: all were taken

  /// Takes a sample and adds it. Fails where it is the first and can't be had; false where the user stopped it.
  Result<bool> take(const MeasurePlan& plan, std::size_t number, bool with_leak_profile, bool is_baseline);
  /// The samples that were asked for.
  Result<bool> take_planned();
  /// Whether nothing is in doubt after two samples or more.
  Result<bool> is_settled() const;
  /// More of them while something is in doubt.
  Result<bool> look_on();
  /// What would tell more; none where nothing does before the deadline.
  std::optional<NextSample> next(const detect::Verdicts& verdicts) const;
  SettleState settle_state() const;
  /// Whether the program collects often enough by itself.
  bool collections_come(const detect::Verdicts& verdicts, const SettleState& state) const;
};

SettleState Looking::settle_state() const {
  SettleState state{.started = started,
                    .deadline = started + options.settle,
                    .now = environment.clock.steady(),
                    .asked = goroutines_asked,
                    .dumps_of_many = dumps_of_many,
                    .light = true,
                    .answer = answer};
  for (const detect::SamplePoint& sample : observation.history().series().samples | std::views::reverse) {
    if (!sample.has_goroutines) continue;
    state.goroutines = sample.total;
    state.light = !sample.has_identities;
    break;
  }
  return state;
}

bool Looking::collections_come(const detect::Verdicts& verdicts, const SettleState& state) const {
  const std::chrono::duration<double> left = state.deadline - state.now;
  return verdicts.seconds_to_two_collections.value_or(left.count()) < left.count() / 2;
}

Result<bool> Looking::take(const MeasurePlan& plan, std::size_t number, bool with_leak_profile, bool is_baseline) {
  const SteadyTime asked = environment.clock.steady();
  if (plan.memory) heap_asked = asked;
  if (plan.goroutines) goroutines_asked = asked;
  Result<Measurement> measured = session.measure(plan);
  answer = environment.clock.steady() - asked;
  if (!measured) {
    looked.interrupted = measured.error().code == ErrorCode::kInterrupted;
    if (observation.size() == 0) return std::unexpected(std::move(measured.error()));
    if (looked.interrupted) return false;
    session.warnings().add(WarningCode::kSampleMissed, format("sample {}", number));
    std::vector<Error> missed;
    missed.push_back(std::move(measured.error()));
    add_errors(looked.report.errors, std::move(missed));
    return true;
  }
  if (with_leak_profile) session.read_leak_profile(*measured, plan.max_goroutines_full);
  const std::optional<GoroutineProfile>& goroutines = measured->snapshot.goroutines;
  if (goroutines && goroutines->has_identities() && goroutines->total > kFewGoroutines) ++dumps_of_many;
  leave_out(options, measured->snapshot, unfiltered_total);
  if (is_baseline) baseline = measured->snapshot;
  if (plan.keep_goroutine_bytes) looked.goroutine_bytes = std::move(measured->goroutine_bytes);
  if (plan.keep_heap_bytes) looked.heap_bytes = std::move(measured->heap_bytes);
  add_errors(looked.report.errors, std::move(measured->errors));
  observation.add(std::move(measured->snapshot));
  return true;
}

Result<bool> Looking::is_settled() const {
  if (observation.size() < 2) return false;
  const Result<detect::Verdicts> verdicts = detect::run(observation.history(), options.detect);
  if (!verdicts) return std::unexpected(verdicts.error());
  return verdicts->doubts.empty();
}

Result<bool> Looking::take_planned() {
  std::size_t samples = options.samples;
  for (std::size_t i = 0; i < samples; ++i) {
    const SteadyTime due = started + options.interval * static_cast<std::int64_t>(i);
    const SampleWait wait{.what = "sampling", .done = i, .of = samples, .interval = options.interval};
    if (i > 0 && !wait_for_sample(environment.clock, environment.stop, due, wait, progress)) {
      looked.interrupted = true;
      return false;
    }
    if (options.ends_when_settled && i + 1 < samples) {
      const Result<bool> settled = is_settled();
      if (!settled) return std::unexpected(settled.error());
      if (*settled) samples = i + 1;
    }
    MeasurePlan plan = options.plan;
    const bool last = i + 1 == samples;
    // The verification's baseline is a live heap after a collection, where the command has a baseline at all.
    const bool is_baseline = options.gc && i == 0 && options.samples > 1;
    if (is_baseline && plan.memory) plan.force_collection = true;
    if (!last) plan.keep_goroutine_bytes = plan.keep_heap_bytes = false;
    Result<bool> goes_on = take(plan, i + 1, last && options.leak_profile, is_baseline);
    if (!goes_on || !*goes_on) return goes_on;
  }
  ended_early_after = samples < options.samples ? samples : 0;
  return true;
}

std::optional<NextSample> Looking::next(const detect::Verdicts& verdicts) const {
  const SettleState state = settle_state();
  if (state.now >= state.deadline) return std::nullopt;
  std::optional<NextSample> next;
  if (verdicts.goroutines_in_doubt && options.plan.goroutines) {
    if (const std::optional<SteadyTime> due = next_look(state)) next = NextSample{.due = *due, .goroutines = true};
  }
  const SteadyTime heap_due = next_heap(state, heap_asked);
  if (next) next->memory = options.plan.memory && next->due >= heap_due;
  // The end of the look is told by one sample; with collections forced by the second of them.
  const bool at_its_end = heap_asked >= state.deadline || forced_collections >= 2;
  if (!verdicts.memory_in_doubt || !options.plan.memory || at_its_end) return next;
  NextSample heap{.due = heap_due, .memory = true};
  constexpr std::chrono::seconds kLeastApart{2};  // what grows in less may be requests under way
  const bool in_time = state.deadline - state.now >= kLeastApart;
  if (forced_collections == 0 && in_time && options.settle_gc && !collections_come(verdicts, state)) {
    heap.due = state.now;
    heap.force_collection = true;
  }
  if (forced_collections == 1 && heap.due >= state.deadline) heap.force_collection = true;
  if (!next || heap.due < next->due) return heap;
  next->memory = next->memory || heap.due == next->due;
  next->force_collection = heap.force_collection && heap.due == next->due;
  return next;
}

Result<bool> Looking::look_on() {
  for (std::size_t number = options.samples + 1;; ++number) {
    const Result<detect::Verdicts> verdicts = detect::run(observation.history(), options.detect);
    if (!verdicts) return std::unexpected(verdicts.error());
    if (verdicts->doubts.empty()) return true;
    const std::optional<NextSample> sample = next(*verdicts);
    if (!sample) return true;
    if (!wait_in_doubt(environment.clock, environment.stop, sample->due, settle_state(), verdicts->doubts, progress)) {
      looked.interrupted = true;
      return false;
    }
    MeasurePlan plan = options.plan;
    plan.keep_goroutine_bytes = plan.keep_heap_bytes = false;
    plan.goroutines = sample->goroutines;
    plan.memory = sample->memory;
    plan.force_collection = sample->force_collection;
    forced_collections += sample->force_collection ? 1 : 0;
    Result<bool> goes_on = take(plan, number, false, false);
    if (!goes_on || !*goes_on) return goes_on;
  }
}

}  // namespace

Result<Looked> look(Session& session, Environment& environment, const LookOptions& options, Progress& progress) {
  Looking looking{session, environment, options, progress};
  Looked& looked = looking.looked;
  looked.report.command = options.command;
  looked.report.started_at = environment.clock.wall();
  Result<bool> goes_on = looking.take_planned();
  if (goes_on && *goes_on && options.settle.count() > 0) goes_on = looking.look_on();
  if (!goes_on) return std::unexpected(std::move(goes_on.error()));
  progress.end();
  if (!looked.interrupted) keep_heap_protobuf(session, options.plan, looked);
  std::optional<GcVerified> verified;
  if (options.gc && !looked.interrupted) {
    GcOptions gc = *options.gc;
    gc.filter = options.filter;
    const Snapshot* baseline = looking.baseline ? &*looking.baseline : nullptr;
    Result<GcVerified> result = verify_by_collections(session, environment, gc, baseline, progress);
    if (result) {
      verified = std::move(*result);
    } else {
      looked.interrupted = true;
    }
  }
  describe_target(session, looked.report);
  if (looking.ended_early_after > 0) {
    looked.report.notes.push_back(
        format("ended after {} of {} samples: nothing was in doubt", looking.ended_early_after, options.samples));
  }
  if (Result<void> judged = judge(looking.observation, options, looked.report); !judged) {
    return std::unexpected(std::move(judged.error()));
  }
  if (verified) add_verification(std::move(*verified), looked.report);
  if (options.filter && looked.report.goroutines) {
    looked.report.goroutines->unfiltered_total = looking.unfiltered_total;
  }
  withhold_clean_bill(looked.interrupted, looked.report);
  looked.report.criteria = options.criteria;
  looked.report.duration = duration_cast<milliseconds>(environment.clock.steady() - looking.started);
  return std::move(looked);
}

}  // namespace lf::pipeline
