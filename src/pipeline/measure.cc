#include "pipeline/measure.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

#include "base/format.h"

namespace lf::pipeline {

using decode::ContentKind;
using decode::Decoded;

namespace {

/// More goroutines than this on one lock make the leak profile stop the target for long (go-profiles, 7).
constexpr std::uint64_t kPileUp = 1'000;

bool is_goroutines(ContentKind kind) {
  return kind == ContentKind::kGoroutineDump || kind == ContentKind::kGoroutineCounts ||
         kind == ContentKind::kGoroutineProtobuf || kind == ContentKind::kCrashLog;
}

bool is_leaks(ContentKind kind) {
  return kind == ContentKind::kLeakCounts || kind == ContentKind::kLeakProtobuf;
}
bool is_heap(ContentKind kind) {
  return kind == ContentKind::kHeapText || kind == ContentKind::kHeapProtobuf;
}

/// The largest number of goroutines that wait in one lock at one stack.
std::uint64_t largest_pile_up(const GoroutineProfile& profile) {
  const auto in_lock = [](WaitState state) {
    const StateClass group = state_class(state);
    return group == StateClass::kLock || group == StateClass::kWaitGroup;
  };
  std::uint64_t largest = 0;
  std::map<StackId, std::uint64_t> waiting;
  for (const Goroutine& goroutine : profile.goroutines) {
    if (in_lock(goroutine.state)) largest = std::max(largest, ++waiting[goroutine.stack]);
  }
  for (const StackCount& group : profile.counts) {
    if (in_lock(group.state))
      largest = std::max(largest, static_cast<std::uint64_t>(std::max<std::int64_t>(group.count, 0)));
  }
  return largest;
}

}  // namespace

void Session::note(std::string text) {
  if (std::ranges::find(notes_, text) == notes_.end()) notes_.push_back(std::move(text));
}

void Session::skip(std::string text) {
  if (std::ranges::find(skipped_, text) == skipped_.end()) skipped_.push_back(std::move(text));
}

void Session::note_profile(std::string_view name) {
  if (std::ranges::find(profiles_read_, name) == profiles_read_.end()) profiles_read_.emplace_back(name);
}

bool Session::index_count(std::string_view profile, std::uint64_t& count) const {
  const auto row = std::ranges::find_if(index_, [&](const decode::IndexRow& r) { return r.name.raw() == profile; });
  if (row == index_.end()) return false;
  count = row->count;
  return true;
}

Result<void> Session::fetch(std::span<Ask> asks) {
  std::vector<target::Transfer> transfers(asks.size());
  std::uint64_t received = 0;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    Ask& ask = asks[i];
    ask.decoder = decode::make_any_decoder(environment_.symbols, environment_.limits);
    transfers[i].request = {ask.path, ask.from_root, {}};
    transfers[i].sink = [&](std::span<const std::byte> chunk) {
      received += chunk.size();
      if (environment_.progress != nullptr) {
        environment_.progress->update(format("receiving, {:.1f} MiB", static_cast<double>(received) / (1 << 20)), 0,
                                      std::chrono::milliseconds(-1));
      }
      ask.decoder->feed(chunk);
      if (ask.keep_bytes) ask.bytes.insert(ask.bytes.end(), chunk.begin(), chunk.end());
      return true;
    };
    if (ask.path.find("debug=2") != std::string::npos) ++cost_.full_dumps;
    if (ask.path.find("gc=1") != std::string::npos) ++cost_.forced_collections;
  }
  side_by_side_ = side_by_side_ || asks.size() > 1;
  source_.fetch(transfers, environment_.stop);
  if (environment_.progress != nullptr) environment_.progress->end();
  for (std::size_t i = 0; i < asks.size(); ++i) {
    asks[i].response = std::move(transfers[i].response);
    const target::Response& response = asks[i].response;
    ++cost_.requests;
    cost_.bytes += response.body_bytes;
    cost_.slowest = std::max(cost_.slowest, response.duration);
    if (response.error && response.error->code == ErrorCode::kTimeout) timed_out_ = true;
    if (response.error && response.error->code == ErrorCode::kInterrupted) return std::unexpected(*response.error);
  }
  return {};
}

Result<Decoded> Session::take(Ask& ask) {
  const bool partly = ask.response.status == 200 && ask.response.body_bytes > 0;
  if (ask.response.error && !(partly && ask.response.cut)) return std::unexpected(*ask.response.error);
  Result<Decoded> decoded = ask.decoder->finish();
  if (!decoded) {
    // What broke the answer off tells more than what the first bytes of it are not.
    if (ask.response.error) return std::unexpected(*ask.response.error);
    if (decoded.error().where.empty()) decoded.error().where = ask.path;
    decoded.error().message = source_.without_secrets(std::move(decoded.error().message));
    return decoded;
  }
  warnings_.add(decoded->warnings);
  if (ask.response.cut) warnings_.add(WarningCode::kDumpTruncated, format("byte {}", decoded->size_bytes));
  if (!decoded->go_version.empty()) go_version_ = decoded->go_version;
  return decoded;
}

