#include "pipeline/compare.h"

#include <utility>

#include "base/format.h"
#include "detect/difference.h"

namespace lf::pipeline {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

namespace {

/// A comparison in the making: every sample feeds the rules' history, the round ends are kept whole.
class Comparison {
 public:
  Comparison(const Symbols& symbols, const LookOptions& options)
      : symbols_(symbols), options_(options), observation_(symbols) {}

  void add(Snapshot snapshot) {
    std::uint64_t unused = 0;
    leave_out(options_, snapshot, unused);
    snapshots_.push_back(snapshot);
    observation_.add(std::move(snapshot));
  }

  std::size_t size() const { return snapshots_.size(); }
  const Snapshot& baseline() const { return snapshots_.front(); }

  /// Judges what is there into `report`; `after_samples` belong to each round, 1 or 2.
  Result<void> finish(std::size_t after_samples, Report& report) {
    if (Result<void> judged = judge(observation_, options_.detect, report); !judged) return judged;
    std::vector<detect::AfterRound> rounds;
    for (std::size_t i = 1; i + after_samples <= snapshots_.size(); i += after_samples) {
      rounds.push_back({&snapshots_[i], &snapshots_[i + after_samples - 1]});
    }
    report.findings =
        detect::merge_differences(detect::find_differences(symbols_, baseline(), rounds), std::move(report.findings));
    report.criteria = options_.criteria;
    judge_again(report);
    return {};
  }

 private:
  const Symbols& symbols_;
  const LookOptions& options_;
  Observation observation_;
  std::vector<Snapshot> snapshots_;
};

/// The two samples after a round. The leak profile follows the very last.
Result<void> measure_after(Session& session, Environment& environment, const CompareOptions& options, bool last,
                           Comparison& comparison, Looked& looked) {
  for (int i = 0; i < 2; ++i) {
    if (i > 0 && !environment.clock.wait_until(environment.clock.steady() + options.settle, environment.stop)) {
      return fail(ErrorCode::kInterrupted, "interrupted");
    }
    MeasurePlan plan = options.look.plan;
    if (options.look.gc && plan.memory) plan.force_collection = true;
    Result<Measurement> measured = session.measure(plan);
    if (!measured) return std::unexpected(std::move(measured.error()));
    if (last && i == 1 && options.look.leak_profile) session.read_leak_profile(*measured, plan.max_goroutines_full);
    for (Error& error : measured->errors) looked.report.errors.push_back(std::move(error));
    comparison.add(std::move(measured->snapshot));
  }
  return {};
}

}  // namespace

Result<Looked> compare(Session& session, Environment& environment, const CompareOptions& options,
                       const Between& between, Progress& progress) {
  Looked looked;
  Report& report = looked.report;
  report.command = options.look.command;
  report.started_at = environment.clock.wall();
  const SteadyTime started = environment.clock.steady();
  Comparison comparison(environment.symbols, options.look);
  MeasurePlan plan = options.look.plan;
  if (options.look.gc && plan.memory) plan.force_collection = true;
  Result<Measurement> baseline = session.measure(plan);
  if (!baseline) return std::unexpected(std::move(baseline.error()));
  report.errors = std::move(baseline->errors);
  comparison.add(std::move(baseline->snapshot));
  Report shown;
  shown.command = options.look.command;
  describe_target(session, shown);
  if (Result<void> judged = comparison.finish(2, shown); !judged) return std::unexpected(std::move(judged.error()));

  Result<void> going;
  for (std::size_t round = 1; going && round <= options.rounds; ++round) {
    going = between(round, shown);
    if (going) going = measure_after(session, environment, options, round == options.rounds, comparison, looked);
  }
  if (!going && going.error().code != ErrorCode::kInterrupted) return std::unexpected(std::move(going.error()));
  looked.interrupted = !going;
  std::optional<GcVerified> verified;
  if (going && options.look.gc) {
    GcOptions gc = *options.look.gc;
    gc.filter = options.look.filter;
    Result<GcVerified> result = verify_by_collections(session, environment, gc, &comparison.baseline(), progress);
    if (result) verified = std::move(*result);
    looked.interrupted = !result;
  }
  describe_target(session, report);
  if (Result<void> judged = comparison.finish(2, report); !judged) return std::unexpected(std::move(judged.error()));
  if (verified) add_verification(std::move(*verified), report);
  report.duration = duration_cast<milliseconds>(environment.clock.steady() - started);
  return looked;
}

Result<Looked> compare_files(std::span<const std::string> paths, Environment& environment,
                             const CompareOptions& options, Progress& progress) {
  Looked looked;
  Report& report = looked.report;
  report.command = options.look.command;
  report.started_at = environment.clock.wall();
  const SteadyTime started = environment.clock.steady();
  Result<FilesRead> files = read_files(paths, environment, options.look.interval, false, progress);
  if (!files) return std::unexpected(std::move(files.error()));
  if (files->snapshots.size() < 2) {
    return fail(ErrorCode::kUsage, "compare needs two files of one kind: a baseline, and what came after");
  }
  describe_files(paths, *files, report);
  Comparison comparison(environment.symbols, options.look);
  for (Snapshot& snapshot : files->snapshots) comparison.add(std::move(snapshot));
  if (Result<void> judged = comparison.finish(1, report); !judged) return std::unexpected(std::move(judged.error()));
  report.duration = duration_cast<milliseconds>(environment.clock.steady() - started);
  return looked;
}

}  // namespace lf::pipeline
