"""What a dump can make LeakFinder keep is bounded by flags; what is beyond is counted and told, and the rest is analysed."""

import json

import pytest

from support.binary import peak_rss
from support.places import instrumented, slowdown
from support.synthetic import Group, Program, frames

CALLERS = [f"main.caller{n} /src/app/call.go:{n + 1}" for n in range(40)]
MANY_SITES = Program(tuple(Group(3, "chan receive", frames(f"main.site{n:03} /src/app/s{n}.go:{n + 1}", *CALLERS), first_id=100 * n + 1) for n in range(50)))


def messages(shown) -> list[str]:
    return [warning["message"] for warning in shown["warnings"] if warning["code"] == "limit-reached"]


FORMS = {"dump": MANY_SITES.debug2, "debug=1": MANY_SITES.debug1, "protobuf": MANY_SITES.proto}


@pytest.fixture(params=FORMS)
def file(request, leakfinder) -> str:
    leakfinder.write("profile", FORMS[request.param]())
    return "profile"


@pytest.mark.parametrize("flag", ["-max-stacks=7", "-max-frames-per-stack=5", "-max-name-bytes=2KiB", "-max-goroutines=20"])
def test_what_is_beyond_a_limit_is_counted_and_told_with_the_flag_that_raises_it(leakfinder, file, flag):
    shown = leakfinder.json("check", flag, file)
    assert shown["goroutines"]["total"] == MANY_SITES.total, "what is not kept is counted all the same"
    told = messages(shown)
    assert any(flag.partition("=")[0] in message for message in told), shown["warnings"]
    assert all(warning["count"] > 0 for warning in shown["warnings"])


def test_nothing_is_told_within_the_limits(leakfinder, file):
    assert not messages(leakfinder.json("check", file))


def test_the_sites_that_fit_are_still_found(leakfinder):
    leakfinder.write("dump.txt", MANY_SITES.debug2())
    shown = leakfinder("check", "-max-stacks=20", "-top=100", "dump.txt")
    assert "main.site000" in shown.stdout and "main.site049" not in shown.stdout, shown


def test_a_long_stack_keeps_its_leaf(leakfinder):
    leakfinder.write("dump.txt", MANY_SITES.debug2())
    shown = leakfinder("check", "-max-frames-per-stack=3", "dump.txt")
    assert "main.site" in shown.stdout and shown.code in (0, 1), shown


def test_labels_are_bounded_too(leakfinder):
    blocks = "".join(f"goroutine {n} [select] {{user: u{n}}}:\nmain.f(0x1)\n\t/m.go:1 +0x1\n\n" for n in range(1, 60))
    leakfinder.write("dump.txt", blocks)
    shown = leakfinder.json("check", "-max-labels=10", "dump.txt")
    assert shown["goroutines"]["total"] == 59
    assert any("-max-labels" in message for message in messages(shown)), shown["warnings"]


def test_different_limits_are_different_warnings(leakfinder):
    leakfinder.write("dump.txt", MANY_SITES.debug2())
    shown = leakfinder.json("check", "-max-stacks=7", "-max-frames-per-stack=5", "dump.txt")
    assert len(messages(shown)) == 2, shown["warnings"]


@pytest.mark.parametrize("flag", ["-max-stacks=0", "-max-frames-per-stack=0", "-max-labels=-1", "-max-name-bytes=x"])
def test_a_limit_that_is_none_is_refused(leakfinder, flag):
    result = leakfinder("check", flag, "dump.txt")
    assert result.code == 2 and flag.partition("=")[0] in result.stderr, result


def test_the_limits_bound_the_memory(leakfinder):
    """Sixty thousand goroutines, each with a stack and names of its own."""
    if instrumented() > 1:
        pytest.skip("a sanitizer build has memory of its own")
    leakfinder.write("dump.txt", "".join(
        f"goroutine {n} [select]:\nexample.com/{'p' * 200}/{n}.f(0x1)\n\t/src/{'d' * 200}/{n}.go:1 +0x1\n\n" for n in range(1, 60_000)))
    bounds = ("-max-stacks=1000", "-max-name-bytes=1MiB", "-max-goroutines=1000")
    free = peak_rss("check", "-goroutines-only", "dump.txt", cwd=leakfinder.folder)
    bounded = peak_rss("check", "-goroutines-only", *bounds, "dump.txt", cwd=leakfinder.folder)
    assert bounded < free - (20 << 20), f"{bounded} {free}"


SCATTERED = "".join(f"goroutine {n} [chan receive (nil chan)]:\nmain.f(0x1)\n\t/m.go:{n} +0x1\nmain.run()\n\t/m.go:1 +0x1\n"
                    f"created by main.g in goroutine 1\n\t/m.go:2 +0x1\n\n" for n in range(1, 60_000))


@pytest.mark.parametrize("command", ["check", "patterns", "channels"])
def test_a_dump_of_sixty_thousand_sites_is_reported_in_part_and_tells_how_many_were_left_out(leakfinder, command):
    """Each finding told all other sites of its start: four gigabytes, a minute, and the same key sixty thousand times."""
    leakfinder.write("dump.txt", SCATTERED)
    result = leakfinder(command, "-format=json", "dump.txt", timeout=60 * slowdown())
    shown = json.loads(result.stdout)  # as it is: to validate ten thousand findings takes minutes
    assert shown["goroutines"]["total"] == 59_999
    assert len(shown["findings"]) == 10_000
    assert [warning["count"] for warning in shown["warnings"] if "findings" in warning["message"]] == [49_999]
    if instrumented() == 1:
        assert peak_rss(command, "dump.txt", cwd=leakfinder.folder) < 400 << 20


def test_a_profile_whose_stacks_share_their_frames_is_not_written_out_stack_by_stack(leakfinder):
    """Two bytes a frame in the profile were two hundred in the report."""
    if instrumented() > 1:
        pytest.skip("a sanitizer build has memory of its own")
    deep = [frames(f"example.com/{'long' * 20}/pkg.f{n} /src/{'deep' * 20}/f.go:{n + 1}")[0] for n in range(300)]
    groups = tuple(Group(1, "chan receive", (*frames(f"main.site{n} /src/app/s.go:{n + 1}"), *(deep[(n + k * (1 + n % 7)) % 300] for k in range(500))))
                   for n in range(4000))
    leakfinder.write("profile.pb.gz", Program(groups).proto())
    assert peak_rss("check", "profile.pb.gz", cwd=leakfinder.folder) < 200 << 20
