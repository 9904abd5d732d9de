"""What scripts/bench prints and keeps."""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .rows import Bar, Round, Row
from .workshop import ROOT


@dataclass
class Outcome:
    """What became of one row."""

    row: Row
    rounds: list[Round] = field(default_factory=list)
    skipped: str = ""
    failed: str = ""


def ratios(bar: Bar, rounds: list[Round]) -> list[float]:
    """The ratio within each round; rounds that left one of the two out have none."""
    found = []
    for measured in rounds:
        try:
            found.append(bar.ratio(measured))
        except KeyError:
            continue
    return found


def verdict(bar: Bar, values: list[float]) -> str:
    if bar.bound is None:
        return ""
    return "met" if bar.met(statistics.median(values)) else "MISSED"


def number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def print_row(outcome: Outcome) -> None:
    row = outcome.row
    print(f"\n{row.name}: {row.brief}")
    if outcome.skipped:
        print(f"  skipped: {outcome.skipped}")
        return
    if outcome.failed:
        print(f"  FAILED: {outcome.failed}")
        return
    for tool in {tool: None for measured in outcome.rounds for tool in measured}:
        runs = [measured[tool] for measured in outcome.rounds if tool in measured]
        seconds = [run.seconds for run in runs]
        line = f"  {tool:28} {number(statistics.median(seconds) * 1e3):>8} ms  ({number(min(seconds) * 1e3)} to {number(max(seconds) * 1e3)})"
        peaks = [run.peak_rss_bytes for run in runs if run.peak_rss_bytes]
        if peaks:
            line += f"  {number(statistics.median(peaks) / 2**20)} MiB"
        for key, value in runs[0].extra.items():
            line += f"  {key}: {value if isinstance(value, str) else number(value) if isinstance(value, float) else len(value)}"
        print(line)
    for bar in row.bars:
        values = ratios(bar, outcome.rounds)
        if not values:
            print(f"  {bar.name:44} not measured")
            continue
        bound = "" if bar.bound is None else f"  bar {'>=' if bar.at_least else '<='} {number(bar.bound)}{bar.unit}  {verdict(bar, values)}"
        print(f"  {bar.name:44} {number(statistics.median(values))}{bar.unit}  ({number(min(values))} to {number(max(values))}){bound}")


def print_summary(outcomes: list[Outcome]) -> bool:
    """Prints how many bars are met; tells whether any was missed or any row failed."""
    met = missed = 0
    for outcome in outcomes:
        for bar in outcome.row.bars:
            values = ratios(bar, outcome.rounds)
            if outcome.failed or not values:
                continue
            met += verdict(bar, values) == "met"
            missed += verdict(bar, values) == "MISSED"
    skipped = sum(bool(outcome.skipped) for outcome in outcomes)
    failed = sum(bool(outcome.failed) for outcome in outcomes)
    print(f"\n{met} bars met, {missed} missed; {skipped} rows skipped, {failed} failed")
    return bool(missed or failed)


def told_by(*command: str) -> str:
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def machine() -> dict[str, Any]:
    """The machine, the tools and the commit, without anything that names the machine's owner."""
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    system = re.search(r'^PRETTY_NAME="(.*)"$', Path("/etc/os-release").read_text(), re.MULTILINE)
    return {
        "cpu": cpu.group(1) if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_mib": int(memory.group(1)) // 1024 if memory else None,
        "kernel": platform.release(),
        "system": system.group(1) if system else "",
        "load": list(os.getloadavg()),
        "compiler": told_by("g++", "--version").splitlines()[:1],
        "go": told_by("go", "env", "GOVERSION"),
        "curl": told_by("curl", "--version").split("\n")[0],
        "commit": told_by("git", "rev-parse", "HEAD"),
        "modified": bool(told_by("git", "status", "--porcelain", "--untracked-files=no", "--", "src", "bench", "cmake", "CMakeLists.txt")),
    }


def save(outcomes: list[Outcome], begun: dict[str, Any], folder: Path) -> Path:
    """Writes every round of every row as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{time.strftime('%Y-%m-%d-%H%M%S')}-{begun['commit'][:10] or 'nocommit'}.json"
    rows = []
    for outcome in outcomes:
        rows.append({
            "row": outcome.row.name,
            "brief": outcome.row.brief,
            "skipped": outcome.skipped,
            "failed": outcome.failed,
            "ratios": [{"name": bar.name, "bound": bar.bound, "at_least": bar.at_least, "values": ratios(bar, outcome.rounds)} for bar in outcome.row.bars],
            "rounds": [{tool: run.as_json() for tool, run in measured.items()} for measured in outcome.rounds],
        })
    path.write_text(json.dumps({"machine": begun, "load_after": list(os.getloadavg()), "rows": rows}, indent=1) + "\n")
    return path
