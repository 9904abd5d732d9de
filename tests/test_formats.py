"""The formats of one run: each valid by its own rules, and all with the same ids, counts and verdicts."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace

import pytest

from support import pages, places, report, schemas
from support.binary import FOUND
from support.pprof_answers import small_program
from support.synthetic import Group, Program, frames

# What identifies a finding in every format: id, verdict and count.
Identity = tuple[str, str, int | None]

STUCK = Group(7, "chan receive (nil chan)", frames("main.(*hub).wait /src/app/hub.go:30", "main.run /src/app/hub.go:12"), frames("main.start /src/app/hub.go:8")[0], 400)
SENDERS = Group(1200, "chan send", frames("main.ask.func1 /src/app/ask.go:17"), frames("main.ask /src/app/ask.go:15")[0], 5000)
FORMATS = {"text": ".txt", "json": ".json", "markdown": ".md", "sarif": ".sarif", "junit": ".xml", "github": ".github"}
if not pages.left_out():
    FORMATS["html"] = ".html"
SARIF_VERDICTS = {"error": "leak", "warning": "suspect", "note": "info"}
COMMANDS = {"error": "leak", "warning": "suspect", "notice": "info"}


@pytest.fixture
def written(leakfinder) -> dict[str, str]:
    """One run over a growing site and a stuck one, in every format."""
    names = []
    for i in range(4):
        program = Program((*small_program().groups, STUCK, replace(SENDERS, count=1200 + 10 * i)), small_program().sites)
        names.append(leakfinder.write(f"s{i}.txt", program.debug2()).name)
    names.append(leakfinder.write("heap.txt", program.heap_debug1()).name)
    result = leakfinder("analyze", "-sample-interval=10s", "-source-root=/src/app", f"-format={','.join(FORMATS)}", "-o", "out", *names)
    assert result.code == FOUND, result
    return {name: (leakfinder.folder / f"out{extension}").read_text(encoding="utf-8") for name, extension in FORMATS.items()}


def number(text: str | None) -> int | None:
    return int(text.replace(",", "")) if text else None


def amount(text: str) -> int | None:
    """The count in an amount in words: "1,230 goroutines in …", "8.6 MiB, 90,000 objects"."""
    found = re.search(r"([\d,]+) (?:goroutine|object)", text)
    return number(found[1]) if found else None


def read_json(text: str) -> list[Identity]:
    return [(f["id"], f["verdict"], f.get("count")) for f in json.loads(text)["findings"]]


def read_text(text: str) -> list[Identity]:
    blocks = re.findall(r"(?ms)^(LEAK|SUSPECT|INFO) +(.*?)^  rule .*?id ([\w-]+)", text)
    return [(identity, verdict.lower(), amount(body)) for verdict, body, identity in blocks]


def read_markdown(text: str) -> list[Identity]:
    blocks = re.findall(r"(?ms)^### \S+ (Leak|Suspect|Info): .*?^\*\*(.*?)\*\*$.*?<sub>(\w+) · .*? · id `([\w-]+)`</sub>", text)
    assert all(heading.lower() == verdict for heading, _, verdict, _ in blocks)
    return [(identity, verdict, amount(words)) for _, words, verdict, identity in blocks]


def read_sarif(text: str) -> list[Identity]:
    results = json.loads(text)["runs"][0]["results"]
    assert all(SARIF_VERDICTS[r["level"]] == r["properties"]["verdict"] for r in results)
    return [(r["partialFingerprints"]["leakfinderId/v1"], r["properties"]["verdict"], r["properties"].get("count")) for r in results]


def read_junit(text: str) -> list[Identity]:
    found = []
    for case in ElementTree.fromstring(text).iter("testcase"):
        values = {p.get("name"): p.get("value") for p in case.iter("property")}
        if values:
            found.append((values["id"], values["verdict"], number(values.get("count"))))
    return found


def read_github(text: str) -> list[Identity]:
    found = []
    for command, words, verdict, identity in re.findall(r"(?m)^::(error|warning|notice) [^:]*::(.*)%0A\((\w+), [^,]*, id ([\w-]+)\)$", text):
        assert COMMANDS[command] == verdict
        found.append((identity, verdict, amount(words)))
    return found


READERS: dict[str, Callable[[str], list[Identity]]] = {
    "text": read_text, "markdown": read_markdown, "sarif": read_sarif, "junit": read_junit, "github": read_github, "html": pages.identities}


def test_ids_counts_and_verdicts_are_the_same_in_every_format(written):
    expected = read_json(written["json"])
    assert {verdict for _, verdict, _ in expected} >= {"leak"} and any(count and count > 1000 for _, _, count in expected), expected
    for name in FORMATS.keys() & READERS.keys():
        assert READERS[name](written[name]) == expected, name


@pytest.mark.parametrize("name", FORMATS)
def test_one_format_on_stdout_equals_the_file_of_a_run_with_several(leakfinder, name):
    leakfinder.write("dump.txt", Program((*small_program().groups, STUCK)).debug2())
    leakfinder("analyze", f"-format={','.join(FORMATS)}", "-o", "out", "dump.txt")
    shown = leakfinder("analyze", f"-format={name}", "dump.txt").stdout
    vary = re.compile(r"\d{4}-\d\d-\d\d.\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)|[\d.]+ m?s\b|(time=|duration_ms\": )\"?[\d.]+|\"settings\": \[.*\]")
    assert vary.sub("", shown) == vary.sub("", (leakfinder.folder / f"out{FORMATS[name]}").read_text(encoding="utf-8"))


def goldens(extension: str) -> list:
    return [pytest.param(path, id=path.stem) for path in sorted((places.PROJECT / "testdata" / "report").glob(f"*{extension}"))]


@pytest.mark.parametrize("path", goldens(".json"))
def test_every_sample_report_in_json_keeps_the_schema(path):
    data = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=report.refuse_duplicates)
    assert [e.message for e in report.validator().iter_errors(data)] == []
    assert report.undescribed(data) == []


def test_sarif_of_a_run_keeps_the_official_schema(written):
    assert schemas.sarif_problems(json.loads(written["sarif"])) == []


@pytest.mark.parametrize("path", goldens(".sarif"))
def test_every_sample_report_in_sarif_keeps_the_official_schema(path):
    assert schemas.sarif_problems(json.loads(path.read_text(encoding="utf-8"))) == []


def test_the_official_sarif_schema_refuses_what_is_wrong(written):
    log = json.loads(written["sarif"])
    log["runs"][0]["results"][0]["level"] = "leak"
    assert schemas.sarif_problems(log)


def test_junit_of_a_run_keeps_our_schema_and_is_read_by_junitparser(written):
    assert schemas.junit_problems(written["junit"]) == []
    assert schemas.junit_totals(written["junit"])["failures"] == sum(v == "leak" for _, v, _ in read_json(written["json"]))


@pytest.mark.parametrize("path", goldens(".xml"))
def test_every_sample_report_in_junit_keeps_our_schema(path):
    text = path.read_text(encoding="utf-8")
    assert schemas.junit_problems(text) == []
    root = ElementTree.fromstring(text)
    assert schemas.junit_totals(text) == {name: int(root.get(name)) for name in ("tests", "failures", "errors", "skipped")}


def test_our_junit_schema_refuses_what_is_wrong(written):
    assert schemas.junit_problems(written["junit"].replace("<testcase ", "<testcase surprise=\"1\" ", 1))


def test_markdown_fits_a_comment_and_folds_its_stacks(written):
    assert len(written["markdown"]) <= 65_536
    assert written["markdown"].count("<details>") == written["markdown"].count("</details>") > 0


def test_sarif_locations_are_relative_under_the_source_root(written):
    locations = [r["locations"][0]["physicalLocation"] for r in json.loads(written["sarif"])["runs"][0]["results"]]
    assert {"uri": "ask.go", "uriBaseId": "SRCROOT"} in [location["artifactLocation"] for location in locations]


def test_a_relative_source_root_is_one_of_the_working_directory(leakfinder):
    group = Group(9, "chan receive (nil chan)", frames(f"main.wait {leakfinder.folder}/app/w.go:3"))
    leakfinder.write("dump.txt", Program((group,)).debug2())
    log = json.loads(leakfinder("check", "-format=sarif", "-source-root=app/", "dump.txt").stdout)
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "w.go", "uriBaseId": "SRCROOT"}
