"""A pprof server that does what a test tells it and writes down everything that it was asked.

It speaks HTTP/1.1 over plain sockets, one thread a connection, so that a test can break any part of an answer.
`python3 fake_target.py [MISBEHAVIOUR]` serves on a free loopback port until a line comes on standard input.
"""

import contextlib
import socket
import ssl
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Callable
from urllib.parse import parse_qs, urlsplit

MAX_HEAD = 256 * 1024
REASONS = {200: "OK", 204: "No Content", 301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect", 400: "Bad Request", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 429: "Too Many Requests", 500: "Internal Server Error",
           502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


class Gone(Exception):
    """The client closed the connection, or the server is stopping."""


@dataclass
class Request:
    """One request as it came, with what became of it."""

    connection: int
    method: str
    target: str
    headers: list[tuple[str, str]]
    began: float
    ended: float = 0.0
    status: int = 0
    body_bytes: int = 0

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query, keep_blank_values=True).items()}

    @property
    def profile(self) -> str:
        """The last path element: `goroutine`, `heap`, …; empty for the index."""
        return self.path.rpartition("/")[2]

    @property
    def debug(self) -> int:
        return int(self.query.get("debug", "0"))

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def __str__(self) -> str:
        return f"{self.method} {self.target} (connection {self.connection})"


class Exchange:
    """One request and the socket to answer it on."""

    def __init__(self, server: "FakeTarget", sock: socket.socket, request: Request):
        self.server, self.sock, self.request = server, sock, request
        self.keep = (request.header("Connection") or "").lower() != "close"

    def send(self, data: bytes) -> None:
        """Sends raw bytes."""
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise Gone from error

    def pause(self, seconds: float) -> None:
        """Waits, but not beyond the end of the test or of the client."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.server.stopping.wait(min(0.05, max(0.0, end - time.monotonic()))) or self._client_left():
                raise Gone

    def _client_left(self) -> bool:
        if isinstance(self.sock, ssl.SSLSocket):
            return False
        try:
            return self.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def head(self, status: int, headers: dict[str, str]) -> None:
        """Sends the status line and the headers."""
        self.request.status = status
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", *(f"{name}: {value}" for name, value in headers.items())]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def answer(self, status: int, body: bytes, content_type: str = "text/plain; charset=utf-8", **headers: str) -> None:
        """Sends a whole answer with its length; header names have underscores for dashes."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        self.head(status, {"Content-Type": content_type, "X-Content-Type-Options": "nosniff", "Content-Length": str(len(body)), **extra})
        self.request.body_bytes = len(body)
        self.request.ended = time.monotonic()  # before the last byte: the client's next request may overtake this thread
        if self.request.method != "HEAD":
            self.send(body)

    def chunk(self, data: bytes) -> None:
        """Sends one chunk of a chunked body; empty data ends it."""
        if not data:
            self.request.ended = time.monotonic()
        self.send(b"%x\r\n%s\r\n" % (len(data), data))
        self.request.body_bytes += len(data)

    def close(self) -> None:
        """Ends the connection after this answer."""
        self.keep = False

    def reset(self) -> None:
        """Ends the connection with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.keep = False


Answer = Callable[[Exchange], None]


@dataclass
class FakeTarget:
    """The server. Use it as a context manager; it serves from creation to exit."""

    answer: Answer
    unix_path: str | None = None
    tls: ssl.SSLContext | None = None
    accepts: bool = True
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    sessions_resumed: int = 0
    handshake_failures: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.open: set[socket.socket] = set()
        if self.unix_path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.unix_path)
        else:
            self.listener = socket.socket()
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
        self.listener.listen(128 if self.accepts else 0)
        if self.accepts:
            threading.Thread(target=self._accept, daemon=True).start()
        else:
            self._fill_backlog()

    def __enter__(self) -> "FakeTarget":
        return self

    def __exit__(self, *_) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for sock in self.open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        assert not self.failures, f"the fake target itself failed: {self.failures}"

    @property
    def url(self) -> str:
        return f"unix://{self.unix_path}" if self.unix_path else f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def named_url(self) -> str:
        """The same target by a name, which only libcurl reads; libcurl knows itself that it is this machine."""
        return self.url.replace("127.0.0.1", "target.localhost")

    def asked(self, profile: str, debug: int | None = None) -> list[Request]:
        """The requests for a profile (empty: the index), of one debug level or of all."""
        return [r for r in self.requests if r.profile == profile and debug in (None, r.debug)]

    @property
    def most_at_once(self) -> int:
        """The largest number of requests that were being answered at one moment."""
        moments = sorted([(r.began, 1) for r in self.requests] + [(r.ended or time.monotonic(), -1) for r in self.requests])
        busy = most = 0
        for _, step in moments:
            busy += step
            most = max(most, busy)
        return most

    def _fill_backlog(self) -> None:
        """Fills the queue of a socket that never accepts, so that the next connection gets no answer at all."""
        for _ in range(4):
            sock = socket.socket()
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sock.connect(self.listener.getsockname())
            self.open.add(sock)
        time.sleep(0.05)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            if sock.family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body are two writes
            with self.lock:
                self.connections += 1
                number = self.connections
                self.open.add(sock)
            threading.Thread(target=self._serve, args=(sock, number), daemon=True).start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        raw = sock
        try:
            if self.tls:
                try:
                    sock = self.tls.wrap_socket(sock, server_side=True)
                except (ssl.SSLError, OSError) as error:
                    self.handshake_failures.append(str(error))
                    return
                with self.lock:
                    self.sessions_resumed += bool(sock.session_reused)
            while not self.stopping.is_set() and self._serve_one(sock, number):
                pass
        except (Gone, ConnectionError, TimeoutError, ssl.SSLError):
            pass
        except OSError as error:
            if not self.stopping.is_set():
                self.failures.append(repr(error))
        except Exception as error:  # a mistake in an answer must fail the test, not vanish with its thread
            self.failures.append(repr(error))
        finally:
            with self.lock:
                self.open.discard(raw)
            sock.close()

    def _serve_one(self, sock: socket.socket, number: int) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            more = sock.recv(65536)
            if not more or len(head) > MAX_HEAD:
                return False
            head += more
            if head[0] == 0x16:  # a TLS handshake on a plain port: what net/http answers
                sock.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n")
                return False
        first, *lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        request = Request(number, method, target, headers, time.monotonic())
        with self.lock:
            self.requests.append(request)
        exchange = Exchange(self, sock, request)
        try:
            self.answer(exchange)
        finally:
            request.ended = request.ended or time.monotonic()
        return exchange.keep


if __name__ == "__main__":
    import misbehaviours
    from support import pprof_answers

    healthy = pprof_answers.PprofAnswers([pprof_answers.small_program()])
    chosen: Answer = misbehaviours.answer_of(sys.argv[1], healthy) if len(sys.argv) > 1 else healthy
    with FakeTarget(chosen) as target:
        print(target.url, flush=True)
        sys.stdin.readline()
        print(*target.requests, sep="\n")
