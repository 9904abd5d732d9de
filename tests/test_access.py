"""Ways to a target: TLS, client certificates, tokens, passwords, proxies."""

import contextlib
import shutil
import socket
import threading

import pytest

from misbehaviours import shows
from support import certificates
from support.binary import CLEAN, UNREADABLE
from support.pprof_answers import PprofAnswers, gate, small_program

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")


class Tunnel:
    """An HTTP proxy that knows CONNECT only, and always connects to one port of loopback."""

    def __init__(self, port: int):
        self.to, self.heads = port, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        head = b""
        with client, socket.create_connection(("127.0.0.1", self.to)) as target, contextlib.suppress(OSError):
            while b"\r\n\r\n" not in head:
                head += client.recv(65536)
            self.heads.append(head.decode("latin-1"))
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=self._pass_on, args=(target, client), daemon=True)
            back.start()
            self._pass_on(client, target)
            back.join(timeout=10)

    @staticmethod
    def _pass_on(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> certificates.Authority:
    return certificates.make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority) -> tuple:
    return authority.issue("server")


@pytest.fixture
def secure(serve, server):
    return serve(tls=certificates.server_context(server))


def test_a_certificate_of_the_given_authority_is_trusted(leakfinder, secure, authority):
    result = leakfinder("check", "-ca", authority.certificate, "-url", secure.url)
    assert result.code == CLEAN, result


def test_a_certificate_of_an_unknown_authority_is_refused_with_the_flags_that_help(leakfinder, secure):
    result = leakfinder("check", "-url", secure.url)
    assert result.code == UNREADABLE and not secure.requests, result
    assert shows(r"certificate|tls", result.stderr) and "-ca" in result.stderr, result


def test_insecure_trusts_anything_with_a_warning(leakfinder, secure):
    shown = leakfinder.json("check", "-insecure", "-url", secure.url)
    assert shown.run.code == CLEAN and "insecure-tls" in shown.warning_codes()


def test_a_certificate_for_another_name_is_refused(leakfinder, serve, authority):
    target = serve(tls=certificates.server_context(authority.issue("other", "subjectAltName=DNS:other.example")))
    result = leakfinder("check", "-ca", authority.certificate, "-url", target.url)
    assert result.code == UNREADABLE and shows(r"certificate|name|tls", result.stderr), result


def test_plain_http_to_a_tls_port_is_told(leakfinder, secure):
    result = leakfinder("check", "-url", secure.url.replace("https", "http"))
    assert result.code == UNREADABLE, result


def test_tls_to_a_plain_port_is_told(leakfinder, quiet):
    result = leakfinder("check", "-url", quiet.url.replace("http", "https"))
    assert result.code == UNREADABLE and shows("tls|ssl", result.stderr), result


def test_a_new_connection_takes_up_the_session_of_the_one_before(leakfinder, serve, server, authority):
    healthy = PprofAnswers([small_program()])

    def once(exchange):
        healthy(exchange)
        exchange.close()
    target = serve(once, tls=certificates.server_context(server))
    result = leakfinder("check", "-ca", authority.certificate, "-url", target.url)
    assert result.code == CLEAN and target.connections > 1, result
    assert target.sessions_resumed >= 1, "each handshake was a whole one"


def libraries_of(result) -> str:
    """What the dynamic loader was asked for, of a run with LD_DEBUG=libs."""
    return "\n".join(line for line in result.stderr.splitlines() if "find library=" in line)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_plain_http_without_a_name_is_read_without_libcurl(leakfinder, quiet, host):
    result = leakfinder("check", "-url", f"http://{host}:{quiet.port}", env={"LD_DEBUG": "libs"})
    assert result.code == CLEAN and quiet.requests, result
    assert "libc.so" in libraries_of(result), "LD_DEBUG is not heeded"
    assert "libcurl" not in libraries_of(result) and "libnss" not in libraries_of(result), result


