#include "pipeline/read_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "decode/decoder.h"
#include "pipeline/read_capture.h"
#include "target/capture_archive.h"
#include "target/source.h"

// Files become samples. Each kind of profile (goroutines, heap) is a series of its own; the n-th of one and the n-th of
// the other are one moment, unless the files themselves tell their times (protobuf does): then each stands at its time,
// and a goroutine and a heap profile of nearly one time are one moment, as tools take them one after the other.

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
  std::vector<std::vector<Snapshot>> captures;
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
              format("\"{}\" is a web page{}, not a profile: was it saved from behind a login?", name,
                     decoded.what.raw().empty() ? "" : format(" titled \"{}\"", visible(decoded.what.raw()))),
              name};
    case ContentKind::kOtherProfile:
      return {ErrorCode::kUnsupported,
              format("\"{}\" is a {} profile, which says nothing about leaks: give a goroutine or a heap profile", name,
                     visible(decoded.what.raw())),
              name};
    default:
      return {ErrorCode::kUnsupported,
              format("\"{}\" is {}, which says nothing about leaks: give a goroutine or a heap profile", name,
                     content_kind_with_article(decoded.kind)),
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

void add_capture(Collected& all, Result<CaptureRead>&& read) {
  if (!read) return all.files.errors.push_back(std::move(read.error()));
  all.captures.push_back(std::move(read->snapshots));
  for (const std::string& name : read->profiles) note_profile(all, name);
  std::ranges::move(read->errors, std::back_inserter(all.files.errors));
  all.files.warnings.add(read->warnings);
  if (!read->go_version.empty()) all.files.go_version = std::move(read->go_version);
  if (!read->goroutine_bytes.bytes.empty()) all.files.goroutine_bytes = std::move(read->goroutine_bytes);
  if (!read->heap_bytes.bytes.empty()) all.files.heap_bytes = std::move(read->heap_bytes);
}

/// The bytes of one path on their way: to a decoder, or, when their front turns out to be an archive's, to the files of
/// a capture.
class Intake {
 public:
  Intake(const std::string& path, Environment& environment, bool keep_bytes)
      : path_(path), environment_(environment), keep_bytes_(keep_bytes) {}

  bool feed(std::span<const std::byte> chunk) {
    if (archive_) return archive_->feed(chunk);
    if (decoder_) return decode(chunk);
    head_.insert(head_.end(), chunk.begin(), chunk.end());
    const target::ArchiveGuess guess = target::guess_archive(head_);
    if (guess == target::ArchiveGuess::kNeedsMore) return true;
    return decide(guess == target::ArchiveGuess::kYes);
  }

  void finish(Collected& all) {
    if (!archive_ && !decoder_) decide(false);
    if (decoder_) return add_decoded(all, path_, decoder_->finish(), std::move(bytes_));
    const Result<target::ArchiveEnd> end = archive_->finish();
    if (end) return add_capture(all, assembly_->finish(*end));
    all.files.errors.push_back({end.error().code, format("\"{}\": {}", visible(path_), end.error().message),
                                format("{}: {}", visible(path_), end.error().where)});
  }

 private:
  bool decode(std::span<const std::byte> chunk) {
    decoder_->feed(chunk);
    if (keep_bytes_) bytes_.insert(bytes_.end(), chunk.begin(), chunk.end());
    return true;
  }

  bool decide(bool is_archive) {
    const std::vector<std::byte> head = std::exchange(head_, {});
    if (!is_archive) {
      decoder_ = decode::make_any_decoder(environment_.symbols, environment_.limits);
      return decode(head);
    }
    assembly_ = std::make_unique<CaptureAssembly>(path_, environment_, keep_bytes_);
    const target::ArchiveLimits limits{.bytes = environment_.limits.body_bytes};
    archive_ = std::make_unique<target::ArchiveReader>(limits, *assembly_);
    return archive_->feed(head);
  }

  const std::string& path_;
  Environment& environment_;
  bool keep_bytes_;
  std::vector<std::byte> head_, bytes_;
  std::unique_ptr<decode::Decoder> decoder_;
  std::unique_ptr<CaptureAssembly> assembly_;
  std::unique_ptr<target::ArchiveReader> archive_;
};

void read_one(Collected& all, const std::string& path, Environment& environment, bool keep_bytes,
              const BytesRead& tell) {
  if (is_folder(path)) return add_capture(all, read_capture_folder(path, environment, keep_bytes, tell));
  Intake intake(path, environment, keep_bytes);
  const Result<std::uint64_t> read =
      target::read_file(path, environment.limits.body_bytes, [&](std::span<const std::byte> chunk) {
        tell(chunk.size());
        return intake.feed(chunk) && !environment.stop.requested();
      });
  if (!read && read.error().code != ErrorCode::kTooLarge) return all.files.errors.push_back(read.error());
  if (!read) all.files.errors.push_back(read.error());
  intake.finish(all);
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

/// The snapshot of the moment `at` that lacks a heap: of the very time, or, by the files' own times, the nearest.
Snapshot* nearest_without_heap(std::vector<Snapshot>& snapshots, WallTime at, bool own_times) {
  const auto distance = [&](const Snapshot& snapshot) {
    return snapshot.heap ? WallTime::duration::max() : std::chrono::abs(snapshot.taken_at - at);
  };
  const auto nearest = std::ranges::min_element(snapshots, {}, distance);
  if (nearest == snapshots.end() || nearest->heap) return nullptr;
  const WallTime::duration bound = own_times ? WallTime::duration(kOneMoment) : WallTime::duration(0);
  return distance(*nearest) <= bound ? &*nearest : nullptr;
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
    Snapshot* const same = nearest_without_heap(snapshots, sample.snapshot.taken_at, timed);
    if (same != nullptr) {
      same->heap = std::move(sample.snapshot.heap);
      same->memory = std::move(sample.snapshot.memory);
    } else {
      snapshots.push_back(std::move(sample.snapshot));
    }
  }
  std::ranges::stable_sort(snapshots, {}, &Snapshot::taken_at);
  return snapshots;
}

/// How far the reading of all files is, by their sizes; unknown where one has none (a pipe).
class ReadingProgress {
 public:
  ReadingProgress(std::span<const std::string> paths, const Clock& clock, Progress& progress)
      : clock_(clock), progress_(progress), began_(clock.steady()), files_(paths.size()) {
    for (const std::string& path : paths) size_ += size_of(path);
  }
  void add(std::size_t file, std::uint64_t bytes) {
    done_ += bytes;
    const double fraction = size_ > 0 ? std::min(1.0, static_cast<double>(done_) / static_cast<double>(size_)) : 0;
    const auto spent = std::chrono::duration<double, std::milli>(clock_.steady() - began_);
    const bool known = fraction > 0 && fraction < 1;
    progress_.update(format("reading, {} of {}", file + 1, files_), fraction,
                     milliseconds(known ? std::llround(spent.count() * (1 - fraction) / fraction) : -1));
  }

 private:
  static std::uint64_t size_of(const std::string& path) {
    std::error_code error;
    const std::filesystem::path place(path);
    if (!is_folder(path)) {
      const std::uintmax_t size = std::filesystem::file_size(place, error);
      return error ? 0 : size;
    }
    std::uint64_t sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator(place, error)) {
      const std::uintmax_t size = entry.is_regular_file(error) ? entry.file_size(error) : 0;
      sum += error ? 0 : size;
    }
    return sum;
  }

  const Clock& clock_;
  Progress& progress_;
  SteadyTime began_;
  std::size_t files_;
  std::uint64_t size_ = 0, done_ = 0;
};

}  // namespace

