#include "cli/signals.h"

#include <array>
#include <atomic>
#include <initializer_list>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace lf::cli {
namespace {

// A signal handler can only reach what has static lifetime.
std::atomic<int> caught_signal{0};
std::atomic<int> wake_write_fd{-1};
std::atomic<int> wake_read_fd{-1};
std::atomic<void (*)()> restore_before_exit{nullptr};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<void (*)()>::is_always_lock_free);

void on_signal(int number) {
  int none = 0;
  if (!caught_signal.compare_exchange_strong(none, number)) {
    if (auto* const restore = restore_before_exit.load(); restore != nullptr) restore();
    _exit(128 + number);
  }
  const char byte = 1;
  // A full or closed pipe loses nothing: the flag is set.
  [[maybe_unused]] const ssize_t written = write(wake_write_fd.load(), &byte, 1);
}

}  // namespace

SignalStop::SignalStop() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0) {
    wake_read_fd = ends[0];
    wake_write_fd = ends[1];
  }
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before{};
    // nohup and shells' background jobs ignore signals on purpose: they stay ignored.
    if (sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(number, &action, nullptr);
  }
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

bool SignalStop::requested() const {
  return caught_signal != 0;
}
int SignalStop::wake_fd() const {
  return wake_read_fd;
}
int SignalStop::signal() const {
  return caught_signal;
}

void on_hard_exit(void (*restore)()) {
  restore_before_exit = restore;
}

}  // namespace lf::cli
