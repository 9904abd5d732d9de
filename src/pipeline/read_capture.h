#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.h"
#include "pipeline/capture_manifest.h"
#include "pipeline/measure.h"
#include "target/capture_archive.h"

namespace lf::pipeline {

/// What a capture held: one snapshot a sample, at the manifest's times, oldest first.
struct CaptureRead {
  std::vector<Snapshot> snapshots;
  std::vector<Error> errors;  ///< of its files, each with the file's name
  Warnings warnings;          ///< what is cut or missing, and what was not recorded
  std::vector<std::string> profiles;
  TargetText go_version;
  RawProfile goroutine_bytes, heap_bytes;  ///< of the last of each, where asked for
};

/// Puts a capture together from its files, decoded in whatever order they come. Of one sample the dump with identities
/// counts before the protobuf form, and the heap with memory statistics before the one without.
///
/// Decodes at most `kBodies` times `DecodeLimits::body_bytes` in all, so that no archive of small files keeps it for
/// hours.
class CaptureAssembly final : public target::MemberSink {
 public:
  static constexpr std::uint64_t kBodies = 8;

  /// `label` is the capture's path, for messages.
  CaptureAssembly(std::string label, Environment& environment, bool keep_bytes);

  // A file of the capture, in pieces; files beside the manifest count, wherever in the archive that is.
  void begin(std::string_view name, std::uint64_t size) override;
  void feed(std::span<const std::byte> chunk) override;
  void end(bool whole) override;

  /// Once, after the last file; `end` of an archive. Fails with kMalformed: no manifest, a bad one, nothing readable.
  [[nodiscard]] Result<CaptureRead> finish(const target::ArchiveEnd& end);

  /// The manifest, once it has come.
  const std::optional<CaptureManifest>& manifest() const { return manifest_; }

 private:
  struct Part {
    Result<decode::Decoded> decoded;
    std::vector<std::byte> bytes;
    bool whole = true;
  };

  bool is_named(std::string_view name) const;
  void take_manifest();
  Part* find(const CapturedFile& file, CaptureRead& read);
  Snapshot assemble(const CapturedSample& sample, CaptureRead& read);
  void add_goroutines(const CapturedSample& sample, Snapshot& snapshot, CaptureRead& read);
  void add_heap(const CapturedSample& sample, Snapshot& snapshot, CaptureRead& read);

  std::string label_;
  Environment& environment_;
  bool keep_bytes_;
  std::uint64_t budget_;
  bool out_of_budget_ = false;
  std::optional<CaptureManifest> manifest_;
  std::set<std::string_view> named_;  ///< the files of `manifest_`
  std::optional<Error> manifest_error_;
  std::string folder_;  ///< of the manifest in the archive, with its slash
  std::map<std::string, Part, std::less<>> parts_;
  // The file that is coming.
  std::string name_;
  bool is_manifest_ = false;
  std::unique_ptr<decode::Decoder> decoder_;
  std::vector<std::byte> bytes_;
  std::uint64_t missing_ = 0;
};

/// Whether `path` is a folder.
bool is_folder(const std::string& path);

/// Hears how many bytes were read since it heard last.
using BytesRead = std::function<void(std::uint64_t)>;

/// Reads a capture's folder; `tell` is called for each piece. Fails as `finish` does, with kIo and kInterrupted.
[[nodiscard]] Result<CaptureRead> read_capture_folder(const std::string& path, Environment& environment,
                                                      bool keep_bytes, const BytesRead& tell);

}  // namespace lf::pipeline
