"""Every recorded sample decodes, with the figures that an independent count finds in it."""

import gzip
import re
from pathlib import Path

import pytest

from support import dumps, places, wire
from support.binary import CLEAN, FOUND, UNREADABLE
from support.pprof_answers import small_program

SAMPLES = places.samples()
CUT = "cut64MB"
LOGS = [p for p in SAMPLES if p.suffix == ".log"]
DUMPS = [p for p in SAMPLES if "-debug2-" in p.name and CUT not in p.name]


def named(*starts: str, suffix: str = "") -> list[Path]:
    return [p for p in SAMPLES if p.name.startswith(starts) and p.name.endswith(suffix)]


def each(paths: list[Path]):
    """A test per file."""
    return pytest.mark.parametrize("path", paths, ids=lambda p: p.name)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape")


@each(DUMPS)
def test_the_total_of_a_full_dump_is_its_number_of_headers(leakfinder, path):
    assert leakfinder.json("check", path)["goroutines"]["total"] == len(dumps.blocks(text_of(path)))


@each(DUMPS)
def test_the_states_of_a_full_dump_add_up_to_its_total(leakfinder, path):
    goroutines = leakfinder.json("check", path)["goroutines"]
    assert sum(goroutines["by_state"].values()) == goroutines["total"] and "unknown" not in goroutines["by_state"]


@each(named("goroutine-debug2-", suffix="-zoo.txt"))
def test_a_full_dump_gives_the_total_that_the_same_programs_debug_1_says(leakfinder, path):
    twin = path.with_name(path.name.replace("debug2", "debug1"))
    if not twin.exists():
        pytest.skip("no debug=1 twin")
    assert abs(leakfinder.json("check", path)["goroutines"]["total"] - dumps.debug1_total(text_of(twin))) <= 1  # requests come and go between the two


@each(DUMPS)
def test_a_full_dump_decodes_without_a_warning(leakfinder, path):
    assert not [code for code in leakfinder.json("check", path).warning_codes() if code.startswith(("malformed", "unknown", "dump"))]


@each(named("goroutine-debug1-"))
def test_the_total_of_a_text_profile_is_its_own(leakfinder, path):
    assert leakfinder.json("check", path)["goroutines"]["total"] == dumps.debug1_total(text_of(path))


@each(named("goroutine-go", suffix=".pb.gz"))
def test_the_total_of_a_protobuf_profile_is_the_sum_of_its_values(leakfinder, path):
    goroutines = leakfinder.json("check", path)["goroutines"]
    assert goroutines["total"] == wire.read(path.read_bytes()).total("goroutine")


@each(named("goroutine-go", suffix="-zoo.pb.gz"))
def test_protobuf_and_full_dump_of_one_program_have_the_same_channel_waits(leakfinder, path):
    twin = path.with_name(path.name.replace("goroutine-go", "goroutine-debug2-go").replace(".pb.gz", ".txt"))
    by_proto, by_dump = (leakfinder.json("check", p)["goroutines"]["by_state"] for p in (path, twin))
    for state in ("chan send", "chan send (nil chan)", "chan receive (nil chan)", "select", "select (no cases)"):
        assert by_proto.get(state, 0) == by_dump.get(state, 0), (by_proto, by_dump)


@each(named("goroutineleak-debug1-"))
def test_a_text_leak_profile_proves_its_leaks(leakfinder, path):
    shown = leakfinder.json("analyze", path)
    assert sum(f["count"] for f in shown.findings if f["rule"] == "goroutine/proven-leak") == dumps.debug1_leaks(text_of(path))


@each(named("goroutineleak-", suffix=".pb.gz"))
def test_a_protobuf_leak_profile_proves_its_leaks(leakfinder, path):
    shown = leakfinder.json("analyze", path)
    assert sum(f["count"] for f in shown.findings if f["rule"] == "goroutine/proven-leak") == dumps.proto_leaks(path.read_bytes())


@each(DUMPS)
def test_each_header_marked_leaked_is_proved_and_no_other(leakfinder, path):
    shown = leakfinder.json("analyze", path)
    marked = [b for b in dumps.blocks(text_of(path)) if "(leaked)" in b.status and not b.is_idle_main]
    assert sum(f["count"] for f in shown.findings if f["rule"] == "goroutine/proven-leak") == len(marked)


@each(named("heap-debug1-"))
def test_the_live_heap_of_a_text_profile_is_scaled_as_the_runtime_does(leakfinder, path):
    memory = leakfinder.json("check", path)["memory"]
    assert memory["live_bytes"] == pytest.approx(dumps.heap_text_inuse(text_of(path)), rel=1e-3, abs=64)


@each(named("heap-debug1-"))
def test_the_memstats_of_a_text_profile_are_shown(leakfinder, path):
    memory, stats = leakfinder.json("check", path)["memory"], dumps.memstats(text_of(path))
    assert (memory["heap_alloc_bytes"], memory["heap_inuse_bytes"], memory["sys_bytes"], memory["objects"], memory["num_gc"]) == (
        stats["HeapAlloc"], stats["HeapInuse"], stats["Sys"], stats["HeapObjects"], stats["NumGC"])


@each(named("heap-go", suffix=".pb.gz"))
def test_the_live_heap_of_a_protobuf_profile_is_the_sum_of_its_values(leakfinder, path):
    assert leakfinder.json("check", path)["memory"]["live_bytes"] == wire.read(path.read_bytes()).total("inuse_space")


def leaks(shown) -> dict[str, str]:
    return {f["function"]: f["id"] for f in shown.findings if f["verdict"] == "leak"}


ZOOS = [*named("goroutine-debug2-", suffix="-zoo.txt"), *named("goroutine-go", suffix="-zoo.pb.gz")]


