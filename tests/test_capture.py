"""capture: raw profiles and a manifest, resumable, and read back by every command that takes files."""

import io
import json
import re
import tarfile

import pytest

from support.binary import CLEAN, INTERRUPTED, UNREADABLE, USAGE
from support.pace import wait_until
from support.pprof_answers import PprofAnswers, small_program
from test_commands import moments
from test_plan import many_sites, with_leak_profile

FAST = ("-sample-interval=40ms",)
NAMES_OF_A_SAMPLE = {"goroutine.pb.gz", "goroutine_debug2.txt", "heap.pb.gz", "heap_debug1.txt"}


def manifest_of(folder) -> dict:
    return json.loads((folder / "manifest.json").read_text())


def recorded(manifest: dict) -> list[dict]:
    return [sample for sample in manifest["samples"] if sample["files"]]


def take(leakfinder, target, name: str, *args, samples: int = 3, code: int = CLEAN):
    result = leakfinder("capture", "-o", name, f"-samples={samples}", *FAST, *args, "-url", target.url)
    assert result.code == code, result
    return result


def member(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, link
    return info, content


def archive(leakfinder, name: str, *members: tuple[tarfile.TarInfo, bytes], form: str = "w:gz") -> str:
    with tarfile.open(leakfinder.folder / name, form) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content) if content else None)
    return name


# --- What is recorded

