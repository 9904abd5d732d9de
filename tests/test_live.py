"""Live Go programs: leaks are named by their line, healthy code is left in peace."""

import re
import time

import pytest

from support import golang, places
from support.binary import CLEAN, FOUND
from support.live import LiveTarget

pytestmark = pytest.mark.live
SHORT = ("analyze", "-save-reports=false", "-samples=4", "-sample-interval=300ms")
EACH_GO = pytest.mark.parametrize("go", golang.ENDS)  # what dumps print of locks differs from the oldest to the newest
LONG = ("analyze", "-save-reports=false", "-samples=4", "-sample-interval=1800ms")  # over five seconds: enough for a verdict


def line_of(marker: str) -> tuple[str, int]:
    """File name and line of the source comment `// leak: MARKER`."""
    for path in sorted((places.GOPROGS / "target").glob("*.go")):
        for number, text in enumerate(path.read_text().splitlines(), 1):
            if text.endswith(f"// leak: {marker}"):
                return path.name, number
    raise AssertionError(f"no source line is marked {marker!r}")


def sites(findings: list[dict]) -> set[tuple[str, int]]:
    return {(f.get("file", "").rpartition("/")[2], f.get("line", 0)) for f in findings}


# --- Healthy programs

@pytest.fixture(scope="module")
def healthy(live) -> LiveTarget:
    target = live("-mode=healthy", "-vars")
    time.sleep(1)
    return target


@pytest.mark.parametrize("args", [("check",), SHORT, LONG], ids=["check", "a short analyze", "a long analyze"])
def test_a_healthy_service_shows_no_leak_to(leakfinder, healthy, args):
    shown = leakfinder.json(*args, "-url", healthy.url)
    assert shown.run.code == CLEAN and not shown.with_verdict("leak"), shown.findings


def test_a_healthy_service_has_a_healthy_score(leakfinder, healthy):
    assert leakfinder.json("check", "-url", healthy.url)["health"]["level"] == "healthy"


def test_three_thousand_subscribers_are_no_leak(leakfinder, live):
    shown = leakfinder.json(*SHORT, "-url", live("-mode=crowd", "-n=3000").url)
    assert shown.run.code == CLEAN and not shown.with_verdict("leak"), shown.findings
    assert shown["cost"]["full_dumps"] == 0


def test_the_total_is_what_the_program_counts(leakfinder, live):
    target = live("-mode=crowd", "-n=700")
    counted = target.goroutines()
    assert abs(leakfinder.json("check", "-url", target.url)["goroutines"]["total"] - counted) <= 3


# --- Leaking programs

@pytest.mark.parametrize("mode, marker, state", [("leak_send", "send", "chan send"), ("leak_ticker", "ticker", "chan receive")])
def test_a_leak_that_grows_is_named_by_its_line(leakfinder, live, mode, marker, state):
    shown = leakfinder.json(*LONG, "-url", live(f"-mode=healthy,{mode}").url)
    assert shown.run.code == FOUND
    assert sites(shown.with_verdict("leak")) == {line_of(marker)}, shown.findings
    assert {f["state"] for f in shown.with_verdict("leak")} == {state}


def test_the_text_names_the_line_of_the_leak(leakfinder, live):
    result = leakfinder(*LONG, "-url", live("-mode=healthy,leak_send").url)
    file, line = line_of("send")
    assert result.code == FOUND and f"{file}:{line}" in result.stdout and "main.sendAnswer" in result.stdout, result


def test_goroutines_on_a_nil_channel_are_a_leak_at_once(leakfinder, live):
    shown = leakfinder.json(*SHORT, "-url", live("-mode=leak_nil").url)
    assert shown.run.code == FOUND and line_of("nil channel") in sites(shown.with_verdict("leak")), shown.findings


def test_a_growing_leak_carries_its_labels(leakfinder, live):
    shown = leakfinder.json(*LONG, "-max-goroutines-full=100000", "-url", live("-mode=leak_labels").url)
    found = [f for f in shown.with_verdict("leak") if (f["file"].rpartition("/")[2], f["line"]) == line_of("receive")]
    assert shown.run.code == FOUND and found, shown.findings


