"""Runs programs and measures them from outside."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Measurement:
    """One run, or the median of some; what a tool doesn't tell stays None."""

    seconds: float
    cpu_seconds: float | None = None
    peak_rss_bytes: int | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if value not in (None, {})}


class Failed(Exception):
    """A program could not be run, or its answer is wrong: the row fails, the others go on."""


def run_reporting(command: list[str], timeout: float = 900) -> Measurement:
    """Runs a program that measures itself and prints one line of JSON (bench/peers, bench_decode)."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, check=False)
    if done.returncode != 0:
        raise Failed(f"{os.path.basename(command[0])} ended with {done.returncode}: {last_line(done.stderr)}")
    told = json.loads(done.stdout)
    return Measurement(told["seconds"], told.get("cpu_seconds"), told.get("peak_rss_bytes"), told.get("answer", {}))


def run_whole(command: list[str], ok: tuple[int, ...] = (0,), environment: dict[str, str] | None = None) -> Measurement:
    """Times a whole process, from before it is started until it has been waited for; its output is thrown away."""
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, stream) for stream in (0, 1, 2)]
    try:
        began = time.perf_counter()
        process = os.posix_spawnp(command[0], command, environment or os.environ, file_actions=actions)
        _, status, usage = os.wait4(process, 0)
        seconds = time.perf_counter() - began
    except OSError as error:
        raise Failed(f"cannot run {command[0]}: {error.strerror}") from error
    finally:
        os.close(null)
    code = os.waitstatus_to_exitcode(status)
    if code not in ok:
        raise Failed(f"'{os.path.basename(command[0])} {command[1]}' ended with {code}")
    return Measurement(seconds, usage.ru_utime + usage.ru_stime)


def median_of(runs: list[Measurement]) -> Measurement:
    """The median of each figure of several runs; the answer of the first."""

    def middle(values: list[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return statistics.median(known) if known else None

    peak = middle([run.peak_rss_bytes for run in runs])
    return Measurement(
        statistics.median(run.seconds for run in runs),
        middle([run.cpu_seconds for run in runs]),
        int(peak) if peak is not None else None,
        runs[0].answer,
    )


def interleave(commands: dict[str, Any], times: int) -> dict[str, Measurement]:
    """Runs each command `times` times, taking turns, so that a busy moment hits all of them; gives the medians."""
    runs: dict[str, list[Measurement]] = {name: [] for name in commands}
    for _ in range(times):
        for name, run in commands.items():
            runs[name].append(run())
    return {name: median_of(measured) for name, measured in runs.items()}


def last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "(it said nothing)"
