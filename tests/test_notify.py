"""-notify: the result on its way to a webhook, a real server on loopback."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support import report
from support.binary import FOUND, UNREADABLE, USAGE
from support.synthetic import Group, Program, frames

STUCK = Group(7, "chan receive (nil chan)", frames("main.(*hub).wait /src/app/hub.go:30", "main.run /src/app/hub.go:12"), frames("main.start /src/app/hub.go:8")[0], 400)


class Webhook:
    """Keeps what is posted to it; answers with the given statuses in turn, the last one for ever; where it is told to
    echo, with the request that it got."""

    def __init__(self, *statuses: int, echoes: bool = False):
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        waiting = list(statuses) or [200]

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler):  # noqa: N805 - the server's own name for it is self
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                self.received.append((handler.path, dict(handler.headers), body))
                handler.send_response(waiting.pop(0) if len(waiting) > 1 else waiting[0])
                shown = f"{handler.path} {handler.headers}".encode() if echoes else b""
                handler.send_header("Content-Length", str(len(shown)))
                handler.end_headers()
                handler.wfile.write(shown)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def dump(leakfinder) -> str:
    return leakfinder.write("dump.txt", Program((STUCK,), ()).debug2()).name


def test_any_address_gets_the_report_as_json(leakfinder, dump):
    with Webhook() as hook:
        result = leakfinder("check", dump, f"-notify={hook.url}/leaks")
    assert result.code == FOUND, result
    (path, headers, body), = hook.received
    assert (path, headers["Content-Type"]) == ("/leaks", "application/json")
    assert headers["User-Agent"].startswith("leakfinder/")
    posted = report.parse(body.decode())
    assert posted["findings"][0]["function"] == "main.(*hub).wait"


def test_a_chat_gets_a_message(leakfinder, dump):
    with Webhook() as hook:
        leakfinder("check", dump, f"-notify=slack+{hook.url}/hooks/x")
    (_, _, body), = hook.received
    message = json.loads(body)
    assert set(message) == {"text"}
    assert "*1 leak, health" in message["text"]
    assert "`main.(*hub).wait` `/src/app/hub.go:30`" in message["text"]


def test_alertmanager_gets_an_alert_a_leak(leakfinder, dump):
    with Webhook() as hook:
        leakfinder("check", dump, f"-notify={hook.url}/api/v2/alerts")
    (_, _, body), = hook.received
    alert, = json.loads(body)
    assert alert["labels"]["alertname"] == "GoLeak"
    assert alert["labels"]["rule"] == "goroutine/blocked-forever"
    assert alert["annotations"]["place"] == "/src/app/hub.go:30"


def test_alertmanager_hears_nothing_where_nothing_leaks(leakfinder):
    healthy = leakfinder.write("healthy.txt", Program((), ()).debug2()).name
    with Webhook() as hook:
        assert leakfinder("check", healthy, f"-notify={hook.url}/api/v2/alerts").code == 0
    assert hook.received == []


def test_a_webhook_that_stumbles_is_tried_again(leakfinder, dump):
    with Webhook(503, 200) as hook:
        result = leakfinder("check", dump, f"-notify={hook.url}")
    assert len(hook.received) == 2
    assert "-notify" not in result.stderr


def test_a_webhook_that_says_no_costs_the_exit_code_after_the_result(leakfinder):
    healthy = leakfinder.write("healthy.txt", Program((), ()).debug2()).name
    with Webhook(403) as hook:
        result = leakfinder("check", healthy, f"-notify={hook.url}/hunter2")
    assert result.code == UNREADABLE, result
    assert "no leak found" in result.stdout
    assert "-notify: " in result.stderr and "answered 403" in result.stderr
    assert "hunter2" not in result.stderr


def test_a_failed_measurement_is_told_too(leakfinder):
    with Webhook() as hook:
        result = leakfinder("check", "-url=http://127.0.0.1:1", f"-notify={hook.url}")
    assert result.code == UNREADABLE
    (_, _, body), = hook.received
    assert json.loads(body)["errors"]


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/hunter2?hunter2", "hooks"])
def test_what_is_no_web_address_is_refused_before_anything_is_measured(leakfinder, dump, url):
    result = leakfinder("check", dump, f"-notify={url}")
    assert result.code == USAGE
    assert "-notify" in result.stderr and result.stdout == ""
    assert "?hunter2" not in result.stderr
