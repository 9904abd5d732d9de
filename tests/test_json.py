"""The JSON report: schema, required keys, determinism, stable ids, and the golden outputs of text and JSON."""

import json
from dataclasses import replace

import pytest

from support import golden, places, report
from support.binary import CLEAN
from support.pprof_answers import PprofAnswers, small_program
from support.synthetic import Frame, Group, Program, Site, frames

REQUIRED = {"schema", "tool", "command", "target", "started_at", "duration_ms", "cost", "health", "findings", "warnings", "errors"}
VARYING = ("started_at", "duration_ms")
STUCK = Group(7, "chan receive (nil chan)", frames("main.(*hub).wait /src/app/hub.go:30", "main.run /src/app/hub.go:12"), frames("main.start /src/app/hub.go:8")[0], 400)
SENDERS = Group(20, "chan send", frames("main.ask.func1 /src/app/ask.go:17"), frames("main.ask /src/app/ask.go:15")[0], 500)


def leaking() -> Program:
    return Program((*small_program().groups, STUCK, SENDERS), small_program().sites)


def series(leakfinder, senders: Group = SENDERS) -> list[str]:
    """Dumps of a program with a growing site and a stuck one, and a heap profile."""
    names = []
    for i in range(4):
        moment = replace(leaking(), groups=(*small_program().groups, STUCK, replace(senders, count=20 + 10 * i)))
        names.append(leakfinder.write(f"s{i}.txt", moment.debug2()).name)
    return [*names, leakfinder.write("heap.txt", leaking().heap_debug1()).name]


def without_times(data: dict) -> dict:
    """The report without what differs between two runs over the same files."""
    return {key: value for key, value in data.items() if key not in VARYING}


# --- Shape

def test_the_schema_itself_is_valid():
    validator = report.validator()
    validator.check_schema(validator.schema)


@pytest.mark.parametrize("change", [
    lambda r: r.pop("cost"), lambda r: r.update(schema="leakfinder/report/v2"), lambda r: r["health"].update(score=101), lambda r: r["health"].update(level="fine"),
    lambda r: r["findings"][0].update(verdict="maybe"), lambda r: r["findings"][0].pop("id"), lambda r: r["findings"][0].update(kind="memory"), lambda r: r.update(started_at="yesterday"),
    lambda r: r["goroutines"].update(total=-1), lambda r: r["goroutines"].update(total="12"), lambda r: r["goroutines"]["by_state"].update(x=1.5), lambda r: r["warnings"].append({"code": "Bad Code", "message": "m"})])
def test_the_schema_refuses(leakfinder, change):
    data = leakfinder.json("analyze", "-sample-interval=10s", *series(leakfinder)).data
    change(data)
    assert list(report.validator().iter_errors(data))


@pytest.mark.parametrize("args", [
    ("check",), ("analyze", "-sample-interval=50ms", "-save-reports=false"), ("check", "-goroutines-only"), ("check", "-memory-only"),
    ("patterns", "-leakprof-samples=2", "-leakprof-interval=50ms", "-save-reports=false"), ("channels", "-leakprof-samples=2", "-leakprof-interval=50ms", "-save-reports=false"),
    ("memory", "-save-reports=false"), ("filter", "-filter-func=work", "-save-reports=false"), ("compare", "-wait=50ms", "-save-reports=false"),
    ("monitor", "-monitor-duration=300ms", "-monitor-interval=100ms")], ids=" ".join)
def test_a_report_keeps_the_schema_and_has_the_required_keys_from(leakfinder, quiet, args):
    shown = leakfinder.json(*args, "-url", quiet.url)
    assert shown.run.code == CLEAN
    assert REQUIRED <= set(shown.data) and shown["command"] == args[0] and shown["target"]["url"].startswith(quiet.url)


def test_every_field_of_a_report_is_described(leakfinder):
    shown = leakfinder.json("analyze", "-sample-interval=10s", *series(leakfinder))
    assert report.undescribed(shown.data) == []


def test_stdout_holds_one_object_and_nothing_else(leakfinder, quiet):
    result = leakfinder("analyze", "-format=json", "-sample-interval=50ms", "-url", quiet.url)
    json.loads(result.stdout)
    assert result.stdout.endswith("}\n") and result.stdout.startswith("{")


def test_the_profiles_on_offer_are_named(leakfinder, quiet):
    assert {"goroutine", "heap"} <= set(leakfinder.json("check", "-url", quiet.url)["target"]["profiles"])


def test_the_go_version_is_told_from_the_paths_of_the_runtime(leakfinder):
    assert leakfinder.json("check", places.SAMPLES / "goroutine-debug2-go1.27.0-zoo.txt")["target"]["go_version"].startswith("go1.27")


def test_credentials_in_the_url_are_masked(leakfinder, quiet):
    shown = leakfinder.json("check", "-url", quiet.url.replace("//", "//someone:secret@"))
    assert "***@" in shown["target"]["url"] and "someone" not in str(shown.data) and "secret" not in str(shown.data)


def test_with_o_the_report_goes_to_the_file_and_text_to_stdout(leakfinder, quiet):
    result = leakfinder("check", "-format=json", "-o", "out.json", "-url", quiet.url)
    assert report.parse((leakfinder.folder / "out.json").read_text())["command"] == "check"
    assert not result.stdout.startswith("{") and "12" in result.stdout, result


