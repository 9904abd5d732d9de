"""Builds the programs and makes the data that the rows need; remembers what could not be had, and why."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from .live import LiveTarget
from .processes import Failed

ROOT = Path(__file__).resolve().parents[2]
PEERS = ("gostackparse", "panicparse", "profile", "seedlike")


class Skipped(Exception):
    """A row can't run here; the message says what is missing."""


class Workshop:
    """Knows where programs and data are; makes them at first use."""

    def __init__(self, build: Path, quick: bool) -> None:
        self.build = build
        self.quick = quick
        self.programs = build / "bench-programs"
        self.data = ROOT / "build" / "bench-data"
        self.programs.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(parents=True, exist_ok=True)

    @functools.cache
    def binary(self) -> str:
        """The released program, as the sources are now where they are at hand."""
        path = self.build / "leakfinder"
        if (self.build / "build.ninja").exists():
            self.ninja("leakfinder")
        if not path.exists():
            raise Skipped(f"no binary: {self.build.name}/leakfinder is not built (scripts/build)")
        return str(path)

    @functools.cache
    def cxx(self, target: str) -> str:
        """One of the C++ programs of bench/, built in the same tree as the binary."""
        if not (self.build / "build.ninja").exists():
            preset = ["cmake", "--preset", "release", "-B", str(self.build)]
            self.make(preset, f"no {target}: the build tree can't be configured")
        self.ninja(target)
        return str(self.build / "bench" / target)

    def ninja(self, target: str) -> None:
        self.make(["ninja", "-C", str(self.build), target], f"no {target}: it does not build")

    @functools.cache
    def go_version(self) -> tuple[int, ...]:
        if not shutil.which("go"):
            raise Skipped("no Go on the PATH")
        told = subprocess.run(["go", "env", "GOVERSION"], stdout=subprocess.PIPE, text=True, check=True).stdout
        found = re.match(r"go(\d+)\.(\d+)", told)
        return tuple(int(part) for part in found.groups()) if found else (0, 0)

    @functools.cache
    def go_program(self, folder: str) -> str:
        """A Go program of bench/, as peers/gostackparse or live; modules come from the Go proxy, pinned by go.sum."""
        source = ROOT / "bench" / folder
        needed = re.search(r"^go (\d+)\.(\d+)", (source / "go.mod").read_text(), re.MULTILINE)
        have = self.go_version()
        if needed and have < tuple(int(part) for part in needed.groups()):
            raise Skipped(f"no {folder}: it needs Go {needed.group(1)}.{needed.group(2)}, here is Go {have[0]}.{have[1]}")
        out = self.programs / source.name
        self.make(["go", "build", "-o", str(out), "."], f"no {folder}: it does not build", source, {"GOTOOLCHAIN": "local"})
        return str(out)

    @functools.cache
    def pprof_binary(self) -> str:
        """The program that `go tool pprof` starts."""
        self.go_version()
        told = subprocess.run(["go", "tool", "-n", "pprof"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        path = told.stdout.strip().split(" ")[0]
        if told.returncode != 0 or not path:
            raise Skipped("no pprof binary: this Go does not say where it is")
        if not os.path.exists(path):  # Go 1.25 and later build it when it is first used
            subprocess.run(["go", "tool", "pprof", "-h"], capture_output=True, check=False)
        if not os.path.exists(path):
            raise Skipped("no pprof binary: this Go does not say where it is")
        return path

    def generated(self, name: str, *arguments: str) -> Path:
        """A file of bench_generate, made once for its arguments."""
        path = self.data / name
        note = self.data / f"{name}.made-by"
        wanted = " ".join(arguments)
        if path.exists() and note.exists() and note.read_text() == wanted:
            return self.fresh(path)
        self.make([self.cxx("bench_generate"), *arguments, "-o", str(path)], f"no {name}: it can't be generated")
        note.write_text(wanted)
        return path

    def live(self, **options: int) -> LiveTarget:
        """A running Go program; use it in a `with` block."""
        return LiveTarget(self.go_program("live"), options)

    def recorded(self, name: str, path: str, whole_blocks: bool = False, **options: int) -> Path:
        """What a live target answered at `path`, kept; with `whole_blocks` without the goroutine that was cut."""
        kept = self.data / name
        if not kept.exists():
            with self.live(**options) as target:
                body = target.get(path)
            if whole_blocks and not body.endswith(b"\n"):
                body = body[: body.rindex(b"\n\n") + 1]
            kept.write_bytes(body)
        return self.fresh(kept)

    @functools.cache
    def fresh(self, path: Path) -> Path:
        """The file as a program that has just written it leaves it. What the kernel has read back from the disk can lie
        in small pages, which take twice as long to read."""
        copy = path.with_name(path.name + ".copy")
        with path.open("rb") as old, copy.open("wb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
            new.flush()
            os.fsync(new.fileno())
        copy.replace(path)
        return path

    def make(self, command: list[str], otherwise: str, where: Path = ROOT, environment: dict[str, str] | None = None) -> None:
        done = subprocess.run(command, cwd=where, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            lines = (done.stdout + done.stderr).strip().splitlines()
            raise Skipped(f"{otherwise}: {lines[-1] if lines else done.returncode}")


def need(program: str) -> str:
    """A program of the system."""
    path = shutil.which(program)
    if not path:
        raise Skipped(f"no {program} on the PATH")
    return path


