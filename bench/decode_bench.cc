// bench_decode file|memory FILE: what `analyze FILE` does up to the records: reads, decodes and groups, all in one
// thread. Prints one line of JSON in the form of the peers (bench/peers/measure): time, peak memory, and a digest of
// the answer.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "decode/decoder.h"
#include "target/source.h"

namespace {

struct Stopwatch {
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  double cpu = processor_seconds();

  static double processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
};

std::uint64_t peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
  }
  return 0;
}

struct Answer {
  std::uint64_t goroutines = 0, groups = 0, digest = 0, id_sum = 0, wait_minutes = 0, samples = 0, lost = 0;
  std::int64_t inuse_bytes = 0;
};

/// FNV-1a of a stack's "function\tfile\tline\n" lines, as the peers compute it.
std::uint64_t digest_stack(const lf::Symbols& symbols, lf::StackId stack) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](std::string_view text) {
    for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  };
  for (const lf::FrameId frame : symbols.stack(stack)) {
    add(symbols.function(frame));
    add("\t");
    add(symbols.file(frame));
    add("\t");
    add(fmt::format("{}\n", symbols.frame(frame).line));
  }
  return hash;
}

Answer answer_of(const lf::decode::Decoded& decoded, const lf::Symbols& symbols) {
  Answer answer;
  std::vector<std::uint64_t> counts(symbols.stack_count() + 1);
  for (const lf::GoroutineProfile& profile : decoded.goroutine_profiles) {
    answer.goroutines += profile.total;
    for (const lf::Goroutine& goroutine : profile.goroutines) {
      ++counts[goroutine.stack.value];
      answer.id_sum += goroutine.id;
      answer.wait_minutes += goroutine.wait_minutes;
    }
    for (const lf::StackCount& count : profile.counts)
      counts[count.stack.value] += static_cast<std::uint64_t>(count.count);
    answer.samples += profile.counts.size();
  }
  for (std::size_t stack = 0; stack < counts.size(); ++stack) {
    if (counts[stack] == 0) continue;
    ++answer.groups;
    answer.digest += counts[stack] * digest_stack(symbols, {static_cast<std::uint32_t>(stack)});
  }
  if (decoded.heap) {
    answer.samples = decoded.heap->samples.size();
    answer.inuse_bytes = decoded.heap->live_bytes();
  }
  for (const lf::WarningCode code :
       {lf::WarningCode::kMalformedGoroutine, lf::WarningCode::kMalformedFrame, lf::WarningCode::kMalformedRecord}) {
    answer.lost += decoded.warnings.count(code);
  }
  return answer;
}

int fail(std::string_view message) {
  fmt::print(stderr, "bench_decode: {}\n", message);
  return 1;
}

int run(bool from_memory, const std::string& path) {
  constexpr std::uint64_t kMaxBytes = 4ULL << 30;
  std::vector<std::byte> held;
  if (from_memory) {
    const auto keep = [&](std::span<const std::byte> chunk) {
      held.insert(held.end(), chunk.begin(), chunk.end());
      return true;
    };
    if (const auto read = lf::target::read_file(path, kMaxBytes, keep); !read) return fail(read.error().message);
  }
  const Stopwatch watch;
  lf::Symbols symbols;
  const auto decoder = lf::decode::make_any_decoder(symbols, {.body_bytes = kMaxBytes});
  std::uint64_t bytes = held.size();
  if (from_memory) {
    decoder->feed(held);
  } else {
    const auto feed = [&](std::span<const std::byte> chunk) {
      decoder->feed(chunk);
      return true;
    };
    const auto read = lf::target::read_file(path, kMaxBytes, feed);
    if (!read) return fail(read.error().message);
    bytes = *read;
  }
  const auto decoded = decoder->finish();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - watch.began).count();
  const double cpu_seconds = Stopwatch::processor_seconds() - watch.cpu;
  const std::uint64_t peak = peak_rss_bytes();
  if (!decoded) return fail(decoded.error().message);

  const Answer answer = answer_of(*decoded, symbols);
  fmt::print(R"({{"tool":"leakfinder","seconds":{:.9f},"cpu_seconds":{:.6f},"peak_rss_bytes":{},"bytes":{},)", seconds,
             cpu_seconds, peak, bytes);
  fmt::print(
      R"("answer":{{"goroutines":{},"groups":{},"stacks":"{:016x}","id_sum":{},"wait_minutes":{},"samples":{},"inuse_bytes":{},"lost":{}}}}})",
      answer.goroutines, answer.groups, answer.digest, answer.id_sum, answer.wait_minutes, answer.samples,
      answer.inuse_bytes, answer.lost);
  fmt::print("\n");
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const std::string_view mode = count == 3 ? values[1] : "";
  if (mode != "file" && mode != "memory") return fail("usage: bench_decode file|memory FILE");
  return run(mode == "memory", values[2]);
}
