#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "detect/detect.h"
#include "pipeline/gc_cycle.h"
#include "pipeline/measure.h"
#include "pipeline/observation.h"
#include "pipeline/progress.h"
#include "pipeline/read_files.h"

namespace lf::pipeline {

/// What a look takes, whatever it looks at.
struct LookOptions {
  std::string command;
  MeasurePlan plan;
  std::size_t samples = 1;
  std::chrono::milliseconds interval{500};
  std::chrono::milliseconds settle{0};  ///< how long to look on, from the first sample, while something is in doubt
  bool settle_gc = false;  ///< may force a collection at each end, where memory is in doubt and none comes by itself
  bool leak_profile = false;
  bool ends_when_settled = false;  ///< of `samples` the next is the last once nothing is in doubt
  bool stacks = false;             ///< fill `Report::stacks`, which takes time
  detect::DetectOptions detect;
  ProfileFilter filter;
  std::optional<GcOptions> gc;  ///< verify by forced collections
  std::vector<std::pair<std::string, std::string>> criteria;
};

/// The result of a look: the report, judged and complete but for what the edges add (version, baseline, owners), and
/// the bytes to save.
struct Looked {
  Report report;
  RawProfile goroutine_bytes, heap_bytes;
  bool interrupted = false;  ///< the user stopped it; the report is of what came before
};

/// Takes `options.samples` samples of the target, and more while something is in doubt and `options.settle` lasts, and
/// judges them. Fails when not even the first could be taken.
[[nodiscard]] Result<Looked> look(Session& session, Environment& environment, const LookOptions& options,
                                  Progress& progress);

/// Reads `paths` ("-" is stdin) as samples in time order and judges them. A file that can't be read is in the report's
/// errors; fails when none could.
[[nodiscard]] Result<Looked> look_at_files(std::span<const std::string> paths, Environment& environment,
                                           const LookOptions& options, Progress& progress);

/// Judges `observation` and writes everything but target, cost and times into `report`.
[[nodiscard]] Result<void> judge(const Observation& observation, const LookOptions& options, Report& report);

/// Says how many findings were left out because a report holds no more; nothing of none.
void note_left_out(std::uint64_t findings, Report& report);

/// Orders the findings and judges health anew, after findings were added or accepted.
void judge_again(Report& report);

/// Leaves health unknown where nothing was found and what was seen does not tell: nothing read, nothing matched, an
/// interrupted look, places still in doubt.
void withhold_clean_bill(bool interrupted, Report& report);

/// Adds what a verification came to.
void add_verification(GcVerified verified, Report& report);

/// Writes what `session` learnt and cost into `report`.
void describe_target(const Session& session, Report& report);

/// Writes what `files` were into `report`; their errors go there.
void describe_files(std::span<const std::string> paths, FilesRead& files, Report& report);

/// Takes out of `snapshot` what `options` do not ask for; `unfiltered_total` is the count before the filter, where
/// there is one.
void leave_out(const LookOptions& options, Snapshot& snapshot, std::uint64_t& unfiltered_total);

}  // namespace lf::pipeline
