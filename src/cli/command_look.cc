#include "cli/command_look.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "cli/command.h"
#include "report/words.h"

namespace lf::cli {

namespace {

/// How long analyze and memory look on by default, while something is in doubt.
constexpr Milliseconds kSettle{10'000};

bool is_given(const Run& run, std::string_view name) {
  return std::ranges::any_of(run.line.settings, [&](const Setting& setting) { return setting.flag->name == name; });
}

/// Warns of flags on the command line that this run does not go by.
void warn_of_idle_flags(const Run& run, const Subject& subject, std::string_view command, Report& report) {
  const auto warn = [&](std::string_view name, std::string_view why) {
    if (!is_given(run, name)) return;
    report.warnings.push_back({WarningCode::kFlag, TargetText(format("-{} has no effect: {}", name, why)), {}, 1});
  };
  if (!subject.live()) {
    warn("timeout", "files are read, no target is asked");
    warn("samples", "each file is a sample");
    warn("settle", "files are all there is to look at");
    return;
  }
  if (command == "patterns" || command == "channels") {
    warn("samples", format("{} goes by -leakprof-samples", command));
    warn("sample-interval", format("{} goes by -leakprof-interval", command));
  } else {
    warn("leakprof-samples", format("{} goes by -samples", command));
    warn("leakprof-interval", format("{} goes by -sample-interval", command));
  }
}

}  // namespace

Result<int> run_look(Run& run, const LookCommand& look) {
  const Command& command = *find_command(look.name);
  Result<Subject> subject = find_subject(run, command);
  if (!subject) return std::unexpected(std::move(subject.error()));
  if (Result<void> checked = check_settings(run, command, *subject); !checked) return std::unexpected(checked.error());
  Result<pipeline::LookOptions> options = look_options(run, command, look.samples);
  if (!options) return std::unexpected(std::move(options.error()));
  options->plan.identities = look.identities;
  options->leak_profile = look.leak_profile || run.options().force_gc;
  options->settle = run.options().settle.value_or(look.settle);
  const bool saves = saves_reports(run, *subject);
  options->plan.keep_goroutine_bytes = saves && look.save.goroutine_profile;
  options->plan.keep_heap_bytes = saves && look.save.memory_profile;
  if (look.prepare != nullptr) {
    if (Result<void> prepared = look.prepare(run, *options); !prepared) return std::unexpected(prepared.error());
  }
  // How far apart files are, whatever rules live samples.
  if (!subject->live() && run.settings.is_set("sample-interval")) options->interval = run.options().sample_interval;
  Result<std::unique_ptr<Workplace>> place = Workplace::open(run, *subject);
  if (!place) return std::unexpected(std::move(place.error()));
  pipeline::Environment& environment = (*place)->environment();
  if (Result<void> set = set_filter(run, environment.symbols, look.filters, *options); !set) {
    return std::unexpected(set.error());
  }
  Result<pipeline::Looked> looked =
      subject->live() ? pipeline::look((*place)->session(), environment, *options, (*place)->progress())
                      : pipeline::look_at_files(subject->files, environment, *options, (*place)->progress());
  if (!looked) return finish_failed(run, *subject, command, looked.error());
  warn_of_idle_flags(run, *subject, look.name, looked->report);
  if (report::is_one_sample(looked->report) && look.samples == 1) {
    looked->report.notes.emplace_back(subject->live() ? "one sample shows what there is, not what grows or stays: "
                                                        "-samples or 'leakfinder analyze' take several"
                                                      : "one sample shows what there is, not what grows or stays: "
                                                        "give several files in time order");
  }
  return finish(run, *subject, std::move(*looked), look.save);
}

Result<int> run_check(Run& run) {
  return run_look(run, {.name = "check"});
}

Result<int> run_analyze(Run& run) {
  return run_look(run, {.name = "analyze",
                        .samples = 2,
                        .identities = true,
                        .leak_profile = true,
                        .settle = kSettle,
                        .save = {.analysis = "goroutine_analysis", .goroutine_profile = true, .memory_profile = true}});
}

Result<int> run_memory(Run& run) {
  return run_look(run, {.name = "memory",
                        .samples = 2,
                        .settle = kSettle,
                        .save = {.memory_profile = true},
                        .prepare = [](const Run&, pipeline::LookOptions& options) -> Result<void> {
                          options.plan.goroutines = options.detect.goroutines = false;
                          return {};
                        }});
}

}  // namespace lf::cli
