#include <algorithm>
#include <memory>
#include <utility>

#include <unistd.h>

#include "base/format.h"
#include "cli/command_look.h"
#include "cli/finish.h"
#include "cli/live_view.h"
#include "cli/workplace.h"
#include "pipeline/watch.h"
#include "report/escape.h"
#include "report/numbers.h"

// monitor: one sample an interval; on a terminal a live view, in a pipe one plain line a sample; at the end, also after
// Ctrl-C, the summary with the findings.

namespace lf::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes kBetweenVerifications{5};

std::string value_and_delta(std::string_view name, const std::string& value, const std::string& delta) {
  return delta.empty() ? format("{} {}", name, value) : format("{} {} ({})", name, value, delta);
}

/// "16:40:41  goroutines 164 (+12)  live heap 35.1 MiB (+3.1 MiB)  heap in use 52.4 MiB  growing".
std::string sample_line(const pipeline::WatchTick& tick, const Report& report) {
  std::string line = report::time_of_day(tick.at);
  if (tick.goroutines) {
    line += "  " + value_and_delta("goroutines", report::with_commas(*tick.goroutines),
                                   tick.goroutines_delta ? report::signed_with_commas(*tick.goroutines_delta) : "");
  }
  if (tick.live_bytes) {
    line += "  " + value_and_delta("live heap", report::bytes_in_words(*tick.live_bytes),
                                   tick.live_bytes_delta ? report::signed_bytes_in_words(*tick.live_bytes_delta) : "");
  }
  if (tick.heap_alloc_bytes) line += format("  heap in use {}", report::bytes_in_words(*tick.heap_alloc_bytes));
  if (report.memory && tick.live_bytes) line += format("  {}", memory_pattern_name(report.memory->pattern));
  if (tick.restarted) line += "  the target was restarted";
  if (!tick.problem.empty()) line += format("  {}", report::for_terminal(tick.problem));
  return line;
}

/// One line a sample, alerts below it.
class PlainView {
 public:
  PlainView(int fd, bool quiet) : sink_(fd), quiet_(quiet) {}

  void show(const pipeline::WatchTick& tick, const Report& report) {
    if (!quiet_) write(sample_line(tick, report));
    for (const std::string& alert : tick.alerts)
      write(format("{}  ! {}", report::time_of_day(tick.at), report::for_terminal(alert)));
  }

 private:
  // A failed write ends up in the exit code by the result's own write, which follows on the same stream.
  void write(const std::string& line) { static_cast<void>(sink_.write(line + "\n")); }

  FdSink sink_;
  bool quiet_;
};

/// Decides when forced collections verify: when the pattern turns Growing, every five minutes, never two at a time.
class Verifier {
 public:
  Verifier(const pipeline::LookOptions& look, Workplace& place)
      : look_(look), place_(place), last_(place.clock().steady()) {}

  void after_sample(pipeline::Session& session, const Report& report, pipeline::Progress& progress) {
    const bool growing = report.memory && report.memory->pattern == MemoryPattern::kGrowing;
    const bool turned = growing && !was_growing_;
    was_growing_ = growing;
    if (turned || place_.clock().steady() - last_ >= kBetweenVerifications) verify(session, progress);
  }

  void verify(pipeline::Session& session, pipeline::Progress& progress) {
    Result<pipeline::GcVerified> verified =
        pipeline::verify_by_collections(session, place_.environment(), *look_.gc, nullptr, progress);
    last_ = place_.clock().steady();
    if (verified) latest_ = std::move(*verified);
  }

  std::optional<pipeline::GcVerified>& latest() { return latest_; }

 private:
  const pipeline::LookOptions& look_;
  Workplace& place_;
  SteadyTime last_;
  bool was_growing_ = false;
  std::optional<pipeline::GcVerified> latest_;
};

bool wants_live_view(const Run& run) {
  return run.out.is_terminal && !run.out.is_dumb && !run.options().quiet && run.options().format.front() == "text";
}

void ring(const pipeline::WatchTick& tick, const Run& run) {
  if (!run.options().bell || tick.alerts.empty() || !run.err.is_terminal) return;
  FdSink sink(STDERR_FILENO);
  static_cast<void>(sink.write("\a"));
}

Result<pipeline::Looked> watch_with_view(const Run& run, Workplace& place, const pipeline::WatchOptions& options,
                                         Verifier& verifier) {
  pipeline::WatchObserver observer;
  std::unique_ptr<LiveView> live;
  if (options.look.gc) {
    observer.verify = [&](pipeline::Session& session, const Report& report) {
      verifier.after_sample(session, report, live ? static_cast<pipeline::Progress&>(*live) : place.progress());
    };
  }
  if (wants_live_view(run)) {
    // Where the terminal can't be driven the plain lines do.
    Result<std::unique_ptr<LiveView>> opened = LiveView::open({.target = std::string(place.session().display_url()),
                                                               .color = wants_color(run.out, run.options().color),
                                                               .utf8 = run.out.utf8,
                                                               .bell = run.options().bell});
    if (opened) live = std::move(*opened);
  }
  const bool text = run.options().format.front() == "text";
  PlainView plain(text ? STDOUT_FILENO : STDERR_FILENO, run.options().quiet);
  observer.on_tick = [&](const pipeline::WatchTick& tick, const Report& report) {
    live ? live->show(tick, report) : plain.show(tick, report);
    if (!live) ring(tick, run);
  };
  if (live) {
    observer.wait_until = [&](SteadyTime deadline) { return live->wait_until(deadline, run.stop); };
  }
  return pipeline::watch(place.session(), place.environment(), options, observer);
}

}  // namespace

Result<int> run_monitor(Run& run) {
  const Command& command = *find_command("monitor");
  Result<Subject> subject = find_subject(run, command);
  if (!subject) return std::unexpected(std::move(subject.error()));
  if (Result<void> checked = check_settings(run, command, *subject); !checked) return std::unexpected(checked.error());
  Result<pipeline::LookOptions> look = look_options(run, command, 1);
  if (!look) return std::unexpected(std::move(look.error()));
  look->interval = run.options().monitor_interval;
  Result<std::unique_ptr<Workplace>> place = Workplace::open(run, *subject);
  if (!place) return std::unexpected(std::move(place.error()));
  if (Result<void> set = set_filter(run, (*place)->environment().symbols, false, *look); !set) {
    return std::unexpected(set.error());
  }
  const pipeline::WatchOptions options{std::move(*look), run.options().monitor_duration};
  Verifier verifier(options.look, **place);
  Result<pipeline::Looked> looked = watch_with_view(run, **place, options, verifier);
  if (!looked) return finish_failed(run, *subject, command, looked.error());
  if (options.look.gc && !looked->interrupted) {
    verifier.verify((*place)->session(), (*place)->progress());
    looked->report.cost = (*place)->session().cost();
  }
  if (verifier.latest()) pipeline::add_verification(std::move(*verifier.latest()), looked->report);
  return finish(run, *subject, std::move(*looked), {});
}

}  // namespace lf::cli
