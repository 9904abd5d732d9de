"""Runs the binary on a pseudo-terminal of its own and keeps what it wrote there."""

import fcntl
import os
import pty
import select
import struct
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

import pytest

from . import pace, places
from .binary import clean_environment


@dataclass
class Shown:
    """What appeared on the terminal (stdout and stderr together), and the exit code."""

    code: int
    screen: str


def fork() -> tuple[int, int]:
    """As pty.fork: the child's number, 0 in the child, and the master's end; skips where the machine has no terminals."""
    try:
        return pty.fork()
    except OSError as error:
        pytest.skip(f"no pseudo-terminal: {error}")


def run(*args, cwd: Path, env: Mapping[str, str] | None = None, columns: int = 120, keys: bytes = b"", timeout: float = 30) -> Shown:
    """Runs on a terminal of this width; keys are typed after a moment."""
    child, master = fork()
    if child == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        os.chdir(cwd)
        os.execve(places.binary(), ["leakfinder", *map(str, args)], {**clean_environment(cwd), "TERM": "xterm-256color", **(env or {})})
    output, end = b"", time.monotonic() + pace.stretched(timeout)
    try:
        while time.monotonic() < end:
            ready, _, _ = select.select([master], [], [], 0.3 if keys else 1.0)
            if not ready:
                if keys:
                    os.write(master, keys)
                    keys = b""
                continue
            try:
                chunk = os.read(master, 65536)
            except OSError:  # EIO: the other end is closed
                break
            if not chunk:
                break
            output += chunk
        else:
            os.kill(child, 9)
            raise AssertionError(f"still running after {timeout} s: {output[-2000:]!r}")
    finally:
        os.close(master)
        _, status = os.waitpid(child, 0)
    return Shown(os.waitstatus_to_exitcode(status), output.decode("utf-8", "backslashreplace"))
