"""Finds Go toolchains and builds the live programs with them, once per source and version."""

import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import places

OLDEST = (1, 19)
ENDS = ("1.19.13", "1.27.0")  # of the oldest and the newest Go that live tests run with, where the default one is neither
PLACES = ("/usr/local/go/bin/go", "/usr/lib/go/bin/go", "/usr/lib/go-1.19/bin/go")


@dataclass(frozen=True)
class Toolchain:
    """A Go command, the GOTOOLCHAIN to run it with (empty: as it is), and its version."""

    command: str
    choice: str
    version: str  # "1.26.8"

    @property
    def minor(self) -> tuple[int, int]:
        major, minor = re.match(r"(\d+)\.(\d+)", self.version).groups()
        return int(major), int(minor)

    def environment(self) -> dict[str, str]:
        """The caller's environment, offline, with this toolchain."""
        return {**os.environ, "GOTOOLCHAIN": self.choice or "local", "GOPROXY": "off", "GOFLAGS": "-mod=mod", "GOWORK": "off", "CGO_ENABLED": "0"}


def version_of(command: str, choice: str) -> str | None:
    """The version that this choice of toolchain gives without the network; none where it is not installed."""
    try:
        run = subprocess.run([command, "version"], env=Toolchain(command, choice, "").environment(), capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\bgo version go(\d+\.\d+(?:\.\d+)?)", run.stdout)
    return found.group(1) if run.returncode == 0 and found else None


@functools.cache
def default() -> Toolchain | None:
    """The Go on PATH or in a usual place."""
    for command in filter(None, (os.environ.get("LF_GO"), shutil.which("go"), *PLACES)):
        version = version_of(command, "")
        if version and (toolchain := Toolchain(command, "", version)).minor >= OLDEST:
            return toolchain
    return None


@functools.cache
def exactly(version: str) -> Toolchain | None:
    """A Go of this version ("1.27.0"): the default one, or one that it has already downloaded (in CI scripts/test makes it)."""
    base = default()
    if base is None or base.version == version:
        return base
    if base.minor < (1, 21):
        return None
    choice = f"go{version}"
    return Toolchain(base.command, choice, version) if version_of(base.command, choice) == version else None


def required() -> Toolchain:
    """The default Go; skips the test where there is none."""
    found = default()
    if found is None:
        pytest.skip("needs Go 1.19 or newer on PATH (scripts/setup installs it)")
    return found


def required_like(version: str) -> Toolchain:
    """A Go of the same minor version ("1.19.8" for "1.19.13"); skips the test where there is none."""
    base = required()
    wanted = Toolchain("", "", version).minor
    found = base if base.minor == wanted else exactly(version)
    if found is None:
        pytest.skip(f"needs Go {wanted[0]}.{wanted[1]}; found only {base.version} (GOTOOLCHAIN=go{version} go version downloads it)")
    return found


def required_with_leak_profile() -> Toolchain:
    """A Go whose programs serve goroutineleak (1.27); skips the test where there is none."""
    base = required()
    return base if base.minor >= (1, 27) else required_like(ENDS[1])


def build(program: str, toolchain: Toolchain) -> Path:
    """The binary of goprogs/PROGRAM, built at most once per content and Go version."""
    sources = sorted([*(places.GOPROGS / program).glob("*.go"), places.GOPROGS / "go.mod"])
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    places.BUILT.mkdir(parents=True, exist_ok=True)
    binary = places.BUILT / f"{program}-go{toolchain.version}-{digest.hexdigest()[:12]}"
    with open(places.BUILT / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not binary.exists():
            partial = binary.with_suffix(".partial")
            run = subprocess.run([toolchain.command, "build", "-o", str(partial), f"./{program}"], cwd=places.GOPROGS, env=toolchain.environment(),
                                 capture_output=True, text=True, timeout=400, check=False)
            assert run.returncode == 0, f"goprogs/{program} does not build with Go {toolchain.version}:\n{run.stderr}"
            partial.rename(binary)
    return binary
