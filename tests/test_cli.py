"""The command line: flags in Go's style, environment, config file, their precedence, and what is said of a mistake."""

import pytest

from fake_target import FakeTarget
from support.binary import CLEAN, USAGE
from support.pprof_answers import small_program

COMMANDS = ("check", "monitor", "analyze", "compare", "filter", "patterns", "channels", "memory", "capture", "explain", "completion", "version", "help")


def refused(result, *words: str) -> None:
    """Asserts a usage error: exit 2, nothing on stdout, one line that holds these words."""
    assert result.code == USAGE, result
    assert result.stdout == "", result
    assert len(result.error_lines) == 1, result
    for word in words:
        assert word in result.stderr, f"wanted {word!r}\n{result}"


# --- Mistakes

@pytest.mark.parametrize("typed, meant", [("chekc", "check"), ("analyse", "analyze"), ("memry", "memory"), ("channel", "channels"), ("verison", "version")])
def test_an_unknown_command_is_refused_with_the_nearest_name(leakfinder, typed, meant):
    refused(leakfinder(typed), typed, meant)


@pytest.mark.parametrize("typed, meant", [("-urll=x", "-url"), ("-goroutine-only", "-goroutines-only"), ("-forcegc", "-force-gc"), ("--fromat=json", "-format"), ("-sample", "-samples")])
def test_an_unknown_flag_is_refused_with_the_nearest_name(leakfinder, typed, meant):
    refused(leakfinder("check", typed), typed.partition("=")[0].lstrip("-"), meant)


@pytest.mark.parametrize("flag, value", [
    ("-timeout", "soon"), ("-timeout", "5"), ("-timeout", "-5s"), ("-samples", "many"), ("-samples", "0"), ("-samples", "-1"), ("-samples", "99999999999999999999"),
    ("-format", "pdf"), ("-fail-on", "everything"), ("-color", "blue"), ("-max-body", "big"), ("-memory-normal", "12XB"), ("-goroutine-normal", "ten"),
    ("-gc-threshold", "high"), ("-gc-threshold", "101"), ("-goroutines-only", "maybe"), ("-header", "no colon"), ("-label", "novalue"), ("-top", "-3")])
def test_a_wrong_value_is_refused_with_the_flag_and_the_value(leakfinder, flag, value):
    refused(leakfinder("check", f"{flag}={value}"), flag, value)


def test_a_flag_without_its_value_is_refused(leakfinder):
    refused(leakfinder("check", "-url"), "-url")


@pytest.mark.parametrize("args", [
    ("check", "-goroutines-only", "-memory-only"), ("memory", "-goroutines-only"), ("channels", "-memory-only"), ("analyze", "-memory-only", "-goroutines-only=true")],
    ids=" ".join)
def test_focus_flags_that_contradict_are_refused(leakfinder, args):
    refused(leakfinder(*args), "-goroutines-only" if "-goroutines-only" in " ".join(args) else "-memory-only")


@pytest.mark.parametrize("args", [
    ("check", ":1", ":2"), ("check", "-url=http://127.0.0.1:1", ":2"), ("check", "http://127.0.0.1:1", "127.0.0.1:2")], ids=" ".join)
def test_a_second_target_is_refused(leakfinder, args):
    refused(leakfinder(*args), "target")


def test_thresholds_that_fall_are_refused(leakfinder):
    refused(leakfinder("check", "-goroutine-normal=100", "-goroutine-high=20"), "-goroutine-normal", "-goroutine-high")


def test_never_with_another_fail_on_is_refused(leakfinder):
    refused(leakfinder("check", "-fail-on=never,leak"), "never")
    refused(leakfinder("check", "-fail-on=never", "-fail-on=leak"), "never")


def test_forced_collections_of_a_file_are_refused(leakfinder):
    leakfinder.write("dump.txt", small_program().debug2())
    refused(leakfinder("analyze", "-force-gc", "dump.txt"), "-force-gc")


