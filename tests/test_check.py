"""check: one measurement, levels, health, alerts, exit codes."""

import pytest

from support.binary import CLEAN, FOUND
from support.pprof_answers import PprofAnswers, small_program
from support.synthetic import Group, Program, Site, frames

MIB = 1 << 20
WAITING = frames("main.(*pool).work /src/app/pool.go:31")
POOL = frames("main.newPool /src/app/pool.go:20")[0]


def crowd(total: int) -> Program:
    """A program of this many goroutines, the serving one included, all waiting for work."""
    return Program((Group(total - 1, "chan receive", WAITING, POOL),), small_program().sites)


def heap(live_mib: float) -> Program:
    """A small program with this much live heap, in one allocation site."""
    return Program(small_program().groups, (Site(frames("main.loadTable /src/app/table.go:50"), 4, int(live_mib * MIB / 4)),))


# --- What it measures

def test_the_total_counts_all_user_goroutines_the_request_included(leakfinder, quiet):
    assert leakfinder.json("check", "-url", quiet.url)["goroutines"]["total"] == small_program().total


def test_the_states_add_up_to_the_total(leakfinder, quiet):
    goroutines = leakfinder.json("check", "-url", quiet.url)["goroutines"]
    assert goroutines["by_state"]["chan receive"] == 8 and goroutines["by_state"]["select"] == 3
    assert sum(goroutines["by_state"].values()) == goroutines["total"]


def test_the_live_heap_is_the_sum_over_the_profile(leakfinder, quiet):
    memory = leakfinder.json("check", "-url", quiet.url)["memory"]
    assert memory["live_bytes"] == 3 * MIB
    assert memory["heap_alloc_bytes"] == 3 * MIB and memory["num_gc"] == 5 and memory["objects"] == 3


def test_a_healthy_program_has_full_health_and_exit_code_0(leakfinder, quiet):
    shown = leakfinder.json("check", "-url", quiet.url)
    assert shown["health"] == {"score": 100, "level": "healthy"}
    assert shown.run.code == CLEAN and not shown.with_verdict("leak") and not shown.with_verdict("suspect")


def test_one_sample_has_an_unknown_memory_pattern(leakfinder, quiet):
    assert leakfinder.json("check", "-url", quiet.url)["memory"]["pattern"] == "unknown"


def test_the_text_shows_counts_levels_health_and_the_crowded_site(leakfinder, quiet):
    result = leakfinder("check", "-url", quiet.url)
    assert result.code == CLEAN, result
    for wanted in ("12", "normal", "100", "main.(*pool).work", "pool.go:31"):
        assert wanted in result.stdout.replace("Normal", "normal"), f"wanted {wanted!r}\n{result}"


def test_the_text_says_what_one_sample_cannot_see(leakfinder, quiet):
    shown = leakfinder("check", "-url", quiet.url).stdout.lower()
    assert "sample" in shown and ("analyze" in shown or "growth" in shown or "grow" in shown), shown


def test_the_text_states_the_cost(leakfinder, quiet):
    result = leakfinder("check", "-url", quiet.url)
    assert f"{len(quiet.requests)} requests" in result.stdout, result


def test_it_saves_no_report_files(leakfinder, quiet):
    leakfinder("check", "-save-reports", "-url", quiet.url)
    assert not list(leakfinder.folder.iterdir())


def test_goroutines_only_asks_for_no_heap(leakfinder, quiet):
    shown = leakfinder.json("check", "-goroutines-only", "-url", quiet.url)
    assert "goroutines" in shown and "memory" not in shown
    assert not quiet.asked("heap"), quiet.requests


def test_memory_only_asks_for_no_goroutines(leakfinder, quiet):
    shown = leakfinder.json("check", "-memory-only", "-url", quiet.url)
    assert "memory" in shown and "goroutines" not in shown
    assert not quiet.asked("goroutine"), quiet.requests


# --- Levels, health, alerts

LEVELS = [(49, "normal"), (50, "moderate"), (99, "moderate"), (100, "high"), (199, "high"), (200, "critical"), (499, "critical")]


@pytest.mark.parametrize("total, level", LEVELS)
def test_the_level_of_goroutines_is_set_by_the_thresholds(leakfinder, serve, total, level):
    goroutines = leakfinder.json("check", "-goroutines-only", "-url", serve(PprofAnswers([crowd(total)])).url)["goroutines"]
    assert (goroutines["total"], goroutines["level"], goroutines.get("alert", False)) == (total, level, False)


