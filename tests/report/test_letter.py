"""What of a page goes into a mail: what people wait for, by rank, and nothing left out in silence."""

from typing import Any

import pytest

from contexta.report import build_snapshot_report
from contexta.report.document import (
    Bar,
    Block,
    Details,
    Document,
    Fact,
    Facts,
    Figure,
    Figures,
    Issue,
    Issues,
    Note,
    Prose,
    Section,
    Sheet,
    Table,
    Timeline,
)
from contexta.report.inline import Cell, Change, Code, Number, Pairs, Ref, Status, Text, Time
from contexta.report.letter import MEASURES, Measure, letter
from tests.report import builders

SMALL = Measure(rows=4, columns=3, things=2, letters=10)


def cut(*blocks: Block, measure: Measure = SMALL) -> tuple[Block, ...]:
    """What is left of blocks of the summary."""
    return letter(document(Section("Run Summary", blocks)), measure).sections[0].blocks


def document(*sections: Section, **values: Any) -> Document:
    return Document(**{"title": "r1", "kind": "run", "subject": Ref("run:demo.r1", "r1"), "sections": sections, **values})


def rows(*statuses: str) -> tuple[tuple[Cell, ...], ...]:
    return tuple((Text(f"s{place}"), Status(status)) for place, status in enumerate(statuses))


def test_summary_deployments_and_stages_go_in_and_all_else_is_named() -> None:
    found = build_snapshot_report(
        builders.snapshot(
            stages=(builders.stage("train"),),
            batches=(builders.batch("train", "b"),),
            deployments=(builders.deployment(),),
            events=(builders.event(),),
        )
    )
    made = letter(found)
    assert builders.titles(made) == ["Run Summary", "Deployments", "Stages", "Not in this mail"]
    assert made.sections[-1].blocks == (Note("Artifacts; Batches; Diagnostics; Events; Data Health."),)


def test_numbers_and_issues_stand_first() -> None:
    facts, issues, figures = Facts(()), Issues((), 0), Figures(())
    assert cut(Note("n"), facts, issues, figures) == (figures, issues, Note("n"), facts)


def test_what_is_folded_is_named_instead() -> None:
    table = Table("Packages", ("Name",), ((Text("a"),),), 1)
    made = letter(document(Section("Run Summary", (Note("n"), Details(table)))))
    assert made.sections == (Section("Run Summary", (Note("n"),)), Section("Not in this mail", (Note("Packages."),)))


def test_the_closing_sentence_is_last() -> None:
    assert letter(document(), closing="It is attached.").sections == (Section("Report", (Note("It is attached."),)),)
    made = letter(document(Section("Metrics", ())), closing="It is attached.")
    assert made.sections == (Section("Not in this mail", (Note("Metrics."), Note("It is attached."))),)


def test_of_a_long_table_the_worst_the_first_and_the_last_are_shown_and_counted() -> None:
    (made,) = cut(Table("", ("Stage", "Status"), rows(*["completed"] * 6, "failed", *["completed"] * 3), 10))
    assert isinstance(made, Table)
    assert [row[0] for row in made.rows] == [Text("s0"), Text("s6"), Text("s8"), Text("s9")]
    assert made.note == "4 of 10 rows: the 1 worst, the first 1, the last 2."
    assert made.total == 10


def test_what_a_page_says_of_its_own_choice_is_not_said_of_another() -> None:
    sheet = Sheet("stages", ("Stage",), (), "all 20,000 rows")
    (made,) = cut(Table("", ("Stage", "Status"), rows(*["completed"] * 9), 20_000, "9 of 20,000 rows: …", sheet))
    assert isinstance(made, Table)
    assert made.note == "4 of 20,000 rows: the first 1, the last 3."
    assert made.sheet is None


def test_another_note_of_a_table_stays() -> None:
    (made,) = cut(Table("", ("Stage", "Status"), rows(*["ok"] * 5), 5, "A note."))
    assert isinstance(made, Table)
    assert made.note == "4 of 5 rows: the first 1, the last 3. A note."


def test_columns_that_are_left_out_are_counted() -> None:
    (made,) = cut(Table("", tuple("abcdef"), ((Text("x"),) * 6,), 1))
    assert isinstance(made, Table)
    assert made.columns == ("a", "b", "c")
    assert made.rows == ((Text("x"),) * 3,)
    assert made.note == "3 of 6 columns are shown."


def test_of_a_timeline_what_lies_in_nothing_else_and_what_went_wrong_is_drawn() -> None:
    bars = [Bar(Ref("stage:s", "train"), Status("completed"), 0.0, 9.0)]
    bars += [Bar(Ref(f"batch:b{at}", f"b{at}"), Status("failed" if at == 3 else "completed"), 1.0, 2.0, 1) for at in range(9)]
    (made,) = cut(Timeline("Stages", Time(builders.BEGIN), tuple(bars), 20), measure=Measure(rows=1, columns=1, things=5, letters=99))
    assert isinstance(made, Timeline)
    assert [bar.what.text for bar in made.bars] == ["train", "b3", "b6", "b7", "b8"]
    assert made.note == "5 of 20 are drawn."


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (Note("a note of many words"), Note("a note of…")),
        (Prose("# a title of many words"), Prose("# a title…")),
        (Facts((Fact("a", Text("x" * 99), "y" * 99),)), Facts((Fact("a", Text("xxxxxxxxx…"), "yyyyyyyyy…"),))),
        (Facts((Fact("a", Code("x" * 10)),)), Facts((Fact("a", Code("x" * 10)),))),
        (Facts((Fact("a", Number(1, "x" * 99)),)), Facts((Fact("a", Number(1, "xxxxxxxxx…")),))),
        (Facts((Fact("a", Change(1, "x" * 99)),)), Facts((Fact("a", Change(1, "xxxxxxxxx…")),))),
        (
            Facts((Fact("a", Pairs(tuple((name, Number(1)) for name in "abc"))),)),
            Facts((Fact("a", Pairs((("a", Number(1)), ("b", Number(1)), ("and", Text("1 more"))))),)),
        ),
        (Facts((Fact("a", Pairs((("in", Pairs((("d", None),))),))),)), Facts((Fact("a", Pairs((("in", Text("(1 entry)")),))),))),
        (
            Issues((Issue("error", "k", "x" * 99, Ref("run:demo.r1", "y" * 99)),), 7),
            Issues((Issue("error", "k", "xxxxxxxxx…", Ref("run:demo.r1", "yyyyyyyyy…")),), 7),
        ),
    ],
)
def test_a_long_text_is_cut_with_a_mark(block: Block, expected: Block) -> None:
    assert cut(block) == (expected,)


def test_things_that_are_left_out_are_counted() -> None:
    assert cut(Facts(tuple(Fact(name, None) for name in "abc")))[1] == Note("2 of 3 facts are shown.")
    assert cut(Figures(tuple(Figure(name, None) for name in "abc")))[1] == Note("2 of 3 numbers are shown.")
    assert cut(Issues((Issue("error", "k", "s", Ref("a", "a")),) * 3, 9)) == (Issues((Issue("error", "k", "s", Ref("a", "a")),) * 2, 9),)


def test_the_least_of_all_is_a_title_and_the_names_of_what_is_left_out() -> None:
    made = letter(document(Section("Run Summary", (Note("n"),)), Section("Stages", ()), status=Status("failed")), MEASURES[-1])
    assert (made.title, made.status) == ("r1", Status("failed"))
    assert made.sections == (Section("Not in this mail", (Note("Run Summary; Stages."),)),)