@pytest.mark.parametrize("flag", ["-config", "-ca", "-cert", "-key", "-bearer-token-file", "-password-file", "-patterns-file", "-baseline"])
def test_a_missing_settings_file_is_refused(leakfinder, flag):
    user = ("-user=x",) if flag == "-password-file" else ()
    refused(leakfinder("check", f"{flag}=nowhere.txt", *user), "nowhere.txt")


def test_no_command_shows_the_usage_and_is_refused(leakfinder):
    result = leakfinder()
    assert result.code == USAGE, result
    assert "check" in result.stderr and "analyze" in result.stderr, result


def test_compare_without_anything_to_wait_for_is_refused(leakfinder, quiet):
    result = leakfinder("compare", quiet.url.replace("http://", ""))
    assert result.code == USAGE, result
    assert "-wait" in result.stderr, result


# --- Help and version

@pytest.mark.parametrize("args", [("help",), ("-h",), ("-help",), ("--help",)], ids=" ".join)
def test_help_names_every_command(leakfinder, args):
    result = leakfinder(*args)
    assert result.code == CLEAN, result
    for command in COMMANDS:
        assert command in result.stdout, f"{command} is missing\n{result}"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_shows_usage_and_an_example(leakfinder, command):
    result = leakfinder("help", command)
    assert result.code == CLEAN, result
    assert f"leakfinder {command}" in result.stdout, result


def test_help_after_a_command_is_the_help_of_the_command(leakfinder):
    assert leakfinder("check", "-help").stdout == leakfinder("help", "check").stdout


def test_help_of_an_unknown_command_is_refused(leakfinder):
    refused(leakfinder("help", "chekc"), "chekc", "check")


@pytest.mark.parametrize("args", [("version",), ("-version",), ("--version",), ("-V",), ("check", "--version")], ids=" ".join)
def test_version_is_one_line_with_name_and_number(leakfinder, args):
    result = leakfinder(*args)
    assert result.code == CLEAN, result
    name, number = result.stdout.strip().split()[:2]
    assert name == "leakfinder" and number[0].isdigit(), result


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for(leakfinder, shell):
    result = leakfinder("completion", shell)
    assert result.code == CLEAN, result
    assert "goroutines-only" in result.stdout and "analyze" in result.stdout, result


def test_explain_lists_the_rules(leakfinder):
    result = leakfinder("explain")
    assert result.code == CLEAN, result
    assert "goroutine/proven-leak" in result.stdout and "memory/growing-site" in result.stdout, result


def test_explain_of_a_rule_tells_about_it(leakfinder):
    result = leakfinder("explain", "goroutine/proven-leak")
    assert result.code == CLEAN, result
    assert len(result.stdout.splitlines()) > 5, result


def test_explain_of_an_unknown_rule_is_refused(leakfinder):
    refused(leakfinder("explain", "goroutine/proven-leek"), "goroutine/proven-leek", "goroutine/proven-leak")


# --- Forms of flags

def url_forms(target: FakeTarget) -> list[tuple[str, ...]]:
    place = target.url.removeprefix("http://")
    return [("check", f"-url={target.url}"), ("check", "-url", target.url), ("check", f"--url={target.url}"), ("check", "--url", target.url),
            (f"-url={target.url}", "check"), ("-url", target.url, "check"), ("check", target.url), ("check", place), ("check", f":{target.port}"),
            ("check", f"localhost:{target.port}"), ("check", "--", place), ("check", "-verbose=false", place), ("-verbose=false", "check", place),
            ("check", "-url=http://127.0.0.1:1", f"-url={target.url}"), ("check", f"{target.url}/debug/pprof/"), ("check", f"{target.url}/debug/pprof")]


@pytest.mark.parametrize("form", range(16))
def test_the_target_can_be_named_in_the_form(leakfinder, quiet, form):
    args = url_forms(quiet)[form]
    result = leakfinder(*args)
    assert result.code == CLEAN, result
    assert quiet.asked("goroutine"), result


def test_a_boolean_flag_does_not_eat_the_next_word(leakfinder, quiet):
    result = leakfinder("-goroutines-only", "check", "-url", quiet.url)
    assert result.code == CLEAN, result
    assert not quiet.asked("heap"), quiet.requests


