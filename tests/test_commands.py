"""monitor, compare, filter, patterns, channels, memory and capture on targets whose every moment is known."""

import json
import tarfile
import time
from dataclasses import replace

import pytest

from support import report
from support.binary import CLEAN, FOUND, UNREADABLE
from support.pprof_answers import NAMES, PprofAnswers, small_program
from support.synthetic import Group, Program, Site, frames

MIB = 1 << 20
SEND = Group(20, "chan send", frames("main.ask.func1 /src/app/ask.go:17"), frames("main.ask /src/app/ask.go:15")[0], 500)
LOCK = Group(9, "sync.Mutex.Lock", frames("sync.(*Mutex).Lock /usr/lib/go/src/sync/mutex.go:46", "main.(*account).deposit /src/app/account.go:9"), frames("main.serve /src/app/main.go:30")[0], 9000)
QUICK = ("-leakprof-interval=100ms", "-save-reports=false")


def moments(count: int, by: int = 10, more: tuple[Group, ...] = ()) -> PprofAnswers:
    """A target whose senders grow with every sample."""
    return PprofAnswers([Program((*small_program().groups, *more, replace(SEND, count=20 + by * i)), small_program().sites) for i in range(count)])


def heaps(sizes: list[int]) -> PprofAnswers:
    """A target whose cache has so many MiB at each sample, a collection between."""
    return PprofAnswers([Program(small_program().groups, (Site(frames("main.remember /src/app/cache.go:33"), mib, MIB),), {"NumGC": 5 + i, "LastGC": 10**18 + i})
                         for i, mib in enumerate(sizes)])


# --- monitor

def monitor(leakfinder, target, *args, samples: int = 6, **options):
    return leakfinder("monitor", f"-monitor-duration={samples * 100 - 50}ms", "-monitor-interval=100ms", *args, "-url", target.url, **options)


@pytest.mark.timing
def test_monitor_prints_a_plain_line_a_sample(leakfinder, quiet):
    result = monitor(leakfinder, quiet)
    assert result.code == CLEAN and "\x1b" not in result.stdout and "\r" not in result.stdout, result
    assert len([line for line in result.stdout.splitlines() if " 12" in line]) >= 4, result


@pytest.mark.timing
def test_monitor_in_json_writes_one_object_at_the_end(leakfinder, quiet):
    result = monitor(leakfinder, quiet, "-format=json")
    shown = report.of(result)
    assert len(shown["goroutines"]["samples"]) >= 4 and result.error_lines, result


@pytest.mark.parametrize("sizes, pattern", [([20] * 12, "stable"), ([20 + 4 * i for i in range(12)], "growing"), ([60, 60, 60, 60, 20, 20, 20], "cliff")], ids=["stable", "growing", "cliff"])
@pytest.mark.timing
def test_monitor_recognises_a_heap_that_is(leakfinder, serve, sizes, pattern):
    shown = report.of(monitor(leakfinder, serve(heaps(sizes)), "-format=json", samples=7))
    assert shown["memory"]["pattern"] == pattern


@pytest.mark.timing
def test_monitor_alerts_the_moment_a_threshold_is_reached(leakfinder, serve):
    result = monitor(leakfinder, serve(moments(8)), "-goroutine-critical=60", "-goroutine-high=59", "-goroutine-moderate=58", "-goroutine-normal=57")
    assert result.code == FOUND, result
    lines = result.stdout.splitlines()
    alert = next(i for i, line in enumerate(lines) if "alert" in line.lower())
    assert alert < len(lines) - 5, result


@pytest.mark.timing
def test_monitor_survives_a_target_that_is_away_for_a_while(leakfinder, serve):
    healthy = PprofAnswers([small_program()])
    target = serve(lambda exchange: exchange.reset() if 0.25 < time.monotonic() - target.requests[0].began < 0.65 else healthy(exchange))
    shown = report.of(monitor(leakfinder, target, "-format=json", samples=10))
    assert shown.run.code in (CLEAN, UNREADABLE) and "sample-missed" in shown.warning_codes(), shown["warnings"]
    assert len(shown["goroutines"]["samples"]) >= 4


@pytest.mark.timing
def test_monitor_takes_a_restart_for_no_leak(leakfinder, serve):
    old, young = Program((replace(SEND, first_id=90_000, count=5),)), Program((replace(SEND, first_id=40, count=30),))
    shown = report.of(monitor(leakfinder, serve(PprofAnswers([old, old, old, young])), "-format=json"))
    assert not shown.with_verdict("leak"), shown.findings


# --- compare

def compare(leakfinder, before: Program, after: Program, *args) -> report.Report:
    leakfinder.write("before.txt", before.debug2())
    leakfinder.write("after.txt", after.debug2())
    return leakfinder.json("compare", *args, "before.txt", "after.txt")


