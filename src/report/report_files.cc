#include "report/report_files.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <stdio.h>  // renameat2
#include <unistd.h>

#include "base/format.h"
#include "report/text.h"

namespace lf::report {
namespace {

namespace fs = std::filesystem;

struct NameRow {
  std::string_view prefix, extension;
};

/// In the order of ReportFile.
constexpr std::array kNames{
    NameRow{"goroutine_analysis_", ".txt"},  NameRow{"goroutine_profile_", ".txt"},
    NameRow{"goroutine_profile_", ".pb.gz"}, NameRow{"memory_profile_", ".pprof"},
    NameRow{"filtered_analysis_", ".txt"},   NameRow{"leakprof_analysis_", ".txt"},
    NameRow{"uber_leakprof_", ".txt"},       NameRow{"compare_analysis_", ".txt"},
};

std::string reason(int error) {
  return std::system_category().message(error);
}

std::unexpected<Error> io_failure(std::string_view what, const std::string& path, int error) {
  return fail(ErrorCode::kIo, format("could not {} \"{}\": {}", what, visible(path), reason(error)));
}

/// An open file; closed at the end of its life at the latest.
class OpenFile final : public Sink {
 public:
  OpenFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~OpenFile() override {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(OpenFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile& operator=(OpenFile&&) = delete;

  Result<void> write(std::string_view text) override {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return io_failure("write", path_, errno);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  /// File systems tell of a full disk or quota as late as here.
  Result<void> close() {
    if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) return io_failure("write", path_, errno);
    return {};
  }

  const std::string& path() const { return path_; }

 private:
  int descriptor_;
  std::string path_;
};

/// A new file beside the one that is to be, invisible in listings; its mode is the user's.
Result<OpenFile> open_temporary(const fs::path& folder) {
  constexpr int kAttempts = 100;
  int error = EEXIST;
  for (int attempt = 0; attempt < kAttempts && error == EEXIST; ++attempt) {
    const std::string path = (folder / format(".leakfinder-{}-{}.tmp", ::getpid(), attempt)).string();
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return OpenFile(descriptor, path);
    error = errno;
  }
  return io_failure("write into the folder", folder.empty() ? "." : folder.string(), error);
}

/// Gives `from` the name `to` unless that is taken (EEXIST); returns the error, 0 for none.
int rename_if_free(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // File systems without RENAME_NOREPLACE: a link is never made over a file either.
  if (::link(from.c_str(), to.c_str()) == 0) {
    ::unlink(from.c_str());
    return 0;
  }
  if (errno == EEXIST) return errno;
  // Nor links: take the name first, then rename over the empty file that is ours.
  const int descriptor = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return errno;
  ::close(descriptor);
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

/// Writes the content to a temporary file in `folder`; returns its path. No file stays where that fails.
Result<std::string> write_temporary(const fs::path& folder, const WriteContent& write) {
  Result<OpenFile> file = open_temporary(folder);
  if (!file) return std::unexpected(file.error());
  Result<void> result = write(*file);
  if (result) result = file->close();
  if (!result) {
    ::unlink(file->path().c_str());
    return std::unexpected(result.error());
  }
  return file->path();
}

}  // namespace

std::string local_stamp(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return "00000000_000000";
  return format("{:04}{:02}{:02}_{:02}{:02}{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour,
                local.tm_min, local.tm_sec);
}

std::string report_file_name(ReportFile file, std::string_view stamp, int attempt) {
  const NameRow& row = kNames[static_cast<std::size_t>(file)];
  return attempt <= 1 ? format("{}{}{}", row.prefix, stamp, row.extension)
                      : format("{}{}_{}{}", row.prefix, stamp, attempt, row.extension);
}

Result<std::string> save_report_file(const std::string& folder, ReportFile file, std::string_view stamp,
                                     const WriteContent& write) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return fail(ErrorCode::kIo, format("could not create the folder \"{}\": {}; name another with -reports-dir",
                                       visible(folder), error.message()));
  }
  const Result<std::string> temporary = write_temporary(folder, write);
  if (!temporary) return std::unexpected(temporary.error());
  constexpr int kAttempts = 10'000;
  int status = EEXIST;
  std::string path;
  for (int attempt = 1; attempt <= kAttempts && status == EEXIST; ++attempt) {
    path = (fs::path(folder) / report_file_name(file, stamp, attempt)).string();
    status = rename_if_free(*temporary, path);
  }
  if (status == 0) return path;
  ::unlink(temporary->c_str());
  return io_failure("write", path, status);
}

Result<void> write_named_file(const std::string& path, const WriteContent& write) {
  std::error_code error;
  fs::path to = path;
  if (fs::exists(to, error) && !fs::is_regular_file(to, error)) {
    if (fs::is_directory(to, error)) return io_failure("write", path, EISDIR);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return io_failure("write", path, errno);
    OpenFile device(descriptor, path);
    const Result<void> result = write(device);
    return result ? device.close() : result;
  }
  // A link stays a link: what it points at is replaced.
  if (const fs::path target = fs::canonical(to, error); !error) to = target;
  if (!to.has_filename()) return io_failure("write", path, EISDIR);
  const Result<std::string> temporary = write_temporary(to.parent_path(), write);
  if (!temporary) return std::unexpected(temporary.error());
  if (::rename(temporary->c_str(), to.c_str()) == 0) return {};
  const int status = errno;
  ::unlink(temporary->c_str());
  return io_failure("write", path, status);
}

WriteContent content(std::string_view bytes) {
  return [bytes](Sink& sink) { return sink.write(bytes); };
}

WriteContent analysis_with_stacks(const Report& report) {
  return [&report](Sink& sink) -> Result<void> {
    Style style;
    style.width = 120;
    style.top = 50;
    if (Result<void> analysis = write_text(report, style, sink); !analysis) return analysis;
    if (Result<void> heading = sink.write("\nAll stacks\n\n"); !heading) return heading;
    return write_stacks(report, style, sink);
  };
}

}  // namespace lf::report
