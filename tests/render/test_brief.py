"""A page in one line."""

import pytest

from contexta.render.brief import MAX_LETTERS, brief
from contexta.report.document import Block, Document, Figure, Figures, Issue, Issues, Note, Section
from contexta.report.inline import Number, Ref, Status

RUN = Ref("run:p.r", "r")


def page(*blocks: Block, status: str | None = None) -> Document:
    return Document("r", "run", RUN, (Section("One", ()), Section("Two", blocks)), (status and Status(status)) or None)


def issue(severity: str, sentence: str) -> Issue:
    return Issue(severity, "key", sentence, RUN)  # type: ignore[arg-type]  # any of the three


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (page(), "Run"),
        (page(Note("a note"), status="completed"), "Run · completed"),
        (
            page(Figures((Figure("accuracy", Number(0.91, "ratio"), "evaluate"), Figure("loss", None)))),
            "Run · accuracy 0.91 ratio (evaluate) · loss –",
        ),
        (page(Issues((issue("warning", "Slow."),), 1), status="open"), "Run · open · warning: Slow"),
        (page(Issues((issue("error", "It broke."), issue("info", "Note.")), 1_002)), "Run · error: It broke (1,001 more)"),
        (page(Issues((issue("info", "Note."),), 1)), "Run"),
        (page(status="odd\nstatus\x1b"), "Run · odd⏎status␛"),
    ],
)
def test_it_says_what_stands_out(document: Document, expected: str) -> None:
    assert brief(document) == expected


def test_it_is_short_however_much_there_is() -> None:
    figures = Figures(tuple(Figure(f"number-{number}", Number(number)) for number in range(9)))
    assert brief(page(figures)).endswith(" · number-3 3")
    assert len(brief(page(Issues((issue("error", "x" * 5000),), 1)))) == MAX_LETTERS


def test_the_index_is_all_runs() -> None:
    assert brief(Document("All projects", "index", Ref("index", "All runs"), ())) == "All runs"