@EACH_GO
def test_waiters_of_a_lock_are_counted_at_their_line(leakfinder, live, go):
    shown = leakfinder.json(*SHORT, "-url", live("-mode=stuck_lock", "-n=60", toolchain=golang.required_like(go)).url)
    # Victims are listed under their root where one is found, else by themselves.
    named = {(place["file"].rpartition("/")[2], place["line"]): place["count"]
             for f in shown.findings for place in (f, *f.get("consequences", ())) if "file" in place}
    assert named.get(line_of("lock")) == 60, shown.findings


@EACH_GO
@pytest.mark.parametrize("mode, marker, resembles, behind", [
    ("reads_again", "read lock", "recursive read lock", 21), ("double_lock", "lock", "double lock", 20), ("lock_cycle", "cycle", "lock cycle", 1)])
def test_a_lock_knot_is_one_finding_at_its_root(leakfinder, live, go, mode, marker, resembles, behind):
    target = live(f"-mode={mode}", "-n=20", toolchain=golang.required_like(go), fresh=True)
    time.sleep(1)
    shown = leakfinder.json(*LONG, "-url", target.url)
    rule = "goroutine/proven-leak" if target.toolchain.minor >= (1, 27) else "goroutine/stuck-lock"
    assert [(f["rule"], f["resembles"]) for f in shown.with_verdict("leak")] == [(rule, resembles)], shown.findings
    root = shown.with_verdict("leak")[0]
    assert root["line"] == line_of(marker)[1], root
    assert sum(c["count"] for c in root.get("consequences", ())) == behind, root


def test_the_source_excuses_a_crowd_whose_select_has_a_timer(leakfinder, live):
    dump = live("-mode=timed_crowd", "-n=600", fresh=True).get("/debug/pprof/goroutine", debug=2)
    # As it is after seven minutes, which the timer does not allow.
    name = leakfinder.write("dump.txt", dump.replace("[select]:", "[select, 7 minutes]:")).name
    unread = leakfinder.json("check", name)
    assert [f["rule"] for f in unread.with_verdict("suspect")] == ["goroutine/crowded-site"], unread.findings
    read = leakfinder.json("check", "-source-root", str(places.GOPROGS), name)
    assert not read.with_verdict("suspect"), read.findings
    assert any("<-time.After(time.Minute)" in words for f in read.findings for words in f["evidence"]), read.findings


@EACH_GO
def test_waiters_of_a_group_are_counted_at_their_line(leakfinder, live, go):
    shown = leakfinder.json(*SHORT, "-url", live("-mode=stuck_wait", "-n=60", toolchain=golang.required_like(go)).url)
    waiting = [f for f in shown.findings if (f.get("file", "").rpartition("/")[2], f.get("line")) == line_of("wait group")]
    assert [(f["count"], f["state"]) for f in waiting] == [(60, "sync.WaitGroup.Wait")], shown.findings


def test_patterns_finds_a_slow_leak_among_thousands(leakfinder, live):
    target = live("-mode=healthy,crowd,leak_send", "-n=3000", "-every=2s", fresh=True)
    shown = leakfinder.json("patterns", "-save-reports=false", "-leakprof-samples=6", "-leakprof-interval=2500ms", "-url", target.url)
    assert shown.run.code == FOUND and sites(shown.with_verdict("leak")) == {line_of("send")}, shown.findings
    assert shown["goroutines"]["total"] > 3000 and shown["cost"]["full_dumps"] == 0


def test_a_cache_that_grows_is_named_by_its_line(leakfinder, live):
    target = live("-mode=grow_cache", "-every=10ms", fresh=True)
    for _ in range(3):  # a trend needs collections, and a busy machine may starve the target of them
        shown = leakfinder.json("analyze", "-save-reports=false", "-samples=8", "-sample-interval=700ms", "-url", target.url)
        if line_of("cache") in sites([f for f in shown.findings if f["kind"] == "memory"]):
            return
    raise AssertionError(shown.findings)


def test_a_stable_heap_has_no_memory_finding(leakfinder, live):
    shown = leakfinder.json(*SHORT, "-url", live("-mode=stable_heap", "-n=40").url)
    assert not [f for f in shown.findings if f["kind"] == "memory" and f["verdict"] != "info"], shown.findings


