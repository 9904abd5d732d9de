"""Rows on live targets: whole commands end to end, and how long they stop the target."""

from __future__ import annotations

import os
import time
from typing import Callable

from .live import LiveTarget
from .processes import Measurement, interleave, run_whole
from .rows import Bar, Round, Row, at_most
from .workshop import Workshop, need

OURS = (0, 1)  # a finding is no failure of the program
TARGET = {"depth": 10, "heap_mb": 16}


def ours(shop: Workshop, *arguments: str) -> Callable[[], Measurement]:
    command = [shop.binary(), *arguments, "-save-reports=false"]
    return lambda: run_whole(command, OURS)


def curl(target: LiveTarget, paths: list[str]) -> Callable[[], Measurement]:
    """One curl for all paths: one process, one connection."""
    command = [need("curl"), "-s", "-f"]
    for path in paths:
        command += ["-o", "/dev/null", target.url + path]
    return lambda: run_whole(command)


def go_pprof(shop: Workshop, program: list[str], target: LiveTarget) -> Callable[[], Measurement]:
    environment = {**os.environ, "PPROF_TMPDIR": str(shop.data)}
    return lambda: run_whole([*program, "-top", target.url + "/debug/pprof/goroutine"], environment=environment)


def asked_by(target: LiveTarget, command: Callable[[], Measurement]) -> list[str]:
    """What a command asks the target for, so that curl can be timed on the same."""
    target.requests()
    command()
    return target.requests()


def check_100(shop: Workshop) -> Callable[[], Round]:
    pprof = shop.pprof_binary()
    shop.binary()

    def one_round() -> Round:
        with shop.live(goroutines=100, stacks=20, **TARGET) as target:
            check = ours(shop, "check", target.url)
            measured = interleave({
                "check": check,
                "curl, 2 requests": curl(target, ["/debug/pprof/goroutine?debug=1", "/debug/pprof/heap?debug=1"]),
                "curl, debug=0": curl(target, ["/debug/pprof/goroutine", "/debug/pprof/heap"]),
                "curl, same profiles": curl(target, asked_by(target, check)),
                "go tool pprof": go_pprof(shop, ["go", "tool", "pprof"], target),
                "pprof binary": go_pprof(shop, [pprof], target),
            }, 5 if shop.quick else 15)
        return measured

    return one_round


def check_10k(shop: Workshop) -> Callable[[], Round]:
    seedlike = shop.go_program("peers/seedlike")
    shop.binary()

    def one_round() -> Round:
        with shop.live(goroutines=10_000, stacks=500, **TARGET) as target:
            check = ours(shop, "check", target.url)
            measured = interleave({
                "check": check,
                "curl, same profiles": curl(target, asked_by(target, check)),
                "curl, debug=0": curl(target, ["/debug/pprof/goroutine", "/debug/pprof/heap"]),
            }, 5)
            measured["seedlike"] = run_whole([seedlike, target.url])
        return measured

    return one_round


def analyze_100(shop: Workshop) -> Callable[[], Round]:
    shop.binary()
    interval = 0.5

    def one_round() -> Round:
        with shop.live(goroutines=100, stacks=20, **TARGET) as target:
            analyze = ours(shop, "analyze", target.url)
            paths = asked_by(target, analyze)
            measured = interleave({"analyze": analyze, "curl, same requests": curl(target, paths)}, 5)
            measured["analyze"].extra["requests"] = paths
        allowed = interval + 3 * measured["curl, same requests"].seconds
        measured["allowed"] = Measurement(allowed)
        return measured

    return one_round


WINDOW = 4.0  # seconds: every tool's stall is the longest gap within as long a time, so that noise hits all alike
ANALYZE_INTERVAL, MONITOR_INTERVAL = 0.5, 3.0  # the defaults: two samples of each within a window


def twice(command: Callable[[], object], interval: float) -> Callable[[], object]:
    """A command, and again `interval` after its beginning, as our samples are."""

    def run() -> None:
        again = time.perf_counter() + interval
        command()
        time.sleep(max(0.0, again - time.perf_counter()))
        command()

    return run


