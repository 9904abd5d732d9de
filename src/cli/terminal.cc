#include "cli/terminal.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/format.h"

namespace lf::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

bool environment_is_utf8() {
  std::string_view locale = environment("LC_ALL");
  if (locale.empty()) locale = environment("LC_CTYPE");
  if (locale.empty()) locale = environment("LANG");
  std::string upper(locale);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return upper.find("UTF-8") != std::string::npos || upper.find("UTF8") != std::string::npos;
}

std::string duration_text(std::chrono::milliseconds left) {
  const auto seconds = (left.count() + 999) / 1000;
  return seconds >= 60 ? format("{}m{:02}s", seconds / 60, seconds % 60) : format("{}s", seconds);
}

}  // namespace

Terminal look_at_terminal(int fd) {
  Terminal terminal;
  terminal.is_terminal = isatty(fd) == 1;
  const std::string_view kind = environment("TERM");
  terminal.is_dumb = kind.empty() || kind == "dumb";
  terminal.utf8 = environment_is_utf8();
  winsize size{};
  if (terminal.is_terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = std::clamp<int>(size.ws_col, 40, 400);
  }
  return terminal;
}

bool wants_color(const Terminal& terminal, ColorChoice choice) {
  if (choice != ColorChoice::kAuto) return choice == ColorChoice::kAlways;
  return environment("NO_COLOR").empty() && terminal.is_terminal && !terminal.is_dumb;
}

report::Style style_for(const Terminal& terminal, const Options& options) {
  report::Style style;
  style.color = wants_color(terminal, options.color);
  style.icons = terminal.is_terminal && !terminal.is_dumb && terminal.utf8;
  style.width = terminal.width;
  style.top = options.top;
  style.quiet = options.quiet;
  style.source_url = options.source_url;
  style.source_root = options.source_root;
  return style;
}

Result<void> FdSink::write(std::string_view text) {
  while (!text.empty() && !closed_) {
    const ssize_t written = ::write(fd_, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      closed_ = true;
    } else if (errno != EINTR) {
      return fail(ErrorCode::kIo, format("the result could not be written: {}", std::strerror(errno)), "stdout");
    }
  }
  return {};
}

void complain(std::string_view message) {
  FdSink sink(STDERR_FILENO);
  // Where stderr itself fails there is nobody left to tell.
  static_cast<void>(sink.write(format("leakfinder: {}\n", message)));
}

void ProgressLine::update(std::string_view what, double fraction, std::chrono::milliseconds left) {
  if (!draws_) return;
  const auto now = std::chrono::steady_clock::now();
  if (first_update_ == std::chrono::steady_clock::time_point{}) first_update_ = now;
  // Where nobody knows how long it takes, it is long once it has lasted.
  const bool is_long =
      left.count() >= 0 ? left >= std::chrono::seconds(1) : now - first_update_ >= std::chrono::milliseconds(700);
  if (!drawn_ && !is_long) return;
  if (drawn_ && now - last_drawn_ < std::chrono::milliseconds(50)) return;
  last_drawn_ = now;
  constexpr int kBar = 24;
  const int full = static_cast<int>(std::lround(std::clamp(fraction, 0.0, 1.0) * kBar));
  std::string bar;
  for (int i = 0; i < kBar; ++i) bar += i < full ? (utf8_ ? "█" : "#") : (utf8_ ? "░" : ".");
  std::string line = format("\r\x1b[K{} {}", bar, what);
  if (left.count() >= 0) line += format(", {} left", duration_text(left));
  FdSink sink(STDERR_FILENO);
  static_cast<void>(sink.write(line));
  drawn_ = true;
}

void ProgressLine::end() {
  first_update_ = {};
  if (!drawn_) return;
  FdSink sink(STDERR_FILENO);
  static_cast<void>(sink.write("\r\x1b[K"));
  drawn_ = false;
}

}  // namespace lf::cli
