"""monitor on a terminal: what is on the screen, what keys do, and that the terminal is given back."""

import itertools
import re
import signal
from dataclasses import replace

import pytest

from support.binary import CLEAN, FOUND, INTERRUPTED
from support.pprof_answers import PprofAnswers, small_program
from support.screen import Screen
from support.synthetic import Group, Program, Site, frames

MIB = 1 << 20
SEND = Group(20, "chan send", frames("main.ask.func1 /src/app/ask.go:17"), frames("main.ask /src/app/ask.go:15")[0], 500)
LEAVE = b"\x1b[?1049l"


def growing(count: int = 200) -> PprofAnswers:
    """A target whose senders and whose cache grow with every sample."""
    return PprofAnswers([
        Program((*small_program().groups, replace(SEND, count=20 + 10 * i)),
                (Site(frames("main.remember /src/app/cache.go:33"), 20 + 2 * i, MIB),), {"NumGC": 5 + i, "LastGC": 10**18 + i})
        for i in range(count)])


@pytest.fixture
def monitor(leakfinder, serve):
    """Starts monitor on a terminal."""
    if "monitor" not in leakfinder("help").stdout:
        pytest.skip("not built yet: monitor")
    opened = []

    def start(answers=None, *args, interval: str = "200ms", duration: str = "60s", **options) -> Screen:
        target = serve(answers or growing())
        opened.append(Screen("monitor", f"-monitor-interval={interval}", f"-monitor-duration={duration}", *args, "-url", target.url, cwd=leakfinder.folder, **options))
        opened[-1].target = target
        return opened[-1]
    yield start
    for screen in opened:
        screen.close()


def stands_above(text: str, upper: str, lower: str) -> bool:
    """Whether both stand on the screen, one above the other."""
    return -1 < text.find(upper) < text.find(lower)


def test_it_shows_target_clock_values_sites_and_keys(monitor):
    screen = monitor()
    shown = screen.until(lambda text: "+30" in text and "main.ask.func1" in text)
    head = shown.splitlines()[0]
    assert screen.target.url in head and "left" in head, shown
    for words in ("Goroutines", "Live heap", "MiB", "Health", "chan send", "/src/app/ask.go:17", "main.remember", "q quit", "s sort", "▁"):
        assert words in shown, shown
    assert LEAVE not in screen.output


def test_alerts_appear_as_they_happen(monitor):
    screen = monitor(None, "-goroutine-critical=80", "-goroutine-high=79", "-goroutine-moderate=78", "-goroutine-normal=77")
    screen.until(lambda text: "ALERT" in text)


def test_q_gives_the_terminal_back_and_shows_the_summary(monitor):
    screen = monitor()
    screen.until(lambda text: "+30" in text)
    screen.press("q")
    code = screen.ended()
    assert code in (CLEAN, FOUND), screen.text()
    assert screen.output.count(LEAVE) == 1 and screen.echoed_at_end
    summary = screen.output.split(LEAVE)[1].decode("utf-8", "replace")
    assert "main.ask.func1" in summary, summary


def test_pause_leaves_the_target_alone_until_it_goes_on(monitor):
    screen = monitor()
    screen.until(lambda text: "+30" in text)
    screen.press("p")
    screen.until(lambda text: "paused" in text)
    asked = len(screen.target.requests)
    screen.until(lambda text, clocks=[]: clocks.append(text.splitlines()[0]) or len(set(clocks)) > 2)
    assert len(screen.target.requests) == asked
    screen.press("p")
    screen.until(lambda text: "paused" not in text and len(screen.target.requests) > asked)


def test_s_changes_what_the_sites_are_sorted_by(monitor):
    crowd = replace(SEND, count=900, state="select", frames=frames("main.pool /src/app/pool.go:8"), first_id=50_000)
    screen = monitor(PprofAnswers([Program((crowd, replace(SEND, count=20 + i))) for i in range(300)]), "-memory-only=false")
    screen.until(lambda text: "by growth" in text and stands_above(text, "main.ask.func1", "main.pool"))
    screen.press("s")
    screen.until(lambda text: "by count" in text and stands_above(text, "main.pool", "main.ask.func1"))
    screen.press("s")
    screen.until(lambda text: "by name" in text)


