"""Manners: what a target is asked, in which order, how often, and what is left out to spare it."""

from dataclasses import replace

import pytest

from fake_target import FakeTarget
from misbehaviours import shows
from support.binary import CLEAN
from support.pprof_answers import NAMES, PprofAnswers, small_program
from support.synthetic import Group, Program, Site, frames

FAST = ("analyze", "-save-reports=false", "-sample-interval=50ms")
COMMANDS = [("check",), FAST, ("patterns", "-leakprof-samples=2", "-leakprof-interval=50ms", "-save-reports=false"),
            ("channels", "-leakprof-samples=2", "-leakprof-interval=50ms", "-save-reports=false"), ("memory", "-save-reports=false"), ("filter", "-filter-func=work", "-save-reports=false"),
            ("monitor", "-monitor-duration=300ms", "-monitor-interval=100ms")]
command = pytest.mark.parametrize("args", COMMANDS, ids=lambda args: args[0])


def crowd(total: int, state: str = "chan receive") -> Program:
    return Program((Group(total - 1, state, frames("main.subscriber /src/app/feed.go:8")),), small_program().sites)


def asked(target: FakeTarget) -> list[str]:
    return [request.target for request in target.requests]


def with_leak_profile(program: Program) -> PprofAnswers:
    return PprofAnswers([program], serves=NAMES)


# --- Every command

@command
def test_the_index_is_asked_first_by(leakfinder, quiet, args):
    leakfinder(*args, "-url", quiet.url)
    assert quiet.requests[0].path == "/debug/pprof/", asked(quiet)


@command
def test_only_get_is_used_by(leakfinder, quiet, args):
    leakfinder(*args, "-url", quiet.url)
    assert {request.method for request in quiet.requests} == {"GET"}


@command
def test_at_most_two_requests_are_under_way_at_once_in(leakfinder, quiet, args):
    leakfinder(*args, "-url", quiet.url)
    assert quiet.most_at_once <= 2, asked(quiet)


@command
def test_two_kept_connections_serve_all_requests_of(leakfinder, quiet, args):
    leakfinder(*args, "-url", quiet.url)
    assert quiet.connections <= 2, [str(request) for request in quiet.requests]


@command
def test_no_collection_is_forced_unasked_by(leakfinder, quiet, args):
    leakfinder(*args, "-url", quiet.url)
    assert not [request for request in quiet.requests if "gc" in request.query], asked(quiet)


@command
def test_neither_cmdline_nor_profiles_that_cost_time_are_asked_by(leakfinder, quiet, args):
    leakfinder(*args, "-url", quiet.url)
    assert not {"cmdline", "profile", "trace", "symbol", "block", "mutex", "threadcreate"} & {request.profile for request in quiet.requests}
    assert not [request for request in quiet.requests if "seconds" in request.query]


@command
def test_the_requests_name_the_program_in(leakfinder, quiet, args):
    leakfinder(*args, "-url", quiet.url)
    assert all((request.header("User-Agent") or "").startswith("leakfinder/") for request in quiet.requests)


@pytest.mark.parametrize("args", COMMANDS[:2], ids=lambda args: args[0])
def test_the_stated_cost_is_what_the_target_saw_of(leakfinder, quiet, args):
    cost = leakfinder.json(*args, "-url", quiet.url)["cost"]
    assert cost["requests"] == len(quiet.requests)
    assert cost["bytes"] == sum(request.body_bytes for request in quiet.requests)
    assert cost["full_dumps"] == len(quiet.asked("goroutine", 2)) and cost["forced_collections"] == 0


# --- The cheapest profile that answers

def test_goroutines_and_heap_are_asked_side_by_side(leakfinder, serve):
    healthy = PprofAnswers([small_program()])

    def slow(exchange):
        exchange.pause(0.3 if exchange.request.profile in ("goroutine", "heap") else 0)
        healthy(exchange)
    target = serve(slow)
    leakfinder("check", "-url", target.url)
    assert target.most_at_once == 2, asked(target)


def test_check_asks_for_no_full_dump(leakfinder, quiet):
    leakfinder("check", "-url", quiet.url)
    assert not quiet.asked("goroutine", 2) and quiet.asked("goroutine", 0), asked(quiet)


def test_check_asks_three_questions(leakfinder, quiet):
    leakfinder("check", "-url", quiet.url)
    assert len(quiet.requests) == 3, asked(quiet)


def test_analyze_asks_for_full_dumps_of_few_goroutines(leakfinder, quiet):
    leakfinder(*FAST, "-url", quiet.url)
    assert len(quiet.asked("goroutine", 2)) == 2, asked(quiet)


