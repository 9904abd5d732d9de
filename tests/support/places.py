"""Where things are: the project, the binary under test, the recorded samples."""

import functools
import os
from pathlib import Path

from . import pace

TESTS = Path(__file__).resolve().parent.parent
PROJECT = TESTS.parent
GOPROGS = TESTS / "goprogs"
GOLDEN = PROJECT / "testdata" / "e2e"
SAMPLES = PROJECT / "testdata" / "samples"
SCHEMA = PROJECT / "docs" / "schema" / "report-v1.json"
BUILT = PROJECT / "build" / "goprogs"
SHARED = PROJECT.parent / "shared"


def binary() -> Path:
    """The leakfinder under test: $LEAKFINDER_BINARY, else the release build."""
    path = Path(os.environ.get("LEAKFINDER_BINARY", PROJECT / "build" / "release" / "leakfinder"))
    return path if path.is_absolute() else PROJECT / path


def samples() -> list[Path]:
    """The recorded samples, sorted."""
    return sorted(p for p in SAMPLES.iterdir() if p.suffix != ".md")


@functools.cache
def instrumented() -> float:
    """How much slower the binary is than the release: 1, or more for a sanitizer build."""
    content = binary().read_bytes() if binary().is_file() else b""
    return 10.0 if b"__tsan_init" in content else 6.0 if b"__asan_init" in content else 1.0


def slowdown() -> float:
    """How much longer than promised the binary may take: because of what it is, and of how busy the machine is."""
    return instrumented() * pace.factor()
