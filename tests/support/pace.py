"""How busy the machine is: deadlines that are no promise of the product are stretched by it."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

MEASURE = Path(__file__).resolve().parent.parent.parent / "scripts" / "pace"


def share() -> None:
    """Measures once for this run and those that it starts."""
    if "LEAKFINDER_PACE" not in os.environ:
        done = subprocess.run([MEASURE], capture_output=True, text=True, check=False)
        os.environ["LEAKFINDER_PACE"] = done.stdout.strip() or "1"


def factor() -> float:
    """1 on a quiet machine, up to 8 on one that has much else to do."""
    return float(os.environ.get("LEAKFINDER_PACE", "1"))


def stretched(seconds: float) -> float:
    """What takes at most so long on a quiet machine takes at most this long now."""
    return seconds * factor()


def wait_until(happened: Callable[[], object], within: float = 20) -> None:
    """Waits for what will come soon; fails where it does not."""
    end = time.monotonic() + stretched(within)
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
