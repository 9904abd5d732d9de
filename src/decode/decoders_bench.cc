// Microbenchmarks of each decoder on generated and recorded bodies, from memory: scripts/bench measures whole files and
// processes.

#include <algorithm>
#include <functional>
#include <span>
#include <string>

#include <benchmark/benchmark.h>

#include "decode/decoder.h"
#include "decode/gzip.h"
#include "decode/proto_wire.h"
#include "decode/testing/generated_profile.h"
#include "decode/testing/sample_files.h"

namespace lf::decode {
namespace {

using testing::DumpShape;
using testing::HeapShape;

DumpShape dump_shape(const benchmark::State& state) {
  return {.seed = 1,
          .goroutines = static_cast<std::size_t>(state.range(0)),
          .stacks = {.stacks = static_cast<std::size_t>(state.range(1)), .frames_min = 13, .frames_max = 29}};
}

std::string collect(const std::function<void(const testing::TextSink&)>& generate) {
  std::string text;
  generate([&](std::string_view piece) { text += piece; });
  return text;
}

/// Decodes `body` again and again, each time with symbols of its own, in pieces of 256 KiB as a file gives them.
void decode_repeatedly(benchmark::State& state, ContentKind kind, const std::string& body) {
  constexpr std::size_t kPiece = 256 * 1024;
  for (auto _ : state) {
    Symbols symbols;
    const auto decoder = make_decoder(kind, symbols, {});
    for (auto rest = std::as_bytes(std::span(body)); !rest.empty();) {
      const auto piece = rest.first(std::min(rest.size(), kPiece));
      decoder->feed(piece);
      rest = rest.subspan(piece.size());
    }
    auto decoded = decoder->finish();
    if (!decoded) {
      state.SkipWithError(decoded.error().message.c_str());
      return;
    }
    benchmark::DoNotOptimize(decoded);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(body.size()));
}

void goroutine_dump(benchmark::State& state) {
  const DumpShape shape = dump_shape(state);
  decode_repeatedly(state, ContentKind::kGoroutineDump,
                    collect([&](const auto& sink) { generate_debug2(shape, sink); }));
}

void crash_log(benchmark::State& state) {
  DumpShape shape = dump_shape(state);
  shape.forms.crash_header = true;
  const std::string head = "fatal error: all goroutines are asleep - deadlock!\n\n";
  decode_repeatedly(state, ContentKind::kCrashLog,
                    head + collect([&](const auto& sink) { generate_debug2(shape, sink); }));
}

void goroutine_counts(benchmark::State& state) {
  const DumpShape shape = dump_shape(state);
  decode_repeatedly(state, ContentKind::kGoroutineCounts,
                    collect([&](const auto& sink) { generate_debug1(shape, sink); }));
}

void goroutine_protobuf(benchmark::State& state) {
  decode_repeatedly(state, ContentKind::kGoroutineProtobuf, testing::generate_goroutine_profile(dump_shape(state)));
}

void heap_protobuf(benchmark::State& state) {
  const HeapShape shape{.seed = 1, .samples = static_cast<std::size_t>(state.range(0))};
  decode_repeatedly(state, ContentKind::kHeapProtobuf, testing::generate_heap_profile(shape));
}

void heap_text(benchmark::State& state) {
  const HeapShape shape{.seed = 1, .samples = static_cast<std::size_t>(state.range(0))};
  decode_repeatedly(state, ContentKind::kHeapText,
                    collect([&](const auto& sink) { generate_heap_debug1(shape, sink); }));
}

void leak_protobuf(benchmark::State& state) {
  const std::string packed = testing::read_testdata("goroutineleak-go1.27-main-select-argx.pb.gz");
  const Gunzipped body = gunzip(testing::as_byte_span(packed), 1 << 20);
  decode_repeatedly(state, ContentKind::kLeakProtobuf, std::string(as_text(body.bytes.items())));
}

void leak_counts(benchmark::State& state) {
  decode_repeatedly(state, ContentKind::kLeakCounts,
                    testing::read_testdata("goroutineleak-debug1-go1.27-main-select-argx.txt"));
}

void index_page(benchmark::State& state) {
  decode_repeatedly(state, ContentKind::kIndexPage, testing::read_testdata("index-go1.27.0-zoo.html"));
}

/// What expvar serves: the runtime's MemStats between counters of the program.
void vars(benchmark::State& state) {
  std::string counters;
  for (int i = 0; i < state.range(0); ++i) counters += ",\n\"counter" + std::to_string(i) + "\": 12345";
  std::string sizes;
  for (int i = 0; i < 61; ++i) sizes += std::string(i == 0 ? "" : ",") + R"({"Size":16,"Mallocs":900,"Frees":800})";
  decode_repeatedly(state, ContentKind::kVars,
                    R"({"cmdline": ["/bin/service"], "memstats": {"Alloc":1048576,"TotalAlloc":99,"Sys":4194304,)"
                    R"("HeapAlloc":1048576,"HeapSys":2097152,"NumGC":7,"BySize":[)" +
                        sizes + "]}" + counters + "}\n");
}

BENCHMARK(goroutine_dump)
    ->Args({1'000, 50})
    ->Args({10'000, 500})
    ->Args({10'000, 10'000})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(crash_log)->Args({10'000, 500})->Unit(benchmark::kMillisecond);
BENCHMARK(goroutine_counts)->Args({100'000, 500})->Args({100'000, 5'000})->Unit(benchmark::kMillisecond);
BENCHMARK(goroutine_protobuf)->Args({100'000, 500})->Args({100'000, 5'000})->Unit(benchmark::kMillisecond);
BENCHMARK(heap_protobuf)->Arg(1'000)->Arg(50'000)->Unit(benchmark::kMillisecond);
BENCHMARK(heap_text)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(leak_protobuf)->Unit(benchmark::kMicrosecond);
BENCHMARK(leak_counts)->Unit(benchmark::kMicrosecond);
BENCHMARK(index_page)->Unit(benchmark::kMicrosecond);
BENCHMARK(vars)->Arg(10)->Arg(1'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace lf::decode

BENCHMARK_MAIN();
