"""Every command line of the seed's README runs here and gives its command's own result."""

import re
import shlex
import time
from dataclasses import dataclass

import pytest

from support import pace, places
from support.binary import CLEAN, FOUND
from support.live import LiveTarget

PROGRAMS = {"leakfinder", "leakfinder.sh", "leak_detector.sh", "leak-detector"}
COMMANDS = ("check", "monitor", "analyze", "compare", "filter", "patterns", "channels", "memory", "help")
BRIEF = {  # added at the end, where the last value wins
    "check": (), "analyze": ("-sample-interval=50ms", "-settle=0s"), "monitor": (f"-monitor-duration={pace.stretched(1000):.0f}ms", "-monitor-interval=150ms"), "compare": ("-wait=100ms",), "filter": (), "memory": (),
    "patterns": ("-leakprof-samples=2", "-leakprof-interval=150ms", "-leakprof-threshold=2"), "channels": ("-leakprof-samples=2", "-leakprof-interval=150ms", "-leakprof-threshold=2"),
}
PLACEHOLDERS = {"=N": "=2", "=DURATION": "=200ms", "=PERCENT": "=60"}
NOT_COMMANDS = ("curl ", "chmod ", "git ", "cd ", "go ", "import ", "log.Println", "leak-detection-toolkit/", "(pprof)", "├──", "└──", "}()")


@dataclass(frozen=True)
class Line:
    """A command line of the README: its environment, its words after the program, and how it is written there."""

    text: str
    env: tuple[tuple[str, str], ...]
    words: tuple[str, ...]

    @property
    def command(self) -> str:
        return next((word for word in self.words if word in COMMANDS), "check")

    def has(self, flag: str) -> bool:
        return any(word.partition("=")[0] == flag for word in self.words)


def split_environment(words: list[str]) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    count = next((i for i, word in enumerate(words) if not re.match(r"[A-Z_]+=", word)), len(words))
    return tuple(tuple(word.split("=", 1)) for word in words[:count]), words[count:]