def test_compare_names_what_grew_with_before_and_after(leakfinder):
    shown = compare(leakfinder, Program((SEND, LOCK)), Program((replace(SEND, count=50), LOCK)))
    grown = shown.at_function("main.ask.func1")
    assert [(f["count_before"], f["count"], f["delta"]) for f in grown] == [(20, 50, 30)], shown.findings
    assert not shown.at_function("deposit")


def test_compare_of_equal_moments_finds_nothing(leakfinder):
    shown = compare(leakfinder, Program((SEND,)), Program((SEND,)))
    assert shown.run.code == CLEAN and not [f for f in shown.findings if f.get("delta")]


def test_compare_of_heaps_gives_the_bytes_that_grew(leakfinder):
    for name, mib in (("before", 20), ("after", 70)):
        leakfinder.write(f"{name}.pb.gz", heaps([mib]).moments[0].heap_proto())
    found = leakfinder.json("compare", "before.pb.gz", "after.pb.gz").at_function("main.remember")
    assert [(f["bytes_before"], f["bytes"], f["bytes_delta"]) for f in found] == [(20 * MIB, 70 * MIB, 50 * MIB)]


def test_compare_runs_the_command_between_its_measurements(leakfinder, quiet):
    result = leakfinder("compare", "-save-reports=false", "-url", quiet.url, "--", "sh", "-c", "echo from-the-command; touch ran")
    assert result.code == CLEAN and (leakfinder.folder / "ran").exists() and "from-the-command" in result.stdout, result


def test_compare_keeps_the_commands_output_off_a_json_report(leakfinder, quiet):
    result = leakfinder("compare", "-format=json", "-save-reports=false", "-url", quiet.url, "--", "echo", "from-the-command")
    report.of(result)
    assert "from-the-command" in result.stderr


def test_compare_takes_a_failing_command_for_an_error_and_no_leak(leakfinder, quiet):
    result = leakfinder("compare", "-save-reports=false", "-url", quiet.url, "--", "sh", "-c", "exit 7")
    assert result.code == UNREADABLE and "7" in result.stderr, result


def test_compare_goes_on_at_enter(leakfinder, quiet):
    assert leakfinder("compare", "-save-reports=false", "-url", quiet.url, stdin=b"\n").code == CLEAN


def test_compare_leaves_out_what_was_merely_in_flight(leakfinder, serve):
    flight = replace(SEND, count=300, first_id=70_000)
    states = [Program((SEND,)), Program((SEND, replace(flight, frames=frames("main.handle /src/app/http.go:5")))), Program((SEND,))]
    shown = leakfinder.json("compare", "-wait=50ms", "-save-reports=false", "-url", serve(PprofAnswers(states)).url)
    assert not shown.at_function("main.handle"), shown.findings


# --- filter

@pytest.mark.parametrize("args, env, total", [
    (("-filter-func=work",), {}, 8), (("-filter-func=(*pool).work",), {}, 8), (("-filter-func=WORK",), {}, 0), (("-filter-func=work,deposit",), {}, 17), (("-filter-func=re:^ask",), {}, 20),
    ((), {"FILTER_FUNC": "ask"}, 20), ((), {"LEAKFINDER_FILTER_FUNC": "ask"}, 20), (("-filter-pkg=sync",), {}, 9), ((), {"FILTER_PKG": "main", "EXCLUDE_PATTERNS": "sync."}, 31),
    (("-exclude-patterns=main.",), {}, 1), (("-filter-func=refresh", "-filter-pkg=sync"), {}, 0)], ids=str)
@pytest.mark.parametrize("form", ["debug2", "proto"])
def test_filter_keeps_what_matches(leakfinder, form, args, env, total):
    program = Program((*small_program().groups, SEND, LOCK))
    leakfinder.write("profile", getattr(program, form)())
    goroutines = leakfinder.json("filter", *args, "profile", env=env)["goroutines"]
    assert (goroutines["total"], goroutines["unfiltered_total"]) == (total, program.total)


def test_filter_shows_its_criteria(leakfinder, quiet):
    shown = leakfinder("filter", "-filter-func=work", "-filter-pkg=main", "-exclude-patterns=refresh", "-save-reports=false", "-url", quiet.url).stdout
    assert "work" in shown and "main" in shown and "refresh" in shown


def test_the_filtered_report_holds_only_what_matches(leakfinder, quiet):
    leakfinder("filter", "-filter-func=work", "-url", quiet.url)
    content = next((leakfinder.folder / "reports").glob("filtered_analysis_*.txt")).read_text()
    assert "main.(*pool).work" in content and "main.refresh" not in content


def test_a_label_keeps_its_goroutines(leakfinder):
    labelled = replace(SEND, labels=(("tenant", "acme"),), count=4)
    leakfinder.write("profile", Program((SEND, labelled)).proto())
    assert leakfinder.json("filter", "-label=tenant=acme", "profile")["goroutines"]["total"] == 4