def test_several_formats_write_one_file_each(leakfinder, quiet):
    leakfinder("check", "-format=json,markdown,sarif,junit,github", "-o", "out/result", "-url", quiet.url)
    assert len(list((leakfinder.folder / "out").iterdir())) == 5


def test_what_does_not_apply_is_absent(leakfinder):
    leakfinder.write("dump.txt", leaking().debug2())
    shown = leakfinder.json("analyze", "dump.txt")
    assert "memory" not in shown and "gc" not in shown and "url" not in shown["target"]
    assert all("bytes" not in f for f in shown.findings if f["kind"] == "goroutine")


# --- Determinism and ids

def test_two_runs_over_the_same_files_give_the_same_report(leakfinder):
    names = series(leakfinder)
    first, second = (leakfinder.json("analyze", "-sample-interval=10s", *names).data for _ in range(2))
    for data in (first, second):
        for part in ("goroutines", "memory"):
            data[part]["samples"] = len(data[part]["samples"])
    assert without_times(first) == without_times(second)


def ids(leakfinder, program: Program) -> set[str]:
    leakfinder.write("one.txt", program.debug2())
    return {f["id"] for f in leakfinder.json("analyze", "one.txt").with_verdict("leak")}


@pytest.mark.parametrize("change", [
    {"count": 70}, {"first_id": 90_000}, {"minutes": 12},
    {"frames": frames("main.(*hub).wait /src/app/hub.go:38", "main.run /src/app/hub.go:14")}, {"creator": Frame("main.start", "/src/app/hub.go", 9)},
    {"frames": frames("main.(*hub).wait /other/checkout/app/hub.go:30", "main.run /other/checkout/app/hub.go:12")}],
    ids=["count", "goroutine ids", "waits", "lines of the function", "line of the creator", "folder of the checkout"])
def test_the_id_of_a_finding_does_not_change_with_the(leakfinder, change):
    assert ids(leakfinder, Program((STUCK,))) == ids(leakfinder, Program((replace(STUCK, **change),))) != set()


@pytest.mark.parametrize("change", [{"frames": frames("main.(*hub).listen /src/app/hub.go:30")}, {"creator": Frame("main.restart", "/src/app/hub.go", 8)}], ids=["function", "creator"])
def test_the_id_of_a_finding_changes_with_the(leakfinder, change):
    assert ids(leakfinder, Program((STUCK,))).isdisjoint(ids(leakfinder, Program((replace(STUCK, **change),))))


def test_protobuf_and_dump_of_one_program_give_a_finding_the_same_id(leakfinder):
    stuck = Program((replace(STUCK, state="select (no cases)"),))
    leakfinder.write("one.pb.gz", stuck.proto())
    assert ids(leakfinder, stuck)
    by_proto = leakfinder.json("analyze", "one.pb.gz")
    assert {f["function"] for f in by_proto.with_verdict("leak")} == {"main.(*hub).wait"}


# --- Escaping

def test_control_and_bidirectional_characters_are_escaped(leakfinder):
    nasty = Program((replace(STUCK, frames=frames("main.e\x1b[31mvil\u202e /src/\u009bapp.go:3")),))
    leakfinder.write("dump.txt", nasty.debug2())
    result = leakfinder("analyze", "-format=json", "dump.txt")
    report.of(result)
    assert not {"\x1b", "\u202e", "\u009b"} & set(result.stdout)


def test_bytes_that_are_no_utf_8_leave_the_report_valid(leakfinder):
    leakfinder.write("dump.txt", Program((STUCK,)).debug2().replace(b"hub", b"h\xff\xfeb"))
    result = leakfinder("analyze", "-format=json", "dump.txt")
    result.stdout_bytes.decode("utf-8")
    assert report.of(result).with_verdict("leak")


# --- Golden

@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("case", ["analyze-leaking-files", "check-one-dump"])
def test_the_output_is_the_golden_one_of(leakfinder, case, form):
    names = series(leakfinder)
    args = ("analyze", "-sample-interval=10s", *names) if case.startswith("analyze") else ("check", names[0])
    result = leakfinder(*args, f"-format={form}")
    golden.expect(f"{case}.{'txt' if form == 'text' else 'json'}", result.stdout, leakfinder.folder)


def test_the_text_of_a_healthy_target_is_the_golden_one(leakfinder, quiet):
    golden.expect("check-healthy-target.txt", leakfinder("check", "-url", quiet.url).stdout, leakfinder.folder)


def test_a_memory_finding_has_a_site_and_bytes_and_no_goroutine_fields(leakfinder, serve):
    def moment(i: int) -> Program:
        return Program(small_program().groups, (Site(frames("main.remember /src/app/cache.go:33"), 20 + 5 * i, 1 << 20),), {"NumGC": 5 + i, "LastGC": 10**18 + i})
    shown = leakfinder.json("analyze", "-save-reports=false", "-samples=5", "-sample-interval=100ms", "-url", serve(PprofAnswers([moment(i) for i in range(5)])).url)
    found = [f for f in shown.findings if f["kind"] == "memory" and f.get("function")]
    assert found and all("bytes" in f and not {"state", "wait_minutes", "creator"} & set(f) for f in found), shown.findings
