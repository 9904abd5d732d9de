#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/format.h"
#include "pipeline/measure.h"
#include "target/source.h"

namespace lf::pipeline::testing {

/// A clock that stands until somebody waits.
class FakeClock final : public Clock {
 public:
  WallTime wall() const override {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(now_.time_since_epoch()));
  }
  SteadyTime steady() const override { return now_; }
  bool wait_until(SteadyTime deadline, const Stop& stop) override {
    if (stop.requested()) return false;
    if (deadline > now_) now_ = deadline;
    return true;
  }
  void pass(std::chrono::milliseconds time) { now_ += time; }

 private:
  SteadyTime now_{std::chrono::hours(24 * 365 * 50)};
};

/// A target without a network: answers each path with a text, and remembers what was asked together.
class ScriptedTarget final : public target::HttpSource {
 public:
  struct Answer {
    int status = 200;
    std::string body;
    ErrorCode code = ErrorCode::kUnreachable;  ///< of the error, where status is not 200
  };
  using Answers = std::function<Answer(std::string_view path)>;

  explicit ScriptedTarget(Answers answers) : answers_(std::move(answers)) {}

  void fetch(std::span<target::Transfer> transfers, const Stop& /*stop*/) override {
    std::vector<std::string> together;
    for (target::Transfer& transfer : transfers) {
      together.push_back(transfer.request.path);
      const Answer answer = answers_(transfer.request.path);
      transfer.response.status = answer.status;
      if (answer.status == 200) {
        transfer.response.body_bytes = answer.body.size();
        transfer.sink(std::as_bytes(std::span(answer.body)));
      } else {
        transfer.response.error = Error{answer.code, lf::format("no answer to {}", transfer.request.path), {}};
      }
    }
    asked.push_back(std::move(together));
  }
  std::string_view display_url() const override { return "http://test/debug/pprof/"; }
  std::string display(const target::ProfileRequest& request) const override {
    return std::string(display_url()) + request.path;
  }
  std::string without_secrets(std::string text) const override { return text; }
  std::uint64_t connections_made() const override { return 1; }

  std::vector<std::vector<std::string>> asked;  ///< paths, by fetch

 private:
  Answers answers_;
};

inline std::string index_page(std::uint64_t goroutines, std::uint64_t heap_records, bool leak_profile = false) {
  const auto row = [](std::uint64_t count, std::string_view name) {
    return lf::format("<tr><td>{0}</td><td><a href='{1}?debug=1'>{1}</a></td></tr>\n", count, name);
  };
  return "<html>\n<head>\n<title>/debug/pprof/</title>\n</head>\n<body>\n/debug/pprof/\n<table>\n" +
         row(goroutines, "goroutine") + (leak_profile ? row(0, "goroutineleak") : "") + row(heap_records, "heap") +
         "</table>\n</body>\n</html>\n";
}

/// Goroutines `first` to `last` in `state` at main.`function`.
inline std::string goroutines(std::uint64_t first, std::uint64_t last, std::string_view state,
                              std::string_view function) {
  std::string text;
  for (std::uint64_t id = first; id <= last; ++id) {
    text += lf::format(
        "goroutine {} [{}]:\nmain.{}(0xc000012345)\n\t/src/app/main.go:17 +0x2b\ncreated by main.main in goroutine 1\n"
        "\t/src/app/main.go:9 +0x1d\n\n",
        id, state, function);
  }
  return text;
}

/// The same as debug=1 counts.
inline std::string goroutine_counts(std::uint64_t count, std::string_view function) {
  return lf::format(
      "goroutine profile: total {0}\n{0} @ 0x48a28a 0x4180ae\n#\t0x48a289\tmain.{1}+0x17\t/src/app/main.go:17\n\n",
      count, function);
}

/// A heap whose only site holds `live` bytes in 1 MiB objects (so large that sampling scales by nothing much), with
/// MemStats.
inline std::string heap_text(std::uint64_t live, std::uint64_t heap_alloc, std::uint64_t num_gc,
                             std::uint64_t total_alloc) {
  const std::uint64_t objects = live >> 20;
  return lf::format(
      "heap profile: {0}: {1} [{0}: {1}] @ heap/1048576\n{0}: {1} [{0}: {1}] @ 0x1 "
      "0x2\n#\t0x1\tmain.fill+0x1\t/src/app/cache.go:7\n\n"
      "\n# runtime.MemStats\n# Alloc = {2}\n# TotalAlloc = {4}\n# Sys = 99999999\n# Lookups = 0\n# Mallocs = 5000\n# "
      "Frees = 10\n"
      "# HeapAlloc = {2}\n# HeapSys = 99999999\n# HeapIdle = 0\n# HeapInuse = {2}\n# HeapReleased = 0\n# HeapObjects = "
      "4990\n"
      "# Stack = 65536 / 65536\n# MSpan = 1 / 1\n# MCache = 1 / 1\n# BuckHashSys = 1\n# GCSys = 1\n# OtherSys = 1\n# "
      "NextGC = {5}\n"
      "# LastGC = 1795422972121327471\n# PauseNs = [1000]\n# PauseEnd = [1795422972121327471]\n# NumGC = {3}\n# "
      "NumForcedGC = 0\n"
      "# GCCPUFraction = 0.001\n# DebugGC = false\n# MaxRSS = 8462336\n",
      objects, objects << 20, heap_alloc, num_gc, total_alloc, std::max<std::uint64_t>(4 << 20, 2 * live));
}

/// Clock, symbols and environment around a scripted target.
struct Bench {
  explicit Bench(ScriptedTarget::Answers answers) : target(std::move(answers)) {}

  FakeClock clock;
  NeverStop stop;
  Symbols symbols;
  Environment environment{clock, stop, symbols, {}};
  ScriptedTarget target;
  Session session{target, environment};
};

}  // namespace lf::pipeline::testing
