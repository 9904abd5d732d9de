"""Reads a JSON report and holds it to the schema and to what the schema cannot say."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from . import places
from .binary import Result

VERDICTS = {"leak": 0, "suspect": 1, "info": 2}


def validator() -> Draft202012Validator:
    """The validator of report v1."""
    return Draft202012Validator(json.loads(places.SCHEMA.read_text()))


def undescribed(value: Any, schema: dict[str, Any] | None = None, path: str = "") -> list[str]:
    """The fields of a report that the schema does not name."""
    root = json.loads(places.SCHEMA.read_text())
    schema = root if schema is None else schema
    parts, known, items = [schema], {}, None
    while parts:
        part = parts.pop()
        if "$ref" in part:
            parts.append(root["$defs"][part["$ref"].rpartition("/")[2]])
        parts += part.get("allOf", [])
        known.update(part.get("properties", {}))
        items = part.get("items", items)
        if "additionalProperties" in part:
            return []  # a map: its keys are data
    if isinstance(value, list):
        return [problem for one in value for problem in undescribed(one, items or {}, f"{path}[]")]
    if not isinstance(value, dict):
        return []
    return [f"{path}.{key}" for key in value if key not in known] + [
        problem for key, one in value.items() if key in known for problem in undescribed(one, known[key], f"{path}.{key}")]


def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object of these pairs; a key that comes twice is an error."""
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a JSON object has a key twice: {keys}"
    return dict(pairs)


class Report:
    """A parsed and validated report with the run that wrote it."""

    def __init__(self, data: dict[str, Any], run: Result | None = None):
        self.data, self.run = data, run

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def __contains__(self, key: str) -> bool:
        return key in self.data

    @property
    def findings(self) -> list[dict[str, Any]]:
        return self.data["findings"]

    def rules(self, verdict: str | None = None) -> list[str]:
        return [f["rule"] for f in self.findings if verdict in (None, f["verdict"])]

    def with_verdict(self, verdict: str) -> list[dict[str, Any]]:
        return [f for f in self.findings if f["verdict"] == verdict]

    def at_function(self, part: str) -> list[dict[str, Any]]:
        """Findings whose site's function holds this text."""
        return [f for f in self.findings if part in f.get("function", "")]

    def warning_codes(self) -> list[str]:
        return [w["code"] for w in self.data["warnings"]]

    def error_codes(self) -> list[str]:
        return [e["code"] for e in self.data["errors"]]


def parse(text: str, run: Result | None = None) -> Report:
    """The report in this text, after all checks."""
    data = json.loads(text, object_pairs_hook=refuse_duplicates)
    problems = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator().iter_errors(data)]
    assert not problems, "the report breaks its schema:\n" + "\n".join(problems[:20])
    check_consistency(data)
    return Report(data, run)


def of(result: Result) -> Report:
    """The report on this run's stdout."""
    assert result.stdout.strip(), f"no report on stdout\n{result}"
    return parse(result.stdout, result)


def finding_order(finding: dict[str, Any]) -> tuple:
    """The order of findings: verdict, score, count (falling)."""
    return VERDICTS[finding["verdict"]], -finding["score"], -finding.get("count", 0)


def check_consistency(data: dict[str, Any]) -> None:
    """Asserts what must hold between fields of any report."""
    goroutines = data.get("goroutines", {})
    if states := goroutines.get("by_state"):
        assert sum(states.values()) <= goroutines["total"], f"states add up to more than the total: {states}"
    for part in ("goroutines", "memory"):
        times = [s["at"] for s in data.get(part, {}).get("samples", [])]
        assert times == sorted(times), f"{part} samples are not oldest first: {times}"
    open_findings = [f for f in data["findings"] if "accepted" not in f]
    order = [finding_order(f) for f in open_findings]
    assert order == sorted(order), f"findings are out of order: {order}"
    for finding in data["findings"]:
        parts = finding.get("score_parts")
        assert not parts or sum(parts.values()) == finding["score"], f"a score is not the sum of its parts: {finding}"
    leaks = sum(f["verdict"] == "leak" for f in open_findings)
    unknown = data["health"]["level"] == "unknown"
    assert unknown == ("not_judged" in data) == ("score" not in data["health"]), "health that is not judged has no score, but a reason"
    if unknown:
        assert all(f["verdict"] == "info" for f in open_findings), "what was found is judged"
    else:
        assert data["health"]["score"] <= (100 if leaks == 0 else 59 if leaks == 1 else 39), "a leak caps the health score"
