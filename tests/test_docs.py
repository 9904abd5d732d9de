"""Every LeakFinder command line in the documents runs, and is understood."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fake_target import FakeTarget
from support import certificates, pace, places
from support.binary import CLEAN, FOUND, run
from support.live import LiveTarget
from support.pprof_answers import PprofAnswers, small_program

LOOKS = ("-sample-interval=50ms",)
LEAKPROF = ("-leakprof-samples=2", "-leakprof-interval=100ms")
BRIEF = {"monitor": (f"-monitor-duration={pace.stretched(350):.0f}ms", "-monitor-interval=100ms"), "analyze": LOOKS, "filter": LOOKS, "memory": LOOKS, "check": LOOKS,
         "capture": ("-samples=2", *LOOKS), "patterns": LEAKPROF, "channels": LEAKPROF, "compare": ()}
NO_TARGET = ("help", "version", "explain", "completion")
GUIDE = places.PROJECT / "docs" / "guide.md"


@dataclass(frozen=True)
class Line:
    """A command line of a document: its page, how it is written, its environment, and the words after the program."""

    page: str
    text: str
    env: tuple[tuple[str, str], ...]
    words: tuple[str, ...]

    @property
    def command(self) -> str:
        return next(word for word in self.words if not word.startswith("-") and not re.match(r"https?://|:\d", word))

    @property
    def operands(self) -> list[str]:
        """Targets and files: the words after the command that are no flags, before `--`."""
        own = self.words[:self.words.index("--")] if "--" in self.words else self.words
        return [word for before, word in zip(("", *own), own) if before != "-o" and (word == "-" or not word.startswith("-"))][1:]


def documents() -> list[Path]:
    return [places.PROJECT / "README.md", *sorted((places.PROJECT / "docs").rglob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```(?:{language})\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


def read_line(page: str, text: str) -> Line | None:
    """The LeakFinder part of a shell line: after a pipe, and without environment assignments."""
    words = shlex.split(text, comments=True)
    words = words[len(words) - words[::-1].index("|"):] if "|" in words else words
    count = next((i for i, word in enumerate(words) if not re.match(r"[A-Z_]+=", word)), len(words))
    if count == len(words) or words[count].removeprefix("./") not in ("leakfinder", "leakfinder.sh"):
        return None
    return Line(page, text.strip(), tuple(tuple(word.split("=", 1)) for word in words[:count]), tuple(words[count + 1:]))


def command_lines() -> list[Line]:
    """Each line of a shell block that runs LeakFinder."""
    texts = [(str(page.relative_to(places.PROJECT)), text) for page in documents() for block in blocks(page, "sh|bash|shell")
             for text in re.sub(r"\\\n\s*", " ", block).splitlines()]
    return [line for page, text in texts if (line := read_line(page, text))]


@pytest.fixture(scope="module")
def target(live) -> LiveTarget:
    return live("-mode=healthy")


@pytest.fixture(scope="module")
def own_mux(live, tmp_path_factory) -> tuple[LiveTarget, Path]:
    """A program with pprof on an own mux under /ops, and the unix socket of another."""
    socket = tmp_path_factory.mktemp("socket") / "pprof.sock"
    live("-mode=healthy", f"-unix={socket}")
    return live("-mode=healthy", "-prefix=/ops"), socket


@pytest.fixture(scope="module")
def secure(tmp_path_factory) -> Iterator[tuple[FakeTarget, dict[str, Path]]]:
    """A target that demands a client certificate where one is named, and the files that open it."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command")
    authority = certificates.make_authority(tmp_path_factory.mktemp("authority"))
    certificate, key = authority.issue("client", "extendedKeyUsage=clientAuth")
    with FakeTarget(PprofAnswers([small_program()]), tls=certificates.server_context(authority.issue("server"))) as target:
        yield target, {"ca.pem": authority.certificate, "client.pem": certificate, "client.key": key}


@pytest.fixture(scope="module")
def captured(target, tmp_path_factory) -> Path:
    """A capture of the healthy program."""
    folder = tmp_path_factory.mktemp("captured")
    assert run("capture", "-samples=2", *LOOKS, "-o=orders.tar.gz", target.url, cwd=folder).code == CLEAN
    return folder / "orders.tar.gz"


@pytest.fixture
def desk(leakfinder, target, captured) -> None:
    """Puts the files that the documents speak of into the folder of the run: profiles of a live program, settings, a load."""
    dump = target.get("/debug/pprof/goroutine", debug=2)
    for name in ("dump1.txt", "dump2.txt", "dump3.txt"):
        leakfinder.write(name, dump)
    leakfinder.write("crash.log", "panic: out of orders\n\n" + dump + "exit status 2\n")
    for name in ("before.pb.gz", "after.pb.gz"):
        subprocess.run(["curl", "-sSf", "-o", leakfinder.folder / name, f"{target.url}/debug/pprof/heap"], check=True, timeout=pace.stretched(30))
    for name in ("orders.tar.gz", "before.tar.gz", "after.tar.gz"):
        shutil.copy(captured, leakfinder.folder / name)
    leakfinder.write("patterns.yaml", next(block for block in blocks(GUIDE, "yaml") if block.startswith("# patterns.yaml")))
    leakfinder.write("accepted.yaml", "version: 1\naccepted: []\n")
    leakfinder.write("token", "secret\n")
    leakfinder.write("password", "secret\n")
    leakfinder.write("loadtest.sh", f"#!/bin/sh\ncurl -sSf -o /dev/null {target.url}/hello\n").chmod(0o755)


