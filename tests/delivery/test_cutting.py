"""Pages that have to fit: whole blocks go, what matters least first, and a Markdown parser reads back whole what is left."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from contexta.contract import RunSnapshot
from contexta.delivery.cutting import Limit, cut_to_fit, in_bytes, in_characters
from contexta.errors import ContextaError
from contexta.render import no_links, to_json, to_markdown
from contexta.report import build_comparison, build_snapshot_report
from contexta.report.document import Block, Chart, Details, Document, Fact, Facts, Issue, Issues, Line, Note, Prose, Section, Table
from contexta.report.inline import Ref, Text
from contexta.workspace import open as open_workspace
from tests.render.specimen import specimen
from tests.report import builders
from tests.strategies import Files, unhurried, workspaces

RUN = Ref("run:demo.r1", "r1")
PARSER = MarkdownIt("gfm-like", {"linkify": False})


def page(**sections: tuple[Block, ...]) -> Document:
    return Document("r1", "run", RUN, tuple(Section(title.replace("_", " "), blocks) for title, blocks in sections.items()))


def table(caption: str, letters: int, total: int = 1) -> Table:
    return Table(caption, ("Name",), ((Text("x" * letters),),), total)


def chart(letters: int) -> Chart:
    return Chart("x" * letters, None, "index", ("a", "b"), (Line("loss", (0, 1), (1, 2)),), 2)


def issues(count: int, letters: int = 10) -> Issues:
    return Issues(tuple(Issue("error", f"key-{number}", "x" * letters, RUN) for number in range(count)), count)


def markdown(document: Document) -> str:
    return to_markdown(document, no_links)


def fit(document: Document, limit: int) -> str:
    return cut_to_fit(document, markdown, in_characters(limit))


def notes(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("Cut to fit: ")]


def parsed(text: str) -> list[Token]:
    return PARSER.parse(text)


def headings(text: str) -> list[str]:
    return [after.content for before, after in zip(parsed(text), parsed(text)[1:], strict=False) if before.type == "heading_open"]


def assert_whole(text: str, document: Document) -> None:
    """Every section is there, every table has all its rows and every row all its cells, nothing is left open."""
    tokens = [*_own(parsed(text))]
    assert len([token for token in tokens if token.type == "heading_open"]) == 1 + len(document.sections)
    assert not {"fence", "code_block", "html_block"} & {token.type for token in tokens}
    assert not [token for token in tokens if token.type == "inline" and token.content.startswith("| ")]
    sizes = {(len(one.columns), len(one.rows)) for one in document.tables()}
    for head, rows in _tables(tokens):
        assert (head, len(rows)) in sizes
        assert {*rows} <= {head}


def _own(tokens: list[Token]) -> Iterator[Token]:
    """What is no quotation of an author's Markdown."""
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type.startswith("blockquote") else 0
        if not depth:
            yield token


def _tables(tokens: list[Token]) -> list[tuple[int, list[int]]]:
    """The number of columns of each table, and the number of cells of each of its rows."""
    found: list[tuple[int, list[int]]] = []
    for token in tokens:
        match token.type:
            case "table_open":
                found.append((0, []))
            case "th_open":
                found[-1] = (found[-1][0] + 1, found[-1][1])
            case "tr_open" if found[-1][0]:
                found[-1][1].append(0)
            case "td_open":
                found[-1][1][-1] += 1
    return found


# what stays, and what goes


def test_a_page_that_fits_is_left_alone() -> None:
    document = specimen()
    assert fit(document, 100_000) == markdown(document)


def test_a_page_that_fits_to_the_letter_is_left_alone() -> None:
    document = page(Stages=(table("", 100),), Events=(table("", 100),))
    assert fit(document, len(markdown(document))) == markdown(document)
    assert notes(fit(document, len(markdown(document)) - 1)) == ["Cut to fit: 1 table (1 row)."]


def test_what_matters_least_goes_wherever_it_stands() -> None:
    document = page(Events=(table("", 300),), Run_Summary=(table("", 300),), Samples=(table("", 300, 20_000),), Stages=(table("", 300),))
    text = fit(document, 900)
    assert headings(text) == ["r1", "Events", "Run Summary", "Samples", "Stages"]
    assert text.split("## ")[1] == "Events\n\nCut to fit: 1 table (1 row).\n\n"
    assert text.split("## ")[3] == "Samples\n\nCut to fit: 1 table (20,000 rows).\n\n"
    assert text.count("x" * 300) == 2


def test_what_is_too_long_goes_and_what_matters_less_stays_where_it_fits() -> None:
    text = fit(page(Run_Summary=(table("", 5_000),), Events=(table("", 300),)), 900)
    assert notes(text) == ["Cut to fit: 1 table (1 row)."]
    assert "x" * 300 in text


