"""analyze: several samples, identities, proofs, memory growth, report files, accepted findings."""

import gzip
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from support import pace
from support.binary import CLEAN, FOUND, UNREADABLE
from support.pprof_answers import NAMES, PprofAnswers, small_program
from support.synthetic import Group, Program, Site, frames

MIB = 1 << 20
MAIN = frames("main.main /src/app/main.go:10")[0]
SEND = Group(20, "chan send", frames("main.ask.func1 /src/app/ask.go:17"), frames("main.ask /src/app/ask.go:15")[0], 500)
FAST = ("analyze", "-save-reports=false", "-sample-interval=100ms")


def growing(steps: int, by: int = 10) -> list[Program]:
    """Moments of a program whose senders are born and never leave."""
    return [Program((*small_program().groups, replace(SEND, count=SEND.count + by * i)), small_program().sites) for i in range(steps)]


def write_series(leakfinder, programs: list[Program]) -> list[str]:
    """Writes debug=2 dumps of the moments; their names in time order."""
    return [leakfinder.write(f"s{i}.txt", program.debug2()).name for i, program in enumerate(programs)]


# --- Samples

@pytest.mark.parametrize("args, samples", [((), 2), (("-samples=1",), 1), (("-samples=4",), 4)], ids=["by default", "one", "four"])
def test_it_takes_the_samples_that_were_asked_for(leakfinder, quiet, args, samples):
    shown = leakfinder.json(*FAST, *args, "-url", quiet.url)
    assert len(shown["goroutines"]["samples"]) == samples and len(shown["memory"]["samples"]) == samples


def test_a_healthy_program_has_no_leak_and_exit_code_0(leakfinder, quiet):
    shown = leakfinder.json(*FAST, "-samples=3", "-url", quiet.url)
    assert shown.run.code == CLEAN and not shown.with_verdict("leak") and not shown.with_verdict("suspect"), shown.findings


# --- Growth and identities

def test_goroutines_that_are_born_and_never_leave_are_a_leak_when_seen_for_long(leakfinder, serve):
    target = serve(PprofAnswers(growing(4)))
    shown = leakfinder.json("analyze", "-save-reports=false", "-samples=4", "-sample-interval=1800ms", "-url", target.url)
    found = shown.at_function("main.ask.func1")
    assert shown.run.code == FOUND and found, shown.findings
    assert (found[0]["rule"], found[0]["verdict"], found[0]["count"], found[0]["line"]) == ("goroutine/growing-site", "leak", 50, 17)


def test_growth_seen_for_a_moment_only_is_a_suspect_with_the_command_that_settles_it(leakfinder, serve):
    shown = leakfinder.json(*FAST, "-samples=3", "-settle=0", "-url", serve(PprofAnswers(growing(3))).url)
    found = [f for f in shown.at_function("main.ask.func1") if f["rule"] == "goroutine/growing-site"]
    assert shown.run.code == CLEAN and [f["verdict"] for f in found] == ["suspect"], shown.findings
    assert shown.data["next"].startswith("leakfinder analyze -settle=60s http://127.0.0.1:"), shown.data["next"]


def test_the_default_look_goes_on_until_growth_is_settled(leakfinder, live):
    target = live("-mode=healthy,leak_send", "-every=100ms", fresh=True)
    shown = leakfinder.json("analyze", "-save-reports=false", "-url", target.url, timeout=60)
    assert [f["function"] for f in shown.with_verdict("leak")] == ["main.sendAnswer"], shown.findings
    assert len(shown.data["goroutines"]["samples"]) > 4 and "next" not in shown.data, shown.data["goroutines"]


def test_the_default_look_at_a_healthy_program_takes_two_samples_and_says_what_it_would_have_seen(leakfinder, quiet):
    shown = leakfinder.json("analyze", "-save-reports=false", "-url", quiet.url)
    assert len(shown.data["goroutines"]["samples"]) == 2 and shown.data["health"]["level"] == "healthy"
    assert 9 < shown.data["limits"]["goroutines_per_s"] < 19 and "bytes_per_s" not in shown.data["limits"], shown.data["limits"]


