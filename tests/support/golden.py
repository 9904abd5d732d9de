"""Golden files of whole outputs: what differs between runs becomes a placeholder; LF_UPDATE_GOLDEN=1 rewrites them."""

import difflib
import os
import re
from pathlib import Path

from . import places

PLACEHOLDERS = (
    (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})"), "<TIME>"),
    (re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"), "<TIME>"),
    (re.compile(r"\b\d{8}_\d{6}\b"), "<STAMP>"),
    (re.compile(r"(?<=127\.0\.0\.1:)\d+"), "<PORT>"),
    (re.compile(r"(?<=localhost:)\d+"), "<PORT>"),
    (re.compile(r'("(?:duration_ms|slowest_ms)": ?)[0-9.]+'), r"\1<MS>"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|µs|us|s)\b"), "<DURATION>"),
    (re.compile(r'("version": ?)"[^"]*"'), r'\1"<VERSION>"'),
)


def neutral(text: str, folder: Path) -> str:
    """The text with times, ports, durations, versions and the test's folder as placeholders."""
    text = text.replace(str(folder), "<FOLDER>")
    for pattern, placeholder in PLACEHOLDERS:
        text = pattern.sub(placeholder, text)
    return text


def expect(name: str, text: str, folder: Path) -> None:
    """Asserts that the neutral text equals the golden file testdata/e2e/NAME; a missing one fails."""
    path, actual = places.GOLDEN / name, neutral(text, folder)
    if os.environ.get("LF_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual)
        return
    assert path.is_file(), f"no golden file testdata/e2e/{name}: look at the output and run with LF_UPDATE_GOLDEN=1\n{actual}"
    difference = difflib.unified_diff(path.read_text().splitlines(), actual.splitlines(), f"testdata/e2e/{name}", "now", lineterm="")
    assert path.read_text() == actual, "\n".join(difference)
