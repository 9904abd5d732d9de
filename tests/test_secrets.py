"""What opens a target is shown nowhere: not on stdout or stderr, not with -verbose, in no format, report or error, whatever the target answers."""

import base64
import gzip
import io
import shutil
import tarfile

import pytest

from misbehaviours import LOGIN_PAGE, redirect_loop, silent, status
from support import certificates, pages
from support.places import slowdown
from support.pprof_answers import PprofAnswers, small_program
from test_notify import Webhook

# Each secret is unlike any other text; a name in it tells the leak's source.
URL_USER, URL_PASSWORD, URL_QUERY = "zqUrlUser", "zqUrlPassword", "zqUrlQuery"
HEADER, COOKIE = "zqHeaderValue", "zqCookieValue"
TOKEN, USER, PASSWORD = "zqFileToken", "zqFlagUser", "zqFilePassword"
PROXY_USER, PROXY_PASSWORD = "zqProxyUser", "zqProxyPassword"
NOTIFY = "zqNotifyPath"
SECRETS = (URL_USER, URL_PASSWORD, URL_QUERY, HEADER, COOKIE, TOKEN, USER, PASSWORD, PROXY_USER, PROXY_PASSWORD, NOTIFY)
FORMATS = "text,json,markdown,sarif,junit,github" + ("" if pages.left_out() else ",html")


def spellings() -> list[bytes]:
    """Every secret as it is, and as basic authentication sends it."""
    pairs = [(URL_USER, URL_PASSWORD), (USER, PASSWORD), (PROXY_USER, PROXY_PASSWORD)]
    return [secret.encode() for secret in SECRETS] + [base64.b64encode(f"{user}:{password}".encode()) for user, password in pairs]


def unpacked(name: str, content: bytes) -> dict[str, bytes]:
    """A file as it is, and what is packed in it, at any depth."""
    found = {name: content}
    if content.startswith(b"\x1f\x8b"):
        found |= unpacked(f"{name} unzipped", gzip.decompress(content))
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive.getmembers():
                found |= unpacked(f"{name}/{member.name}", archive.extractfile(member).read() if member.isfile() else b"")
    return found


def assert_secret(result, folder, given=("token", "password", "leakfinder.yaml")) -> None:
    """Greps all that a run has written; `given` are the files that hold secrets because the test put them there."""
    written = {"stdout": result.stdout_bytes, "stderr": result.stderr_bytes}
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in given:
            written |= unpacked(str(path), path.read_bytes())
    leaks = [(name, spelling) for name, content in written.items() for spelling in spellings() if spelling in content]
    names = [(path, spelling) for path in folder.rglob("*") for spelling in spellings() if spelling.decode() in path.name]
    assert not leaks and not names, f"{leaks} {names}\n{result}"


def echo(exchange) -> None:
    """An error page that shows the request that it refuses, as debugging middleware does."""
    request = exchange.request
    lines = f"{request.target} " + " ".join(f"{name}: {value}" for name, value in request.headers)
    exchange.answer(500, lines.encode())


def titled(exchange) -> None:
    """A web page that shows the request in its title."""
    request = exchange.request
    shown = f"{request.target} " + " ".join(f"{name}: {value}" for name, value in request.headers)
    exchange.answer(200, f"<!DOCTYPE html><html><head><title>{shown}</title></head><body>{shown}</body></html>".encode(), "text/html")


def redirect_with_query(exchange) -> None:
    exchange.answer(302, b"", Location=f"http://{URL_USER}:{URL_PASSWORD}@elsewhere.invalid/login?next={URL_QUERY}&code={HEADER}")


def unauthorized(exchange) -> None:
    exchange.answer(401, f"bad credentials {HEADER}".encode(), WWW_Authenticate=f'Basic realm="{HEADER}"')


HEALTHY = PprofAnswers([small_program()])
BEHAVIOURS = {
    "is healthy": HEALTHY, "is silent": silent, "refuses": unauthorized, "forbids": status(403), "knows nothing": status(404),
    "fails": status(500), "shows the request in its error": echo, "shows the request in its title": titled,
    "redirects away": redirect_with_query,
    "redirects in a circle": redirect_loop, "logs in": lambda exchange: exchange.answer(200, LOGIN_PAGE, "text/html"),
    "closes": lambda exchange: exchange.close(),
}


def url_of(target, query: bool = True) -> str:
    return target.url.replace("://", f"://{URL_USER}:{URL_PASSWORD}@") + (f"/?token={URL_QUERY}" if query else "")


def in_argv() -> list[str]:
    return [f"-header=X-Api-Key: {HEADER}", f"-header=Cookie: session={COOKIE}"]


def in_files(leakfinder) -> list[str]:
    leakfinder.write("token", TOKEN + "\n")
    leakfinder.write("password", PASSWORD + "\n")
    return [f"-user={USER}", "-password-file=password"]


