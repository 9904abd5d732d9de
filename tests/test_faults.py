"""Faults on our own side: disks that are full, folders that are not there, signals in every phase, poor surroundings."""

import os
import resource
import signal
import time
from pathlib import Path

import pytest

from misbehaviours import drip, silent
from support import report
from support.binary import CLEAN, INTERRUPTED, UNREADABLE
from support.pace import wait_until
from support.places import instrumented, slowdown
from support.pprof_answers import PprofAnswers, small_program

HEALTHY = PprofAnswers([small_program()])
SIGNALS = [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


def half_files(folder: Path) -> list[Path]:
    """Files that a run that failed must not leave behind: temporary ones, reports of nothing."""
    return [path for path in folder.rglob("*") if path.is_file() and (path.name.startswith(".") or "tmp" in path.name or path.stat().st_size == 0)]


# --- Reports that cannot be written

def at_most(size: int):
    """No file may grow beyond `size`, as on a disk that is full; the write fails instead of ending the process."""
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def test_a_disk_that_fills_up_while_reports_are_saved_leaves_the_analysis_and_no_half_file(leakfinder, quiet):
    result = leakfinder("analyze", "-samples=1", "-save-reports", "-reports-dir=reports", "-url", quiet.url, limits=at_most(300))
    assert result.code == UNREADABLE and "main.(*pool).work" in result.stdout, result
    assert any("reports" in line for line in result.error_lines), result
    assert not half_files(leakfinder.folder), result
    assert not [path for path in leakfinder.folder.rglob("*.txt")], "half a report was left"


def test_a_disk_that_fills_up_behind_the_output_file_keeps_the_old_one(leakfinder, quiet):
    old = leakfinder.write("report.json", '{"old": true}')
    result = leakfinder("check", "-format=json", "-o", "./report.json", "-url", quiet.url, limits=at_most(300))
    assert result.code == UNREADABLE and "report.json" in result.stderr, result
    assert old.read_text() == '{"old": true}' and not half_files(leakfinder.folder)


@pytest.mark.parametrize("place", ["/proc/leakfinder/reports", "/dev/null/reports", "file/reports"])
def test_a_folder_that_cannot_be_made_is_named_after_the_analysis(leakfinder, quiet, place):
    leakfinder.write("file", "not a folder")
    result = leakfinder("analyze", "-samples=1", f"-reports-dir={place}", "-url", quiet.url)
    assert result.code == UNREADABLE and place.rpartition("/")[0] in result.stderr and "main.(*pool).work" in result.stdout, result


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_working_directory_that_is_read_only_costs_the_reports_only(leakfinder, quiet):
    leakfinder.folder.chmod(0o500)
    try:
        result = leakfinder("analyze", "-samples=1", "-url", quiet.url)
    finally:
        leakfinder.folder.chmod(0o700)
    assert result.code == UNREADABLE and "main.(*pool).work" in result.stdout, result


def test_a_working_directory_that_nobody_can_write_to_is_no_matter_without_reports(leakfinder, quiet):
    assert leakfinder("check", "-url", quiet.url, cwd=Path("/proc")).code == CLEAN
    saved = leakfinder("analyze", "-samples=1", "-url", quiet.url, cwd=Path("/proc"))
    assert saved.code == UNREADABLE and "main.(*pool).work" in saved.stdout, saved


@pytest.mark.timing
def test_a_report_is_never_seen_half_written(leakfinder, quiet):
    """Whoever watches the folder sees a report only when it is whole: it gets its name last."""
    out = leakfinder.folder / "out.json"
    for _ in range(3):
        running = leakfinder.start("check", "-format=json", "-o", "./out.json", "-url", quiet.url)
        while running.process.poll() is None:
            if out.exists():
                report.parse(out.read_text())
            time.sleep(0.001)
        running.process.returncode = None  # the poll has reaped it
        out.unlink()


# --- Signals, phase by phase

def slow(profile: str, behave):
    """A target that is healthy up to one profile."""
    return lambda exchange: behave(exchange) if exchange.request.profile == profile else HEALTHY(exchange)


PHASES = {
    "connecting": (silent, False, lambda target: True),
    "waiting for the index": (silent, True, lambda target: len(target.requests) >= 1),
    "reading the index": (drip, True, lambda target: len(target.requests) >= 1),
    "waiting for the goroutines": (slow("goroutine", silent), True, lambda target: len(target.asked("goroutine")) >= 1),
    "reading the heap": (slow("heap", drip), True, lambda target: len(target.asked("heap")) >= 1),
}


# One signal is enough to tell the transports apart.
@pytest.mark.parametrize("url, number, code", [*(("url", *row) for row in SIGNALS), ("named_url", *SIGNALS[0])], ids=lambda value: str(value))
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.timing
def test_a_signal_ends_it_at_once_while(leakfinder, serve, phase, url, number, code):
    behave, accepts, reached = PHASES[phase]
    target = serve(behave, accepts=accepts)
    running = leakfinder.start("analyze", "-timeout=60s", "-samples=1", "-url", getattr(target, url))
    wait_until(lambda: reached(target))
    time.sleep(0.3 * slowdown())
    running.signal(number)
    signalled = time.monotonic()
    result = running.wait(40)
    assert result.code == code, result
    assert time.monotonic() - signalled < 2 * slowdown(), result
    assert not half_files(leakfinder.folder)


@pytest.mark.parametrize("number, code", SIGNALS, ids=lambda value: str(value))
@pytest.mark.parametrize("command", [
    ("analyze", "-samples=50", "-sample-interval=1s"), ("patterns", "-leakprof-samples=50", "-leakprof-interval=1s"),
    ("monitor", "-monitor-duration=60s", "-monitor-interval=1s"), ("analyze", "-samples=1", "-force-gc", "-gc-wait=60s"),
    ("compare", "-wait=60s")], ids=lambda command: " ".join(command[:2]))
@pytest.mark.timing
def test_a_signal_between_samples_shows_and_saves_the_result_so_far(leakfinder, serve, command, number, code):
    target = serve()
    running = leakfinder.start(*command, "-format=json", "-save-reports", "-reports-dir=saved", "-url", target.url)
    wait_until(lambda: len(target.asked("goroutine")) >= 1 and len(target.requests) >= 3 and all(request.ended for request in target.requests))
    time.sleep(0.5 * slowdown())
    running.signal(number)
    result = running.wait(40)
    assert result.code == code, result
    assert report.of(result)["goroutines"]["total"] == small_program().total
    if command[0] != "monitor":
        assert any((leakfinder.folder / "saved").iterdir()), result
    assert not half_files(leakfinder.folder)


@pytest.mark.timing
def test_a_second_signal_ends_it_whatever_it_is_doing(leakfinder, quiet):
    """stdout is a pipe that nobody reads: writing the result never ends, so only the second signal can."""
    reader, writer = os.pipe()
    os.set_blocking(writer, True)
    filler = os.open(f"/proc/self/fd/{writer}", os.O_WRONLY | os.O_NONBLOCK)
    while True:
        try:
            os.write(filler, bytes(65536))
        except BlockingIOError:
            break
    running = leakfinder.start("analyze", "-samples=50", "-sample-interval=1s", "-save-reports=false", "-url", quiet.url, stdout=writer)
    wait_until(lambda: len(quiet.asked("goroutine")) >= 1)
    time.sleep(0.3 * slowdown())
    running.signal(signal.SIGINT)
    time.sleep(0.5)
    assert running.process.poll() is None, "the first signal shows the result, which nobody takes"
    running.signal(signal.SIGINT)
    result = running.wait(20)
    for descriptor in (reader, writer, filler):
        os.close(descriptor)
    assert result.code == INTERRUPTED, result


@pytest.mark.timing
def test_ignored_signals_stay_ignored(leakfinder, serve):
    """As under nohup."""
    target = serve()
    running = leakfinder.start("analyze", "-samples=3", "-sample-interval=400ms", "-save-reports=false", "-url", target.url,
                               limits=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    wait_until(lambda: len(target.asked("goroutine")) >= 1)
    running.signal(signal.SIGHUP)
    assert running.wait(30).code == CLEAN


# --- Poor surroundings

@pytest.mark.parametrize("descriptors", [4, 5, 6, 8, 12])
@pytest.mark.parametrize("url", ["url", pytest.param("named_url", id="through libcurl")])
def test_without_file_descriptors_there_is_a_message_and_no_crash(leakfinder, quiet, url, descriptors):
    if instrumented() > 1:
        pytest.skip("UBSan opens a pipe to look at an object, and takes one that it cannot look at for broken")
    result = leakfinder("check", "-url", getattr(quiet, url), limits=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors)))
    assert result.code in (CLEAN, UNREADABLE), result
    assert result.code == CLEAN or result.stderr.startswith("leakfinder: "), result


