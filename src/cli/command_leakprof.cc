#include "cli/command_look.h"

// patterns and channels: sampled by the leakprof flags, scored by detect/leakprof.

namespace lf::cli {
namespace {

Result<void> prepare_leakprof(const Run& run, pipeline::LookOptions& look, detect::LeakProf leakprof) {
  const Options& options = run.options();
  look.plan.memory = look.detect.memory = false;
  look.samples = options.leakprof_samples;
  look.interval = options.leakprof_interval;
  look.ends_when_settled = !run.settings.is_set("leakprof-samples");
  look.detect.leakprof = leakprof;
  look.detect.leakprof_blocked = options.leakprof_blocked;
  return {};
}

Result<void> prepare_patterns(const Run& run, pipeline::LookOptions& look) {
  return prepare_leakprof(run, look, detect::LeakProf::kSignatures);
}

Result<void> prepare_channels(const Run& run, pipeline::LookOptions& look) {
  return prepare_leakprof(run, look, detect::LeakProf::kChannels);
}

}  // namespace

Result<int> run_patterns(Run& run) {
  return run_look(run, {.name = "patterns",
                        .identities = true,
                        .leak_profile = true,
                        .save = {.analysis = "leakprof_analysis"},
                        .prepare = prepare_patterns});
}

Result<int> run_channels(Run& run) {
  return run_look(run, {.name = "channels",
                        .identities = true,
                        .leak_profile = true,
                        .save = {.analysis = "uber_leakprof"},
                        .prepare = prepare_channels});
}

}  // namespace lf::cli
