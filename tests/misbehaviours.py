"""Everything a target can do wrong, one row each: what it does, and what LeakFinder must say and do about it.

Every row is run by test_misbehaviour.py within -timeout plus a second and under 200 MiB. A new row is one `Row` in the table.
"""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from fake_target import Answer, Exchange
from support.pprof_answers import OCTETS, TEXT, PprofAnswers, small_program

LOGIN_PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form action='/login'>Please sign in</form></body></html>\n"
ZEROS_16M = gzip.compress(bytes(16 << 20), 9, mtime=0)
CUT_SIZE = 64 << 20  # runtime/pprof/pprof.go, writeGoroutineStacks
BLOCK = "goroutine {} [chan send]:\nmain.ask(0xc000012345)\n\t/src/app/main.go:42 +0x1d\ncreated by main.main in goroutine 1\n\t/src/app/main.go:10 +0x4b\n\n"


@dataclass(frozen=True)
class Row:
    """One misbehaviour of a target."""

    name: str
    does: Callable[[PprofAnswers], Answer]  # wraps a healthy target
    code: int | tuple[int, ...]  # the exit code, or those allowed
    says: str  # a pattern that stdout or stderr must show (case ignored)
    args: tuple[str, ...] = ("check",)
    accepts: bool = True  # False: the server never accepts a connection
    wire: bool = False  # it is wrong on the wire, not in a profile: run through libcurl too


def everywhere(behave: Callable[[Exchange], None]) -> Callable[[PprofAnswers], Answer]:
    """The misbehaviour answers every request."""
    return lambda healthy: behave


def at(profile: str, behave: Callable[[Exchange], None]) -> Callable[[PprofAnswers], Answer]:
    """The misbehaviour answers the requests for one profile ("": the index; "*": all but the index); the rest is healthy."""
    def wrap(healthy: PprofAnswers) -> Answer:
        def answer(exchange: Exchange) -> None:
            wanted = exchange.request.profile != "" if profile == "*" else exchange.request.profile == profile
            return behave(exchange) if wanted else healthy(exchange)
        return answer
    return wrap


def changed(profile: str, change: Callable[[bytes], bytes]) -> Callable[[PprofAnswers], Answer]:
    """The body of protobuf answers for one profile is changed; whatever else stays as it is."""
    def wrap(healthy: PprofAnswers) -> Answer:
        def answer(exchange: Exchange) -> None:
            if exchange.request.profile == profile and exchange.request.debug == 0:
                form = "proto" if profile == "goroutine" else "heap_proto"
                return exchange.answer(200, change(getattr(healthy.moment(form), form)()), OCTETS)
            return healthy(exchange)
        return answer
    return wrap


def silent(exchange: Exchange) -> None:
    exchange.pause(60)