def test_above_the_limit_no_full_dump_is_asked_and_the_flag_that_allows_it_is_named(leakfinder, serve):
    target = serve(PprofAnswers([crowd(1001)]))
    result = leakfinder(*FAST, "-url", target.url)
    assert not target.asked("goroutine", 2), asked(target)
    assert "-max-goroutines-full" in result.stdout + result.stderr, result


@pytest.mark.parametrize("limit, total, full", [(1000, 1000, True), (1000, 1001, False), (20, 12, True), (5, 12, False), (5000, 4000, True)])
def test_the_limit_of_full_dumps_is_the_flags(leakfinder, serve, limit, total, full):
    target = serve(PprofAnswers([crowd(total)]))
    leakfinder(*FAST, f"-max-goroutines-full={limit}", "-url", target.url)
    assert bool(target.asked("goroutine", 2)) is full, asked(target)


class MovesWithEachSample(PprofAnswers):
    """Moves on with each goroutine profile, whatever its form; all else sees the moment of the last one."""

    def moment(self, form: str):
        with self.lock:
            number = self.asked["samples"]
            self.asked["samples"] += form in ("proto", "debug1", "debug2")
        return self.moments[min(number, len(self.moments) - 1)]


def test_a_target_that_grows_beyond_the_limit_is_judged_by_counts_from_there_on(leakfinder, serve):
    """The pool has no identities any more and is no leak; what goes on growing is found on both sides of the limit."""
    pool = Group(700, "select", frames("main.(*pool).work /src/app/pool.go:31"), first_id=10)
    grown = [Program((pool, Group(n, "chan send", frames("main.ask.func1 /src/app/ask.go:9"), first_id=5000)), small_program().sites)
             for n in range(100, 700, 50)]
    target = serve(MovesWithEachSample(grown))
    shown = leakfinder.json("analyze", "-samples=12", "-sample-interval=50ms", "-save-reports=false", "-url", target.url)
    assert 0 < len(target.asked("goroutine", 2)) < 12 and target.asked("goroutine", 0), asked(target)
    assert [finding["rule"] for finding in shown.at_function("main.ask.func1")] == ["goroutine/growing-site"], shown.findings
    assert all(finding["verdict"] != "leak" for finding in shown.at_function("pool")), shown.findings
    assert shown["goroutines"]["total"] > 1000, shown["goroutines"]


def test_a_profile_that_was_skipped_is_a_warning_in_json(leakfinder, serve):
    shown = leakfinder.json(*FAST, "-url", serve(PprofAnswers([crowd(3000)])).url)
    assert "profile-skipped" in shown.warning_codes(), shown["warnings"]


def test_few_heap_records_are_asked_as_text_which_has_the_memstats(leakfinder, quiet):
    leakfinder("check", "-url", quiet.url)
    assert quiet.asked("heap", 1) and not quiet.asked("heap", 0) and not quiet.asked("vars"), asked(quiet)


def many_sites(count: int) -> Program:
    return Program(small_program().groups, tuple(Site(frames(f"main.site{i} /src/app/sites.go:{i + 1}"), 2, 1 << 20) for i in range(count)))


def test_many_heap_records_are_asked_as_protobuf_with_the_memstats_of_expvar(leakfinder, serve):
    target = serve(PprofAnswers([many_sites(2500)], variables=True))
    shown = leakfinder.json("check", "-url", target.url)
    assert target.asked("heap", 0) and not target.asked("heap", 1) and target.asked("vars"), asked(target)
    assert shown["memory"]["num_gc"] == 5


def test_many_heap_records_without_expvar_are_measured_all_the_same(leakfinder, serve):
    shown = leakfinder.json("check", "-url", serve(PprofAnswers([many_sites(2500)])).url)
    assert shown.run.code == CLEAN and shown["memory"]["live_bytes"] == 5000 << 20


def test_the_command_line_of_the_target_is_never_kept(leakfinder, serve):
    target = serve(PprofAnswers([many_sites(2500)], variables=True))
    result = leakfinder("capture", "-o", "taken", "-samples=1", "-url", target.url)
    kept = b"".join(path.read_bytes() for path in leakfinder.folder.rglob("*") if path.is_file())
    assert b"CMDLINESECRET" not in kept + result.stdout_bytes + result.stderr_bytes


def test_a_saved_memory_profile_costs_one_more_request(leakfinder, quiet):
    cost = leakfinder.json("analyze", "-sample-interval=50ms", "-url", quiet.url)["cost"]
    assert len(quiet.asked("heap", 0)) == 1 and cost["requests"] == len(quiet.requests), asked(quiet)


