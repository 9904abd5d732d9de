"""A live Go target (bench/live): started, asked, ended."""

from __future__ import annotations

import json
import subprocess
import urllib.request

from .processes import Failed


class LiveTarget:
    """One process of bench/live; ends with the `with` block, whatever happens, since its standard input closes."""

    def __init__(self, program: str, options: dict[str, int]) -> None:
        self.command = [program] + [f"-{name.replace('_', '-')}={value}" for name, value in options.items()]
        self.url = ""

    def __enter__(self) -> "LiveTarget":
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline().split()
        if len(line) != 2 or line[0] != "ready":
            self.__exit__()
            raise Failed("the live target did not start")
        self.url = line[1]
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get(self, path: str) -> bytes:
        try:
            with urllib.request.urlopen(self.url + path, timeout=600) as answer:
                return answer.read()
        except OSError as error:
            raise Failed(f"the live target did not answer {path}: {error}") from error

    def longest_stall_ms(self) -> float:
        """The longest gap since the last call."""
        return json.loads(self.get("/stall"))["longest_ms"]

    def requests(self) -> list[str]:
        """The paths that others asked for since the last call."""
        return json.loads(self.get("/requests"))
