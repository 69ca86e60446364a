"""Whatever a run holds, its mail is small enough to be shown whole, and says what is not in it."""

import re

import pytest

from contexta.delivery.letter import MAX_HTML, fitted
from contexta.render import MailRenderer, no_links
from contexta.report import build_snapshot_report
from contexta.report.document import (
    Bar,
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
    Table,
    Timeline,
)
from contexta.report.inline import Change, Code, Number, Pairs, Ref, Status, Text, Time
from contexta.report.letter import SECTIONS
from tests.render.pages import read
from tests.report import builders

RENDERER = MailRenderer.create()
MANY = 100


def full_of(text: str, kind: str = "run") -> Document:
    """A page with as much of a text as there are places for it, in every section that goes into a mail and in many more."""
    ref = Ref("run:demo.r1", text)
    cells = (Text(text), Code(text), ref, Status(text), Number(1.5, text), Change(1, text), Pairs(((text, Text(text)),) * MANY))
    table = Table(text, (text,) * MANY, ((cells * MANY)[:MANY],) * 200, 20_000, text)
    bars = tuple(Bar(ref, Status(text), 0.0, 1.0, depth) for depth in range(MANY))
    blocks = (
        Facts(tuple(Fact(text, cell, text) for cell in cells * 9)),
        Figures((Figure(text, Number(1, text), text, Number(2, text), Change(1, text)),) * MANY, ref),
        Issues((Issue("error", text, text, ref),) * MANY, MANY),
        table,
        Details(table),
        Prose(text),
        Timeline(text, Time(builders.BEGIN), bars, MANY, text),
        Note(text),
    )
    titles = [*SECTIONS[kind], *(f"{number} {text}" for number in range(MANY))]
    return Document(text, kind, ref, tuple(Section(title, blocks) for title in titles), Status(text), (ref, ref), builders.BEGIN)  # type: ignore[arg-type]  # a kind


@pytest.mark.parametrize("kind", ["run", "index"])
@pytest.mark.parametrize(
    "text",
    ["a", "'" * 5_000, "\U000e0001" * 100, "| a " * 900 + "\n" + "|-" * 900, ">" * 3_000, "[a](http://b) *c* " * 300],
    ids=["short", "escaped", "hidden", "table", "quotes", "links"],
)
def test_a_mail_is_small_whatever_the_page(text: str, kind: str) -> None:
    letter = fitted(full_of(text, kind), RENDERER, lambda _ref: f"https://reports.example.org/{'&' * 300}", "The report is attached.")
    assert len(letter.html.encode()) <= MAX_HTML
    assert len(letter.text.encode()) <= MAX_HTML
    said = " ".join(read(letter.html).text.split())
    assert "Not in this mail" in said
    assert re.search(r"; and \d+ more\.", said)
    assert "The report is attached." in said


def test_a_run_of_very_many_samples_batches_and_stages_makes_a_mail() -> None:
    stages = tuple(builders.stage(f"s{number}", "failed" if number == 77 else "completed") for number in range(150))
    samples = tuple(builders.sample("s1", f"sample-{number}") for number in range(20_000))
    batches = tuple(builders.batch("s1", f"batch-{number}", "failed" if number % 9 == 0 else "completed") for number in range(2_000))
    metrics = tuple(builders.series(f"metric-{number}", f"run:{builders.RUN}", [number]) for number in range(400))
    run = builders.snapshot(stages=stages, samples=samples, batches=batches, series=metrics)
    letter = fitted(build_snapshot_report(run), RENDERER, no_links)
    assert len(letter.html.encode()) <= MAX_HTML
    assert "s77" in letter.text
    assert "30 of 150 rows: the 1 worst, the first 9, the last 20." in letter.text
    assert "Samples" in letter.text.partition("Not in this mail")[2]


def test_most_mails_are_told_in_full() -> None:
    text = fitted(build_snapshot_report(builders.snapshot(stages=(builders.stage("train"),))), RENDERER, no_links).text
    assert "…" not in text


def test_an_address_that_leaves_no_room_for_words_is_none() -> None:
    assert "href" not in fitted(full_of("a"), RENDERER, lambda _ref: f"https://{'a' * 600}").html