def read_blocks() -> tuple[list[Line], list[Line], list[str]]:
    """The README's command lines, its lines of bare flags, and all others."""
    commands, flags, others = [], [], []
    page = (places.GOLDEN / "seed-readme-blocks.md").read_text()
    for block in re.findall(r"^```\w*\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        for text in re.sub(r"\\\n\s*", " ", block).splitlines():
            env, words = split_environment(shlex.split(text, comments=True))
            if not words:
                continue
            if words[0].rpartition("/")[2] in PROGRAMS:
                commands.append(Line(text.strip(), env, tuple(words[1:])))
            elif words[:2] == ["go", "run"] and words[2].endswith(".go"):
                commands.append(Line(text.strip(), env, tuple(words[3:])))
            elif words[0].startswith("-"):
                flags.append(Line(text.strip(), env, tuple(words)))
            else:
                others.append(text.strip())
    return commands, flags, others


LINES, FLAGS, OTHERS = read_blocks()


@pytest.fixture(scope="module")
def target(live) -> LiveTarget:
    started = live("-mode=healthy,leak_send,stable_heap", "-n=8", "-every=300ms")
    time.sleep(1.2)
    return started


def run(leakfinder, line: Line, target: LiveTarget, *more: str):
    words = [next((word[:-len(end)] + value for end, value in PLACEHOLDERS.items() if word.endswith(end)), word) for word in line.words]
    if line.command == "help":
        return leakfinder(*words)
    return leakfinder(*words, *more, *BRIEF[line.command], "-gc-wait=200ms", f"-url={target.url}", env=dict(line.env), timeout=60)


def shows(result, pattern: str) -> bool:
    return re.search(pattern, result.stdout, re.MULTILINE) is not None


LEVEL = r"(normal|moderate|high|critical)"
PATTERN = r"pattern (stable|growing|cliff|unknown)"
GC_RESULT = "(NO GROWTH|GC CLEANUP DELAY|PARTIAL LEAK|LIKELY LEAK|CONFIRMED LEAK)"
SIGNATURE = r"^ +\d+ +(low|moderate|high|critical)[a-z ]* +\d+ +chan send +main\.sendAnswer "
# What each command's own result is, in its lines: of goroutines, of memory, of both.
OWN_RESULT = {
    "check": (rf"^goroutines +[\d,]+; {LEVEL}", rf"^memory +.* live; {LEVEL}; {PATTERN}", r"health \d+/100"),
    "monitor": (r"^\d\d:\d\d:\d\d +(?=.*goroutines [\d,]+ \()", rf"^memory +.*{PATTERN}", r"(?s)(^\d\d:\d\d:\d\d .*){3}"),
    "analyze": (r"^ +\d+ .*chan send +main\.sendAnswer ", r"^Live heap by allocation site$", r"^analyze; http.*; \d+ samples; "),
    "compare": (r"^Goroutines by site, differences since the baseline|^Goroutine differences: none", r"^Live heap (by allocation site, )?differences", r"^compare; http"),
    "filter": (r"^goroutines +\d+ matching of \d+", "", r"^filtered by "),
    "memory": ("", r"^ +allocation rate +.*/s", r"^Live heap by allocation site$"),
    "patterns": (SIGNATURE, "", r"^Stack signatures by score$"),
    "channels": (SIGNATURE, "", r"^Channel sites by score$"),
}


def check_result(line: Line, result) -> None:
    """Asserts what the line's command is for."""
    if line.command == "help":
        assert all(re.search(rf"^ +{command} ", result.stdout, re.MULTILINE) for command in COMMANDS if command != "help")
        return
    of_goroutines, of_memory, of_both = OWN_RESULT[line.command]
    assert line.has("-memory-only") or shows(result, of_goroutines), of_goroutines
    assert line.has("-goroutines-only") or shows(result, of_memory), of_memory
    assert shows(result, of_both), of_both
    assert shows(result, rf"^{line.command}; http")
    if line.command == "filter":
        filters = re.search(r"^filtered by (.*)", result.stdout, re.MULTILINE).group(1)
        assert all(part in filters for _, value in line.env for part in value.split(","))
    if line.has("-force-gc"):
        one_cycle_ends_unforced = line.has("-gc-cycles") and shows(result, "^gc +UNKNOWN\n +no collection ended between the two measurements")
        assert one_cycle_ends_unforced or shows(result, rf"^gc +{GC_RESULT}"), "no result of the collections"
    if line.has("-verbose"):
        assert "url" in result.stderr


def test_the_readme_has_119_command_lines_and_29_lines_of_flags():
    assert (len(LINES), len(FLAGS)) == (119, 29)


def test_what_is_no_command_line_is_installation_pprof_or_a_listing():
    assert [text for text in OTHERS if not text.startswith(NOT_COMMANDS)] == []


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.text[:70])
def test_the_readmes_command_runs(leakfinder, target, line):
    result = run(leakfinder, line, target)
    assert result.code in (CLEAN, FOUND), result
    try:
        check_result(line, result)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{line.text}\n{result}") from error


@pytest.mark.parametrize("line", FLAGS, ids=lambda line: line.text[:40])
def test_the_readmes_flags_are_flags_of_check(leakfinder, target, line):
    leakfinder.write("config.yaml", "suspicious: [stuck]\nsafe: [idle]\n")
    result = run(leakfinder, Line(line.text, (), ("check", *line.words)), target)
    assert result.code in (CLEAN, FOUND), result
    assert shows(result, rf"^(goroutines|memory) +.*; {LEVEL}"), result


@pytest.mark.parametrize("args, files", [
    (("analyze",), ("goroutine_analysis", "goroutine_profile", "memory_profile")), (("patterns",), ("leakprof_analysis",)), (("channels",), ("uber_leakprof",)),
    (("filter", "-filter-func=worker"), ("filtered_analysis",)), (("memory",), ("memory_profile",)), (("compare",), ("compare_analysis",))], ids=lambda v: v[0])
def test_the_report_files_of_the_readme_are_saved_by(leakfinder, target, args, files):
    assert leakfinder(*args, *BRIEF[args[0]], f"-url={target.url}").code in (CLEAN, FOUND)
    assert {path.name.rsplit("_", 2)[0] for path in (leakfinder.folder / "reports").iterdir()} == set(files)
