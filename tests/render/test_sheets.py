"""CSV: what any reader of RFC 4180 gets back, and what a spreadsheet does not run."""

import csv
import io
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexta.render import to_csv, words
from contexta.report.document import Scalar, Sheet

# However long an example takes on a busy machine.
patient = settings(deadline=None)

texts = st.text(max_size=12) | st.text(alphabet="=+-@\t\r\n\",;'x \x1b\u202e", max_size=8)
scalars = texts | st.integers() | st.floats() | st.none()


def sheet(*rows: tuple[Scalar, ...], columns: tuple[str, ...] = ("A", "B")) -> Sheet:
    return Sheet("values", columns, rows, "all rows")


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


def only(cell: Scalar) -> str:
    """What the file holds for a cell, as a reader gets it."""
    return read(to_csv(sheet((cell, "x"))))[1][0]


def test_a_file_has_a_line_of_titles_and_a_line_for_each_row_that_end_with_cr_lf() -> None:
    made = to_csv(sheet(("a", 1), ("b,c", None), ('say "x"', 2.5)))
    assert made == b'A,B\r\na,1\r\n"b,c",\r\n"say ""x""",2.5\r\n'


def test_a_sheet_without_rows_has_its_titles() -> None:
    assert to_csv(sheet()) == b"A,B\r\n"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1 + 0.2, "0.30000000000000004"),
        (-1.5, "-1.5"),
        (10**18, "1000000000000000000"),
        (1e300, "1e+300"),
        (-0.0, "-0.0"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
def test_a_number_is_exact_and_never_marked_as_text(number: float, text: str) -> None:
    assert only(number) == text
    assert read(to_csv(sheet((number, 1), ("words", 2))))[1][0] == text  # in a column of text and numbers, too


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", '=HYPERLINK("http://e.org")'])
def test_text_that_looks_like_a_formula_comes_after_an_apostrophe(text: str) -> None:
    assert only(text) == f"'{words.visible(text)}"
    assert read(to_csv(sheet(columns=(text, "B"))))[0][0] == f"'{words.visible(text)}"


@pytest.mark.parametrize("text", ["a=1", "1-2", "'quoted'", "é", ""])
def test_other_text_does_not(text: str) -> None:
    assert only(text) == text


@pytest.mark.parametrize(("text", "shown"), [("a\x1bb", "a␛b"), ("a\u202eb", "a⟨U+202E⟩b"), ("a\rb", "a␍b"), ("\ud800", "⟨U+D800⟩")])
def test_hidden_characters_are_visible(text: str, shown: str) -> None:
    assert only(text) == shown


@patient
@given(st.lists(st.tuples(scalars, scalars, scalars), max_size=8))
def test_a_reader_gets_every_cell_back(rows: list[tuple[Scalar, ...]]) -> None:
    found = read(to_csv(sheet(*rows, columns=("A", "B", "C"))))[1:]
    assert len(found) == len(rows)
    for cells, row in zip(found, rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                assert cell.removeprefix("'") == words.visible(value).removeprefix("'")
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
            elif value is None:
                assert cell == ""
            else:
                assert cell == words.exact(value)


@pytest.mark.parametrize("odd", ["=1", "a,b", 'a"b', "a\x1bb"])
def test_one_odd_cell_among_thousands_is_seen(odd: str) -> None:
    rows = [("plain", number) for number in range(2500)]
    rows[1700] = (odd, 1700)
    found = read(to_csv(sheet(*rows)))
    assert len(found) == 2501
    assert found[1701][0].lstrip("'") == words.visible(odd)
    assert {row[0] for row in [*found[1:1701], *found[1702:]]} == {"plain"}
