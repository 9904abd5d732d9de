#include "cli/workplace.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "base/format.h"
#include "cli/config_file.h"
#include "cli/notify.h"
#include "cli/version.h"
#include "report/report_writer.h"
#include "target/url.h"

namespace lf::cli {
namespace {

SymbolLimits symbol_limits(const Options& options) {
  SymbolLimits limits;
  limits.stacks = std::min<std::uint64_t>(options.max_stacks, UINT32_MAX / 2);
  limits.frames_a_stack = options.max_frames_per_stack;
  limits.labels = std::min<std::uint64_t>(options.max_labels, UINT32_MAX / 2);
  limits.string_bytes = options.max_name_bytes;
  return limits;
}

decode::DecodeLimits decode_limits(const Options& options) {
  decode::DecodeLimits limits;
  limits.goroutines = options.max_goroutines;
  limits.body_bytes = options.max_body;
  return limits;
}

Result<std::string> read_secret(const std::string& path, std::string_view flag) {
  constexpr std::uint64_t kLongest = 64 << 10;
  std::string text;
  const Result<std::uint64_t> read = target::read_file(path, kLongest, [&](std::span<const std::byte> chunk) {
    text.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return true;
  });
  if (!read) return fail(ErrorCode::kUsage, format("-{}: {}", flag, read.error().message));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Result<target::TargetSpec> target_spec(const Options& options, const std::string& url) {
  target::TargetSpec spec{.url = url,
                          .headers = options.header,
                          .bearer_token_file = options.bearer_token_file,
                          .user = options.user,
                          .password = {},
                          .ca_file = options.ca,
                          .certificate_file = options.cert,
                          .key_file = options.key,
                          .insecure = options.insecure,
                          .proxy = options.proxy,
                          .user_agent = format("leakfinder/{}", version())};
  if (!options.password_file.empty()) {
    Result<std::string> password = read_secret(options.password_file, "password-file");
    if (!password) return std::unexpected(std::move(password.error()));
    spec.password = std::move(*password);
  } else if (const char* password = std::getenv("LEAKFINDER_PASSWORD"); password != nullptr) {
    spec.password = password;
  }
  return spec;
}

target::Limits target_limits(const Options& options) {
  target::Limits limits;
  limits.timeout = options.timeout;
  limits.connect = std::min(limits.connect, options.timeout);
  limits.stall = std::min(limits.stall, options.timeout);
  limits.max_body_bytes = options.max_body;
  return limits;
}

/// The flag that, set by the user, contradicts what `command` is for; empty where none does.
std::string_view contradiction(const Options& options, const Command& command) {
  const auto is = [&](std::string_view name) { return command.name == name; };
  if (options.goroutines_only && is("memory")) return "goroutines-only";
  if (options.memory_only && (is("channels") || is("patterns") || is("filter"))) return "memory-only";
  return {};
}

struct ThresholdFlag {
  std::string_view name;
  std::uint64_t detect::Thresholds::* member;
};
constexpr std::array kThresholdFlags{
    ThresholdFlag{"normal", &detect::Thresholds::normal}, ThresholdFlag{"moderate", &detect::Thresholds::moderate},
    ThresholdFlag{"high", &detect::Thresholds::high}, ThresholdFlag{"critical", &detect::Thresholds::critical}};

/// Thresholds that the user set must not fall; defaults between them give way.
Result<void> fit_thresholds(const Settings& settings, std::string_view kind, detect::Thresholds& thresholds) {
  const auto is_set = [&](std::size_t i) { return settings.is_set(format("{}-{}", kind, kThresholdFlags[i].name)); };
  std::uint64_t floor = 0;
  std::size_t floor_index = 0;
  for (std::size_t i = 0; i < kThresholdFlags.size(); ++i) {
    std::uint64_t& value = thresholds.*kThresholdFlags[i].member;
    if (is_set(i) && value < floor) {
      return fail(ErrorCode::kUsage,
                  format("-{0}-{1}={2} is below -{0}-{3}={4}: thresholds must not fall from normal to critical", kind,
                         kThresholdFlags[i].name, value, kThresholdFlags[floor_index].name, floor));
    }
    if (is_set(i)) floor = value, floor_index = i;
  }
  floor = 0;
  const detect::Thresholds given = thresholds;
  for (std::size_t i = 0; i < kThresholdFlags.size(); ++i) {
    std::uint64_t& value = thresholds.*kThresholdFlags[i].member;
    if (!is_set(i)) value = std::max(value, floor);
    floor = value;
    for (std::size_t next = i + 1; next < kThresholdFlags.size() && !is_set(i); ++next) {
      if (is_set(next)) {
        value = floor = std::min(value, thresholds.*kThresholdFlags[next].member);
        break;
      }
    }
  }
  for (const auto& row : kThresholdFlags) {
    if (!settings.options().verbose || thresholds.*row.member == given.*row.member) continue;
    complain(format("-{}-{}={} (default {}, moved to fit the thresholds given)", kind, row.name, thresholds.*row.member,
                    given.*row.member));
  }
  return {};
}

}  // namespace

Result<Subject> find_subject(const Run& run, const Command& command) {
  Subject subject;
  std::vector<std::string> targets;
  std::vector<std::string> named = run.line.arguments;
  // What follows compare's dashes is the command that it runs between its measurements.
  if (command.name != "compare") std::ranges::copy(run.line.after_dashes, std::back_inserter(named));
  for (const std::string& argument : named) {
    (target::looks_like_target(argument) ? targets : subject.files).push_back(argument);
  }
  const bool url_given =
      std::ranges::any_of(run.line.settings, [](const Setting& setting) { return setting.flag->name == "url"; });
  if (targets.size() + (url_given ? 1 : 0) > 1) {
    return fail(ErrorCode::kUsage, "more than one target: give one URL, host:port or :port");
  }
  if (!subject.files.empty() && (!targets.empty() || url_given)) {
    return fail(ErrorCode::kUsage,
                format("a target and the file \"{}\": give one or the other", visible(subject.files.front())));
  }
  if (!subject.files.empty() && command.input != Input::kTargetOrFiles) {
    return fail(ErrorCode::kUsage, format("{} works on a live target, not on the file \"{}\"", command.name,
                                          visible(subject.files.front())));
  }
  if (subject.files.empty()) subject.url = targets.empty() ? run.options().url : targets.front();
  return subject;
}

Workplace::Workplace(const Run& run)
    : symbols_(symbol_limits(run.options())),
      // monitor draws a screen of its own.
      environment_{clock_, run.stop, symbols_, decode_limits(run.options()),
                   run.line.command == "monitor" ? nullptr : &progress_},
      progress_(run.err, run.options().quiet) {}

Result<std::unique_ptr<Workplace>> Workplace::open(const Run& run, const Subject& subject) {
  auto place = std::make_unique<Workplace>(run);
  if (!subject.live()) return place;
  Result<target::TargetSpec> spec = target_spec(run.options(), subject.url);
  if (!spec) return std::unexpected(std::move(spec.error()));
  Result<std::unique_ptr<target::HttpSource>> source = target::open_http(*spec, target_limits(run.options()));
  if (!source) return std::unexpected(std::move(source.error()));
  place->source_ = std::move(*source);
  place->session_ = std::make_unique<pipeline::Session>(*place->source_, place->environment_);
  if (run.options().insecure) place->session_->warnings().add(WarningCode::kInsecureTls);
  return place;
}

Result<detect::DetectOptions> detect_options(const Run& run) {
  const Options& options = run.options();
  detect::DetectOptions result;
  result.goroutine_thresholds = options.goroutine_thresholds;
  result.memory_thresholds_mb = options.memory_thresholds;
  for (const std::string& pattern : options.suspicious_patterns) result.suspicious.push_back({pattern, {}});
  for (const std::string& pattern : options.safe_patterns) result.safe.push_back({pattern, {}});
  if (!options.patterns_file.empty()) {
    Result<Patterns> patterns = read_patterns_file(options.patterns_file, run.stop);
    if (!patterns) return std::unexpected(std::move(patterns.error()));
    std::ranges::move(patterns->suspicious, std::back_inserter(result.suspicious));
    std::ranges::move(patterns->safe, std::back_inserter(result.safe));
  }
  result.leakprof_threshold = options.leakprof_threshold;
  result.leakprof_duration = std::chrono::duration_cast<std::chrono::seconds>(options.leakprof_duration);
  result.memory_history = options.memory_history;
  if (run.settings.is_set("memory-critical")) result.memory_limit_bytes = options.memory_thresholds.critical << 20;
  result.goroutines = !options.memory_only;
  result.memory = !options.goroutines_only;
  return result;
}

Result<pipeline::LookOptions> look_options(const Run& run, const Command& command, std::size_t default_samples) {
  const Options& options = run.options();
  Result<detect::DetectOptions> detect = detect_options(run);
  if (!detect) return std::unexpected(std::move(detect.error()));
  pipeline::LookOptions look;
  look.command = command.name;
  look.detect = std::move(*detect);
  look.plan.goroutines = !options.memory_only;
  look.plan.memory = !options.goroutines_only;
  look.plan.max_goroutines_full = options.max_goroutines_full;
  look.samples = options.samples == 0 ? default_samples : options.samples;
  look.interval = options.sample_interval;
  look.settle_gc = options.settle_gc;
  look.stacks = std::ranges::any_of(options.format, [](const std::string& name) {
    const report::Format* format = report::find_format(name);
    return format != nullptr && report::shows_stacks(*format);
  });
  if (options.force_gc) {
    look.gc = pipeline::GcOptions{.cycles = options.gc_cycles,
                                  .wait = options.gc_wait,
                                  .threshold = options.gc_threshold,
                                  .goroutines = !options.memory_only,
                                  .memory = !options.goroutines_only,
                                  .filter = {}};
  }
  return look;
}

Result<void> check_settings(Run& run, const Command& command, const Subject& subject) {
  Options& options = run.settings.options();
  if (options.goroutines_only && options.memory_only) {
    return fail(ErrorCode::kUsage, "-goroutines-only and -memory-only leave nothing to measure: give one of them");
  }
  if (const std::string_view flag = contradiction(options, command); !flag.empty()) {
    return fail(ErrorCode::kUsage, format("-{} contradicts {}", flag, command.name));
  }
  if (options.force_gc && !subject.live()) {
    return fail(ErrorCode::kUsage, "-force-gc needs a live target: files can't be made to collect garbage");
  }
  if (options.format.size() > 1 && options.output.empty()) {
    return fail(ErrorCode::kUsage, "several formats need -o BASE: stdout carries one");
  }
  if (!options.notify.empty()) {
    if (Result<void> valid = check_notify(options); !valid) return valid;
  }
  if (!options.baseline.empty()) {
    Result<std::vector<BaselineEntry>> baseline = read_baseline(options.baseline, run.stop);
    if (!baseline) return std::unexpected(std::move(baseline.error()));
    run.baseline = std::move(*baseline);
  }
  if (Result<void> fit = fit_thresholds(run.settings, "goroutine", options.goroutine_thresholds); !fit) return fit;
  return fit_thresholds(run.settings, "memory", options.memory_thresholds);
}

}  // namespace lf::cli
