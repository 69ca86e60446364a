"""Lines that are held are let go, and can be told again to the byte."""

from typing import Any

from contexta.workspace.frames import Framed, RecordItem
from contexta.workspace.held import Held
from contexta.workspace.lines import Block, Located

STENCIL, OTHER = "a stencil", "another"  # held by what it is, never looked into
CUTTERS: Any = {STENCIL: ({}, (b'{"a":', b"}\n")), OTHER: ({}, (b'{"b":', b',"c":', b"}\r\n"))}
EVENT = Framed(Located("f", 8, b'{"e":0}', {"e": 0}), RecordItem({"e": 0}))


def held(**passed: Any) -> Held:
    used: list[Any] = [STENCIL, OTHER, STENCIL]
    return Held(rows=[(b"1",), (b"2", b"3"), (b"4",)], used=used, **passed)


def test_lines_are_told_again_as_they_stood() -> None:
    some = held(passed={0: (b'{"e":0}\n', EVENT), 2: (b'{"e":0}\r\n', EVENT)}, numbers=[3, 4, 8, 9, 10])
    assert some.block("f", CUTTERS) == Block(
        "f", [b'{"e":0}\n', b'{"a":1}\n', b'{"e":0}\r\n', b'{"b":2,"c":3}\r\n', b'{"a":4}\n'], [3, 4, 8, 9, 10]
    )
    assert len(some) == 5
    assert [some.place(row) for row in range(3)] == [1, 3, 4]


def test_where_nothing_was_passed_over_rows_are_lines() -> None:
    some = held(numbers=[1, 2, 3])
    assert some.block("f", CUTTERS).texts == [b'{"a":1}\n', b'{"b":2,"c":3}\r\n', b'{"a":4}\n']
    assert [some.place(row) for row in range(3)] == [0, 1, 2]
