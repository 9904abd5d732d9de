"""The release build is hardened: what the file of the program itself tells."""

import shutil
import subprocess

import pytest

from support import places

pytestmark = pytest.mark.skipif(shutil.which("readelf") is None, reason="needs readelf")


def readelf(option: str) -> str:
    return subprocess.run(["readelf", "-W", option, places.binary()], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def release() -> None:
    """Skips for builds that are not the release: they are not hardened, or in other ways."""
    if places.binary().parent.name != "release":
        pytest.skip("not the release build")


def test_it_is_position_independent():
    assert "DYN (Position-Independent Executable" in readelf("-h")


def test_its_stack_cannot_be_executed():
    stack = [line for line in readelf("-l").splitlines() if "GNU_STACK" in line]
    assert stack and " RW " in stack[0] and "RWE" not in stack[0]


def test_relocations_are_read_only_from_the_start(release):
    assert "GNU_RELRO" in readelf("-l")
    assert "BIND_NOW" in readelf("-d") or " NOW" in readelf("-d"), "lazy binding leaves the table of functions writable"


def test_stacks_are_guarded(release):
    assert "__stack_chk_fail" in readelf("--dyn-syms")


def test_buffers_of_the_c_library_are_checked(release):
    assert "_chk@" in readelf("--dyn-syms"), "no function of the fortified C library is used"


def test_no_segment_is_writable_and_executable():
    loads = [line.split() for line in readelf("-l").splitlines() if line.strip().startswith("LOAD")]
    assert loads and not [line for line in loads if "W" in "".join(line[6:-1]) and "E" in "".join(line[6:-1])]


def test_it_searches_no_folder_of_its_builder_for_libraries(release):
    assert "RPATH" not in readelf("-d") and "RUNPATH" not in readelf("-d")