def test_what_is_still_in_doubt_leaves_health_unknown_and_names_the_command_that_tells_more(leakfinder):
    """Three came beside twenty, nobody left: neither a suspect nor a clean bill."""
    moments = [Program((*small_program().groups, replace(SEND, count=count)), small_program().sites) for count in (20, 21, 23)]
    names = write_series(leakfinder, moments)
    shown = leakfinder.json("analyze", "-sample-interval=1s", *names)
    assert shown.run.code == CLEAN and shown.data["health"] == {"level": "unknown"}, shown.data["health"]
    assert "main.ask.func1 grows, 20 to 23" in shown.data["not_judged"], shown.data["not_judged"]


def test_idle_workers_are_not_accused_whatever_their_number(leakfinder, live):
    target = live("-mode=crowd", "-n=3008", fresh=True)
    shown = leakfinder.json("analyze", "-save-reports=false", "-url", target.url)
    assert shown.run.code == CLEAN and not shown.with_verdict("suspect") and "not_judged" not in shown.data, shown.findings


def test_the_growth_is_given_per_minute(leakfinder):
    names = write_series(leakfinder, growing(4))
    found = leakfinder.json("analyze", "-sample-interval=10s", *names).at_function("main.ask.func1")
    assert found[0]["growth_per_min"] == pytest.approx(60, rel=0.05)  # ten more every ten seconds


def test_files_in_time_order_show_growth_like_a_live_target(leakfinder):
    shown = leakfinder.json("analyze", "-sample-interval=10s", *write_series(leakfinder, growing(4)))
    assert shown.run.code == FOUND and shown.with_verdict("leak")[0]["function"] == "main.ask.func1"


def test_the_finding_names_site_creator_state_and_stack(leakfinder):
    found = leakfinder.json("analyze", "-sample-interval=10s", *write_series(leakfinder, growing(4))).with_verdict("leak")[0]
    assert (found["kind"], found["package"], found["file"], found["state"]) == ("goroutine", "main", "/src/app/ask.go", "chan send")
    assert found["creator"] == {"function": "main.ask", "file": "/src/app/ask.go", "line": 15}
    assert found["stack"][0]["function"] == "main.ask.func1"
    assert found["evidence"] and found["advice"] and found["title"]


def test_a_constant_pool_is_no_leak_however_long_it_is_seen(leakfinder):
    shown = leakfinder.json("analyze", "-sample-interval=60s", *write_series(leakfinder, [growing(1)[0]] * 6))
    assert shown.run.code == CLEAN and not shown.with_verdict("leak"), shown.findings


def test_goroutines_that_come_and_go_are_no_leak(leakfinder):
    moments = [Program((replace(SEND, first_id=1000 * (i + 1), count=20 + i),)) for i in range(6)]
    shown = leakfinder.json("analyze", "-sample-interval=10s", *write_series(leakfinder, moments))
    assert shown.run.code == CLEAN and not shown.with_verdict("leak"), shown.findings


def test_a_count_that_falls_again_is_no_leak(leakfinder):
    moments = [Program((replace(SEND, count=count),)) for count in (20, 60, 90, 40, 20)]
    shown = leakfinder.json("analyze", "-sample-interval=10s", *write_series(leakfinder, moments))
    assert shown.run.code == CLEAN and not shown.with_verdict("leak"), shown.findings


def test_a_restart_between_samples_is_noted_and_no_leak(leakfinder):
    young = Program((replace(SEND, count=5, first_id=20),))
    old = Program((replace(SEND, count=4, first_id=90_000),))
    shown = leakfinder.json("analyze", "-sample-interval=10s", *write_series(leakfinder, [old, old, young, replace(young, groups=(replace(SEND, count=9, first_id=20),))]))
    assert not shown.with_verdict("leak"), shown.findings


# --- What needs no growth

def test_what_the_runtime_proved_is_a_leak(leakfinder, serve):
    program = Program((replace(SEND, count=3, leaked=True), *small_program().groups), small_program().sites)
    shown = leakfinder.json(*FAST, "-url", serve(PprofAnswers([program], serves=NAMES)).url)
    assert shown.run.code == FOUND
    assert [(f["rule"], f["function"], f["count"]) for f in shown.with_verdict("leak")] == [("goroutine/proven-leak", "main.ask.func1", 3)]


def test_a_header_marked_leaked_is_a_leak(leakfinder):
    leakfinder.write("dump.txt", Program((replace(SEND, count=3, leaked=True),)).debug2())
    shown = leakfinder.json("analyze", "dump.txt")
    assert [(f["rule"], f["count"]) for f in shown.with_verdict("leak")] == [("goroutine/proven-leak", 3)]


