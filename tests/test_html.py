"""The HTML report, in a browser: what a person sees, and that nothing of a target runs."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from support import pages, places
from support.pprof_answers import small_program
from support.synthetic import Group, Program, Site, frames

SENDERS = Group(1200, "chan send", frames("main.ask.func1 /src/app/ask.go:17"), frames("main.ask /src/app/ask.go:15")[0], 5000)
LOCKED = Group(300, "sync.Mutex.Lock", frames("main.(*shop).sell /go/pkg/mod/github.com/acme/shop@v1.2.3/shop.go:41", "main.serve /src/app/serve.go:8"),
               frames("main.main /src/app/main.go:12")[0], 9000)
CACHE = Site(frames("main.(*cache).put /src/app/cache.go:31", "main.main /src/app/main.go:16"), 300, 4096, 4)
HOSTILE = ("</script><script>window.hacked=1</script>", "<img/src=x/onerror=window.hacked=2>", "\"'><svg/onload=window.hacked=3>", "<!--<script>",
           "javascript:window.hacked=4", "${window.hacked=5}", "\u202eabc\u2066\U000e0041", "&lt;b&gt;", "</noscript></style>")

# What would reorder or hide the text beside it.
HIDDEN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\U000e0000-\\U000e007f]")


@pytest.fixture(autouse=True)
def needs_the_page():
    if pages.left_out():
        pytest.skip(pages.left_out())


def programs() -> list[Program]:
    """Four moments of a program that leaks goroutines and memory."""
    return [Program((*small_program().groups, replace(SENDERS, count=1200 + 100 * i), LOCKED),
                    (*small_program().sites, replace(CACHE, objects=300 + 300 * i))) for i in range(4)]


@pytest.fixture
def written(leakfinder) -> Path:
    """A report of four samples."""
    names = []
    for i, program in enumerate(programs()):
        names.append(leakfinder.write(f"s{i}.txt", program.debug2()).name)
        names.append(leakfinder.write(f"h{i}.txt", program.heap_debug1()).name)
    leakfinder("analyze", "-sample-interval=10s", "-source-url=https://code.example/{file}#L{line}", "-source-root=/src/app",
               "-format=json,html", "-o", "out", *names)
    return leakfinder.folder / "out.html"


def calm(seen: dict) -> bool:
    """Nothing ran that should not, nothing was asked of any network, nothing failed."""
    return (seen["errors"], seen["requests"], seen["violations"], seen["dialogs"], seen["hacked"]) == ([], [], [], [], None)


def with_blocks(written: Path, name: str, **blocks: dict) -> Path:
    """The page of `written` with other data in it."""
    text = written.read_text(encoding="utf-8")
    for block, data in blocks.items():
        start = text.index(">", text.index(f'id="{block}"')) + 1
        text = text[:start] + json.dumps(data).replace("<", "\\u003c") + text[text.index("</script>", start):]
    made = written.with_name(name)
    made.write_text(text, encoding="utf-8")
    return made


def close(a: float, b: float) -> bool:
    return abs(a - b) <= 0.01 * max(a, b) + 1


def test_the_policy_allows_the_files_own_script_and_style_only(written):
    blocks = pages.Blocks(written.read_text(encoding="utf-8"))
    rules = dict(rule.split(" ", 1) for rule in blocks.policy.split("; "))
    assert rules.pop("script-src").startswith("'sha256-") and rules.pop("style-src").startswith("'sha256-")
    assert rules == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    loads = [(tag, name) for tag, attributes in blocks.tags for name in attributes if name in ("src", "srcset", "action", "data") or name.startswith("on")]
    assert loads == [] and not any(tag in ("link", "iframe", "object", "base") for tag, _ in blocks.tags)


def test_readers_without_javascript_get_verdict_and_findings(written):
    text = written.read_text(encoding="utf-8")
    assert pages.plain_identities(text) == [(identity, verdict) for identity, verdict, _ in pages.identities(text)]
    seen = pages.look("plain", written)
    assert "LeakFinder:" in seen["text"] and "main.ask.func1" in seen["text"]
    assert seen["findings"] == len(pages.identities(text)) > 0


def test_a_person_sees_verdict_findings_states_and_links(written):
    report = pages.Blocks(written.read_text(encoding="utf-8")).json("report")
    seen = pages.look("read", written)
    assert calm(seen), seen
    assert "leak" in seen["heading"] and f"{report['health']['score']}/100" in seen["health"]
    assert seen["ids"] == [f["id"] for f in report["findings"]]
    assert [badge.lower() for badge in seen["badges"]] == [f["verdict"] for f in report["findings"]]
    for finding in report["findings"]:
        assert finding["title"] in seen["titles"]
        assert set(finding.get("evidence", [])) <= set(seen["evidence"])
    assert "https://code.example/ask.go#L17" in seen["links"]
    assert any(link.startswith("https://github.com/acme/shop/blob/v1.2.3/shop.go#L41") for link in seen["links"]), seen["links"]
    assert seen["charts"] >= 2
    assert any("sample-interval" in setting for setting in seen["settings"])
    counts = {part["count"] for part in seen["states"]}
    assert counts == set(report["goroutines"]["by_state"].values())
    for part in seen["states"]:
        assert close(part["width"], seen["stateBarWidth"] * part["count"] / sum(report["goroutines"]["by_state"].values())), part


def test_flames_are_as_wide_as_their_counts(written):
    report = pages.Blocks(written.read_text(encoding="utf-8")).json("report")
    seen = pages.look("read", written)
    for name, total in (("goroutineFrames", sum(report["goroutines"]["by_state"].values())), ("heapFrames", report["memory"]["live_bytes"])):
        drawn = seen[name]
        root = next(frame for frame in drawn if frame["depth"] == 0)
        assert root["value"] == total, name
        first = [frame for frame in drawn if frame["depth"] == 1]
        assert close(sum(frame["width"] for frame in first), root["width"]), name
        assert sum(frame["value"] for frame in first) == total, name
        for frame in drawn:
            assert close(frame["width"], root["width"] * frame["value"] / total), (name, frame)


def test_a_flame_graph_answers_pointer_search_and_keys(written):
    seen = pages.look("flame", written, "ask.func1")
    assert calm(seen), seen
    name, value = seen["deepest"]["name"], seen["deepest"]["value"]
    assert name.split(".")[-1] in seen["hovered"] and f"{value:,} goroutine" in seen["hovered"], seen["hovered"]
    zoomed = next(frame for frame in seen["zoomed"] if frame["name"] == name)
    full = next(frame for frame in seen["before"] if frame["depth"] == 0)["width"]
    assert close(zoomed["width"], full)
    key = lambda frame: (frame["depth"], frame["name"], frame["value"])
    assert sorted(map(key, seen["reset"])) == sorted(map(key, seen["before"])) == sorted(map(key, seen["escaped"]))
    assert seen["found"].startswith("1,500 goroutines"), seen["found"]
    lit = [frame["name"] for frame in seen["searched"] if frame["fill"] not in [f["fill"] for f in seen["before"]]]
    assert lit and all("ask.func1" in frame for frame in lit), lit
    assert seen["outlined"] == 1 and "goroutine" in seen["walked"]
    assert any("grew" in entry for entry in seen["growthLegend"])
    colors = {frame["name"]: frame["fill"] for frame in seen["growth"]}
    assert colors["main.ask.func1"].startswith("hsl(8 ") and not colors["shop.sell" if "shop.sell" in colors else "main.(*shop).sell"].startswith("hsl(8 ")


def test_tables_sort_filter_and_keep_ten_thousand_rows_out_of_the_dom(written):
    text = written.read_text(encoding="utf-8")
    report, profile = (pages.Blocks(text).json(name) for name in ("report", "profile"))
    # The report of a small run, with many more rows put in.
    place = profile["goroutine_sites"][0]
    report["goroutines"]["sites"] = [{"function": f"main.site{i:05}", "file": "/src/app/f.go", "line": i + 1, "state": "select", "count": 7 - i % 7, "count_first": 1}
                                     for i in range(10_000)]
    profile["goroutine_sites"] = [place] * 10_000
    many = with_blocks(written, "many.html", report=report, profile=profile)
    seen = pages.look("table", many, "site00123")
    assert calm(seen), seen
    assert seen["elements"] < 5_000
    assert seen["tally"] == "10,000 rows" and 10 < len(seen["rows"]) <= 300
    assert [row[0] for row in seen["rows"]] == ["7"] * len(seen["rows"])
    assert seen["filteredTally"] == "1 of 10,000 rows" and [row[3] for row in seen["filtered"]] == ["main.site00123"]
    assert seen["order"] == "ascending" and seen["rising"][0][0] == "1"
    assert 10 < len(seen["end"]) <= 300 and seen["end"][-1][0] == "7"
    assert "main." in seen["stack"]


def test_what_is_far_below_is_drawn_on_the_way_there_by_a_link_and_for_paper(written):
    seen = pages.look("later", written)
    assert calm(seen), seen
    whole = seen["paper"]
    assert whole["empty"] == 0 and min(whole["charts"], whole["frames"], whole["rows"]) > 0, whole
    first = seen["first"]
    assert first["findings"] == whole["findings"] > 0, first
    assert first["empty"] > 0 and first["frames"] == first["rows"] == 0, first
    assert seen["link"] == seen["scrolled"] == whole and abs(seen["top"]) < 100, seen


def test_the_page_is_light_or_dark_as_the_system_says_or_the_reader_chooses(written):
    seen = pages.look("theme", written)
    assert calm(seen), seen
    assert seen["light"] != seen["dark"] == seen["switched"] and seen["words"] == "Light"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2.2."""
    def luminance(color: str) -> float:
        parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


