#include <utility>

#include "pipeline/look.h"
#include "pipeline/read_files.h"

namespace lf::pipeline {

using std::chrono::milliseconds;

Result<Looked> look_at_files(std::span<const std::string> paths, Environment& environment, const LookOptions& options,
                             Progress& progress) {
  Looked looked;
  Report& report = looked.report;
  report.command = options.command;
  report.started_at = environment.clock.wall();
  const SteadyTime started = environment.clock.steady();
  const bool keep_bytes = options.plan.keep_goroutine_bytes || options.plan.keep_heap_bytes;
  Result<FilesRead> files = read_files(paths, environment, options.interval, keep_bytes, progress);
  if (!files) return std::unexpected(std::move(files.error()));
  looked.interrupted = environment.stop.requested();
  order_by_time(*files);
  describe_files(paths, *files, report);
  Observation observation(environment.symbols);
  std::uint64_t unfiltered_total = 0;
  for (Snapshot& snapshot : files->snapshots) {
    leave_out(options, snapshot, unfiltered_total);
    observation.add(std::move(snapshot));
  }
  if (Result<void> judged = judge(observation, options, report); !judged) return std::unexpected(judged.error());
  if (options.filter && report.goroutines) report.goroutines->unfiltered_total = unfiltered_total;
  withhold_clean_bill(looked.interrupted, report);
  report.criteria = options.criteria;
  report.duration = std::chrono::duration_cast<milliseconds>(environment.clock.steady() - started);
  looked.goroutine_bytes = std::move(files->goroutine_bytes);
  looked.heap_bytes = std::move(files->heap_bytes);
  return looked;
}

}  // namespace lf::pipeline