def stalls(goroutines: int) -> Callable[[Workshop], Callable[[], Round]]:
    """The longest time that the target stood still while each command ran, in seconds."""

    def prepare(shop: Workshop) -> Callable[[], Round]:
        shop.binary()
        seedlike = shop.go_program("peers/seedlike")

        def one_round() -> Round:
            with shop.live(goroutines=goroutines, stacks=min(500, goroutines // 5), **TARGET) as target:
                limit = ["-max-goroutines-full=1000"]  # the default, spelled
                once = curl(target, ["/debug/pprof/goroutine"])
                check = ours(shop, "check", *limit, target.url)
                commands: dict[str, Callable[[], object]] = {
                    "nothing": lambda: None,
                    "curl goroutine debug=0": once,
                    "curl, as analyze": twice(once, ANALYZE_INTERVAL),
                    "curl, as monitor": twice(once, MONITOR_INTERVAL),
                    "curl heap debug=0": curl(target, ["/debug/pprof/heap"]),
                    "curl, same as check": curl(target, asked_by(target, check)),
                    "curl goroutine debug=2": curl(target, ["/debug/pprof/goroutine?debug=2"]),
                    "go tool pprof": go_pprof(shop, ["go", "tool", "pprof"], target),
                    "seedlike": lambda: run_whole([seedlike, target.url]),
                    "check": check,
                    "analyze": ours(shop, "analyze", *limit, target.url),
                    "monitor": ours(shop, "monitor", f"-monitor-duration={MONITOR_INTERVAL + 0.5}s", *limit, target.url),
                }
                return {name: longest_stall(target, command) for name, command in commands.items()}

        return one_round

    return prepare


def longest_stall(target: LiveTarget, command: Callable[[], object]) -> Measurement:
    # Serving a profile leaves garbage behind, and a collection of a target with many goroutines stops it for longer than
    # the profile does: each command begins behind one, so that none pays for what another has left.
    target.get("/debug/pprof/heap?gc=1")
    time.sleep(0.2)
    target.longest_stall_ms()
    target.requests()
    began = time.perf_counter()
    command()
    took = time.perf_counter() - began
    time.sleep(max(0.0, WINDOW - took))
    return Measurement(target.longest_stall_ms() / 1e3, extra={"command_seconds": took, "requests": target.requests()})


def stall_bars(bound: float | None) -> list[Bar]:
    """Against curl that asks for one goroutine profile; beside it against curl that asks as often, as far apart."""
    return [
        at_most("check", "curl goroutine debug=0", bound),
        at_most("analyze", "curl goroutine debug=0", bound),
        at_most("monitor", "curl goroutine debug=0", bound),
        at_most("analyze", "curl, as analyze", None),
        at_most("monitor", "curl, as monitor", None),
    ]


def many_targets(shop: Workshop) -> Callable[[], Round]:
    """Checks of several targets in turn, to see that the cost of one does not depend on the others."""
    shop.binary()

    def one_round() -> Round:
        measured: Round = {}
        for count in (1, 4, 16):
            targets = [shop.live(goroutines=50, stacks=10, depth=6) for _ in range(count)]
            started: list[LiveTarget] = []
            try:
                for target in targets:
                    started.append(target.__enter__())
                runs = [ours(shop, "check", target.url) for target in started]
                total = Measurement(sum(run().seconds for run in runs) / count)
            finally:
                for target in started:
                    target.__exit__()
            measured[f"check, each of {count} targets"] = total
        return measured

    return one_round


ROWS = [
    Row("check-100", "`check` of a target with 100 goroutines, whole process",
        [at_most("check", "curl, 2 requests", 1.25), at_most("check", "go tool pprof", 0.06), at_most("check", "pprof binary", None),
         at_most("check", "curl, same profiles", None)],
        check_100),
    Row("check-10k", "`check` of a target with 10,000 goroutines, whole process",
        [at_most("check", "curl, same profiles", 1.1), at_most("check", "seedlike", 1 / 15)], check_10k),
    Row("analyze-100", "whole `analyze` of 100 goroutines; allowed is its interval + 3 x curl's time for its requests",
        [at_most("analyze", "allowed", 1.0)], analyze_100),
    Row("stall-100", "longest stall of a target with 100 goroutines", stall_bars(None), stalls(100), slow=True),
    Row("stall-10k", "longest stall of a target with 10,000 goroutines", stall_bars(2.0), stalls(10_000)),
    Row("stall-100k", "longest stall of a target with 100,000 goroutines", stall_bars(None), stalls(100_000), rounds=2, slow=True),
    Row("targets", "`check` of several targets in turn, the mean of one", [], many_targets, rounds=3, slow=True),
]

