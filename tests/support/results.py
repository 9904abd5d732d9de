"""Writes each test's outcome, seconds, marks and words to the file that LEAKFINDER_RESULTS names: scripts/run_tests reads it."""

import json
import os

import pytest


def tell(item: pytest.Item) -> None:
    """Sends a test's name and marks along with its reports."""
    item.user_properties += [("name", item.nodeid), ("marks", sorted({mark.name for mark in item.iter_markers()}))]


class Results:
    """Listens where reports come together: in the one process, or in the one that leads the workers."""

    def __init__(self, path: str):
        self.path = path
        self.begun: dict[str, dict] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = dict(report.user_properties)
        name = told.get("name", report.nodeid)
        result = self.begun.setdefault(name, {"name": name, "outcome": "passed", "seconds": 0.0, "marks": told.get("marks", []), "words": ""})
        result["seconds"] += report.duration
        if report.failed:
            result["outcome"] = "failed"
            result["words"] += f"{report.longreprtext}\n"
        elif report.skipped and result["outcome"] != "failed":
            result["outcome"] = "skipped"
            result["words"] = reason(report)
        if report.when not in ("setup", "call"):  # torn down, or lost with its worker
            self.write(self.begun.pop(name))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.write({"name": report.nodeid, "outcome": "failed", "seconds": 0.0, "marks": [], "words": report.longreprtext})

    def write(self, result: dict) -> None:
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")


def reason(report: pytest.TestReport) -> str:
    """Why a test was skipped, without the place."""
    words = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(getattr(report, "wasxfail", report.longrepr))
    return words.removeprefix("Skipped: ")


def register(config: pytest.Config) -> None:
    path = os.environ.get("LEAKFINDER_RESULTS")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(path), "leakfinder-results")
