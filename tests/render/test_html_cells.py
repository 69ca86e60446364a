"""Cells as HTML: every kind, whatever text it holds, alone and by the column."""

import math
import re
from collections.abc import Sequence
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from contexta.render import html_cells, no_links, words
from contexta.report.document import Column, Rows, Table
from contexta.report.inline import Bytes, Cell, Change, Code, Duration, Exact, Hash, Level, Number, Pairs, Ref, Spark, Status, Text, Time
from tests.render.pages import Page, read
from tests.render.specimen import ADDRESS, HOSTILE, LINKED, MOMENT, links

# However long an example takes on a busy machine.
patient = settings(deadline=None)

HOSTILE_TEXTS = (
    HOSTILE,
    "</bdi></td><script>alert(1)</script>",
    "\" onmouseover='alert(1)' x=\"",
    "' autofocus onfocus=alert(1) '",
    "&amp;&lt;b&gt;",
    "%s %(x)s {0} {{ 7 * 7 }}",
    "a\u202eb\x00c\x7fd\u200be",
    "naïve · 12 µs – ✓",
    "\ud800",
    "",
)


def every_kind(text: str) -> dict[str, Cell]:
    """A cell of each kind, the text wherever one can stand."""
    return {
        "nothing": None,
        "text": Text(text),
        "code": Code(text),
        "hash": Hash(text),
        "change": Change(0.5, text, better=True),
        "spark": Spark((1.0, None, 2.0)),
        "number": Number(0.97777, text),
        "exact": Exact(0.1 + 0.2, text),
        "linked ref": Ref(LINKED, text),
        "bare ref": Ref(text, text),
        "status": Status(text, inferred=True),
        "level": Level(text),
        "time": Time(text),
        "duration": Duration(7800.0, at_least=True),
        "bytes": Bytes(2900),
        "pairs": Pairs(((text, Text(text)), ("in", Pairs(((text, Number(1.5, text)),))))),
    }


KINDS = list(every_kind(""))
every_kind_of_cell = pytest.mark.parametrize("kind", KINDS)
texts = st.text(min_size=1, max_size=20) | st.text(alphabet="<>\"'&=/ \n\x00\x1b;!-{}%#ab", min_size=1, max_size=20)


def put(cell: Cell) -> str:
    return str(html_cells.cell(cell, links))


def table(*columns: Sequence[Cell]) -> Table:
    rows = tuple(zip(*columns, strict=True))
    return Table("", tuple(map(str, range(len(columns)))), rows, len(rows))


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    return read(html).shape()


def every_text(page: Page) -> str:
    return "".join([*page.texts, *(value for _, attributes in page.elements for value in attributes.values())])


def test_every_kind_of_cell_is_here() -> None:
    assert {type(cell) for cell in every_kind("x").values()} == set(get_args(Cell))


# text is text


@every_kind_of_cell
@pytest.mark.parametrize("text", [text for text in HOSTILE_TEXTS if text], ids=ascii)
def test_no_text_makes_an_element_or_an_attribute(kind: str, text: str) -> None:
    found = read(put(every_kind(text)[kind]))
    assert found.shape() == shape(put(every_kind("harmless")[kind]))
    assert found.comments == 0


@patient
@given(texts.filter(lambda text: text != "count"))
@example("\ud800")
@example("&amp;")
def test_text_is_escaped_once_and_what_is_hidden_is_visible(text: str) -> None:
    for kind, cell in every_kind(text).items():
        made = put(cell)
        assert not re.search(f"[{words.HIDDEN}]", made), kind
        if kind not in ("nothing", "time", "duration", "bytes", "spark"):
            assert words.visible(text) in every_text(read(made)), kind


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=ascii)
def test_text_that_is_called_safe_is_escaped_all_the_same(text: str) -> None:
    class Safe(str):
        def __html__(self) -> str:
            return str(self)

    assert put(Text(Safe(text))) == put(Text(text))


@pytest.mark.parametrize("address", ["a\"b'c<d>&e", "javascript:\x1b\u202e"])
def test_an_address_is_escaped(address: str) -> None:
    (found,) = (attributes for tag, attributes in read(str(html_cells.cell(Ref("run:x", "x"), lambda _: address))).elements if tag == "a")
    assert found == {"href": words.visible(address)}


# one way for all


@patient
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8), st.lists(texts, min_size=1, max_size=3))
def test_a_cell_is_the_same_alone_and_in_a_column_of_any_others(kinds: list[str], found: list[str]) -> None:
    column = [every_kind(found[index % len(found)])[kind] for index, kind in enumerate(kinds)]
    body = html_cells.body(table(column), links)
    right = ' class="number"' if body.numeric[0] else ""
    assert body.rows == "".join(f'<tr><th scope="row"{right}>{put(cell)}\n' for cell in column)


numbers = (
    st.floats() | st.integers() | st.floats(-10, 10).map(lambda value: round(value, 5)) | st.sampled_from((0.0, -0.0, 1e-5, 1e15, 10**30))
)


@patient
@given(st.lists(numbers, min_size=1, max_size=8))
@example([math.nan, 1.0, 2.0, 3.0])
@example([1.0, 10**30, math.nan, 2.0])
@example([math.inf, -math.inf, 5e-324, 0.00001])
@example([0.0, -0.0, 0, 1])
@example([9.9e14, 1e15, 1e16, 123456789012345680.0])
def test_a_number_is_the_same_alone_and_among_others(values: list[float]) -> None:
    for kind in (Number, Exact):
        column = [kind(value) for value in values]
        assert html_cells.body(table(column), links).rows == "".join(f'<tr><th scope="row" class="number">{put(cell)}\n' for cell in column)


