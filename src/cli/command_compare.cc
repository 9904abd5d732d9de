#include <algorithm>
#include <array>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "base/format.h"
#include "cli/child_process.h"
#include "cli/command_look.h"
#include "cli/exit_code.h"
#include "cli/finish.h"
#include "cli/workplace.h"
#include "pipeline/compare.h"
#include "report/numbers.h"

// compare: a baseline, then something happens (Enter, -wait, a command), then what grew.

namespace lf::cli {
namespace {

using std::chrono::milliseconds;

/// Waits for a line on stdin. Fails with kUsage at its end, with kInterrupted when the user stopped us.
Result<void> wait_for_enter(const Stop& stop) {
  while (!stop.requested()) {
    std::array<pollfd, 2> events{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{stop.wake_fd(), POLLIN, 0}};
    if (poll(events.data(), events.size(), -1) <= 0 || events[0].revents == 0) continue;
    char byte = 0;
    const ssize_t got = read(STDIN_FILENO, &byte, 1);
    if (got == 1 && byte == '\n') return {};
    if (got <= 0) {
      return fail(ErrorCode::kUsage, "standard input ended before Enter: give -wait=DURATION, or a command after --");
    }
  }
  return fail(ErrorCode::kInterrupted, "interrupted");
}

Result<void> wait_for_time(Workplace& place, milliseconds wait) {
  Clock& clock = place.clock();
  const SteadyTime started = clock.steady();
  const SteadyTime end = started + wait;
  for (SteadyTime now = started; now < end; now = clock.steady()) {
    const double fraction = static_cast<double>((now - started).count()) / static_cast<double>((end - started).count());
    place.progress().update("waiting", fraction, std::chrono::duration_cast<milliseconds>(end - now));
    if (!clock.wait_until(std::min(end, now + milliseconds(200)), place.environment().stop)) {
      return fail(ErrorCode::kInterrupted, "interrupted");
    }
  }
  place.progress().end();
  return {};
}

void tell_baseline(const Report& baseline) {
  std::string line = "baseline:";
  if (baseline.goroutines) line += format(" {} goroutines", report::with_commas(baseline.goroutines->total));
  if (baseline.memory && baseline.memory->live_bytes) {
    line += format("{} {} of live heap", baseline.goroutines ? "," : "",
                   report::bytes_in_words(*baseline.memory->live_bytes));
  }
  complain(line);
}

/// What the command of each round came to.
struct CommandEnds {
  std::vector<Error> failures;
};

pipeline::Between make_between(const Run& run, Workplace& place, CommandEnds& ends) {
  return [&run, &place, &ends](std::size_t round, const Report& baseline) -> Result<void> {
    if (round == 1 && !run.options().quiet) tell_baseline(baseline);
    if (!run.line.after_dashes.empty()) {
      const bool text = run.options().format.front() == "text";
      Result<ChildEnd> end = run_child(run.line.after_dashes, text ? STDOUT_FILENO : STDERR_FILENO, run.stop);
      if (!end) return std::unexpected(std::move(end.error()));
      if (end->exit_code != 0) {
        ends.failures.push_back({ErrorCode::kIo,
                                 format("the command \"{}\" ended with exit code {} in round {}: what it "
                                        "left behind was measured all the same",
                                        visible(run.line.after_dashes.front()), end->exit_code, round),
                                 {}});
      }
      return {};
    }
    if (run.options().wait) return wait_for_time(place, *run.options().wait);
    complain(format("run your test now, then press Enter (round {} of {})", round, run.options().rounds));
    return wait_for_enter(run.stop);
  };
}

Result<void> check_compare(const Run& run, const Subject& subject) {
  if (run.line.has_dashes && run.line.after_dashes.empty()) {
    return fail(ErrorCode::kUsage, "no command after --");
  }
  if (!subject.live() && (run.options().wait || !run.line.after_dashes.empty())) {
    return fail(ErrorCode::kUsage, "files are compared as they are: -wait and a command need a live target");
  }
  if (subject.files.size() == 1 && subject.files.front() == "-") {
    return fail(ErrorCode::kUsage, "compare needs two files, or a live target");
  }
  return {};
}

}  // namespace

Result<int> run_compare(Run& run) {
  const Command& command = *find_command("compare");
  Result<Subject> subject = find_subject(run, command);
  if (!subject) return std::unexpected(std::move(subject.error()));
  if (Result<void> checked = check_settings(run, command, *subject); !checked) return std::unexpected(checked.error());
  if (Result<void> checked = check_compare(run, *subject); !checked) return std::unexpected(checked.error());
  Result<pipeline::LookOptions> look = look_options(run, command, 1);
  if (!look) return std::unexpected(std::move(look.error()));
  look->plan.identities = true;
  look->leak_profile = true;
  Result<std::unique_ptr<Workplace>> place = Workplace::open(run, *subject);
  if (!place) return std::unexpected(std::move(place.error()));
  pipeline::Environment& environment = (*place)->environment();
  if (Result<void> set = set_filter(run, environment.symbols, false, *look); !set) return std::unexpected(set.error());
  const pipeline::CompareOptions options{.look = std::move(*look), .rounds = run.options().rounds};
  CommandEnds ends;
  Result<pipeline::Looked> looked =
      subject->live() ? pipeline::compare((*place)->session(), environment, options, make_between(run, **place, ends),
                                          (*place)->progress())
                      : pipeline::compare_files(subject->files, environment, options, (*place)->progress());
  if (!looked) return finish_failed(run, *subject, command, looked.error());
  for (Error& failure : ends.failures) looked->report.errors.push_back(std::move(failure));
  return finish(run, *subject, std::move(*looked), {.analysis = "compare_analysis"});
}

}  // namespace lf::cli
