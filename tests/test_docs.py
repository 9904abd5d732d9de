"""Every LeakFinder command line in the documents runs, and is understood."""

import re
import shlex
from pathlib import Path

import pytest

from support import places
from support.binary import CLEAN, FOUND
from support.live import LiveTarget

BRIEF = {
    "monitor": ("-monitor-duration=350ms", "-monitor-interval=100ms"),
    "compare": ("-wait=100ms", "-rounds=1"),
    "analyze": ("-samples=2", "-sample-interval=50ms"),
    "patterns": ("-leakprof-samples=2", "-leakprof-interval=100ms"),
    "channels": ("-leakprof-samples=2", "-leakprof-interval=100ms"),
}
NO_TARGET = ("help", "version", "explain", "completion")


def documents() -> list[Path]:
    return [places.PROJECT / "README.md", *sorted((places.PROJECT / "docs").rglob("*.md"))]


def command_lines() -> list[tuple[str, str]]:
    """(document, line) of each `leakfinder …` line in a shell block."""
    lines = []
    for page in documents():
        for block in re.findall(r"^```(?:sh|bash|shell)\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            for text in re.sub(r"\\\n\s*", " ", block).splitlines():
                if re.match(r"\s*(\./)?leakfinder(\.sh)?\s", text):
                    lines.append((str(page.relative_to(places.PROJECT)), text.strip()))
    return lines


@pytest.fixture(scope="module")
def target(live) -> LiveTarget:
    return live("-mode=healthy")


def test_the_readme_shows_commands():
    assert sum(page == "README.md" for page, _ in command_lines()) >= 5


def test_the_readme_names_the_two_commands():
    text = (places.PROJECT / "README.md").read_text()
    assert "./leakfinder.sh demo" in text and "./scripts/test" in text


@pytest.mark.parametrize("page, text", command_lines(), ids=lambda value: value[:60])
def test_the_documents_command_runs(leakfinder, target, page, text):
    words = shlex.split(text, comments=True)[1:]
    command = next(word for word in words if not word.startswith("-"))
    if command in NO_TARGET:
        result = leakfinder(*words)
    else:
        result = leakfinder(*words, *BRIEF.get(command, ()), "-gc-wait=100ms", "-fail-on=never", f"-url={target.url}", timeout=60)
    assert result.code in (CLEAN, FOUND), f"{page}: {text}\n{result}"


@pytest.mark.parametrize("page", documents(), ids=lambda page: page.name)
def test_the_links_of_the_document_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    missing = [link for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
               if not re.match(r"\w+:", link) and not (page.parent / link).exists()]
    assert missing == []
