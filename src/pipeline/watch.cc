#include "pipeline/watch.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/format.h"

namespace lf::pipeline {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

namespace {

/// What of the last samples the next tick is compared with.
class TickMaker {
 public:
  WatchTick make(const Report& report, SteadyTime now) {
    WatchTick tick;
    tick.number = ++number_;
    if (report.goroutines) tick.goroutines = report.goroutines->total;
    if (report.memory) tick.live_bytes = report.memory->live_bytes;
    if (report.memory && report.memory->stats) tick.heap_alloc_bytes = report.memory->stats->heap_alloc_bytes;
    set_delta(goroutines_, tick.goroutines, now, tick.goroutines_delta, tick.goroutines_per_min);
    set_delta(live_bytes_, tick.live_bytes, now, tick.live_bytes_delta, tick.live_bytes_per_min);
    tick.alerts = new_alerts(report);
    const std::uint64_t restarts = restarts_of(report);
    tick.restarted = restarts > restarts_;
    restarts_ = restarts;
    if (tick.restarted) goroutines_.first = live_bytes_.first = std::nullopt;
    return tick;
  }

  /// A sample that was missed.
  WatchTick miss(std::string problem) {
    WatchTick tick;
    tick.number = ++number_;
    tick.problem = std::move(problem);
    return tick;
  }

 private:
  struct Series {
    std::optional<std::uint64_t> first, last;
    SteadyTime first_at;
  };

  static void set_delta(Series& series, std::optional<std::uint64_t> value, SteadyTime now,
                        std::optional<std::int64_t>& delta, std::optional<double>& per_min) {
    if (!value) return;
    const auto difference = [](std::uint64_t a, std::uint64_t b) {
      return static_cast<std::int64_t>(a) - static_cast<std::int64_t>(b);
    };
    if (series.last) delta = difference(*value, *series.last);
    if (!series.first) {
      series.first = value;
      series.first_at = now;
    }
    const double minutes = std::chrono::duration<double, std::ratio<60>>(now - series.first_at).count();
    if (minutes > 0) per_min = static_cast<double>(difference(*value, *series.first)) / minutes;
    series.last = value;
  }

  static std::uint64_t restarts_of(const Report& report) {
    std::uint64_t count = 0;
    for (const Warning& warning : report.warnings) {
      if (warning.code == WarningCode::kTargetRestarted) count += warning.count;
    }
    return count;
  }

  /// A finding about the whole process has no site.
  static std::string leak_in_words(const Finding& finding) {
    if (finding.site.function.raw().empty()) return format("leak: {}: {}", finding.rule, visible(finding.title.raw()));
    return format("leak: {} at {}:{}", visible(finding.site.function.raw()), visible(finding.site.file.raw()),
                  finding.site.line);
  }

  /// Whether growth of memory was found again and again: a test at every sample is passed by chance now and then, and a
  /// batch holds memory for a while.
  bool keeps_growing(const Report& report) {
    constexpr int kTimes = 5;
    const bool grows = std::ranges::any_of(report.findings, [](const Finding& finding) {
      return finding.rule.starts_with("memory/growing-") && finding.verdict >= Verdict::kSuspect && !finding.accepted;
    });
    times_grown_ = grows ? times_grown_ + 1 : 0;
    return times_grown_ >= kTimes;
  }

  /// Alerts of this sample that the one before did not have.
  std::vector<std::string> new_alerts(const Report& report) {
    std::set<std::string> now;
    if (report.goroutines && report.goroutines->alert)
      now.insert("ALERT: the goroutine count is above -goroutine-critical");
    if (report.memory && report.memory->alert) now.insert("ALERT: the live heap is above -memory-critical");
    if (keeps_growing(report)) now.insert("the live heap is growing");
    const bool cliff = report.memory && report.memory->pattern == MemoryPattern::kCliff;
    if (cliff && !report.memory->fell_by_restart) now.insert("the live heap fell off a cliff");
    for (const Finding& finding : report.findings) {
      if (finding.verdict != Verdict::kLeak || finding.accepted) continue;
      now.insert(leak_in_words(finding));
    }
    std::vector<std::string> fresh;
    std::ranges::set_difference(now, alerts_, std::back_inserter(fresh));
    alerts_ = std::move(now);
    return fresh;
  }

