#include "cli/finish.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

#include <unistd.h>

#include "base/format.h"
#include "base/text.h"
#include "cli/bounded_waits.h"
#include "cli/exit_code.h"
#include "cli/next_command.h"
#include "cli/notify.h"
#include "cli/owners.h"
#include "cli/rule_texts.h"
#include "cli/string_sink.h"
#include "cli/version.h"
#include "report/report_files.h"
#include "report/report_writer.h"
#include "target/url.h"

namespace lf::cli {
namespace {

Result<std::string> render(const Report& report, std::string_view format_name, const report::Style& style) {
  StringSink sink;
  const report::Format* format = report::find_format(format_name);
  if (Result<void> written = format->write(report, style, sink); !written) return std::unexpected(written.error());
  return sink.take();
}

std::chrono::year_month_day today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return {std::chrono::year(local.tm_year + 1900), std::chrono::month(static_cast<unsigned>(local.tm_mon) + 1),
          std::chrono::day(static_cast<unsigned>(local.tm_mday))};
}

/// What the settings add to the report: owners, what fails, the rules' words.
void complete(const Run& run, Report& report) {
  const Options& options = run.options();
  report.tool_version = version();
  const FailOnChoice& choice = options.fail_on;
  report.fail_on = {.leak = choice.leak,
                    .suspect = choice.suspect,
                    .goroutine_alert = choice.critical || (choice.leak && run.settings.is_set("goroutine-critical")),
                    .memory_alert = choice.critical || (choice.leak && run.settings.is_set("memory-critical"))};
  report.rules = rule_texts(report);
  report.settings = run.settings.describe();
  if (options.source_root.empty()) return;
  if (const std::optional<CodeOwners> owners = CodeOwners::find(options.source_root)) {
    apply_owners(*owners, options.source_root, report);
  }
}

/// Writes each format to its file. A name without a slash goes to -output-dir; several formats get their extensions.
Result<void> write_output_files(const Options& options, const Report& report) {
  report::Style plain;
  plain.top = options.top;
  plain.source_url = options.source_url;
  plain.source_root = options.source_root;
  const std::string base = options.output.find('/') == std::string::npos
                               ? format("{}/{}", options.output_dir, options.output)
                               : options.output;
  for (const std::string& name : options.format) {
    const Result<std::string> text = render(report, name, plain);
    if (!text) return std::unexpected(text.error());
    const std::string path =
        options.format.size() > 1 ? format("{}{}", base, report::find_format(name)->extension) : base;
    if (Result<void> written = report::write_file(path, *text); !written) return written;
  }
  return {};
}

/// The result on stdout: the format asked for, or text where -o took it.
Result<void> show(const Run& run, const Report& report) {
  const std::string_view format_name =
      run.options().output.empty() ? std::string_view(run.options().format.front()) : "text";
  const Result<std::string> text = render(report, format_name, style_for(run.out, run.options()));
  if (!text) return std::unexpected(text.error());
  FdSink out(STDOUT_FILENO);
  return out.write(*text);
}

/// Notes a failure to write; the run goes on, with exit code 3.
struct Writes {
  bool failed = false;

