#include "pipeline/capture.h"

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "base/format.h"
#include "report/report_files.h"
#include "target/capture_archive.h"
#include "target/source.h"

// A capture is a folder: manifest.json, and for sample 7 the files 007_goroutine.pb.gz, 007_goroutine_debug2.txt,
// 007_heap.pb.gz, 007_heap_debug1.txt, 007_memstats.json, 007_goroutineleak.pb.gz, those that there are. What the
// manifest does not name is not part of it: a run that ends between a file and its manifest leaves nothing half.

namespace lf::pipeline {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kIndexRowsKept = 64;

std::string path_in(const std::string& folder, std::string_view name) {
  return (fs::path(folder) / name).string();
}

std::string_view as_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string file_name(std::uint64_t number, const RecordedProfile& recorded) {
  const std::vector<std::byte>& bytes = recorded.raw.bytes;
  const bool gzip = bytes.size() > 1 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
  std::string_view extension = recorded.debug > 0 ? ".txt" : ".pb";
  if (recorded.raw.kind == decode::ContentKind::kVars) extension = ".json";
  const std::string form = recorded.debug > 0 ? format("_debug{}", recorded.debug) : "";
  return format("{:03}_{}{}{}{}", number, recorded.profile, form, extension, gzip ? ".gz" : "");
}

/// One run of recording: the manifest that grows, and what this session's cost comes on top of.
class Recorder {
 public:
  Recorder(Session& session, const CaptureOptions& options, CaptureManifest so_far)
      : session_(session), options_(options), cost_before_(so_far.cost), manifest_(std::move(so_far)) {}

  CaptureManifest& manifest() { return manifest_; }

  Result<void> add(Recording&& recording) {
    CapturedSample sample = next(recording.measurement.snapshot.taken_at);
    sample.index = std::move(recording.index);
    if (sample.index.size() > kIndexRowsKept) sample.index.resize(kIndexRowsKept);
    if (const std::optional<MemoryStats>& memory = recording.measurement.snapshot.memory) {
      sample.num_gc = memory->num_gc;
      sample.total_alloc_bytes = memory->total_alloc_bytes;
      sample.restarted = is_restarted(*memory);
    }
    for (const Error& error : recording.measurement.errors) sample.errors.push_back(error.message);
    for (const RecordedProfile& recorded : recording.profiles) {
      const std::string name = file_name(sample.number, recorded);
      if (Result<void> written = report::write_file(path_in(options_.folder, name), as_text(recorded.raw.bytes));
          !written) {
        return written;
      }
      sample.files.push_back({name, recorded.profile, recorded.debug, recorded.raw.bytes.size()});
    }
    manifest_.samples.push_back(std::move(sample));
    return save();
  }

  Result<void> add_missed(WallTime at, const Error& error) {
    CapturedSample sample = next(at);
    sample.errors.push_back(error.message);
    manifest_.samples.push_back(std::move(sample));
    return save();
  }

 private:
  CapturedSample next(WallTime at) const {
    CapturedSample sample;
    sample.number = manifest_.samples.empty() ? 1 : manifest_.samples.back().number + 1;
    sample.at = at;
    return sample;
  }

  /// The collector's counters never fall in one process.
  bool is_restarted(const MemoryStats& memory) const {
    for (std::size_t i = manifest_.samples.size(); i-- > 0;) {
      const CapturedSample& before = manifest_.samples[i];
      if (!before.num_gc || !before.total_alloc_bytes) continue;
      return memory.num_gc < *before.num_gc || memory.total_alloc_bytes < *before.total_alloc_bytes;
    }
    return false;
  }

  Result<void> save() {
    manifest_.tool_version = options_.tool_version;
    manifest_.url = session_.display_url();
    if (!session_.go_version().empty()) manifest_.go_version = session_.go_version();
    manifest_.samples_wanted = options_.samples;
    manifest_.interval = options_.interval;
    manifest_.complete = manifest_.recorded() >= options_.samples;
    const auto keep = [](const std::vector<std::string>& texts, std::vector<TargetText>& kept) {
      for (const std::string& text : texts) {
        if (std::ranges::find(kept, TargetText(text)) == kept.end()) kept.emplace_back(text);
      }
    };
    keep(session_.skipped(), manifest_.skipped);
    keep(session_.notes(), manifest_.notes);
    const Cost& cost = session_.cost();
    manifest_.cost = {.requests = cost_before_.requests + cost.requests,
                      .bytes = cost_before_.bytes + cost.bytes,
                      .full_dumps = cost_before_.full_dumps + cost.full_dumps,
                      .forced_collections = cost_before_.forced_collections + cost.forced_collections,
                      .slowest = std::max(cost_before_.slowest, cost.slowest)};
    return report::write_file(path_in(options_.folder, kManifestName), write_manifest(manifest_));
  }

