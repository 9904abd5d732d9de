#include "pipeline/read_files.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "decode/decoder.h"
#include "target/source.h"

// Files become samples. Each kind of profile (goroutines, heap) is a series of its own; the n-th of one and the n-th of
// the other are one moment, unless the files themselves tell their times (protobuf does): then each stands at its time.

namespace lf::pipeline {

using decode::ContentKind;
using decode::Decoded;
using std::chrono::milliseconds;

namespace {

/// A profile of a file, as a snapshot that holds nothing else.
struct Sample {
  Snapshot snapshot;
  bool has_time = false;
};

struct Collected {
  std::vector<Sample> goroutines, heap;
  FilesRead files;
};

void note_profile(Collected& all, std::string_view name) {
  if (std::ranges::find(all.files.profiles, name) == all.files.profiles.end()) all.files.profiles.emplace_back(name);
}

Error nothing_about_leaks(const std::string& path, const Decoded& decoded) {
  const std::string name = visible(path);
  switch (decoded.kind) {
    case ContentKind::kEmpty:
      return {ErrorCode::kMalformed,
              format("\"{}\" is empty: expected a goroutine or heap profile, a dump or a crash log", name), name};
    case ContentKind::kHtml:
      return {ErrorCode::kUnsupported,
              format("\"{}\" is a web page ({}), not a profile: was it saved from behind a login?", name,
                     visible(decoded.what.raw())),
              name};
    case ContentKind::kOtherProfile:
      return {ErrorCode::kUnsupported,
              format("\"{}\" is a {} profile, which says nothing about leaks: give a goroutine or a heap profile", name,
                     visible(decoded.what.raw())),
              name};
    default:
      return {ErrorCode::kUnsupported,
              format("\"{}\" is {}, which says nothing about leaks: give a goroutine or a heap profile", name,
                     content_kind_name(decoded.kind)),
              name};
  }
}

void add_goroutines(Collected& all, Decoded& decoded) {
  const bool leaks = decoded.kind == ContentKind::kLeakCounts || decoded.kind == ContentKind::kLeakProtobuf;
  note_profile(all, leaks ? "goroutineleak" : "goroutine");
  for (GoroutineProfile& profile : decoded.goroutine_profiles) {
    Sample sample;
    if (decoded.taken_at) sample.snapshot.taken_at = *decoded.taken_at;
    sample.has_time = decoded.taken_at.has_value();
    if (leaks) sample.snapshot.leaked = profile.counts;
    sample.snapshot.goroutines = std::move(profile);
    all.goroutines.push_back(std::move(sample));
  }
}

void add_decoded(Collected& all, const std::string& path, Result<Decoded>&& decoded, std::vector<std::byte>&& bytes) {
  if (!decoded) {
    decoded.error().where = visible(path);
    if (decoded.error().message.find(visible(path)) == std::string::npos) {
      decoded.error().message = format("\"{}\": {}", visible(path), decoded.error().message);
    }
    return all.files.errors.push_back(std::move(decoded.error()));
  }
  for (const Warning& warning : decoded->warnings.all()) {
    all.files.warnings.add(warning.code, warning.message, format("{}: {}", visible(path), warning.where),
                           warning.count);
  }
  if (!decoded->go_version.empty()) all.files.go_version = decoded->go_version;
  if (!decoded->goroutine_profiles.empty()) {
    add_goroutines(all, *decoded);
    all.files.goroutine_bytes = {decoded->kind, std::move(bytes)};
  } else if (decoded->heap) {
    note_profile(all, "heap");
    Sample sample;
    if (decoded->taken_at) sample.snapshot.taken_at = *decoded->taken_at;
    sample.has_time = decoded->taken_at.has_value();
    sample.snapshot.heap = std::move(decoded->heap);
    sample.snapshot.memory = std::move(decoded->memory);
    all.heap.push_back(std::move(sample));
    all.files.heap_bytes = {decoded->kind, std::move(bytes)};
  } else {
    all.files.errors.push_back(nothing_about_leaks(path, *decoded));
  }
}

void read_one(Collected& all, const std::string& path, Environment& environment, bool keep_bytes,
              const std::function<void()>& tell) {
  const std::unique_ptr<decode::Decoder> decoder = decode::make_any_decoder(environment.symbols, environment.limits);
  std::vector<std::byte> bytes;
  const Result<std::uint64_t> read =
      target::read_file(path, environment.limits.body_bytes, [&](std::span<const std::byte> chunk) {
        tell();
        decoder->feed(chunk);
        if (keep_bytes) bytes.insert(bytes.end(), chunk.begin(), chunk.end());
        return !environment.stop.requested();
      });
  if (!read && read.error().code != ErrorCode::kTooLarge) return all.files.errors.push_back(read.error());
  if (!read) all.files.errors.push_back(read.error());
  add_decoded(all, path, decoder->finish(), std::move(bytes));
}

/// Gives a series its times: the profiles' own where all have one, else `interval` apart from the epoch on.
bool place_in_time(std::vector<Sample>& series, milliseconds interval, WallTime first) {
  const bool all_timed = std::ranges::all_of(series, &Sample::has_time);
  for (std::size_t i = 0; i < series.size(); ++i) {
    Snapshot& snapshot = series[i].snapshot;
    if (!all_timed) snapshot.taken_at = first + interval * static_cast<std::int64_t>(i);
    snapshot.steady_at =
        SteadyTime(std::chrono::duration_cast<SteadyTime::duration>(snapshot.taken_at.time_since_epoch()));
  }
  if (all_timed) {
    std::ranges::stable_sort(series, {}, [](const Sample& sample) { return sample.snapshot.taken_at; });
  }
  return all_timed;
}

/// The two series as one, in time order; samples of one moment are one snapshot.
std::vector<Snapshot> merge(Collected& all, milliseconds interval, WallTime now) {
  const std::size_t longest = std::max(all.goroutines.size(), all.heap.size());
  const WallTime first = now - interval * static_cast<std::int64_t>(longest);
  const bool timed =
      std::ranges::all_of(all.goroutines, &Sample::has_time) && std::ranges::all_of(all.heap, &Sample::has_time);
  if (!timed) {
    for (Sample& sample : all.goroutines) sample.has_time = false;
    for (Sample& sample : all.heap) sample.has_time = false;
  }
  place_in_time(all.goroutines, interval, first);
  place_in_time(all.heap, interval, first);
  std::vector<Snapshot> snapshots;
  for (Sample& sample : all.goroutines) snapshots.push_back(std::move(sample.snapshot));
  for (Sample& sample : all.heap) {
    const auto same = std::ranges::find(snapshots, sample.snapshot.taken_at, &Snapshot::taken_at);
    if (same != snapshots.end() && !same->heap) {
      same->heap = std::move(sample.snapshot.heap);
      same->memory = std::move(sample.snapshot.memory);
    } else {
      snapshots.push_back(std::move(sample.snapshot));
    }
  }
  std::ranges::stable_sort(snapshots, {}, &Snapshot::taken_at);
  return snapshots;
}

}  // namespace

Result<FilesRead> read_files(std::span<const std::string> paths, Environment& environment, milliseconds interval,
                             bool keep_bytes, Progress& progress) {
  Collected all;
  for (std::size_t i = 0; i < paths.size() && !environment.stop.requested(); ++i) {
    read_one(all, paths[i], environment, keep_bytes, [&] {
      progress.update(format("reading, {} of {}", i + 1, paths.size()),
                      static_cast<double>(i) / static_cast<double>(paths.size()), milliseconds(-1));
    });
  }
  progress.end();
  if (all.goroutines.empty() && all.heap.empty()) {
    if (all.files.errors.empty()) return fail(ErrorCode::kInterrupted, "interrupted before anything was read");
    return std::unexpected(std::move(all.files.errors.front()));
  }
  all.files.snapshots = merge(all, interval, environment.clock.wall());
  return std::move(all.files);
}

}  // namespace lf::pipeline