@pytest.mark.parametrize("state", ["chan receive (nil chan)", "select (no cases)"])
def test_goroutines_that_nothing_can_wake_are_a_leak(leakfinder, state):
    leakfinder.write("dump.txt", Program((replace(SEND, state=state),)).debug2())
    shown = leakfinder.json("analyze", "dump.txt")
    assert shown.run.code == FOUND and shown.rules("leak") == ["goroutine/blocked-forever"]


def test_crowding_in_one_sample_is_at_most_a_suspect(leakfinder):
    leakfinder.write("dump.txt", Program((replace(SEND, count=900, minutes=50),)).debug2())
    shown = leakfinder.json("analyze", "dump.txt")
    assert shown.run.code == CLEAN and shown.with_verdict("suspect") and not shown.with_verdict("leak")


def test_the_waits_of_the_headers_are_given(leakfinder):
    groups = (replace(SEND, count=900, minutes=3), replace(SEND, count=100, minutes=50, first_id=9000))
    leakfinder.write("dump.txt", Program(groups).debug2())
    assert leakfinder.json("analyze", "dump.txt").at_function("main.ask.func1")[0]["wait_minutes"] == {"min": 3, "max": 50}


# --- Memory

def heap_moments(step_mib: int, count: int = 6) -> list[Program]:
    """Moments of a cache that grows by so many MiB, one collection each."""
    def moment(i: int) -> Program:
        cache = Site(frames("main.remember /src/app/cache.go:33", "main.handle /src/app/http.go:12"), 20 + step_mib * i, MIB, 5)
        return Program(small_program().groups, (cache,), {"NumGC": 5 + i, "LastGC": 1_790_000_000_000_000_000 + i * 10**9})
    return [moment(i) for i in range(count)]


def test_an_allocation_site_that_grows_is_named(leakfinder, serve):
    shown = leakfinder.json(*FAST, "-samples=6", "-url", serve(PprofAnswers(heap_moments(5))).url)
    found = [f for f in shown.findings if f["rule"] == "memory/growing-site"]
    assert [(f["function"], f["file"], f["line"], f["kind"]) for f in found] == [("main.remember", "/src/app/cache.go", 33, "memory")]
    assert found[0]["bytes"] == 45 * MIB


def test_a_live_heap_that_rises_over_collections_is_growing(leakfinder, serve):
    memory = leakfinder.json(*FAST, "-samples=6", "-url", serve(PprofAnswers(heap_moments(5))).url)["memory"]
    assert memory["pattern"] == "growing" and memory["growth_bytes_per_s"] > 0


def test_a_constant_live_heap_is_stable(leakfinder, serve):
    memory = leakfinder.json(*FAST, "-samples=6", "-url", serve(PprofAnswers(heap_moments(0))).url)["memory"]
    assert memory["pattern"] == "stable"


def test_a_live_heap_that_falls_by_half_is_a_cliff(leakfinder, serve):
    moments = heap_moments(0, 6)
    moments[4:] = [replace(m, sites=(replace(m.sites[0], objects=8),)) for m in moments[4:]]
    assert leakfinder.json(*FAST, "-samples=6", "-url", serve(PprofAnswers(moments)).url)["memory"]["pattern"] == "cliff"


def test_a_heap_without_collections_has_an_unknown_pattern(leakfinder, serve):
    moments = [replace(m, memstats={"NumGC": 0, "LastGC": 0}) for m in heap_moments(5)]
    assert leakfinder.json(*FAST, "-samples=6", "-url", serve(PprofAnswers(moments)).url)["memory"]["pattern"] == "unknown"


# --- Report files

def saved(leakfinder, folder: str = "reports") -> dict[str, Path]:
    """The saved files by the start of their names."""
    return {path.name.rsplit("_", 2)[0]: path for path in sorted((leakfinder.folder / folder).iterdir())}


def test_it_saves_the_analysis_and_the_raw_profiles(leakfinder, quiet):
    assert leakfinder("analyze", "-sample-interval=50ms", "-url", quiet.url).code == CLEAN
    files = saved(leakfinder)
    assert set(files) == {"goroutine_analysis", "goroutine_profile", "memory_profile"}, files
    assert gzip.decompress(files["memory_profile"].read_bytes()) == gzip.decompress(small_program().heap_proto())


def test_the_saved_analysis_holds_the_stacks(leakfinder, quiet):
    leakfinder("analyze", "-sample-interval=50ms", "-url", quiet.url)
    content = saved(leakfinder)["goroutine_analysis"].read_text()
    assert "main.(*pool).work" in content and "/src/app/pool.go:31" in content


