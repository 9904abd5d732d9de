"""Counts what is in dumps and profiles, simply and independently of the product: the expected figures of the tests."""

import math
import re
from dataclasses import dataclass

from . import wire

HEADER = re.compile(r"^(?:\S.*?\s)?goroutine (\d+)(?: gp=0x[0-9a-f]+)?(?: m=\d+ mp=0x[0-9a-f]+| m=nil)? \[(.+?)\](?: \{.*\})?:\s*$")


@dataclass
class Block:
    """One goroutine of a text dump: its header, and the lines below."""

    id: int
    status: str
    lines: list[str]

    @property
    def functions(self) -> list[str]:
        """Frames, leaf first, without creator."""
        return [line for line in self.lines if line and line[0] not in "\t[." and not line.startswith(("created by ", "goroutine "))]

    @property
    def creator(self) -> str:
        return next((line.removeprefix("created by ") for line in self.lines if line.startswith("created by ")), "")

    @property
    def is_system(self) -> bool:
        """Whether the runtime started it for itself (runtime/traceback.go, isSystemGoroutine)."""
        return self.creator.startswith("runtime.") and not any(name.startswith("main.") for name in self.functions)

    @property
    def is_idle_main(self) -> bool:
        """Whether it is main in `select {}`, which Go 1.26 reports as leaked."""
        return self.id == 1 and self.status.startswith("select (no cases)")


def blocks(text: str) -> list[Block]:
    """The goroutines of a dump or crash log, scheduler stacks (id 0) left out."""
    found: list[Block] = []
    current: Block | None = None
    for line in text.splitlines():
        if match := HEADER.match(line):
            current = Block(int(match[1]), match[2], [])
            if current.id:
                found.append(current)
        elif not line.strip():
            current = None
        elif current is not None:
            current.lines.append(line)
    return found


def debug1_total(text: str) -> int:
    """The total of a goroutine profile's first line."""
    return int(re.match(r"\w+ profile: total (\d+)", text)[1])


def debug1_leaks(text: str) -> int:
    """Goroutines in a leak profile's records that name a frame, idle main left out."""
    total = 0
    for record in text.split("\n\n"):
        head = re.search(r"^(\d+) @ .+\n", record, re.MULTILINE)
        names = re.findall(r"^#\t0x[0-9a-f]+\t(.+?)\+0x", record, re.MULTILINE)
        if head and names and names[0] != "main.main":
            total += int(head[1])
    return total


def proto_leaks(data: bytes) -> int:
    """Goroutines in a protobuf leak profile's samples that name a frame, idle main left out."""
    profile = wire.read(data)
    stacks = [(profile.stack(ids), values[0]) for ids, values in profile.samples]
    return sum(count for stack, count in stacks if stack and stack[:3] != ["runtime.gopark", "runtime.block", "main.main"])


def heap_text_inuse(text: str) -> int:
    """In-use bytes of heap?debug=1, scaled as runtime/pprof does for protobuf (protomem.go, scaleHeapSample)."""
    rate = int(re.search(r"@ heap/(\d+)", text)[1]) / 2
    total = 0
    for objects, size in re.findall(r"^(\d+): (\d+) \[\d+: \d+\] @ 0x", text, re.MULTILINE):
        if int(objects) and int(size):
            total += int(int(size) / (1 - math.exp(-int(size) / int(objects) / rate)))
    return total


def memstats(text: str) -> dict[str, int]:
    """The plain numbers of the MemStats tail."""
    return {name: int(value) for name, value in re.findall(r"^# (\w+) = (\d+)$", text, re.MULTILINE)}