def drip(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Type": TEXT, "Content-Length": "1000000"})
    while True:
        exchange.send(b"g")
        exchange.pause(0.1)


def drip_head(exchange: Exchange) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Padding: " + b"a" * 100_000:
        exchange.send(bytes([byte]))
        exchange.pause(0.1)


def interim_for_ever(exchange: Exchange) -> None:
    while True:
        exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        exchange.pause(0.02)


def endless(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Type": TEXT, "Transfer-Encoding": "chunked"})
    exchange.chunk(b"goroutine profile: total 12\n")
    while True:
        exchange.chunk(b"1 @ 0x1000 0x2000\n#\t0x1000\tmain.f+0x1c\t\t/src/app/main.go:42\n\n" * 1000)


def bomb(exchange: Exchange) -> None:
    exchange.answer(200, ZEROS_16M * 256, OCTETS)  # 4 GiB of zeros in 4 MiB


def lying_long(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Type": OCTETS, "Content-Length": "100000"})
    exchange.send(b"\x1f\x8b\x08\x00")
    exchange.close()


def reset_at_once(exchange: Exchange) -> None:
    exchange.reset()


def reset_in_body(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Type": TEXT, "Content-Length": "100000"})
    exchange.send(b"goroutine profile: total 3\n")
    exchange.pause(0.1)
    exchange.reset()


def close_at_once(exchange: Exchange) -> None:
    exchange.close()


def raw(data: bytes) -> Callable[[Exchange], None]:
    def behave(exchange: Exchange) -> None:
        exchange.send(data)
        exchange.close()
    return behave


def body(content: bytes, content_type: str = OCTETS) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.answer(200, content, content_type)


def status(number: int, content: bytes = b"no\n", **headers: str) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.answer(number, content, TEXT, **headers)


def redirect_away(exchange: Exchange) -> None:
    exchange.answer(302, b"", TEXT, Location="http://elsewhere.invalid:81/debug/pprof/")


def redirect_other_port(exchange: Exchange) -> None:
    exchange.answer(302, b"", TEXT, Location=f"http://127.0.0.1:{exchange.server.port + 1}/debug/pprof/")


def redirect_loop(exchange: Exchange) -> None:
    exchange.answer(302, b"", TEXT, Location=exchange.request.path + "?again=1")


def huge_headers(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        exchange.send(b"X-Padding: " + b"a" * 8000 + b"\r\n")


def cut_dump(exchange: Exchange) -> None:
    """goroutine?debug=2 exactly as the runtime cuts it: 67108864 bytes, mid-line."""
    exchange.head(200, {"Content-Type": TEXT, "Transfer-Encoding": "chunked"})
    left, number = CUT_SIZE, 1
    while left:
        data = "".join(BLOCK.format(number + i) for i in range(5000)).encode()[:left]
        number, left = number + 5000, left - len(data)
        exchange.chunk(data)
    exchange.chunk(b"")


def cut_dump_target(healthy: PprofAnswers) -> Answer:
    def answer(exchange: Exchange) -> None:
        big = exchange.request.profile == "goroutine" and exchange.request.debug == 2
        return cut_dump(exchange) if big else healthy(exchange)
    return answer


def lying_index(counts: dict[str, str], *more: str) -> Callable[[PprofAnswers], Answer]:
    """The index page names counts and profiles that are not so."""
    def wrap(healthy: PprofAnswers) -> Answer:
        liar = PprofAnswers(healthy.moments, serves=(*healthy.serves, *more), index_counts=counts)

        def answer(exchange: Exchange) -> None:
            return liar.answer_index(exchange) if exchange.request.profile == "" else healthy(exchange)
        return answer
    return wrap


def restarts(healthy: PprofAnswers) -> Answer:
    """The process is another one from the second sample on: its counters begin anew, its goroutines are others."""
    first = small_program()
    first = replace(first, memstats={"NumGC": 90, "Mallocs": 9_000_000, "TotalAlloc": 9 << 30})
    second = replace(first, memstats={"NumGC": 1, "Mallocs": 9_000, "TotalAlloc": 9 << 20},
                     groups=tuple(replace(group, first_id=group.first_id // 10) for group in first.groups))
    return PprofAnswers([first, second])


def transport_gzip(healthy: PprofAnswers) -> Answer:
    """A proxy compresses text answers although nobody asked."""
    def answer(exchange: Exchange) -> None:
        moment = healthy.moments[0]
        page = {("", 0): healthy.index_page(moment).encode(), ("goroutine", 1): moment.debug1(), ("goroutine", 2): moment.debug2(), ("heap", 1): moment.heap_debug1(),
                ("goroutine", 0): moment.proto(), ("heap", 0): moment.heap_proto()}.get((exchange.request.profile, exchange.request.debug))
        if page is None:
            return healthy.unknown_profile(exchange)
        return exchange.answer(200, gzip.compress(page), TEXT, Content_Encoding="gzip")
    return answer


def two_members(data: bytes) -> bytes:
    plain = gzip.decompress(data)
    return gzip.compress(plain[:50]) + gzip.compress(plain[50:])


def regzip(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda data: gzip.compress(change(gzip.decompress(data)))


TIMED_OUT = r"time[d ]*out|no answer|too slow|stalled"
BROKEN = r"clos|reset|end(ed|s)|cut|incomplete|empty|broken|abort|partial|short"
NOT_A_PROFILE = r"not a |unknown|unrecogni[sz]ed|no .*profile|neither|html"
DAMAGED = r"gzip|truncated|cut|malformed|damaged|corrupt|ends|invalid|varint|byte \d+"

ROWS = (
    Row("never accepts", everywhere(silent), 3, TIMED_OUT + "|connect", accepts=False, wire=True),
    Row("accepts and is silent", everywhere(silent), 3, TIMED_OUT, wire=True),
    Row("is silent for the profiles only", at("*", silent), 3, TIMED_OUT),
    Row("is silent for the heap only", at("heap", silent), 3, TIMED_OUT),
    Row("drips the index", everywhere(drip), 3, TIMED_OUT, wire=True),
    Row("drips the goroutines", at("goroutine", drip), 3, TIMED_OUT),
    Row("drips its headers", everywhere(drip_head), 3, TIMED_OUT, wire=True),
    Row("continues for ever", everywhere(interim_for_ever), 3, TIMED_OUT + "|header", wire=True),
    Row("never ends its goroutines", at("goroutine", endless), 3, r"larger|too large|limit|exceed|more than", ("check", "-max-body=4MiB"), wire=True),
    Row("never ends its heap", at("heap", endless), 3, NOT_A_PROFILE + r"|larger|too large|limit|exceed|more than", ("check", "-max-body=4MiB")),
    Row("never ends its index", everywhere(endless), 3, r"larger|too large|limit|exceed|more than|" + TIMED_OUT, ("check", "-max-body=4MiB"), wire=True),
    Row("sends a gzip bomb of goroutines", at("goroutine", bomb), 3, NOT_A_PROFILE + r"|larger|too large|limit|exceed|more than", ("check", "-max-body=32MiB")),
    Row("sends a gzip bomb of heap", at("heap", bomb), 3, NOT_A_PROFILE + r"|larger|too large|limit|exceed|more than", ("check", "-max-body=32MiB")),
    Row("sends gzip in two members", changed("goroutine", two_members), 0, r"\b12\b"),
    Row("sends half its gzip", changed("goroutine", lambda data: data[:len(data) // 2]), 3, DAMAGED),
    Row("sends gzip with a wrong checksum", changed("goroutine", lambda data: data[:-8] + b"\1\2\3\4" + data[-4:]), (0, 3), DAMAGED + "|checksum|crc"),
    Row("sends half a protobuf", changed("goroutine", regzip(lambda data: data[:len(data) // 2])), (0, 3), DAMAGED),
    Row("sends numbers beyond 64 bits", changed("goroutine", regzip(lambda data: b"\x60" + b"\xff" * 11 + b"\x01" + data)), (0, 3), DAMAGED + "|number|beyond"),
    Row("sends lengths beyond the end", changed("goroutine", regzip(lambda data: data + b"\x32\xff\xff\xff\xff\x7f")), (0, 3), DAMAGED + "|length|beyond"),
    Row("sends counts beyond 64 bits", at("goroutine", body(b"goroutine profile: total 99999999999999999999999\n99999999999999999999999 @ 0x1\n#\t0x1\tmain.f+0x1\t/m.go:1\n\n", TEXT)),
        (0, 3), r"malformed|number|count|too large|beyond|range|byte \d+|line \d+"),
    Row("promises more than it sends", at("*", lying_long), 3, BROKEN, wire=True),
    Row("promises less than it sends", at("goroutine", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + small_program().proto())), 3, DAMAGED),
    Row("promises more than anybody has", at("*", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n\x1f\x8b")), 3, r"larger|more than|too large", wire=True),
    Row("promises a length that is no number", at("*", raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n\x1f\x8b")), 3, r"length|header|http|failed|" + BROKEN, wire=True),
    Row("sends gzip within gzip", changed("goroutine", gzip.compress), (0, 3), r"\b12\b|" + NOT_A_PROFILE),
    Row("sends more behind its gzip", changed("goroutine", lambda data: data + b"more" * 100), 0, r"\b12\b"),
    Row("resets at once", everywhere(reset_at_once), 3, r"reset|" + BROKEN, wire=True),
    Row("resets in the body", at("*", reset_in_body), 3, r"reset|" + BROKEN, wire=True),
    Row("closes without an answer", everywhere(close_at_once), 3, BROKEN, wire=True),
    Row("answers a picture", at("*", body(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "image/png")), 3, NOT_A_PROFILE),
    Row("answers JSON", at("*", body(b'{"error":"no such service"}', "application/json")), 3, NOT_A_PROFILE),
    Row("answers nothing", at("*", body(b"")), 3, r"empty"),
    Row("answers zeros", at("*", body(bytes(100_000))), 3, NOT_A_PROFILE + "|" + DAMAGED),
    Row("answers with a login page", everywhere(body(LOGIN_PAGE, "text/html")), 3, r"html|login|page"),
    Row("answers with a login page for the profiles", at("*", body(LOGIN_PAGE, "text/html")), 3, r"html|login|page"),
    *(Row(f"answers {number}", everywhere(status(number)), 3, rf"{number}")
      for number in (204, 400, 401, 403, 404, 405, 407, 408, 410, 418, 429, 500, 501, 502, 503, 504, 599)),
    Row("answers status 999", everywhere(raw(b"HTTP/1.1 999 Odd\r\nContent-Length: 3\r\n\r\nno\n")), 3, r"999"),
    Row("asks for credentials", everywhere(status(401, WWW_Authenticate='Basic realm="x"')), 3, r"401.*(-user|-bearer-token-file|credential|auth)|auth.*401"),
    Row("has pprof but not the profile", at("*", status(404, b"Unknown profile\n", X_Go_Pprof="1")), 3, r"unknown profile|no .*profile|not (offered|served)|404"),
    Row("fails for the heap only", at("heap", status(500)), 3, r"heap.*500|500.*heap"),
    Row("fails for the goroutines only", at("goroutine", status(500)), 3, r"goroutine.*500|500.*goroutine"),
    Row("redirects to another host", everywhere(redirect_away), 3, r"elsewhere\.invalid", wire=True),
    Row("redirects to another port", everywhere(redirect_other_port), 3, r"redirect"),
    Row("redirects in a circle", everywhere(redirect_loop), 3, r"redirect", wire=True),
    Row("redirects to nowhere", everywhere(status(302)), 3, r"302|redirect"),
    Row("speaks HTTP/0.9", everywhere(raw(b"goroutine profile: total 3\n3 @ 0x1\n#\t0x1\tmain.f+0x1\t/m.go:1\n\n")), 3, r"http", wire=True),
    Row("has a broken status line", everywhere(raw(b"HTTP/1.1 banana\r\n\r\nno")), 3, r"http|status|header|malformed", wire=True),
    Row("speaks TLS on a plain port", everywhere(raw(b"\x15\x03\x01\x00\x02\x02\x46")), 3, r"http|tls", wire=True),
    Row("sends headers without end", everywhere(huge_headers), 3, r"header|too large|large", wire=True),
    Row("sends less than the size of its chunk", at("*", raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nxx\r\n")), 3, r"closed the connection in the middle of", wire=True),
    Row("sends chunks whose sizes are no numbers", at("*", raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzebra\r\nxx\r\n")), 3, r"chunked transfer encoding of \S+ is broken", wire=True),
    Row("sends a chunk without end", at("*", raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nxx\r\n")), 3,
        r"chunk|malformed|transfer|encoding|broken|" + BROKEN, wire=True),
    Row("has an index that counts too few", lying_index({"goroutine": "1"}), 0, r"\b12\b"),
    Row("has an index that counts too many", lying_index({"goroutine": "4000000000"}), 0, r"\b12\b"),
    Row("has an index with numbers beyond 64 bits", lying_index({"goroutine": "9" * 30, "heap": "9" * 40}), 0, r"\b12\b"),
    Row("has an index with a profile that is not there", lying_index({}, "goroutineleak"), 0, r"\b12\b", ("analyze", "-save-reports=false", "-sample-interval=100ms")),
    Row("restarts between two samples", restarts, (0, 1), r"restart", ("analyze", "-save-reports=false", "-samples=3", "-sample-interval=100ms")),
    Row("compresses what nobody asked it to", transport_gzip, 0, r"\b12\b", wire=True),
    Row("cuts its dump at 64 MiB", cut_dump_target, (0, 1), r"cut|truncated|64 MiB", ("analyze", "-save-reports=false", "-samples=1", "-timeout=20s")),
)


def answer_of(name: str, healthy: PprofAnswers) -> Answer:
    """The answer of the row with this name."""
    rows = {row.name: row for row in ROWS}
    if name not in rows:
        raise SystemExit(f"no misbehaviour {name!r}; there are: {', '.join(rows)}")
    return rows[name].does(healthy)


def shows(pattern: str, text: str) -> bool:
    """Whether the text shows the pattern, case ignored."""
    return re.search(pattern, text, re.IGNORECASE | re.DOTALL) is not None
