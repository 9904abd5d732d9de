"""What net/http/pprof and expvar answer, for synthetic and for recorded programs.

Source: net/http/pprof/pprof.go of Go 1.26 (status codes, headers, index rows).
"""

import html
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from fake_target import Exchange
from . import wire
from .places import SAMPLES
from .synthetic import Group, Program, Site, frames

NAMES = ("allocs", "block", "cmdline", "goroutine", "goroutineleak", "heap", "mutex", "profile", "symbol", "threadcreate", "trace")
OCTETS = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"


def small_program() -> Program:
    """A quiet healthy program: 12 goroutines, 3 MiB live."""
    pool = Group(8, "chan receive", frames("main.(*pool).work /src/app/pool.go:31"), frames("main.newPool /src/app/pool.go:20")[0], 200)
    tick = Group(3, "select", frames("main.refresh /src/app/refresh.go:14"), frames("main.main /src/app/main.go:18")[0], 300)
    table = Site(frames("main.loadTable /src/app/table.go:50", "main.main /src/app/main.go:16"), 3, 1 << 20, 4)
    return Program((pool, tick), (table,))


@dataclass
class Recorded:
    """A recorded program: the same questions answered from files."""

    files: dict[str, Path]  # debug2, debug1, proto, heap_debug1, heap_proto, leak_proto

    def __getattr__(self, name: str):
        if name in ("debug2", "debug1", "proto", "heap_debug1", "heap_proto", "leak_proto"):
            return lambda: self.files[name].read_bytes()
        raise AttributeError(name)

    @property
    def total(self) -> int:
        return wire.read(self.files["proto"].read_bytes()).total("goroutine")

    @property
    def sites(self) -> list:
        return wire.read(self.files["heap_proto"].read_bytes()).samples


@dataclass
class PprofAnswers:
    """Answers like a Go program: the n-th request for one form of a profile sees the n-th moment (the last one stays)."""

    moments: list
    prefix: str = "/debug/pprof"
    serves: tuple[str, ...] = tuple(n for n in NAMES if n != "goroutineleak")  # handlers that exist
    index: bool = True
    variables: bool = False
    index_counts: dict[str, str] = field(default_factory=dict)  # lies
    asked: Counter = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def moment(self, form: str):
        """The moment that this request for a form sees."""
        with self.lock:
            number = self.asked[form]
            self.asked[form] += 1
        return self.moments[min(number, len(self.moments) - 1)]

    def __call__(self, exchange: Exchange) -> None:
        path = exchange.request.path
        if exchange.request.method not in ("GET", "HEAD"):
            return exchange.answer(405, b"Method Not Allowed\n", TEXT, Allow="GET, HEAD")
        if path == "/debug/vars" and self.variables:
            return self.answer_variables(exchange)
        if path == self.prefix:
            return exchange.answer(307, b"", "text/html; charset=utf-8", Location=self.prefix + "/")
        if not path.startswith(self.prefix + "/"):
            return self.not_found(exchange)
        name = path[len(self.prefix) + 1:]
        if not name:
            return self.answer_index(exchange) if self.index else self.not_found(exchange)
        if name not in self.serves:
            return self.unknown_profile(exchange) if self.index else self.not_found(exchange)
        return self.answer_profile(exchange, name)

    def not_found(self, exchange: Exchange) -> None:
        exchange.answer(404, b"404 page not found\n")

    def unknown_profile(self, exchange: Exchange) -> None:
        exchange.answer(404, b"Unknown profile\n", TEXT, X_Go_Pprof="1")

    def answer_index(self, exchange: Exchange) -> None:
        exchange.answer(200, self.index_page(self.moment("index")).encode(), "text/html; charset=utf-8")

    def index_page(self, moment) -> str:
        counts = {"goroutine": moment.total, "heap": len(moment.sites), "allocs": len(moment.sites), "threadcreate": 7}
        rows = "".join(f"<tr><td>{self.index_counts.get(name, counts.get(name, 0))}</td><td><a href='{quote(name)}?debug=1'>{html.escape(name)}</a></td></tr>\n"
                       for name in sorted(self.serves))
        return (f"<html>\n<head>\n<title>{self.prefix}/</title>\n</head>\n<body>\n{self.prefix}/\n<br>\n<table>\n<thead><td>Count</td><td>Profile</td></thead>\n"
                f"{rows}</table>\n<a href=\"goroutine?debug=2\">full goroutine stack dump</a>\n</body>\n</html>\n")

    def answer_variables(self, exchange: Exchange) -> None:
        stats = self.moment("vars").stats()
        document = {"cmdline": ["/src/app/app", "-password=CMDLINESECRET"], "memstats": {**stats, "PauseNs": [0] * 256, "PauseEnd": [0] * 256, "EnableGC": True}}
        exchange.answer(200, json.dumps(document).encode(), "application/json; charset=utf-8")

    def answer_profile(self, exchange: Exchange, name: str) -> None:
        debug = exchange.request.debug
        if "seconds" in exchange.request.query:
            return exchange.answer(400, b"seconds and debug params are incompatible\n", TEXT, X_Go_Pprof="1")
        form = {("goroutine", 0): "proto", ("goroutine", 1): "debug1", ("goroutine", 2): "debug2", ("goroutineleak", 0): "leak_proto",
                ("heap", 0): "heap_proto", ("heap", 1): "heap_debug1", ("allocs", 0): "heap_proto", ("allocs", 1): "heap_debug1"}.get((name, debug))
        if form is None:
            return exchange.answer(200, b"--- contention:\ncycles/second=2596134022\n")
        body = getattr(self.moment(form), form)()
        if debug == 0:
            return exchange.answer(200, body, OCTETS, Content_Disposition=f'attachment; filename="{name}"')
        exchange.head(200, {"Content-Type": TEXT, "X-Content-Type-Options": "nosniff", "Transfer-Encoding": "chunked"})
        for start in range(0, len(body), 32768):
            exchange.chunk(body[start:start + 32768])
        exchange.chunk(b"")


def recorded(version: str, program: str = "zoo") -> Recorded:
    """A program of testdata/samples."""
    tag = f"go{version}-{program}"
    return Recorded({"debug2": SAMPLES / f"goroutine-debug2-{tag}.txt", "debug1": SAMPLES / f"goroutine-debug1-{tag}.txt",
                     "proto": SAMPLES / f"goroutine-{tag}.pb.gz",
                     "heap_debug1": SAMPLES / f"heap-debug1-{tag}.txt", "heap_proto": SAMPLES / f"heap-{tag}.pb.gz"})


def gate(inner, allows, status: int = 401, **headers: str):
    """Lets only requests through that `allows(request)`; others get the status."""
    def answer(exchange: Exchange) -> None:
        if allows(exchange.request):
            return inner(exchange)
        return exchange.answer(status, b"denied\n", TEXT, **headers)
    return answer
