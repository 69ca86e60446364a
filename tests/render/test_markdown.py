"""Markdown: whatever text a workspace holds comes out of a Markdown parser as that text, in its place, and nothing else."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from contexta.render import no_links, to_markdown, words
from contexta.render.markdown import escape
from contexta.report.document import (
    Bar,
    Block,
    Chart,
    Document,
    Fact,
    Facts,
    Histogram,
    Issue,
    Issues,
    Line,
    Lineage,
    Mark,
    Note,
    Prose,
    Section,
    Sheet,
    Table,
    Timeline,
)
from contexta.report.inline import Code, Number, Pairs, Ref, Status, Text, Time
from tests.render.pages import Compare
from tests.render.specimen import ADDRESS, LINKED, links, specimen

# However long an example takes on a busy machine.
patient = settings(deadline=None)

PARSERS = {"js-default": MarkdownIt("js-default"), "gfm-like": MarkdownIt("gfm-like", {"linkify": False})}

# Where it stands in the harmless page, the text of the other stands instead.
HARMLESS = "harmless"

# Text as it may come, and text that is made of little but markup.
markup = st.text(alphabet="`*_[]()<>!#&;|\\\n\t ~:/.@$\"'-+=1ab\x1b\u202e", max_size=30)
texts = st.text(min_size=1, max_size=40) | markup.filter(bool)


def page(*blocks: Block, title: str = "Run", section: str = "Section") -> Document:
    return Document(title, "run", Ref("run:demo.r1", "r1"), (Section(section, blocks),))


def holding(text: str) -> Document:
    """A page with the text in a heading, facts, tables, issues and charts."""
    row = (Text(text), Code(text), Ref(LINKED, text), Pairs(((text, Text(text)),)), Number(1, text))
    return page(
        Facts((Fact(text, Text(text), text), Fact(text, Ref(LINKED, text)))),
        Table(f"In stage {text}", (text, "b", text, "d", "e"), (row, row), 5),
        Issues((Issue("error", "failed_run", text, Ref(LINKED, text)), Issue("info", "remark", text, Ref("batch:x", text))), 2),
        Chart(text, text, "index", (text,), (Line.through(text, ((0, 1.0),)),), 1),
        Chart(text, text, "index", (text,), (Line(text, (0,), (1.0,)), Line(text, (0,), (2.0,))), 2, marks=(Mark(0, Ref(LINKED, text)),)),
        Timeline(
            text,
            Time("2026-10-01T00:00:00Z"),
            (Bar(Ref(LINKED, text), Status("ok"), 0, 1), Bar(Ref("a:b", text), Status("ok"), 0, 1, 2)),
            3,
            text,
        ),
        Histogram(text, text, (0, 1), (3,)),
        Lineage((Fact(text, Text(text)), Fact(text, Pairs(((text, Ref(LINKED, text)), ("n", Code(text)))), text))),
        Note(f"A note on {text}."),
        title=text,
        section=text,
    )


def parse(markdown: str, parser: str) -> list[Token]:
    return PARSERS[parser].parse(markdown)


def shape(tokens: Sequence[Token]) -> list[tuple[str, ...]]:
    """The kinds of all tokens, and where links lead: all but the text."""
    found: list[tuple[str, ...]] = []
    for token in tokens:
        found.append((token.type, token.tag, *sorted(f"{name}={value}" for name, value in token.attrs.items())))
        found += [one for one in shape(token.children or ()) if one[0] != "text"]
    return found


def contents(tokens: Sequence[Token]) -> list[str]:
    """What each heading, cell and line says."""
    inline = (token.children or () for token in tokens if token.type == "inline")
    return ["".join(child.content for child in children) for children in inline]


# text stays text


@pytest.mark.parametrize("parser", PARSERS)
@patient
@given(text=texts)
@example(text="a|b")
@example(text="\\")
@example(text="`|`")
@example(text="<b onclick=x>")
@example(text="![i](http://e.org/i.png)")
@example(text="[x]: http://e.org")
@example(text="&lt;script&gt;")
@example(text="__init__ _a_ a_b **b** ~~c~~")
@example(text="# h\n\n- item\n1. one\n```")
@example(text=" two  spaces ")
@example(text="http://e.org www.e.org a@e.org")
@example(text="- item")
@example(text="\xa0")
@example(text="$x$ :smile: @user #12 --- ===")
def test_any_text_comes_out_as_itself_and_changes_nothing_around_it(parser: str, text: str) -> None:
    harmless, tokens = (parse(to_markdown(holding(one), links), parser) for one in (HARMLESS, text))
    assert shape(tokens) == shape(harmless)
    assert contents(tokens) == [one.replace(HARMLESS, words.one_line(text)) for one in contents(harmless)]


@pytest.mark.parametrize("parser", PARSERS)
def test_neighbouring_lists_stay_lists_of_their_own_without_space_between_their_items(parser: str) -> None:
    facts = Facts((Fact("a", Text("b")), Fact("c", Text("d"))))
    tokens = parse(to_markdown(page(facts, facts, facts), links), parser)
    assert [token.type for token in tokens].count("bullet_list_open") == 3
    assert all(token.hidden for token in tokens if token.type == "paragraph_open" and token.level)


@patient
@given(text=texts)
def test_a_table_row_has_a_cell_for_each_column(text: str) -> None:
    tokens = parse(to_markdown(holding(text), links), "js-default")
    kinds = [token.type for token in tokens]
    assert (kinds.count("th_open"), kinds.count("td_open"), kinds.count("table_open")) == (5, 10, 1)


@patient
@given(text=texts)
def test_escaped_text_stands_on_one_line(text: str) -> None:
    assert len(escape(text).splitlines()) <= 1


@pytest.mark.parametrize("text", ["loss_total", "f1, class=cat", "0.5 (was 0.4)", "epoch-1.val", "Größe 東京", "it's 5 - 3 = 2"])
def test_plain_text_reads_plainly(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize(("char", "shown"), [("\x1b", "␛"), ("\x00", "␀"), ("\u202e", "⟨U+202E⟩"), ("\u200b", "⟨U+200B⟩")])
def test_hidden_characters_are_visible(char: str, shown: str) -> None:
    made = to_markdown(holding(f"a{char}b"), links)
    assert char not in made
    assert made.count(f"a{shown}b") == to_markdown(holding("axb"), links).count("axb")


# blocks


def test_what_has_a_page_is_a_link_and_what_has_none_is_not() -> None:
    made = to_markdown(page(Facts((Fact("a", Ref(LINKED, "r0")), Fact("b", Ref("run:demo.r9", "r9"))))), links)
    assert f"- **a:** [r0]({ADDRESS})" in made.splitlines()
    assert "- **b:** r9" in made.splitlines()


def test_quantities_line_up_at_the_right() -> None:
    made = to_markdown(page(Table("", ("Name", "Loss"), ((Text("a"), Number(1)),), 1)), no_links)
    assert made.splitlines()[-3:] == ["| Name | Loss |", "| --- | ---: |", "| a | 1 |"]


def test_rows_and_issues_that_are_not_shown_are_counted() -> None:
    issue = Issue("error", "failed_run", "It failed.", Ref("run:demo.r1", "r1"))
    made = to_markdown(page(Table("", ("N",), ((Number(1),),) * 1000, 1200), Issues((issue,), 3)), no_links)
    assert "*1,000 of 1,200 are shown.*" in made
    assert "*1 of 3 are shown.*" in made


def test_the_count_of_issues_stands_after_their_list_and_not_in_the_last_of_them() -> None:
    issue = Issue("error", "failed_run", "It failed.", Ref("run:demo.r1", "r1"))
    said = contents(parse(to_markdown(page(Issues((issue,), 3)), no_links), "gfm-like"))
    assert said[2:] == ["error failed_run: It failed.", "1 of 3 are shown."]


def test_no_issue_is_said() -> None:
    assert "No issue was found." in to_markdown(page(Issues((), 0)), no_links)


def test_a_number_that_is_none_is_written_as_that() -> None:
    made = to_markdown(page(Table("", ("Loss",), ((Number(float("nan")),),), 1)), no_links)
    assert made.splitlines()[-1] == "| NaN |"


# the author's own Markdown


def quote_tokens(markdown: str) -> list[Token]:
    document = page(Prose(markdown), Note("after"))
    return parse(to_markdown(document, no_links), "gfm-like")


def top_level(tokens: Sequence[Token]) -> list[str]:
    return [token.type for token in tokens if token.level == 0]


AROUND_A_QUOTE = top_level(quote_tokens("plain"))


@patient
@given(markup | st.text())
@example("```\nleft open")
@example("<!-- left open")
@example("<script>\n\n# h")
@example("- a\n\n\n  b\n# h\n===")
def test_prose_cannot_leave_its_quotation(markdown: str) -> None:
    tokens = quote_tokens(markdown)
    assert top_level(tokens) == AROUND_A_QUOTE
    assert contents(tokens)[-1] == "after"


@patient
@given(markup | st.text())
@example("<b>x</b> <http://e.org>\n<div>")
@example("![i](http://e.org/i.png)")
@example("!\\[i](x) \\![i](x) ![i][r]\n\n[r]: http://e.org/i.png")
def test_prose_keeps_no_html_and_no_image(markdown: str) -> None:
    kinds = {child.type for token in quote_tokens(markdown) for child in (token, *(token.children or ()))}
    assert kinds.isdisjoint({"html_block", "html_inline", "image"})


@patient
@given(markup | st.text())
@example("[run]: http://e.org")
@example("[run]:\nhttp://e.org")
@example("[run]\n: http://e.org")
def test_prose_defines_no_link_for_the_rest_of_the_page(markdown: str) -> None:
    found: dict[str, object] = {}
    PARSERS["gfm-like"].parse(to_markdown(page(Prose(markdown)), no_links), found)
    assert not found.get("references")


@patient
@given(markup | st.text())
@example("[a](javascript:alert(1)) [b](lttps://e.org) [c](other.md) [d]( data:text/html,x) [e](")
@example("[a](\njavascript:alert(1)) [b](&#106;avascript:x) [c](<javascript:x>) [d\\](javascript:x) [e\\\\](javascript:x)")
def test_prose_links_to_the_web_and_to_mail_alone(markdown: str) -> None:
    links = [str(child.attrs["href"]) for token in quote_tokens(markdown) for child in token.children or () if child.type == "link_open"]
    assert all(link.lower().startswith(("http://", "https://", "mailto:")) for link in links)


def test_prose_keeps_its_markdown() -> None:
    inner = [token.type for token in quote_tokens("## Why\n\n- *because*\n\n[a](https://e.org)") if token.type.endswith("_open")]
    assert inner[2:6] == ["blockquote_open", "heading_open", "bullet_list_open", "list_item_open"]


# long tables


def long_table(note: str = "1 of 1,200 rows: the first 1.") -> Table:
    return Table("", ("N",), ((Number(1),),), 1200, note, Sheet("values", ("N",), ((1,),) * 1200, "all 1,200 rows"))


def test_a_long_table_says_which_rows_it_shows_and_links_to_all() -> None:
    made = to_markdown(page(long_table()), links)
    assert made.endswith("| 1 |\n\n*1 of 1,200 rows: the first 1.* [CSV of all 1,200 rows](demo.r1.values.csv)\n")


def test_where_no_file_lies_beside_it_a_long_table_says_what_writes_one() -> None:
    made = to_markdown(page(long_table()), no_links)
    assert made.endswith("rows: the first 1.* `contexta-report build` writes all 1,200 rows to a CSV beside the page.\n")


# the whole


def bar(name: str, depth: int = 0) -> Bar:
    return Bar(Ref(f"batch:{name}", name), Status("completed"), 1, 3.5, depth)


def block(one: Block) -> list[str]:
    return to_markdown(page(one), no_links).splitlines()[4:]


def test_a_timeline_is_a_list_in_which_what_lies_in_another_lies_below_it() -> None:
    bars = (bar("train"), bar("e0", 1), bar("e1", 1), bar("evaluate"))
    assert block(Timeline("Stages", Time("2026-10-01T00:00:00Z"), bars, 9, "Some are drawn.")) == [
        "**Stages**, from 2026-10-01 00:00:00 UTC",
        "",
        "- train: ✓ completed, from 1.0 s, 2.5 s",
        "  - e0: ✓ completed, from 1.0 s, 2.5 s",
        "  - e1: ✓ completed, from 1.0 s, 2.5 s",
        "- evaluate: ✓ completed, from 1.0 s, 2.5 s",
        "",
        "*Some are drawn.*",
    ]


def test_what_lies_deep_in_what_is_not_shown_stays_in_the_list() -> None:
    made = to_markdown(page(Timeline("Spans", Time("2026-10-01T00:00:00Z"), (bar("inner", 5), bar("innermost", 9)), 2)), no_links)
    assert "\n- inner" in made
    assert "\n  - innermost" in made


def test_lineage_is_a_chain() -> None:
    made = Lineage((Fact("Dataset", Code("d")), Fact("Artifacts", Pairs((("model", Code("a")), ("log", Code("b")))), "and 3 more")))
    assert block(made) == ["**Dataset:** d → **Artifacts:** a, b (and 3 more)"]


def test_a_histogram_is_a_list_of_bars() -> None:
    assert block(Histogram("error", "px", (0, 1, 2), (12, 6))) == [
        "**error (px)**",
        "",
        f"- 0 to 1: {'█' * 24} 12",
        f"- 1 to 2: {'█' * 12} 6",
    ]


def test_the_specimen_is_as_it_was(compare: Compare) -> None:
    compare("specimen.md", to_markdown(specimen(), links).encode())


def test_a_page_ends_with_one_line_end() -> None:
    made = to_markdown(specimen(), links)
    assert made.endswith("\n")
    assert not made.endswith("\n\n")