def test_a_question_mark_explains_the_keys(monitor):
    screen = monitor()
    screen.until(lambda text: "q quit" in text)
    screen.press("?")
    screen.until(lambda text: "p  pause" in text)
    screen.press("?")
    screen.until(lambda text: "p  pause" not in text)


def test_a_resize_is_drawn_anew(monitor):
    screen = monitor()
    screen.until(lambda text: "+30" in text)
    screen.resize(60, 14)
    shown = screen.until(lambda text: text.splitlines()[1] == "─" * 59 and "q quit" in text.splitlines()[-1] and "Goroutines" in text)
    assert all(len(line) < 60 for line in shown.splitlines()), shown


@pytest.mark.parametrize("number, code", [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_gives_the_terminal_back(monitor, number, code):
    screen = monitor()
    screen.until(lambda text: "+30" in text)
    screen.signal(number)
    assert screen.ended() == code
    assert LEAVE in screen.output and screen.echoed_at_end


def test_a_second_signal_gives_the_terminal_back_at_once(monitor, serve):
    screen = monitor(None, interval="50ms")
    screen.until(lambda text: "+30" in text)
    screen.press("\x03\x03")
    assert screen.ended() == INTERRUPTED
    assert LEAVE in screen.output and screen.echoed_at_end


def test_the_end_of_the_duration_ends_it(monitor):
    screen = monitor(duration="1500ms")
    assert screen.ended() in (CLEAN, FOUND)
    assert LEAVE in screen.output and screen.echoed_at_end


def test_a_target_that_is_away_is_told_and_survived(monitor, serve):
    healthy, asked = growing(), itertools.count()
    screen = monitor(lambda exchange: exchange.reset() if 8 < next(asked) < 30 else healthy(exchange), interval="300ms")
    screen.until(lambda text: "reset the connection" in text.splitlines()[-2])
    screen.until(lambda text: not text.splitlines()[-2].strip())


def test_hostile_names_cannot_draw(monitor):
    evil = replace(SEND, frames=frames("main.ask\x1b]0;owned\x07\x1b[2J /src/app/ask.go:17"))
    screen = monitor(PprofAnswers([Program((evil,))]))
    screen.until(lambda text: "main.ask" in text)
    assert b"\x1b]0;owned" not in screen.output and b"\x07" not in screen.output


@pytest.mark.parametrize("term", ["dumb", "", "no-such-terminal"])
def test_a_terminal_that_cannot_be_driven_gets_lines(monitor, term):
    screen = monitor(None, env={"TERM": term}, duration="900ms")
    assert screen.ended() in (CLEAN, FOUND)
    assert b"\x1b[?1049h" not in screen.output and screen.output.count(b"goroutines") >= 3, screen.output


@pytest.mark.parametrize("args", [("-quiet",), ("-format=json",)], ids=str)
def test_it_keeps_off_the_screen_with(monitor, args):
    screen = monitor(None, *args, duration="900ms")
    assert screen.ended() in (CLEAN, FOUND)
    assert b"\x1b[?1049h" not in screen.output


def test_without_colour_no_colour_is_set(monitor):
    screen = monitor(None, env={"NO_COLOR": "1"})
    screen.until(lambda text: "+30" in text)
    assert b"\x1b[31m" not in screen.output and b"\x1b[36m" not in screen.output


def test_no_bell_unless_asked_for(monitor):
    loud = ("-goroutine-critical=60", "-goroutine-high=59", "-goroutine-moderate=58", "-goroutine-normal=57")
    silent = monitor(None, *loud)
    silent.until(lambda text: "ALERT" in text)
    assert b"\x07" not in silent.output
    rings = monitor(None, *loud, "-bell")
    rings.until(lambda text: "ALERT" in text)
    assert b"\x07" in rings.output