def test_the_last_of_a_repeated_flag_wins(leakfinder, quiet):
    shown = leakfinder.json("check", "-goroutine-normal=1", "-goroutine-normal=50", "-url", quiet.url)
    assert shown["goroutines"]["level"] == "normal"


@pytest.mark.parametrize("text, level", [("2", "moderate"), ("2MiB", "moderate"), ("2MB", "moderate"), ("2048KiB", "moderate"), ("1GiB", "normal"), ("1GB", "normal"), ("4", "normal")])
def test_a_size_is_read_in_the_form(leakfinder, quiet, text, level):
    shown = leakfinder.json("check", f"-memory-normal={text}", "-memory-moderate=2GiB", "-memory-high=3GiB", "-memory-critical=4GiB", "-url", quiet.url)
    assert shown["memory"]["level"] == level  # 3 MiB live


@pytest.mark.parametrize("text", ["500ms", "1m30s", "2h", "1.5s", "1h2m3s", "300000us"])
def test_a_duration_is_read_in_the_form(leakfinder, quiet, text):
    assert leakfinder("check", f"-timeout={text}", "-url", quiet.url).code == CLEAN


# --- Environment, config file, precedence

def test_a_flag_can_come_from_the_environment(leakfinder, quiet):
    assert leakfinder("check", env={"LEAKFINDER_URL": quiet.url}).code == CLEAN
    assert quiet.asked("goroutine")


def test_a_flag_with_dashes_has_underscores_in_the_environment(leakfinder, quiet):
    leakfinder("check", "-url", quiet.url, env={"LEAKFINDER_GOROUTINES_ONLY": "true"})
    assert quiet.asked("goroutine") and not quiet.asked("heap")


def test_a_wrong_value_in_the_environment_is_refused_with_its_name(leakfinder):
    refused(leakfinder("check", env={"LEAKFINDER_TIMEOUT": "soon"}), "LEAKFINDER_TIMEOUT", "soon")


def test_the_config_file_of_the_working_directory_is_read(leakfinder, quiet):
    leakfinder.write("leakfinder.yaml", f"url: {quiet.url}\ngoroutines-only: true\n")
    assert leakfinder("check").code == CLEAN
    assert quiet.asked("goroutine") and not quiet.asked("heap")


def test_a_config_file_can_be_named(leakfinder, quiet):
    leakfinder.write("other.yaml", f"url: {quiet.url}\n")
    assert leakfinder("check", "-config=other.yaml").code == CLEAN


@pytest.mark.parametrize("content, line", [("url: x\nurrl: y\n", ":2"), ("\n\ntimeout: soon\n", ":3"), ("url: a\nurl: b\n", ":2"), ("url: [unclosed\n", "")],
                         ids=["unknown key", "wrong value", "key twice", "not YAML"])
def test_a_mistake_in_the_config_file_is_refused_with_its_line(leakfinder, content, line):
    leakfinder.write("leakfinder.yaml", content)
    refused(leakfinder("check"), f"leakfinder.yaml{line}")


@pytest.mark.parametrize("flag, env, file, wanted", [
    (("-goroutine-normal=2",), None, None, "high"), ((), "2", None, "high"), ((), None, "2", "high"),
    (("-goroutine-normal=50",), "2", "2", "normal"), ((), "50", "2", "normal"), (("-goroutine-normal=50",), None, "2", "normal")],
    ids=["flag", "environment", "file", "flag over both", "environment over file", "flag over file"])
def test_a_value_is_taken_by_precedence_from(leakfinder, quiet, flag, env, file, wanted):
    if file:
        leakfinder.write("leakfinder.yaml", f"goroutine-normal: {file}\n")
    fixed = ("-goroutine-moderate=3", "-goroutine-high=300") if wanted == "high" else ()
    shown = leakfinder.json("check", *flag, *fixed, "-url", quiet.url, env={"LEAKFINDER_GOROUTINE_NORMAL": env} if env else {})
    assert shown["goroutines"]["level"] == wanted  # 12 goroutines