COMMANDS = {
    "analyze": ("-sample-interval=10ms",), "check": (), "memory": (), "patterns": ("-leakprof-samples=2", "-leakprof-interval=10ms"),
    "channels": ("-leakprof-samples=2", "-leakprof-interval=10ms"), "filter": ("-filter-func=work",), "compare": ("-wait=10ms",),
    "monitor": ("-monitor-duration=100ms", "-monitor-interval=50ms"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_what_was_given_in_the_address_and_headers(leakfinder, serve, command):
    target = serve()
    result = leakfinder(command, *COMMANDS[command], *in_argv(), "-verbose", "-url", url_of(target), timeout=40 * slowdown())
    assert result.code in (0, 1), result
    assert [request for request in target.requests if request.header("X-Api-Key") == HEADER and URL_QUERY in request.target], "it was not sent at all"
    assert_secret(result, leakfinder.folder)


@pytest.mark.parametrize("command", ["analyze", "check", "memory"])
def test_no_format_and_no_saved_report_shows_it(leakfinder, serve, command):
    target = serve()
    result = leakfinder(command, *COMMANDS[command], *in_argv(), "-verbose", f"-format={FORMATS}", "-o", "./out/report", "-reports-dir=saved", "-save-reports",
                        "-url", url_of(target))
    assert len(list((leakfinder.folder / "out").iterdir())) == len(FORMATS.split(",")), result
    assert_secret(result, leakfinder.folder)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_no_error_shows_what_was_given_where_a_target(leakfinder, serve, behaviour, form):
    target = serve(BEHAVIOURS[behaviour])
    result = leakfinder("analyze", "-timeout=300ms", "-samples=1", "-verbose", *in_argv(), f"-format={form}", "-url", url_of(target))
    assert_secret(result, leakfinder.folder)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_no_error_shows_what_came_from_files_where_a_target(leakfinder, serve, behaviour):
    target = serve(BEHAVIOURS[behaviour])
    for access in (in_files(leakfinder), ["-bearer-token-file=token"]):
        result = leakfinder("check", "-timeout=300ms", "-verbose", *access, "-format=json", "-url", target.url)
        sent = {request.header("Authorization") for request in target.requests}
        assert any(value and value.startswith(("Basic ", "Bearer ")) for value in sent), "it was not sent at all"
        assert_secret(result, leakfinder.folder)


def test_the_environment_and_the_configuration_file_are_masked_by_verbose(leakfinder, serve):
    target = serve()
    leakfinder.write("leakfinder.yaml", f"header: ['X-Api-Key: {HEADER}']\nuser: {USER}\n")
    env = {"LEAKFINDER_PASSWORD": PASSWORD, "LEAKFINDER_HEADER": f"Cookie: {COOKIE}", "LEAKFINDER_URL": url_of(target)}
    result = leakfinder("check", "-verbose", "-format=json", env=env)
    assert target.requests and "header" in result.stderr, result
    assert_secret(result, leakfinder.folder)


@pytest.mark.parametrize("how", ["flag", "environment"])
@pytest.mark.parametrize("answers", ["well", "refused", "407", "shows", "nothing"])
def test_a_proxy_keeps_its_credentials(leakfinder, serve, how, answers):
    def proxy(exchange):
        exchange.request.target = exchange.request.target.removeprefix("http://target.invalid:6060")
        HEALTHY(exchange)
    between = serve({"well": proxy, "refused": proxy, "407": status(407), "shows": echo, "nothing": silent}[answers])
    port = 1 if answers == "refused" else between.port
    address = f"http://{PROXY_USER}:{PROXY_PASSWORD}@127.0.0.1:{port}"
    args, env = (["-proxy", address], {}) if how == "flag" else ([], {"http_proxy": address})
    result = leakfinder("check", "-timeout=500ms", "-verbose", "-format=json", *args, "-url=http://target.invalid:6060", env=env)
    assert result.code == (0 if answers == "well" else 3), result
    assert_secret(result, leakfinder.folder)


@pytest.mark.parametrize("address", [
    f"http://{URL_USER}:{URL_PASSWORD}@127.0.0.1:1/?token={URL_QUERY}", f"http://{URL_USER}:{URL_PASSWORD}@nowhere.invalid/?token={URL_QUERY}",
    f"http://{URL_USER}:{URL_PASSWORD}@[::1", f"http://{URL_USER}:{URL_PASSWORD}@h:99999/", f"ftp://{URL_USER}:{URL_PASSWORD}@h/",
    f"http://{URL_USER}:{URL_PASSWORD}@h /", f"http://{URL_USER}:{URL_PASSWORD}@h/\x1b?x={URL_QUERY}", f"{URL_USER}:{URL_PASSWORD}@h:1",
    f"https://{URL_USER}:{URL_PASSWORD}@127.0.0.1:1/?{URL_QUERY}"])
@pytest.mark.parametrize("how", ["flag", "argument", "environment"])
def test_an_address_that_leads_nowhere_is_shown_without_them(leakfinder, address, how):
    args = {"flag": ["-url", address], "argument": [address], "environment": []}[how]
    env = {"LEAKFINDER_URL": address} if how == "environment" else {}
    result = leakfinder("check", "-timeout=500ms", "-verbose", "-format=json", *args, env=env, timeout=40)
    assert result.code in (2, 3), result
    assert_secret(result, leakfinder.folder)


@pytest.mark.parametrize("args", [
    [f"-header={HEADER}"], ["-header", f": {HEADER}"], [f"-header=A: {HEADER}\r\nB: c"], [f"-proxy=ftp://{PROXY_USER}:{PROXY_PASSWORD}@h"],
    [f"-proxy=http://{PROXY_USER}:{PROXY_PASSWORD}@[::1"], [f"-user={USER}:{PASSWORD}"], [f"-user={USER}", "-password-file=missing"]], ids=str)
def test_a_value_that_is_refused_is_not_quoted(leakfinder, quiet, args):
    result = leakfinder("check", "-verbose", *args, "-url", quiet.url)
    assert_secret(result, leakfinder.folder)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
def test_a_certificate_that_is_refused_shows_nothing_of_them(leakfinder, serve, tmp_path):
    folder = tmp_path / "authority"
    folder.mkdir()
    target = serve(tls=certificates.server_context(certificates.make_authority(folder).issue("server")))
    result = leakfinder("check", "-verbose", *in_argv(), "-format=json", "-url", url_of(target))
    assert result.code == 3 and not target.requests, result
    assert_secret(result, leakfinder.folder)


@pytest.mark.parametrize("name", ["taken", "taken.tar.gz"])
def test_a_capture_holds_nothing_that_opens_the_target(leakfinder, serve, name):
    target = serve()
    result = leakfinder("capture", "-o", name, "-samples=2", "-sample-interval=10ms", "-verbose", *in_argv(), "-url", url_of(target))
    assert result.code == 0 and target.requests[0].header("X-Api-Key") == HEADER, result
    assert_secret(result, leakfinder.folder)
    again = leakfinder("analyze", name, f"-format={FORMATS}", "-o", "./out/report", "-verbose")
    assert_secret(again, leakfinder.folder)


@pytest.mark.parametrize("form", ["", "slack+", "alertmanager+"])
@pytest.mark.parametrize("answers", [200, 302, 403, 500])
def test_a_notice_tells_neither_its_own_address_nor_the_target_s(leakfinder, serve, answers, form):
    target = serve()
    with Webhook(answers, echoes=True) as hook:
        address = hook.url.replace("://", f"://{USER}:{PASSWORD}@") + f"/services/{NOTIFY}?key={TOKEN}"
        result = leakfinder("check", "-verbose", f"-format={FORMATS}", "-o", "./out/report", "-save-reports", *in_argv(), f"-notify={form}{address}", "-url", url_of(target))
    assert_secret(result, leakfinder.folder)
    for path, headers, body in hook.received:
        assert path == f"/services/{NOTIFY}?key={TOKEN}"
        assert not [spelling for spelling in spellings() if spelling in body], body
    assert hook.received or form == "alertmanager+", "it was not sent at all"


@pytest.mark.parametrize("address", [f"http://{USER}:{PASSWORD}@127.0.0.1:1/{NOTIFY}", f"ftp://127.0.0.1/{NOTIFY}", f"http://[::1/{NOTIFY}", NOTIFY])
@pytest.mark.parametrize("how", ["flag", "environment", "file"])
def test_a_webhook_that_is_not_there_is_not_shown(leakfinder, quiet, address, how):
    if how == "file":
        leakfinder.write("leakfinder.yaml", f"notify: '{address}'\n")
    env = {"LEAKFINDER_NOTIFY": address} if how == "environment" else {}
    result = leakfinder("check", "-verbose", "-format=json", *([f"-notify={address}"] if how == "flag" else []), "-url", quiet.url, env=env)
    assert result.code in (2, 3), result
    assert_secret(result, leakfinder.folder)


def test_the_command_line_of_a_target_is_not_kept(leakfinder, serve):
    """/debug/vars holds it; it often holds passwords."""
    class Talkative(PprofAnswers):
        def answer_variables(self, exchange):
            exchange.answer(200, f'{{"cmdline":["app","-password={PASSWORD}"],"memstats":{{"HeapAlloc":1,"NumGC":1}}}}'.encode(), "application/json")
    target = serve(Talkative([small_program()], index_counts={"heap": "9000"}))
    result = leakfinder("memory", "-format=json", "-save-reports", "-url", target.url)
    assert_secret(result, leakfinder.folder)
    assert not [request for request in target.requests if request.profile == "cmdline"]