def test_without_a_home_there_is_nothing_to_complain_of(leakfinder, quiet):
    running = leakfinder.start("check", "-url", quiet.url, env={"HOME": "/nonexistent"})
    assert running.wait(20).code == CLEAN


@pytest.mark.parametrize("command", ["check", "analyze", "patterns"])
def test_a_small_stack_is_enough_for_a_dump_of_deep_stacks(leakfinder, command):
    deep = "".join(f"main.f{n}(0x1)\n\t/m.go:{n} +0x1\n" for n in range(1, 3000))
    leakfinder.write("dump.txt", "".join(f"goroutine {g} [select]:\n{deep}\n" for g in range(1, 20)))
    limits = lambda: resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, 256 << 10))
    if instrumented() > 1:
        pytest.skip("a sanitizer needs more stack of its own")
    assert leakfinder(command, "dump.txt", limits=limits).code in (0, 1)


def test_deeply_nested_json_and_yaml_end_in_a_message(leakfinder):
    leakfinder.write("vars.json", '{"memstats":' + "[" * 200_000)
    assert leakfinder("check", "vars.json").code == UNREADABLE
    leakfinder.write("leakfinder.yaml", "url: " + "[" * 20_000)
    result = leakfinder("check")
    assert result.code == 2 and len(result.error_lines) == 1, result


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("command", ["analyze", "memory", "patterns", "help", "version"])
def test_a_full_disk_behind_stdout_is_told_by(leakfinder, quiet, command):
    args = () if command in ("help", "version") else ("-leakprof-samples=1", "-samples=1", "-save-reports=false", "-url", quiet.url)
    with open("/dev/full", "wb") as full:
        result = leakfinder(command, *args, stdout=full)
    assert result.code == UNREADABLE and result.error_lines, result


