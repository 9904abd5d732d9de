"""leakfinder.sh passes everything through, builds what is missing, and adds advice where a target did not answer."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from fake_target import FakeTarget
from misbehaviours import answer_of
from support import binary, pace, places
from support.pprof_answers import PprofAnswers, small_program

RUNNER = places.PROJECT / "leakfinder.sh"
THREE_LINES = 'import _ "net/http/pprof"'


def run(*args, folder: Path, runner: Path = RUNNER, **options) -> subprocess.CompletedProcess:
    env = {**binary.clean_environment(folder), "LEAKFINDER_BINARY": str(places.binary()), "LEAKFINDER_SKIP_SETUP": "1", **options.pop("env", {})}
    options = {"stdin": subprocess.DEVNULL, "timeout": pace.stretched(60), **options} if "input" not in options else {"timeout": pace.stretched(60), **options}
    return subprocess.run([str(runner), *map(str, args)], cwd=folder, capture_output=True, text=True, env=env, check=False, **options)


def advice(stderr: str) -> str:
    return "\n".join(line for line in stderr.splitlines() if line.startswith("leakfinder.sh: "))


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def recorder(tmp_path: Path):
    """A stand-in for the binary: writes down how it was called, then does as the given Python says."""
    def make(body: str) -> tuple[Path, Path]:
        script, calls = tmp_path / "stand-in", tmp_path / "calls"
        script.write_text(f"#!{sys.executable}\nimport json, os, signal, sys, time\nargs = sys.argv[1:]\n"
                          f"with open({str(calls)!r}, 'a') as file:\n    file.write(json.dumps(args) + '\\n')\n" + textwrap.dedent(body))
        script.chmod(0o755)
        return script, calls
    return make


@pytest.mark.parametrize("args", [("version",), ("help",), ("chek",), ("check", "-no-such-flag"), ("check", "no-such-file.txt")])
def test_the_output_and_the_exit_code_are_those_of_the_binary_for(tmp_path, leakfinder, args):
    direct, passed = leakfinder(*args), run(*args, folder=leakfinder.folder)
    assert (passed.stdout, passed.stderr, passed.returncode) == (direct.stdout, direct.stderr, direct.code)


def test_a_healthy_target_gets_no_advice(quiet, tmp_path):
    done = run("check", quiet.url, folder=tmp_path)
    assert done.returncode == 0 and advice(done.stderr) == "", done


def test_the_former_name_of_the_script_works(quiet, tmp_path):
    done = run("check", quiet.url, folder=tmp_path, runner=places.PROJECT / "leak_detector.sh")
    assert done.returncode == 0 and "oroutines" in done.stdout, done


def test_a_closed_port_is_answered_with_what_to_do(tmp_path, leakfinder):
    url = f"http://127.0.0.1:{closed_port()}"
    done = run("check", url, folder=leakfinder.folder)
    assert done.returncode == 3 and done.stdout == leakfinder("check", url).stdout, done
    assert "is the program running" in advice(done.stderr) and THREE_LINES in done.stderr, done


@pytest.mark.parametrize("name, words", [("asks for credentials", "-user=NAME"), ("answers 403", "-user=NAME"), ("answers 404", "not Go's pprof"),
                                         ("answers with a login page", "not Go's pprof"), ("accepts and is silent", "firewall")])
def test_advice_fits_what_the_target_does(serve, tmp_path, name, words):
    target = serve(answer_of(name, PprofAnswers([small_program()])))
    done = run("analyze", "-timeout=1s", target.url, folder=tmp_path)
    assert done.returncode == 3 and words in advice(done.stderr), done


def test_an_unknown_host_is_answered_with_what_to_do(tmp_path):
    done = run("check", "http://nowhere.invalid:6060", folder=tmp_path)
    assert done.returncode == 3 and "name is not known" in advice(done.stderr), done


def test_a_certificate_that_is_not_trusted_is_answered_with_what_to_do(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=pace.stretched(60))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with FakeTarget(PprofAnswers([small_program()]), tls=context) as target:
        done = run("check", target.url, folder=tmp_path)
    assert done.returncode == 3 and "-ca=FILE" in advice(done.stderr), done


def test_an_unreadable_file_gets_no_advice_about_targets(tmp_path):
    (tmp_path / "page.html").write_text("<html><body>404 login</body></html>")
    done = run("analyze", "page.html", folder=tmp_path)
    assert done.returncode == 3 and advice(done.stderr) == "", done


def test_the_question_why_neither_writes_nor_runs_anything_again(tmp_path, recorder):
    script, calls = recorder("sys.exit(3)")
    done = run("compare", "-o", "out.json", "-notify=http://x", "-format=json", "http://x:1", "--", "./load.sh", folder=tmp_path,
               env={"LEAKFINDER_BINARY": str(script), "LEAKFINDER_NOTIFY": "http://x"})
    first, second = map(json.loads, calls.read_text().splitlines())
    assert done.returncode == 3 and first[-1] == "./load.sh", done
    assert second[0] == "check" and "http://x:1" in second, second
    assert not {"out.json", "-notify=http://x", "./load.sh", "--"} & set(second), second
    assert {"-save-reports=false", "-force-gc=false"} <= set(second), second


def test_standard_input_reaches_the_binary(tmp_path, recorder):
    script, _ = recorder("print(sys.stdin.read().upper())")
    done = run("check", "-", folder=tmp_path, env={"LEAKFINDER_BINARY": str(script)}, input="dump")
    assert done.stdout == "DUMP\n" and done.returncode == 0, done


@pytest.mark.parametrize("number, whole_group, code", [(signal.SIGTERM, False, 143), (signal.SIGHUP, False, 129), (signal.SIGINT, True, 130)])
@pytest.mark.timing
def test_signals_end_the_binary_in_its_own_way(tmp_path, recorder, number, whole_group, code):
    script, _ = recorder("""
        def leave(number, _):
            os.write(1, b"so far\\n")
            time.sleep(0.2)
            sys.exit(128 + number)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, leave)
        print("ready", flush=True)
        time.sleep(30)
    """)
    env = {**binary.clean_environment(tmp_path), "LEAKFINDER_BINARY": str(script)}
    started = subprocess.Popen([RUNNER, "monitor"], cwd=tmp_path, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                               start_new_session=True)
    assert started.stdout.readline() == "ready\n"
    (os.killpg if whole_group else os.kill)(started.pid, number)
    assert started.communicate(timeout=pace.stretched(20))[0] == "so far\n"
    assert started.returncode == code


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose scripts/build only pretends: it writes a binary that says how often it was built."""
    root = tmp_path / "clone"
    for folder in ("src", "cmake", "scripts"):
        (root / folder).mkdir(parents=True)
    for name in ("CMakeLists.txt", "CMakePresets.json", "src/main.cc", "src/main_test.cc"):
        (root / name).write_text("")
    shutil.copy(RUNNER, root)
    build = root / "scripts/build"
    build.write_text("#!/bin/sh\ncd \"$(dirname \"$0\")/..\" && mkdir -p build/release && echo x >>build/count &&\n"
                     "printf '#!/bin/sh\\necho built %s \"$@\"\\n' \"$(wc -l <build/count)\" >build/release/leakfinder &&\n"
                     "chmod +x build/release/leakfinder && touch build/release/built-leakfinder\n")
    build.chmod(0o755)
    return root


def in_clone(clone: Path) -> subprocess.CompletedProcess:
    env = {name: value for name, value in binary.clean_environment(clone).items()}
    return subprocess.run([clone / "leakfinder.sh", "check", "a b"], cwd=clone.parent, capture_output=True, text=True, timeout=pace.stretched(60), env=env, check=False)


def test_a_clone_without_a_binary_builds_it_first_and_says_so(clone):
    first, second = in_clone(clone), in_clone(clone)
    assert first.stdout == "built 1 check a b\n" and "building it" in first.stderr, first
    assert second.stdout == first.stdout and second.stderr == "", second


def test_a_newer_source_is_built_and_a_newer_test_is_not(clone):
    in_clone(clone)
    future = time.time() + 5
    os.utime(clone / "src/main_test.cc", (future, future))
    assert in_clone(clone).stderr == ""
    os.utime(clone / "src/main.cc", (future, future))
    again = in_clone(clone)
    assert again.stdout.startswith("built 2") and "src/main.cc is newer" in again.stderr, again


def test_a_failed_build_ends_with_3_and_runs_nothing(clone):
    (clone / "scripts/build").write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    done = in_clone(clone)
    assert done.returncode == 3 and done.stdout == "" and re.search("the build failed", done.stderr), done