  Session& session_;
  const CaptureOptions& options_;
  Cost cost_before_;
  CaptureManifest manifest_;
};

void add_once(std::vector<Error>& errors, const Error& error) {
  const auto same = [&](const Error& known) { return known.message == error.message; };
  if (std::ranges::none_of(errors, same)) errors.push_back(error);
}

Result<std::string> read_text(const std::string& path) {
  std::string text;
  const Result<std::uint64_t> read = target::read_file(path, kManifestBytes, [&](std::span<const std::byte> chunk) {
    text.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return text;
}

}  // namespace

Result<CaptureManifest> open_capture(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return CaptureManifest{};
  if (!fs::is_directory(folder, error)) {
    return fail(ErrorCode::kUsage,
                format("\"{}\" is there already and is no folder: give another -o", visible(folder)));
  }
  const std::string path = path_in(folder, kManifestName);
  if (!fs::exists(path, error)) {
    // What a run leaves that was ended before its first manifest.
    const auto foreign = [](const fs::directory_entry& entry) {
      const std::string name = entry.path().filename().string();
      return !name.starts_with('.') && !name.starts_with("001_");
    };
    fs::directory_iterator entries(folder, error);
    if (!error && std::none_of(begin(entries), end(entries), foreign)) return CaptureManifest{};
    return fail(ErrorCode::kUsage,
                format("the folder \"{}\" is not empty and holds no capture: give another -o", visible(folder)));
  }
  const Result<std::string> text = read_text(path);
  if (!text) return std::unexpected(text.error());
  Result<CaptureManifest> manifest = parse_manifest(*text);
  if (!manifest) manifest.error().message = format("\"{}\": {}", visible(path), manifest.error().message);
  return manifest;
}

Result<Captured> capture(Session& session, Environment& environment, const CaptureOptions& options,
                         CaptureManifest so_far, Progress& progress) {
  if (!so_far.samples.empty() && so_far.url != session.display_url()) {
    return fail(ErrorCode::kUsage, format("\"{}\" holds a capture of \"{}\", not of \"{}\": give another -o",
                                          visible(options.folder), so_far.url, visible(session.display_url())));
  }
  if (so_far.samples.empty()) so_far.started_at = environment.clock.wall();
  std::error_code error;
  const bool is_new = !fs::exists(options.folder, error);
  Captured captured;
  captured.resumed_from = so_far.recorded();
  const std::uint64_t missing = options.samples - std::min(options.samples, captured.resumed_from);
  Recorder recorder(session, options, std::move(so_far));
  const SteadyTime started = environment.clock.steady();
  for (std::uint64_t i = 0; i < missing; ++i) {
    const SteadyTime due = started + options.interval * static_cast<std::int64_t>(i);
    const SampleWait wait{
        .what = "capturing", .done = captured.resumed_from + i, .of = options.samples, .interval = options.interval};
    if (i > 0 && !wait_for_sample(environment.clock, environment.stop, due, wait, progress)) {
      captured.interrupted = true;
      break;
    }
    const WallTime at = environment.clock.wall();
    Result<Recording> recording = session.record(options.plan, i + 1 == missing);
    Result<void> kept;
    if (recording) {
      for (const Error& part : recording->measurement.errors) add_once(captured.errors, part);
      kept = recorder.add(std::move(*recording));
    } else if (recording.error().code == ErrorCode::kInterrupted) {
      captured.interrupted = true;
      break;
    } else if (recorder.manifest().samples.empty()) {
      progress.end();
      return std::unexpected(std::move(recording.error()));
    } else {
      add_once(captured.errors, recording.error());
      kept = recorder.add_missed(at, recording.error());
    }
    if (!kept) {
      progress.end();
      return std::unexpected(std::move(kept.error()));
    }
  }
  progress.end();
  if (recorder.manifest().samples.empty()) {
    if (is_new) fs::remove(options.folder, error);
    return fail(ErrorCode::kInterrupted, "interrupted before anything was recorded");
  }
  captured.manifest = std::move(recorder.manifest());
  return captured;
}

Result<void> pack_capture(const std::string& folder, const CaptureManifest& manifest, const std::string& path) {
  std::string inside = fs::path(path).filename().string();
  for (const std::string_view ending : {".gz", ".tgz", ".tar"}) {
    if (inside.size() > ending.size() && inside.ends_with(ending)) inside.resize(inside.size() - ending.size());
  }
  std::vector<target::PackedFile> files;
  const auto add = [&](std::string_view name) {
    files.push_back({format("{}/{}", inside, name), path_in(folder, name)});
  };
  add(kManifestName);
  for (const CapturedSample& sample : manifest.samples) {
    for (const CapturedFile& file : sample.files) add(file.name);
  }
  if (Result<void> packed = target::pack_archive(path, files, manifest.started_at); !packed) return packed;
  std::error_code error;
  for (const target::PackedFile& file : files) fs::remove(file.path, error);
  fs::remove(folder, error);  // only when nothing else is in it
  return {};
}

}  // namespace lf::pipeline
