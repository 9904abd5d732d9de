#include "pipeline/read_capture.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "target/source.h"

namespace lf::pipeline {

using decode::ContentKind;

namespace {

void note_once(std::vector<std::string>& names, std::string_view name) {
  if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
}

bool is_leaks(ContentKind kind) {
  return kind == ContentKind::kLeakCounts || kind == ContentKind::kLeakProtobuf;
}

}  // namespace

CaptureAssembly::CaptureAssembly(std::string label, Environment& environment, bool keep_bytes)
    : label_(std::move(label)),
      environment_(environment),
      keep_bytes_(keep_bytes),
      budget_(environment.limits.body_bytes > UINT64_MAX / kBodies ? UINT64_MAX
                                                                   : environment.limits.body_bytes * kBodies) {}

bool CaptureAssembly::is_named(std::string_view name) const {
  if (!manifest_) return true;
  if (!name.starts_with(folder_)) return false;
  return named_.contains(name.substr(folder_.size()));
}

void CaptureAssembly::begin(std::string_view name, std::uint64_t) {
  name_ = name;
  bytes_.clear();
  decoder_.reset();
  const std::size_t slash = name.rfind('/');
  const std::string_view base = slash == std::string_view::npos ? name : name.substr(slash + 1);
  is_manifest_ = base == kManifestName && !manifest_ && !manifest_error_;
  if (is_manifest_ || base == kManifestName || !is_named(name)) return;
  if (budget_ == 0) {
    out_of_budget_ = true;
    return;
  }
  decode::DecodeLimits limits = environment_.limits;
  limits.body_bytes = std::min(limits.body_bytes, budget_);
  decoder_ = decode::make_any_decoder(environment_.symbols, limits);
}

void CaptureAssembly::feed(std::span<const std::byte> chunk) {
  const bool keeps = is_manifest_ ? bytes_.size() + chunk.size() <= kManifestBytes : keep_bytes_ && decoder_;
  if (keeps) bytes_.insert(bytes_.end(), chunk.begin(), chunk.end());
  if (decoder_) decoder_->feed(chunk);
}

void CaptureAssembly::end(bool whole) {
  if (is_manifest_) {
    if (whole) take_manifest();
    return;
  }
  if (!decoder_) return;
  Part part{decoder_->finish(), std::move(bytes_), whole};
  decoder_.reset();
  bytes_ = {};
  // What fails says nothing of its size: it is charged for.
  const std::uint64_t charge = part.decoded ? part.decoded->size_bytes : environment_.limits.body_bytes / kBodies;
  budget_ -= std::min(budget_, charge);
  parts_.insert_or_assign(name_, std::move(part));
}

void CaptureAssembly::take_manifest() {
  const std::string_view text(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
  Result<CaptureManifest> manifest = parse_manifest(text);
  if (manifest) {
    manifest_ = std::move(*manifest);
    for (const CapturedSample& sample : manifest_->samples) {
      for (const CapturedFile& file : sample.files) named_.insert(file.name);
    }
    folder_ = name_.substr(0, name_.size() - kManifestName.size());
  } else {
    manifest_error_ = std::move(manifest.error());
  }
}

CaptureAssembly::Part* CaptureAssembly::find(const CapturedFile& file, CaptureRead& read) {
  const auto part = parts_.find(folder_ + file.name);
  if (part == parts_.end()) {
    ++missing_;
    return nullptr;
  }
  if (part->second.decoded) return &part->second;
  if (!part->second.whole) {
    ++missing_;
    return nullptr;
  }
  Error error = part->second.decoded.error();
  error.message = format("\"{}\" in the capture \"{}\": {}", file.name, visible(label_), error.message);
  error.where = format("{}/{}", visible(label_), file.name);
  read.errors.push_back(std::move(error));
  return nullptr;
}

/// The dump with identities where it is there and could be read, else the counts.
void CaptureAssembly::add_goroutines(const CapturedSample& sample, Snapshot& snapshot, CaptureRead& read) {
  Part* best = nullptr;
  unsigned best_debug = 0;
  for (const CapturedFile& file : sample.files) {
    if (file.profile != "goroutine") continue;
    Part* part = find(file, read);
    if (part == nullptr || part->decoded->goroutine_profiles.empty() || is_leaks(part->decoded->kind)) continue;
    if (best == nullptr || file.debug > best_debug) std::tie(best, best_debug) = std::pair(part, file.debug);
  }
  if (best == nullptr) return;
  note_once(read.profiles, "goroutine");
  read.warnings.add(best->decoded->warnings);
  if (!best->decoded->go_version.empty()) read.go_version = best->decoded->go_version;
  snapshot.goroutines = std::move(best->decoded->goroutine_profiles.front());
  if (keep_bytes_) read.goroutine_bytes = {best->decoded->kind, std::move(best->bytes)};
}

void CaptureAssembly::add_heap(const CapturedSample& sample, Snapshot& snapshot, CaptureRead& read) {
  Part* best = nullptr;
  for (const CapturedFile& file : sample.files) {
    if (file.profile != "heap" && file.profile != "memstats") continue;
    Part* part = find(file, read);
    if (part == nullptr) continue;
    if (part->decoded->memory) snapshot.memory = part->decoded->memory;
    if (!part->decoded->heap) continue;
    if (best == nullptr || part->decoded->memory) best = part;
    // What is saved of a heap is its protobuf form.
    if (keep_bytes_ && part->decoded->kind == ContentKind::kHeapProtobuf) {
      read.heap_bytes = {part->decoded->kind, std::move(part->bytes)};
    }
  }
  if (best == nullptr) return;
  note_once(read.profiles, "heap");
  read.warnings.add(best->decoded->warnings);
  if (!best->decoded->go_version.empty()) read.go_version = best->decoded->go_version;
  snapshot.heap = std::move(best->decoded->heap);
}

Snapshot CaptureAssembly::assemble(const CapturedSample& sample, CaptureRead& read) {
  Snapshot snapshot;
  snapshot.taken_at = sample.at;
  snapshot.steady_at = SteadyTime(std::chrono::duration_cast<SteadyTime::duration>(sample.at.time_since_epoch()));
  add_goroutines(sample, snapshot, read);
  add_heap(sample, snapshot, read);
  for (const CapturedFile& file : sample.files) {
    if (file.profile != "goroutineleak") continue;
    const Part* part = find(file, read);
    if (part == nullptr || !is_leaks(part->decoded->kind)) continue;
    note_once(read.profiles, "goroutineleak");
    snapshot.leaked.emplace();
    if (!part->decoded->goroutine_profiles.empty()) snapshot.leaked = part->decoded->goroutine_profiles.front().counts;
  }
  return snapshot;
}

Result<CaptureRead> CaptureAssembly::finish(const target::ArchiveEnd& end) {
  const std::string name = visible(label_);
  if (manifest_error_) {
    return fail(ErrorCode::kMalformed, format("\"{}\": {}", name, manifest_error_->message), name);
  }
  if (!manifest_) {
    return fail(ErrorCode::kMalformed,
                format("\"{}\" is an archive {} {}: no capture of leakfinder's", name,
                       end.cut ? "that is cut before its" : "without", kManifestName),
                name);
  }
  CaptureRead read;
  for (const CapturedSample& sample : manifest_->samples) {
    if (sample.files.empty()) {
      read.warnings.add(WarningCode::kSampleMissed, format("{}: sample {}", name, sample.number));
      continue;
    }
    Snapshot snapshot = assemble(sample, read);
    if (snapshot.goroutines || snapshot.heap || snapshot.memory) read.snapshots.push_back(std::move(snapshot));
  }
  if (end.limited || out_of_budget_) {
    read.warnings.add(WarningCode::kLimitReached,
                      TargetText("the capture is larger than -max-body allows: the rest was left out"), name);
  }
  if (missing_ > 0) {
    read.warnings.add(end.cut ? WarningCode::kDumpTruncated : WarningCode::kProfileMissing,
                      TargetText(end.cut ? "the archive is cut: files of the capture are missing"
                                         : "files that the capture's manifest names are not there"),
                      name, missing_);
  } else if (end.cut) {
    read.warnings.add(WarningCode::kDumpTruncated, TargetText("the archive is cut behind its last file"), name);
  }
  if (read.snapshots.empty()) {
    if (!read.errors.empty()) return std::unexpected(std::move(read.errors.front()));
    return fail(ErrorCode::kMalformed, format("the capture \"{}\" holds no profile that could be read", name), name);
  }
  std::ranges::stable_sort(read.snapshots, {}, &Snapshot::taken_at);
  for (const TargetText& skipped : manifest_->skipped) {
    read.warnings.add(WarningCode::kProfileSkipped, skipped, name);
  }
  if (!manifest_->go_version.empty()) read.go_version = manifest_->go_version;
  return read;
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return path != "-" && std::filesystem::is_directory(path, error);
}

Result<CaptureRead> read_capture_folder(const std::string& path, Environment& environment, bool keep_bytes,
                                        const BytesRead& tell) {
  const std::string shown = visible(path);
  CaptureAssembly assembly(path, environment, keep_bytes);
  const auto take = [&](const std::string& name) -> Result<void> {
    const std::string file = (std::filesystem::path(path) / name).string();
    // A FIFO in a stranger's folder would be waited for, a device read without end.
    if (std::error_code error; std::filesystem::exists(file, error) && !std::filesystem::is_regular_file(file, error)) {
      return fail(ErrorCode::kUnsupported, format("\"{}\" in a capture is no regular file", visible(file)),
                  visible(file));
    }
    assembly.begin(name, 0);
    const Result<std::uint64_t> read = target::read_file(
        file, environment.limits.body_bytes,
        [&](std::span<const std::byte> chunk) {
          tell(chunk.size());
          assembly.feed(chunk);
          return true;
        },
        environment.stop);
    // A file that is not there was never begun.
    if (!read && read.error().code == ErrorCode::kNotFound) return std::unexpected(read.error());
    assembly.end(read.has_value() || read.error().code == ErrorCode::kTooLarge);
    if (!read) return std::unexpected(read.error());
    return {};
  };
  if (const Result<void> manifest = take(std::string(kManifestName)); !manifest) {
    if (manifest.error().code != ErrorCode::kNotFound) return std::unexpected(manifest.error());
    return fail(ErrorCode::kUnsupported,
                format("\"{}\" is a folder without {}: give one that 'leakfinder capture' made, or the files in it",
                       shown, kManifestName),
                shown);
  }
  std::vector<Error> errors;
  if (assembly.manifest()) {
    const CaptureManifest& manifest = *assembly.manifest();
    for (const CapturedSample& sample : manifest.samples) {
      for (const CapturedFile& file : sample.files) {
        const Result<void> taken = take(file.name);
        if (taken || taken.error().code == ErrorCode::kNotFound) continue;
        if (taken.error().code == ErrorCode::kInterrupted) return std::unexpected(taken.error());
        errors.push_back(taken.error());
      }
    }
  }
  Result<CaptureRead> read = assembly.finish({});
  if (read) std::ranges::move(errors, std::back_inserter(read->errors));
  return read;
}

}  // namespace lf::pipeline