def test_many_small_objects_are_noted(leakfinder, live):
    shown = leakfinder.json("check", "-memory-only", "-url", live("-mode=many_objects", "-n=3000000").url)
    assert shown["memory"]["objects"] > 2_900_000


# --- Forced collections

@pytest.mark.parametrize("flags, results", [
    (("-mode=stable_heap", "-n=40"), {"NO GROWTH", "GC CLEANUP DELAY"}), (("-mode=garbage_no_gc",), {"GC CLEANUP DELAY", "NO GROWTH"}),
    (("-mode=grow_cache", "-every=10ms"), {"CONFIRMED LEAK", "LIKELY LEAK"})], ids=["a stable heap", "garbage", "a cache that grows"])
def test_forced_collections_tell_the_truth_about(leakfinder, live, flags, results):
    shown = leakfinder.json("check", "-memory-only", "-force-gc", "-gc-wait=2s", "-url", live(*flags).url)
    assert shown["gc"]["result"] in results, shown["gc"]
    assert (shown.run.code == FOUND) == ("CONFIRMED LEAK" in results)


# --- Ways to serve pprof

def test_an_own_mux_with_only_the_goroutine_profile_is_measured(leakfinder, live):
    shown = leakfinder.json("check", "-goroutines-only", "-url", live("-mode=healthy", "-serve=goroutine").url)
    assert shown.run.code == CLEAN and shown["goroutines"]["total"] > 8


def test_pprof_under_a_prefix_is_found(leakfinder, live):
    target = live("-mode=healthy", "-prefix=/ops")
    assert leakfinder("check", "-url", f"{target.url}/ops").code == CLEAN
    assert leakfinder("check", "-url", f"{target.url}/ops/debug/pprof/").code == CLEAN


def test_a_service_without_pprof_gets_advice(leakfinder, live):
    result = leakfinder("check", "-url", live("-serve=none").url)
    assert result.code == 3 and "net/http/pprof" in result.stderr, result


def test_pprof_on_a_unix_socket_is_measured(leakfinder, live, tmp_path_factory):
    socket = tmp_path_factory.mktemp("socket") / "app.sock"
    live(f"-unix={socket}")
    assert leakfinder("check", f"-url=unix://{socket}").code == CLEAN


def test_a_slow_target_is_waited_for_within_the_timeout(leakfinder, live):
    assert leakfinder("check", "-timeout=10s", "-url", live("-delay=400ms").url).code == CLEAN


# --- Restarts

def test_a_restart_between_samples_is_no_leak(leakfinder, live):
    first = live("-mode=crowd", "-n=50", fresh=True)
    running = leakfinder.start("analyze", "-save-reports=false", "-format=json", "-samples=5", "-sample-interval=1s", "-url", first.url)
    time.sleep(1.5)
    first.stop()
    live("-mode=crowd", "-n=400", f"-listen={first.address}", fresh=True)
    shown = running.wait(30)
    assert "sendAnswer" not in shown.stdout and '"verdict":"leak"' not in re.sub(r"\s", "", shown.stdout), shown


# --- Newer Go

@pytest.mark.go127
def test_the_runtimes_own_proof_names_the_leak_at_once(leakfinder, live):
    target = live("-mode=provable", "-n=12", toolchain=golang.required_with_leak_profile())
    shown = leakfinder.json("analyze", "-save-reports=false", "-url", target.url)
    proven = [f for f in shown.with_verdict("leak") if f["rule"] == "goroutine/proven-leak"]
    assert shown.run.code == FOUND and [(f["count"], f["function"]) for f in proven] == [(12, "main.waitForReply")], shown.findings
    assert sites(proven) == {line_of("receive")}


@pytest.mark.go127
def test_a_healthy_service_has_nothing_proved_against_it(leakfinder, live):
    target = live("-mode=healthy", toolchain=golang.required_with_leak_profile())
    shown = leakfinder.json(*SHORT, "-url", target.url)
    assert shown.run.code == CLEAN and shown["cost"]["forced_collections"] == 1


@EACH_GO
def test_the_same_leak_is_named_in_a_program_built_with(leakfinder, live, go):
    shown = leakfinder.json(*LONG, "-url", live("-mode=healthy,leak_send", toolchain=golang.required_like(go)).url)
    assert sites(shown.with_verdict("leak")) == {line_of("send")}, shown.findings
