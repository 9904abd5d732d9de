"""Where things are: the project, the binary under test, the shared samples."""

import functools
import os
from pathlib import Path

import pytest

from . import pace

TESTS = Path(__file__).resolve().parent.parent
PROJECT = TESTS.parent
GOPROGS = TESTS / "goprogs"
GOLDEN = PROJECT / "testdata" / "e2e"
SCHEMA = PROJECT / "docs" / "schema" / "report-v1.json"
BUILT = PROJECT / "build" / "goprogs"
SHARED = PROJECT.parent / "shared"


def binary() -> Path:
    """The leakfinder under test: $LEAKFINDER_BINARY, else the release build."""
    path = Path(os.environ.get("LEAKFINDER_BINARY", PROJECT / "build" / "release" / "leakfinder"))
    return path if path.is_absolute() else PROJECT / path


def samples() -> list[Path]:
    """The recorded samples, sorted; empty where ../shared is absent."""
    folder = SHARED / "samples"
    return sorted(p for p in folder.iterdir() if p.suffix != ".md") if folder.is_dir() else []


def sample(name: str) -> Path:
    """One recorded sample; skips the test where ../shared is absent."""
    path = SHARED / "samples" / name
    if not path.is_file():
        pytest.skip(f"needs ../shared/samples/{name}")
    return path


@functools.cache
def instrumented() -> float:
    """How much slower the binary is than the release: 1, or more for a sanitizer build."""
    content = binary().read_bytes() if binary().is_file() else b""
    return 10.0 if b"__tsan_init" in content else 6.0 if b"__asan_init" in content else 1.0


def slowdown() -> float:
    """How much longer than promised the binary may take: because of what it is, and of how busy the machine is."""
    return instrumented() * pace.factor()
