#pragma once

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/detect.h"
#include "detect/site.h"

namespace lf::detect::testing {

/// Goroutines of one kind in one dump: their ids, their state, their stack ("function:line", leaf first), who started
/// them ("function:line", empty for main).
struct Crew {
  std::vector<std::uint64_t> ids{};
  WaitState state = WaitState::kChanReceive;
  std::vector<std::string> stack{"main.work:10"};
  std::string creator = "main.main:5";
  std::uint16_t minutes = 0;
  std::uint8_t flags = 0;
  std::uint64_t address = 0;  ///< of the lock they wait on
  std::uint32_t parent = 0;   ///< 0: not told
};

/// Ids `first`, `first` + 1, …
inline std::vector<std::uint64_t> ids(std::uint64_t first, std::uint64_t count) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(first + i);
  return out;
}

/// Live heap of one allocating function: bytes in objects of one size.
struct Allocation {
  std::string function = "main.grow";
  std::int64_t bytes = 0, objects = 1;
  std::vector<std::string> callers{"main.main:3"};
};

/// Builds a history sample by sample and judges it. Library functions get files under /go/src, others under /src.
class Scene {
 public:
  Symbols symbols;
  History history{symbols};
  DetectOptions options;

  FrameId frame(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const std::string_view function = text.substr(0, colon);
    const auto line = static_cast<std::uint32_t>(std::atoi(std::string(text.substr(colon + 1)).c_str()));
    const std::string_view package = package_of(function);
    const bool library = package != "main" && !package.substr(0, package.find('/')).contains('.');
    const std::string file = library ? "/go/src/" + std::string(package) + "/x.go" : "/src/app/main.go";
    return symbols.intern(Frame{symbols.intern(function), symbols.intern(file), line});
  }

  StackId stack(const std::vector<std::string>& texts) {
    std::vector<FrameId> frames;
    for (const std::string& text : texts) frames.push_back(frame(text));
    return symbols.intern_stack(frames);
  }

  Snapshot at(double seconds) {
    const auto since = std::chrono::milliseconds(static_cast<long>(seconds * 1000));
    Snapshot snapshot;
    snapshot.taken_at = WallTime(std::chrono::hours(1) + since);
    snapshot.steady_at = SteadyTime(since);
    return snapshot;
  }

  GoroutineProfile dump(const std::vector<Crew>& crews) {
    GoroutineProfile profile;
    bool parents = false;
    for (const Crew& crew : crews) {
      for (const std::uint64_t id : crew.ids) {
        Goroutine goroutine;
        goroutine.id = id;
        goroutine.stack = stack(crew.stack);
        if (!crew.creator.empty()) goroutine.creator = frame(crew.creator);
        goroutine.state = crew.state;
        goroutine.wait_minutes = crew.minutes;
        goroutine.flags = crew.flags;
        profile.goroutines.push_back(goroutine);
        profile.parents.push_back(crew.parent);
        parents = parents || crew.parent != 0;
        if (crew.address != 0) profile.sync_waits.push_back({id, crew.address});
      }
    }
    if (!parents) profile.parents.clear();
    profile.total = profile.goroutines.size();
    return profile;
  }

  GoroutineProfile counts(const std::vector<std::pair<Crew, std::int64_t>>& crews) {
    GoroutineProfile profile;
    profile.form = GoroutineForm::kProtobuf;
    for (const auto& [crew, count] : crews) {
      profile.counts.push_back({.stack = stack(crew.stack), .labels = {}, .state = crew.state, .count = count});
      profile.total += static_cast<std::uint64_t>(count);
    }
    return profile;
  }

  void see(double seconds, const std::vector<Crew>& crews) {
    Snapshot snapshot = at(seconds);
    snapshot.goroutines = dump(crews);
    history.push(snapshot);
  }

  void see_cut(double seconds, const std::vector<Crew>& crews) {
    Snapshot snapshot = at(seconds);
    snapshot.goroutines = dump(crews);
    snapshot.goroutines->truncated = true;
    history.push(snapshot);
  }

  void see_counts(double seconds, const std::vector<std::pair<Crew, std::int64_t>>& crews) {
    Snapshot snapshot = at(seconds);
    snapshot.goroutines = counts(crews);
    history.push(snapshot);
  }

  /// A heap profile with MemStats after `collections`.
  Snapshot heap(double seconds, const std::vector<Allocation>& allocations, std::uint64_t collections) {
    Snapshot snapshot = at(seconds);
    HeapProfile profile{.samples = {}, .rate_bytes = 512 * 1024};
    for (const Allocation& allocation : allocations) {
      std::vector<std::string> frames{allocation.function + ":20"};
      frames.insert(frames.end(), allocation.callers.begin(), allocation.callers.end());
      profile.samples.push_back({.stack = stack(frames),
                                 .inuse_objects = allocation.objects,
                                 .inuse_bytes = allocation.bytes,
                                 .alloc_objects = allocation.objects,
                                 .alloc_bytes = allocation.bytes});
    }
    MemoryStats stats;
    stats.num_gc = collections;
    stats.total_alloc_bytes = collections << 24;
    stats.next_gc_bytes = static_cast<std::uint64_t>(profile.live_bytes()) * 2;
    snapshot.heap = std::move(profile);
    snapshot.memory = stats;
    return snapshot;
  }

  std::vector<Finding> judge() {
    Result<Verdicts> verdicts = run(history, options);
    return verdicts ? std::move(verdicts->findings) : std::vector<Finding>{};
  }

  /// The finding at `function`, or one of no rule.
  Finding about(std::string_view function) {
    for (Finding& finding : judge()) {
      if (finding.site.function.raw() == function) return std::move(finding);
    }
    return {};
  }

  /// The highest verdict of all findings.
  Verdict worst() {
    Verdict verdict = Verdict::kInfo;
    for (const Finding& finding : judge()) verdict = std::max(verdict, finding.verdict);
    return verdict;
  }
};

/// A crew that grows by `step` at each of `samples`, 3 s apart, from `first` members on; nobody leaves.
inline void grow(Scene& scene, Crew crew, std::uint64_t first, std::uint64_t step, int samples) {
  for (int i = 0; i < samples; ++i) {
    crew.ids = ids(100, first + step * static_cast<std::uint64_t>(i));
    scene.see(3.0 * i, {{.ids = {1}, .stack = {"main.main:5"}, .creator = ""}, crew});
  }
}

}  // namespace lf::detect::testing