# each kind


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, '<span class="nothing">&#8211;</span>'),
        (Text("a <b>"), '<bdi class="text">a &lt;b&gt;</bdi>'),
        (Code("a&b"), "<code>a&amp;b</code>"),
        (Number(0.97777, "nats"), '<data value="0.97777">0.9778</data> <span class="unit">nats</span>'),
        (Number(48_000, "count"), '<data value="48000">48,000</data>'),
        (Number(7), "7"),
        (Number(0.5), "0.5"),
        (Number(1.0), '<data value="1.0">1</data>'),
        (Number(math.nan), '<data value="nan">NaN</data>'),
        (Exact(0.1 + 0.2), "0.30000000000000004"),
        (Exact(-math.inf), '<data value="-inf">-Infinity</data>'),
        (Ref(LINKED, "r0"), f'<a href="{ADDRESS}"><bdi>r0</bdi></a>'),
        (Ref("run:demo.r9", "r9"), '<bdi title="run:demo.r9">r9</bdi>'),
        (Status("failed"), '<span class="status failed"><span aria-hidden="true">&#10007;</span> failed</span>'),
        (
            Status("open", inferred=True),
            '<span class="status open"><span aria-hidden="true">&#9684;</span> open</span> <span class="aside">inferred</span>',
        ),
        (Level("warning"), '<span class="level warning"><span aria-hidden="true">&#9650;</span> warning</span>'),
        (Time(MOMENT), f'<time datetime="{MOMENT}">2026-10-01 08:12:56 UTC</time>'),
        (Duration(7800.0), '<data value="7800">2 h 10 min</data>'),
        (Duration(7800.0, at_least=True), '<data value="7800"><span title="inferred: at least">&ge;</span> 2 h 10 min</data>'),
        (Bytes(2900), '<data value="2900">2.9 KB</data>'),
        (
            Pairs((("a", Number(1)), ("b", Pairs((("c", None),))))),
            '<span class="pairs"><span><span class="aside">a</span> 1</span>, <span><span class="aside">b</span> '
            '<span class="pairs"><span><span class="aside">c</span> <span class="nothing">&#8211;</span></span></span></span></span>',
        ),
        (Pairs(()), '<span class="pairs"></span>'),
    ],
    ids=repr,
)
def test_a_cell_as_html(cell: Cell, expected: str) -> None:
    assert html_cells.cell(cell, links) == expected


# tables

one_cell = st.sampled_from([*every_kind("x").values(), None])


@patient
@given(st.lists(st.tuples(one_cell, one_cell, one_cell), max_size=6))
def test_the_columns_that_line_up_are_those_that_the_table_says(rows: list[tuple[Cell, ...]]) -> None:
    found = Table("", ("a", "b", "c"), tuple(rows), len(rows))
    assert html_cells.body(found, no_links).numeric == found.numeric()


@patient
@given(st.lists(st.tuples(*[one_cell] * 3), min_size=1, max_size=4))
def test_cells_by_the_column_are_the_same_as_cells_one_by_one(rows: list[tuple[Cell, ...]]) -> None:
    kinds = [type(cell) for cell in rows[0]]
    same = [tuple(cell if type(cell) is kind else None for cell, kind in zip(row, kinds, strict=True)) for row in rows]
    columns = tuple(map(typed, kinds, zip(*same, strict=True)))
    one_by_one, by_column = (html_cells.body(Table("", ("a", "b", "c"), each, len(rows)), links) for each in (tuple(same), Rows(columns)))
    assert by_column == one_by_one
    assert [*Rows(columns)] == same


def typed(kind: Any, cells: Sequence[Cell]) -> Column:
    if kind is type(None):
        return Column(Text, ([None] * len(cells),))
    return Column(kind, tuple([[getattr(cell, name, None) for cell in cells] for name in kind.__match_args__]))


def test_a_row_is_headed_by_its_first_cell() -> None:
    body = html_cells.body(table([Text("a"), Text("b")], [Number(1), None], [Text("c"), Text("d")]), no_links)
    assert body.rows == (
        '<tr><th scope="row"><bdi class="text">a</bdi><td class="number">1<td><bdi class="text">c</bdi>\n'
        '<tr><th scope="row"><bdi class="text">b</bdi><td class="number"><span class="nothing">&#8211;</span>'
        '<td><bdi class="text">d</bdi>\n'
    )


def test_a_table_without_rows_has_none() -> None:
    assert html_cells.body(Table("", ("a", "b"), (), 0), no_links) == html_cells.Body(
        Markup('<th scope="col">a</th><th scope="col">b</th>'), Markup(""), (False, False)
    )


def test_titles_are_escaped_and_line_up_with_their_numbers() -> None:
    body = html_cells.body(Table("", ("<b>", "loss\u202e"), ((Text("a"), Number(1)),), 1), no_links)
    assert body.head == '<th scope="col">&lt;b&gt;</th><th scope="col" class="number">loss&#10216;U+202E&#10217;</th>'


def test_a_row_that_lacks_a_cell_is_no_row_cut_short() -> None:
    with pytest.raises(ValueError, match="zip"):
        html_cells.body(Table("", ("a", "b"), ((Text("a"), Text("b")), (Text("a"),)), 2), no_links)