Result<FilesRead> read_files(std::span<const std::string> paths, Environment& environment, milliseconds interval,
                             bool keep_bytes, Progress& progress) {
  Collected all;
  ReadingProgress reading(paths, environment.clock, progress);
  for (std::size_t i = 0; i < paths.size() && !environment.stop.requested(); ++i) {
    read_one(all, paths[i], environment, keep_bytes, [&](std::uint64_t bytes) { reading.add(i, bytes); });
  }
  progress.end();
  if (all.goroutines.empty() && all.heap.empty() && all.captures.empty()) {
    if (all.files.errors.empty()) return fail(ErrorCode::kInterrupted, "interrupted before anything was read");
    return std::unexpected(std::move(all.files.errors.front()));
  }
  all.files.snapshots = merge(all, interval, environment.clock.wall());
  const bool captures_alone = all.files.snapshots.empty();
  for (std::vector<Snapshot>& capture : all.captures) {
    all.files.captures.push_back(capture.size());
    std::ranges::move(capture, std::back_inserter(all.files.snapshots));
  }
  if (!captures_alone) order_by_time(all.files);
  return std::move(all.files);
}

void order_by_time(FilesRead& files) {
  std::ranges::stable_sort(files.snapshots, {}, &Snapshot::taken_at);
  files.captures.clear();
}

}  // namespace lf::pipeline
