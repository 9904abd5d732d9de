#include <array>

#include "cli/apply.h"
#include "cli/flag.h"

namespace lf::cli {
namespace {

template <auto Group, auto Member>
Result<void> store_threshold(Options& options, std::string_view value) {
  return store(options.*Group.*Member, parse_count(value));
}

/// Memory thresholds are in MiB; "2GiB" works too.
template <auto Member>
Result<void> store_memory_threshold(Options& options, std::string_view value) {
  Result<std::uint64_t> bytes = parse_size(value);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  options.memory_thresholds.*Member = *bytes >> 20;
  return {};
}

constexpr auto kGoroutines = &Options::goroutine_thresholds;
using detect::Thresholds;

}  // namespace

std::span<const Flag> threshold_flags() {
  static constexpr std::array kFlags{
      Flag{"goroutine-normal", "N", "50", "below: normal", store_threshold<kGoroutines, &Thresholds::normal>},
      Flag{"goroutine-moderate", "N", "100", "below: moderate", store_threshold<kGoroutines, &Thresholds::moderate>},
      Flag{"goroutine-high", "N", "200", "below: high; from here: critical",
           store_threshold<kGoroutines, &Thresholds::high>},
      Flag{"goroutine-critical", "N", "500", "from here: an alert",
           store_threshold<kGoroutines, &Thresholds::critical>},
      Flag{"memory-normal", "MB", "50", "live heap below: normal", store_memory_threshold<&Thresholds::normal>},
      Flag{"memory-moderate", "MB", "100", "below: moderate", store_memory_threshold<&Thresholds::moderate>},
      Flag{"memory-high", "MB", "200", "below: high; from here: critical", store_memory_threshold<&Thresholds::high>},
      Flag{"memory-critical", "MB", "500", "from here: an alert", store_memory_threshold<&Thresholds::critical>},
  };
  return kFlags;
}

}  // namespace lf::cli
