#include "mutations.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <span>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include "attempts.h"
#include "base/clock.h"
#include "base/stop.h"
#include "base/testing/source_dir.h"
#include "decode/testing/random.h"
#include "decode/testing/sample_files.h"
#include "pipeline/look.h"
#include "pipeline/progress.h"

namespace lf::fuzz {
namespace {

using decode::testing::Random;

struct Body {
  std::string name, bytes;
  std::size_t told_from;  ///< prefixes of at least so many bytes must give goroutines or heap
};

/// A file without a name, that is gone when it is closed: nothing is written to a disk a hundred thousand times.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("leakfinder-mutation", MFD_CLOEXEC)) {}
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  bool hold(std::string_view bytes) const {
    return ::ftruncate(fd_, 0) == 0 &&
           ::pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
  }
  std::string path() const { return format("/proc/self/fd/{}", fd_); }

 private:
  int fd_;
};

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// What `analyze FILE` does, but for printing.
Result<pipeline::Looked> analyze(const std::string& path) {
  SystemClock clock;
  const NeverStop stop;
  Symbols symbols;
  pipeline::Environment environment{clock, stop, symbols, {}};
  pipeline::LookOptions options;
  options.command = "analyze";
  pipeline::NoProgress progress;
  return pipeline::look_at_files(std::span(&path, 1), environment, options, progress);
}

bool has_something(const Result<pipeline::Looked>& looked) {
  return looked && (looked->report.goroutines || looked->report.memory);
}

/// Behind its first half and its first line, and in a dump behind its first frame, a text has something to tell: a
/// panic's message and a program's log before it may be longer than the dump.
std::size_t told_from(std::string_view name, std::string_view text) {
  if (name.ends_with(".gz") || name.starts_with("index")) return std::string::npos;
  const std::size_t from = std::max(text.size() / 2, std::min(text.find('\n'), text.size())) + 1;
  const std::size_t header = text.find("]:");
  if (header == std::string_view::npos) return from;
  std::size_t end = header;
  for (int lines = 0; lines < 3; ++lines) end = text.find('\n', std::min(end + 1, text.size()));
  return std::max(from, std::min(end, text.size()) + 1);
}

std::vector<Body> recorded_bodies(const MemoryFile& file) {
  std::vector<Body> bodies;
  for (const std::string_view folder : {"decode", "samples"}) {
    for (const auto& path : decode::testing::files_with(source_dir() / "testdata" / folder, "-go")) {
      Body body{path.filename().string(), decode::testing::read_bytes(path), std::string::npos};
      if (body.bytes.empty()) continue;
      if (file.hold(body.bytes) && has_something(analyze(file.path())))
        body.told_from = told_from(body.name, body.bytes);
      bodies.push_back(std::move(body));
    }
  }
  return bodies;
}

enum class Damage : std::uint8_t { kBits, kCut, kSplice, kPrefix };
constexpr std::array<std::string_view, 4> kDamageNames{"bits", "cut", "splice", "prefix"};

std::string damaged(const Body& body, Damage damage, const std::vector<Body>& others, Random& random) {
  std::string bytes = body.bytes;
  const std::size_t at = random.below(bytes.size());
  switch (damage) {
    case Damage::kBits:
      for (std::size_t flips = random.between(1, 16); flips > 0; --flips) {
        char& byte = bytes[random.below(bytes.size())];
        byte = static_cast<char>(byte ^ static_cast<char>(1U << random.below(8)));
      }
      break;
    case Damage::kCut:
      bytes.erase(at, random.between(1, 2000));
      break;
    case Damage::kSplice: {
      const std::string& other = others[random.below(others.size())].bytes;
      bytes.replace(at, random.below(500), other, random.below(other.size()), random.between(1, 4000));
      break;
    }
    case Damage::kPrefix:
      bytes.resize(at);
      break;
  }
  return bytes;
}

std::string broken_promise(const Result<pipeline::Looked>& looked, double seconds, bool must_have_something) {
  if (seconds > 1) return format("took {:.2f} s of processor time", seconds);
  if (!looked) {
    if (std::string broken = broken_message(looked.error().message); !broken.empty()) return broken;
  }
  if (must_have_something && !has_something(looked)) {
    return "cut behind its first half, and nothing was found" + (looked ? "" : ": " + looked.error().message);
  }
  return {};
}

}  // namespace

MutationRun run_mutations(std::uint64_t inputs, std::uint64_t seed, std::string_view keep_in) {
  MutationRun run;
  Random random(seed);
  const MemoryFile file;
  const std::vector<Body> bodies = recorded_bodies(file);
  if (bodies.empty()) return run;
  for (; run.inputs < inputs; ++run.inputs) {
    const Body& body = bodies[random.below(bodies.size())];
    const auto damage = static_cast<Damage>(random.below(kDamageNames.size()));
    const std::string bytes = damaged(body, damage, bodies, random);
    const std::string what = format("input {} of seed {}: {}, {}, {} bytes", run.inputs, seed, body.name,
                                    kDamageNames[static_cast<std::size_t>(damage)], bytes.size());
    if (!file.hold(bytes)) {
      run.broken.push_back(what + ": could not be held");
      return run;
    }
    const double before = processor_seconds();
    const Result<pipeline::Looked> looked = analyze(file.path());
    const double seconds = processor_seconds() - before;
    if (seconds > run.slowest_s) {
      run.slowest_s = seconds;
      run.slowest = what;
    }
    ++(looked ? run.analysed : run.refused);
    const bool must = damage == Damage::kPrefix && bytes.size() >= body.told_from;
    run.prefixes += must ? 1U : 0U;
    const std::string broken = broken_promise(looked, seconds, must);
    if (broken.empty()) continue;
    run.broken.push_back(what + ": " + broken);
    if (!keep_in.empty()) std::ofstream(std::string(keep_in), std::ios::binary) << bytes;
  }
  return run;
}

}  // namespace lf::fuzz
