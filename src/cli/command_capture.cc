#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "base/format.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/version.h"
#include "cli/workplace.h"
#include "pipeline/capture.h"
#include "report/numbers.h"
#include "report/report_files.h"
#include "target/url.h"

// capture: raw profiles into a folder or an archive, to be analysed later. An archive grows as a folder beside it,
// NAME.partial, and is packed when it is complete: until then Ctrl-C costs one sample at most, and the same command
// goes on.

namespace lf::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSamples = 6;
constexpr Milliseconds kInterval{10'000};

/// Where a capture goes.
struct Destination {
  std::string path;    ///< as the user knows it
  std::string folder;  ///< where the files grow
  bool archive = false;
};

Destination find_destination(const Run& run, WallTime now) {
  const Options& options = run.options();
  Destination to;
  to.path = options.output;
  if (to.path.empty()) to.path = format("capture_{}", report::local_stamp(now));
  while (to.path.size() > 1 && to.path.ends_with('/')) to.path.pop_back();
  if (to.path.find('/') == std::string::npos) to.path = (fs::path(options.output_dir) / to.path).lexically_normal();
  to.archive = to.path.ends_with(".tar.gz") || to.path.ends_with(".tgz");
  to.folder = to.archive ? to.path + ".partial" : to.path;
  return to;
}

Result<void> check_capture(const Run& run) {
  const auto given = [&](std::string_view name) {
    return std::ranges::any_of(run.line.settings, [&](const Setting& setting) { return setting.flag->name == name; });
  };
  if (run.options().force_gc) {
    return fail(ErrorCode::kUsage, "capture records what is there: -force-gc goes with a command that judges");
  }
  if (given("format")) {
    return fail(ErrorCode::kUsage,
                "capture writes profiles, no report: -format goes with 'leakfinder analyze' of what it captured");
  }
  if (run.options().output == "-") {
    return fail(ErrorCode::kUsage, "a capture can't go to stdout: give -o=DIR or -o=FILE.tar.gz");
  }
  return {};
}

/// `word` as a shell takes it.
std::string quoted_for_shell(const std::string& word) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_=./:,@%+").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::ranges::all_of(word, plain)) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// The command that goes on with this capture: the flags as they were given, secrets masked.
std::string resume_command(const Run& run, const Subject& subject, const Destination& to) {
  std::string command = format("leakfinder capture {}", quoted_for_shell("-o=" + to.path));
  for (const Setting& setting : run.line.settings) {
    const std::string_view name = setting.flag->name;
    if (name == "o" || name == "url" || name == "output-dir") continue;
    const std::string value = setting.flag->secret ? "***" : setting.value;
    command += " " + quoted_for_shell(format("-{}={}", name, value));
  }
  return visible(command + " " + quoted_for_shell(target::without_credentials(subject.url)));
}

void tell_start(const Run& run, const pipeline::CaptureManifest& so_far, const Destination& to, std::uint64_t samples) {
  if (run.options().quiet || so_far.recorded() == 0) return;
  complain(format("\"{}\" holds {} of {} already: going on with sample {}", visible(to.path), so_far.recorded(),
                  report::count_of(samples, "sample"), so_far.recorded() + 1));
}

void tell_remarks(const Run& run, const pipeline::Captured& captured, std::size_t samples_before) {
  const std::vector<pipeline::CapturedSample>& samples = captured.manifest.samples;
  for (std::size_t i = samples_before; i < samples.size(); ++i) {
    if (!samples[i].restarted) continue;
    complain(
        format("the target was restarted before sample {}: the capture holds two processes, and what it had "
               "before is no baseline for what it has now",
               samples[i].number));
  }
  if (run.options().quiet) return;
  for (const TargetText& skipped : captured.manifest.skipped) complain(visible(skipped.raw()));
}

std::string result_text(const pipeline::CaptureManifest& manifest, const Destination& to) {
  std::uint64_t files = 0, bytes = 0;
  for (const pipeline::CapturedSample& sample : manifest.samples) {
    files += sample.files.size();
    for (const pipeline::CapturedFile& file : sample.files) bytes += file.bytes;
  }
  const Cost& cost = manifest.cost;
  return format(
      "captured {} of {}: {}, {} in {}\n"
      "cost  {}, {}, {}, {}, slowest answer {}\n"
      "next  leakfinder analyze {}\n",
      report::count_of(manifest.recorded(), "sample"), manifest.url, report::count_of(files, "file"),
      report::bytes_in_words(bytes), visible(to.path), report::count_of(cost.requests, "request"),
      report::bytes_in_words(cost.bytes), report::count_of(cost.full_dumps, "full dump"),
      report::count_of(cost.forced_collections, "forced collection"), report::duration_in_words(cost.slowest),
      visible(quoted_for_shell(to.path)));
}

/// What is there of this capture; fails where there is nothing left to do or something else is in the way.
Result<pipeline::CaptureManifest> find_so_far(const Destination& to, std::uint64_t samples) {
  std::error_code error;
  if (to.archive && fs::exists(to.path, error)) {
    return fail(ErrorCode::kUsage, format("\"{}\" is there already: give another -o", visible(to.path)));
  }
  Result<pipeline::CaptureManifest> so_far = pipeline::open_capture(to.folder);
  // A complete folder of an archive is only left to be packed.
  if (so_far && !to.archive && so_far->recorded() >= samples) {
    return fail(ErrorCode::kUsage, format("\"{}\" holds all of its {} already: give another -o, or more with -samples",
                                          visible(to.path), report::count_of(so_far->recorded(), "sample")));
  }
  return so_far;
}

/// Says how the capture ended; the exit code. What is complete is packed.
Result<int> finish_capture(const Run& run, const Subject& subject, const Destination& to,
                           const pipeline::Captured& captured, std::uint64_t samples) {
  const std::uint64_t recorded = captured.manifest.recorded();
  for (const Error& error : captured.errors) complain(visible(error.message));
  if (recorded < samples) {
    complain(format("{}recorded {} of {} in \"{}\"; to go on: {}", captured.interrupted ? "interrupted: " : "",
                    recorded, report::count_of(samples, "sample"), visible(to.folder),
                    resume_command(run, subject, to)));
    return captured.interrupted ? 128 + run.stop.signal() : kExitUnreadable;
  }
  if (to.archive) {
    if (Result<void> packed = pipeline::pack_capture(to.folder, captured.manifest, to.path); !packed) {
      return std::unexpected(std::move(packed.error()));
    }
  }
  FdSink out(STDOUT_FILENO);
  if (Result<void> written = out.write(result_text(captured.manifest, to)); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return captured.errors.empty() ? kExitOk : kExitUnreadable;
}

}  // namespace

Result<int> run_capture(Run& run) {
  const Command& command = *find_command("capture");
  Result<Subject> subject = find_subject(run, command);
  if (!subject) return std::unexpected(std::move(subject.error()));
  if (Result<void> checked = check_settings(run, command, *subject); !checked) return std::unexpected(checked.error());
  if (Result<void> checked = check_capture(run); !checked) return std::unexpected(checked.error());
  Result<pipeline::LookOptions> look = look_options(run, command, kSamples);
  if (!look) return std::unexpected(std::move(look.error()));
  Result<std::unique_ptr<Workplace>> place = Workplace::open(run, *subject);
  if (!place) return std::unexpected(std::move(place.error()));
  const Destination to = find_destination(run, (*place)->clock().wall());
  Result<pipeline::CaptureManifest> so_far = find_so_far(to, look->samples);
  if (!so_far) return std::unexpected(std::move(so_far.error()));
  const std::size_t samples_before = so_far->samples.size();
  tell_start(run, *so_far, to, look->samples);
  const pipeline::CaptureOptions options{
      .folder = to.folder,
      .plan = look->plan,
      .samples = look->samples,
      .interval = run.settings.is_set("sample-interval") ? run.options().sample_interval : kInterval,
      .tool_version = std::string(version())};
  Result<pipeline::Captured> captured = pipeline::capture((*place)->session(), (*place)->environment(), options,
                                                          std::move(*so_far), (*place)->progress());
  if (!captured) return std::unexpected(std::move(captured.error()));
  tell_remarks(run, *captured, samples_before);
  return finish_capture(run, *subject, to, *captured, options.samples);
}

}  // namespace lf::cli
