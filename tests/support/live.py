"""Starts and ends live Go programs: each on a loopback port of its own choice."""

import os
import queue
import subprocess
import threading
import time
import urllib.request
from pathlib import Path
from typing import Mapping
from urllib.parse import urlencode

from . import golang, pace

READY_WITHIN = 20.0


class LiveTarget:
    """A running goprogs/target. Its first output line names its address."""

    def __init__(self, *flags: str, toolchain: golang.Toolchain | None = None, env: Mapping[str, str] | None = None, program: str = "target"):
        self.toolchain = toolchain or golang.required()
        binary = golang.build(program, self.toolchain)
        self.process = subprocess.Popen([str(binary), *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **(env or {})})
        self.log: list[str] = []
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.address = self._address()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.log.append(line.decode("utf-8", "replace").rstrip("\n"))
            self.lines.put(self.log[-1])

    def _address(self) -> str:
        end = time.monotonic() + pace.stretched(READY_WITHIN)
        try:
            while time.monotonic() < end:
                line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
                if line.startswith("listening on "):
                    return line.removeprefix("listening on ")
        except queue.Empty:
            pass
        self.stop()
        raise AssertionError(f"the program did not listen within {READY_WITHIN} s: {self.log}")

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def get(self, path: str, timeout: float = 20, **query) -> str:
        """The body of a plain GET, past the tool under test."""
        tail = f"?{urlencode(query)}" if query else ""
        with urllib.request.urlopen(self.url + path + tail, timeout=timeout) as answer:
            return answer.read().decode("utf-8", "replace")

    def control(self, action: str, **query) -> str:
        """Tells the program to do something, such as `leak`."""
        return self.get(f"/control/{action}", **query)

    def goroutines(self) -> int:
        return int(self.control("count"))

    def wait_for_goroutines(self, at_least: int, within: float = 15) -> None:
        """Waits until so many goroutines live; the program is told to make them, so this is short."""
        end = time.monotonic() + pace.stretched(within)
        while self.goroutines() < at_least:
            assert time.monotonic() < end, f"only {self.goroutines()} goroutines, wanted {at_least}"
            time.sleep(0.02)

    def peak_rss_bytes(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def stop(self) -> None:
        """Ends the program: it leaves when its standard input closes."""
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.kill(self.process.pid, 9)
                self.process.wait()

    def __enter__(self) -> "LiveTarget":
        return self

    def __exit__(self, *_) -> None:
        self.stop()
