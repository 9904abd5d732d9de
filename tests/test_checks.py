"""What checks the project catches what is planted in it: a failing test, a flaky one, a figure that fell, a source that breaks the form."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support import places

SCRIPTS = places.PROJECT / "scripts"
# Fails so many times, then passes; each run of a test leaves a byte in a file of its name.
STUMBLES = """
import os

def stumble(times):
    name = os.environ["PYTEST_CURRENT_TEST"].partition("::")[2].partition(" ")[0]
    with open(f"{__file__}.{name}", "ab+") as file:
        file.write(b"x")
        file.flush()
        file.seek(0)
        assert len(file.read()) > times, "too early"
"""


def run(*words, cwd: Path = places.PROJECT, stdin: str = "", **env: str) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LEAKFINDER_", "PYTEST_"))}
    return subprocess.run(list(map(str, words)), cwd=cwd, input=stdin, capture_output=True, text=True, timeout=300, check=False,
                          env={**clean, "LEAKFINDER_SKIP_SETUP": "1", "LEAKFINDER_PACE": "1", **env})


def outcomes(path: Path) -> dict[str, tuple[str, str]]:
    """Outcome and words of each test that a file of results tells, by the last word of its name."""
    results = [json.loads(line) for line in path.read_text().splitlines()]
    return {result["name"].rpartition("::")[2]: (result["outcome"], result["words"]) for result in results}


PLANTED = {  # test: what it is, the outcome it must have
    "passes": ("def test_passes():\n    pass\n", "passed"),
    "skipped": ("def test_skipped():\n    pytest.skip('no such luck')\n", "skipped"),
    "fails": ("def test_fails():\n    stumble(1)\n", "failed"),
    "fails_once": ("@pytest.mark.timing\ndef test_fails_once():\n    stumble(1)\n", "flaky"),
    "fails_twice": ("@pytest.mark.live\ndef test_fails_twice():\n    stumble(2)\n", "flaky"),
    "fails_three_times": ("@pytest.mark.timing\ndef test_fails_three_times():\n    stumble(3)\n", "failed"),
    "breaks": ("@pytest.fixture\ndef broken():\n    assert 0\n\n\ndef test_breaks(broken):\n    pass\n", "failed"),
}


def planted_pytest(folder: Path, tests: str) -> tuple[int, dict[str, tuple[str, str]], str]:
    """Exit code, outcomes and output of a small suite."""
    folder.mkdir()
    (folder / "pytest.ini").write_text(f"[pytest]\naddopts = --strict-markers\npythonpath = {places.TESTS}\nmarkers =\n    timing: t\n    live: l\n")
    (folder / "conftest.py").write_text("from support import results\n\n\ndef pytest_configure(config):\n    results.register(config)\n\n\n"
                                        "def pytest_itemcollected(item):\n    results.tell(item)\n")
    (folder / "test_planted.py").write_text(f"import pytest\n{STUMBLES}\n{tests}")
    done = run(SCRIPTS / "run_tests", "pytest", folder.parent / "results.jsonl", folder, "-p", "no:cacheprovider", LEAKFINDER_JOBS="1")
    return done.returncode, outcomes(folder.parent / "results.jsonl"), done.stdout + done.stderr


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> tuple[int, dict[str, tuple[str, str]], str]:
    return planted_pytest(tmp_path_factory.mktemp("planted") / "tests", "\n\n".join(text for text, _ in PLANTED.values()))


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_test_is_told_by_what_it_is(planted, name):
    code, results, output = planted
    outcome, words = results[f"test_{name}"]
    assert outcome == PLANTED[name][1], output
    assert outcome != "skipped" or words == "no such luck"
    assert outcome != "flaky" or "too early" in words, "the first failure is listed"


def test_planted_failures_fail_the_run_and_nothing_else_does(planted, tmp_path):
    assert planted[0] == 1, planted
    code, _, output = planted_pytest(tmp_path / "tests", "\n\n".join(PLANTED[name][0] for name in ("passes", "skipped", "fails_once")))
    assert code == 0, output


def test_many_failures_that_depend_on_time_are_no_chance(tmp_path):
    code, results, output = planted_pytest(tmp_path / "tests", "@pytest.mark.timing\n@pytest.mark.parametrize('n', range(11))\ndef test_it(n):\n    stumble(11)\n")
    assert code == 1 and {outcome for outcome, _ in results.values()} == {"failed"} and "again" in output, output


def test_a_file_of_tests_that_does_not_load_is_a_failure(tmp_path):
    code, results, output = planted_pytest(tmp_path / "tests", "import nowhere\n")
    assert code != 0 and "failed" in {outcome for outcome, _ in results.values()}, output


def planted_ctest(folder: Path, name: str, script: str, label: str = "") -> tuple[int, tuple[str, str], str]:
    labels = f'set_tests_properties("{name}" PROPERTIES LABELS "{label}" SKIP_REGULAR_EXPRESSION "\\\\[  SKIPPED \\\\]")\n'
    (folder / "CTestTestfile.cmake").write_text(f'add_test("{name}" "/bin/sh" "-c" [==[{script}]==])\n{labels}')
    done = run(SCRIPTS / "run_tests", "ctest", folder / "results.jsonl", folder)
    return done.returncode, outcomes(folder / "results.jsonl")[name], done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("ctest") is None, reason="needs ctest")
@pytest.mark.parametrize("script, label, code, outcome", [
    ("exit 0", "", 0, "passed"), ("exit 1", "", 1, "failed"), ("kill -SEGV $$", "", 1, "failed"),
    ("echo 'x_test.cc:1: Skipped'; echo 'no such luck'; echo '[  SKIPPED ] Suite.Case'", "", 0, "skipped"),
    ("test -e ran && exit 0; touch ran; echo too early; exit 1", "", 1, "failed"),
    ("test -e ran && exit 0; touch ran; echo too early; exit 1", "timing", 0, "flaky"), ("exit 1", "timing", 1, "failed")],
    ids=["passes", "fails", "crashes", "is skipped", "fails once", "fails once and depends on time", "fails always and depends on time"])
def test_a_planted_cpp_test_that(tmp_path, script, label, code, outcome):
    found, result, output = planted_ctest(tmp_path, "room.Suite/Case.Is [odd](1)+/0", script, label)
    assert (found, result[0]) == (code, outcome), output
    assert outcome != "flaky" or "too early" in result[1]
    assert outcome != "skipped" or result[1] == "no such luck"


def test_the_summary_names_reasons_flaky_tests_and_failures(tmp_path):
    rows = [{"name": "a", "outcome": "passed", "seconds": 3.0, "marks": [], "words": ""},
            {"name": "b", "outcome": "skipped", "seconds": 0.0, "marks": [], "words": "needs a moon"},
            {"name": "c", "outcome": "flaky", "seconds": 1.0, "marks": ["live"], "words": "at first:\nno answer"},
            {"name": "d", "outcome": "failed", "seconds": 0.5, "marks": [], "words": "assert 1 == 2"}]
    (tmp_path / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    shown = run(SCRIPTS / "run_tests", "summary", tmp_path / "results.jsonl").stdout
    for wanted in ("2 passed, 1 failed, 1 skipped\n", "1  needs a moon\n", "FLAKY   c\n", "no answer\n", "FAILED  d\n", "assert 1 == 2\n", "3.0 s  a\n"):
        assert wanted in shown, shown


def parts(table: str, *words: str) -> subprocess.CompletedProcess:
    try:
        return run(SCRIPTS / "run_parts", "planted", *words, stdin=table)
    finally:
        shutil.rmtree(places.PROJECT / "build" / "planted", ignore_errors=True)


def test_a_part_that_fails_fails_the_run_and_stops_no_other():
    done = parts("good 1 echo fine\nbad 1 sh -c exit${IFS}3\nlast 1 echo done\n")
    assert done.returncode != 0 and done.stdout.count("ok\n") == 4, done
    assert done.stdout.endswith("failed: bad\n"), done.stdout


def test_parts_that_pass_pass():
    done = parts("good 1 echo fine\nbad 1 false\n", "good")
    assert done.returncode == 0 and "bad" not in done.stdout, done


def test_an_unknown_part_is_refused():
    assert parts("good 1 true\n", "god").returncode == 2


def test_a_score_that_fell_fails(tmp_path):
    done = run(SCRIPTS / "score", "--check", "--only", "identities", "--binary", "/bin/false")
    assert done.returncode == 1 and "figures fell" in done.stderr, done


class Project:
    """A small project of one commit on main: the scripts, two rooms, two files of tests."""

    FILES = {"src/base/id.cc": "int id() { return 1; }\n", "src/cli/main_test.cc": "\n", "tests/test_docs.py": "\n", "tests/test_plan.py": "\n",
             "docs/guide.md": "\n", ".clang-format": "BasedOnStyle: Google\n",
             ".clang-tidy": "Checks: '-*,google-explicit-constructor'\nWarningsAsErrors: '*'\n"}

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("lint", "changed", "check_layers", "clang_tidy", "setup"):
            (folder / "scripts").mkdir(parents=True, exist_ok=True)
            shutil.copy(SCRIPTS / name, folder / "scripts")
        for name, text in self.FILES.items():
            self.write(name, text)
        self.git("init", "-q", "-b", "main")
        self.git("add", ".")
        self.git("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", "begin")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def git(self, *words: str) -> None:
        done = run("git", *words, cwd=self.folder)
        assert done.returncode == 0, done

    def script(self, name: str, *words: str, **env: str) -> subprocess.CompletedProcess:
        return run(self.folder / "scripts" / name, *words, cwd=self.folder, **env)


@pytest.fixture
def project(tmp_path) -> Project:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    return Project(tmp_path / "project")


@pytest.mark.parametrize("part, file, text, tool", [
    ("shell", "scripts/bad", "#!/usr/bin/env bash\nif true; then\n", "bash"), ("shell", "scripts/bad", "#!/usr/bin/env bash\nrm $1\n", "shellcheck"),
    ("python", "tests/bad.py", "def f(:\n", "python3"), ("layers", "src/base/bad.h", '#include "cli/cli.h"\n', "python3"),
    ("format", "src/base/bad.cc", "int  f( ) ;\n", "clang-format-19"), ("go", "demo/bad.go", "package  main\n", "gofmt")])
def test_the_lint_catches_what_is_planted_for(project, part, file, text, tool):
    if shutil.which(tool) is None:
        pytest.skip(f"needs {tool}")
    assert project.script("lint", part).returncode == 0 or part == "layers", "nothing is planted yet"
    project.write(file, text)
    for words in ((part,), ("--changed", part)):
        done = project.script("lint", *words)
        assert done.returncode == 1 and f"lint: failed: {part}" in done.stderr, done


@pytest.mark.skipif(shutil.which("clang-tidy-19") is None, reason="needs clang-tidy-19")
def test_clang_tidy_looks_again_only_at_what_changed_since_it_passed(project, tmp_path):
    entry = {"directory": str(project.folder), "file": str(project.folder / "src/base/id.cc"), "command": f"c++ -c {project.folder}/src/base/id.cc"}
    project.write("build/lint/compile_commands.json", json.dumps([entry]))
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for looked_at in ("1 of 1", "0 of 1"):
        done = project.script("clang_tidy", **cache)
        assert done.returncode == 0 and f"{looked_at} sources looked at, 0 with findings" in done.stderr, done
    project.write("src/base/id.cc", "struct Id {\n  Id(int id);\n};\n")
    for _ in range(2):
        done = project.script("clang_tidy", **cache)
        assert done.returncode == 1 and "google-explicit-constructor" in done.stdout, done


@pytest.mark.skipif(shutil.which("clang-tidy-19") is None, reason="needs clang-tidy-19")
@pytest.mark.parametrize("words, looked_at", [((), 3), (("src/base/shared.h",), 2), (("--few", "src/base/shared.h"), 1),
                                              (("--few", "src/base/shared.h", "src/base/one.cc", "src/base/two.cc"), 2)], ids=str)
def test_clang_tidy_looks_at_a_header_in_all_that_include_it_or_in_one(project, tmp_path, words, looked_at):
    project.write("src/base/shared.h", "struct Shared {};\n")
    entries = []
    for name, text in (("one", '#include "shared.h"\n'), ("two", '#include "shared.h"\n'), ("three", "")):
        project.write(f"src/base/{name}.cc", text)
        file = str(project.folder / f"src/base/{name}.cc")
        entries.append({"directory": str(project.folder), "file": file, "command": f"c++ -c {file}"})
    project.write("build/lint/compile_commands.json", json.dumps(entries))
    done = project.script("clang_tidy", *words, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 0 and f"clang-tidy: {looked_at} of 3 sources" in done.stderr, done


@pytest.mark.parametrize("file, rooms, tests", [
    ("src/base/id.cc", {"base", "cli", "pipeline", "fuzz"}, {"test_docs", "test_plan"}), ("src/cli/main_test.cc", {"cli"}, set()),
    ("docs/guide.md", set(), {"test_docs"}), ("tests/test_plan.py", set(), {"test_plan"}), ("tests/conftest.py", set(), {"test_docs", "test_plan"}),
    ("cmake/new.cmake", {"base", "cli", "fuzz"}, {"test_docs", "test_plan"})])
def test_a_change_is_known_by_the_tests_that_it_can_touch(project, file, rooms, tests):
    project.write(file, "// another\n")
    assert project.script("changed", "files").stdout == f"{file}\n"
    found = set(project.script("changed", "rooms").stdout.split())
    assert rooms <= found and (len(rooms) > 2 or found == rooms), found
    assert set(project.script("changed", "tests").stdout.split()) == {f"tests/{name}.py" for name in tests}


def test_a_commit_on_a_branch_differs_from_main(project):
    project.git("checkout", "-q", "-b", "work")
    project.write("docs/guide.md", "more\n")
    project.git("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-a", "-m", "write more")
    assert project.script("changed", "files").stdout == "docs/guide.md\n"


def test_what_differs_from_main_is_unknown_on_main_itself(project):
    assert project.script("changed", "rooms").returncode == 3
    assert "can't be told" in project.script("lint", "--changed", "shell").stdout
