"""The demo finds what it planted, wherever it was planted, and accuses nobody where nothing was."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import golang, pace, places, report

pytestmark = pytest.mark.live
DEMO = places.PROJECT / "demo"
# Every function that leaks or leads to a leak gets another name.
RENAMED = {"quote": "haggle", "refresh": "pollForEver", "store": "file", "shop": "emporium", "orderStatus": "parcelState",
           "receiptCache": "drawer", "newReceiptCache": "newDrawer", "askPrice": "wantPrice"}


@dataclass(frozen=True)
class Demo:
    """One finished run of the demo: its output, and the report that it kept."""

    code: int
    stdout: str
    stderr: str
    findings: list[dict]
    health: dict

    def accused(self) -> set[tuple[str, int, str]]:
        return {(Path(f["file"]).name, f["line"], f["function"]) for f in self.findings if f["verdict"] != "info"}

    def __str__(self) -> str:
        return f"exit {self.code}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


def environment(**more: str) -> dict[str, str]:
    """The caller's, for Go's caches, with the binary under test."""
    return {**os.environ, "LEAKFINDER_BINARY": str(places.binary()), "LEAKFINDER_SKIP_SETUP": "1", **more}


def run_demo(folder: Path, *args: str, source: Path = DEMO) -> Demo:
    golang.required()
    done = subprocess.run([places.PROJECT / "leakfinder.sh", "demo", f"-keep={folder}", *args], cwd=folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=pace.stretched(300), check=False, env=environment(LEAKFINDER_DEMO_SOURCE=str(source)))
    kept = folder / "report.json"
    assert kept.exists(), f"no report\nexit {done.returncode}\n{done.stdout}\n{done.stderr}"
    data = report.parse(kept.read_text())
    return Demo(done.returncode, done.stdout, done.stderr, data.findings, data["health"])


def moved_copy(folder: Path) -> Path:
    """A copy of the demo with other names of functions, types and a file, and every line somewhere else."""
    copy = folder / "moved"
    shutil.copytree(DEMO, copy)
    for path in copy.glob("*.go"):
        text = path.read_text()
        for old, new in RENAMED.items():
            text = re.sub(rf"\b{old}\b", new, text)
        # After each import block and before each function: comments, so that nothing stays where it was.
        text = re.sub(r"(?m)^func ", lambda m: "// Moved.\n" * 3 + m.group(), text)
        path.write_text(text)
    (copy / "leaks.go").rename(copy / "trouble.go")
    return copy


def leaking_lines(source: Path) -> dict[int, str]:
    """Line number and text below each call of planted(): what should be named, read from the source and not from the run."""
    lines = source.read_text().splitlines()
    return {n + 2: lines[n + 1].strip() for n, line in enumerate(lines) if re.match(r"\s+planted\(", line)}


@pytest.fixture(scope="module")
def moved(tmp_path_factory) -> tuple[Path, Demo]:
    folder = tmp_path_factory.mktemp("demo")
    source = moved_copy(folder)
    return source, run_demo(folder, source=source)


@pytest.fixture(scope="module")
def mended(tmp_path_factory) -> Demo:
    return run_demo(tmp_path_factory.mktemp("mended"), "-leaks=false")


def test_the_demo_names_the_new_lines_of_a_moved_and_renamed_copy(moved):
    source, demo = moved
    original, now = leaking_lines(DEMO / "leaks.go"), leaking_lines(source / "trouble.go")
    assert len(now) == 3 and not set(original) & set(now), "the copy should have moved every leaking line"
    assert {line for file, line, _ in demo.accused() if file == "trouble.go"} == set(now), demo
    functions = {function for _, line, function in demo.accused() if line in now}
    assert functions == {"main.(*emporium).haggle.func1", "main.(*parcelState).pollForEver", "main.(*drawer).file"}, demo


def test_the_demo_accuses_nothing_but_what_was_planted(moved):
    source, demo = moved
    assert {file for file, _, _ in demo.accused()} == {"trouble.go"}, demo


def test_the_demo_calls_both_goroutine_leaks_proven(moved):
    _, demo = moved
    leaks = {f["function"] for f in demo.findings if f["verdict"] == "leak" and f["kind"] == "goroutine"}
    assert {"main.(*emporium).haggle.func1", "main.(*parcelState).pollForEver"} <= leaks, demo


def test_the_demo_ends_well_and_shows_the_lines_and_what_to_try_next(moved):
    source, demo = moved
    assert demo.code == 0, demo
    for line in leaking_lines(source / "trouble.go"):
        assert re.search(rf"(?m)^  found   \S*/trouble\.go:{line}  main\.", demo.stdout), demo
    assert "./leakfinder.sh analyze http://localhost:6060" in demo.stdout, demo
    assert "MISSED" not in demo.stdout, demo


def test_the_mended_service_is_healthy(mended):
    assert mended.code == 0, mended
    assert mended.health["level"] == "healthy", mended
    assert mended.accused() == set(), mended
    assert "The service leaks nowhere." in mended.stdout, mended


def verify(tmp_path: Path, served: list, findings: list, serve) -> subprocess.CompletedProcess:
    """Runs the demo's own judge on a made-up report."""
    toolchain = golang.required()
    binary = tmp_path / "orders"
    subprocess.run([toolchain.command, "build", "-buildvcs=false", "-o", binary, "."], cwd=DEMO, env=toolchain.environment(), check=True, timeout=pace.stretched(300))
    (tmp_path / "report.json").write_text(json.dumps({"health": {"score": 100, "level": "healthy"}, "findings": findings}))
    target = serve(lambda exchange: exchange.answer(200, json.dumps(served).encode(), "application/json"))
    return subprocess.run([binary, "-verify", target.url, "-report", tmp_path / "report.json"], capture_output=True, text=True, timeout=pace.stretched(60), check=False)


