"""The scripts of the house: what they install, what they refuse, what they catch."""

import os
import subprocess
from pathlib import Path

import pytest

from support import pace, places

SCRIPTS = places.PROJECT / "scripts"


def run(name: str, *args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    clean = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "CI": "true", **(env or {})}
    return subprocess.run([SCRIPTS / name, *args], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=pace.stretched(120), env=clean, check=False)


@pytest.fixture
def machine(tmp_path: Path):
    """A PATH with stand-ins for what setup asks and starts: dpkg-query, apt-get, id, sudo; apt-get writes down its calls."""
    def make(installed: str = "", uid: int = 0, sudo: bool = False, apt: str = "", without: str = "") -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir()
        tools = {
            "dpkg-query": f"for p in {installed}; do echo installed $p; done; test -f {tmp_path}/done && echo $* | tr ' ' '\\n' | sed 's/^/installed /'",
            "apt-get": f'echo "$@" >>{tmp_path}/calls; {apt or f"case $* in *install*) touch {tmp_path}/done;; esac"}',
            "id": f"echo {uid}",
            "sudo": f'echo sudo >>{tmp_path}/calls; [ "$1" = -n ] && exit 0; exec "$@"',
        }
        if not sudo:
            del tools["sudo"]
        for name, body in tools.items():
            if name != without:
                (folder / name).write_text(f"#!/bin/sh\n{body}\n")
                (folder / name).chmod(0o755)
        for name in ("bash", "sh", "env", "awk", "sort", "tr", "sed", "grep", "mktemp", "rm", "find", "tail", "touch", "cat"):
            (folder / name).symlink_to(Path("/usr/bin") / name)
        return {"PATH": str(folder)}
    return make


def calls(tmp_path: Path) -> str:
    file = tmp_path / "calls"
    return file.read_text() if file.exists() else ""


def every_package() -> str:
    return " ".join(run("setup", "--list", "build", "test", "lint").stdout.split())


def test_setup_is_silent_and_asks_no_apt_where_nothing_is_missing(machine, tmp_path):
    done = run("setup", "build", "test", "lint", env=machine(installed=every_package()))
    assert (done.returncode, done.stdout, done.stderr, calls(tmp_path)) == (0, "", "", "")


def test_setup_says_what_it_installs_and_installs_only_that(machine, tmp_path):
    present = every_package().replace("libre2-dev", "").replace("cmake ", "")
    done = run("setup", env=machine(installed=present))
    assert done.returncode == 0 and "installing from Debian: cmake libre2-dev\n" in done.stderr, done
    installs = [line for line in calls(tmp_path).splitlines() if " install " in line]
    assert len(installs) == 1 and installs[0].endswith("--no-install-recommends cmake libre2-dev"), installs


def test_setup_goes_through_sudo_where_it_is_not_root(machine, tmp_path):
    done = run("setup", env=machine(uid=1000, sudo=True))
    assert done.returncode == 0 and calls(tmp_path).startswith("sudo\n"), done


def test_setup_says_plainly_what_it_could_not_do_without_root(machine, tmp_path):
    done = run("setup", env=machine(installed=every_package().replace("libfmt-dev", ""), uid=1000))
    assert done.returncode == 1 and "only root can install" in done.stderr and "libfmt-dev" in done.stderr, done
    assert calls(tmp_path) == ""


def test_setup_goes_on_without_a_package_that_is_optional(machine):
    done = run("setup", env=machine(installed=every_package().replace("ccache", ""), uid=1000))
    assert (done.returncode, done.stderr) == (0, "")


def test_setup_shows_the_end_of_what_apt_said_when_it_fails(machine):
    done = run("setup", env=machine(apt="echo E: no network; exit 100"))
    assert done.returncode == 1 and "E: no network" in done.stderr and "could not install: g++ cmake" in done.stderr, done


def test_setup_names_the_packages_where_there_is_no_apt(machine):
    done = run("setup", env=machine(without="apt-get"))
    assert done.returncode == 1 and "no Debian system" in done.stderr and "libre2-dev" in done.stderr, done


def test_setup_brings_go_only_where_there_is_none(machine):
    env = machine(installed=every_package())
    go = Path(env["PATH"]) / "go"
    go.write_text("#!/bin/sh\n")
    go.chmod(0o755)
    without = run("setup", "demo", env={**env, "PATH": env["PATH"]})
    assert (without.returncode, without.stderr) == (0, "")
    go.unlink()
    (Path(env["PATH"]) / "dpkg-query").write_text("#!/bin/sh\necho installed ca-certificates\n")
    assert "installing from Debian: golang-go\n" in run("setup", "demo", env=env).stderr


def test_setup_refuses_an_unknown_group():
    done = run("setup", "biuld")
    assert done.returncode == 2 and '"biuld"' in done.stderr and "build" in done.stderr, done


def test_the_layers_check_catches_what_is_planted():
    assert run("check_layers", "--self-test").returncode == 0


def test_the_layers_check_names_file_line_and_rule(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model/frame.h").write_text('#pragma once\n\n#include "report/text.h"\n')
    done = run("check_layers", str(tmp_path))
    assert done.returncode == 1 and done.stdout.startswith("src/model/frame.h:3:") and "model may include only model, base" in done.stdout, done


def test_the_layers_hold():
    done = run("check_layers")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name, arguments", [("lint", ["tydy"]), ("test", ["--presett"]), ("test", ["--preset=fuzz"]), ("test", ["--unit", "--e2e"])])
def test_the_scripts_refuse_what_they_do_not_know(name, arguments):
    assert run(name, *arguments).returncode == 2