WORDS_ON = [("ink", "card"), ("soft", "card"), ("soft", "paper"), ("link", "paper"), ("link", "card"), ("card", "link"), ("suspect", "paper"),
            *((name, f"{name}-back") for name in ("leak", "suspect", "info", "good"))]


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="dark"]'])
def test_words_and_lines_stand_out_from_what_is_behind_them(theme):
    block = (pages.WEB / "src" / "page.css").read_text(encoding="utf-8").split(f"{theme} {{", 1)[1].split("}", 1)[0]
    colors = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    assert [(pair, contrast(*(colors[name] for name in pair))) for pair in WORDS_ON if contrast(*(colors[name] for name in pair)) < 4.5] == []
    lines = re.findall(r"#[0-9a-f]{6}", re.search(r"lineColors = (.*)", (pages.WEB / "src" / "chart.ts").read_text(encoding="utf-8"))[1])
    assert len(lines) == 9 and [line for line in lines if contrast(line, colors["card"]) < 3] == []


def test_hostile_names_are_shown_and_run_nowhere(leakfinder):
    names = []
    for i in range(4):
        groups = [Group(40 + 10 * i, "chan send", frames(f"main.{text} /src/{text}/a.go:{n + 1}"), frames(f"main.{text} /src/{text}.go:3")[0], 100 + 2000 * n)
                  for n, text in enumerate(HOSTILE)]
        names.append(leakfinder.write(f"s{i}.txt", Program(tuple(groups)).debug2()).name)
    leakfinder("analyze", "-sample-interval=10s", "-source-url=javascript:window.hacked=6//{file}", "-format=html", "-o", "./hostile.html", *names)
    path = leakfinder.folder / "hostile.html"
    text = path.read_text(encoding="utf-8")
    assert text.count("<script") == text.count("</script") == 3 and "<!--" not in text
    seen = pages.look("read", path)
    assert calm(seen), seen
    assert "onerror=window.hacked=2" in seen["text"]
    assert r"main.\u202eabc\u2066" in seen["text"] and not HIDDEN.search(seen["text"])
    assert not any(link.startswith("javascript:") for link in seen["links"])


