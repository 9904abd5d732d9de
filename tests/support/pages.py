"""Opens HTML reports in Debian's Chromium through playwright-core, by the script tests/pages/look.mjs."""

import fcntl
import functools
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from . import binary, places

WEB = places.PROJECT / "web"
SCREENSHOTS = places.PROJECT / "build" / "pages"
LOOK = places.TESTS / "pages" / "look.mjs"


@functools.cache
def left_out() -> str:
    """Why the binary has no HTML report; empty where it has."""
    if not places.binary().is_file():
        return "there is no binary"
    shown = binary.run("version", "-format=html", cwd=Path("/tmp"))
    return shown.stderr.strip() if "left out of this build" in shown.stderr else ""


@functools.cache
def packages() -> Path:
    """The folder whose node_modules hold playwright-core and typescript, made from web/package-lock.json."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("needs node and npm (scripts/setup web)")
    folder = places.PROJECT / "build" / "pages" / "npm"
    lock = (WEB / "package-lock.json").read_bytes()
    stamp = folder / "node_modules" / ".installed-lock"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as beside:
        fcntl.flock(beside, fcntl.LOCK_EX)
        install(folder, lock, stamp)
    return folder


def install(folder: Path, lock: bytes, stamp: Path) -> None:
    npm = shutil.which("npm")
    if not stamp.is_file() or stamp.read_bytes() != lock:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(WEB / name, folder / name)
        done = subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"],
                              cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            pytest.skip(f"npm packages for the browser cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
        stamp.write_bytes(lock)


def chromium() -> str:
    found = shutil.which("chromium")
    if not found:
        pytest.skip("needs chromium (scripts/setup pages)")
    return found


def look(what: str, *arguments: str | Path) -> Any:
    """What the function `what` of look.mjs sees in a browser."""
    folder, browser = packages(), chromium()
    done = subprocess.run(["node", str(LOOK), str(folder), browser, what, *map(str, arguments)],
                          capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Blocks(HTMLParser):
    """The elements of a report that carry data: its JSON blocks by id, its policy, its plain summary, every start tag."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.policy = ""
        self.plain = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"] or ""
        if tag not in ("meta", "link", "br", "img", "input"):
            self.open.append(f"{tag}#{found.get('id', '')}")

    def handle_endtag(self, tag):
        while self.open and self.open.pop().split("#")[0] != tag:
            pass

    def handle_data(self, data):
        if self.open:
            self.texts[self.open[-1]] = self.texts.get(self.open[-1], "") + data
        if any(name.startswith("noscript") for name in self.open):
            self.plain += data

    def json(self, name: str) -> Any:
        return json.loads(self.texts[f"script#{name}"])


def identities(text: str) -> list[tuple[str, str, int | None]]:
    """Id, verdict and count of each finding of a report in HTML."""
    return [(f["id"], f["verdict"], f.get("count")) for f in Blocks(text).json("report")["findings"]]


def plain_identities(text: str) -> list[tuple[str, str]]:
    """Id and verdict of each finding of what a reader without JavaScript sees."""
    markup = text[text.index("<noscript>"):text.index("</noscript>")]
    return [(identity, verdict) for verdict, identity in re.findall(r'(?s)<section class="finding (\w+)">.*?id <code>([\w-]+)</code>', markup)]