def test_the_demo_fails_when_a_planted_line_is_named_one_line_off(tmp_path, serve):
    planted = {"name": "x", "function": "main.a", "file": "/src/a.go", "line": 7}
    off = {"rule": "goroutine/growing-site", "verdict": "leak", "function": "main.a", "file": "/src/a.go", "line": 8, "count": 3}
    done = verify(tmp_path, [planted], [off], serve)
    assert done.returncode == 1 and "MISSED  /src/a.go:7" in done.stdout, done
    done = verify(tmp_path, [planted], [{**off, "line": 7}], serve)
    assert done.returncode == 0 and "found   /src/a.go:7" in done.stdout, done
    done = verify(tmp_path, [planted], [{**off, "line": 7, "verdict": "info"}], serve)
    assert done.returncode == 1, done
    done = verify(tmp_path, [], [off], serve)
    assert done.returncode == 1 and "FALSE ALARM" in done.stdout, done


def processes_of(folder: Path) -> list[str]:
    """The command lines of running processes whose binary lies in the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "exe").startswith(str(folder)):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            pass  # it ended, or is another user's
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_no_process_and_no_file(tmp_path, number):
    golang.required()
    started = subprocess.Popen([places.PROJECT / "leakfinder.sh", "demo"], cwd=tmp_path, stdin=subprocess.DEVNULL, start_new_session=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(TMPDIR=str(tmp_path)))
    end = time.monotonic() + 120
    while len(processes_of(tmp_path)) < 2:
        assert time.monotonic() < end and started.poll() is None, "the service and its customers did not start"
        time.sleep(0.05)
    os.killpg(started.pid, number)
    output, _ = started.communicate(timeout=pace.stretched(30))
    assert started.returncode == 128 + number, output.decode()
    assert processes_of(tmp_path) == [] and list(tmp_path.iterdir()) == [], output.decode()


def test_an_unknown_flag_of_the_demo_is_refused(tmp_path):
    done = subprocess.run([places.PROJECT / "leakfinder.sh", "demo", "-leak=false"], cwd=tmp_path, capture_output=True, text=True, timeout=pace.stretched(60),
                          env=environment(), check=False)
    assert done.returncode == 2 and "-leak=false" in done.stderr, done
