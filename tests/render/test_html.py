"""HTML: one file that fetches nothing and runs its own script alone, in which a workspace's text is text; and the user's own templates."""

import base64
import gc
import hashlib
import math
import re
import subprocess
import sys
import weakref
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contexta.contract import RunSnapshot
from contexta.errors import TemplateFailure
from contexta.render import HtmlRenderer, no_links, words
from contexta.render.html_templates import shipped_templates, slug
from contexta.report import build_snapshot_report, cells
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
    Lineage,
    Mark,
    Prose,
    Section,
    Sheet,
    Table,
    Timeline,
)
from contexta.report.inline import Change, Code, Exact, Number, Ref, Spark, Status, Text, Time, section_ref
from tests.conftest import CHECKOUT
from tests.render.pages import Compare, Page, read
from tests.render.specimen import ADDRESS, LINKED, MOMENT, links, specimen
from tests.report import builders

# However long an example takes on a busy machine.
patient = settings(deadline=None)

RENDERER = HtmlRenderer.create()
TEMPLATES = sorted(path for path in shipped_templates().rglob("*") if path.is_file())
SCRIPT = (shipped_templates() / "script.js").read_text("utf-8")


def html(document: Document) -> str:
    return RENDERER.render(document, links)


def page_of(*blocks: Block, **values: Any) -> Page:
    return read(html(document_of(*blocks, **values)))


def document_of(*blocks: Block, **values: Any) -> Document:
    return Document(**{"title": "r1", "kind": "run", "subject": Ref("run:demo.r1", "r1"), "sections": (Section("Part", blocks),), **values})