namespace {

/// What to say of an answer that is no profile.
Error not_a_profile(const Decoded& decoded, const target::HttpSource& source, const std::string& path) {
  const std::string where = source.display({.path = path});
  if (decoded.kind == ContentKind::kHtml) {
    const std::string shown = visible(source.without_secrets(std::string(decoded.what.raw())));
    const std::string title = shown.empty() ? "" : format(" titled \"{}\"", shown);
    return {
        ErrorCode::kMalformed,
        format("\"{}\" answered with a web page{} instead of a profile: is it behind a login or a proxy, or is this "
               "not the pprof port?",
               where, title),
        where};
  }
  if (decoded.kind == ContentKind::kEmpty) {
    return {ErrorCode::kMalformed, format("\"{}\" answered with an empty body instead of a profile", where), where};
  }
  return {ErrorCode::kMalformed,
          format("\"{}\" answered with {}, not with the profile asked for: is this Go's net/http/pprof?", where,
                 content_kind_with_article(decoded.kind)),
          where};
}

}  // namespace

Result<void> Session::read_index() {
  Ask ask[1] = {{.path = ""}};
  if (Result<void> fetched = fetch(ask); !fetched) return fetched;
  const target::Response& response = ask[0].response;
  if (response.error) {
    const ErrorCode code = response.error->code;
    // An own mux may serve the profiles without the index: the profiles are asked directly.
    const bool only_index_missing = response.status >= 300 && code != ErrorCode::kUnauthorized;
    if (!only_index_missing) return std::unexpected(*response.error);
    has_index_ = Known::kNo;
    return {};
  }
  const Result<Decoded> decoded = take(ask[0]);
  has_index_ = decoded && decoded->kind == ContentKind::kIndexPage ? Known::kYes : Known::kNo;
  index_ = has_index_ == Known::kYes ? decoded->index : std::vector<decode::IndexRow>{};
  return {};
}

std::string Session::heap_path(const MeasurePlan& plan) const {
  std::uint64_t records = 0;
  const bool as_text = !plan.heap_protobuf && index_count("heap", records) && records <= kHeapRecordsAsText;
  if (plan.force_collection) return as_text ? "heap?gc=1&debug=1" : "heap?gc=1";
  return as_text ? "heap?debug=1" : "heap";
}

void Session::add_goroutines(Ask& ask, const MeasurePlan& plan, Measurement& measurement) {
  Result<Decoded> decoded = take(ask);
  if (!decoded) return measurement.errors.push_back(std::move(decoded.error()));
  if (!is_goroutines(decoded->kind) || decoded->goroutine_profiles.empty()) {
    return measurement.errors.push_back(not_a_profile(*decoded, source_, ask.path));
  }
  // A part of the answer is used, but it is not what was asked for.
  if (ask.response.error) measurement.errors.push_back(*ask.response.error);
  note_profile("goroutine");
  measurement.snapshot.goroutines = std::move(decoded->goroutine_profiles.front());
  own_connections_.mark(environment_.symbols, side_by_side_ ? 2 : 1, *measurement.snapshot.goroutines);
  if (plan.keep_goroutine_bytes) measurement.goroutine_bytes = {decoded->kind, std::move(ask.bytes)};
}

void Session::add_heap(Ask& ask, const MeasurePlan& plan, Measurement& measurement) {
  Result<Decoded> decoded = take(ask);
  if (!decoded) return measurement.errors.push_back(std::move(decoded.error()));
  if (!is_heap(decoded->kind)) {
    return measurement.errors.push_back(not_a_profile(*decoded, source_, ask.path));
  }
  if (ask.response.error) measurement.errors.push_back(*ask.response.error);
  note_profile("heap");
  measurement.snapshot.heap = std::move(decoded->heap);
  measurement.snapshot.memory = std::move(decoded->memory);
  measurement.snapshot.gc_forced = plan.force_collection;
  if (plan.keep_heap_bytes) measurement.heap_bytes = {decoded->kind, std::move(ask.bytes)};
}

/// MemStats for a heap that was read as protobuf, from /debug/vars where the program serves it.
void Session::read_vars(Measurement& measurement, std::vector<std::byte>* bytes) {
  if (has_vars_ == Known::kNo || timed_out_ || measurement.snapshot.memory) return;
  Ask ask[1] = {{.path = "debug/vars", .from_root = true, .keep_bytes = bytes != nullptr}};
  if (Result<void> fetched = fetch(ask); !fetched) return;
  Result<Decoded> decoded = take(ask[0]);
  has_vars_ = decoded && decoded->memory ? Known::kYes : Known::kNo;
  if (has_vars_ == Known::kNo) return;
  note_profile("vars");
  measurement.snapshot.memory = std::move(decoded->memory);
  if (bytes != nullptr) *bytes = std::move(ask[0].bytes);
}

bool Session::within_full(const MeasurePlan& plan, std::uint64_t total) {
  if (total <= plan.max_goroutines_full) return true;
  skip(
      format("goroutine ids and wait times were not read: {} goroutines are more than -max-goroutines-full={}, "
             "and the full dump stops the target",
             total, plan.max_goroutines_full));
  return false;
}

