"""Appending a line: one write, on disk when the call returns, after a tail that was torn."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from contexta.errors import ContractError
from contexta.workspace.append import LineFile, claim
from contexta.workspace.layout import claim_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a" / "b" / "lines.jsonl"


def _short(limit: int) -> Callable[[int, bytes], int]:
    """`os.write` on a disk that has room for so many more bytes of each line."""
    write = os.write
    return lambda descriptor, data: write(descriptor, data[:limit])


def test_a_line_is_on_disk_when_the_call_returns(path: Path) -> None:
    file = LineFile(path)
    file.append({"n": 1})
    assert path.read_bytes() == b'{"n":1}\n'
    file.append({"text": "two\nlines", "ü": "é"})
    assert path.read_bytes().splitlines(keepends=True)[1] == '{"text":"two\\nlines","ü":"é"}\n'.encode()


def test_nothing_is_made_before_the_first_line(path: Path) -> None:
    LineFile(path).close()
    assert not path.parent.exists()


def test_what_stands_there_is_kept(path: Path) -> None:
    LineFile(path).append(1)
    LineFile(path).append(2)
    assert path.read_bytes() == b"1\n2\n"


def test_a_tail_without_a_line_end_is_ended_before_the_next_line(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"n":1}\n{"n":')
    file = LineFile(path)
    file.append({"n": 3})
    file.append({"n": 4})
    assert path.read_bytes() == b'{"n":1}\n{"n":\n{"n":3}\n{"n":4}\n'


def test_an_empty_file_has_no_tail(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch()
    LineFile(path).append(1)
    assert path.read_bytes() == b"1\n"


def test_a_short_write_is_told_and_costs_no_other_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = LineFile(path)
    file.append({"n": 1})
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", _short(4))
        with pytest.raises(OSError, match="No space left on device") as told:
            file.append({"n": 2})
    assert (told.value.errno, told.value.filename) == (errno.ENOSPC, str(path))
    file.append({"n": 3})
    file.append({"n": 4})
    assert path.read_bytes() == b'{"n":1}\n{"n\n{"n":3}\n{"n":4}\n'  # its last byte makes room for the line end


def test_a_line_that_another_process_left_torn_meanwhile_costs_no_line_of_ours(path: Path) -> None:
    file = LineFile(path)
    file.append({"n": 1})
    with path.open("ab") as dying:
        dying.write(b'{"n":')
    file.append({"n": 2})
    file.append({"n": 3})
    assert path.read_bytes() == b'{"n":1}\n{"n":{"n":2}\n{"n":2}\n{"n":3}\n'


def test_a_short_write_is_ended_before_any_other_process_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, other = LineFile(path), LineFile(path)
    other.append("other")
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", _short(4))
        with pytest.raises(OSError, match="No space left"):
            file.append({"n": 2})
    other.append("again")
    assert path.read_bytes() == b'"other"\n{"n\n"again"\n'


def test_with_fsync_each_line_and_each_new_folder_reaches_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink())))
    file = LineFile(path, fsync=True)
    for number in range(2):
        file.append(number)
    made = [str(folder) for folder in (path.parent, path.parent.parent, path.parent.parent.parent)]
    assert synced == [*made, str(path), str(path)]
    synced.clear()
    claim(path.parent / "name", fsync=True)
    assert synced == [str(path.parent)]


def test_without_fsync_nothing_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fsync")
    LineFile(path).append(1)
    assert path.read_bytes() == b"1\n"


def test_a_write_that_fails_whole_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = LineFile(path)
    file.append(1)
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space left"):
            file.append(2)
    file.append(3)
    assert path.read_bytes() == b"1\n3\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_a_device_that_is_full_says_so() -> None:
    with pytest.raises(OSError, match="No space left on device"):
        LineFile(Path("/dev/full")).append(1)


@pytest.mark.parametrize("value", [object(), {1: 2}, 2**64, "\ud800", {"a": {1, 2}}])
def test_what_is_no_json_is_refused_and_nothing_is_written(path: Path, value: object) -> None:
    with pytest.raises(ContractError, match="cannot be written as JSON"):
        LineFile(path).append(value)
    assert not path.exists()


def test_a_file_that_was_closed_is_opened_again(path: Path) -> None:
    file = LineFile(path)
    for number in range(2):
        file.append(number)
        file.close()
        file.close()
    assert path.read_bytes() == b"0\n1\n"


def test_a_place_that_is_no_folder_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        LineFile(tmp_path / "file" / "lines.jsonl").append(1)


def test_lines_of_several_threads_and_files_never_mix(path: Path) -> None:
    shared = LineFile(path)
    barrier = threading.Barrier(6)

    def write(number: int) -> None:
        file = shared if number % 2 else LineFile(path)
        barrier.wait()
        for _ in range(200):
            file.append(f"{number}" * 500)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = path.read_bytes().splitlines()
    assert sorted(set(lines)) == [b'"' + str(number).encode() * 500 + b'"' for number in range(6)]
    assert len(lines) == 1200


def test_a_line_that_another_is_just_writing_is_no_torn_tail(path: Path) -> None:
    done = threading.Event()

    def write() -> None:
        file = LineFile(path)
        for _ in range(2000):  # not for ever: a kernel with more to write than the disk takes holds writers up
            if not done.is_set():
                file.append("x" * 60_000)

    LineFile(path).append("first")
    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(200):
        LineFile(path).append("late")
    done.set()
    writer.join()
    assert path.read_bytes().count(b"\n\n") == 0


def test_a_name_is_claimed_once(tmp_path: Path) -> None:
    path = claim_of(tmp_path, "run:p.x")
    assert path == tmp_path / "metadata" / "claims" / "run-p.x"
    assert [claim(path), claim(path), claim(claim_of(tmp_path, "run:p.y"))] == [True, False, True]
    assert path.read_bytes() == b""


def test_of_many_that_claim_a_name_at_once_one_gets_it(tmp_path: Path) -> None:
    barrier, won = threading.Barrier(8), []

    def take() -> None:
        barrier.wait()
        won.append(claim(tmp_path / "claims" / "name"))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_a_claim_that_cannot_be_made_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        claim(tmp_path / "file" / "claims" / "name")
