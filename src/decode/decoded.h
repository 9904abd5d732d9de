#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "model/goroutine.h"
#include "model/heap_sample.h"
#include "model/memory_stats.h"
#include "model/warning.h"

namespace lf::decode {

/// What the bytes turned out to be, by their content.
enum class ContentKind : std::uint8_t {
  kUnknown,
  kGoroutineDump,      ///< goroutine?debug=2
  kCrashLog,           ///< panic, fatal error, SIGQUIT, test timeout; one or several dumps
  kGoroutineCounts,    ///< goroutine?debug=1
  kGoroutineProtobuf,  ///< goroutine?debug=0
  kLeakCounts,         ///< goroutineleak?debug=1
  kLeakProtobuf,       ///< goroutineleak?debug=0
  kHeapText,           ///< heap or allocs?debug=1, with MemStats
  kHeapProtobuf,       ///< heap or allocs?debug=0
  kIndexPage,          ///< /debug/pprof/
  kVars,               ///< /debug/vars
  kOtherProfile,       ///< block, mutex, threadcreate, cpu, trace: nothing about leaks; `what` names it
  kHtml,               ///< some other page: a login, a proxy's error
  kEmpty,
};

/// The kind in words: "goroutine dump (debug=2)", …
std::string_view content_kind_name(ContentKind kind);
/// The same after "is": "a goroutine dump (debug=2)", "something unknown", …
std::string content_kind_with_article(ContentKind kind);

/// A row of the index page: a profile and its count of records.
struct IndexRow {
  TargetText name;
  std::uint64_t count = 0;
};

/// Everything one body held. Stacks and names are in the `Symbols` the decoder was given.
struct Decoded {
  ContentKind kind = ContentKind::kUnknown;
  TargetText what;  ///< kOtherProfile: its name; kHtml: the page's title
  /// Dumps in the order of the text (a log may hold several); one for counts and protobuf. For a goroutineleak
  /// profile the records that say something.
  std::vector<GoroutineProfile> goroutine_profiles;
  std::optional<HeapProfile> heap;
  std::optional<MemoryStats> memory;
  std::vector<IndexRow> index;
  std::optional<WallTime> taken_at;  ///< where the body tells (protobuf time_nanos)
  TargetText go_version;             ///< inferred from GOROOT paths, empty where unknown: "go1.27.0"
  TargetText cause;                  ///< crash log: the panic, fatal error or signal line
  Warnings warnings;
  std::uint64_t size_bytes = 0;  ///< decompressed
};

}  // namespace lf::decode
