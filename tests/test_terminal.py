"""Where output goes: terminals and pipes, colour, hostile text, closed pipes, full disks, signals."""

import os
import re
import resource
import signal
import subprocess
import time
from dataclasses import replace

import pytest

from misbehaviours import silent
from support import terminal
from support.binary import CLEAN, FOUND, INTERRUPTED, UNREADABLE
from support.pace import wait_until
from support.places import slowdown
from support.pprof_answers import small_program
from support.synthetic import Group, Program, frames

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ATTACKS = {
    "colour": "\x1b[31mred", "title": "\x1b]0;owned\x07", "clear": "\x1b[2J\x1b[H", "C1": "\u009b31m", "bell": "\x07", "return": "\rfake", "backspace": "\b\b\b", "bidi": "\u202eevil",
    "isolate": "\u2066evil\u2069", "delete": "\x7f", "link": "\x1b]8;;http://evil\x07x", "dcs": "\x1bPq\x1b\\",
}
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def dump_with(text: str) -> bytes:
    """A dump whose function, file, creator and label hold this text."""
    hostile = Group(900, "chan send", frames(f"main.ask{text} /src/{text}/ask.go:17"), frames(f"main.make{text} /src/app/ask.go:15")[0], 500)
    return Program((hostile,)).debug2()


# --- Colour

def coloured(leakfinder, *args, env=None) -> bool:
    leakfinder.write("dump.txt", small_program().debug2())
    shown = terminal.run("check", *args, "dump.txt", cwd=leakfinder.folder, env=env)
    assert shown.code == CLEAN, shown
    return bool(COLOUR.search(shown.screen))


@pytest.mark.terminal
def test_a_terminal_gets_colour(leakfinder):
    assert coloured(leakfinder)


def test_a_pipe_gets_none(leakfinder, quiet):
    result = leakfinder("check", "-url", quiet.url, env={"TERM": "xterm-256color"})
    assert "\x1b" not in result.stdout + result.stderr, result


@pytest.mark.parametrize("args, env, wanted", [
    ((), {"NO_COLOR": "1"}, False), ((), {"NO_COLOR": ""}, True), ((), {"TERM": "dumb"}, False), (("-color=never",), {}, False),
    (("-color=always",), {"NO_COLOR": "1"}, True), (("-color=auto",), {}, True)], ids=str)
@pytest.mark.terminal
def test_on_a_terminal_colour_is_ruled_by(leakfinder, args, env, wanted):
    assert coloured(leakfinder, *args, env=env) is wanted


def test_colour_can_be_forced_into_a_pipe(leakfinder, quiet):
    assert COLOUR.search(leakfinder("check", "-color=always", "-url", quiet.url).stdout)


@pytest.mark.terminal
def test_json_has_no_colour_on_a_terminal(leakfinder):
    leakfinder.write("dump.txt", small_program().debug2())
    assert not COLOUR.search(terminal.run("check", "-format=json", "dump.txt", cwd=leakfinder.folder).screen)


# --- Hostile text

@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("where", ["pipe", "terminal"])
@pytest.mark.terminal
def test_text_of_a_dump_cannot_write_control_characters(leakfinder, attack, where):
    leakfinder.write("dump.txt", dump_with(ATTACKS[attack]))
    if where == "pipe":
        shown = leakfinder("analyze", "dump.txt")
        output = shown.stdout + shown.stderr
    else:
        output = COLOUR.sub("", terminal.run("analyze", "dump.txt", "-color=never", cwd=leakfinder.folder).screen).replace("\r\n", "\n")
    assert "main.ask" in output
    assert not FORBIDDEN.search(output), FORBIDDEN.findall(output)


@pytest.mark.parametrize("attack", ATTACKS)
def test_saved_reports_hold_no_control_characters(leakfinder, attack):
    leakfinder.write("dump.txt", dump_with(ATTACKS[attack]))
    leakfinder("analyze", "-save-reports", "dump.txt")
    analysis = next((leakfinder.folder / "reports").glob("goroutine_analysis_*.txt")).read_text(encoding="utf-8")
    assert "main.ask" in analysis and not FORBIDDEN.search(analysis), FORBIDDEN.findall(analysis)


@pytest.mark.parametrize("form, forbidden", [
    ("markdown", "<script>alert"), ("junit", "<script>alert"), ("github", "\n::error")])
def test_markup_in_a_dump_is_neutralised_in(leakfinder, form, forbidden):
    leakfinder.write("dump.txt", dump_with("<script>alert(1)</script>|%0A::error title=x::y"))
    shown = leakfinder("analyze", f"-format={form}", "-fail-on=suspect", "dump.txt").stdout
    if form == "markdown":
        shown = re.sub(r"(`+)[^`].*?\1", "", shown)  # a code span shows a tag as it is
    assert "main.ask" in shown and forbidden not in shown.replace("\n::error file=", "")


def test_an_error_body_cannot_write_control_characters(leakfinder, serve):
    target = serve(lambda exchange: exchange.answer(500, b"\x1b[2J\x07\xe2\x80\xaeoops", Location="\x1b]0;x"))
    result = leakfinder("check", "-url", target.url)
    assert result.code == UNREADABLE and not FORBIDDEN.search(result.stderr + result.stdout), result