def test_every_sample_has_its_profiles_and_the_manifest_names_them(leakfinder, quiet):
    take(leakfinder, quiet, "taken", samples=2)
    folder = leakfinder.folder / "taken"
    manifest = manifest_of(folder)
    assert manifest["schema"] == "leakfinder/capture/v1" and manifest["complete"] and manifest["samples_wanted"] == 2
    assert manifest["target"]["url"] == quiet.url.rstrip("/") + "/debug/pprof/" and manifest["interval_ms"] == 40
    named = {file["name"]: file["bytes"] for sample in manifest["samples"] for file in sample["files"]}
    assert named == {path.name: path.stat().st_size for path in folder.iterdir() if path.name != "manifest.json"}
    assert set(named) == {f"{number:03}_{name}" for number in (1, 2) for name in NAMES_OF_A_SAMPLE}
    assert (folder / "001_goroutine.pb.gz").read_bytes() == small_program().proto()
    first, second = (sample["at"] for sample in manifest["samples"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first) and first < second
    assert manifest["samples"][0]["index"]["goroutine"] == small_program().total


def test_the_requests_are_gentle(leakfinder, quiet):
    take(leakfinder, quiet, "taken", samples=2)
    assert quiet.most_at_once <= 2 and quiet.requests[0].profile == "" and quiet.connections <= 2
    assert len(quiet.asked("goroutine", 2)) == 2 and len(quiet.asked("heap", 1)) == 2


def test_many_goroutines_are_not_dumped_and_the_manifest_says_why(leakfinder, quiet):
    result = take(leakfinder, quiet, "taken", "-max-goroutines-full=3", samples=1)
    manifest = manifest_of(leakfinder.folder / "taken")
    assert not quiet.asked("goroutine", 2) and "-max-goroutines-full=3" in " ".join(manifest["skipped"]) and "-max-goroutines-full=3" in result.stderr


def test_many_heap_records_are_taken_as_protobuf_with_the_memstats_alone(leakfinder, serve):
    target = serve(PprofAnswers([many_sites(2500)], variables=True))
    take(leakfinder, target, "taken", samples=1)
    files = {file["name"] for sample in manifest_of(leakfinder.folder / "taken")["samples"] for file in sample["files"]}
    assert "001_memstats.json" in files and "001_heap_debug1.txt" not in files and not target.asked("heap", 1)
    kept = json.loads((leakfinder.folder / "taken" / "001_memstats.json").read_text())
    assert list(kept) == ["memstats"] and kept["memstats"]["NumGC"] >= 0
    live, later = leakfinder.json("check", "-url", target.url), leakfinder.json("check", "taken")
    assert later["memory"]["num_gc"] == live["memory"]["num_gc"] and later["memory"]["live_bytes"] == live["memory"]["live_bytes"]


def test_the_leak_profile_comes_last_and_once(leakfinder, serve):
    target = serve(with_leak_profile(small_program()))
    take(leakfinder, target, "taken", samples=2)
    leak, = target.asked("goroutineleak")
    assert leak is target.requests[-1] and (leakfinder.folder / "taken" / "002_goroutineleak.pb.gz").exists()


@pytest.mark.parametrize("flag, there, gone", [("-goroutines-only", "goroutine", "heap"), ("-memory-only", "heap", "goroutine")])
def test_a_focus_leaves_the_other_request_out(leakfinder, quiet, flag, there, gone):
    take(leakfinder, quiet, "taken", flag, samples=1)
    assert quiet.asked(there) and not quiet.asked(gone)


def test_without_a_name_the_folder_is_in_the_output_folder_and_told(leakfinder, quiet):
    result = leakfinder("capture", "-samples=1", "-output-dir=kept", "-url", quiet.url)
    folder, = (leakfinder.folder / "kept").iterdir()
    assert result.code == CLEAN and re.fullmatch(r"capture_\d{8}_\d{6}", folder.name) and f"kept/{folder.name}" in result.stdout, result


def test_no_secret_is_kept_or_shown(leakfinder, quiet):
    url = quiet.url.replace("http://", "http://scott:URLSECRET@")
    leakfinder.write("token", "TOKENSECRET")
    result = leakfinder("capture", "-o", "taken", "-samples=1", "-header", "X-Key: HEADERSECRET", "-bearer-token-file", "token", "-url", url)
    archived = leakfinder("capture", "-o", "taken.tar.gz", "-samples=1", "-header", "X-Key: HEADERSECRET", url)
    assert archived.code == CLEAN or "-bearer-token-file" in result.stderr, archived
    with tarfile.open(leakfinder.folder / "taken.tar.gz") as tar:
        packed = b"".join(tar.extractfile(one).read() for one in tar)
    kept = b"".join(path.read_bytes() for path in leakfinder.folder.rglob("*") if path.is_file() and path.name != "token")
    everything = kept + packed + result.stdout_bytes + result.stderr_bytes + archived.stdout_bytes + archived.stderr_bytes
    for secret in (b"URLSECRET", b"HEADERSECRET", b"TOKENSECRET", b"scott"):
        assert secret not in everything, secret


# --- What is in the way

def test_a_complete_capture_is_not_written_over(leakfinder, quiet):
    take(leakfinder, quiet, "taken", samples=1)
    take(leakfinder, quiet, "taken", samples=1, code=USAGE)
    take(leakfinder, quiet, "taken", samples=2)
    assert len(recorded(manifest_of(leakfinder.folder / "taken"))) == 2


def test_an_archive_is_not_written_over(leakfinder, quiet):
    take(leakfinder, quiet, "taken.tar.gz", samples=1)
    before = (leakfinder.folder / "taken.tar.gz").read_bytes()
    take(leakfinder, quiet, "taken.tar.gz", samples=2, code=USAGE)
    assert (leakfinder.folder / "taken.tar.gz").read_bytes() == before


def test_a_folder_with_other_things_is_left_alone(leakfinder, quiet):
    leakfinder.write("things/notes.txt", "mine")
    result = take(leakfinder, quiet, "things", code=USAGE)
    assert "things" in result.stderr and not quiet.requests and [path.name for path in (leakfinder.folder / "things").iterdir()] == ["notes.txt"]


def test_a_target_that_is_not_there_leaves_no_folder(leakfinder):
    result = leakfinder("capture", "-o", "taken", "-url", "http://127.0.0.1:1")
    assert result.code == UNREADABLE and not (leakfinder.folder / "taken").exists(), result


@pytest.mark.parametrize("args", [("-force-gc",), ("-format=json",), ("dump.txt",), ("-o", "-")])
def test_what_has_no_sense_is_refused(leakfinder, quiet, args):
    leakfinder.write("dump.txt", "goroutine 1 [running]:\n")
    url = () if "dump.txt" in args else ("-url", quiet.url)
    assert leakfinder("capture", *args, *url).code == USAGE


# --- Ctrl-C, and on

@pytest.mark.parametrize("name", ["taken", "taken.tar.gz"])
@pytest.mark.timing
def test_ctrl_c_keeps_what_there_is_and_the_same_command_goes_on(leakfinder, serve, name):
    target = serve(moments(12))
    folder = leakfinder.folder / (name if name == "taken" else name + ".partial")
    args = ("capture", "-o", name, "-samples=5", "-header", "X-Key: HEADERSECRET", "-url", target.url)
    running = leakfinder.start(*args, "-sample-interval=300ms")
    wait_until(lambda: (folder / "manifest.json").exists() and len(recorded(manifest_of(folder))) >= 2)
    running.signal(2)
    stopped = running.wait(20)
    count = len(recorded(manifest_of(folder)))
    assert stopped.code == INTERRUPTED and 2 <= count < 5 and f"{count} of 5" in stopped.stderr, stopped
    assert f"-o={name}" in stopped.stderr and "leakfinder capture" in stopped.stderr and "HEADERSECRET" not in stopped.stderr
    assert not (leakfinder.folder / "taken.tar.gz").exists()
    first = manifest_of(folder)["samples"][:count]
    done = leakfinder(*args, *FAST)
    assert done.code == CLEAN and f"{count} of 5" in done.stderr, done
    if name == "taken":
        assert manifest_of(folder)["samples"][:count] == first
    else:
        assert not folder.exists()
    shown = leakfinder.json("analyze", name)
    assert [point["total"] for point in shown["goroutines"]["samples"]] == [moments(12).moments[i].total for i in range(5)]


def test_a_capture_of_another_target_does_not_go_on(leakfinder, serve):
    one, other = serve(), serve()
    take(leakfinder, one, "taken", samples=1)
    result = take(leakfinder, other, "taken", samples=2, code=USAGE)
    assert one.url in result.stderr and other.url in result.stderr and not other.requests


def test_a_restart_between_two_runs_is_said(leakfinder, serve):
    programs = [small_program(), small_program()]
    programs = [type(programs[0])(program.groups, program.sites, {"NumGC": gc, "TotalAlloc": total}) for program, gc, total in zip(programs, (50, 3), (10**9, 10**6))]
    target = serve(PprofAnswers(programs))
    take(leakfinder, target, "taken", samples=1)
    result = take(leakfinder, target, "taken", samples=2)
    assert "restarted" in result.stderr and [sample["restarted"] for sample in manifest_of(leakfinder.folder / "taken")["samples"]] == [False, True]


def test_what_a_broken_run_left_is_no_part_of_the_capture(leakfinder, quiet):
    take(leakfinder, quiet, "taken", samples=1)
    leakfinder.write("taken/002_goroutine.pb.gz", b"half")
    assert len(leakfinder.json("check", "taken")["goroutines"]["samples"]) == 1
    take(leakfinder, quiet, "taken", samples=2)
    assert (leakfinder.folder / "taken" / "002_goroutine.pb.gz").read_bytes() == small_program().proto()


# --- Reading

def ids(shown) -> set[tuple[str, str]]:
    return {(finding["id"], finding["rule"]) for finding in shown.findings}


@pytest.mark.parametrize("command", ["check", "analyze", "filter", "patterns", "channels", "memory"])
def test_a_capture_tells_what_its_target_told(leakfinder, serve, command):
    live = leakfinder.json(command, "-samples=4", "-leakprof-samples=4", *FAST, "-leakprof-interval=40ms", "-save-reports=false", "-url", serve(moments(4)).url)
    take(leakfinder, serve(moments(4)), "taken.tar.gz", samples=4)
    later = leakfinder.json(command, "taken.tar.gz")
    for section in ("goroutines", "memory"):
        assert section not in later or len(later[section]["samples"]) == 4
    if "goroutines" in live:
        assert later["goroutines"]["total"] == live["goroutines"]["total"]
    if command != "check":  # live it asks for no dump, which the capture has
        assert ids(later) == ids(live)
        assert "goroutines" not in live or later["goroutines"]["by_state"] == live["goroutines"]["by_state"]


def test_times_are_the_manifests(leakfinder, quiet):
    take(leakfinder, quiet, "taken", samples=3)
    wanted = [sample["at"] for sample in manifest_of(leakfinder.folder / "taken")["samples"]]
    assert [point["at"] for point in leakfinder.json("analyze", "taken")["goroutines"]["samples"]] == wanted


def test_an_archive_repacked_in_any_order_is_read(leakfinder, quiet):
    take(leakfinder, quiet, "taken", samples=2)
    files = sorted((leakfinder.folder / "taken").iterdir(), reverse=True)
    for form, style in (("w", tarfile.GNU_FORMAT), ("w:gz", tarfile.PAX_FORMAT)):
        with tarfile.open(leakfinder.folder / "again.bin", form, format=style) as tar:
            for path in files:
                tar.add(path, f"./deep/{path.name}")
        shown = leakfinder.json("analyze", "again.bin")
        assert shown["goroutines"]["total"] == small_program().total and len(shown["goroutines"]["samples"]) == 2


def test_an_archive_comes_through_standard_input(leakfinder, quiet):
    take(leakfinder, quiet, "taken.tar.gz", samples=2)
    shown = leakfinder.json("check", "-", stdin=(leakfinder.folder / "taken.tar.gz").read_bytes())
    assert len(shown["goroutines"]["samples"]) == 2


def test_two_archives_are_compared_first_with_second(leakfinder, serve):
    target = serve(moments(6, by=20))
    for name in ("one.tar.gz", "two.tar.gz"):
        take(leakfinder, target, name, samples=3)
    found, = leakfinder.json("compare", "one.tar.gz", "two.tar.gz").at_function("main.ask.func1")
    assert (found["count_before"], found["count"]) == (60, 100)  # what the last two samples both have
    backwards = leakfinder.json("compare", "two.tar.gz", "one.tar.gz")  # whatever the times say
    assert not [f for f in backwards.at_function("main.ask.func1") if f.get("delta", 0) > 0]


@pytest.mark.parametrize("bad", [
    member("/etc/passwd", b"x"), member("../../x", b"x"), member("taken/link", kind=tarfile.SYMTYPE, link="/etc/passwd"),
    member("taken/hard", kind=tarfile.LNKTYPE, link="x"), member("taken/pipe", kind=tarfile.FIFOTYPE)], ids=["absolute", "climbing", "a symbolic link", "a hard link", "a pipe"])
def test_an_archive_with_hostile_members_is_refused(leakfinder, quiet, bad):
    take(leakfinder, quiet, "taken", samples=1)
    good = [member(f"taken/{path.name}", path.read_bytes()) for path in (leakfinder.folder / "taken").iterdir()]
    name = archive(leakfinder, "evil.tar.gz", *good, bad)
    result = leakfinder("check", name)
    assert result.code == UNREADABLE and len(result.error_lines) == 1 and "evil.tar.gz" in result.stderr, result


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"schema": "other"}', b'{"schema": "leakfinder/capture/v1", "samples": [{"files": [{"name": "../../etc/passwd"}]}]}',
                                  b'{"schema": "leakfinder/capture/v1", "samples": []}'], ids=["cut", "an array", "another schema", "a climbing name", "empty"])
