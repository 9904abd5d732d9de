"""Real interactive shells on a pseudo-terminal, to press Tab in."""

import os
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from . import pace, terminal

ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][0-9A-Z]|[=>78])")
READY = "READY-TO-TYPE"

START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "bind 'set bell-style none'; bind 'set show-all-if-ambiguous on'; bind 'set completion-query-items 0'; bind 'set page-completions off'"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -D; setopt no_beep no_always_last_prompt; unsetopt prompt_sp prompt_cr; LISTMAX=9999"),
}


def needs(shell: str) -> str:
    """The path of a shell; skips the test where it is not installed."""
    found = shutil.which(shell)
    if not found:
        pytest.skip(f"{shell} is not installed")
    return found


def checked(shell: str, script: Path) -> None:
    """Fails unless the shell finds the script well-formed."""
    done = subprocess.run([needs(shell), "-n", str(script)], capture_output=True, text=True, timeout=pace.stretched(30))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done


def after_tab(shell: str, script: Path, typed: str, folder: Path) -> str:
    """What bash or zsh shows after `typed` and Tab, from the typed line on."""
    needs(shell)
    argv, setup = START[shell]
    child, master = terminal.fork()
    if child == 0:
        os.chdir(folder)
        env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8", "PS1": "", "COLUMNS": "200", "LINES": "100", "INPUTRC": "/dev/null"}
        os.execvpe(argv[0], argv, env)
    try:
        _send(master, f"{setup}; source {script}; PS1=; stty cols 200 rows 100; echo READY''-TO-TYPE\n")
        _read_until(master, lambda shown: READY in shown, 20)
        _send(master, typed + "\t\t")
        return _read_until(master, lambda _: False, pace.factor())
    finally:
        os.close(master)
        _end(child)


def fish_offers(script: Path, typed: str, folder: Path) -> list[str]:
    """What fish offers for a command line, descriptions left out."""
    done = subprocess.run([needs("fish"), "-N", "-c", f"source {script}; complete -C {_quoted(typed)}"], capture_output=True, text=True,
                          cwd=folder, timeout=pace.stretched(30), env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"})
    assert (done.returncode, done.stderr) == (0, ""), done
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _send(master: int, text: str) -> None:
    os.write(master, text.encode())


def _read_until(master: int, happened, quiet: float) -> str:
    """Reads until `happened`, or until nothing came for so long."""
    output, end = b"", time.monotonic() + pace.stretched(30)
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], quiet)
        if not ready:
            break
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
        if happened(output.decode("utf-8", "replace")):
            break
    return ESCAPES.sub("", output.decode("utf-8", "replace"))


def _end(child: int) -> None:
    os.kill(child, 9)
    os.waitpid(child, 0)