/// Without an index the count was not known before: now the cheap profile has told it.
void Session::read_full_dump(const MeasurePlan& plan, Measurement& measurement) {
  if (!within_full(plan, measurement.snapshot.goroutines->total)) return;
  if (timed_out_) return;
  Ask ask[1] = {{.path = "goroutine?debug=2", .keep_bytes = plan.keep_goroutine_bytes}};
  if (Result<void> fetched = fetch(ask); !fetched) return;
  Measurement full;
  add_goroutines(ask[0], plan, full);
  if (!full.snapshot.goroutines) return;
  measurement.snapshot.goroutines = std::move(full.snapshot.goroutines);
  measurement.goroutine_bytes = std::move(full.goroutine_bytes);
  std::ranges::move(full.errors, std::back_inserter(measurement.errors));
}

Result<Measurement> Session::measure(const MeasurePlan& plan) {
  timed_out_ = false;
  const bool count_matters = plan.goroutines && plan.identities;
  if (has_index_ == Known::kUnknown || (has_index_ == Known::kYes && count_matters)) {
    if (Result<void> index = read_index(); !index) return std::unexpected(std::move(index.error()));
  }
  std::uint64_t count = 0;
  const bool count_known = index_count("goroutine", count);
  const bool full = count_matters && count_known && count <= plan.max_goroutines_full;

  std::vector<Ask> asks;
  if (plan.goroutines)
    asks.push_back({.path = full ? "goroutine?debug=2" : "goroutine", .keep_bytes = plan.keep_goroutine_bytes});
  if (plan.memory) asks.push_back({.path = heap_path(plan), .keep_bytes = plan.keep_heap_bytes});
  Measurement measurement;
  measurement.snapshot.taken_at = environment_.clock.wall();
  measurement.snapshot.steady_at = environment_.clock.steady();
  if (Result<void> fetched = fetch(asks); !fetched) return std::unexpected(std::move(fetched.error()));
  if (plan.goroutines) add_goroutines(asks.front(), plan, measurement);
  if (plan.memory) add_heap(asks.back(), plan, measurement);
  if (measurement.snapshot.goroutines && count_matters && !full) read_full_dump(plan, measurement);
  if (measurement.snapshot.heap && !measurement.snapshot.memory) read_vars(measurement);
  if (!measurement.snapshot.goroutines && !measurement.snapshot.heap && !measurement.errors.empty()) {
    return std::unexpected(std::move(measurement.errors.front()));
  }
  return measurement;
}

void Session::read_leak_profile(Measurement& measurement, std::uint64_t max_goroutines_full, bool keep_bytes) {
  std::uint64_t unused = 0;
  if (leak_profile_done_ || timed_out_ || !measurement.snapshot.goroutines) return;
  if (has_index_ == Known::kYes && !index_count("goroutineleak", unused)) {
    return note("the runtime's leak profile is not offered (it is from Go 1.27 on)");
  }
  const GoroutineProfile& profile = *measurement.snapshot.goroutines;
  const std::uint64_t pile_up = largest_pile_up(profile);
  if (pile_up > kPileUp) {
    return skip(
        format("the leak profile was not read: {} goroutines wait on one lock, which would make it stop the "
               "target for long",
               pile_up));
  }
  if (profile.total > max_goroutines_full) {
    return skip(format("the leak profile was not read: {} goroutines are more than -max-goroutines-full={}",
                       profile.total, max_goroutines_full));
  }
  leak_profile_done_ = true;
  Ask ask[1] = {{.path = "goroutineleak", .keep_bytes = keep_bytes}};
  if (Result<void> fetched = fetch(ask); !fetched) return;
  if (ask[0].response.status == 404) return note("the runtime's leak profile is not offered (it is from Go 1.27 on)");
  Result<Decoded> decoded = take(ask[0]);
  if (!decoded) return measurement.errors.push_back(std::move(decoded.error()));
  if (!is_leaks(decoded->kind)) return;
  note_profile("goroutineleak");
  ++cost_.forced_collections;  // the profile runs one
  if (keep_bytes) measurement.leak_bytes = {decoded->kind, std::move(ask[0].bytes)};
  measurement.snapshot.leaked.emplace();
  if (!decoded->goroutine_profiles.empty()) {
    measurement.snapshot.leaked = std::move(decoded->goroutine_profiles.front().counts);
  }
}

Result<Measurement> Session::force_collection() {
  return measure({.goroutines = false, .memory = true, .force_collection = true});
}

Result<RawProfile> Session::read_heap_protobuf() {
  Ask ask[1] = {{.path = "heap", .keep_bytes = true}};
  if (Result<void> fetched = fetch(ask); !fetched) return std::unexpected(std::move(fetched.error()));
  Result<Decoded> decoded = take(ask[0]);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  if (decoded->kind != ContentKind::kHeapProtobuf) return std::unexpected(not_a_profile(*decoded, source_, "heap"));
  return RawProfile{decoded->kind, std::move(ask[0].bytes)};
}

}  // namespace lf::pipeline
