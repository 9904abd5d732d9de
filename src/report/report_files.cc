#include "report/report_files.h"

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

std::string reason(int error) {
  return std::system_category().message(error);
}

std::unexpected<Error> io_failure(std::string_view what, const std::string& path, int error) {
  return fail(ErrorCode::kIo, format("could not {} \"{}\": {}", what, visible(path), reason(error)));
}

/// An open file; closed at the end of its life at the latest.
class OpenFile final : public Sink {
 public:
  /// `shown` stands in messages: the name that the file is to have.
  OpenFile(int descriptor, std::string path, std::string shown)
      : descriptor_(descriptor), path_(std::move(path)), shown_(std::move(shown)) {}
  ~OpenFile() override {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(OpenFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        path_(std::move(other.path_)),
        shown_(std::move(other.shown_)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile& operator=(OpenFile&&) = delete;

  Result<void> write(std::string_view text) override {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return io_failure("write", shown_, errno);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  /// File systems tell of a full disk or quota as late as here.
  Result<void> close() {
    if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) return io_failure("write", shown_, errno);
    return {};
  }

  const std::string& path() const { return path_; }

 private:
  int descriptor_;
  std::string path_;
  std::string shown_;
};

/// A new file beside the one that is to be, invisible in listings; its mode is the user's.
Result<OpenFile> open_temporary(const fs::path& folder, const std::string& shown) {
  constexpr int kAttempts = 100;
  int error = EEXIST;
  for (int attempt = 0; attempt < kAttempts && error == EEXIST; ++attempt) {
    const std::string path = (folder / format(".leakfinder-{}-{}.tmp", ::getpid(), attempt)).string();
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return OpenFile(descriptor, path, shown);
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

/// Writes `bytes` to a temporary file in `folder`; returns its path. No file stays where that fails.
Result<std::string> write_temporary(const fs::path& folder, const std::string& shown, std::string_view bytes) {
  Result<OpenFile> file = open_temporary(folder, shown);
  if (!file) return std::unexpected(file.error());
  Result<void> result = file->write(bytes);
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

Result<std::string> ReportFolder::save(std::string_view stem, std::string_view extension,
                                       std::string_view bytes) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) {
    return fail(ErrorCode::kIo, format("could not create the folder \"{}\": {}; name another with -reports-dir",
                                       visible(folder_), error.message()));
  }
  const Result<std::string> temporary =
      write_temporary(folder_, (fs::path(folder_) / format("{}_{}{}", stem, stamp_, extension)).string(), bytes);
  if (!temporary) return std::unexpected(temporary.error());
  constexpr int kAttempts = 10'000;
  int status = EEXIST;
  std::string path;
  for (int attempt = 1; attempt <= kAttempts && status == EEXIST; ++attempt) {
    const std::string number = attempt == 1 ? std::string() : format("_{}", attempt);
    path = (fs::path(folder_) / format("{}_{}{}{}", stem, stamp_, number, extension)).string();
    status = rename_if_free(*temporary, path);
  }
  if (status == 0) return path;
  ::unlink(temporary->c_str());
  return io_failure("write", path, status);
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  std::error_code error;
  fs::path to = path;
  if (fs::exists(to, error) && !fs::is_regular_file(to, error)) {
    if (fs::is_directory(to, error)) return io_failure("write", path, EISDIR);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return io_failure("write", path, errno);
    OpenFile device(descriptor, path, path);
    const Result<void> result = device.write(bytes);
    return result ? device.close() : result;
  }
  // A link stays a link: what it points at is replaced.
  if (const fs::path target = fs::canonical(to, error); !error) to = target;
  if (!to.has_filename()) return io_failure("write", path, EISDIR);
  if (to.has_parent_path()) fs::create_directories(to.parent_path(), error);
  if (to.has_parent_path() && error) {
    return fail(ErrorCode::kIo,
                format("could not create the folder \"{}\" for {}: {}", visible(to.parent_path().string()),
                       visible(to.filename().string()), error.message()));
  }
  const Result<std::string> temporary = write_temporary(to.parent_path(), path, bytes);
  if (!temporary) return std::unexpected(temporary.error());
  if (::rename(temporary->c_str(), to.c_str()) == 0) return {};
  const int status = errno;
  ::unlink(temporary->c_str());
  return io_failure("write", path, status);
}

std::string stacks_text(const Report& report) {
  /// Keeps everything: it cannot fail.
  class TextSink final : public Sink {
   public:
    Result<void> write(std::string_view text) override {
      text_ += text;
      return {};
    }
    std::string text_;
  };
  TextSink sink;
  if (!write_stacks(report, Style{}, sink) || sink.text_.empty()) return {};
  return "\nAll stacks\n\n" + sink.text_;
}

}  // namespace lf::report
