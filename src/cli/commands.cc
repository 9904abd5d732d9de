#include <algorithm>
#include <array>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/suggest.h"

namespace lf::cli {
namespace {

using Examples = std::array<std::string_view, 3>;

constexpr Examples kCheckExamples{"leakfinder check",
                                  "leakfinder check :8080 -goroutine-critical=1000 -fail-on=critical",
                                  "leakfinder check dump.txt"};
constexpr Examples kAnalyzeExamples{"leakfinder analyze", "leakfinder analyze -samples=10 -sample-interval=1s :8080",
                                    "leakfinder analyze before.txt.gz after.txt.gz"};
constexpr Examples kMonitorExamples{"leakfinder monitor",
                                    "leakfinder monitor -monitor-duration=10m -monitor-interval=5s :8080",
                                    "leakfinder monitor -force-gc -memory-only"};
constexpr Examples kCompareExamples{"leakfinder compare -- ./loadtest.sh",
                                    "leakfinder compare -wait=30s -goroutines-only",
                                    "leakfinder compare before.tar.gz after.tar.gz"};
constexpr Examples kFilterExamples{"leakfinder filter -filter-pkg=database/sql", "FILTER_FUNC=worker leakfinder filter",
                                   "leakfinder filter -exclude-patterns=time.Sleep,sync. -force-gc"};
constexpr Examples kPatternsExamples{"leakfinder patterns",
                                     "leakfinder patterns -leakprof-samples=12 -leakprof-interval=5s",
                                     "leakfinder patterns s1.txt s2.txt s3.txt -sample-interval=10s"};
constexpr Examples kChannelsExamples{"leakfinder channels", "leakfinder channels -leakprof-threshold=10 :8080",
                                     "leakfinder channels crash.log"};
constexpr Examples kMemoryExamples{"leakfinder memory", "leakfinder memory -samples=6 -sample-interval=10s",
                                   "leakfinder memory heap1.pb.gz heap2.pb.gz"};
constexpr Examples kCaptureExamples{"leakfinder capture -o before.tar.gz",
                                    "leakfinder capture -samples=30 -sample-interval=1m -o night :8080",
                                    "leakfinder capture -memory-only -output-dir=captures"};
constexpr std::array<std::string_view, 2> kExplainExamples{"leakfinder explain",
                                                           "leakfinder explain goroutine/growing-site"};
constexpr Examples kCompletionExamples{
    "leakfinder completion bash > ~/.local/share/bash-completion/completions/leakfinder",
    "leakfinder completion zsh > ~/.zfunc/_leakfinder",
    "leakfinder completion fish > ~/.config/fish/completions/leakfinder.fish"};
constexpr Examples kHelpExamples{"leakfinder help", "leakfinder help analyze", "leakfinder help monitor"};
constexpr std::array<std::string_view, 1> kVersionExamples{"leakfinder version"};

constexpr std::array kCommands{
    Command{
        "check", "[TARGET | FILE...]", "one measurement: counts, levels, health, the most crowded blocked sites",
        "Measures goroutines and memory once, lightly, and says how healthy the target is. Made for a quick look and "
        "for CI. One sample shows what there is, not what grows: analyze, patterns and monitor take several.",
        kCheckExamples, Input::kTargetOrFiles, run_check},
    Command{
        "analyze", "[TARGET | FILE...]", "what leaks, in half a second where nothing is in doubt; saves reports",
        "Takes two quick samples, reads the runtime's own leak profile where it is offered, follows goroutines by id, "
        "and names each leak's line, why it is one, and what to do. While a place is in doubt it looks on, for "
        "-settle at most: growth becomes a leak after three samples over five seconds. -samples and -sample-interval "
        "look longer. Saves the analysis and the raw profiles.",
        kAnalyzeExamples, Input::kTargetOrFiles, run_analyze},
    Command{
        "monitor", "[TARGET]", "watch: values, trends, alerts as they happen, findings at the end",
        "Samples every -monitor-interval for -monitor-duration. On a terminal a live view with sparklines and the top "
        "growing sites (q quits, p pauses, s sorts), in a pipe one line a sample. A target that restarts, is away for "
        "a "
        "while or answers slowly is noted and survived. Ends with a summary, also on Ctrl-C. -force-gc verifies growth "
        "by forced collections.",
        kMonitorExamples, Input::kTarget, run_monitor},
    Command{
        "compare", "[TARGET | BEFORE AFTER...]", "what a load, a deployment or a test left behind",
        "Takes a baseline, then waits for Enter, for -wait, or for the command after --, and measures again, twice, so "
        "that what was merely in flight does not count. Shows differences by site in goroutines and live heap. "
        "-rounds=N repeats the command: what grows every round leaks, what grew once was warm-up.",
        kCompareExamples, Input::kTargetOrFiles, run_compare},
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
        "memory, stacks, and what is not on the Go heap. While it is in doubt whether the heap grows, it looks on, for "
        "-settle at most, and forces a collection at both ends where none comes by itself (-settle-gc).",
        kMemoryExamples, Input::kTargetOrFiles, run_memory},
    Command{
        "capture", "[TARGET]", "record raw profiles and a manifest, to analyse later, elsewhere, again",
        "Records -samples samples, -sample-interval apart, into a folder or, where -o ends in .tar.gz, an archive: "
        "goroutine and heap protobuf each time, the goroutine dump with ids (within -max-goroutines-full) and the heap "
        "with memory statistics, the runtime's leak profile last. The manifest tells times, target, Go version, counts "
        "and what was skipped; no credentials are in it. check, analyze, patterns, channels, memory, filter and "
        "compare take the folder or the archive as a file. After Ctrl-C the same command goes on where it stopped.",
        kCaptureExamples, Input::kTarget, run_capture},
    Command{"explain", "[RULE]", "what a rule means, how it decides, and how such a leak is mended",
            "Tells about one rule: what it means, how it decides, an example of the leak and of its fix. Without a "
            "rule it lists them all.",
            kExplainExamples, Input::kNothing, run_explain},
    Command{"completion", "bash|zsh|fish", "a script that completes commands, flags and values",
            "Prints a completion script for the shell. The Debian package installs all three.", kCompletionExamples,
            Input::kNothing, run_completion},
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

Error unknown_command(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Command& command : commands()) known.push_back(command.name);
  const std::string_view meant = nearest(name, known);
  std::string message = format("unknown command \"{}\"", visible(name));
  message += meant.empty() ? "; 'leakfinder help' lists them" : format(": did you mean {}?", meant);
  return {ErrorCode::kUsage, std::move(message), {}};
}

}  // namespace lf::cli
