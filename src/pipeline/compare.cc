#include "pipeline/compare.h"

#include <algorithm>
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
    std::vector<detect::AfterRound> rounds;
    for (std::size_t i = 1; i + after_samples <= snapshots_.size(); i += after_samples) {
      rounds.push_back({&snapshots_[i], &snapshots_[i + after_samples - 1]});
    }
    return finish(baseline(), rounds, report);
  }

  /// The same where the snapshots are those of `captures`, of so many each: the end of the first is the baseline, each
  /// later one is a round, and what is there in both of its last two samples is its growth.
  Result<void> finish(std::span<const std::size_t> captures, Report& report) {
    std::vector<detect::AfterRound> rounds;
    std::size_t begin = captures.front();
    for (const std::size_t size : captures.subspan(1)) {
      begin += size;
      rounds.push_back({&snapshots_[begin - std::min<std::size_t>(size, 2)], &snapshots_[begin - 1]});
    }
    return finish(snapshots_[captures.front() - 1], rounds, report);
  }

 private:
  Result<void> finish(const Snapshot& before, std::span<const detect::AfterRound> rounds, Report& report) {
    if (Result<void> judged = judge(observation_, options_, report); !judged) return judged;
    detect::Findings differences = detect::find_differences(symbols_, before, rounds);
    report.findings = detect::merge_differences(std::move(differences.kept), report.findings);
    note_left_out(differences.left_out, report);
    report.criteria = options_.criteria;
    judge_again(report);
    return {};
  }

  const Symbols& symbols_;
  const LookOptions& options_;
  Observation observation_;
  std::vector<Snapshot> snapshots_;
};

/// What is given first came first, whatever its times say: what is earlier than its neighbour before is moved behind
/// it, with all that follows. Returns whether something was.
bool keep_in_order(std::span<Snapshot> snapshots) {
  std::chrono::milliseconds shift{0};
  for (std::size_t i = 1; i < snapshots.size(); ++i) {
    const WallTime before = snapshots[i - 1].taken_at;
    if (snapshots[i].taken_at + shift < before) {
      shift = std::chrono::ceil<milliseconds>(before - snapshots[i].taken_at) + std::chrono::seconds(1);
    }
    snapshots[i].taken_at += shift;
    snapshots[i].steady_at += shift;
  }
  return shift.count() > 0;
}

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
    return fail(ErrorCode::kUsage,
                "compare needs two files of one kind, or two captures: a baseline, and what came after");
  }
  describe_files(paths, *files, report);
  if (files->captures.size() > 1) {
    // What happened before the baseline is not what is asked for.
    files->snapshots.erase(files->snapshots.begin(),
                           files->snapshots.begin() + static_cast<std::ptrdiff_t>(files->captures.front() - 1));
    files->captures.front() = 1;
  }
  Comparison comparison(environment.symbols, options.look);
  if (keep_in_order(files->snapshots)) {
    report.notes.emplace_back(
        "what was given first is later by its times: it is taken for the baseline all the same, and the times of what "
        "follows are moved behind it");
  }
  for (Snapshot& snapshot : files->snapshots) comparison.add(std::move(snapshot));
  Result<void> judged =
      files->captures.size() > 1 ? comparison.finish(files->captures, report) : comparison.finish(1, report);
  if (!judged) return std::unexpected(std::move(judged.error()));
  report.duration = duration_cast<milliseconds>(environment.clock.steady() - started);
  return looked;
}

}  // namespace lf::pipeline