@pytest.mark.parametrize("mib, level", [(49, "normal"), (50, "moderate"), (100, "high"), (200, "critical"), (499, "critical")])
def test_the_level_of_memory_is_set_by_the_thresholds(leakfinder, serve, mib, level):
    memory = leakfinder.json("check", "-memory-only", "-url", serve(PprofAnswers([heap(mib)])).url)["memory"]
    assert (memory["live_bytes"], memory["level"], memory.get("alert", False)) == (mib * MIB, level, False)


@pytest.mark.parametrize("total, points", [(49, 0), (50, 5), (100, 10), (200, 20)])
def test_health_loses_points_for_the_level(leakfinder, serve, total, points):
    assert leakfinder.json("check", "-goroutines-only", "-url", serve(PprofAnswers([crowd(total)])).url)["health"]["score"] == 100 - points


def test_an_alert_caps_health_at_59(leakfinder, serve):
    shown = leakfinder.json("check", "-goroutines-only", "-url", serve(PprofAnswers([crowd(500)])).url)
    assert shown["goroutines"]["alert"] is True and (shown["health"]["score"], shown["health"]["level"]) == (59, "critical")


def test_three_thousand_healthy_goroutines_are_no_leak(leakfinder, serve):
    shown = leakfinder.json("check", "-url", serve(PprofAnswers([crowd(3000)])).url)
    assert shown.run.code == CLEAN and not shown.with_verdict("leak")


@pytest.mark.parametrize("args, code", [
    ((), CLEAN), (("-goroutine-critical=400",), FOUND), (("-fail-on=critical",), FOUND), (("-fail-on=never",), CLEAN), (("-fail-on=suspect,critical",), FOUND), (("-fail-on=critical", "-fail-on=leak"), FOUND), (("-fail-on=leak", "-fail-on=suspect"), CLEAN),
    (("-fail-on=critical", "-goroutine-critical=600"), CLEAN), (("-goroutine-critical=600",), CLEAN)], ids=lambda v: " ".join(v) if isinstance(v, tuple) else str(v))
def test_five_hundred_goroutines_end_with_the_right_code_for(leakfinder, serve, args, code):
    result = leakfinder("check", "-goroutines-only", *args, "-url", serve(PprofAnswers([crowd(500)])).url)
    assert result.code == code, result


def test_a_threshold_from_the_environment_is_the_users_own(leakfinder, serve):
    result = leakfinder("check", "-url", serve(PprofAnswers([crowd(500)])).url, env={"LEAKFINDER_GOROUTINE_CRITICAL": "400"})
    assert result.code == FOUND, result


def test_defaults_that_the_user_did_not_set_move_to_fit(leakfinder, quiet):
    assert leakfinder("check", "-goroutine-normal=5000", "-url", quiet.url).code == CLEAN


# --- What one sample can prove

def test_goroutines_that_nothing_can_wake_are_a_leak(leakfinder, serve):
    stuck = Group(3, "select (no cases)", frames("main.worker /src/app/worker.go:9"), POOL)
    shown = leakfinder.json("check", "-goroutines-only", "-url", serve(PprofAnswers([Program((stuck,))])).url)
    assert shown.run.code == FOUND
    assert [(f["rule"], f["verdict"], f["function"], f["line"], f["count"]) for f in shown.with_verdict("leak")] == [
        ("goroutine/blocked-forever", "leak", "main.worker", 9, 3)]


def test_main_in_an_empty_select_is_no_leak(leakfinder, serve):
    idle_main = Group(1, "select (no cases)", frames("main.main /src/app/main.go:60", "runtime.main /usr/lib/go/src/runtime/proc.go:283"), None, first_id=1)
    shown = leakfinder.json("check", "-url", serve(PprofAnswers([Program((idle_main, *small_program().groups))])).url)
    assert shown.run.code == CLEAN and not shown.with_verdict("leak")


def test_the_goroutines_that_serve_the_request_are_in_no_finding(leakfinder, serve):
    shown = leakfinder.json("check", "-url", serve(PprofAnswers([crowd(300)])).url)
    assert not [f for f in shown.findings if "pprof" in str(f)], shown.findings
