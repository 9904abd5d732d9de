"""The recipes of docs/ci.md and examples/: their YAML is parsed, their shell steps run against a service that leaks and one that does not."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from support import golang, pace, places, schemas

GUIDE = (places.PROJECT / "docs" / "ci.md").read_text(encoding="utf-8")
EXAMPLE = places.PROJECT / "examples" / "service"
ACTION = yaml.safe_load((places.PROJECT / "examples" / "github-action" / "action.yml").read_text(encoding="utf-8"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


WORKFLOW_WITH_ACTION, WORKFLOW_ALONE, GITLAB = map(yaml.safe_load, blocks("yaml"))
JENKINS, = blocks("groovy")


def job_steps(workflow: dict) -> list[dict]:
    return workflow["jobs"]["leaks"]["steps"]


def scripts_of(steps: list[dict]) -> list[str]:
    return [step["run"] for step in steps if "run" in step]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Machine:
    """A checkout of the example service on a CI machine whose PATH has leakfinder; `run` is one shell after another."""

    folder: Path
    leaking: bool
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        toolchain = golang.required()
        shutil.copytree(EXAMPLE, self.folder)
        tools = self.folder.parent / "bin"
        tools.mkdir()
        (tools / "leakfinder").symlink_to(places.binary())
        port = free_port()
        self.environment = {
            **toolchain.environment(),
            "PATH": f"{tools}:{Path(toolchain.command).parent}:{os.environ['PATH']}",
            "ADDRESS": f"127.0.0.1:{port}", "LEAKFINDER_URL": f"http://127.0.0.1:{port}",
            "LEAK": "1" if self.leaking else "",
        }

    def run(self, script: str, **more: str) -> subprocess.CompletedProcess:
        """Runs the script as GitHub and GitLab do; what it leaves running goes on."""
        with open(self.folder.parent / "log.txt", "w+") as log:
            done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], cwd=self.folder, env={**self.environment, **more},
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, timeout=pace.stretched(180), check=False)
            log.seek(0)
            return subprocess.CompletedProcess(script, done.returncode, log.read())

    def end_services(self) -> None:
        """Ends the services that the scripts left: those of this folder only."""
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and os.readlink(entry / "exe").startswith(str(self.folder)):
                    os.kill(int(entry.name), signal.SIGTERM)
            except OSError:
                continue


@pytest.fixture(params=[True, False], ids=["leaking", "healthy"])
def machine(request, tmp_path):
    made = Machine(tmp_path / "repo", request.param)
    yield made
    made.end_services()


def filled(value: str, inputs: dict[str, str]) -> str:
    """The `${{ … }}` of an action as the runner fills them in."""
    value = value.replace("${{ github.action_path }}", str(places.PROJECT / "examples" / "github-action"))
    return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], value)


def run_action(machine: Machine, **given: str) -> tuple[int, str, Path]:
    """The exit code and output of the action's steps, and the folder of its files."""
    inputs = {**{name: row["default"] for name, row in ACTION["inputs"].items()}, "url": machine.environment["LEAKFINDER_URL"], **given}
    temporary = machine.folder.parent
    files = {name: str(temporary / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH")}
    code, output = 0, ""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"], "an input in a script's text could be a command"
        variables = {name: filled(value, inputs) for name, value in step.get("env", {}).items()}
        done = machine.run(step["run"], RUNNER_TEMP=str(temporary), **files, **variables)
        code, output = done.returncode, output + done.stdout
        if code != 0:
            break
    return code, output, temporary


def start(machine: Machine) -> None:
    for script in scripts_of(job_steps(WORKFLOW_WITH_ACTION)):
        done = machine.run(script)
        assert done.returncode == 0, done.stdout


@pytest.mark.live
def test_the_action_annotates_and_leaves_valid_files(machine):
    start(machine)
    code, output, folder = run_action(machine, load="./loadtest.sh")
    assert code == (1 if machine.leaking else 0), output
    assert ("::error " in output) == machine.leaking
    assert "leakfinder" in (folder / "GITHUB_OUTPUT").read_text()
    assert (folder / "GITHUB_STEP_SUMMARY").read_text()
    assert schemas.sarif_problems(json.loads((folder / "leakfinder.sarif").read_text())) == []
    if machine.leaking:
        assert "file=main.go,line=22" in output


def test_the_workflow_uses_inputs_that_the_action_has():
    step, = (step for step in job_steps(WORKFLOW_WITH_ACTION) if "OWNER" in step.get("uses", ""))
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert set(ACTION["outputs"]) >= set(re.findall(r"steps\.leaks\.outputs\.(\w+)", GUIDE))


@pytest.mark.live
def test_the_action_takes_no_command_from_an_input(machine):
    start(machine)
    code, output, folder = run_action(machine, flags="-quiet $(touch hacked) ; touch hacked", **{"fail-on": "leak; touch hacked"})
    assert code == 2, output
    assert not list(folder.rglob("hacked"))


@pytest.mark.parametrize("name, scripts", [("github", scripts_of(job_steps(WORKFLOW_ALONE))), ("gitlab", ["\n".join(GITLAB["leaks"]["script"])]),
                                           ("jenkins", re.findall(r"sh '''(.*?)'''", JENKINS, re.DOTALL))])
@pytest.mark.live
def test_the_shell_steps_find_the_leak_and_nothing_else(machine, name, scripts):
    assert scripts
    code, output = 0, ""
    for script in scripts:
        done = machine.run(script)
        code, output = done.returncode, output + done.stdout
    assert code == (1 if machine.leaking else 0), f"{name}: {output}"
    if name == "github":
        assert ("::error file=main.go,line=22" in output) == machine.leaking
    else:
        assert schemas.junit_problems((machine.folder / "leaks.xml").read_text()) == []


@pytest.mark.live
def test_the_integration_test_fails_for_a_leak_only(machine):
    done = machine.run("go test -count=1 ./...")
    assert (done.returncode != 0) == machine.leaking, done.stdout
    assert ("main.ask" in done.stdout) == machine.leaking


def test_the_integration_test_is_shown_as_it_is():
    shown, = blocks("go")
    source = (EXAMPLE / "leak_test.go").read_text(encoding="utf-8")
    assert all(line.strip() in source for line in shown.splitlines())


@pytest.mark.live
def test_a_known_leak_is_accepted_from_the_baseline_on(machine):
    start(machine)
    write, read = re.findall(r"^(leakfinder compare [^#\n]*baseline=.*? -- \S+)", GUIDE, re.MULTILINE)
    assert machine.run(write).returncode == 0
    done = machine.run(read)
    assert done.returncode == 0, done.stdout
    assert ("1 accepted" in done.stdout) == machine.leaking

