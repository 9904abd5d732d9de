#include <algorithm>
#include <iterator>
#include <utility>

#include "base/format.h"
#include "decode/vars.h"
#include "pipeline/measure.h"

// Recording asks in the order of manners: the index, then the two cheap protobuf forms side by side, which tell how
// many goroutines and heap records there are; then, two at a time again, the dearer text forms where they are within
// their limits; the leak profile last, because it wipes the wait times.

namespace lf::pipeline {

using decode::ContentKind;

namespace {

RecordedProfile recorded(std::string_view profile, unsigned debug, RawProfile&& raw) {
  return {std::string(profile), debug, std::move(raw)};
}

}  // namespace

Result<Recording> Session::record(const MeasurePlan& plan, bool leak_profile) {
  timed_out_ = false;
  if (has_index_ != Known::kNo) {
    if (Result<void> index = read_index(); !index) return std::unexpected(std::move(index.error()));
  }
  Recording recording;
  recording.index = index_;
  Measurement& measurement = recording.measurement;
  measurement.snapshot.taken_at = environment_.clock.wall();
  measurement.snapshot.steady_at = environment_.clock.steady();
  MeasurePlan raw = plan;
  raw.keep_goroutine_bytes = raw.keep_heap_bytes = true;
  std::vector<Ask> asks;
  if (plan.goroutines) asks.push_back({.path = "goroutine", .keep_bytes = true});
  if (plan.memory) asks.push_back({.path = "heap", .keep_bytes = true});
  if (Result<void> fetched = fetch(asks); !fetched) return std::unexpected(std::move(fetched.error()));
  if (plan.goroutines) add_goroutines(asks.front(), raw, measurement);
  if (plan.memory) add_heap(asks.back(), raw, measurement);
  if (!measurement.snapshot.goroutines && !measurement.snapshot.heap && !measurement.errors.empty()) {
    return std::unexpected(std::move(measurement.errors.front()));
  }
  if (measurement.snapshot.goroutines) {
    recording.profiles.push_back(recorded("goroutine", 0, std::move(measurement.goroutine_bytes)));
  }
  if (measurement.snapshot.heap) recording.profiles.push_back(recorded("heap", 0, std::move(measurement.heap_bytes)));
  record_detail(raw, recording);
  if (environment_.stop.requested()) return fail(ErrorCode::kInterrupted, "interrupted");
  if (leak_profile) {
    read_leak_profile(measurement, plan.max_goroutines_full, true);
    if (measurement.snapshot.leaked) {
      recording.profiles.push_back(recorded("goroutineleak", 0, std::move(measurement.leak_bytes)));
    }
  }
  return recording;
}

void Session::record_detail(const MeasurePlan& plan, Recording& recording) {
  Measurement& measurement = recording.measurement;
  if (timed_out_) return;
  std::vector<Ask> asks;
  const bool dump = measurement.snapshot.goroutines && within_full(plan, measurement.snapshot.goroutines->total);
  if (dump) asks.push_back({.path = "goroutine?debug=2", .keep_bytes = true});
  bool text = false;
  if (measurement.snapshot.heap) {
    std::uint64_t records = measurement.snapshot.heap->samples.size();
    index_count("heap", records);
    text = records <= kHeapRecordsAsText;
    if (text) {
      asks.push_back({.path = "heap?debug=1", .keep_bytes = true});
    } else {
      skip(
          format("the heap was not read as text: {} records are more than {}, and protobuf is much smaller; memory "
                 "statistics come from /debug/vars where the target serves it",
                 records, kHeapRecordsAsText));
    }
  }
  if (!asks.empty() && !fetch(asks)) return;  // interrupted: the caller sees it
  Measurement detail;
  if (dump) {
    add_goroutines(asks.front(), plan, detail);
    if (detail.snapshot.goroutines) {
      recording.profiles.push_back(recorded("goroutine", 2, std::move(detail.goroutine_bytes)));
    }
  }
  if (text) {
    add_heap(asks.back(), plan, detail);
    if (detail.snapshot.heap) recording.profiles.push_back(recorded("heap", 1, std::move(detail.heap_bytes)));
    measurement.snapshot.memory = std::move(detail.snapshot.memory);
  } else if (measurement.snapshot.heap) {
    std::vector<std::byte> vars;
    read_vars(measurement, &vars);
    if (const std::span<const std::byte> memstats = decode::find_memstats(vars); !memstats.empty()) {
      constexpr std::string_view kFront = "{\"memstats\": ", kBack = "}\n";
      RawProfile raw{ContentKind::kVars, {}};
      std::ranges::copy(std::as_bytes(std::span(kFront)), std::back_inserter(raw.bytes));
      std::ranges::copy(memstats, std::back_inserter(raw.bytes));
      std::ranges::copy(std::as_bytes(std::span(kBack)), std::back_inserter(raw.bytes));
      recording.profiles.push_back(recorded("memstats", 0, std::move(raw)));
    }
  }
  std::ranges::move(detail.errors, std::back_inserter(measurement.errors));
}

}  // namespace lf::pipeline
