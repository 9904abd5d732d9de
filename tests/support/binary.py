"""Runs the built binary and keeps everything that can be seen of it from outside."""

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

from . import pace, places

USAGE, UNREADABLE, FOUND, CLEAN, INTERRUPTED = 2, 3, 1, 0, 130


@dataclass(frozen=True)
class Result:
    """One finished run: exit code (128 + signal where one ended it), output, wall time and memory."""

    args: tuple[str, ...]
    code: int
    stdout_bytes: bytes
    stderr_bytes: bytes
    seconds: float
    peak_rss_bytes: int  # an upper bound: the kernel counts the runner's own pages at fork (`run_measured` has its own)

    @property
    def stdout(self) -> str:
        return self.stdout_bytes.decode("utf-8", "backslashreplace")

    @property
    def stderr(self) -> str:
        return self.stderr_bytes.decode("utf-8", "backslashreplace")

    @property
    def error_lines(self) -> list[str]:
        return [line for line in self.stderr.splitlines() if line.strip()]

    def __str__(self) -> str:
        return (f"leakfinder {' '.join(self.args)}\nexit {self.code} after {self.seconds:.2f} s\n"
                f"--- stdout\n{self.stdout[:6000]}\n--- stderr\n{self.stderr[:3000]}")


class Running:
    """A started run: can be signalled, then waited for."""

    def __init__(self, args: Sequence[str], cwd: Path, env: Mapping[str, str], stdin, stdout, limits):
        self.args = tuple(str(a) for a in args)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [str(places.binary()), *self.args], cwd=cwd, env=dict(env), stdin=stdin,
            stdout=subprocess.PIPE if stdout is None else stdout, stderr=subprocess.PIPE,
            preexec_fn=limits, start_new_session=True)
        self.output: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self.threads = [self._collect(name) for name in ("stdout", "stderr") if getattr(self.process, name)]

    def _collect(self, name: str) -> threading.Thread:
        def read() -> None:
            with getattr(self.process, name) as stream:
                while chunk := stream.read1(65536):
                    self.output[name] += chunk
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def text(self, name: str = "stdout") -> str:
        return bytes(self.output[name]).decode("utf-8", "backslashreplace")

    def wait(self, timeout: float) -> Result:
        """Waits for the end; a run that outlives the timeout, longer on a busy machine, is killed and fails the test."""
        timeout = pace.stretched(timeout)
        hung = not self._ends_within(timeout)
        if hung:
            os.kill(self.process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self.process.pid, 0)
        seconds = time.monotonic() - self.started
        self.process.returncode = os.waitstatus_to_exitcode(status)
        for thread in self.threads:
            thread.join(timeout=10)
        code = self.process.returncode
        result = Result(self.args, code if code >= 0 else 128 - code, bytes(self.output["stdout"]),
                        bytes(self.output["stderr"]), seconds, usage.ru_maxrss * 1024)
        assert not hung, f"still running after {timeout} s, killed\n{result}"
        return result

    def _ends_within(self, timeout: float) -> bool:
        descriptor = os.pidfd_open(self.process.pid)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(descriptor, selectors.EVENT_READ)
                return bool(selector.select(max(0.0, self.started + timeout - time.monotonic())))
        finally:
            os.close(descriptor)


def clean_environment(home: Path) -> dict[str, str]:
    """An environment with nothing of the caller's that could change a result."""
    kept = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS") if name in os.environ}
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb", **kept}


def start(*args, cwd: Path, env: Mapping[str, str] | None = None, stdin=subprocess.DEVNULL, stdout=None, limits=None) -> Running:
    """Starts a run in cwd; env is added to a clean environment."""
    return Running([str(a) for a in args], cwd, {**clean_environment(cwd), **(env or {})}, stdin, stdout, limits)


def run(*args, cwd: Path, env: Mapping[str, str] | None = None, stdin: bytes | None = None, stdout=None, limits=None,
        timeout: float = 30) -> Result:
    """Runs to the end and returns what was seen; stdin is given as bytes, else it is empty."""
    if stdin is None:
        return start(*args, cwd=cwd, env=env, stdout=stdout, limits=limits).wait(timeout)
    running = start(*args, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=stdout, limits=limits)

    def feed() -> None:
        try:
            with running.process.stdin as pipe:
                pipe.write(stdin)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the run did not want all of it: its exit code tells
    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    result = running.wait(timeout)
    feeder.join(timeout=10)
    return result


# Starts a program, and writes its wait status, its seconds and its peak memory in KiB to a descriptor.
LAUNCHER = """
import os, sys, time
told = int(sys.argv[1])
os.set_inheritable(told, False)
began = time.monotonic()
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
os.write(told, f"{status} {time.monotonic() - began} {usage.ru_maxrss}".encode())
"""


def run_measured(*args, cwd: Path, timeout: float = 60) -> Result:
    """Like `run`, but a small process starts it, so that its peak memory is without the pages of the test runner."""
    words = tuple(str(a) for a in args)
    read, write = os.pipe()
    with open(read, "rb") as told:
        process = subprocess.Popen([sys.executable, "-S", "-E", "-c", LAUNCHER, str(write), str(places.binary()), *words], cwd=cwd,
                                   env=clean_environment(cwd), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, pass_fds=(write,), start_new_session=True)
        os.close(write)
        try:
            stdout, stderr = process.communicate(timeout=pace.stretched(timeout))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        status, seconds, kibibytes = told.read().split()
    code = os.waitstatus_to_exitcode(int(status))
    return Result(words, code if code >= 0 else 128 - code, stdout, stderr, float(seconds), int(kibibytes) * 1024)


def peak_rss(*args, cwd: Path) -> int:
    """The peak memory of a successful run in bytes."""
    result = run_measured(*args, cwd=cwd)
    assert result.code in (CLEAN, FOUND), result
    return result.peak_rss_bytes