# --- patterns and channels

def test_patterns_scores_what_does_not_resolve_and_shows_the_parts(leakfinder, serve):
    shown = leakfinder.json("patterns", *QUICK, "-leakprof-samples=4", "-leakprof-duration=300ms", "-url", serve(moments(4)).url)
    found = shown.at_function("main.ask.func1")[0]
    # Seen for under five seconds it is a suspect, and scores like one.
    assert 50 <= found["score"] < 70 and found["score_parts"], found


def test_channels_names_channel_waits_only(leakfinder, serve):
    shown = leakfinder.json("channels", *QUICK, "-leakprof-samples=4", "-url", serve(moments(4, more=(LOCK,))).url)
    assert shown.at_function("main.ask.func1") and not shown.at_function("deposit"), shown.findings


@pytest.mark.parametrize("command", ["patterns", "channels"])
@pytest.mark.parametrize("threshold, listed", [(20, True), (21, False)])
def test_sites_under_the_threshold_are_not_listed_by(leakfinder, serve, command, threshold, listed):
    shown = leakfinder.json(command, *QUICK, "-leakprof-samples=2", f"-leakprof-threshold={threshold}", "-url", serve(moments(1)).url)
    assert bool(shown.at_function("main.ask.func1")) is listed, shown.findings


@pytest.mark.parametrize("command", ["patterns", "channels"])
def test_a_proven_leak_is_listed_whatever_its_count_by(leakfinder, serve, command):
    program = Program((replace(SEND, count=1, leaked=True), *small_program().groups), small_program().sites)
    shown = leakfinder.json(command, *QUICK, "-leakprof-samples=2", "-url", serve(PprofAnswers([program], serves=NAMES)).url)
    assert shown.run.code == FOUND and shown.rules("leak") == ["goroutine/proven-leak"]


@pytest.mark.parametrize("command", ["patterns", "channels"])
def test_where_nothing_is_in_doubt_the_default_samples_end_early_of(leakfinder, serve, command):
    idle = Program((Group(3, "chan receive", frames("main.work /src/app/work.go:9"), frames("main.main /src/app/main.go:5")[0], 50),), ())
    target = serve(PprofAnswers([idle], serves=NAMES))
    assert len(leakfinder.json(command, *QUICK, "-url", target.url)["goroutines"]["samples"]) == 3
    assert len(leakfinder.json(command, *QUICK, "-leakprof-samples=5", "-url", target.url)["goroutines"]["samples"]) == 5


def test_what_grows_keeps_patterns_looking(leakfinder, serve):
    assert len(leakfinder.json("patterns", *QUICK, "-url", serve(moments(6)).url)["goroutines"]["samples"]) == 6


# --- memory

def test_memory_names_the_site_that_grows_and_asks_for_no_goroutines(leakfinder, serve):
    target = serve(heaps([20, 30, 40, 50, 60, 70]))
    shown = leakfinder.json("memory", "-samples=6", "-sample-interval=100ms", "-save-reports=false", "-url", target.url)
    assert [f["function"] for f in shown.findings if f["rule"] == "memory/growing-site"] == ["main.remember"]
    assert not target.asked("goroutine") and "goroutines" not in shown


def test_memory_shows_its_chapters(leakfinder, quiet):
    shown = leakfinder("memory", "-save-reports=false", "-url", quiet.url).stdout.lower()
    for wanted in ("live", "objects", "stack", "gc", "main.loadtable"):
        assert wanted in shown, shown


# --- capture

def test_a_captured_folder_has_a_manifest_and_the_raw_profiles(leakfinder, quiet):
    assert leakfinder("capture", "-o", "taken", "-samples=2", "-sample-interval=50ms", "-url", quiet.url).code == CLEAN
    files = {path.name for path in (leakfinder.folder / "taken").rglob("*") if path.is_file()}
    assert any("manifest" in name for name in files) and len(files) > 4, files
    manifest = next((leakfinder.folder / "taken").rglob("*manifest*"))
    assert json.loads(manifest.read_text())


def test_a_captured_archive_is_a_gzipped_tar(leakfinder, quiet):
    leakfinder("capture", "-o", "taken.tar.gz", "-samples=1", "-url", quiet.url)
    with tarfile.open(leakfinder.folder / "taken.tar.gz") as archive:
        contents = [archive.extractfile(member).read() for member in archive.getmembers() if member.isfile()]
    assert small_program().proto() in contents


def test_two_captures_are_compared(leakfinder, serve):
    target = serve(moments(2, by=40))
    for name in ("one", "two"):
        leakfinder("capture", "-o", name, "-samples=1", "-url", target.url)
    found = leakfinder.json("compare", "one", "two").at_function("main.ask.func1")
    assert [f["delta"] for f in found] == [40]
