"""The HTML of a mail: what mail programs take, legible in any light, and everything said that a page says. And its text."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contexta.errors import TemplateFailure
from contexta.render import MailRenderer, no_links, to_mail_text, words
from contexta.render.html_templates import shipped_templates
from contexta.render.mail import BAD, CALM, GOOD, LINK, WARN, strips
from contexta.render.mail_text import WIDTH
from contexta.render.theme import contrast
from contexta.report.document import Bar, Block, Document, Figure, Figures, Histogram, Issue, Issues, Note, Section, Table, Timeline
from contexta.report.inline import Cell, Change, Number, Ref, Status, Text, Time
from tests.render.pages import Compare, Page, read
from tests.render.specimen import ADDRESS, MOMENT, links, specimen

# However long an example takes on a busy machine.
patient = settings(deadline=None, max_examples=40)

RENDERER = MailRenderer.create()
SITE = "https://reports.example.org"


def mail(document: Document) -> str:
    return RENDERER.render(document, links)


def document_of(*blocks: Block, **values: Any) -> Document:
    return Document(**{"title": "r1", "kind": "run", "subject": Ref("run:demo.r1", "r1"), "sections": (Section("Part", blocks),), **values})


def page_of(*blocks: Block) -> Page:
    return read(mail(document_of(*blocks)))


# text is text

HARMLESS = read(mail(specimen("harmless"))).shape()
texts = st.text(min_size=1, max_size=30) | st.text(alphabet="<>\"'&=/ \n\x00\x1b;!-{}%#ab", min_size=1, max_size=30)


@patient
@given(texts.filter(lambda text: text != "count"))
@example("</td></table><script>alert(1)</script>")
@example("\" style='position:fixed' x=\"")
@example("expression(alert(1));color:red")
def test_no_text_makes_an_element_or_an_attribute(text: str) -> None:
    found = read(mail(specimen(text)))
    assert found.shape() == HARMLESS
    assert found.comments == 0


@pytest.mark.parametrize(("char", "shown"), [("\x1b", "␛"), ("\x00", "␀"), ("\u202e", "⟨U+202E⟩"), ("\u200b", "⟨U+200B⟩")])
def test_hidden_characters_are_visible_everywhere(char: str, shown: str) -> None:
    made = mail(specimen(f"a{char}b"))
    assert char not in made
    assert unescape(made).count(f"a{shown}b") == mail(specimen("axb")).count("axb")


def test_nothing_that_a_workspace_holds_stands_in_a_style() -> None:
    assert not [style for style in read(mail(specimen("planted"))).values("style") if "planted" in style]


# what mail programs take


def test_it_is_made_of_what_every_mail_program_knows() -> None:
    head = {"html", "head", "meta", "title", "body"}
    prose = {"ol", "ul", "li", "em", "strong", "h3", "pre", "code"}
    known = {"table", "tr", "td", "th", "p", "h1", "h2", "span", "bdi", "a", "br", "div"}
    assert read(mail(specimen())).tags() <= head | prose | known


def test_nothing_is_fetched() -> None:
    found = read(mail(specimen()))
    assert found.values("src") == found.values("background") == found.values("class") == []
    assert {*found.values("href")} == {ADDRESS, "http://e.org/i.png"}  # that of the author's picture, which is a link here
    assert "url(" not in mail(specimen())


def test_nothing_is_wider_than_600_pixels() -> None:
    found = read(mail(specimen()))
    assert max(int(width) for width in found.values("width") if width.isdigit()) == 600
    assert max(int(width) for width in re.findall(r"width:(\d+)px", mail(specimen()))) == 600


@pytest.mark.parametrize("colour", [GOOD, BAD, WARN, CALM, LINK])
@pytest.mark.parametrize("ground", ["#ffffff", "#000000"])
def test_every_colour_is_legible_in_light_and_in_dark(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 4


def test_no_other_colour_is_used_for_text_and_no_ground_is_set_but_that_of_bars() -> None:
    made = mail(specimen())
    assert {*re.findall(r"[;\"]color:(#\w+)", made)} <= {GOOD, BAD, WARN, CALM, LINK}
    grounds = [one for tag, one in read(made).elements if "background" in one.get("style", "")]
    assert {one["bgcolor"] for one in grounds} <= {GOOD, BAD, WARN, CALM, LINK}
    assert made.count("background") == len(grounds)


# what it says


def test_the_specimen_is_as_it_was(compare: Compare) -> None:
    compare("specimen.mail.html", mail(specimen()).encode())
    compare("specimen.mail.txt", to_mail_text(specimen(), links).encode())


def test_status_numbers_and_changes_are_told_in_words_too() -> None:
    figures = Figures((Figure("loss", Number(0.5, "nats"), "train", None, Change(0.25, "nats", better=False)),), Ref("run:demo.r0", "r0"))
    text = page_of(figures).text
    assert "0.5 nats" in text
    assert "▲ +0.25 nats (worse)" in text
    assert "Changes are against r0." in " ".join(text.split())


def test_a_row_of_many_columns_says_all_that_it_knows() -> None:
    row: tuple[Cell, ...] = (Text("train"), Status("failed"), *(Number(index) for index in range(101, 109)))
    table = Table("", ("Stage", "Status", *(f"n{index}" for index in range(8))), (row,), 1)
    text = page_of(table).text
    for told in ("train", "✗ failed", *(f"n{index} {index + 101}" for index in range(8))):
        assert told in text


def test_a_table_of_three_columns_is_one() -> None:
    found = page_of(Table("", ("What", "This run", "r0"), ((Text("lr"), Number(1), Number(2)),), 1))
    assert [tag for tag, _ in found.elements if tag == "th"] == ["th"] * 3


def test_rows_that_are_not_shown_are_told_of() -> None:
    assert "1 of 1,200 are shown." in page_of(Table("", ("Name",), ((Text("a"),),), 1200)).text


def test_an_issue_of_the_page_itself_does_not_name_it_again() -> None:
    issues = Issues((Issue("error", "k", "It failed.", Ref("run:demo.r1", "its name")),), 1)
    made = read(MailRenderer.create().render(document_of(issues), lambda ref: f"{SITE}/{ref}"))
    assert "It failed." in made.text
    assert "its name" not in made.text


def test_the_full_report_is_linked_where_it_has_an_address() -> None:
    assert f'<a href="{SITE}"' in RENDERER.render(document_of(), lambda _ref: SITE)
    assert "<a " not in RENDERER.render(document_of(), no_links)


# bars

spans = st.tuples(st.floats(0, 1e6), st.floats(0, 1e6) | st.none())


@patient
@given(st.lists(spans, max_size=20))
def test_the_cells_of_a_bar_fill_its_row(found: list[tuple[float, float | None]]) -> None:
    bars = tuple(Bar(Ref("s", "s"), Status("ok"), begin, None if long is None else begin + long) for begin, long in found)
    made = strips(Timeline("t", Time(MOMENT), bars, len(bars)))
    assert all(one.before >= 0 and one.width >= 1 and one.after >= 0 for one in made)
    assert all(one.before + one.width + one.after == 100 for one in made)


def test_bars_lie_where_and_as_long_as_things_took() -> None:
    bars = (
        Bar(Ref("s:1", "prepare"), Status("completed"), 0.0, 25.0),
        Bar(Ref("s:2", "train"), Status("failed"), 25.0, 100.0),
        Bar(Ref("s:3", "rest"), Status("open"), 50.0, None),
    )
    made = strips(Timeline("t", Time(MOMENT), bars, 3))
    assert [(one.before, one.width, one.colour, one.words) for one in made] == [
        (0, 25, GOOD, "25.0 s"),
        (25, 75, BAD, "1 min 15 s"),
        (50, 50, WARN, "not ended"),
    ]


def test_bars_of_a_histogram_are_as_long_as_its_counts() -> None:
    made = strips(Histogram("h", None, (0.0, 1.0, 2.0, 3.0), (0, 5, 10)))
    assert [(one.width, one.words) for one in made] == [(0, "0"), (50, "5"), (100, "10")]


# the text part


@patient
@given(texts)
def test_the_text_holds_nothing_that_a_terminal_would_obey(text: str) -> None:
    made = to_mail_text(specimen(text), no_links)
    assert made == words.visible(made)


def test_the_lines_of_the_text_are_short() -> None:
    made = to_mail_text(specimen("some words that are many " * 9), lambda ref: f"{SITE}/{'x' * 100}" if ref == "run:demo.r1" else None)
    long = [line for line in made.splitlines() if len(line) > WIDTH]
    assert long == [f"{SITE}/{'x' * 100}"]


def test_the_text_says_all_that_a_row_knows() -> None:
    table = Table("", ("Stage", "Status", "Loss", "Batches"), ((Text("train"), Status("failed"), Number(0.5, "nats"), None),), 1)
    assert "*  train  ✗ failed\n   Loss: 0.5 nats\n" in to_mail_text(document_of(table), no_links)


# a team's own


def test_a_template_of_ones_own_may_replace_a_part(tmp_path: Path) -> None:
    (tmp_path / "mail.html.j2").write_text('{% extends "contexta/mail.html.j2" %}{% block footer %}<p>Vision team</p>{% endblock %}')
    made = MailRenderer.create(tmp_path).render(document_of(Note("n")), no_links)
    assert "<p>Vision team</p>" in made
    assert "Made with" not in made


def test_a_broken_template_is_named(tmp_path: Path) -> None:
    (tmp_path / "mail.html.j2").write_text("<p>\n{{ document.title|colour }}{{ 3|strips }}")
    with pytest.raises(TemplateFailure, match=r"mail\.html\.j2:2: int where Timeline or Histogram is expected"):
        MailRenderer.create(tmp_path).render(document_of(), no_links)


def test_title_and_footer_of_a_theme_stand_in_a_mail(tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text('title = "<Vision>"\nfooter = "Internal"')
    made = MailRenderer.create(theme=tmp_path / "theme.toml").render(document_of(), no_links)
    assert "&lt;Vision&gt;" in made
    assert "Internal<br>" in made


def test_the_template_is_shipped() -> None:
    assert (shipped_templates() / "mail.html.j2").is_file()