  std::uint64_t number_ = 0;
  std::uint64_t restarts_ = 0;
  int times_grown_ = 0;  ///< in how many samples on end
  Series goroutines_, live_bytes_;
  std::set<std::string> alerts_;
};

/// Whether waiting may mend it: the target is away, slow or half dead.
bool may_pass(const Error& error) {
  return error.code == ErrorCode::kUnreachable || error.code == ErrorCode::kRefused ||
         error.code == ErrorCode::kTimeout || error.code == ErrorCode::kMalformed ||
         error.code == ErrorCode::kNotFound || error.code == ErrorCode::kTooLarge;
}

}  // namespace

Result<Looked> watch(Session& session, Environment& environment, const WatchOptions& options,
                     const WatchObserver& observer) {
  Looked looked;
  const WallTime started_at = environment.clock.wall();
  const SteadyTime started = environment.clock.steady();
  const SteadyTime end = started + options.duration;
  Observation observation(environment.symbols);
  TickMaker ticks;
  std::vector<Error> errors;
  const auto judge_now = [&]() -> Result<void> {
    looked.report = {};
    looked.report.command = options.look.command;
    looked.report.started_at = started_at;
    describe_target(session, looked.report);
    if (Result<void> judged = judge(observation, options.look, looked.report); !judged) return judged;
    looked.report.errors = errors;
    looked.report.duration = duration_cast<milliseconds>(environment.clock.steady() - started);
    return {};
  };
  SteadyTime due = started;
  while (true) {
    Result<Measurement> measured = session.measure(options.look.plan);
    const SteadyTime now = environment.clock.steady();
    WatchTick tick;
    if (measured) {
      std::string problem = measured->errors.empty() ? "" : measured->errors.front().message;
      if (options.look.filter && measured->snapshot.goroutines) options.look.filter(*measured->snapshot.goroutines);
      observation.add(std::move(measured->snapshot));
      if (Result<void> judged = judge_now(); !judged) return std::unexpected(std::move(judged.error()));
      tick = ticks.make(looked.report, now);
      tick.problem = std::move(problem);
    } else if (measured.error().code == ErrorCode::kInterrupted) {
      looked.interrupted = true;
      break;
    } else if (observation.size() == 0 || !may_pass(measured.error())) {
      if (observation.size() == 0) return std::unexpected(std::move(measured.error()));
      errors.push_back(std::move(measured.error()));
      break;
    } else {
      session.warnings().add(WarningCode::kSampleMissed, TargetText(measured.error().message));
      tick = ticks.miss(std::move(measured.error().message));
    }
    tick.at = environment.clock.wall();
    tick.elapsed = duration_cast<milliseconds>(now - started);
    tick.left = std::max(milliseconds(0), duration_cast<milliseconds>(end - now));
    if (observer.on_tick) observer.on_tick(tick, looked.report);
    if (observer.verify && tick.problem.empty()) observer.verify(session, looked.report);
    // A slow answer must not be followed by a burst: the next sample is due on the grid after now.
    const milliseconds interval = std::max(options.look.interval, milliseconds(1));
    while (due <= environment.clock.steady()) due += interval;
    if (due > end) break;
    const bool goes_on =
        observer.wait_until ? observer.wait_until(due) : environment.clock.wait_until(due, environment.stop);
    if (!goes_on) {
      looked.interrupted = environment.stop.requested();
      break;
    }
  }
  if (observation.size() == 0) return fail(ErrorCode::kInterrupted, "interrupted before anything was measured");
  if (Result<void> judged = judge_now(); !judged) return std::unexpected(std::move(judged.error()));
  return looked;
}

}  // namespace lf::pipeline