# What the page counts with or takes for one of a few words; all else is text of a target, of the user, or might become so.
CHOSEN = {"at", "started_at", "verdict", "kind", "level", "frames", "files"}


def full_of(text: str, value, key: str = ""):
    """`value` with every text in it, names of labels and states included, replaced by `text`."""
    if isinstance(value, str):
        return value if key in CHOSEN else text
    if isinstance(value, list):
        return [full_of(text, item, key) for item in value]
    if isinstance(value, dict):
        named = key in ("by_state", "labels", "score_parts", "score_reasons", "other_states")
        return {f"{text}{i}" if named else name: full_of(text, item, name) for i, (name, item) in enumerate(value.items())}
    return value


@pytest.mark.parametrize("attack", HOSTILE)
def test_no_field_of_the_data_is_taken_for_markup(written, attack):
    report, profile = (pages.Blocks(written.read_text(encoding="utf-8")).json(name) for name in ("report", "profile"))
    report |= {"target": {"url": "u", "files": ["f"], "go_version": "g", "profiles": ["p"]}, "notes": ["n"], "criteria": [{"name": "c", "value": "v"}],
               "warnings": [{"code": "w", "message": "m", "where": "h", "count": 2}], "errors": [{"code": "e", "message": "<body>", "where": "header"}],
               "gc": {"result": "confirmed_leak", "basis": "b", "freed_percent": 3, "baseline_bytes": 1, "final_bytes": 2,
                      "groups": [{"label": "goroutines", "site": "s", "result": "likely_leak", "freed_percent": 1, "baseline": 1, "before": 2, "final": 2}]}}
    report["health"]["deductions"] = [{"reason": "r", "points": 3}]
    for finding in report["findings"]:
        finding |= {"package": "p", "resembles": "r", "advice": "a", "labels": {"l": "v"}, "targets": ["t"], "owners": ["@o"], "other_states": {"idle": 2},
                    "accepted": {"reason": "r", "owner": "o", "expires": "e"}, "consequences": [{"function": "f", "file": "f", "line": 1, "state": "s", "count": 2}]}
    report, profile = full_of(attack, report), full_of(attack, profile)
    # Function, file, line, and a link whose template anybody may have written.
    profile["frames"] = [[attack, 0, 1, f"javascript:window.hacked=7//{attack}"] for _ in profile["frames"]]
    profile["files"] = [attack for _ in profile["files"]]
    seen = pages.look("read", with_blocks(written, "attack.html", report=report, profile=profile))
    assert calm(seen), seen
    assert not HIDDEN.search(seen["text"])
    shown = HIDDEN.sub(lambda found: rf"\u{ord(found[0]):04x}", attack)
    assert seen["text"].count(shown) > 50 and len(seen["titles"]) == len(report["findings"])
    assert seen["charts"] >= 2 and seen["goroutineFrames"] and seen["heapFrames"]
    assert not seen["links"], seen["links"]


