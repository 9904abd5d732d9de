#include "cli/live_view.h"

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#define NCURSES_NOMACROS
#include <curses.h>

#include "base/format.h"
#include "cli/signals.h"
#include "report/numbers.h"

namespace lf::cli {
namespace {

using report::Tint;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// The terminal's settings before it was taken over: a signal handler can only reach what has static lifetime.
termios terminal_before{};

/// What a second Ctrl-C leaves time for: out of the alternate screen, cursor and echo on. Async-signal-safe.
void restore_in_haste() {
  constexpr std::string_view kLeave = "\x1b[?1049l\x1b[?25h\x1b[m\r\n";
  [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, kLeave.data(), kLeave.size());
  tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
}

constexpr short kRedPair = 1, kYellowPair = 2, kGreenPair = 3, kCyanPair = 4;

}  // namespace

/// Owns ncurses' state, of which there is one a process.
class LiveView::Curses {
 public:
  static Result<std::unique_ptr<Curses>> open(const LiveViewOptions& options) {
    constexpr std::string_view kNeeds = "the live view needs a terminal";
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0 || tcgetattr(STDIN_FILENO, &terminal_before) != 0) {
      return fail(ErrorCode::kUnsupported, std::string(kNeeds));
    }
    const char* kind = std::getenv("TERM");
    if (kind == nullptr || *kind == '\0' || std::string_view(kind) == "dumb") {
      return fail(ErrorCode::kUnsupported, std::string(kNeeds) + " that can be redrawn: TERM names none");
    }
    // newterm says that it does not know a TERM; initscr would end the process.
    std::unique_ptr<Curses> curses(new Curses(options));
    if (curses->screen_ == nullptr || tigetstr("cup") == nullptr) {
      return fail(ErrorCode::kUnsupported, std::string(kNeeds) + " that can be redrawn: TERM names none");
    }
    return curses;
  }

  ~Curses() {
    if (screen_ != nullptr) {
      on_hard_exit(nullptr);
      endwin();
      delscreen(screen_);
    }
    std::setlocale(LC_CTYPE, "C");
  }
  Curses(const Curses&) = delete;
  Curses& operator=(const Curses&) = delete;

  void draw(const LiveScreen& live, const LiveState& state) {
    const int width = getmaxx(stdscr), height = getmaxy(stdscr);
    werase(stdscr);
    int row = 0;
    // The last cell of the last line is never written: some terminals would scroll.
    for (const report::Line& line : live.draw(state, std::max(20, width - 1), std::max(4, height))) {
      if (row >= height) break;
      wmove(stdscr, row++, 0);
      for (const report::Line::Piece& piece : line.pieces()) {
        wattrset(stdscr, static_cast<int>(attributes(piece.tint)));
        waddnstr(stdscr, piece.text.data(), static_cast<int>(piece.text.size()));
      }
    }
    wattrset(stdscr, A_NORMAL);
    wrefresh(stdscr);
  }

  /// The next key, ERR where none was typed.
  int key() { return wgetch(stdscr); }
  void ring() { beep(); }

 private:
  explicit Curses(const LiveViewOptions& options) : color_(options.color) {
    // The locale of the environment may not be installed here; the encoding is what counts.
    if (std::setlocale(LC_CTYPE, options.utf8 ? "C.UTF-8" : "") == nullptr) std::setlocale(LC_CTYPE, "");
    screen_ = newterm(nullptr, stdout, stdin);
    if (screen_ == nullptr) return;
    on_hard_exit(restore_in_haste);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, true);
    nodelay(stdscr, true);
    curs_set(0);
    set_escdelay(25);
    color_ = color_ && has_colors();
    if (!color_) return;
    start_color();
    use_default_colors();
    init_pair(kRedPair, COLOR_RED, -1);
    init_pair(kYellowPair, COLOR_YELLOW, -1);
    init_pair(kGreenPair, COLOR_GREEN, -1);
    init_pair(kCyanPair, COLOR_CYAN, -1);
  }

  chtype attributes(Tint tint) const {
    const auto paint = [&](short pair, chtype instead) {
      return color_ ? static_cast<chtype>(COLOR_PAIR(pair)) : instead;
    };
    switch (tint) {
      case Tint::kBold:
        return A_BOLD;
      case Tint::kDim:
        return A_DIM;
      case Tint::kRed:
        return paint(kRedPair, A_NORMAL) | A_BOLD;
      case Tint::kYellow:
        return paint(kYellowPair, A_BOLD);
      case Tint::kGreen:
        return paint(kGreenPair, A_NORMAL);
      case Tint::kCyan:
        return paint(kCyanPair, A_NORMAL);
      default:
        return A_NORMAL;
    }
  }

  SCREEN* screen_ = nullptr;
  bool color_;
};

