"""Builds Go programs that never ran: one description gives debug=2, debug=1, protobuf and heap alike.

The forms follow Go 1.26: runtime/traceback.go for text, runtime/pprof/{pprof,proto,protomem}.go for the rest.
"""

import gzip
import zlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Iterator

from . import wire

# The leaf frames by wait state, leaf first; of the package runtime, text forms hide them.
RUNTIME_LEAVES = {
    "chan receive": ["runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1"],
    "chan receive (nil chan)": ["runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1"],
    "chan send": ["runtime.gopark", "runtime.chansend", "runtime.chansend1"],
    "select": ["runtime.gopark", "runtime.selectgo"],
    "select (no cases)": ["runtime.gopark", "runtime.block"],
    "IO wait": ["runtime.gopark", "runtime.netpollblock", "internal/poll.runtime_pollWait"],
    "sleep": ["runtime.gopark", "time.Sleep"],
    "sync.Mutex.Lock": ["runtime.gopark", "runtime.goparkunlock", "runtime.semacquire1", "internal/sync.runtime_SemacquireMutex"],
    "sync.WaitGroup.Wait": ["runtime.gopark", "runtime.goparkunlock", "runtime.semacquire1", "sync.runtime_SemacquireWaitGroup"],
    "running": [],
    "runnable": [],
}
# Where those frames are in Go 1.26, as (file, line, the function's first line): a nil channel parks in the function's first lines.
RUNTIME_PLACES = {
    "runtime.gopark": ("proc.go", 462, 442),
    "runtime.chanrecv": ("chan.go", 667, 524),
    "runtime.chanrecv1": ("chan.go", 509, 508),
    "runtime.chansend": ("chan.go", 283, 176),
    "runtime.chansend1": ("chan.go", 161, 160),
}
NIL_CHANNEL_LINE = {"runtime.chanrecv": 536}
SERVING = ("runtime/pprof.writeGoroutineStacks", "net/http/pprof.handler.ServeHTTP", "net/http.serverHandler.ServeHTTP", "net/http.(*conn).serve")
BASE_ADDRESS = 0x480000


@dataclass(frozen=True)
class Frame:
    """One source position of a stack."""

    function: str
    file: str = "/src/app/main.go"
    line: int = 42
    first_line: int = 0  # of the function; 0 where the profile does not say


def runtime_frame(function: str, state: str) -> Frame:
    """A leaf frame of the runtime at its real place."""
    file, line, first = RUNTIME_PLACES.get(function, ("sema.go", 200, 100))
    if "nil chan" in state:
        line = NIL_CHANNEL_LINE.get(function, line)
    return Frame(function, f"/usr/lib/go/src/runtime/{file}", line, first)


@dataclass(frozen=True)
class Group:
    """Goroutines of one stack (leaf first), all in one state, made by one `go` statement."""

    count: int
    state: str
    frames: tuple[Frame, ...]
    creator: Frame | None = Frame("main.main", line=10)
    first_id: int = 100
    minutes: int = 0
    labels: tuple[tuple[str, str], ...] = ()
    leaked: bool = False

    def full_stack(self) -> tuple[Frame, ...]:
        """All frames, leaf first, as protobuf carries them."""
        return tuple(runtime_frame(name, self.state) for name in RUNTIME_LEAVES[self.state]) + self.frames

    def shown_stack(self) -> tuple[Frame, ...]:
        """The frames that text forms show."""
        full = self.full_stack()
        hidden = next((i for i, frame in enumerate(full) if not frame.function.startswith("runtime.")), 0)
        return full[hidden:]


@dataclass(frozen=True)
class Site:
    """Live objects of one allocation stack (leaf first); sizes as the runtime scales them."""

    frames: tuple[Frame, ...]
    objects: int
    object_bytes: int
    freed_objects: int = 0


