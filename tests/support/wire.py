"""profile.proto by hand: a writer for synthetic programs and an independent reader for expected totals.

Format: github.com/google/pprof/proto/profile.proto. The reader shares nothing with the product, so both can be compared.
"""

import gzip
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def number(tag: int, value: int) -> bytes:
    return varint(tag << 3) + varint(value)


def block(tag: int, data: bytes) -> bytes:
    return varint(tag << 3 | 2) + varint(len(data)) + data


class ProfileWriter:
    """Writes one profile in the runtime's field order: strings last."""

    def __init__(self, sample_types: list[tuple[str, str]], period_type: tuple[str, str], period: int):
        self.strings: dict[str, int] = {"": 0}
        self.functions: dict[tuple, int] = {}
        self.locations: dict[tuple, int] = {}
        self.out = bytearray(block(11, self._value_type(period_type)) + number(12, period))
        for value_type in sample_types:
            self.out += block(1, self._value_type(value_type))

    def _string(self, text: str) -> int:
        return self.strings.setdefault(text, len(self.strings))

    def _value_type(self, value_type: tuple[str, str]) -> bytes:
        return number(1, self._string(value_type[0])) + number(2, self._string(value_type[1]))

    def _function(self, frame: Any) -> int:
        key = frame.function, frame.file
        if key not in self.functions:
            self.functions[key] = len(self.functions) + 1
            name = self._string(frame.function)
            self.out += block(5, number(1, self.functions[key]) + number(2, name) + number(3, name) + number(4, self._string(frame.file)) + number(5, frame.first_line))
        return self.functions[key]

    def _location(self, frame: Any) -> int:
        key = frame.function, frame.file, frame.line
        if key not in self.locations:
            function = self._function(frame)
            self.locations[key] = len(self.locations) + 1
            line = number(1, function) + number(2, frame.line)
            self.out += block(4, number(1, self.locations[key]) + number(2, 1) + number(3, 0x480000 + 16 * self.locations[key]) + block(4, line))
        return self.locations[key]

    def add(self, frames: Iterable[Any], values: list[int], labels: Iterable[tuple[str, str]] = ()) -> None:
        """One sample: frames leaf first, one value a sample type."""
        ids = [self._location(frame) for frame in frames]
        data = block(1, b"".join(map(varint, ids))) + block(2, b"".join(map(varint, values)))
        for key, value in labels:
            data += block(3, number(1, self._string(key)) + number(2, self._string(value)))
        self.out += block(2, data)

    def finish(self) -> bytes:
        mapping = number(1, 1) + number(2, 0x400000) + number(3, 0x900000) + number(5, self._string("/src/app/app")) + number(7, 1)
        tail = number(9, 1_790_000_000_000_000_000) + block(3, mapping)
        return bytes(self.out) + tail + b"".join(block(6, text.encode("utf-8", "surrogateescape")) for text in self.strings)


@dataclass
class Profile:
    """What the reader keeps of a profile."""

    sample_types: list[str] = field(default_factory=list)
    samples: list[tuple[list[int], list[int]]] = field(default_factory=list)  # (location ids, values)
    locations: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # id -> (function id, line), innermost first
    functions: dict[int, str] = field(default_factory=dict)

    def total(self, sample_type: str) -> int:
        """Sum of one value over all samples."""
        column = self.sample_types.index(sample_type)
        return sum(values[column] for _, values in self.samples)

    def stack(self, location_ids: list[int]) -> list[str]:
        """Function names of a stack, leaf first."""
        return [self.functions[f] for i in location_ids for f, _ in self.locations[i]]


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message: (tag, int or bytes)."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        elif key & 7 == 2:
            length, at = read_varint(data, at)
            value, at = data[at:at + length], at + length
        else:
            raise ValueError(f"unexpected wire type {key & 7} at byte {at}")
        yield key >> 3, value


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def packed(values: list[Any]) -> list[int]:
    """Repeated numbers, packed or not; signed as int64."""
    out: list[int] = []
    for value in values:
        if isinstance(value, int):
            out.append(value)
            continue
        at = 0
        while at < len(value):
            one, at = read_varint(value, at)
            out.append(one)
    return [v - (1 << 64) if v >> 63 else v for v in out]


def grouped(data: bytes) -> dict[int, list[Any]]:
    by_tag: dict[int, list[Any]] = defaultdict(list)
    for tag, value in fields(data):
        by_tag[tag].append(value)
    return by_tag


def read(data: bytes) -> Profile:
    """Decodes a profile, gzipped or not."""
    top = grouped(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    strings = [text.decode("utf-8", "replace") for text in top[6]]
    profile = Profile([strings[grouped(value_type)[1][0]] for value_type in top[1]])
    for raw in top[5]:
        message = grouped(raw)
        profile.functions[message[1][0]] = strings[message[2][0]]
    for raw in top[4]:
        message = grouped(raw)
        lines = [grouped(line) for line in message[4]]
        profile.locations[message[1][0]] = [(line[1][0], line[2][0] if line[2] else 0) for line in lines]
    for raw in top[2]:
        message = grouped(raw)
        profile.samples.append((packed(message[1]), packed(message[2])))
    return profile
