#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/format.h"
#include "base/text.h"
#include "target/source.h"

// Plain reads into one buffer, not mmap: a file that another process shortens meanwhile ends early instead of raising
// SIGBUS, and pipes go the same way. The kernel is told to read ahead, so that its reading overlaps our parsing.

namespace lf::target {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

/// A file descriptor that is closed when it was opened here.
class Descriptor {
 public:
  Descriptor(int fd, bool owned) : fd_(fd), owned_(owned) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (owned_ && fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
  bool owned_;
};

std::string quoted(const std::string& path) {
  return path == "-" ? std::string("stdin") : format("\"{}\"", visible(path));
}

std::string reason(int error) {
  return std::generic_category().message(error);
}

std::unexpected<Error> cannot_open(const std::string& path, int error) {
  const std::string where = visible(path);
  if (error == ENOENT || error == ENOTDIR) {
    return fail(ErrorCode::kNotFound, format("no such file: {}", quoted(path)), where);
  }
  if (error == EACCES || error == EPERM) {
    return fail(ErrorCode::kIo, format("no permission to read {}", quoted(path)), where);
  }
  return fail(ErrorCode::kIo, format("can't open {}: {}", quoted(path), reason(error)), where);
}

/// Waits until a pipe, terminal or socket has something to read or `stop` is requested; false in the latter case.
bool wait_for_input(int fd, const Stop& stop) {
  while (!stop.requested()) {
    std::array<pollfd, 2> waiting{pollfd{fd, POLLIN, 0}, pollfd{stop.wake_fd(), POLLIN, 0}};
    const int ready = ::poll(waiting.data(), waiting.size(), 1000);
    if (ready < 0 && errno != EINTR) return true;
    if (ready > 0 && waiting[0].revents != 0) return true;
  }
  return false;
}

}  // namespace

Result<std::uint64_t> read_file(const std::string& path, std::uint64_t max_bytes, const ChunkSink& sink,
                                const Stop& stop) {
  const bool is_stdin = path == "-";
  // O_NONBLOCK: a FIFO without a writer must not hold us in open(), where a wish to stop is not heard.
  const Descriptor file(is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY),
                        !is_stdin);
  if (file.fd() < 0) return cannot_open(path, errno);
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0) return cannot_open(path, errno);
  if (S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::kUnsupported, format("{} is a directory (did you mean a capture?)", quoted(path)),
                visible(path));
  }
  const bool regular = S_ISREG(status.st_mode);
  if (regular) ::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_SEQUENTIAL);

  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kPieceBytes);
  std::uint64_t delivered = 0;
  while (true) {
    if (regular ? stop.requested() : !wait_for_input(file.fd(), stop)) {
      return fail(ErrorCode::kInterrupted, format("interrupted while reading {}", quoted(path)), visible(path));
    }
    const ssize_t got = ::read(file.fd(), buffer.get(), kPieceBytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) {
      return fail(ErrorCode::kIo,
                  format("reading {} failed after {} bytes: {}", quoted(path), delivered, reason(errno)),
                  visible(path));
    }
    if (got == 0) return delivered;
    const std::uint64_t size = std::min(static_cast<std::uint64_t>(got), max_bytes - delivered);
    delivered += size;
    if (size > 0 && !sink(std::span(buffer.get(), static_cast<std::size_t>(size)))) return delivered;
    if (size < static_cast<std::uint64_t>(got)) {
      return fail(ErrorCode::kTooLarge,
                  format("{} is larger than {} bytes: the rest is left out (raise -max-body)", quoted(path), max_bytes),
                  visible(path));
    }
  }
}

}  // namespace lf::target
