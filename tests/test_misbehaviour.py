"""Whatever a target does, LeakFinder ends in time, within its memory, with one clear message and the right exit code."""

import pytest

from fake_target import FakeTarget
from misbehaviours import ROWS, Row, shows
from support import binary, report
from support.places import instrumented, slowdown
from support.pprof_answers import PprofAnswers, small_program

pytestmark = pytest.mark.timing
TIMEOUT = 1.0
MEMORY = 200 << 20


def timeout_of(row: Row) -> float:
    """The -timeout that the row's run has, in seconds."""
    given = [arg.partition("=")[2] for arg in row.args if arg.startswith("-timeout=")]
    return float(given[-1].removesuffix("s")) if given else TIMEOUT


RUNS = [*((row, "url") for row in ROWS), *((row, "named_url") for row in ROWS if row.wire)]


@pytest.fixture(scope="module", params=RUNS, ids=lambda run: run[0].name + (" through libcurl" if run[1] == "named_url" else ""))
def outcome(request, tmp_path_factory) -> tuple[Row, binary.Result]:
    """One run against one misbehaving target, shared by the tests that look at it."""
    row, url = request.param
    folder = tmp_path_factory.mktemp("misbehaving")
    with FakeTarget(row.does(PprofAnswers([small_program()])), accepts=row.accepts) as target:
        args = (f"-timeout={TIMEOUT}s", *row.args, "-url", getattr(target, url))
        return row, binary.run_measured(*args, cwd=folder, timeout=60 * slowdown())


def test_the_exit_code_is_right_when_a_target(outcome):
    row, result = outcome
    assert result.code in ((row.code,) if isinstance(row.code, int) else row.code), result


def test_the_output_says_what_happened_when_a_target(outcome):
    row, result = outcome
    assert shows(row.says, result.stdout + result.stderr), f"wanted {row.says!r}\n{result}"


def test_it_ends_within_the_timeout_and_a_second_when_a_target(outcome):
    row, result = outcome
    assert result.seconds < timeout_of(row) + slowdown(), result


def test_it_stays_under_200_mib_when_a_target(outcome):
    _, result = outcome
    if instrumented() > 1:
        pytest.skip("a sanitizer build has memory of its own")
    assert result.peak_rss_bytes < MEMORY, result


def test_the_error_is_one_clean_line_when_a_target(outcome):
    _, result = outcome
    if result.code != 3:
        pytest.skip("it was survived")
    errors = [line for line in result.error_lines if line.startswith("leakfinder: ")]
    assert 1 <= len(errors) <= 2, result  # goroutines and heap may fail each in its own way
    assert all(len(line) < 600 and line.isprintable() for line in errors), result


@pytest.mark.parametrize("row", [row for row in ROWS if row.name in (
    "is silent for the heap only", "fails for the heap only", "fails for the goroutines only", "never ends its heap", "answers 503", "accepts and is silent")],
    ids=lambda row: row.name)
def test_json_stays_valid_and_names_the_error_when_a_target(row: Row, serve, leakfinder):
    target = serve(row.does(PprofAnswers([small_program()])))
    result = leakfinder(f"-timeout={TIMEOUT}s", *row.args, "-format=json", "-url", target.url, timeout=60 * slowdown())
    assert result.code == 3, result
    assert report.of(result)["errors"], result


def test_what_was_measured_is_shown_when_the_heap_fails(serve, leakfinder):
    row = next(row for row in ROWS if row.name == "fails for the heap only")
    target = serve(row.does(PprofAnswers([small_program()])))
    shown = leakfinder.json("check", "-url", target.url)
    assert shown["goroutines"]["total"] == small_program().total
    assert "memory" not in shown


def test_no_request_follows_the_first_timeout(serve, leakfinder):
    row = next(row for row in ROWS if row.name == "accepts and is silent")
    target = serve(row.does(PprofAnswers([small_program()])))
    leakfinder("analyze", "-timeout=500ms", "-url", target.url)
    assert len(target.requests) == 1, target.requests


@pytest.mark.parametrize("hundred", [100, 200, 300, 400, 500])
def test_every_other_status_is_one_line_that_names_it(serve, leakfinder, hundred):
    """The rows have those that a person meets; here are all that there may be."""
    numbers = [number for number in range(hundred, hundred + 100) if number not in (100, 102, 103, 200)]
    for number in numbers[::1 if instrumented() == 1 else 9]:
        target = serve(lambda exchange, number=number: exchange.send(f"HTTP/1.1 {number} Odd\r\nContent-Length: 3\r\n\r\nno\n".encode()))
        result = leakfinder(f"-timeout={TIMEOUT}s", "check", "-url", target.url)
        assert result.code == 3 and len(result.error_lines) == 1 and result.seconds < TIMEOUT + slowdown(), (number, result)
        assert str(number) in result.stderr or number in range(100, 200), (number, result)
