"""The load of each service: requests on loopback, some on kept connections and some on new ones, until told to stop."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
import uuid
from pathlib import Path
from typing import Callable, Iterator

PAUSE = 0.008  # seconds between two requests of a thread
THREADS = 3

Step = Callable[[int], None]


class Client:
    """Asks one server over HTTP; every tenth request goes over a connection of its own."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self.port, self.headers, self.kept = port, headers or {}, None

    def ask(self, method: str, path: str, body: str | bytes | None = None, fresh: bool = False, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20) if fresh or self.kept is None else self.kept
        if not fresh:
            self.kept = connection
        try:
            connection.request(method, path, body, {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}})
            answer = connection.getresponse()
            answer.text = answer.read()  # type: ignore[attr-defined]
        except (OSError, http.client.HTTPException):
            self.kept = None
            raise
        finally:
            if fresh:
                connection.close()
        return answer

    def each(self, requests: list[tuple], n: int) -> None:
        """Sends the n-th of `requests`, which are (method, path[, body[, content type]])."""
        method, path, *rest = requests[n % len(requests)]
        extra = {"Content_Type": rest[1]} if len(rest) > 1 else {}
        self.ask(method, path, rest[0] if rest else None, fresh=n % 10 == 0, **extra)


def over_http(requests: Callable[[int], list[tuple]], headers: dict[str, str] | None = None) -> Callable[[tuple[int, ...], Path], Step]:
    """A load that goes round the requests that `requests(n)` names."""
    def start(ports: tuple[int, ...], _: Path) -> Step:
        client = Client(ports[0], headers)
        return lambda n: client.each(requests(n), n)
    return start


def prometheus(_: int) -> list[tuple]:
    now = time.time()
    return [("GET", "/api/v1/query?query=sum(rate(prometheus_http_requests_total[1m]))%20by%20(handler)"), ("GET", "/metrics"),
            ("GET", f"/api/v1/query_range?query=go_goroutines&start={now - 300:.0f}&end={now:.0f}&step=5"), ("GET", "/api/v1/targets"), ("GET", "/-/healthy")]


def node_exporter(_: int) -> list[tuple]:
    return [("GET", "/metrics"), ("GET", "/")]


def pushgateway(n: int) -> list[tuple]:
    return [("PUT", f"/metrics/job/job{n % 40}/instance/{n % 5}", f"some_metric{{part=\"{n % 9}\"}} {n}\n"), ("GET", "/metrics"), ("GET", "/api/v1/metrics")]


def caddy(_: int) -> list[tuple]:
    return [("GET", "/page.html"), ("GET", "/big.bin"), ("GET", "/hello"), ("GET", "/proxy/hello"), ("GET", "/none")]


def etcd(n: int) -> list[tuple]:
    key = "a2V5" + "ABCDEFGHIJ"[n % 10] + "AAA"  # base64
    kind = "application/json"
    return [("POST", "/v3/kv/put", json.dumps({"key": key, "value": "dmFsdWU="}), kind), ("POST", "/v3/kv/range", json.dumps({"key": key}), kind),
            ("GET", "/health"), ("POST", "/v3/lease/grant", json.dumps({"TTL": 5}), kind), ("GET", "/metrics")]


def victoria_metrics(n: int) -> list[tuple]:
    lines = "".join(f"temperature{{room=\"{room}\",n=\"{n % 20}\"}} {n}\n" for room in range(20))
    return [("POST", "/api/v1/import/prometheus", lines), ("GET", "/api/v1/query?query=avg(temperature)%20by%20(room)"),
            ("GET", "/api/v1/query_range?query=temperature&start=-5m&step=5s"), ("GET", "/metrics")]


def influxdb(n: int) -> list[tuple]:
    lines = "\n".join(f"cpu,host=h{n % 20},core={core} value={n}" for core in range(20))
    return [("POST", "/write?db=load", lines), ("POST", "/write?db=load", lines), ("GET", "/query?db=load&q=SELECT%20mean(value)%20FROM%20cpu%20GROUP%20BY%20host"),
            ("GET", "/ping"), ("POST", "/query?q=CREATE%20DATABASE%20load")]


