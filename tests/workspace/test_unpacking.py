"""What is unpacked of archives: all that they hold, however they end, in bounded memory and on a bounded disk."""

import importlib.util
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from contexta.workspace import unpacking
from contexta.workspace.unpacking import Flaw, can_be_unpacked, unpack
from tests.conftest import CHECKOUT
from tests.workspace.packing import packed

LINES = b"".join(b'{"line": %d}\n' % number for number in range(20_000))
both = pytest.mark.parametrize("packing", ["gz", "zst"])


def unpacked(folder: Path, data: bytes, packing: str) -> tuple[Flaw | None, bytes]:
    archive, copy = folder / "archive", folder / "copies" / "copy"
    archive.write_bytes(data)
    with archive.open("rb") as stream:
        flaw = unpack(stream, packing, copy)
    return flaw, copy.read_bytes()


@both
def test_all_members_of_an_archive_are_unpacked(packing: str, tmp_path: Path) -> None:
    data = packed(LINES, packing) + packed(b"", packing) + packed(b"last\n", packing)
    assert unpacked(tmp_path, data, packing) == (None, LINES + b"last\n")


@both
@pytest.mark.parametrize("share", [0, 0.0002, 0.5, 0.9999])
def test_a_cut_archive_gives_what_it_holds_and_is_told(packing: str, share: float, tmp_path: Path) -> None:
    whole = packed(LINES, packing)
    flaw, data = unpacked(tmp_path, whole[: int(len(whole) * share)], packing)
    assert flaw is not None
    assert flaw.key == "cut_archive"
    assert LINES.startswith(data)
    assert len(data) > len(LINES) * (share - 0.4)


@both
def test_an_archive_that_ends_between_two_members_is_whole_but_one_within_the_second_is_not(packing: str, tmp_path: Path) -> None:
    one, other = packed(LINES, packing), packed(b"last\n", packing)
    flaw, data = unpacked(tmp_path, one + other[:5], packing)
    assert flaw is not None
    assert (flaw.key, data) == ("cut_archive", LINES)


@both
@pytest.mark.parametrize("tail", [b"no archive", b"{}\n{}\n{}\n"])
def test_what_is_no_archive_ends_it_and_is_told(packing: str, tail: bytes, tmp_path: Path) -> None:
    flaw, data = unpacked(tmp_path, packed(LINES, packing) + tail, packing)
    assert flaw is not None
    assert (flaw.key, flaw.severity, data) == ("damaged_archive", "error", LINES)


@both
def test_a_byte_that_changed_is_told(packing: str, tmp_path: Path) -> None:
    whole = bytearray(packed(LINES, packing))
    whole[len(whole) // 2] ^= 0x55
    flaw, data = unpacked(tmp_path, bytes(whole), packing)
    assert flaw is not None or data != LINES
    assert packing == "zst" or (flaw is not None and flaw.key == "damaged_archive")  # a .zst may be without a checksum


@both
def test_no_more_is_unpacked_than_the_limit(packing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MAX_UNPACKED", 3_000_000)
    flaw, data = unpacked(tmp_path, packed(bytes(50_000_000), packing), packing)
    assert flaw is not None
    assert flaw.key == "large_archive"
    assert 2_000_000 < len(data) <= 3_000_000


@both
def test_memory_does_not_follow_what_an_archive_holds(packing: str, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb"
    bomb.write_bytes(packed(bytes(100_000_000), packing) * 5)
    code = f"""
from pathlib import Path
from contexta.workspace import unpacking
unpacking.MAX_UNPACKED = 300_000_000
flaw = unpacking.unpack(open({str(bomb)!r}, "rb"), {packing!r}, Path({str(tmp_path / "copy")!r}))
print(flaw.key)
"""
    limit = 200_000_000
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(CHECKOUT)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
        capture_output=True,
        check=True,
        text=True,
    )
    (tmp_path / "copy").unlink()
    assert run.stdout.strip() == "large_archive"


def test_nobody_else_can_read_what_is_unpacked(tmp_path: Path) -> None:
    unpacked(tmp_path, packed(LINES, "gz"), "gz")
    assert (tmp_path / "copies").stat().st_mode & 0o077 == 0


def test_a_missing_package_is_known_before_a_file_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_be_unpacked("zst")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not can_be_unpacked("zst")
    assert can_be_unpacked("gz")
    assert can_be_unpacked("")
