"""JSONL as it is found on disk: every line with its place, none lost, none trusted."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.contract import Problem
from contexta.workspace import lines
from contexta.workspace.lines import Located, Unusable, read_lines
from contexta.workspace.planes import JsonlPlane
from tests import strategies as build

Line = Located | Unusable


def read(folder: Path, data: bytes) -> list[Line]:
    path = folder / "record.jsonl"
    path.write_bytes(data)
    return list(read_lines(path, "cache/record.jsonl"))


def scan(folder: Path, data: bytes) -> list[Line]:
    path = folder / "record.jsonl"
    path.write_bytes(data)
    return list(JsonlPlane("cache/record.jsonl", path).scan())


def values(found: Iterable[Line]) -> list[Any]:
    return [line.value for line in found if isinstance(line, Located)]


def problems(found: Iterable[Line]) -> list[tuple[int, str]]:
    return [(line.problem.line, line.problem.key) for line in found if isinstance(line, Unusable)]


def only_problem(found: Iterable[Line]) -> Problem:
    (line,) = (line for line in found if isinstance(line, Unusable))
    return line.problem


def test_every_line_knows_its_file_and_its_number(tmp_path: Path) -> None:
    first, second = b'{"a": 1}\n', '{"b": "é"}\n'.encode()
    one, two = read(tmp_path, first + second)
    assert isinstance(one, Located)
    assert isinstance(two, Located)
    assert (one.file, one.line, one.value) == ("cache/record.jsonl", 1, {"a": 1})
    assert (two.line, two.value) == (2, {"b": "é"})
    assert two.problem("key", "what") == Problem("cache/record.jsonl", 2, "key", "what", "warning")


def test_a_problem_says_its_place_as_an_editor_takes_it() -> None:
    assert Problem("a.jsonl", 42, "k", "w").place == "a.jsonl:42"
    assert Problem("a.jsonl", 0, "k", "w").place == "a.jsonl"


def test_an_empty_file_has_no_lines_and_no_problems(tmp_path: Path) -> None:
    assert read(tmp_path, b"") == []


@pytest.mark.parametrize("tail", [b'{"value": 12', b'{"value": 12}', b"7", b'"\xc3', b"\xef\xbb\xbf"])
def test_a_last_line_without_its_end_is_told_and_never_used(tmp_path: Path, tail: bytes) -> None:
    """`12` may have been going to be `1234`."""
    found = read(tmp_path, b'{"a": 1}\n' + tail)
    assert values(found) == [{"a": 1}]
    assert problems(found) == [(2, "torn_line")]
    assert f"{len(tail)} bytes" in only_problem(found).what


def test_a_crlf_file_reads_as_any_other_and_says_so_once(tmp_path: Path) -> None:
    found = scan(tmp_path, b'{"a": "x\\r"}\r\n{"a": 2}\r\n')
    assert values(found) == [{"a": "x\r"}, {"a": 2}]
    assert problems(found) == [(1, "crlf")]
    assert only_problem(found).severity == "info"


def test_a_byte_order_mark_is_passed_over_and_told(tmp_path: Path) -> None:
    found = scan(tmp_path, b'\xef\xbb\xbf{"a": 1}\n{"a": 2}\n')
    assert values(found) == [{"a": 1}, {"a": 2}]
    assert problems(found) == [(1, "byte_order_mark")]


def test_a_byte_order_mark_and_crlf_together_lose_nothing(tmp_path: Path) -> None:
    found = scan(tmp_path, b'\xef\xbb\xbf{"a": 1}\r\n')
    assert values(found) == [{"a": 1}]
    assert problems(found) == [(1, "byte_order_mark"), (1, "crlf")]


def test_a_byte_order_mark_in_the_middle_is_no_json(tmp_path: Path) -> None:
    assert problems(read(tmp_path, b"1\n\xef\xbb\xbf2\n")) == [(2, "malformed_line")]


@pytest.mark.parametrize("blank", [b"\n", b"   \n", b"\r\n", b"\t\n"])
def test_a_blank_line_is_told_and_the_next_keeps_its_number(tmp_path: Path, blank: bytes) -> None:
    found = read(tmp_path, b"1\n" + blank + b"3\n")
    assert problems(found) == [(2, "blank_line")]
    assert [line.line for line in found if isinstance(line, Located)] == [1, 3]


@pytest.mark.parametrize(
    ("token", "value"),
    [(b"NaN", math.nan), (b"Infinity", math.inf), (b"-Infinity", -math.inf), (b"1e400", math.inf), (b"-1e400", -math.inf)],
)
def test_numbers_that_json_does_not_have_are_read_leniently(tmp_path: Path, token: bytes, value: float) -> None:
    (line,) = read(tmp_path, b'{"value": ' + token + b"}\n")
    assert isinstance(line, Located)
    assert line.lenient
    assert repr(line.value["value"]) == repr(value)


def test_a_strict_line_is_not_called_lenient(tmp_path: Path) -> None:
    (line,) = read(tmp_path, b'{"value": 1.5}\n')
    assert isinstance(line, Located)
    assert not line.lenient


def test_lone_surrogates_are_mended_so_that_every_text_can_be_written(tmp_path: Path) -> None:
    found = read(tmp_path, b'{"k\\udc00": ["a\\ud800b", {"x": "\\ud83d\\ude00 \\ude00"}]}\n')
    assert values(found) == [{"k\ufffd": ["a\ufffdb", {"x": "😀 \ufffd"}]}]
    json.dumps(values(found), ensure_ascii=False).encode()


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_a_line_ends_at_newline_and_nowhere_else(tmp_path: Path, separator: str) -> None:
    text = json.dumps({"m": f"a{separator}b"}, ensure_ascii=False) + "\n2\n"
    assert values(read(tmp_path, text.encode())) == [{"m": f"a{separator}b"}, 2]


@pytest.mark.parametrize(("data", "byte"), [(b'{"m": "caf\xc3"}\n', 10), (b'{"m": "\xff"}\n', 7), (b'{"m": "\xed\xa0\x80"}\n', 7)])
def test_what_is_not_utf_8_is_told_with_its_byte(tmp_path: Path, data: bytes, byte: int) -> None:
    found = read(tmp_path, b"1\n" + data + b"3\n")
    assert values(found) == [1, 3]
    assert problems(found) == [(2, "malformed_line")]
    assert only_problem(found).what == f"not UTF-8 at byte {byte} of the line"


@pytest.mark.parametrize("data", [b"{", b"{'a': 1}", b'{"a": 1}{"b": 2}', b"a,b", b"\x00\x00", b'{"a": nan}'])
def test_what_is_not_json_is_told_and_the_next_line_read(tmp_path: Path, data: bytes) -> None:
    found = read(tmp_path, data + b"\n2\n")
    assert values(found) == [2]
    assert problems(found) == [(1, "malformed_line")]
    assert only_problem(found).what.startswith("not JSON at byte")


@pytest.mark.parametrize("depth", [1_100, 100_000])
def test_bottomless_nesting_is_a_problem_and_no_crash(tmp_path: Path, depth: int) -> None:
    found = read(tmp_path, b"[" * depth + b"]" * depth + b"\n2\n")
    assert values(found)[-1] == 2
    assert problems(found) == [(1, "deep_line")]


@pytest.mark.parametrize("size", [41, 80, 81, 82, 200])
def test_a_line_longer_than_the_limit_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 40)
    found = read(tmp_path, b"1\n" + b"9" * size + b"\n3\n")
    assert values(found) == [1, 3]
    assert problems(found) == [(2, "long_line")]
    assert [line.line for line in found if isinstance(line, Located)] == [1, 3]
    assert found[-1] == Located("cache/record.jsonl", 3, b"3", 3)


def test_a_line_at_the_limit_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 40)
    text = b'"' + b"x" * 37 + b'"'
    assert values(read(tmp_path, text + b"\n2\n")) == ["x" * 37, 2]


def test_a_long_last_line_without_an_end_is_told_as_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 40)
    assert problems(read(tmp_path, b"1\n" + b"9" * 500)) == [(2, "long_line")]


def test_a_line_of_50_megabytes_is_told_and_the_rest_read(tmp_path: Path) -> None:
    found = read(tmp_path, b'{"a": 1}\n{"message": "' + b"x" * 50_000_000 + b'"}\n{"a": 3}\n')
    assert values(found) == [{"a": 1}, {"a": 3}]
    assert problems(found) == [(2, "long_line")]
    assert "a line of 50.0 MB, longer than the 16.8 MB that are read" in only_problem(found).what
    assert all(len(line.raw) <= 65_536 for line in found)


def test_a_file_that_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_lines(tmp_path / "none.jsonl", "none.jsonl"))


_pieces = st.sampled_from(
    [b"\n", b"\r\n", b"1", b'{"a": "b"}', b'"\xc3', b"NaN", b"[", b" ", b'"\\ud800"', b"\xef\xbb\xbf", b"\x00"]
) | st.binary(max_size=6)


@build.unhurried
@given(st.lists(_pieces, max_size=12).map(b"".join))
def test_any_bytes_at_all_give_every_line_once_and_in_order(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    found = read(tmp_path_factory.mktemp("any", numbered=True), data)
    told = {line.line if isinstance(line, Located) else line.problem.line for line in found}
    assert told == set(range(1, data.count(b"\n") + 1 + (not data.endswith(b"\n") and bool(data))))
    texts = data.split(b"\n")
    assert all(line.raw in texts[line.line - 1] for line in found if isinstance(line, Located))


@pytest.mark.parametrize(("digits", "value"), [("9" * 5_000, math.inf), ("-" + "9" * 5_000, -math.inf), ("1" + "0" * 300, 1e300)])
def test_a_whole_number_of_any_length_is_read(tmp_path: Path, digits: str, value: float) -> None:
    (line,) = read(tmp_path, f'{{"a": [{digits}, NaN]}}\n'.encode())
    assert isinstance(line, Located)
    assert line.value["a"][0] == value
