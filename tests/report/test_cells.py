"""Contract values become typed cells; tables drop empty columns and count what they cut."""

from typing import Any

import pytest

from contexta.report import cells
from contexta.report.document import Column, Rows, Table
from contexta.report.inline import Bytes, Cell, Code, Duration, Number, Pairs, Ref, Status, Text, Time
from tests.report import builders


def test_a_model_is_called_by_its_name_and_linked_by_its_reference() -> None:
    assert cells.ref(builders.run(name="demo.r1")) == Ref("run:demo.r1", "r1")


def test_an_inferred_status_says_so() -> None:
    assert cells.status(builders.stage("train", "unknown")) == Status("unknown", inferred=True)
    assert cells.status(builders.stage("train", "failed")) == Status("failed", inferred=False)


def test_what_never_ended_has_no_duration() -> None:
    assert cells.lasted(builders.run(status="open")) is None


def test_an_inferred_model_took_at_least_as_long_as_its_records_span() -> None:
    assert cells.lasted(builders.run(status="unknown")) == Duration(60.0, at_least=True)
    assert cells.lasted(builders.run(status="completed")) == Duration(60.0)


@pytest.mark.parametrize("make", [cells.time, cells.text, cells.code, cells.value])
def test_nothing_known_is_no_cell(make: Any) -> None:
    assert make(None) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (True, Text("true")),
        (False, Text("false")),
        (3, Number(3)),
        (0.5, Number(0.5)),
        ("3", Text("3")),
        ("", Text("")),
        ({}, None),
        ({"b": 1, "a": None}, Pairs((("a", None), ("b", Number(1))))),
        ([1, "x"], Pairs((("0", Number(1)), ("1", Text("x"))))),
        ({"a": {"b": True}}, Pairs((("a", Pairs((("b", Text("true")),))),))),
    ],
)
def test_whatever_json_holds_becomes_a_cell(given: object, expected: Cell) -> None:
    assert cells.value(given) == expected


def test_attributes_nested_as_deep_as_the_reader_takes_them_become_a_cell() -> None:
    nested: Any = "core"
    for _ in range(900):
        nested = {"in": nested}
    made = cells.value(nested)
    assert isinstance(made, Pairs)
    assert "(1 entry, nested too deep to show)" in str(made)


def test_a_column_in_which_no_row_has_anything_is_left_out() -> None:
    made = cells.table("c", ("Name", "Size", "Hash"), [(Text("a"), None, Code("1")), (Text("b"), None, None)])
    assert made == Table("c", ("Name", "Hash"), ((Text("a"), Code("1")), (Text("b"), None)), 2)


def test_the_first_column_stays_even_when_it_is_empty() -> None:
    assert cells.table("", ("Name", "Size"), [(None, Bytes(1))]).columns == ("Name", "Size")
    assert cells.table("", ("Name", "Size"), []).columns == ("Name",)


def test_zero_is_something_to_show() -> None:
    assert cells.table("", ("Name", "Loss"), [(Text("a"), Number(0))]).columns == ("Name", "Loss")


def test_a_table_shows_a_thousand_rows_and_counts_the_rest() -> None:
    made = cells.table("", ("N",), ((Number(index),) for index in range(1001)))
    assert (len(made.rows), made.total) == (1000, 1001)
    assert made.rows[-1] == (Number(999),)


def by_column(*columns: Column) -> Table:
    return cells.table("", tuple("abc")[: len(columns)], Rows(columns))


def test_a_table_by_the_column_is_the_same_as_one_by_the_row() -> None:
    made = by_column(Column(Ref, ((None, None), (None, None))), Column(Text, ((None, None),)), Column(Number, ([0, None],)))
    assert made == Table("", ("a", "c"), ((None, Number(0)), (None, None)), 2)
    assert made == cells.table("", "abc", [(None, None, Number(0)), (None, None, None)])
    assert made.rows[0] == (None, Number(0))


def test_a_table_by_the_column_shows_a_thousand_rows_too() -> None:
    made = by_column(Column(Number, (range(1001),)))
    assert (len(made.rows), made.total, made.rows[-1]) == (1000, 1001, (Number(999),))


def test_a_column_of_quantities_lines_up_at_the_right() -> None:
    made = cells.table("", ("Name", "Took", "Mixed"), [(Text("a"), Duration(1.0), Number(1)), (Text("b"), None, Text("1"))])
    assert made.numeric() == (False, True, False)


def test_a_column_of_which_nothing_is_known_does_not() -> None:
    assert Table("", ("A", "B"), ((Text("a"), None),), 1).numeric() == (False, False)


def test_a_moment_stays_as_it_was_written() -> None:
    assert cells.time("2026-10-01T00:00:00.250Z") == Time("2026-10-01T00:00:00.250Z")


def test_of_many_attributes_the_first_are_shown_and_the_rest_counted() -> None:
    made = cells.pairs({f"k{number:04}": number for number in range(250)})
    assert made is not None
    assert made.items[0] == ("k0000", Number(0))
    assert len(made.items) == cells.MAX_IN_CELL + 1
    assert made.items[-1] == ("…", Text("150 more entries not shown"))


def test_many_attributes_within_others_are_counted() -> None:
    made = cells.pairs({"a": 1, "deep": {"inner": [{"n": number} for number in range(60)]}, "list": []})
    assert made == Pairs((("a", Number(1)), ("deep", Text("(1 entry)")), ("list", Text("(0 entries)"))))


def test_settings_may_be_more_than_attributes_in_a_cell() -> None:
    settings = {f"k{number:04}": {"a": number} for number in range(200)}
    shown = [(name, Pairs((("a", Number(one["a"])),))) for name, one in sorted(settings.items())]
    assert cells.value(settings) == Pairs(tuple(shown))