def hashes(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# text is text

texts = st.text(min_size=1, max_size=30) | st.text(alphabet="<>\"'&=/ \n\x00\x1b;!-{}%#ab", min_size=1, max_size=30)
HARMLESS = read(html(specimen("harmless"))).shape()


@patient
@given(texts.filter(lambda text: text != "count"))  # a unit that goes without saying
@example("</title></style></svg></table><script>alert(1)</script>")
@example("\" onmouseover='alert(1)' x=\"")
@example("' autofocus onfocus=alert(1) '")
@example("<!-- ")
@example("]]><![CDATA[")
@example("{{ 7 * 7 }}{% raw %}")
@example("javascript:alert(1)")
@example("\x00<\x00b\x00>")
def test_no_text_makes_an_element_or_an_attribute(text: str) -> None:
    found = read(html(specimen(text)))
    assert found.shape() == HARMLESS
    assert found.comments == 0


@patient
@given(texts)
def test_text_is_shown_as_it_is_with_what_is_hidden_made_visible(text: str) -> None:
    assert words.visible(text) in page_of(Facts((Fact("a", Text(text)),))).text


@pytest.mark.parametrize(("char", "shown"), [("\x1b", "␛"), ("\x00", "␀"), ("\u202e", "⟨U+202E⟩"), ("\u200b", "⟨U+200B⟩")])
def test_hidden_characters_are_visible_everywhere(char: str, shown: str) -> None:
    made = html(specimen(f"a{char}b"))
    assert char not in made
    assert unescape(made).count(f"a{shown}b") == html(specimen("axb")).count("axb")


def test_a_page_whose_names_are_in_ascii_is_in_ascii() -> None:
    assert html(specimen("plain")).isascii()
    assert html(specimen("a – b")).isascii()
    assert "模型" in html(specimen("模型"))


def test_names_are_kept_apart_from_the_direction_of_what_surrounds_them() -> None:
    made = html(document_of(Facts((Fact("a", Text("שלום")), Fact("b", Ref("run:x", "نص")))), title="تشغيل"))
    for name in ("שלום", "نص", "تشغيل"):
        assert re.search(rf"<bdi[^>]*>{name}</bdi>", made)


# one file that fetches nothing and runs nothing but its own script


def test_nothing_else_runs_and_nothing_is_styled_in_place() -> None:
    made = html(specimen())
    found = read(made)
    assert re.findall("<script.*?</script>", made, re.DOTALL) == [f"<script>{SCRIPT}</script>"]
    assert found.tags().isdisjoint({"img", "iframe", "object", "embed", "link", "base", "form", "input", "audio", "video"})
    names = {name for _, attributes in found.elements for name in attributes}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


def test_only_what_the_author_wrote_leads_elsewhere() -> None:
    found = [(tag, name) for tag, attributes in read(html(specimen())).elements for name, value in attributes.items() if "://" in value]
    assert found == [("a", "href")]


@pytest.mark.parametrize("name", ["src", "srcset", "data", "poster", "action", "background", "xlink:href"])
def test_no_attribute_fetches(name: str) -> None:
    assert read(html(specimen())).values(name) == []


def test_links_lead_to_pages_of_the_site_or_where_the_author_points() -> None:
    found = page_of(Facts((Fact("a", Ref(LINKED, "r0")),)), Prose("[a](https://e.org)"), up=(Ref(LINKED, "r0"),))
    assert [one for one in found.values("href") if not one.startswith("#")] == [ADDRESS, ADDRESS, "https://e.org"]


def test_what_has_no_page_is_no_link_but_keeps_its_reference() -> None:
    found = page_of(Facts((Fact("a", Ref("run:demo.r9", "r9")),)))
    assert ("bdi", {"title": "run:demo.r9"}) in found.elements


def policy_of(made: str) -> str:
    (policy,) = [one["content"] for tag, one in read(made).elements if one.get("http-equiv") == "Content-Security-Policy"]
    return policy


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else() -> None:
    made = html(specimen())
    (style,) = re.findall("<style>(.*?)</style>", made, re.DOTALL)
    own = f"style-src 'sha256-{hashes(style)}'; script-src 'sha256-{hashes(SCRIPT)}'"
    assert policy_of(made) == f"default-src 'none'; img-src data:; {own}; base-uri 'none'; form-action 'none'"


def test_a_page_that_has_files_beside_it_links_to_them_and_allows_no_more() -> None:
    made = RENDERER.render(specimen(), lambda ref: ref.replace("asset:", "../assets/"))
    style, script = RENDERER.assets()
    assert f'<link rel="stylesheet" href="../assets/{style.name}">' in made
    assert f'<script src="../assets/{script.name}"></script>' in made
    assert "<style" not in made
    assert policy_of(made) == "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'"


def test_a_page_asks_not_to_be_listed_and_tells_no_address() -> None:
    metas = {one["name"]: one["content"] for tag, one in read(html(specimen())).elements if tag == "meta" and "name" in one}
    assert (metas["robots"], metas["referrer"]) == ("noindex", "no-referrer")


# structure


def full_page() -> Document:
    train = f"stage:{builders.RUN}.train"
    return build_snapshot_report(
        builders.snapshot(
            stages=(builders.stage("train"),),
            batches=(builders.batch("train", "e0"),),
            samples=(builders.sample("train", "s0"),),
            deployments=(builders.deployment(),),
            series=(builders.series("loss", train, [3, math.nan, 1]),),
            events=(builders.event(),),
            spans=(builders.span(),),
            environments=(builders.environment(),),
            producers=("sdk",),
            run=builders.run(status="unknown"),
        )
    )


@pytest.mark.parametrize("document", [specimen(), full_page()], ids=["specimen", "run"])
def test_every_id_is_unique_and_every_fragment_leads_to_one(document: Document) -> None:
    found = read(html(document))
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    assert {one[1:] for one in found.values("href") if one.startswith("#")} <= set(ids)
    assert set(found.values("aria-labelledby")) <= set(ids)


def test_sections_have_headings_and_stand_in_the_contents() -> None:
    found = html(full_page())
    for title in builders.titles(full_page()):
        assert f'<h2 id="{slug(title)}"><a href="#{slug(title)}">{title}</a></h2>' in found
        assert f'<li><a href="#{slug(title)}">{title}</a></li>' in found


@pytest.mark.parametrize(("title", "expected"), [("Run Summary", "run-summary"), ("What's new?", "what-s-new"), ("  A  ", "a")])
def test_a_title_becomes_a_fragment(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_moments_stay_machine_readable() -> None:
    made = html(document_of(Facts((Fact("a", Time(MOMENT)),)), as_of=MOMENT))
    assert made.count(f'<time datetime="{MOMENT}">2026-10-01 08:12:56 UTC</time>') == 2


def test_numbers_keep_their_value_beside_their_words_where_these_leave_some_of_it_out() -> None:
    made = html(document_of(Facts((Fact("a", Number(0.97777, "nats")), Fact("b", Exact(0.1 + 0.2))))))
    assert '<data value="0.97777">0.9778</data> <span class="unit">nats</span>' in made
    assert "<dd>0.30000000000000004</dd>" in made


@pytest.mark.parametrize(("value", "words"), [(math.nan, "NaN"), (math.inf, "Infinity"), (10**400, "1.000e+400")])
def test_a_number_beyond_the_ordinary_is_shown(value: float, words: str) -> None:
    assert f">{words}</data>" in html(document_of(Table("", ("Loss",), ((Number(value),),), 1)))


def test_attributes_nested_deeply_do_not_break_the_page() -> None:
    nested: Any = "core"
    for _ in range(200):
        nested = {"in": nested}
    assert "<dt>a</dt>" in html(document_of(Facts((Fact("a", cells.value(nested)),))))


def test_a_status_has_a_sign_beside_its_colour() -> None:
    made = html(document_of(status=Status("failed", inferred=True)))
    assert '<span class="status failed"><span aria-hidden="true">&#10007;</span> failed</span> <span class="aside">inferred</span>' in made


def test_a_table_is_called_by_its_caption_or_the_section_and_its_rows_and_columns_have_headers() -> None:
    row = (Text("a"), Number(1))
    found = page_of(Table("", ("Name", "N"), (row,), 1), Table("Second", ("Name", "N"), (row,), 1))
    assert found.values("aria-label")[-2:] == ["Part", "Second"]
    assert found.values("scope") == ["col", "col", "row"] * 2
    assert found.text.count("Second") == 1


def test_rows_that_are_not_shown_are_counted() -> None:
    many = cells.table("", ("N",), ((Number(index),) for index in range(1200)))
    assert "1,000 of 1,200 are shown." in page_of(many).text


def long_table(name: str) -> Table:
    sheet = Sheet(name, ("N",), ((1,),) * 1200, "all 1,200 rows")
    return Table("", ("N",), ((Number(1),),), 1200, "1 of 1,200 rows: the first 1.", sheet)


def test_a_long_table_says_which_rows_it_shows_and_links_to_all() -> None:
    page = page_of(long_table("values"))
    assert "1 of 1,200 rows: the first 1. CSV of all 1,200 rows" in page.text
    assert "demo.r1.values.csv" in page.values("href")


def test_where_no_file_lies_beside_it_a_long_table_says_what_writes_one() -> None:
    page = page_of(long_table("unwritten"))
    assert "rows: the first 1. contexta-report build writes all 1,200 rows to a CSV beside the page." in page.text


def test_a_folded_table_says_how_many_of_its_rows_it_shows() -> None:
    table = Table("Every value", ("N",), ((Number(1),),), 1200)
    assert "Every value (1 of 1,200)" in page_of(Details(table)).text
    assert "Every value (1)" in page_of(Details(replace(table, total=1))).text


def test_issues_that_are_not_shown_are_counted() -> None:
    issue = Issue("error", "failed_run", "It failed.", Ref("run:demo.r1", "r1"))
    assert "1 of 3 are shown." in page_of(Issues((issue,), 3)).text


def test_an_issue_tells_its_severity_sentence_key_and_subject() -> None:
    text = " ".join(page_of(Issues((Issue("error", "failed_batch", "It failed.", Ref("batch:demo.r1.t.e0", "e0")),), 1)).text.split())
    assert "✗ error It failed. failed_batch · batch:demo.r1.t.e0" in text


def test_an_issue_of_what_has_a_page_links_there() -> None:
    found = page_of(Issues((Issue("error", "failed_run", "It failed.", Ref(LINKED, "r0")),), 1))
    assert ADDRESS in found.values("href")


def test_a_chart_has_a_name_in_words_and_a_gap_in_its_line() -> None:
    points = ((0.0, 2.0), (1.0, 1.0), (2.0, None), (3.0, 4.0), (4.0, 3.0))
    found = page_of(Chart("loss", "nats", "index", ("e0", "e4"), (Line.through("loss", points),), 5))
    (svg,) = [attributes for tag, attributes in found.elements if tag == "svg"]
    assert svg["role"] == "img"
    assert svg["aria-label"] == "loss: 5 values, first 2, last 3, least 1, greatest 4 nats"
    assert len(found.values("points")) == 2


def test_a_chart_says_how_many_points_it_stands_for() -> None:
    drawn = Chart("loss", None, "index", (), (Line.through("loss", ((0, 2), (1, 1))),), 5000)
    assert "2 of 5,000 points are drawn" in page_of(drawn).text


def test_points_of_the_previous_run_are_not_counted() -> None:
    own, faint = Line.through("loss", ((0, 2), (1, 1))), Line("before", (0, 1), (3, 2), faint=True)
    assert "2 of 5,000 points are drawn" in page_of(Chart("loss", None, "index", (), (own, faint), 5000)).text


def test_neighbouring_charts_share_a_grid() -> None:
    drawn = Chart("loss", None, "index", (), (Line.through("loss", ((0, 2), (1, 1))),), 2)
    assert page_of(drawn, drawn, Facts(()), drawn).values("class").count("charts") == 2


def test_charts_and_histograms_share_a_grid() -> None:
    drawn = Chart("loss", None, "index", (), (Line.through("loss", ((0, 2), (1, 1))),), 2)
    assert page_of(drawn, Histogram("error", None, (0, 1), (3,)), drawn).values("class").count("charts") == 1


def test_lines_of_a_chart_are_told_apart_by_a_legend_and_one_alone_has_none() -> None:
    one = Line("train", (0.0, 1.0), (2.0, 1.0))
    alone = page_of(Chart("loss", None, "index", (), (one,), 2))
    both = page_of(Chart("loss", None, "index", (), (one, replace(one, label="<val>")), 4))
    assert "legend" not in alone.values("class")
    assert "legend" in both.values("class")
    assert "<val>" in both.text


def test_a_chart_on_a_scale_of_decades_says_so_and_links_to_what_is_marked() -> None:
    line = Line("lr", (0.0, 1.0), (1.0, 1e-4))
    found = page_of(Chart("lr", None, "index", ("a", "b"), (line,), 2, "log", (Mark(1.0, Ref(LINKED, "best: b")),)))
    assert "log scale" in found.text
    assert [attributes["href"] for tag, attributes in found.elements if tag == "a"].count(ADDRESS) == 1


def test_what_links_in_a_picture_is_no_part_of_an_image() -> None:
    bar = Bar(Ref(LINKED, "train"), Status("completed"), 0, 5)
    found = page_of(Timeline("Stages", Time(MOMENT), (bar,), 1))
    (svg,) = [attributes for tag, attributes in found.elements if tag == "svg"]
    assert (svg["role"], svg["aria-label"]) == ("group", "Stages: 1 completed in 5.0 s")


def test_a_timeline_says_which_of_its_bars_are_drawn() -> None:
    bar = Bar(Ref("a:b", "train"), Status("completed"), 0, 5)
    assert "1 of 9 are shown." in page_of(Timeline("Stages", Time(MOMENT), (bar,), 9)).text
    assert "the longest" in page_of(Timeline("Stages", Time(MOMENT), (bar,), 9, "the longest")).text


def test_a_histogram_tells_in_words_what_it_shows() -> None:
    (svg,) = [attributes for tag, attributes in page_of(Histogram("error", None, (0, 1, 2), (3, 4))).elements if tag == "svg"]
    assert (svg["role"], svg["aria-label"]) == ("img", "error: 7 values. 0 to 1: 3; 1 to 2: 4")


def test_a_figure_tells_its_value_course_change_and_best() -> None:
    figure = Figure("loss", Number(0.25, "nats"), "train", Number(0.2), Change(-0.1, "nats", better=True), Spark((3.0, 1.0)))
    found = page_of(Figures((figure,), Ref(LINKED, "before")))
    assert "losstrain0.25nats▼-0.1natsbetterbest0.2" in "".join(found.text.split())
    assert "Changes are against before." in found.text
    assert "spark" in found.values("class")


def test_lineage_is_a_list_in_order_with_links() -> None:
    found = page_of(Lineage((Fact("Dataset", Code("d")), Fact("Run", Ref(LINKED, "r")), Fact("Artifact", Code("a"), "and 3 more"))))
    assert len([tag for tag, _ in found.elements if tag == "li"]) == 3 + 1  # and the section in the contents
    assert "".join(found.text.split()).index("Datasetd→Runr→Artifactaand3more") > 0


# places on the page


BATCH, SAMPLE = "batch:demo.r1.train.e0", "sample:demo.r1.train.s0"


def of_batches_and_samples(*more: Block) -> Page:
    batches = Table("", ("Batch",), ((Ref(BATCH, "e0"),),), 1)
    samples = Table("", ("Sample", "Batch"), ((Ref(SAMPLE, "s0"), Ref(BATCH, "e0")), (Ref(SAMPLE + "1", "s1"), None)), 2)
    return page_of(batches, samples, *more)


def test_what_has_no_page_but_a_row_is_linked_to_its_row() -> None:
    found = of_batches_and_samples()
    assert {BATCH, SAMPLE, SAMPLE + "1"} <= {*found.values("id")}
    assert found.values("href").count(f"#{BATCH}") == 1


def test_what_has_a_page_is_linked_there_and_its_row_is_no_place() -> None:
    found = page_of(Table("", ("Run", "Status"), ((Ref(LINKED, "r0"), Status("ok")),), 1), Facts((Fact("Run", Ref(LINKED, "r0")),)))
    assert LINKED not in found.values("id")
    assert found.values("href").count(ADDRESS) == 2


def test_what_has_rows_in_two_tables_has_no_place() -> None:
    again = Table("", ("Batch",), ((Ref(BATCH, "e0"),),), 1)
    found = of_batches_and_samples(again)
    assert BATCH not in found.values("id")
    assert f"#{BATCH}" not in found.values("href")
    assert SAMPLE in found.values("id")


def test_the_same_page_is_the_same_bytes() -> None:
    assert html(specimen()) == HtmlRenderer.create().render(specimen(), links)


def test_a_document_is_let_go_of_when_its_page_is_made() -> None:
    document = specimen()
    kept = weakref.ref(document)
    gc.disable()
    try:
        html(document)
        del document
        assert kept() is None
    finally:
        gc.enable()


def test_the_specimen_is_as_it_was(compare: Compare, tmp_path: Path) -> None:
    # With a style and a script of its own, so that a new colour changes no snapshot.
    (tmp_path / "style.css").write_text("body { margin: 0 }\n")
    (tmp_path / "script.js").write_text('"use strict";\n')
    compare("specimen.html", HtmlRenderer.create(tmp_path).render(specimen(), links).encode())


# templates of the user's own


def rendered_with(folder: Path, **files: str) -> str:
    """The specimen with these templates: `page="..."` for `page.html.j2`."""
    for name, content in files.items():
        (folder / f"{name}.html.j2").write_text(content, encoding="utf-8")
    return HtmlRenderer.create(folder).render(specimen("text"), links)


def test_a_template_can_extend_the_one_that_it_replaces(tmp_path: Path) -> None:
    own = '{% extends "contexta/page.html.j2" %}{% block footer %}<p>Ours</p>{{ super() }}{% endblock %}'
    made = rendered_with(tmp_path, page=own)
    assert "<p>Ours</p>" in made
    assert read(made).shape() == [*HARMLESS[:-1], ("p", ()), HARMLESS[-1]]


def test_a_template_replaces_only_the_one_of_its_name(tmp_path: Path) -> None:
    made = rendered_with(tmp_path, page="{% import 'blocks.html.j2' as blocks with context %}{{ blocks.cell(document.status) }}")
    assert "".join(read(made).text.split()) == "✗failed"


def test_a_part_that_pages_are_made_of_can_be_replaced(tmp_path: Path) -> None:
    own = '{% macro svg(chart) %}<svg role="img" aria-label="{{ chart.title }}"></svg>{% endmacro %}'
    (tmp_path / "chart.svg.j2").write_text(own)
    made = HtmlRenderer.create(tmp_path).render(specimen("<text>"), links)
    assert '<svg role="img" aria-label="&lt;text&gt;"></svg>' in made
    assert '<g class="line' not in made


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("{{ {'a': {'b': 'c'}}.a.b }}", "c"),
        ("{{ document.nothing is defined }}", "False"),
        ("{{ document.subject.ref.upper() }}", "RUN:DEMO.R1"),
        ("{% macro m(a, b='<') %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(b=3, a=1) }}", "1&lt;1213"),
        ("{% macro m(a) %}{{ a }}{{ varargs|length }}{% endmacro %}{{ m('&') }}{{ m(1, 2) }}", "&amp;011"),
        ("{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}<{% endcall %}", "[<]"),
    ],
)
def test_the_users_templates_may_do_what_jinja2_lets_them(source: str, made: str, tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text(source)
    assert HtmlRenderer.create(tmp_path).render(specimen(), links) == made


def test_text_is_escaped_in_the_users_templates_too(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text("{{ document.title }}")
    assert HtmlRenderer.create(tmp_path).render(specimen("<b>\x1b"), links) == "&lt;b&gt;&#9243;"


def test_what_the_users_templates_do_not_escape_is_made_visible_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text("{% autoescape false %}{{ document.title }}{% endautoescape %}")
    assert HtmlRenderer.create(tmp_path).render(specimen("<b>\x1b"), links) == "<b>␛"


def test_the_policy_is_that_of_the_users_style_and_script(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_bytes(b"body { color: red }\r\n")
    (tmp_path / "script.js").write_bytes(b"console.log(1)\r\n")
    made = HtmlRenderer.create(tmp_path).render(specimen(), links)
    (style,) = re.findall("<style>(.*?)</style>", made, re.DOTALL)
    (script,) = re.findall("<script>(.*?)</script>", made, re.DOTALL)
    assert (style.strip(), script.strip()) == ("body { color: red }", "console.log(1)")
    assert f"style-src &#39;sha256-{hashes(style)}&#39;; script-src &#39;sha256-{hashes(script)}&#39;" in made


@pytest.mark.parametrize("block", ["style", "script", "head", "header", "contents", "main", "footer"])
def test_every_part_of_the_frame_is_a_block(block: str, tmp_path: Path) -> None:
    made = rendered_with(tmp_path, page=f'{{% extends "contexta/page.html.j2" %}}{{% block {block} %}}<hr>{{% endblock %}}')
    assert "hr" in read(made).tags()
    assert len(made) < len(html(specimen("text"))) or block == "head"


BROKEN = {
    "an unknown name": "{{ nothing_of_that_name }}",
    "an unknown attribute": "{{ document.nothing }}",
    "a syntax error": "<p>\n{% if %}",
    "an unknown filter": "{{ document.title|shout }}",
    "a block left open": "{% block main %}",
    "a sum of text and number": "{{ document.title + 1 }}",
    "a division by zero": "{{ 1 / 0 }}",
    "a call of what is no function": "{{ document.title() }}",
    "a text for a number": "{{ document.title|number }}",
    "a text for a cell": "{{ document.title|cell(link) }}",
    "a page for a table": "{{ document|body(link) }}",
    "a number for prose": "{{ 5|prose }}",
    "a filter without what it needs": "{{ document.status|cell }}",
    "an unknown name in a filter": "{{ nothing_of_that_name|count }}",
    "what jinja2 cannot do": "{{ document.title|sum }}",
    "itself in itself": "{% include 'page.html.j2' %}",
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_a_broken_template_is_told_in_one_sentence_that_names_it(source: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateFailure) as failure:
        rendered_with(tmp_path, page=source)
    assert "page.html.j2" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_an_unknown_name_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(TemplateFailure, match="nothing_of_that_name"):
        rendered_with(tmp_path, page="{{ nothing_of_that_name|count }}")


def no_number(value: Any) -> Document:
    return document_of(Facts((Fact("a", Number(value)),)))


def not_a_number() -> Document:
    return document_of(Chart("loss", None, "index", (), (Line.through("loss", ((0, 2), (1, math.nan))),), 2))


@pytest.mark.parametrize("document", [no_number("seven"), not_a_number()], ids=["a number that is none", "a gap that is none"])
@pytest.mark.parametrize("own", [{}, {"page": '{% extends "contexta/page.html.j2" %}'}], ids=["shipped", "own"])
def test_a_fault_of_ours_is_not_blamed_on_a_template(document: Document, own: dict[str, str], tmp_path: Path) -> None:
    for name, content in own.items():
        (tmp_path / f"{name}.html.j2").write_text(content)
    with pytest.raises((TypeError, ValueError)):
        HtmlRenderer.create(tmp_path).render(document, links)


def test_a_fault_in_what_gives_addresses_is_not_blamed_on_a_template() -> None:
    def broken(_ref: str) -> str:
        raise KeyError("runs")

    with pytest.raises(KeyError):
        RENDERER.render(specimen(), broken)


def test_a_syntax_error_is_told_by_line(tmp_path: Path) -> None:
    with pytest.raises(TemplateFailure, match=r"page\.html\.j2:2: "):
        rendered_with(tmp_path, page="<p>\n{% if %}")


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateFailure, match=r"missing\.html\.j2"):
        rendered_with(tmp_path, page='{% include "missing.html.j2" %}')


def test_a_template_in_another_encoding_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_bytes("<p>Größe</p>".encode("latin-1"))
    with pytest.raises(TemplateFailure, match=r"page\.html\.j2"):
        HtmlRenderer.create(tmp_path).render(specimen(), no_links)


def test_a_broken_style_is_told_of_before_any_page(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text("{% if %}")
    with pytest.raises(TemplateFailure, match=r"style\.css:1"):
        HtmlRenderer.create(tmp_path)


# the shipped templates


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_shipped_template_lets_nothing_through_and_fetches_nothing(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    if template.name == "mail.html.j2":  # mail programs know no other style, and run nothing
        source = re.sub(r'\bstyle="', "", source)
    assert not re.search(r"\|\s*safe\b|autoescape|\bstyle\s*=|https?://|@import|innerHTML|\beval\b|fetch\(|[\s.]on(?!e\b)\w+\s*=", source)


def test_there_are_templates_to_look_at() -> None:
    assert {"page.html.j2", "blocks.html.j2", "chart.svg.j2", "style.css", "script.js", "theme.css"} <= {path.name for path in TEMPLATES}


# what it costs to have


def test_jinja2_and_the_markdown_parser_are_imported_by_the_page_that_needs_them() -> None:
    program = """
import sys
from contexta.render import HtmlRenderer, no_links
from contexta.report.document import Document, Prose, Ref, Section
print(*(name in sys.modules for name in ("jinja2", "markupsafe", "markdown_it", "decimal")))
renderer = HtmlRenderer.create()
page = renderer.render(Document("r1", "run", Ref("run:demo.r1", "r1"), ()), no_links)
print(*(name in sys.modules for name in ("jinja2", "markdown_it")))
page = renderer.render(Document("r1", "run", Ref("run:demo.r1", "r1"), (Section("Why", (Prose("*So*"),)),)), no_links)
print("markdown_it" in sys.modules)
"""
    found = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == ["False False False False", "True False", "True"]


def test_a_page_without_data_is_small() -> None:
    assert len(html(document_of()).encode()) < 40_000


def rich_run() -> Document:
    """The report of a run of 50 batches, 20 samples and a curve for each of 5 metrics."""
    train, batches = f"stage:{builders.RUN}.train", [f"epoch-{index}" for index in range(50)]
    samples = [f"digit-{index:04}" for index in range(20)]
    refs = [f"batch:{builders.RUN}.train.{name}" for name in batches]
    keys = ("loss", "accuracy", "grad_norm", "lr", "throughput")
    curves = [builders.series(key, refs, [math.exp(-index / 9) + len(key) for index in range(50)], owner=train) for key in keys]
    graded = builders.series(
        "correct", [f"sample:{builders.RUN}.train.{name}" for name in samples], [index % 2 for index in range(20)], owner=train
    )
    return build_snapshot_report(
        builders.snapshot(
            stages=(builders.stage("train"),),
            batches=tuple(builders.batch("train", name) for name in batches),
            samples=tuple(builders.sample("train", name) for name in samples),
            series=(*curves, graded),
            artifacts=(builders.artifact(hash_value="0123456789abcdef" * 4),),
        )
    )


def test_the_page_of_a_run_is_small() -> None:
    document = rich_run()
    assert sum(isinstance(block, Chart) for block in document.blocks()) == 5
    made = html(document)
    assert "epoch-49" in made
    assert "digit-0019" in made
    assert len(made.encode()) < 150_000


def test_style_and_script_are_small() -> None:
    style, script = RENDERER.assets()
    assert len(style.content) < 20_000
    assert len(script.content) < 12_000


def test_a_thousand_rows_of_eight_cells_are_small() -> None:
    numbers = (Number(0.123456789012345), Number(98.76543210987654), Number(0.00123456789012345), Number(1234.56789012345))
    row = (Text("grad_norm"), Text("train · batch epoch-12"), Text("nats"), Number(1000), *numbers)
    with_rows, without = (html(document_of(Table("", tuple("abcdefgh"), rows, len(rows)))) for rows in ((row,) * 1000, ()))
    assert len(with_rows.encode()) - len(without.encode()) < 450_000


def test_a_reference_to_a_section_of_the_page_leads_there() -> None:
    fact = Fact("Needs attention", section_ref("Data Health", "1 error"))
    document = document_of(sections=(Section("Run Summary", (Facts((fact,)),)), Section("Data Health", ())))
    assert re.search(r'<a href="#data-health">.*1 error.*</a>', html(document).partition("<main")[2])


def test_a_page_of_fifty_batches_twenty_samples_and_five_charts_is_small() -> None:
    document = build_snapshot_report(busy_run())
    assert len([block for block in document.blocks() if isinstance(block, Chart)]) == 5
    assert len(html(document).encode()) < 150_000


def busy_run() -> RunSnapshot:
    """A run as people have them: fifty epochs with five metrics each, twenty samples with two."""
    train, names = f"stage:{builders.RUN}.train", [f"epoch-{number:02}" for number in range(50)]
    epochs = [f"batch:{builders.RUN}.train.{name}" for name in names]
    samples = [f"sample:{builders.RUN}.train.digit-{number:02}" for number in range(20)]
    steps = [1 / (1 + number * 0.37) for number in range(1000)]
    series = [
        builders.series(key, [epochs[step // 20] for step in range(1000)], steps, owner=train)
        for key in ("loss", "acc", "lr", "norm", "rate")
    ]
    series += [builders.series(key, samples, steps[:20], owner=train) for key in ("confidence", "error")]
    return builders.snapshot(
        stages=(builders.stage("train", ended_at=builders.moment(1000)),),
        batches=tuple(
            builders.batch("train", name, started_at=builders.moment(20 * place), ended_at=builders.moment(20 * place + 19))
            for place, name in enumerate(names)
        ),
        samples=tuple(builders.sample("train", f"digit-{number:02}", batch_execution_ref=epochs[-1]) for number in range(20)),
        series=tuple(series),
        artifacts=(builders.artifact(hash_value="a" * 64, size_bytes=2900),),
        spans=tuple(builders.span(f"step-{number}", span_id=f"s{number}") for number in range(10)),
        environments=(builders.environment(packages={f"package-{number}": "1.2.3" for number in range(40)}),),
        producers=("sdk",),
    )
