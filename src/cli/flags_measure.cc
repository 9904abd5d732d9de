#include <array>

#include "cli/apply.h"
#include "cli/flag.h"

namespace lf::cli {
namespace {

Result<void> store_gc_threshold(Options& options, std::string_view value) {
  Result<double> percent = parse_number(value);
  if (percent && *percent > 100) {
    return fail(ErrorCode::kUsage, format("invalid value \"{}\": expected a percentage, 0 to 100", value));
  }
  return store(options.gc_threshold, std::move(percent));
}

Result<void> add_label(Options& options, std::string_view value) {
  if (value.find('=') == std::string_view::npos || value.front() == '=') {
    return fail(ErrorCode::kUsage, format("invalid value \"{}\": expected key=value", visible(value)));
  }
  options.label.emplace_back(value);
  return {};
}

}  // namespace

std::span<const Flag> measure_flags() {
  static constexpr std::array kFlags{
      Flag{"goroutines-only", "", "false", "goroutines only; the heap is not asked for",
           store_bool<&Options::goroutines_only>, FlagKind::kBool},
      Flag{"memory-only", "", "false", "memory only; goroutines are not asked for", store_bool<&Options::memory_only>,
           FlagKind::kBool},
      Flag{"samples", "N", "1; analyze 2; capture 6", "samples to take; patterns and channels go by -leakprof-samples",
           store_positive<&Options::samples>},
      Flag{"sample-interval", "DURATION", "500ms; capture 10s",
           "time between samples, also assumed between files without times", store_duration<&Options::sample_interval>},
      Flag{"settle", "DURATION", "analyze, memory 10s; others 0",
           "how long to look on while something is in doubt; 0 never", store_duration<&Options::settle>},
      Flag{"settle-gc", "", "true", "force a collection at both ends of that where memory is in doubt and none comes",
           store_bool<&Options::settle_gc>, FlagKind::kBool},
      Flag{"label", "KEY=VALUE", "", "only goroutines with that pprof label; may be repeated", add_label,
           FlagKind::kList},
      Flag{"monitor-duration",
           "DURATION",
           "5m",
           "how long to watch",
           store_duration<&Options::monitor_duration>,
           FlagKind::kValue,
           {},
           "monitor"},
      Flag{"monitor-interval",
           "DURATION",
           "3s",
           "time between samples of monitor",
           store_duration<&Options::monitor_interval>,
           FlagKind::kValue,
           {},
           "monitor"},
      Flag{"memory-history", "N", "10", "samples that the memory pattern looks at",
           store_positive<&Options::memory_history>},
      Flag{"bell",
           "",
           "false",
           "ring the terminal's bell at an alert",
           store_bool<&Options::bell>,
           FlagKind::kBool,
           {},
           "monitor"},
      Flag{"wait",
           "DURATION",
           "",
           "compare: time between baseline and after-measurement, instead of Enter",
           store_duration<&Options::wait>,
           FlagKind::kValue,
           {},
           "compare"},
      Flag{"rounds",
           "N",
           "1",
           "compare: repeat the command and judge the growth a round",
           store_positive<&Options::rounds>,
           FlagKind::kValue,
           {},
           "compare"},
      Flag{"force-gc", "", "false", "verify by forced garbage collections whether what grew is a leak",
           store_bool<&Options::force_gc>, FlagKind::kBool},
      Flag{"gc-cycles", "N", "2", "collections to force", store_positive<&Options::gc_cycles>},
      Flag{"gc-wait", "DURATION", "30s", "time for the program's own clean-up before the last one",
           store_duration<&Options::gc_wait>},
      Flag{"gc-threshold", "PERCENT", "50", "a leak label that freed less than this is a finding", store_gc_threshold},
  };
  return kFlags;
}

}  // namespace lf::cli