def test_a_file_name_cannot_write_control_characters(leakfinder):
    result = leakfinder("check", "no\x1b[2Jfile.txt")
    assert result.code == UNREADABLE and not FORBIDDEN.search(result.stderr), result


# --- Pipes and disks

def test_a_closed_pipe_is_quiet_and_keeps_the_exit_code(leakfinder):
    leakfinder.write("dump.txt", Program((Group(9, "chan receive (nil chan)", frames("main.wait /src/app/w.go:3")),)).debug2())
    reader, writer = os.pipe()
    os.close(reader)
    result = leakfinder("analyze", "dump.txt", stdout=writer)
    os.close(writer)
    assert (result.code, result.stderr) == (FOUND, ""), result


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_an_error(leakfinder, quiet):
    with open("/dev/full", "wb") as full:
        result = leakfinder("check", "-url", quiet.url, stdout=full)
    assert result.code == UNREADABLE and len(result.error_lines) == 1, result


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_behind_an_output_file_is_an_error(leakfinder, quiet):
    result = leakfinder("check", "-format=json", "-o", "/dev/full", "-url", quiet.url)
    assert result.code == UNREADABLE and "/dev/full" in result.stderr, result


# --- Signals

@pytest.mark.parametrize("number, code", [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.timing
def test_a_signal_while_sampling_shows_the_result_so_far(leakfinder, quiet, number, code):
    running = leakfinder.start("analyze", "-samples=50", "-sample-interval=1s", "-save-reports=false", "-url", quiet.url)
    wait_until(lambda: len(quiet.asked("goroutine")) >= 1 and not [r for r in quiet.requests if not r.ended])
    time.sleep(0.2)
    running.signal(number)
    result = running.wait(10)
    assert result.code == code and "main.(*pool).work" in result.stdout, result


@pytest.mark.timing
def test_a_signal_while_a_target_is_silent_ends_at_once(leakfinder, serve):
    target = serve(silent)
    running = leakfinder.start("check", "-timeout=60s", "-url", target.url)
    wait_until(lambda: bool(target.requests))
    running.signal(signal.SIGINT)
    result = running.wait(10)
    assert result.code == INTERRUPTED and result.seconds < 8 * slowdown(), result


@pytest.mark.timing
def test_a_second_signal_ends_what_the_first_has_not(leakfinder, quiet):
    running = leakfinder.start("monitor", "-monitor-duration=60s", "-monitor-interval=1s", "-url", quiet.url)
    wait_until(lambda: len(quiet.requests) >= 3)
    running.signal(signal.SIGINT)
    running.signal(signal.SIGINT)
    assert running.wait(5).code == INTERRUPTED


# --- Progress

@pytest.mark.terminal
def test_a_transfer_that_takes_long_is_told(leakfinder, serve):
    healthy = small_program().debug2()

    def slowly(exchange):
        exchange.head(200, {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(healthy))})
        for i in range(0, len(healthy), len(healthy) // 12 + 1):
            exchange.pause(0.1)
            exchange.send(healthy[i:i + len(healthy) // 12 + 1])

    shown = terminal.run("check", "-goroutines-only", "-url", serve(slowly).url, cwd=leakfinder.folder)
    assert "receiving, " in shown.screen, shown


@pytest.mark.terminal
def test_reading_that_takes_long_is_told(leakfinder):
    leakfinder.write("small.txt", small_program().debug2())
    os.mkfifo(leakfinder.folder / "slow.txt")
    writer = subprocess.Popen(["bash", "-c", "for i in 1 2 3 4 5 6; do head -c 200 small.txt; sleep 0.3; done > slow.txt"], cwd=leakfinder.folder)
    try:
        shown = terminal.run("check", "small.txt", "slow.txt", cwd=leakfinder.folder)
    finally:
        writer.kill()  # where nobody has opened the pipe, it waits for ever
        writer.wait(timeout=10)
    assert "reading, 2 of 2" in shown.screen, shown


# --- Poor surroundings

@pytest.mark.parametrize("env", [{"HOME": ""}, {"TERM": ""}, {"LC_ALL": "C"}, {"COLUMNS": "0"}, {"TZ": "Nowhere/Land"}], ids=str)
def test_it_works_in_an_environment_with(leakfinder, quiet, env):
    assert leakfinder("check", "-url", quiet.url, env=env).code == CLEAN


def test_it_works_with_a_small_stack(leakfinder):
    leakfinder.write("dump.txt", Program((replace(small_program().groups[0], count=5000),)).debug2())
    result = leakfinder("check", "dump.txt", limits=lambda: resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, 256 << 10)))
    assert result.code == CLEAN, result


def test_it_works_with_few_file_descriptors(leakfinder, quiet):
    result = leakfinder("check", "-url", quiet.url, limits=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16)))
    assert result.code == CLEAN, result


def test_goroutines_beyond_the_limit_cost_a_warning(leakfinder):
    leakfinder.write("dump.txt", dump_with(""))
    shown = leakfinder.json("check", "-max-goroutines=100", "dump.txt")
    assert "limit-reached" in shown.warning_codes(), shown["warnings"]
