#include "cli/child_process.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <vector>

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/format.h"
#include "base/text.h"

namespace lf::cli {
namespace {

/// What the child starts with: our streams, and the signals that we ignore or catch as they are by default.
class SpawnSettings {
 public:
  explicit SpawnSettings(int stdout_fd) {
    posix_spawn_file_actions_init(&actions_);
    if (stdout_fd != STDOUT_FILENO) posix_spawn_file_actions_adddup2(&actions_, stdout_fd, STDOUT_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) sigaddset(&defaults, number);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

int exit_code_from(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<ChildEnd> run_child(std::span<const std::string> words, int stdout_fd, const Stop& stop) {
  std::vector<std::string> copies(words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const SpawnSettings settings(stdout_fd);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, arguments[0], settings.actions(), settings.attributes(), arguments.data(), environ);
  if (failed != 0) {
    return fail(ErrorCode::kUsage,
                format("the command \"{}\" could not be started: {}", visible(copies[0]), std::strerror(failed)));
  }
  const int watch_fd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  bool told = false;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (stop.requested() && !told) {
      kill(child, SIGTERM);
      told = true;
    }
    std::array<pollfd, 2> events{pollfd{watch_fd, POLLIN, 0}, pollfd{told ? -1 : stop.wake_fd(), POLLIN, 0}};
    poll(events.data(), events.size(), 200);
  }
  if (watch_fd >= 0) close(watch_fd);
  if (told) return fail(ErrorCode::kInterrupted, "interrupted while the command ran");
  return ChildEnd{exit_code_from(status)};
}

}  // namespace lf::cli