@pytest.mark.parametrize("way", ["a name", "tls", "a unix socket", "a proxy", "a proxy of the environment"])
def test_libcurl_carries_what_needs(leakfinder, serve, server, authority, way):
    healthy = PprofAnswers([small_program()])

    def proxy(exchange):
        exchange.request.target = exchange.request.target.removeprefix("http://127.0.0.1:1").removeprefix("http://192.0.2.1")
        healthy(exchange)
    target = serve(proxy, tls=certificates.server_context(server) if way == "tls" else None,
                   unix_path=str(leakfinder.folder / "app.sock") if way == "a unix socket" else None)
    args = {"a name": ("-url", target.named_url), "a proxy": ("-proxy", target.url, "-url=http://127.0.0.1:1"),
            "a proxy of the environment": ("-url=http://192.0.2.1",)}.get(way, ("-ca", authority.certificate, "-url", target.url))
    env = {"http_proxy": target.url} if way == "a proxy of the environment" else {}
    result = leakfinder("check", *args, env={"LD_DEBUG": "libs", **env})
    assert result.code == CLEAN and target.requests, result
    assert "libcurl" in libraries_of(result), result


@pytest.mark.parametrize("together", [False, True], ids=["certificate and key apart", "in one file"])
def test_a_client_certificate_opens_a_target_that_demands_one(leakfinder, serve, authority, server, together):
    target = serve(tls=certificates.server_context(server, authority.certificate))
    certificate, key = authority.issue("client", "extendedKeyUsage=clientAuth")
    both = leakfinder.write("both.pem", certificate.read_bytes() + key.read_bytes())
    args = ("-cert", both) if together else ("-cert", certificate, "-key", key)
    result = leakfinder("check", "-ca", authority.certificate, *args, "-url", target.url)
    assert result.code == CLEAN, result


def test_a_missing_client_certificate_is_told(leakfinder, serve, authority, server):
    target = serve(tls=certificates.server_context(server, authority.certificate))
    result = leakfinder("check", "-ca", authority.certificate, "-url", target.url)
    assert result.code == UNREADABLE and not target.requests and shows("certificate|tls", result.stderr), result


def test_a_token_file_is_read_again_when_it_changes(leakfinder, serve):
    leakfinder.write("token", "first")
    healthy = PprofAnswers([small_program()])
    target = serve(healthy)

    def rotating(exchange):
        leakfinder.write("token", "second")
        healthy(exchange)
    target.answer = rotating
    leakfinder("analyze", "-save-reports=false", "-samples=3", "-sample-interval=100ms", "-bearer-token-file=token", "-url", target.url)
    sent = [request.header("Authorization") for request in target.requests]
    assert sent[0] == "Bearer first" and sent[-1] == "Bearer second", sent


def test_a_token_may_come_through_a_pipe(leakfinder, quiet):
    result = leakfinder("check", "-bearer-token-file=/dev/stdin", "-url", quiet.url, stdin=b"of-a-command\n")
    assert result.code == CLEAN, result
    assert {request.header("Authorization") for request in quiet.requests} == {"Bearer of-a-command"}


def test_a_tls_target_is_reached_through_a_proxy_s_tunnel(leakfinder, secure, authority):
    with Tunnel(secure.port) as proxy:
        result = leakfinder("check", "-ca", authority.certificate, "-proxy", f"http://zqUser:zqPassword@127.0.0.1:{proxy.port}", "-header=X-Key: k", "-url", secure.url)
    assert result.code == CLEAN, result
    assert proxy.heads and all(head.startswith(f"CONNECT 127.0.0.1:{secure.port} ") for head in proxy.heads), proxy.heads
    assert "Proxy-Authorization: Basic" in proxy.heads[0] and "X-Key" not in proxy.heads[0], "the target's headers are not the proxy's"
    assert secure.requests[0].header("X-Key") == "k" and secure.requests[0].header("Proxy-Authorization") is None


def test_a_proxy_is_used_and_told_the_full_url(leakfinder, serve):
    healthy = PprofAnswers([small_program()])

    def proxy(exchange):
        exchange.request.target = exchange.request.target.removeprefix("http://target.invalid:6060")
        healthy(exchange)
    between = serve(proxy)
    result = leakfinder("check", "-proxy", between.url, "-url=http://target.invalid:6060")
    assert result.code == CLEAN and between.requests, result


def test_loopback_targets_bypass_a_proxy_named_in_no_proxy(leakfinder, quiet):
    result = leakfinder("check", "-url", quiet.url, env={"http_proxy": "http://127.0.0.1:1", "NO_PROXY": "127.0.0.1"})
    assert result.code == CLEAN, result


def test_a_guarded_unix_socket_takes_headers_too(leakfinder, serve):
    target = serve(gate(PprofAnswers([small_program()]), lambda request: request.header("X-Key") == "k"), unix_path=str(leakfinder.folder / "app.sock"))
    assert leakfinder("check", "-header=X-Key: k", "-url", target.url).code == CLEAN
