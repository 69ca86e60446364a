"""Plain text for a terminal: columns that line up, and nothing that a terminal would obey."""

import math
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexta.render import to_text, words
from contexta.report.document import (
    Bar,
    Block,
    Chart,
    Details,
    Document,
    Fact,
    Facts,
    Figure,
    Figures,
    Histogram,
    Issue,
    Issues,
    Line,
    Note,
    Prose,
    Section,
    Sheet,
    Table,
    Timeline,
)
from contexta.report.inline import Code, Number, Ref, Status, Text, Time
from tests.render.pages import Compare
from tests.render.specimen import specimen

# However long an example takes on a busy machine.
patient = settings(deadline=None)


def document(*blocks: Block, **values: Any) -> Document:
    return Document(**{"title": "r1", "kind": "run", "subject": Ref("run:demo.r1", "r1"), "sections": (Section("Part", blocks),), **values})


def lines(*blocks: Block) -> list[str]:
    """The lines of a section with these blocks."""
    return to_text(document(*blocks)).splitlines()[5:]


def hidden(text: str) -> set[str]:
    """What a terminal would obey or not show; `\\t` may stand in an author's prose."""
    return {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n", "\t"}


@patient
@given(
    st.text(alphabet=st.characters(exclude_categories=["Cf"]), max_size=30)
    | st.text(alphabet="\x1b[31m\r\x00\x07\u202e\u200b\n\x85a", max_size=30)
)
def test_nothing_stands_in_it_that_a_terminal_obeys(text: str) -> None:
    assert not hidden(to_text(specimen(text)))
    assert not hidden(to_text(document(Prose(text))))


@patient
@given(st.text(max_size=30) | st.text(alphabet="a \n\t\x1b", max_size=30))
def test_no_line_ends_with_a_space(text: str) -> None:
    made = to_text(specimen(text))
    assert [line for line in made.split("\n") if line != line.rstrip()] == []


@patient
@given(st.text(min_size=1, max_size=30))
def test_no_text_makes_a_line_of_its_own(text: str) -> None:
    assert to_text(specimen(text)).count("\n") == to_text(specimen("harmless")).count("\n")


@pytest.mark.parametrize(("char", "shown"), [("\x1b", "␛"), ("\x00", "␀"), ("\u202e", "⟨U+202E⟩"), ("\u200b", "⟨U+200B⟩")])
def test_hidden_characters_are_visible(char: str, shown: str) -> None:
    made = to_text(specimen(f"a{char}b"))
    assert char not in made
    assert made.count(f"a{shown}b") == to_text(specimen("axb")).count("axb")


def test_titles_are_underlined_and_the_head_tells_status_and_age() -> None:
    made = to_text(document(Note("n"), status=Status("failed"), as_of="2026-10-01T08:12:56Z"))
    assert made == "r1\n==\n✗ failed\ndata as of 2026-10-01 08:12:56 UTC\n\nPart\n----\nn\n"


def test_columns_line_up_and_quantities_stand_at_the_right() -> None:
    table = Table("Caption", ("Name", "Loss"), ((Text("a"), Number(1)), (Text("longer"), Number(1234567)), (None, None)), 3)
    assert lines(table) == [
        "Caption",
        "Name         Loss",
        "------  ---------",
        "a               1",
        "longer  1,234,567",
        "–               –",
    ]


def test_columns_line_up_where_a_title_holds_hidden_characters() -> None:
    header, rule, row = lines(Table("", ("a\x1b\u202e", "b"), ((Text("x"), Text("y")),), 1))
    assert header == "a␛⟨U+202E⟩  b"
    assert (rule, row) == ("----------  -", "x           y")


def test_facts_line_up() -> None:
    assert lines(Facts((Fact("a", Number(1)), Fact("long", Text("x"), "note")))) == ["a     1", "long  x  (note)"]


def test_facts_line_up_where_a_label_holds_hidden_characters() -> None:
    assert lines(Figures((Figure("\u202e", Number(1)), Figure("a", Number(2))))) == ["⟨U+202E⟩  1", "a         2"]


def test_a_long_cell_is_cut_with_a_mark() -> None:
    assert lines(Table("", ("N", "M"), ((Code("x" * 100), Code("y")),), 1))[-1] == "x" * 79 + "…  y"


def test_the_last_cell_of_a_row_is_whole_however_long() -> None:
    assert lines(Table("", ("N", "What to do"), ((Code("x"), Code("y" * 100)),), 1))[-1] == "x  " + "y" * 100


def test_a_cell_of_eighty_characters_is_whole() -> None:
    assert lines(Table("", ("N",), ((Code("x" * 80),),), 1))[-1] == "x" * 80


def test_rows_that_are_not_shown_are_counted() -> None:
    assert lines(Details(Table("", ("N",), ((Number(1),),), 1200)))[-1] == "(1 of 1,200 are shown)"


def test_a_long_table_says_which_rows_it_shows_and_what_writes_all() -> None:
    sheet = Sheet("values", ("N",), ((1,),) * 1200, "all 1,200 rows")
    assert lines(Table("", ("N",), ((Number(1),),), 1200, "1 of 1,200 rows: the first 1.", sheet))[-2:] == [
        "(1 of 1,200 rows: the first 1.)",
        "(`contexta-report build` writes all 1,200 rows to a CSV beside the page.)",
    ]


def test_issues_stand_with_sign_and_severity() -> None:
    subject = Ref("run:demo.r1", "r1")
    issues = Issues((Issue("error", "k", "It failed.", subject), Issue("warning", "k", "It is open.", subject)), 3)
    assert lines(issues) == ["✗ error   It failed.", "▲ warning It is open.", "(2 of 3 are shown)"]


def test_no_issue_is_said() -> None:
    assert lines(Issues((), 0)) == ["No issue was found."]


def test_a_chart_is_a_row_of_blocks() -> None:
    assert lines(Chart("loss", None, "index", (), (Line.through("loss", ((0, 2.0), (1, 1.0))),), 2)) == ["loss: █▁ 2 → 1"]


def test_a_timeline_lines_up_and_shows_what_lies_in_what() -> None:
    bars = (
        Bar(Ref("a:b", "train"), Status("completed"), 0, 9),
        Bar(Ref("a:c", "e0"), Status("failed"), 0, 5, 1),
        Bar(Ref("a:d", "e1"), Status("open"), 5, None, 1),
    )
    assert lines(Timeline("Stages", Time("2026-10-01T00:00:00Z"), bars, 9, "Three of nine.")) == [
        "Stages, from 2026-10-01 00:00:00 UTC",
        "  train  ✓ completed  from 0 s, 9.0 s",
        "    e0   ✗ failed  from 0 s, 5.0 s",
        "    e1   ◔ open  from 5.0 s, not ended",
        "(Three of nine.)",
    ]


def test_a_histogram_is_rows_of_blocks() -> None:
    assert lines(Histogram("error", "px", (0, 1, 2.5), (12, 6))) == [
        "error (px)",
        f"  0 to 1    {'█' * 24} 12",
        f"  1 to 2.5  {'█' * 12} 6",
    ]


def test_a_number_that_is_none_is_written_as_that() -> None:
    assert lines(Table("", ("Loss",), ((Number(math.nan),),), 1))[-1] == " NaN"


def test_prose_is_indented_as_it_was_written() -> None:
    assert lines(Prose("# Why\n\n*because*\x1b")) == ["  # Why", "", "  *because*␛"]


def test_any_cell_reads_as_in_words() -> None:
    assert lines(Facts((Fact("a", Number(0.97777, "nats")),))) == [f"a  {words.cell(Number(0.97777, 'nats'))}"]


def test_the_specimen_is_as_it_was(compare: Compare) -> None:
    compare("specimen.txt", to_text(specimen()).encode())
