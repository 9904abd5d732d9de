"""Rows on files: text dumps, heap profiles, whole commands."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

from .processes import Failed, interleave, run_reporting, run_whole
from .rows import Bar, Round, Row, at_most, beyond_identities, faster, mebibytes, same_answers
from .workshop import Skipped, Workshop, need

TEXT = ("goroutines", "groups", "stacks", "id_sum")
ONCE = ("panicparse",)  # takes a minute for what takes the others a second: the first round is enough


def d64(shop: Workshop) -> Path:
    return shop.generated("d64.txt", "debug2", "--goroutines", "20292", "--stacks", "1140", "--frames", "18-34")


def d512(shop: Workshop, goroutines: int = 163220) -> Path:
    return shop.generated(f"d512-{goroutines}.txt", "debug2", "--goroutines", str(goroutines), "--stacks", "3905", "--frames", "18-34")


def r64(shop: Workshop) -> Path:
    """What a live target with 20,000 goroutines answers; where net/http/pprof cut it, without the goroutine that was cut."""
    return shop.recorded("r64.txt", "/debug/pprof/goroutine?debug=2", True, goroutines=20000, stacks=2249, depth=22)


def decoding(dump: Callable[[Workshop], Path], peers: tuple[str, ...], quick_peers: tuple[str, ...]) -> Callable[[Workshop], Callable[[], Round]]:
    """Our decoding of a file, reading included, beside peers that have it in memory."""

    def prepare(shop: Workshop) -> Callable[[], Round]:
        ours = shop.cxx("bench_decode")
        programs = {peer: shop.go_program(f"peers/{peer}") for peer in (quick_peers if shop.quick else peers)}
        path = str(dump(shop))
        checked: list[bool] = []

        def one_round() -> Round:
            commands = {
                "leakfinder": lambda: run_reporting([ours, "file", path]),
                "leakfinder, memory": lambda: run_reporting([ours, "memory", path]),
            }
            measured = interleave(commands, 3)
            for peer, program in programs.items():
                if not (checked and peer in ONCE):
                    measured[peer] = run_reporting([program, path])
            if not checked:
                same_answers(measured, TEXT, ("leakfinder", "gostackparse", "seedlike"))
                same_answers(measured, ("wait_minutes",), ("leakfinder", "gostackparse"))
                same_answers(measured, ("goroutines", "id_sum"), ("leakfinder", "panicparse"))
                checked.append(True)
            return measured

        return one_round

    return prepare


def memory_use(shop: Workshop) -> Callable[[], Round]:
    """Twice the bytes and goroutines of the same stacks: what grows is the room that a doubling vector of identities keeps."""
    ours = shop.cxx("bench_decode")
    whole, half = str(d512(shop)), str(d512(shop, 81610))

    def one_round() -> Round:
        return {"d512": run_reporting([ours, "file", whole]), "d256": run_reporting([ours, "file", half])}

    return one_round


def heap_decoding(make: Callable[[Workshop], Path]) -> Callable[[Workshop], Callable[[], Round]]:
    def prepare(shop: Workshop) -> Callable[[], Round]:
        ours, peer = shop.cxx("bench_decode"), shop.go_program("peers/profile")
        path = str(make(shop))

        def one_round() -> Round:
            measured = interleave({"leakfinder": lambda: run_reporting([ours, "file", path]), "google/pprof": lambda: run_reporting([peer, path])}, 5)
            same_answers(measured, ("inuse_bytes",), ("leakfinder", "google/pprof"))
            return measured

        return one_round

    return prepare


def heap50k(shop: Workshop) -> Path:
    return shop.generated("heap-50k.pb.gz", "heap-pb", "--samples", "50000", "--gzip")


def heap50k_live(shop: Workshop) -> Path:
    return shop.recorded("heap-50k-live.pb.gz", "/debug/pprof/heap", goroutines=10, stacks=2, heap_sites=50000)


def memory_command(shop: Workshop) -> Callable[[], Round]:
    shop.go_version()
    binary, pprof, path = shop.binary(), shop.pprof_binary(), str(heap50k_live(shop))

    def one_round() -> Round:
        ours = {"leakfinder": lambda: run_whole([binary, "memory", "-fail-on=never", path])}
        theirs = {
            "go tool pprof": lambda: run_whole(["go", "tool", "pprof", "-top", path]),
            "pprof binary": lambda: run_whole([pprof, "-top", path]),
        }
        return {**interleave(ours, 5), **interleave(theirs, 1)}

    return one_round


def starting(shop: Workshop) -> Callable[[], Round]:
    binary, curl = shop.binary(), need("curl")

    def one_round() -> Round:
        commands = {"leakfinder help": lambda: run_whole([binary, "help"]), "curl --version": lambda: run_whole([curl, "--version"])}
        return interleave(commands, 40)

    return one_round


FORMS = {
    "parents differ": [],
    "frames elided": ["--form", "elided"],
    "gp= in the header": ["--form", "crash"],
    "synctest bubble": ["--form", "synctest"],
    "labels, Go 1.26": ["--form", "labels126"],
    "labels, Go 1.27": ["--form", "labels127"],
    "ancestors": ["--form", "ancestors"],
    "no parent, Go 1.19": ["--form", "go119"],
}


def forms(shop: Workshop) -> Callable[[], Round]:
    """100 goroutines of one stack in each form that some parser loses: all must be there, in one group."""
    ours = shop.cxx("bench_decode")
    peers = {}
    for peer in ("gostackparse", "panicparse", "seedlike"):
        try:
            peers[peer] = shop.go_program(f"peers/{peer}")
        except Skipped:
            continue  # the row is about ours; a peer that can't be built is only not shown

    def one_round() -> Round:
        measured: Round = {}
        for name, arguments in FORMS.items():
            path = str(shop.generated(f"form-{name.replace(' ', '-').replace(',', '')}.txt", "debug2", "--goroutines", "100", "--stacks", "1", *arguments))
            told = run_reporting([ours, "file", path])
            if told.answer["goroutines"] != 100 or told.answer["groups"] != 1 or told.answer["lost"] != 0:
                raise Failed(f"{name}: 100 goroutines of one stack became {told.answer}")
            for peer, program in peers.items():
                try:
                    answer = run_reporting([program, path]).answer
                    told.extra[peer] = f"{answer.get('goroutines', 0)} goroutines, {answer.get('groups', 0)} groups"
                except Failed as failed:
                    told.extra[peer] = str(failed)
            measured[name] = told
        return measured

    return one_round


def growth(shop: Workshop) -> Callable[[], Round]:
    """How our cost grows with each dimension; nothing is held to a bar."""
    ours = shop.cxx("bench_decode")
    inputs: dict[str, Path] = {}
    for goroutines in (10_000, 40_000, 160_000):
        inputs[f"{goroutines:,} goroutines"] = shop.generated(
            f"grow-g{goroutines}.txt", "debug2", "--goroutines", str(goroutines), "--stacks", "1000", "--frames", "8-16")
    for stacks in (100, 1_000, 10_000, 40_000):
        inputs[f"{stacks:,} stacks"] = shop.generated(
            f"grow-s{stacks}.txt", "debug2", "--goroutines", "40000", "--stacks", str(stacks), "--frames", "8-16")
    for samples in (1_000, 10_000, 100_000):
        inputs[f"{samples:,} samples"] = shop.generated(f"grow-h{samples}.pb.gz", "heap-pb", "--samples", str(samples), "--gzip")

    def one_round() -> Round:
        return interleave({name: (lambda path=path: run_reporting([ours, "file", str(path)])) for name, path in inputs.items()}, 3)

    return one_round


def peak(tool: str) -> Callable[[Round], float]:
    return lambda r: mebibytes(r[tool].peak_rss_bytes)


PEERS = ("gostackparse", "seedlike")
ROWS = [
    Row("text-d64", "66 MB of debug=2, synthetic, file to groups with identities",
        [faster("leakfinder", "gostackparse", 5), faster("leakfinder", "seedlike", 45), faster("leakfinder, memory", "gostackparse", None)],
        decoding(d64, PEERS, PEERS)),
    Row("text-r64", "60 MB of debug=2 from a live target (one parent: panicparse's easy case)",
        [faster("leakfinder", "gostackparse", 5), faster("leakfinder", "seedlike", 45), faster("leakfinder", "panicparse", 70)],
        decoding(r64, (*PEERS, "panicparse"), PEERS)),
    Row("text-d512", "537 MB of debug=2, 163,220 goroutines, 3,905 stacks", [faster("leakfinder", "gostackparse", 5)],
        decoding(d512, ("gostackparse",), ("gostackparse",)), slow=True),
    Row("text-memory", "peak memory for 537 MB, and for half of it",
        [Bar("beyond 24 bytes a goroutine", lambda r: beyond_identities(r["d512"]), 24, False, " MiB"),
         Bar("growth with size", lambda r: beyond_identities(r["d512"]) - beyond_identities(r["d256"]), 3, False, " MiB")],
        memory_use, slow=True),
    Row("forms", "the forms of a dump that peers lose", [Bar("forms read", lambda r: float(len(r)), len(FORMS), True, "")], forms, rounds=1),
    Row("heap-50k", "heap profile of 50,000 samples to sites, synthetic (33,000 locations)",
        [faster("leakfinder", "google/pprof", 10),
         Bar("our peak memory / google/pprof", lambda r: peak("leakfinder")(r) / peak("google/pprof")(r), 0.25, False)],
        heap_decoding(heap50k)),
    Row("heap-50k-live", "the same from a live target (few locations)",
        [faster("leakfinder", "google/pprof", 10),
         Bar("our peak memory / google/pprof", lambda r: peak("leakfinder")(r) / peak("google/pprof")(r), 0.25, False)],
        heap_decoding(heap50k_live)),
    Row("memory-file", "`memory FILE`, whole process", [faster("leakfinder", "go tool pprof", 50), faster("leakfinder", "pprof binary", None)],
        memory_command),
    Row("help", "`help` against `curl --version`", [at_most("leakfinder help", "curl --version", 1.0)], starting),
    Row("growth", "how decoding grows with goroutines, stacks, samples", [], growth, rounds=3, slow=True),
]

