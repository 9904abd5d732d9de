"""Fixtures of the end-to-end tests. What they stand on is in support/."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fake_target import Answer, FakeTarget
from support import binary, pace, places, report, results
from support.live import LiveTarget
from support.pprof_answers import PprofAnswers, small_program


# A test that has one of these fixtures carries the mark; others are marked where they stand.
MARK_OF = {"live": "live", "monitor": "terminal", "offers": "terminal"}


def pytest_configure(config: pytest.Config) -> None:
    pace.share()
    results.register(config)


def pytest_itemcollected(item: pytest.Item) -> None:
    for fixture, mark in MARK_OF.items():
        if fixture in item.fixturenames:
            item.add_marker(mark)
    results.tell(item)


def pytest_sessionstart(session: pytest.Session) -> None:
    # A shell's background job ignores Ctrl-C, and what it starts inherits that; the binary would respect it.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    if not places.binary().is_file() and not session.config.option.collectonly:
        pytest.exit(f"no binary at {places.binary()}: run scripts/build, or name one in LEAKFINDER_BINARY", returncode=2)


def pytest_report_header() -> list[str]:
    from support import golang
    found = golang.default()
    newer = golang.exactly("1.27.0")
    return [f"binary: {places.binary()}", f"go: {found.version if found else 'none'}; for the leak profile: {newer.version if newer else 'none'}"]


class Leakfinder:
    """The binary under test, run in a folder of the test's own."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __call__(self, *args, **options) -> binary.Result:
        return binary.run(*args, **{"cwd": self.folder, **options})

    def start(self, *args, **options) -> binary.Running:
        return binary.start(*args, **{"cwd": self.folder, **options})

    def json(self, *args, **options) -> report.Report:
        """Runs with -format=json; the report is validated."""
        return report.of(self(*args, "-format=json", **options))

    def write(self, name: str, content: bytes | str) -> Path:
        """Writes a file into the test's folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture
def leakfinder(tmp_path: Path) -> Leakfinder:
    folder = tmp_path / "work"
    folder.mkdir()
    return Leakfinder(folder)


@pytest.fixture
def serve() -> Iterator:
    """Starts fake targets that end with the test: serve(answer, unix_path=…, tls=…)."""
    with ExitStack() as stack:
        def start(answer: Answer | None = None, **options) -> FakeTarget:
            return stack.enter_context(FakeTarget(answer or PprofAnswers([small_program()]), **options))
        yield start


@pytest.fixture
def quiet(serve) -> FakeTarget:
    """A small healthy fake target."""
    return serve()


@pytest.fixture(scope="module")
def live() -> Iterator:
    """Starts live Go programs that end with the module: live("-mode=healthy"); equal flags share one program."""
    started: dict[tuple, LiveTarget] = {}

    def start(*flags: str, fresh: bool = False, **options) -> LiveTarget:
        key = (*flags, options.get("toolchain"), len(started) if fresh else None)
        if key not in started:
            started[key] = LiveTarget(*flags, **options)
        return started[key]
    yield start
    for target in started.values():
        target.stop()