def rclone(_: int) -> list[tuple]:
    kind = "application/json"
    return [("POST", "/rc/noop", '{"a":1}', kind), ("POST", "/core/stats", "{}", kind), ("POST", "/operations/list", '{"fs":"files","remote":""}', kind),
            ("POST", "/sync/copy", '{"srcFs":"files","dstFs":"copy"}', kind), ("POST", "/core/memstats", "{}", kind)]


def syncthing(ports: tuple[int, ...], folder: Path) -> Step:
    client = Client(ports[0], {"X-API-Key": "loopback"})
    shared = folder / "shared"
    shared.mkdir(exist_ok=True)
    client.ask("PUT", "/rest/config/folders/load", json.dumps({"id": "load", "path": str(shared)}), Content_Type="application/json")
    requests = [("GET", "/rest/db/status?folder=load"), ("GET", "/rest/system/status"), ("POST", "/rest/db/scan?folder=load"), ("GET", "/rest/config"),
                ("GET", "/rest/db/browse?folder=load")]

    def step(n: int) -> None:
        (shared / f"file{n % 60}").write_text(f"{n}\n" * 400)
        client.each(requests, n)
    return step


def docker_registry(ports: tuple[int, ...], _: Path) -> Step:
    client = Client(ports[0])

    def path_of(answer: http.client.HTTPResponse) -> str:
        place = answer.getheader("Location", "")
        return "/" + place.split("/", 3)[3] if place.startswith("http") else place

    def step(n: int) -> None:
        if n % 4:
            client.ask("GET", ("/v2/", "/v2/_catalog", "/v2/app/tags/list")[n % 3], fresh=n % 10 == 0)
            return
        begun = client.ask("POST", "/v2/app/blobs/uploads/", b"", Content_Length="0")
        written = client.ask("PATCH", path_of(begun), uuid.uuid4().bytes * 2000, Content_Type="application/octet-stream")
        client.ask("DELETE", path_of(written))
    return step


def nats(ports: tuple[int, ...], _: Path) -> Step:
    subject = uuid.uuid4().hex.encode()  # of this thread alone, so that PONG is the last that a connection hears

    def connect() -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", ports[0]), timeout=20)
        connection.recv(4096)  # INFO
        connection.sendall(b'CONNECT {"verbose":false}\r\nSUB %s.* 1\r\nPING\r\n' % subject)
        return connection

    def answer_of(connection: socket.socket) -> None:
        text = b""
        while not text.endswith(b"PONG\r\n"):
            if text.endswith(b"PING\r\n"):
                text = text.removesuffix(b"PING\r\n")
                connection.sendall(b"PONG\r\n")
                continue
            more = connection.recv(65536)
            if not more:
                raise OSError("nats-server hung up")
            text += more

    kept = connect()
    answer_of(kept)

    def step(n: int) -> None:
        connection = connect() if n % 10 == 0 else kept
        if connection is not kept:
            answer_of(connection)
        connection.sendall(b"".join(b"PUB %s.%d 100\r\n%s\r\n" % (subject, k, b"x" * 100) for k in range(20)) + b"PING\r\n")
        answer_of(connection)
        if connection is not kept:
            connection.close()
    return step


def drive(start: Callable[[tuple[int, ...], Path], Step], ports: tuple[int, ...], folder: Path, until: Callable[[], bool]) -> tuple[int, int]:
    """Runs the load on a few threads until `until()`; returns how many steps were made and how many of them failed."""
    done, failed, lock = 0, 0, threading.Lock()

    def numbers(first: int) -> Iterator[int]:
        while not until():
            yield first
            first += THREADS

    def work(first: int) -> None:
        nonlocal done, failed
        step = None
        for n in numbers(first):
            try:
                step = step or start(ports, folder)
                step(n)
                bad = 0
            except (OSError, http.client.HTTPException):
                step, bad = None, 1
                time.sleep(0.2)
            with lock:
                done, failed = done + 1, failed + bad
            time.sleep(PAUSE)

    workers = [threading.Thread(target=work, args=(first,), daemon=True) for first in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return done, failed
