#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/stop.h"
#include "decode/decoder.h"
#include "model/report.h"
#include "model/snapshot.h"
#include "model/symbols.h"
#include "pipeline/own_connections.h"
#include "pipeline/progress.h"
#include "target/source.h"

namespace lf::pipeline {

/// Above this many heap records debug=1 is dearer than protobuf: 264 times the bytes at 50,000 (go-profiles, 7).
inline constexpr std::uint64_t kHeapRecordsAsText = 2'000;

/// What one measurement wants to know, and how much it may cost the target (spec, section 5).
struct MeasurePlan {
  bool goroutines = true;
  bool memory = true;
  bool identities = false;        ///< goroutine ids and waits: debug=2, within `max_goroutines_full`
  bool force_collection = false;  ///< read the heap with gc=1
  bool keep_goroutine_bytes = false;
  bool keep_heap_bytes = false;
  bool heap_protobuf = false;  ///< ask for the protobuf form of the heap whatever the number of its records
  std::uint64_t max_goroutines_full = 1'000;
};

/// Leaves out what the user does not want to see, before anything is counted; may be empty.
using ProfileFilter = std::function<void(GoroutineProfile& profile)>;

/// The bytes of a profile as the target sent them, for saving.
struct RawProfile {
  decode::ContentKind kind = decode::ContentKind::kUnknown;
  std::vector<std::byte> bytes;
};

/// A profile for a capture: which it is, and its bytes.
struct RecordedProfile {
  std::string profile;  ///< "goroutine", "heap", "goroutineleak", "memstats"
  unsigned debug = 0;   ///< the form that was asked for
  RawProfile raw;
};

/// What one measurement got. A part that could not be had is in `errors`; the rest stands.
struct Measurement {
  Snapshot snapshot;
  RawProfile goroutine_bytes, heap_bytes, leak_bytes;
  std::vector<Error> errors;
};

/// A measurement for later: everything raw, within the limits of the plan.
struct Recording {
  Measurement measurement;  ///< of the cheap forms
  std::vector<RecordedProfile> profiles;
  std::vector<decode::IndexRow> index;  ///< of the index page, empty where there is none
};

/// What the runs of one command share, whatever they read from.
struct Environment {
  Clock& clock;
  const Stop& stop;
  Symbols& symbols;
  decode::DecodeLimits limits;
  Progress* progress = nullptr;  ///< hears of transfers that take long; may be null
};

/// Measures one live target, sparing it: index first, then goroutine and heap side by side on kept-alive connections.
///
/// Learns from answer to answer what the target offers (no index, no /debug/vars) and does not ask again. Not for two
/// threads at once.
class Session {
 public:
  Session(target::HttpSource& source, Environment environment) : source_(source), environment_(environment) {}

  /// One measurement. Fails when nothing of what `plan` wants could be read; with kInterrupted when the user stopped
  /// it.
  [[nodiscard]] Result<Measurement> measure(const MeasurePlan& plan);

  /// Reads the runtime's leak profile into `measurement`, where it is offered, the last goroutine profile shows no
  /// pile-up on one lock, and the count is within `max_goroutines_full`. What is skipped is noted; once a session.
  void read_leak_profile(Measurement& measurement, std::uint64_t max_goroutines_full, bool keep_bytes = false);

  /// Everything that `plan` allows as the target sends it: index, goroutine and heap protobuf side by side, then
  /// debug=2 and heap debug=1 within their limits (else memstats of /debug/vars), the leak profile where asked for.
  /// Fails as `measure` does.
  [[nodiscard]] Result<Recording> record(const MeasurePlan& plan, bool leak_profile);

  /// Forces one collection and reads the heap after it, in the form the target is cheapest with.
  [[nodiscard]] Result<Measurement> force_collection();

  /// The heap as protobuf, as the target sends it, for saving.
  [[nodiscard]] Result<RawProfile> read_heap_protobuf();

  const Cost& cost() const { return cost_; }
  const Warnings& warnings() const { return warnings_; }
  Warnings& warnings() { return warnings_; }
  /// What the target does not offer, each once.
  const std::vector<std::string>& notes() const { return notes_; }
  /// What was not asked, to spare the target, and the flag that allows it, each once.
  const std::vector<std::string>& skipped() const { return skipped_; }
  const std::vector<std::string>& profiles_read() const { return profiles_read_; }
  const TargetText& go_version() const { return go_version_; }
  std::string_view display_url() const { return source_.display_url(); }

 private:
  /// One profile asked for: the decoder its bytes go to, and a copy of them where they are to be saved.
  struct Ask {
    std::string path;
    bool from_root = false;
    bool keep_bytes = false;
    std::unique_ptr<decode::Decoder> decoder = nullptr;
    std::vector<std::byte> bytes = {};
    target::Response response = {};
  };

  [[nodiscard]] Result<void> read_index();
  [[nodiscard]] Result<void> fetch(std::span<Ask> asks);
  Result<decode::Decoded> take(Ask& ask);
  void add_goroutines(Ask& ask, const MeasurePlan& plan, Measurement& measurement);
  void add_heap(Ask& ask, const MeasurePlan& plan, Measurement& measurement);
  void read_vars(Measurement& measurement, std::vector<std::byte>* bytes = nullptr);
  void record_detail(const MeasurePlan& plan, Recording& recording);
  bool within_full(const MeasurePlan& plan, std::uint64_t total);
  void read_full_dump(const MeasurePlan& plan, Measurement& measurement);
  bool index_count(std::string_view profile, std::uint64_t& count) const;
  std::string heap_path(const MeasurePlan& plan) const;
  void note(std::string text);
  void skip(std::string text);
  void note_profile(std::string_view name);

  target::HttpSource& source_;
  Environment environment_;
  Cost cost_;
  Warnings warnings_;
  std::vector<std::string> notes_, skipped_;
  std::vector<std::string> profiles_read_;
  TargetText go_version_;
  std::vector<decode::IndexRow> index_;
  enum class Known : std::uint8_t { kUnknown, kYes, kNo };
  Known has_index_ = Known::kUnknown;
  Known has_vars_ = Known::kUnknown;
  bool leak_profile_done_ = false;
  OwnConnections own_connections_;
  bool side_by_side_ = false;  ///< two requests have been under way at once, on a connection each
  bool timed_out_ = false;     ///< in this measurement: no further request is made
};

}  // namespace lf::pipeline
