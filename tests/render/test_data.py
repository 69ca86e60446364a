"""JSON: the page as data that any reader takes."""

import json
import math
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexta.render import to_json
from contexta.report import build_snapshot_report, cells
from contexta.report.document import Block, Chart, Document, Fact, Facts, Line, Section, Sheet, Table
from contexta.report.inline import Bytes, Cell, Duration, Exact, Number, Pairs, Ref, Status, Text, Time
from tests.render.pages import Compare
from tests.render.specimen import links, specimen
from tests.report import builders

# However long an example takes on a busy machine.
patient = settings(deadline=None)


def _refuse(token: str) -> NoReturn:
    raise ValueError(f"{token} is not JSON")


def strict(document: Document) -> Any:
    """What a reader gets that knows JSON and nothing else."""
    return json.loads(to_json(document), parse_constant=_refuse)


def document(*blocks: Block) -> Document:
    return Document("r1", "run", Ref("run:demo.r1", "r1"), (Section("Part", blocks),))


def cell_of(cell: Cell) -> Any:
    return strict(document(Facts((Fact("a", cell),))))["sections"][0]["blocks"][0]["items"][0]["value"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, None),
        (Text("a\x1b"), {"type": "text", "value": "a\x1b"}),
        (Number(0.97777, "nats"), {"type": "number", "value": 0.97777, "unit": "nats"}),
        (Number(3), {"type": "number", "value": 3, "unit": None}),
        (Exact(2**63), {"type": "exact", "value": 2**63, "unit": None}),
        (Time("2026-10-01T08:12:56.250Z"), {"type": "time", "value": "2026-10-01T08:12:56.250Z"}),
        (Duration(12.5), {"type": "duration", "seconds": 12.5, "at_least": False}),
        (Bytes(2900), {"type": "bytes", "count": 2900}),
        (Status("unknown", inferred=True), {"type": "status", "value": "unknown", "inferred": True}),
        (Pairs((("a", Number(1)),)), {"type": "pairs", "items": [["a", {"type": "number", "value": 1, "unit": None}]]}),
    ],
)
def test_a_cell_says_its_type_and_its_raw_value(cell: Cell, expected: object) -> None:
    assert cell_of(cell) == expected


@pytest.mark.parametrize(("value", "name"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
@pytest.mark.parametrize("kind", [Number, Exact])
def test_a_number_that_json_lacks_is_null_beside_its_name(kind: type[Number], value: float, name: str) -> None:
    found = cell_of(kind(value))
    assert (found["value"], found["non_finite"]) == (None, name)


def test_a_finite_number_has_no_such_name() -> None:
    assert "non_finite" not in cell_of(Number(1.5))


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, 10**400, -(10**400)], ids=["2^64", "-2^63-1", "10^400", "-10^400"])
def test_a_huge_whole_number_is_still_said(value: int) -> None:
    found = cell_of(Exact(value))["value"]
    assert found in (float(value) if abs(value) < 10**308 else str(value), str(value))


@patient
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(min_value=-(2**63), max_value=2**64 - 1))
def test_any_ordinary_number_comes_back_as_it_was(value: float) -> None:
    assert cell_of(Exact(value))["value"] == value


@patient
@given(st.text())
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert cell_of(Text(text))["value"] == text


def test_attributes_nested_deeply_do_not_break_the_page() -> None:
    nested: Any = "core"
    for _ in range(200):
        nested = {"in": nested}
    assert cell_of(cells.value(nested))["type"] == "pairs"


def test_half_a_character_does_not_break_the_page() -> None:
    assert cell_of(Text("a\ud800b"))["value"] == "a?b"


def test_a_gap_in_a_chart_is_null() -> None:
    made = strict(document(Chart("loss", None, "index", (), (Line.through("loss", ((0, 2.0), (1, None))),), 2)))
    assert made["sections"][0]["blocks"][0]["lines"][0]["points"] == [[0, 2.0], [1, None]]


def test_a_table_keeps_its_rows_and_says_how_many_there_are() -> None:
    made = strict(document(Table("c", ("N",), ((Number(1),), (None,)), 1200)))["sections"][0]["blocks"][0]
    assert (made["type"], made["columns"], made["total"]) == ("table", ["N"], 1200)
    assert made["rows"] == [[{"type": "number", "value": 1, "unit": None}], [None]]


def test_a_sheet_is_named_with_its_address_and_without_its_rows() -> None:
    table = Table("", ("N",), ((Number(1),),), 1200, "1 of 1,200 rows.", Sheet("values", ("N",), ((1,),) * 1200, "all 1,200 rows"))
    sheet = {"type": "sheet", "name": "values", "columns": ["N"], "holds": "all 1,200 rows"}
    linked = json.loads(to_json(document(table), links))["sections"][0]["blocks"][0]
    assert (linked["note"], linked["sheet"]) == ("1 of 1,200 rows.", {**sheet, "address": "demo.r1.values.csv"})
    assert strict(document(table))["sections"][0]["blocks"][0]["sheet"] == {**sheet, "address": None}


def test_a_page_says_what_it_is() -> None:
    made = strict(build_snapshot_report(builders.snapshot(as_of=builders.END)))
    assert (made["type"], made["kind"], made["title"], made["as_of"]) == ("document", "run", "r1", builders.END)
    assert made["subject"] == {"type": "ref", "ref": "run:demo.r1", "text": "r1"}
    assert [section["title"] for section in made["sections"]] == ["Run Summary", "Stages", "Artifacts", "Diagnostics", "Data Health"]


def test_the_specimen_is_as_it_was(compare: Compare) -> None:
    compare("specimen.json", to_json(specimen()))


def test_a_page_ends_with_a_line_end() -> None:
    assert to_json(specimen()).endswith(b"}\n")