def aim(word: str, target: LiveTarget, own_mux: tuple[LiveTarget, Path], secure) -> str:
    """The word with a document's address replaced by that of a program that runs here and is reached in the same way."""
    flag, url = ("-url=", word.removeprefix("-url=")) if word.startswith("-url=") else ("", word)
    if found := re.match(r"http://localhost:\d+(/ops.*)", url):
        return f"{flag}{own_mux[0].url}{found.group(1)}"
    if url.startswith("unix://"):
        return f"{flag}unix://{own_mux[1]}"
    if url.startswith("https://"):
        return f"{flag}{secure()[0].url}"
    if re.fullmatch(r"(http://localhost)?:\d+", url):
        return f"{flag}{target.url}"
    return word


def test_the_readme_shows_commands():
    assert sum(line.page == "README.md" for line in command_lines()) >= 5


def test_the_guide_uses_every_command():
    assert {"check", "analyze", "monitor", "compare", "filter", "patterns", "channels", "memory", "capture"} <= {line.command for line in command_lines() if line.page == "docs/guide.md"}


def test_the_guide_has_its_recipes():
    text = GUIDE.read_text()
    for recipe in ("kubectl -n shop port-forward", "docker exec", "http://localhost:8080/ops", "unix:///", "-ca=", "-bearer-token-file"):
        assert any(recipe in block for block in blocks(GUIDE, "sh")), recipe
    assert "github.com/pion" in text


def test_the_readme_names_the_two_commands():
    text = (places.PROJECT / "README.md").read_text()
    assert "./leakfinder.sh demo" in text and "./scripts/test" in text


@pytest.mark.parametrize("line", command_lines(), ids=lambda line: line.text[:60])
def test_the_documents_command_runs(leakfinder, target, own_mux, desk, request, line):
    def opened():
        target_and_files = request.getfixturevalue("secure")
        for name, path in target_and_files[1].items():
            shutil.copy(path, leakfinder.folder / name)
        return target_and_files

    if line.command in NO_TARGET:
        assert leakfinder(*line.words).code == CLEAN
        return
    if line.command == "capture":
        for archive in leakfinder.folder.glob("*.tar.gz"):
            archive.unlink()
    words = [aim(word, target, own_mux, opened) for word in line.words]
    more = [*BRIEF[line.command], "-gc-wait=100ms"]
    if not line.operands and not any(word.startswith("-url=") for word in words):
        more.append(f"-url={target.url}")
    if line.command == "compare" and "--" not in words and not line.operands:
        more.append("-wait=100ms")
    at = words.index("--") if "--" in words else len(words)
    stdin = None
    if "-" in line.operands:
        stdin = (leakfinder.folder / ("before.pb.gz" if line.command == "memory" else "crash.log")).read_bytes()
    result = leakfinder(*words[:at], *more, *words[at:], env=dict(line.env), stdin=stdin, timeout=60)
    assert result.code in (CLEAN, FOUND), f"{line.page}: {line.text}\n{result}"
    if line.command == "check" and "-memory-only" not in words:
        assert re.search(r"(?m)^goroutines +\d", result.stdout), result


def test_the_guides_settings_are_understood(leakfinder, target):
    settings = next(block for block in blocks(GUIDE, "yaml") if block.startswith("# leakfinder.yaml"))
    leakfinder.write("leakfinder.yaml", settings)
    result = leakfinder("check", "-verbose", f"-url={target.url}")
    assert result.code == CLEAN, result
    for key in re.findall(r"(?m)^([a-z-]+):", settings):
        assert re.search(rf"-{key}=.*leakfinder\.yaml", result.stderr), result


def test_the_guides_patterns_are_merged_with_all_others(leakfinder, target, desk):
    result = leakfinder("check", "-verbose", "-patterns-file=patterns.yaml", "-safe-patterns=main.b", f"-url={target.url}", env={"SAFE_PATTERNS": "main.a"})
    assert result.code == CLEAN and all(text in result.stderr for text in ("main.a", "main.b", "patterns.yaml")), result


@pytest.mark.parametrize("page", documents(), ids=lambda page: page.name)
def test_the_links_of_the_document_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    missing = [link for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
               if not re.match(r"\w+:", link) and not (page.parent / link).exists()]
    assert missing == []
