#include "cli/command_look.h"

#include <utility>

#include "cli/command.h"

namespace lf::cli {

Result<int> run_look(Run& run, const LookCommand& look) {
  const Command& command = *find_command(look.name);
  Result<Subject> subject = find_subject(run, command);
  if (!subject) return std::unexpected(std::move(subject.error()));
  if (Result<void> checked = check_settings(run, command, *subject); !checked) return std::unexpected(checked.error());
  Result<pipeline::LookOptions> options = look_options(run, command, look.samples);
  if (!options) return std::unexpected(std::move(options.error()));
  options->plan.identities = look.identities;
  options->leak_profile = look.leak_profile || run.options().force_gc;
  const bool saves = saves_reports(run, *subject) && !look.save.analysis.empty();
  options->plan.keep_goroutine_bytes = saves && look.save.goroutine_profile;
  options->plan.keep_heap_bytes = saves && look.save.memory_profile;
  if (look.prepare != nullptr) {
    if (Result<void> prepared = look.prepare(run, *options); !prepared) return std::unexpected(prepared.error());
  }
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
                        .save = {.analysis = "goroutine_analysis", .goroutine_profile = true, .memory_profile = true}});
}

Result<int> run_memory(Run& run) {
  return run_look(run, {.name = "memory",
                        .samples = 2,
                        .save = {.analysis = "memory_analysis", .memory_profile = true},
                        .prepare = [](const Run&, pipeline::LookOptions& options) -> Result<void> {
                          options.plan.goroutines = options.detect.goroutines = false;
                          return {};
                        }});
}

}  // namespace lf::cli