def test_a_closed_stderr_is_no_reason_to_fail(leakfinder, quiet):
    result = leakfinder("check", "-verbose", "-url", quiet.url, limits=lambda: os.close(2))
    assert result.code == CLEAN and result.stdout, result


@pytest.mark.parametrize("flag", ["-config", "-patterns-file", "-baseline", "leakfinder.yaml"])
@pytest.mark.parametrize("number, code", SIGNALS, ids=lambda value: str(value))
@pytest.mark.timing
def test_a_signal_ends_the_wait_for_settings_that_nobody_writes(leakfinder, quiet, flag, number, code):
    os.mkfifo(leakfinder.folder / ("pipe" if flag.startswith("-") else flag))
    running = leakfinder.start("check", "-url", quiet.url, *([f"{flag}=pipe"] if flag.startswith("-") else []))
    time.sleep(0.3 * slowdown())
    running.signal(number)
    result = running.wait(20)
    assert result.code == code and not quiet.requests, result


def test_settings_may_come_through_a_pipe(leakfinder, quiet):
    result = leakfinder("check", "-config=/dev/stdin", stdin=f"url: {quiet.url}\n".encode())
    assert result.code == CLEAN and quiet.requests, result


def test_owners_in_what_is_no_file_are_not_waited_for(leakfinder):
    leakfinder.write("dump.txt", small_program().debug2())
    (leakfinder.folder / "docs").mkdir()
    os.mkfifo(leakfinder.folder / "CODEOWNERS")
    leakfinder.write("docs/CODEOWNERS", "* @team\n")
    assert leakfinder("check", "-source-root=.", "dump.txt").code == CLEAN


def test_a_capture_with_a_pipe_among_its_files_is_not_waited_for(leakfinder, quiet):
    assert leakfinder("capture", "-o", "taken", "-samples=2", "-sample-interval=10ms", "-url", quiet.url).code == CLEAN
    goroutines = sorted(path for path in (leakfinder.folder / "taken").iterdir() if "goroutine" in path.name)
    goroutines[0].unlink()
    os.mkfifo(goroutines[0])
    result = leakfinder("check", "taken")
    assert result.code == UNREADABLE and "no regular file" in result.stderr and str(small_program().total) in result.stdout, result
