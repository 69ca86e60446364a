"""Whether a file is still the one that was read: at a cost that does not follow its length."""

import io
import os
from pathlib import Path

import pytest

from contexta.workspace.fingerprint import digest, same_file, size_of, stamp

MIB = 1024 * 1024


class Counted(io.BytesIO):
    """Counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


@pytest.mark.parametrize("end", [0, 1, 5_000, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_what_stands_after_the_end_does_not_count(end: int) -> None:
    data = os.urandom(4 * MIB)
    assert digest(io.BytesIO(data), end) == digest(io.BytesIO(data[:end]), end) == digest(io.BytesIO(data[:end] + b"more"), end)


@pytest.mark.parametrize("end", [1, 5_000, MIB])
@pytest.mark.parametrize("place", [0.0, 0.3, 0.99])
def test_any_byte_of_a_short_file_counts(end: int, place: float) -> None:
    data = bytearray(os.urandom(end))
    before = digest(io.BytesIO(data), end)
    data[int(end * place)] ^= 1
    assert digest(io.BytesIO(data), end) != before


@pytest.mark.parametrize("place", [0, 4_095, 5 * MIB - 4_096, 5 * MIB - 1])
def test_the_ends_of_a_long_file_count(place: int) -> None:
    data = bytearray(os.urandom(5 * MIB))
    before = digest(io.BytesIO(data), len(data))
    data[place] ^= 1
    assert digest(io.BytesIO(data), len(data)) != before


def test_a_line_more_or_less_in_a_long_file_counts_wherever_it_stands() -> None:
    data = b"".join(b"line %07d\n" % number for number in range(200_000))
    before = digest(io.BytesIO(data), len(data))
    for place in range(0, len(data) - 13, len(data) // 50):
        assert digest(io.BytesIO(data[:place] + data[place + 13 :] + b"x" * 13), len(data)) != before


def test_a_long_file_costs_no_more_than_a_short_one() -> None:
    stream = Counted(bytes(20 * MIB))
    digest(stream, 20 * MIB)
    assert stream.taken <= MIB


def test_stamps_tell_files_and_sizes(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"abc")
    other.write_bytes(b"abc")
    first = stamp(one.stat())
    assert size_of(first) == 3
    assert not same_file(first, stamp(other.stat()))
    with one.open("ab") as stream:
        stream.write(b"d")
    assert same_file(first, stamp(one.stat()))
    assert first != stamp(one.stat())
    assert size_of("unreadable") == -1