def corpus_cases() -> list[Path]:
    folder = places.SHARED / "corpus"
    return sorted(path for path in folder.glob("*/*") if any(path.glob("s*.heap.pb.gz"))) if folder.is_dir() else []


@pytest.fixture
def largest(leakfinder) -> Path:
    """The page of the corpus case with the largest profiles."""
    cases = corpus_cases()
    if not cases:
        pytest.skip("needs ../shared/corpus")
    case = max(cases, key=lambda case: sum(path.stat().st_size for path in case.glob("s*.heap.pb.gz")))
    files = [*sorted(case.glob("s??.goroutine.pb.gz")), *sorted(case.glob("s??.heap.pb.gz"))]
    leakfinder("analyze", "-format=html", "-o", "./large.html", *files)
    return leakfinder.folder / "large.html"


def test_the_largest_corpus_case_is_small(largest):
    assert 100_000 < largest.stat().st_size < 3 << 20


@pytest.mark.skipif("LEAKFINDER_TIMING" not in os.environ, reason="times want a machine of their own: LEAKFINDER_TIMING=1")
def test_the_largest_corpus_case_opens_in_three_times_what_an_empty_page_takes(leakfinder, largest):
    # As many bytes of text, no script.
    empty = leakfinder.write("empty.html", "<!doctype html><meta charset=utf-8><title>empty</title><script type=text/plain>" + "x" * largest.stat().st_size + "</script>")
    times = {name: sorted(values)[len(values) // 2] for name, values in pages.look("time", largest, empty).items()}
    assert times[str(largest)] <= 3 * times[str(empty)], times


def test_pictures_are_kept_of_every_look(written):
    pages.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    pages.look("shoot", written, pages.SCREENSHOTS, "leaking")
    for look in ("light", "dark", "print", "narrow"):
        picture = pages.SCREENSHOTS / f"leaking-{look}.png"
        assert picture.stat().st_size > 20_000 and picture.read_bytes().startswith(b"\x89PNG")


def test_the_page_passes_the_type_checker():
    if not shutil.which("node"):
        pytest.skip("needs node")
    folder = pages.packages()
    types = folder / "checked"
    shutil.rmtree(types, ignore_errors=True)
    shutil.copytree(pages.WEB, types, ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run(["node", folder / "node_modules" / "typescript" / "bin" / "tsc", "--noEmit", "-p", types], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout


def test_the_lock_file_names_no_registry():
    assert "resolved" not in (pages.WEB / "package-lock.json").read_text() and "://" not in (pages.WEB / "package-lock.json").read_text()