def test_verbose_names_each_value_that_is_not_a_default_with_its_origin(leakfinder, quiet):
    leakfinder.write("leakfinder.yaml", "goroutine-moderate: 120\n")
    result = leakfinder("check", "-verbose", "-timeout=7s", "-url", quiet.url, env={"LEAKFINDER_GOROUTINE_NORMAL": "60"})
    assert result.code == CLEAN, result
    lines = {name: next((line for line in result.error_lines if name in line), "") for name in ("timeout", "goroutine-normal", "goroutine-moderate", "goroutine-high")}
    assert "7s" in lines["timeout"] and "flag" in lines["timeout"], result
    assert "60" in lines["goroutine-normal"] and "LEAKFINDER_GOROUTINE_NORMAL" in lines["goroutine-normal"], result
    assert "120" in lines["goroutine-moderate"] and "leakfinder.yaml" in lines["goroutine-moderate"], result
    assert not lines["goroutine-high"], result


def test_verbose_names_the_target_and_the_thresholds_that_had_to_move(leakfinder, quiet):
    result = leakfinder("check", "-verbose", "-goroutine-normal=150", f"localhost:{quiet.port}")
    assert result.code == CLEAN, result
    assert f"leakfinder: localhost:{quiet.port} (argument)" in result.error_lines, result
    assert any("-goroutine-moderate=150 (default 100" in line for line in result.error_lines), result
    assert not any("-goroutine-high" in line for line in result.error_lines), result


def test_verbose_leaves_stdout_as_it_is(leakfinder, quiet):
    quietly, verbosely = leakfinder.json("check", "-url", quiet.url), leakfinder.json("check", "-verbose", "-url", quiet.url)
    assert quietly["goroutines"]["total"] == verbosely["goroutines"]["total"]


SECRETS = {
    "a URL": lambda port: (("-url", f"http://uservalue:S3CR3T@127.0.0.1:{port}"), {}),
    "a header": lambda port: (("-header", "Authorization: S3CR3T", "-url", f"http://127.0.0.1:{port}"), {}),
    "the environment": lambda port: (("-user=someone", "-url", f"http://127.0.0.1:{port}"), {"LEAKFINDER_PASSWORD": "S3CR3T"}),
}


@pytest.mark.parametrize("source", SECRETS)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_shows_nowhere_when_it_comes_from(leakfinder, quiet, source, form):
    args, env = SECRETS[source](quiet.port)
    result = leakfinder("analyze", "-verbose", f"-format={form}", "-sample-interval=50ms", *args, env=env)
    saved = b"".join(path.read_bytes() for path in leakfinder.folder.rglob("*") if path.is_file())
    assert result.code == CLEAN, result
    assert b"S3CR3T" not in result.stdout_bytes + result.stderr_bytes + saved, result
    assert b"uservalue" not in result.stdout_bytes + result.stderr_bytes + saved, result


@pytest.mark.parametrize("source", SECRETS)
def test_a_secret_shows_nowhere_in_an_error_when_it_comes_from(leakfinder, source):
    args, env = SECRETS[source](1)
    result = leakfinder("check", "-verbose", *args, env=env)
    assert result.code == 3, result
    assert b"S3CR3T" not in result.stdout_bytes + result.stderr_bytes, result


def test_a_secret_is_sent_to_the_target(leakfinder, quiet):
    leakfinder("check", "-user=someone", "-url", quiet.url, env={"LEAKFINDER_PASSWORD": "S3CR3T"})
    assert {r.header("Authorization") for r in quiet.requests} == {"Basic c29tZW9uZTpTM0NSM1Q="}


def test_the_own_headers_are_sent_with_every_request(leakfinder, quiet):
    leakfinder("check", "-header", "X-One: 1", "-header=X-Two: 2", "-url", quiet.url)
    assert {(r.header("X-One"), r.header("X-Two")) for r in quiet.requests} == {("1", "2")}
