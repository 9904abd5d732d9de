"""Each command's word on the demo service: what it planted is named, its healthy pool and its garbage are not accused."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import golang, places, report
from support.binary import CLEAN, FOUND

pytestmark = pytest.mark.live
SEND, TICKER, CACHE = ("main.(*shop).quote.func1", "main.(*orderStatus).refresh", "main.(*receiptCache).store")
POOL = "main.(*shop).work"
LEAKPROF = ("-save-reports=false", "-leakprof-samples=5", "-leakprof-interval=1500ms", "-leakprof-duration=6s")


@dataclass(frozen=True)
class Orders:
    """The running demo service: its address and its own word on what it planted."""

    binary: Path
    url: str

    def planted(self) -> set[tuple[str, int]]:
        """File and line of what the service says it planted."""
        with urllib.request.urlopen(f"{self.url}/demo/planted", timeout=20) as answer:
            return {(Path(place["file"]).name, place["line"]) for place in json.load(answer)}

    def drive(self, seconds: float) -> tuple[str, ...]:
        """The command that is the customers for so long."""
        return str(self.binary), "-drive", self.url, "-for", f"{seconds}s"

    @contextmanager
    def customers(self) -> Iterator[None]:
        process = subprocess.Popen(self.drive(120))
        try:
            time.sleep(2)  # so that every kind of request was served
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Path:
    toolchain, binary = golang.required(), tmp_path_factory.mktemp("orders") / "orders"
    subprocess.run([toolchain.command, "build", "-buildvcs=false", "-o", binary, "."], cwd=places.PROJECT / "demo", env=toolchain.environment(), check=True, timeout=300)
    return binary


@contextmanager
def orders(program: Path, *flags: str, **env: str) -> Iterator[Orders]:
    process = subprocess.Popen([program, "-for", "5m", *flags], stdout=subprocess.PIPE, text=True, env={**os.environ, **env})
    try:
        yield Orders(program, process.stdout.readline().strip())
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="module")
def busy(program) -> Iterator[Orders]:
    """The leaking service under load."""
    with orders(program) as service, service.customers():
        yield service


def sites(findings: list[dict]) -> set[tuple[str, int]]:
    return {(Path(f["file"]).name, f["line"]) for f in findings if "file" in f}


def functions(findings: list[dict]) -> set[str]:
    return {f.get("function", "") for f in findings}


def scores(findings: list[dict]) -> dict[str, int]:
    """The best score of each function."""
    result: dict[str, int] = {}
    for f in findings:
        result[f.get("function", "")] = max(f["score"], result.get(f.get("function", ""), 0))
    return result


def test_monitor_calls_the_memory_growing_and_names_the_cache(leakfinder, busy):
    shown = leakfinder.json("monitor", "-memory-only", "-monitor-duration=14s", "-monitor-interval=1s", f"-url={busy.url}", timeout=60)
    assert shown["memory"]["pattern"] == "growing", shown["memory"]
    named = [f for f in shown.findings if f["kind"] == "memory" and f.get("function") == CACHE]
    assert named and sites(named) <= busy.planted(), shown.findings


def test_patterns_scores_both_goroutine_leaks_high_and_the_pool_low(leakfinder, busy):
    found = scores(leakfinder.json("patterns", *LEAKPROF, f"-url={busy.url}", timeout=60).findings)
    assert found.get(SEND, 0) >= 70 and found.get(TICKER, 0) >= 70, found
    assert found.get(POOL, 0) < 50, found


def test_channels_names_the_send_and_the_ticker_line_and_nothing_healthy(leakfinder, busy):
    shown = leakfinder.json("channels", *LEAKPROF, f"-url={busy.url}", timeout=60)
    accused = [f for f in shown.findings if f["verdict"] != "info"]
    assert functions(accused) == {SEND, TICKER} and sites(accused) < busy.planted(), shown.findings
    assert all(score < 50 for function, score in scores(shown.findings).items() if function not in (SEND, TICKER)), shown.findings


def test_compare_names_what_the_load_leaked(leakfinder, program):
    with orders(program) as service:
        shown = report.of(leakfinder("compare", "-format=json", "-save-reports=false", f"-url={service.url}", "--", *service.drive(4), timeout=60))
        grown = [f for f in shown.findings if f["kind"] == "goroutine" and f["delta"] > 0 and f["verdict"] != "info"]
        assert functions(grown) == {SEND, TICKER} and sites(grown) < service.planted(), shown.findings
        assert CACHE in functions([f for f in shown.findings if f["kind"] == "memory" and f["bytes_delta"] > 0]), shown.findings


def test_compare_finds_nothing_left_behind_by_a_mended_service(leakfinder, program):
    with orders(program, "-leaks=false") as service:
        shown = report.of(leakfinder("compare", "-format=json", "-save-reports=false", "-goroutines-only", f"-url={service.url}", "--", *service.drive(3), timeout=60))
        assert shown.run.code == CLEAN and not {SEND, TICKER, POOL} & functions([f for f in shown.findings if f["verdict"] != "info"]), shown.findings


FORCED = ("check", "-memory-only", "-force-gc", "-gc-wait=4s")


def test_forced_collections_confirm_the_leak_of_the_cache(leakfinder, busy):
    shown = leakfinder.json(*FORCED, f"-url={busy.url}", timeout=60)
    assert shown.run.code == FOUND and shown["gc"]["result"] in ("CONFIRMED LEAK", "LIKELY LEAK"), shown["gc"]


def test_forced_collections_tell_garbage_that_nothing_collected_from_a_leak(leakfinder, program):
    with orders(program, "-leaks=false", GOGC="off") as service:
        subprocess.run(service.drive(3), check=True, timeout=60)
        shown = leakfinder.json(*FORCED, f"-url={service.url}", timeout=60)
        assert shown.run.code == CLEAN and shown["gc"]["result"] == "GC CLEANUP DELAY", shown["gc"]


def test_forced_collections_see_no_growth_of_a_stable_heap(leakfinder, live):
    shown = leakfinder.json(*FORCED, "-url", live("-mode=stable_heap", "-n=40").url, timeout=60)
    assert shown.run.code == CLEAN and shown["gc"]["result"] == "NO GROWTH", shown["gc"]