  void check(const Result<void>& written) {
    if (written) return;
    complain(written.error().message);
    failed = true;
  }
};

Result<void> save_baseline(const Run& run, const Report& report) {
  return report::write_file(run.options().write_baseline, write_baseline(report, run.baseline, today()));
}

/// The notice to the webhook; a failure says that this is what failed.
Result<void> send_notice(const Run& run, const Report& report) {
  // An interrupted result is sent too; a second signal ends the process.
  const NeverStop never;
  const Stop& stop = run.stop.requested() ? static_cast<const Stop&>(never) : run.stop;
  Result<void> sent = notify(run.options(), report, stop);
  if (sent) return sent;
  return fail(sent.error().code, format("-notify: {}", sent.error().message), sent.error().where);
}

std::string_view extension_of(decode::ContentKind kind) {
  return kind == decode::ContentKind::kGoroutineProtobuf ? ".pb.gz" : ".txt";
}

std::string_view as_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void save_files(const Run& run, const pipeline::Looked& looked, const SavePlan& save, Writes& writes) {
  report::ReportFolder folder(run.options().reports_dir, looked.report.started_at);
  const auto keep = [&](std::string_view stem, std::string_view extension, std::string_view text) {
    const Result<std::string> path = folder.save(stem, extension, text);
    if (path) {
      if (!run.options().quiet) complain(format("saved {}", visible(*path)));
    } else {
      writes.check(std::unexpected(path.error()));
    }
    return path.has_value();
  };
  if (!save.analysis.empty()) {
    report::Style plain;
    plain.top = 1'000;
    const Result<std::string> analysis = render(looked.report, "text", plain);
    if (!analysis) return writes.check(std::unexpected(analysis.error()));
    if (!keep(save.analysis, ".txt", *analysis + report::stacks_text(looked.report))) return;
  }
  if (save.goroutine_profile && !looked.goroutine_bytes.bytes.empty()) {
    keep("goroutine_profile", extension_of(looked.goroutine_bytes.kind), as_text(looked.goroutine_bytes.bytes));
  }
  if (!save.memory_profile || !looked.report.memory) return;
  if (looked.heap_bytes.kind == decode::ContentKind::kHeapProtobuf) {
    keep("memory_profile", ".pprof", as_text(looked.heap_bytes.bytes));
  }
}

}  // namespace

bool saves_reports(const Run& run, const Subject& subject) {
  return run.options().save_reports && (subject.live() || run.settings.is_set("save-reports"));
}

Result<int> finish(Run& run, const Subject& subject, pipeline::Looked looked, const SavePlan& save) {
  const Options& options = run.options();
  if (!options.source_root.empty() && excuse_bounded_waits(options.source_root, looked.report)) {
    pipeline::judge_again(looked.report);
  }
  if (!options.baseline.empty()) {
    const std::size_t before = looked.report.warnings.size();
    apply_baseline(run.baseline, today(), looked.report);
    for (Warning& warning : std::span(looked.report.warnings).subspan(before)) warning.where = options.baseline;
    pipeline::judge_again(looked.report);
  }
  complete(run, looked.report);
  looked.report.next = TargetText(next_command(run, subject, looked.report));
  // On a terminal the text says it; elsewhere stdout may go where nobody reads it now.
  const bool read_now = run.out.is_terminal && (options.format.front() == "text" || !options.output.empty());
  for (const Error& error : looked.report.errors) {
    if (!read_now) complain(visible(error.message));
  }
  Writes writes;
  writes.check(show(run, looked.report));
  if (!options.output.empty()) writes.check(write_output_files(options, looked.report));
  if (saves_reports(run, subject)) save_files(run, looked, save, writes);
  if (!options.notify.empty()) writes.check(send_notice(run, looked.report));
  if (!options.write_baseline.empty()) {
    writes.check(save_baseline(run, looked.report));
    if (!writes.failed && run.stop.signal() == 0) return kExitOk;
  }
  return exit_code_of(looked.report, looked.interrupted ? run.stop.signal() : 0, writes.failed);
}

Result<int> finish_failed(Run& run, const Subject& subject, const Command& command, const Error& error) {
  if (error.code == ErrorCode::kUsage) return std::unexpected(error);
  Report report;
  report.command = command.name;
  report.started_at = std::chrono::system_clock::now();
  if (subject.live()) report.target.url = target::without_credentials(subject.url);
  for (const std::string& file : subject.files) report.target.files.emplace_back(file);
  report.errors.push_back(error);
  pipeline::withhold_clean_bill(false, report);
  complete(run, report);
  // A person is told by the error's line; programs that read a format get their object all the same.
  if (run.options().output.empty() && run.options().format.front() != "text") {
    if (Result<void> shown = show(run, report); !shown) return std::unexpected(shown.error());
  }
  if (!run.options().notify.empty()) {
    if (Result<void> sent = send_notice(run, report); !sent) complain(sent.error().message);
  }
  return std::unexpected(error);
}

}  // namespace lf::cli
