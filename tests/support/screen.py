"""A terminal that shows what a program drew on it, cell by cell: for programs that take the screen over."""

import fcntl
import os
import select
import signal
import struct
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Mapping

import pyte

from . import pace, places, terminal
from .binary import clean_environment


class Screen:
    """The binary on a terminal of this size; `lines()` is what a person sees."""

    def __init__(self, *args, cwd: Path, columns: int = 110, rows: int = 30, env: Mapping[str, str] | None = None):
        self.emulated = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.emulated)
        self.output = b""
        self.child, self.master = terminal.fork()
        if self.child == 0:
            os.chdir(cwd)
            os.execve(places.binary(), ["leakfinder", *map(str, args)], {**clean_environment(cwd), "TERM": "xterm-256color", **(env or {})})
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.emulated.resize(rows, columns)

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.emulated.display]

    def text(self) -> str:
        return "\n".join(self.lines())

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def signal(self, number: int) -> None:
        os.kill(self.child, number)

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed: the sign of one that was given back."""
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def until(self, happened: Callable[[str], bool], within: float = 20) -> str:
        """Reads until the text on the screen satisfies; fails with the screen."""
        end = time.monotonic() + pace.stretched(within)
        while not happened(self.text()):
            assert time.monotonic() < end, f"it did not happen\n{self.text()}"
            assert self._read(0.2) is not False or happened(self.text()), f"it ended\n{self.text()}"
        return self.text()

    def ended(self, within: float = 20) -> int:
        """Reads to the end and returns the exit code."""
        end = time.monotonic() + pace.stretched(within)
        while self._read(0.2) is not False:
            assert time.monotonic() < end, f"it did not end\n{self.text()}"
        self.echoed_at_end = self.echoes()
        _, status = os.waitpid(self.child, 0)
        self.child = 0
        return os.waitstatus_to_exitcode(status)

    def _read(self, wait: float) -> bool | None:
        """True: something came; None: nothing; False: the other end is closed."""
        if not select.select([self.master], [], [], wait)[0]:
            return None
        try:
            chunk = os.read(self.master, 65536)
        except OSError:
            return False
        if not chunk:
            return False
        self.output += chunk
        self.stream.feed(chunk)
        return True

    def close(self) -> None:
        if self.child:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
        os.close(self.master)