@dataclass(frozen=True)
class Program:
    """A moment of a program."""

    groups: tuple[Group, ...] = ()
    sites: tuple[Site, ...] = ()
    memstats: dict[str, int] = field(default_factory=dict)
    serving: bool = True

    def all_groups(self) -> tuple[Group, ...]:
        """The groups, the goroutine that serves the request first."""
        request = Group(1, "running", tuple(Frame(f, "/usr/lib/go/src/net/http/server.go", 2000 + i) for i, f in enumerate(SERVING)),
                        Frame("net/http.(*Server).Serve", "/usr/lib/go/src/net/http/server.go", 3400), first_id=90)
        return ((request,) if self.serving else ()) + self.groups

    @property
    def total(self) -> int:
        return sum(group.count for group in self.all_groups())

    def grown(self, function: str, by: int) -> "Program":
        """The program with more goroutines in the groups whose leaf has this name; ids of the old ones stay."""
        return replace(self, groups=tuple(replace(g, count=g.count + by) if g.frames[0].function == function else g for g in self.groups))

    def debug2(self) -> bytes:
        return "\n".join(self.debug2_blocks()).encode("utf-8", "surrogateescape")

    def debug2_blocks(self) -> Iterator[str]:
        for group in self.all_groups():
            status = group.state + (" (leaked)" if group.leaked else "")
            status += f", {group.minutes} minutes" if group.minutes and not group.leaked else ""
            stack = "".join(f"{f.function}(0xc000012345)\n\t{f.file}:{f.line} +0x1d\n" for f in group.shown_stack())
            made = f"created by {group.creator.function} in goroutine 1\n\t{group.creator.file}:{group.creator.line} +0x4b\n" if group.creator else ""
            for number in range(group.count):
                yield f"goroutine {group.first_id + number} [{status}]:\n{stack}{made}"

    def debug1(self) -> bytes:
        counts: Counter = Counter()
        for group in self.all_groups():
            counts[group.shown_stack(), group.labels] += group.count
        text = [f"goroutine profile: total {self.total}\n"]
        for (frames, labels), count in sorted(counts.items(), key=lambda item: -item[1]):
            text.append(f"{count} @ {' '.join(hex(address(f) + 1) for f in frames)}\n")
            if labels:
                text.append("# labels: {" + ", ".join(f'"{k}":"{v}"' for k, v in sorted(labels)) + "}\n")
            text += [f"#\t{address(f):#x}\t{f.function}+0x1c\t\t{f.file}:{f.line}\n" for f in frames] + ["\n"]
        return "".join(text).encode("utf-8", "surrogateescape")

    def proto(self) -> bytes:
        writer = wire.ProfileWriter([("goroutine", "count")], ("goroutine", "count"), 1)
        for group in self.all_groups():
            writer.add(group.full_stack(), [group.count], group.labels)
        return gzip.compress(writer.finish(), mtime=0)

    def leak_proto(self) -> bytes:
        writer = wire.ProfileWriter([("goroutineleak", "count")], ("goroutineleak", "count"), 1)
        for group in (g for g in self.groups if g.leaked):
            writer.add(group.full_stack(), [group.count], group.labels)
        return gzip.compress(writer.finish(), mtime=0)

    def heap_proto(self) -> bytes:
        types = [("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"), ("inuse_space", "bytes")]
        writer = wire.ProfileWriter(types, ("space", "bytes"), 524288)
        for site in self.sites:
            made = site.objects + site.freed_objects
            writer.add(site.frames, [made, made * site.object_bytes, site.objects, site.objects * site.object_bytes])
        return gzip.compress(writer.finish(), mtime=0)

    def heap_debug1(self) -> bytes:
        """Heap text at a sampling rate of 1: raw values equal scaled ones."""
        totals = [sum(s.objects for s in self.sites), sum(s.objects * s.object_bytes for s in self.sites),
                  sum(s.objects + s.freed_objects for s in self.sites), sum((s.objects + s.freed_objects) * s.object_bytes for s in self.sites)]
        text = ["heap profile: " + heap_line(totals) + "@ heap/2\n"]
        for site in sorted(self.sites, key=lambda s: s.objects * s.object_bytes):
            made = site.objects + site.freed_objects
            text.append(heap_line([site.objects, site.objects * site.object_bytes, made, made * site.object_bytes])
                        + "@ " + " ".join(hex(address(f) + 1) for f in site.frames) + "\n")
            text += [f"#\t{address(f):#x}\t{f.function}+0x1c\t\t{f.file}:{f.line}\n" for f in site.frames] + ["\n"]
        return ("".join(text) + memstats_text(self.stats())).encode("utf-8", "surrogateescape")

    def stats(self) -> dict[str, int]:
        """MemStats of the moment: given values win over those that follow from the sites."""
        live = sum(s.objects * s.object_bytes for s in self.sites)
        objects = sum(s.objects for s in self.sites)
        base = {"Alloc": live, "TotalAlloc": live * 2, "Sys": live + (8 << 20), "Lookups": 0, "Mallocs": objects * 2, "Frees": objects,
                "HeapAlloc": live, "HeapSys": live + (4 << 20), "HeapIdle": 1 << 20, "HeapInuse": live + (1 << 20), "HeapReleased": 0,
                "HeapObjects": objects, "StackInuse": 1 << 20, "StackSys": 1 << 20, "NextGC": max(4 << 20, live * 2),
                "LastGC": 1_790_000_000_000_000_000, "NumGC": 5, "NumForcedGC": 0}
        return {**base, **self.memstats}


def heap_line(values: list[int]) -> str:
    return f"{values[0]}: {values[1]} [{values[2]}: {values[3]}] "


def address(frame: Frame) -> int:
    """A code address that is the same for equal frames."""
    return BASE_ADDRESS + (zlib.crc32(f"{frame.function} {frame.file}:{frame.line}".encode("utf-8", "surrogateescape")) & 0xFFFFF0)


def memstats_text(stats: dict[str, int]) -> str:
    """The tail of heap?debug=1 (runtime/pprof/pprof.go, writeHeapInternal)."""
    zeros = " ".join(["0"] * 256)
    plain = ("Alloc", "TotalAlloc", "Sys", "Lookups", "Mallocs", "Frees", "HeapAlloc", "HeapSys", "HeapIdle", "HeapInuse", "HeapReleased", "HeapObjects")
    lines = ["", "# runtime.MemStats"] + [f"# {name} = {stats[name]}" for name in plain]
    lines += [f"# Stack = {stats['StackInuse']} / {stats['StackSys']}", "# MSpan = 65536 / 65536", "# MCache = 2400 / 15600", "# BuckHashSys = 4096",
              "# GCSys = 1000000", "# OtherSys = 1000000", f"# NextGC = {stats['NextGC']}", f"# LastGC = {stats['LastGC']}",
              f"# PauseNs = [{zeros}]", f"# PauseEnd = [{zeros}]", f"# NumGC = {stats['NumGC']}", f"# NumForcedGC = {stats['NumForcedGC']}",
              "# GCCPUFraction = 0.0001", "# DebugGC = false", f"# MaxRSS = {stats['Sys']}", ""]
    return "\n".join(lines)


def frames(*positions: str) -> tuple[Frame, ...]:
    """Frames from "function file:line" texts, leaf first; the file may be left out."""
    made = []
    for text in positions:
        function, _, place = text.partition(" ")
        file, _, line = place.rpartition(":")
        made.append(Frame(function, file or "/src/app/main.go", int(line)) if place else Frame(function))
    return tuple(made)
