"""Completion scripts in the shells they are for, and the man page in the formatter that shows it."""

import re
import shutil
import subprocess

import pytest

from support import pace, shells

SHELLS = ("bash", "zsh", "fish")


@pytest.fixture
def script(leakfinder, tmp_path):
    """Writes the completion script of a shell."""
    def write(shell: str):
        path = tmp_path / f"leakfinder.{shell}"
        path.write_text(leakfinder("completion", shell).stdout, encoding="utf-8")
        return path
    return write


@pytest.fixture
def offers(script, tmp_path):
    """The words that a shell offers, or completes, after a command line and Tab."""
    folder = tmp_path / "folder"
    (folder / "dumps").mkdir(parents=True)
    (folder / "heap.pb.gz").touch()
    (folder / "dump.txt").touch()

    def ask(shell: str, typed: str) -> set[str]:
        if shell == "fish":
            return set(shells.fish_offers(script(shell), typed, folder))
        shown = shells.after_tab(shell, script(shell), typed, folder)
        words = set(re.split(r"[\s=]+", shown))
        return words | {word.rstrip("/") for word in words}
    return ask


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_well_formed_in(script, shell):
    shells.checked(shell, script(shell))


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("typed, wanted, unwanted", [
    ("leakfinder ", {"check", "analyze", "completion", "explain", "filter"}, {"man", "markdown", "dump.txt"}),
    ("leakfinder ana", {"analyze"}, {"check"}),
    ("leakfinder -timeout 5s ana", {"analyze"}, set()),
    ("leakfinder -url=http://h:1 pat", {"patterns"}, set()),
    ("leakfinder check -goroutines", {"-goroutines-only"}, {"-memory-only"}),
    ("leakfinder filter -filter-p", {"-filter-pkg"}, set()),
    ("leakfinder check -color ", {"auto", "always", "never"}, {"dump.txt"}),
    ("leakfinder check -format ", {"text", "json", "junit", "sarif"}, {"dump.txt"}),
    ("leakfinder check -baseline ", {"dump.txt", "heap.pb.gz"}, {"monitor"}),
    ("leakfinder check -reports-dir ", {"dumps"}, {"dump.txt"}),
    ("leakfinder check du", {"dump.txt", "dumps"}, {"heap.pb.gz"}),
    ("leakfinder help an", {"analyze"}, set()),
    ("leakfinder explain goroutine/prov", {"goroutine/proven-leak"}, set()),
    ("leakfinder completion ", {"bash", "zsh", "fish"}, {"man", "markdown"}),
], ids=lambda value: value if isinstance(value, str) else "")
def test_tab_offers(offers, shell, typed, wanted, unwanted):
    offered = offers(shell, typed)
    offered |= {word.rstrip("/") for word in offered}
    assert wanted <= offered, offered
    assert not unwanted & offered, offered


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_a_value_behind_the_equals_sign(offers, shell):
    offered = offers(shell, "leakfinder check -color=al")
    assert offered & {"always", "-color=always"}, offered


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_another_item_of_a_list(offers, shell):
    offered = offers(shell, "leakfinder check -format=json,ju")
    # zsh is ready for the next one.
    assert offered & {"json,junit", "-format=json,junit", "json,junit,"}, offered


@pytest.mark.parametrize("shell", SHELLS)
def test_flags_of_other_commands_are_not_offered(offers, shell):
    offered = offers(shell, "leakfinder check -filter-")
    assert not offered & {"-filter-pkg", "-filter-func", "-filter-pkg="}, offered


@pytest.mark.parametrize("typed, meant", [("bahs", "bash"), ("fihs", "fish")])
def test_an_unknown_shell_is_refused_with_the_nearest(leakfinder, typed, meant):
    result = leakfinder("completion", typed)
    assert result.code == 2 and meant in result.stderr and result.stdout == "", result


@pytest.mark.parametrize("args", [(), ("bash", "zsh")], ids=str)
def test_completion_wants_one_shell(leakfinder, args):
    result = leakfinder("completion", *args)
    assert result.code == 2 and "bash, zsh or fish" in result.stderr, result


# --- The man page

def test_the_man_page_renders_without_a_warning(leakfinder, tmp_path):
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    page = tmp_path / "leakfinder.1"
    page.write_text(leakfinder("completion", "man").stdout, encoding="utf-8")
    done = subprocess.run(["groff", "-ww", "-man", "-Tutf8", "-P-c", str(page)], capture_output=True, text=True, timeout=pace.stretched(30), env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    assert (done.returncode, done.stderr) == (0, ""), done
    text = re.sub(".\b", "", done.stdout)
    for words in ("-goroutines-only", "leakfinder analyze", "EXIT STATUS", "LEAKFINDER_PASSWORD", "-save-reports"):
        assert words in text, text


def test_man_shows_the_page(leakfinder, tmp_path):
    if not shutil.which("man"):
        pytest.skip("man is not installed")
    page = tmp_path / "leakfinder.1"
    page.write_text(leakfinder("completion", "man").stdout, encoding="utf-8")
    done = subprocess.run(["man", "--warnings", "-l", str(page)], capture_output=True, text=True, timeout=pace.stretched(30),
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANPAGER": "cat", "MANWIDTH": "100"})
    assert (done.returncode, done.stderr) == (0, ""), done
    assert "LEAKFINDER(1)" in done.stdout
