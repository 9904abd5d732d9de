"""What cannot be read: one clear line that says what happened and what to do, exit 3, and nothing lost that was measured."""

import gzip
import os
import socket

import pytest

from misbehaviours import LOGIN_PAGE, shows, silent, status
from support import report
from support.binary import CLEAN, UNREADABLE, USAGE
from support.pprof_answers import PprofAnswers, gate, small_program
from support.synthetic import Group, Program, frames
from support.wire import ProfileWriter


def unreadable(result, *patterns: str) -> None:
    """Asserts exit 3 and, on stderr, a line that starts with the program's name and shows every pattern."""
    assert result.code == UNREADABLE, result
    assert result.error_lines and result.error_lines[0].startswith("leakfinder: "), result
    for pattern in patterns:
        assert shows(pattern, result.stderr), f"wanted {pattern!r}\n{result}"


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# --- Targets

def test_a_refused_connection_names_the_target_and_asks_whether_it_runs(leakfinder):
    port = closed_port()
    unreadable(leakfinder("check", f":{port}"), "refused", f"{port}", r"running|listen|start")


def test_an_unknown_host_is_named(leakfinder):
    unreadable(leakfinder("check", "-url=http://nowhere.invalid:6060", timeout=40), r"nowhere\.invalid", r"resolve|no such host|not known|look ?up")


def test_a_service_without_pprof_is_told_how_to_import_it(leakfinder, serve):
    target = serve(lambda exchange: exchange.answer(404, b"404 page not found\n"))
    unreadable(leakfinder("check", "-url", target.url), "404", r"net/http/pprof|_ \"net|prefix|not mounted|import")


def test_a_profile_that_pprof_does_not_know_is_told_apart_from_no_pprof(leakfinder, serve):
    without, knows_not = serve(status(404)), serve(status(404, b"Unknown profile\n", X_Go_Pprof="1"))
    assert leakfinder("check", "-url", without.url).stderr.replace(str(without.port), "") != leakfinder("check", "-url", knows_not.url).stderr.replace(str(knows_not.port), "")


def test_a_login_page_is_recognised(leakfinder, serve):
    target = serve(lambda exchange: exchange.answer(200, LOGIN_PAGE, "text/html"))
    unreadable(leakfinder("check", "-url", target.url), r"html|login")


def test_missing_credentials_name_the_flags_that_give_them(leakfinder, serve):
    target = serve(gate(PprofAnswers([small_program()]), lambda request: False, 401, WWW_Authenticate="Bearer"))
    unreadable(leakfinder("check", "-url", target.url), "401", r"-user|-bearer-token-file")


def test_a_forbidden_target_is_said_to_be_forbidden(leakfinder, serve):
    unreadable(leakfinder("check", "-url", serve(status(403)).url), "403")


def test_a_timeout_names_the_flag_and_the_phase(leakfinder, serve):
    unreadable(leakfinder("check", "-timeout=500ms", "-url", serve(silent).url), r"time[d ]*out|no answer", r"-timeout|500 ?ms", r"first byte|answer|header|response")


def test_a_missing_unix_socket_is_named(leakfinder):
    unreadable(leakfinder("check", "-url=unix:///nowhere/app.sock"), "/nowhere/app.sock")


def test_a_wrong_scheme_is_refused(leakfinder):
    result = leakfinder("check", "-url=ftp://127.0.0.1:21")
    assert result.code == USAGE and "ftp" in result.stderr, result


@pytest.mark.parametrize("url", ["http://", "http://:99999", "http://127.0.0.1:port", "http://[::1", "http://127.0.0.1:-1"])
def test_a_broken_url_is_refused(leakfinder, url):
    result = leakfinder("check", f"-url={url}")
    assert result.code == USAGE, result
    assert len(result.error_lines) == 1 and "url" in result.stderr.lower(), result


def test_a_target_that_only_serves_goroutines_is_measured(leakfinder, serve):
    target = serve(PprofAnswers([small_program()], serves=("goroutine",), index=False))
    shown = leakfinder.json("check", "-goroutines-only", "-url", target.url)
    assert shown.run.code == CLEAN and shown["goroutines"]["total"] == small_program().total


def test_a_target_without_heap_profile_is_shown_with_the_missing_part_in_errors(leakfinder, serve):
    target = serve(PprofAnswers([small_program()], serves=("goroutine",), index=False))
    shown = leakfinder.json("check", "-url", target.url)
    assert shown.run.code == UNREADABLE
    assert shown["goroutines"]["total"] == small_program().total and "memory" not in shown
    assert shows("heap", str(shown["errors"]))


def test_credentials_open_a_guarded_target(leakfinder, serve):
    target = serve(gate(PprofAnswers([small_program()]), lambda request: request.header("Authorization") == "Bearer T0KEN"))
    leakfinder.write("token", "T0KEN\n")
    assert leakfinder("check", "-bearer-token-file=token", "-url", target.url).code == CLEAN


def test_a_password_file_loses_only_its_last_newline(leakfinder, serve):
    target = serve(gate(PprofAnswers([small_program()]), lambda request: request.header("Authorization") == "Basic bWU6cHcg"))  # me:"pw "
    leakfinder.write("password", "pw \n")
    assert leakfinder("check", "-user=me", "-password-file=password", "-url", target.url).code == CLEAN


# --- Files

def dump() -> bytes:
    return small_program().debug2()