@each(ZOOS)
def test_a_leak_has_one_id_in_every_form_of_every_go_version(leakfinder, path):
    known = leaks(leakfinder.json("analyze", ZOOS[0]))
    found = leaks(leakfinder.json("analyze", path))
    # Where the creator is not known its part is missing.
    without_creator = {name: "".join(re.split(r"-[0-9a-f]+", id)) for name, id in known.items()}
    assert known and found == (known if "debug2" in path.name else without_creator)


@each(ZOOS)
def test_a_baseline_follows_a_leak_into_every_form_of_every_go_version(leakfinder, path):
    leakfinder("analyze", "-write-baseline=known.yaml", ZOOS[0])
    result = leakfinder("analyze", "-baseline=known.yaml", path)
    assert result.code == CLEAN, result


@each([p for p in LOGS if p.name.startswith("deadlock-")])
def test_a_deadlock_that_the_runtime_has_proved_is_a_leak(leakfinder, path):
    shown = leakfinder.json("analyze", path)
    assert shown.run.code == FOUND and shown.rules("leak") == ["goroutine/deadlock"], shown.findings
    assert "three samples" not in leakfinder("analyze", path).stdout


@each(LOGS)
def test_a_crash_log_counts_user_and_system_goroutines_apart(leakfinder, path):
    blocks = dumps.blocks(text_of(path))
    system = sum(block.is_system for block in blocks)
    goroutines = leakfinder.json("check", path)["goroutines"]
    assert (goroutines["total"], goroutines.get("system", 0)) == (len(blocks) - system, system)


@each(LOGS[::7])
def test_a_log_collectors_prefixes_are_stripped_from(leakfinder, path):
    prefixed = "".join(f"2026-11-23T10:00:00.{i:06d}Z app-7f9c  | {line}\n" for i, line in enumerate(text_of(path).splitlines()))
    leakfinder.write("prefixed.log", prefixed.encode("utf-8", "surrogateescape"))
    assert leakfinder.json("check", "prefixed.log")["goroutines"]["total"] == leakfinder.json("check", path)["goroutines"]["total"]


@each([*DUMPS[::5], *LOGS[::9]])
def test_windows_line_ends_make_no_difference_to(leakfinder, path):
    leakfinder.write("crlf.txt", path.read_bytes().replace(b"\n", b"\r\n"))
    plain, crlf = (leakfinder.json("check", name)["goroutines"] for name in (path, "crlf.txt"))
    assert (crlf["total"], crlf["by_state"]) == (plain["total"], plain["by_state"])


@each([p for p in SAMPLES if p.name == "threadcreate-debug1-go1.26.8-cgo.txt" or p.suffix == ".html"])
def test_what_is_no_profile_of_leaks_is_refused(leakfinder, path):
    assert leakfinder("check", path).code == UNREADABLE


@each([p for p in SAMPLES if CUT in p.name])
def test_a_dump_cut_at_64_mib_shows_what_is_there_and_says_that_it_is_cut(leakfinder, path):
    shown = leakfinder.json("check", path)
    assert abs(shown["goroutines"]["total"] - len(dumps.blocks(text_of(path)))) <= 1
    assert "dump-truncated" in shown.warning_codes()


# --- Locks

KNOTS = {"reads_again": ("recursive read lock", "sync.RWMutex.RLock"), "double_lock": ("double lock", "sync.Mutex.Lock"),
         "lock_cycle": ("lock cycle", "sync.Mutex.Lock")}


@pytest.mark.parametrize("knot", KNOTS)
@pytest.mark.parametrize("go", ["1.19.13", "1.26.8", "1.27.0"])
def test_a_lock_knot_has_one_name_whichever_go_printed_the_dumps(leakfinder, go, knot):
    shown = leakfinder.json("analyze", "-save-reports=false", places.PROJECT / "testdata" / "knots" / f"go{go}-{knot}.tar.gz")
    assert [(f["resembles"], f["state"]) for f in shown.with_verdict("leak")] == [KNOTS[knot]], shown.findings


# --- Ways in

@pytest.mark.parametrize("form", ["debug2", "debug1", "proto", "heap_debug1", "heap_proto"])
@pytest.mark.parametrize("way", ["file", "standard input", "gzip"])
def test_each_form_is_recognised_by_content_from(leakfinder, form, way):
    content = getattr(small_program(), form)()
    content = gzip.compress(content) if way == "gzip" else content
    leakfinder.write("some.thing", content)
    shown = leakfinder.json("check", "-", stdin=content) if way == "standard input" else leakfinder.json("check", "some.thing")
    if form.startswith("heap"):
        assert shown["memory"]["live_bytes"] == 3 << 20
    else:
        assert shown["goroutines"]["total"] == small_program().total


def test_goroutines_and_heap_in_two_files_are_one_measurement(leakfinder):
    leakfinder.write("g.txt", small_program().debug2())
    leakfinder.write("h.pb.gz", small_program().heap_proto())
    shown = leakfinder.json("check", "g.txt", "h.pb.gz")
    assert shown["goroutines"]["total"] == small_program().total and shown["memory"]["live_bytes"] == 3 << 20
    assert shown["target"]["files"] == ["g.txt", "h.pb.gz"]


def test_a_capture_can_be_analysed_later(leakfinder, quiet):
    assert leakfinder("capture", "-samples=2", "-sample-interval=50ms", "-o", "taken.tar.gz", "-url", quiet.url).code == 0
    shown = leakfinder.json("analyze", "taken.tar.gz")
    assert shown["goroutines"]["total"] == small_program().total and len(shown["goroutines"]["samples"]) == 2
    assert shown["memory"]["live_bytes"] == 3 << 20