def test_of_a_section_what_is_cut_is_named_in_its_place() -> None:
    blocks = (table("first", 50), chart(900), chart(900), Details(table("folded", 900, 12)), table("last", 50))
    lines = fit(page(Metrics=blocks), 500).splitlines()
    assert lines.index("**first**") < lines.index("Cut to fit: 1 table (12 rows), 2 charts.") < lines.index("**last**")


def test_what_is_folded_and_what_may_be_of_any_length_goes_before_all_else() -> None:
    blocks = (Prose("x" * 300), Details(table("", 300)), Facts((Fact("a", Text("y" * 300)),)))
    text = fit(page(Run_Summary=blocks, Traces=(table("", 300),)), 1_000)
    assert notes(text) == ["Cut to fit: 1 table (1 row), 1 description."]
    assert "y" * 300 in text


def test_the_sentences_of_the_report_itself_stay() -> None:
    text = fit(page(Stages=(table("", 2_000),), Artifacts=(Note("This run registered no artifact."),)), 300)
    assert "This run registered no artifact." in text


def test_of_long_lists_of_issues_the_worst_stay() -> None:
    text = fit(page(Diagnostics=(issues(200, 1_000),)), 10_000)
    assert notes(text) == []
    assert text.count("**error**") == 20
    assert "*20 of 200 are shown.*" in text


def test_long_names_leave_room_for_what_they_name() -> None:
    name = "😀 " * 50_000
    document = replace(page(Stages=(table("", 100),)), title=name, up=(Ref("project:demo", name),))
    text = fit(document, 1_000)
    assert "x" * 100 in text


def test_where_not_even_names_fit_that_is_said() -> None:
    with pytest.raises(ContextaError, match="20 bytes are too few"):
        cut_to_fit(page(Stages=(table("", 100),)), markdown, in_bytes(20))


def test_any_renderer_will_do() -> None:
    document = page(Stages=(table("", 300),), Events=(table("", 3_000),))
    text = cut_to_fit(document, lambda page: to_json(page, no_links).decode(), in_bytes(3_000))
    assert "Cut to fit: 1 table (1 row)." in text
    assert len(text) <= 3_000


# how much that is


@pytest.mark.parametrize(("text", "size"), [("abc", 3), ("é", 2), ("€", 3), ("😀", 4), ("\ud800", 1)])
def test_bytes_are_those_that_are_written(text: str, size: int) -> None:
    assert in_bytes(1).size(text) == size == len(text.encode("utf-8", "replace"))


@pytest.mark.parametrize(("text", "size"), [("abc", 3), ("é", 1), ("€", 1), ("😀", 2)])
def test_a_rare_character_counts_as_two(text: str, size: int) -> None:
    assert in_characters(1).size(text) == size


# whatever a workspace holds


@pytest.mark.parametrize("room", [in_bytes(900 * 1024), in_characters(65_000), in_bytes(10_000)])
def test_a_run_with_20_000_samples_fits_and_stays_whole(room: Limit) -> None:
    document = build_snapshot_report(twenty_thousand_samples())
    assert len(markdown(document)) > 1024**2
    text = cut_to_fit(document, markdown, room)
    assert room.amount / 3 < room.size(text) <= room.amount
    assert_whole(text, document)
    assert "\nCut to fit: " in text


@cache
def twenty_thousand_samples() -> RunSnapshot:
    """And events whose messages are long, and look like tables and fences."""
    names = [f"s-{number}" for number in range(20_000)]
    train = f"stage:{builders.RUN}.train"
    loss = builders.series("loss", [f"sample:{builders.RUN}.train.{name}" for name in names], range(20_000), owner=train)
    event = builders.event("error", "```\n| a | b |\n|---|---|\n" + "x" * 4_000, about={"stage_execution_ref": train})
    samples = tuple(builders.sample("train", name) for name in names)
    return builders.snapshot(stages=(builders.stage("train"),), samples=samples, series=(loss,), events=(event,) * 300)


@pytest.mark.parametrize("limit", range(2_000, 9_000, 500))
def test_the_page_of_all_blocks_stays_whole(limit: int) -> None:
    document = specimen()
    text = fit(document, limit)
    assert len(text) <= limit
    assert_whole(text, document)


@settings(unhurried, max_examples=60)
@given(files=workspaces(), limit=st.integers(3_000, 8_000), count=st.sampled_from((in_bytes, in_characters)))
def test_every_page_of_a_workspace_fits_and_stays_whole(files: Files, limit: int, count: Callable[[int], Limit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        opened = open_workspace(files.write(Path(folder)))
        snapshots = [opened.snapshot(ref) for ref in opened.run_refs()]
    pages = [build_snapshot_report(one) for one in snapshots] + [build_comparison(one, snapshots[0]) for one in snapshots]
    for document in pages:
        room = count(limit)
        text = cut_to_fit(document, markdown, room)
        assert room.size(text) <= limit
        assert_whole(text, document)