LiveView::LiveView(const LiveViewOptions& options, std::unique_ptr<Curses> curses)
    : options_(options),
      screen_(options.target, options.utf8),
      tick_at_(steady_clock::now()),
      curses_(std::move(curses)) {
  redraw();
}

LiveView::~LiveView() = default;

Result<std::unique_ptr<LiveView>> LiveView::open(const LiveViewOptions& options) {
  Result<std::unique_ptr<Curses>> curses = Curses::open(options);
  if (!curses) return std::unexpected(std::move(curses.error()));
  return std::unique_ptr<LiveView>(new LiveView(options, std::move(*curses)));
}

void LiveView::show(const pipeline::WatchTick& tick, const Report& report) {
  tick_at_ = steady_clock::now();
  tick_elapsed_ = tick.elapsed;
  tick_left_ = tick.left;
  screen_.add(tick, report);
  if (options_.bell && !tick.alerts.empty()) curses_->ring();
  answer_keys();
  redraw();
}

bool LiveView::wait_until(SteadyTime deadline, const Stop& stop) {
  while (true) {
    if (!answer_keys() || stop.requested()) return false;
    redraw();
    const SteadyTime now = steady_clock::now();
    if (now >= deadline && !state_.paused) return true;
    // Awake once a second, for the clock.
    const SteadyTime next = state_.paused ? now + milliseconds(1000) : std::min(deadline, now + milliseconds(1000));
    const auto wait = duration_cast<milliseconds>(next - now) + milliseconds(1);
    // A resize ends the wait as well: its signal interrupts poll.
    pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {stop.wake_fd(), POLLIN, 0}};
    poll(watched, 2, static_cast<int>(wait.count()));
    if ((watched[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return false;
  }
}

void LiveView::update(std::string_view what, double fraction, std::chrono::milliseconds left) {
  state_.activity = format("{} {:.0f} %", what, std::clamp(fraction, 0.0, 1.0) * 100);
  if (left.count() >= 0) state_.activity += format(", {} left", report::duration_in_words(left));
  answer_keys();
  redraw();
}

void LiveView::end() {
  state_.activity.clear();
  redraw();
}

bool LiveView::answer_keys() {
  for (int key = curses_->key(); key != ERR; key = curses_->key()) {
    if (key == 'q' || key == 'Q') quits_ = true;
    if (key == 'p' || key == 'P' || key == ' ') state_.paused = !state_.paused;
    if (key == '?' || key == 'h') state_.help = !state_.help;
    if (key == 's' || key == 'S') {
      state_.order = state_.order == SiteOrder::kGrowth  ? SiteOrder::kCount
                     : state_.order == SiteOrder::kCount ? SiteOrder::kName
                                                         : SiteOrder::kGrowth;
    }
  }
  return !quits_;
}

void LiveView::redraw() {
  const auto since = duration_cast<milliseconds>(steady_clock::now() - tick_at_);
  state_.elapsed = tick_elapsed_ + since;
  state_.left = std::max(milliseconds(0), tick_left_ - since);
  curses_->draw(screen_, state_);
}

}  // namespace lf::cli