def test_a_missing_file_is_named(leakfinder):
    unreadable(leakfinder("check", "nowhere.txt"), r"nowhere\.txt", r"no such file|not found|not exist")


def test_an_empty_file_is_said_to_be_empty(leakfinder):
    leakfinder.write("empty.txt", "")
    unreadable(leakfinder("check", "empty.txt"), r"empty\.txt", "empty")


def test_an_empty_standard_input_is_said_to_be_empty(leakfinder):
    unreadable(leakfinder("check", "-", stdin=b""), "empty")


def test_a_folder_that_is_no_capture_is_said_to_be_one(leakfinder):
    (leakfinder.folder / "things").mkdir()
    unreadable(leakfinder("check", "things"), "things", r"folder|directory|capture|manifest")


def test_a_file_without_permission_is_named(leakfinder):
    path = leakfinder.write("secret.txt", dump())
    if os.geteuid() == 0:
        path = "/proc/1/mem"  # root may open it, but reading at 0 fails
    else:
        path.chmod(0)
    unreadable(leakfinder("check", str(path)), r"permission|denied|input/output|cannot read|could not read")


@pytest.mark.parametrize("name, content", [
    ("page.html", LOGIN_PAGE), ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4), ("prose.txt", b"It was a dark and stormy night.\n" * 20),
    ("zeros.bin", bytes(4096)), ("object.json", b'{"a": [1, 2, 3]}'), ("page.html.gz", gzip.compress(LOGIN_PAGE))], ids=lambda v: v if isinstance(v, str) else "")
def test_a_file_that_is_no_profile_is_said_to_be_none(leakfinder, name, content):
    leakfinder.write(name, content)
    unreadable(leakfinder("check", name), name.replace(".", r"\."))


def proto_of(kind: str, unit: str) -> bytes:
    writer = ProfileWriter([(kind, "count"), ("time", unit)], (kind, unit), 1)
    writer.add(frames("main.f"), [1, 100])
    return gzip.compress(writer.finish())


@pytest.mark.parametrize("name, content, kind", [
    ("block.txt", b"--- contention:\ncycles/second=2596134022\n120000 3 @ 0x48a28a 0x4180ae\n#\t0x48a289\tmain.f+0x9\t/m.go:3\n", "block|contention"),
    ("mutex.txt", b"--- mutex:\ncycles/second=2596134022\nsampling period=1\n120000 3 @ 0x48a28a\n#\t0x48a289\tmain.f+0x9\t/m.go:3\n", "mutex"),
    ("threads.txt", b"threadcreate profile: total 8\n7 @ 0x0 0x0\n#\t0x0\n\n1 @ 0x48a28a\n#\t0x48a289\tmain.f+0x9\t/m.go:3\n", "threadcreate|thread"),
    ("cpu.pb.gz", proto_of("cpu", "nanoseconds"), "cpu"), ("contentions.pb.gz", proto_of("contentions", "nanoseconds"), "contention|block|mutex"),
    ("trace.out", b"go 1.26 trace\x00\x00\x00" + bytes(range(64)), "trace")], ids=lambda v: v if isinstance(v, str) and "." in v else "")
def test_a_profile_that_says_nothing_about_leaks_is_named_by_its_kind(leakfinder, name, content, kind):
    leakfinder.write(name, content)
    unreadable(leakfinder("check", name), name.replace(".", r"\."), kind)


def test_a_missing_file_among_several_leaves_the_rest_analysed(leakfinder):
    leakfinder.write("one.txt", dump())
    shown = leakfinder.json("check", "one.txt", "nowhere.txt")
    assert shown.run.code == UNREADABLE
    assert shown["goroutines"]["total"] == small_program().total
    assert shows(r"nowhere\.txt", str(shown["errors"]))


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.9])
def test_a_cut_dump_still_shows_what_was_there(leakfinder, kept):
    big = Program((Group(400, "chan receive", frames("main.(*pool).work /src/app/pool.go:31", "main.start")),)).debug2()
    leakfinder.write("cut.txt", big[:int(len(big) * kept)])
    shown = leakfinder.json("check", "cut.txt")
    assert abs(shown["goroutines"]["total"] - 400 * kept) <= 3
    assert "dump-truncated" in shown.warning_codes(), shown["warnings"]


def test_a_damaged_record_costs_a_warning_with_its_place_and_nothing_else(leakfinder):
    leakfinder.write("damaged.txt", dump().replace(b"goroutine 203 [chan receive]:", b"goroutine 203 chan receive:"))
    shown = leakfinder.json("check", "damaged.txt")
    assert shown["goroutines"]["total"] == small_program().total - 1
    assert any(shows(r"byte \d+|:\d+", warning.get("where", "")) for warning in shown["warnings"]), shown["warnings"]


@pytest.mark.parametrize("args", [("-timeout=5s",), ("-samples=4",)], ids=" ".join)
def test_a_flag_that_needs_a_target_is_ignored_for_files_with_a_warning(leakfinder, args):
    leakfinder.write("dump.txt", dump())
    result = leakfinder("check", *args, "dump.txt")
    assert result.code == CLEAN, result
    assert args[0].partition("=")[0] in result.stderr + result.stdout, result


def test_the_error_of_json_is_a_valid_report(leakfinder):
    result = leakfinder("check", "-format=json", f":{closed_port()}")
    assert result.code == UNREADABLE, result
    assert report.of(result).error_codes() == ["refused"], result
