"""The table of rows: what is measured against what, and the bar each ratio is held to. Adding one is one class and one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from .processes import Failed, Measurement
from .workshop import Workshop

Round = dict[str, Measurement]


@dataclass(frozen=True)
class Bar:
    """A ratio within a round, and what it must reach. `bound` is None for what is only shown."""

    name: str
    ratio: Callable[[Round], float]
    bound: float | None
    at_least: bool = True
    unit: str = "x"

    def met(self, value: float) -> bool:
        return self.bound is None or (value >= self.bound if self.at_least else value <= self.bound)


@dataclass
class Row:
    """One line of the table. `prepare` builds and checks (it may raise Skipped), then each call of the result is a round."""

    name: str
    brief: str
    bars: list[Bar]
    prepare: Callable[[Workshop], Callable[[], Round]]
    rounds: int | None = None  # at most
    slow: bool = False  # left out by --quick


def faster(ours: str, peer: str, bound: float | None) -> Bar:
    """How many times `peer`'s time is of ours; of a tool that a round left out there is none."""
    return Bar(f"{peer} / {ours}", lambda r: r[peer].seconds / r[ours].seconds, bound)


def at_most(ours: str, peer: str, bound: float | None) -> Bar:
    """Our time as a share of `peer`'s."""
    return Bar(f"{ours} / {peer}", lambda r: r[ours].seconds / r[peer].seconds, bound, at_least=False)


def same_answers(measured: Round, keys: tuple[str, ...], tools: tuple[str, ...]) -> None:
    """Raises Failed where two tools tell different things of the same input. A peer leaves out what is zero."""
    for key in keys:
        told = {tool: measured[tool].answer.get(key) or None for tool in tools if tool in measured}
        if len(set(told.values())) > 1:
            raise Failed(f"answers differ: {key} is {told}")


def mebibytes(value: int | None) -> float:
    if value is None:
        raise Failed("no peak memory was told")
    return value / 2**20


def beyond_identities(measurement: Measurement) -> float:
    """Peak memory without the 24 bytes that each goroutine may cost, in MiB."""
    return mebibytes(measurement.peak_rss_bytes) - 24 * int(measurement.answer["goroutines"]) / 2**20


def all_rows() -> list[Row]:
    from . import rows_files, rows_live

    return [*rows_files.ROWS, *rows_live.ROWS]