def test_a_bad_manifest_is_one_clear_line(leakfinder, text):
    leakfinder.write("taken/manifest.json", text)
    archive(leakfinder, "taken.tar.gz", member("taken/manifest.json", text))
    for name in ("taken", "taken.tar.gz"):
        result = leakfinder("check", name)
        assert result.code == UNREADABLE and len(result.error_lines) == 1 and name in result.stderr, result


def test_an_archive_without_a_manifest_is_no_capture(leakfinder):
    result = leakfinder("check", archive(leakfinder, "other.tar.gz", member("a.txt", b"goroutine 1 [running]:\n")))
    assert result.code == UNREADABLE and "manifest.json" in result.stderr, result


def test_a_cut_archive_gives_what_there_is_and_says_so(leakfinder, serve):
    take(leakfinder, serve(moments(6)), "taken.tar.gz", samples=6)
    whole = (leakfinder.folder / "taken.tar.gz").read_bytes()
    (leakfinder.folder / "cut.tar.gz").write_bytes(whole[:len(whole) * 2 // 3])
    shown = leakfinder.json("analyze", "cut.tar.gz")
    assert 1 <= len(shown["goroutines"]["samples"]) < 6
    assert [w["count"] for w in shown["warnings"] if w["code"] == "dump-truncated" and "archive" in w["message"]][0] > 1


def test_a_missing_file_is_counted_and_a_damaged_one_named(leakfinder, quiet):
    take(leakfinder, quiet, "taken", samples=2)
    (leakfinder.folder / "taken" / "001_heap.pb.gz").unlink()
    shown = leakfinder.json("analyze", "taken")
    assert [w["count"] for w in shown["warnings"] if w["code"] == "profile-missing"] == [1] and shown.run.code == CLEAN
    leakfinder.write("taken/002_heap_debug1.txt", b"\xff\xfe not a heap")
    result = leakfinder("analyze", "taken")
    assert result.code == UNREADABLE and "002_heap_debug1.txt" in result.stderr, result


def test_a_bomb_in_an_archive_is_bounded(leakfinder, quiet):
    take(leakfinder, quiet, "taken", samples=1)
    files = [member(f"taken/{path.name}", path.read_bytes()) for path in sorted((leakfinder.folder / "taken").iterdir(), reverse=True)]
    name = archive(leakfinder, "bomb.tar.gz", *files, member("taken/zeros", bytes(64 << 20)))
    shown = leakfinder.json("check", name, "-max-body=4")
    assert any(w["code"] == "limit-reached" for w in shown["warnings"]) and shown["goroutines"]["total"] == small_program().total


# --- Live

@pytest.mark.live
def test_a_live_leak_is_found_in_its_capture(leakfinder, live):
    target = live("-mode=healthy,leak_send", fresh=True)
    shown = leakfinder.json("analyze", "-save-reports=false", "-samples=4", "-sample-interval=1800ms", "-url", target.url)
    take_args = ("capture", "-o", "taken.tar.gz", "-samples=4", "-sample-interval=1800ms", "-url", target.url)
    assert leakfinder(*take_args).code == CLEAN
    later = leakfinder.json("analyze", "taken.tar.gz")
    leaks = [{f["id"] for f in one.with_verdict("leak")} for one in (shown, later)]
    assert leaks[0] and leaks[0] == leaks[1]
    assert later["target"].get("go_version") == shown["target"].get("go_version")
