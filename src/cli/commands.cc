#include <algorithm>
#include <array>

#include "cli/command.h"

namespace lf::cli {
namespace {

using Examples = std::array<std::string_view, 3>;

constexpr Examples kCheckExamples{"leakfinder check",
                                  "leakfinder check :8080 -goroutine-critical=1000 -fail-on=critical",
                                  "leakfinder check dump.txt"};
constexpr Examples kAnalyzeExamples{"leakfinder analyze", "leakfinder analyze -samples=10 -sample-interval=1s :8080",
                                    "leakfinder analyze before.txt.gz after.txt.gz"};
constexpr Examples kFilterExamples{"leakfinder filter -filter-pkg=database/sql", "FILTER_FUNC=worker leakfinder filter",
                                   "leakfinder filter -exclude-patterns=time.Sleep,sync. -force-gc"};
constexpr Examples kPatternsExamples{"leakfinder patterns",
                                     "leakfinder patterns -leakprof-samples=12 -leakprof-interval=5s",
                                     "leakfinder patterns s1.txt s2.txt s3.txt -sample-interval=10s"};
constexpr Examples kChannelsExamples{"leakfinder channels", "leakfinder channels -leakprof-threshold=10 :8080",
                                     "leakfinder channels crash.log"};
constexpr Examples kMemoryExamples{"leakfinder memory", "leakfinder memory -samples=6 -sample-interval=10s",
                                   "leakfinder memory heap1.pb.gz heap2.pb.gz"};
constexpr Examples kHelpExamples{"leakfinder help", "leakfinder help analyze", "leakfinder help monitor"};
constexpr std::array<std::string_view, 1> kVersionExamples{"leakfinder version"};

constexpr std::array kCommands{
    Command{
        "check", "[TARGET | FILE...]", "one measurement: counts, levels, health, the most crowded blocked sites",
        "Measures goroutines and memory once, lightly, and says how healthy the target is. Made for a quick look and "
        "for CI. One sample shows what there is, not what grows: analyze, patterns and monitor take several.",
        kCheckExamples, Input::kTargetOrFiles, run_check},
    Command{
        "analyze", "[TARGET | FILE...]", "everything that can be learnt within about a second; saves reports",
        "Takes two quick samples, reads the runtime's own leak profile where it is offered, follows goroutines by id, "
        "and names each leak's line, why it is one, and what to do. -samples and -sample-interval look longer: growth "
        "becomes a leak after three samples over five seconds. Saves the analysis and the raw profiles.",
        kAnalyzeExamples, Input::kTargetOrFiles, run_analyze},
    Command{
        "filter", "[TARGET | FILE...]", "only goroutines that match a function or package",
        "Counts, groups and judges only goroutines of which a frame (or the creator) matches -filter-func and "
        "-filter-pkg, without those that match -exclude-patterns. Any of a list, all of the criteria. The lists come "
        "from flags, FILTER_FUNC, FILTER_PKG, EXCLUDE_PATTERNS, and the configuration file together.",
        kFilterExamples, Input::kTargetOrFiles, run_filter},
    Command{
        "patterns", "[TARGET | FILE...]", "stack signatures that do not resolve, of every kind, scored",
        "Samples goroutines -leakprof-samples times, -leakprof-interval apart, and scores each stack signature that "
        "does not resolve: channels, locks, timers, I/O. 70 and more: high likelihood of a leak; 50 to 69: worth a "
        "look; below 50: normal behaviour.",
        kPatternsExamples, Input::kTargetOrFiles, run_patterns},
    Command{
        "channels", "[TARGET | FILE...]", "goroutines blocked on channels, by source line",
        "Only goroutines blocked in a channel receive, a send or a select, aggregated by the line outside the runtime "
        "and the standard library, sampled as patterns does. Made for production: no alarm on healthy services.",
        kChannelsExamples, Input::kTargetOrFiles, run_channels},
    Command{
        "memory", "[TARGET | FILE...]", "memory in depth, by allocation site",
        "Growth of the live heap by allocation site, allocation rates, GC rate and pauses, objects, idle and released "
        "memory, stacks, and what is not on the Go heap.",
        kMemoryExamples, Input::kTargetOrFiles, run_memory},
    Command{"help", "[COMMAND]", "usage, flags and examples",
            "Shows how LeakFinder is used, or everything about one command.", kHelpExamples, Input::kNothing, run_help},
    Command{"version", "", "the version of this build", "Prints the version.", kVersionExamples, Input::kNothing,
            run_version},
};

}  // namespace

std::span<const Command> commands() {
  return kCommands;
}

const Command* find_command(std::string_view name) {
  const auto* row = std::ranges::find(kCommands, name, &Command::name);
  return row == kCommands.end() ? nullptr : row;
}

}  // namespace lf::cli