# --- The leak profile

def test_the_leak_profile_is_asked_once_as_protobuf_after_the_dumps(leakfinder, serve):
    target = serve(with_leak_profile(small_program()))
    leakfinder(*FAST, "-samples=3", "-url", target.url)
    leak, = target.asked("goroutineleak")
    assert leak.debug == 0
    assert all(request.ended <= leak.began for request in target.asked("goroutine", 2)) and target.asked("goroutine", 2), asked(target)


def test_check_asks_for_no_leak_profile(leakfinder, serve):
    target = serve(with_leak_profile(small_program()))
    leakfinder("check", "-url", target.url)
    assert not target.asked("goroutineleak"), asked(target)


def test_a_pile_up_on_one_lock_forbids_the_leak_profile(leakfinder, serve):
    pile_up = Program((Group(1500, "sync.Mutex.Lock", frames("sync.(*Mutex).Lock /usr/lib/go/src/sync/mutex.go:46", "main.(*account).deposit /src/app/account.go:9")),))
    target = serve(with_leak_profile(pile_up))
    result = leakfinder(*FAST, "-max-goroutines-full=5000", "-url", target.url)
    assert not target.asked("goroutineleak"), asked(target)
    assert shows("goroutineleak|leak profile", result.stdout + result.stderr), result


def test_many_goroutines_forbid_the_leak_profile(leakfinder, serve):
    target = serve(with_leak_profile(crowd(3000)))
    leakfinder(*FAST, "-url", target.url)
    assert not target.asked("goroutineleak"), asked(target)


# --- Odd places

def test_without_an_index_the_profiles_are_asked_directly(leakfinder, serve):
    target = serve(PprofAnswers([small_program()], index=False))
    shown = leakfinder.json("check", "-url", target.url)
    assert shown.run.code == CLEAN and shown["goroutines"]["total"] == small_program().total and shown["memory"]["live_bytes"] == 3 << 20


@pytest.mark.parametrize("tail", ["", "/", "/ops", "/ops/", "/ops/debug/pprof", "/ops/debug/pprof/"])
def test_a_prefix_is_kept(leakfinder, serve, tail):
    target = serve(PprofAnswers([small_program()], prefix=("/ops" if "ops" in tail else "") + "/debug/pprof"))
    result = leakfinder("check", "-url", target.url + tail)
    assert result.code == CLEAN, result


def test_a_unix_socket_is_a_target(leakfinder, serve):
    target = serve(unix_path=str(leakfinder.folder / "app.sock"))
    shown = leakfinder.json("check", "-url", target.url)
    assert shown.run.code == CLEAN and shown["goroutines"]["total"] == small_program().total


def test_a_redirect_within_the_target_is_followed(leakfinder, serve):
    healthy = PprofAnswers([small_program()], prefix="/new/debug/pprof")

    def moved(exchange):
        path = exchange.request.target
        return healthy(exchange) if path.startswith("/new") else exchange.answer(302, b"", Location="/new" + path)
    assert leakfinder("check", "-url", serve(moved).url).code == CLEAN


# --- Forced collections

def test_forced_collections_are_as_many_as_asked(leakfinder, quiet):
    cost = leakfinder.json("check", "-memory-only", "-force-gc", "-gc-cycles=3", "-gc-wait=100ms", "-url", quiet.url)["cost"]
    forced = [request for request in quiet.asked("heap") if request.query.get("gc", "0") != "0"]
    assert len(forced) == 3 and cost["forced_collections"] == 3, asked(quiet)


def test_the_wait_lies_before_the_last_forced_collection(leakfinder, quiet):
    leakfinder("check", "-memory-only", "-force-gc", "-gc-cycles=2", "-gc-wait=600ms", "-url", quiet.url)
    first, last = [request for request in quiet.asked("heap") if "gc" in request.query]
    assert last.began - first.ended >= 0.55


def test_forced_collections_tell_no_growth_of_a_stable_heap(leakfinder, serve):
    moments = [replace(small_program(), memstats={"NumGC": 5 + i, "LastGC": 1_790_000_000_000_000_000 + i * 10**9}) for i in range(8)]
    shown = leakfinder.json("check", "-memory-only", "-force-gc", "-gc-wait=100ms", "-url", serve(PprofAnswers(moments)).url)
    assert shown["gc"]["result"] == "NO GROWTH" and shown.run.code == CLEAN, shown["gc"]