@pytest.mark.skipif(shutil.which("go") is None, reason="needs the go command")
def test_the_saved_memory_profile_opens_in_go_tool_pprof(leakfinder, quiet):
    leakfinder("analyze", "-sample-interval=50ms", "-url", quiet.url)
    shown = subprocess.run(["go", "tool", "pprof", "-top", str(saved(leakfinder)["memory_profile"])], capture_output=True, text=True, timeout=pace.stretched(60), check=False)
    assert "main.loadTable" in shown.stdout, shown


def test_no_report_is_saved_when_not_wanted(leakfinder, quiet):
    leakfinder("analyze", "-sample-interval=50ms", "-save-reports=false", "-url", quiet.url)
    assert not list(leakfinder.folder.iterdir())


def test_files_are_analysed_without_saving_reports_by_default(leakfinder):
    leakfinder.write("dump.txt", small_program().debug2())
    leakfinder("analyze", "dump.txt")
    assert [path.name for path in leakfinder.folder.iterdir()] == ["dump.txt"]


def test_the_reports_folder_wins_over_the_output_folder(leakfinder, quiet):
    leakfinder("analyze", "-sample-interval=50ms", "-output-dir=out", "-reports-dir=deep/er", "-url", quiet.url)
    assert set(saved(leakfinder, "deep/er")) == {"goroutine_analysis", "goroutine_profile", "memory_profile"}


def test_an_earlier_report_is_never_overwritten(leakfinder, quiet):
    for _ in range(3):
        leakfinder("analyze", "-sample-interval=50ms", "-url", quiet.url)
    assert len([path for path in (leakfinder.folder / "reports").iterdir() if path.name.startswith("goroutine_analysis")]) == 3


def test_a_report_that_cannot_be_written_is_an_error_after_the_analysis(leakfinder, quiet):
    leakfinder.write("blocked", "a file where the folder should be")
    result = leakfinder("analyze", "-sample-interval=50ms", "-reports-dir=blocked", "-url", quiet.url)
    assert result.code == UNREADABLE and "blocked" in result.stderr, result
    assert "main.(*pool).work" in result.stdout, result


# --- Patterns, baseline

def leaking_dump(leakfinder) -> str:
    return leakfinder.write("dump.txt", Program((replace(SEND, state="chan receive (nil chan)"),)).debug2()).name


@pytest.mark.parametrize("args, env", [(("-safe-patterns=ask.func1",), {}), ((), {"SAFE_PATTERNS": "main.ask"}), (("-safe-patterns=re:^main[.]ask",), {})],
                         ids=["flag", "environment", "regular expression"])
def test_a_safe_pattern_clears_a_site_named_by(leakfinder, args, env):
    crowded = Program((replace(SEND, count=900),))
    leakfinder.write("dump.txt", crowded.debug2())
    assert not leakfinder.json("analyze", *args, "dump.txt", env=env).with_verdict("suspect")


def test_a_written_baseline_accepts_what_it_saw(leakfinder):
    name = leaking_dump(leakfinder)
    assert leakfinder("analyze", name).code == FOUND
    assert leakfinder("analyze", "-write-baseline=known.yaml", name).code == CLEAN
    shown = leakfinder.json("analyze", "-baseline=known.yaml", name)
    assert shown.run.code == CLEAN
    assert [f["accepted"]["reason"] for f in shown.findings if f["verdict"] == "leak"] == ["baseline"]


def test_an_expired_entry_of_a_baseline_counts_again(leakfinder):
    name = leaking_dump(leakfinder)
    leakfinder("analyze", "-write-baseline=known.yaml", name)
    path = leakfinder.folder / "known.yaml"
    path.write_text("\n".join("    expires: 2020-01-01" if "expires:" in line else line for line in path.read_text().splitlines()) + "\n")
    result = leakfinder("analyze", "-baseline=known.yaml", name)
    assert result.code == FOUND and "expired" in result.stdout + result.stderr, result


def test_a_baseline_entry_that_matches_nothing_is_reported(leakfinder):
    leakfinder("analyze", "-write-baseline=known.yaml", leaking_dump(leakfinder))
    leakfinder.write("healthy.txt", small_program().debug2())
    result = leakfinder("analyze", "-baseline=known.yaml", "healthy.txt")
    assert result.code == CLEAN and "known.yaml" in result.stdout + result.stderr, result
