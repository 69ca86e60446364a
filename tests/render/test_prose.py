"""What an author wrote as Markdown becomes HTML that can do no harm."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contexta.render import prose
from contexta.render.prose import MAX_MARKDOWN
from tests.render.pages import Page, read

# However long an example takes on a busy machine.
patient = settings(deadline=None)

# All that Markdown makes, and the attributes that it may have.
_TEXT = ["em", "strong", "s", "a", "code", "br"]
_BLOCKS = ["p", "pre", "blockquote", "ul", "ol", "li", "hr", "h3", "h4", "h5", "h6"]
_TABLES = ["table", "thead", "tbody", "tr", "th", "td"]
ELEMENTS = set(_TEXT + _BLOCKS + _TABLES)
ATTRIBUTES = {"href", "rel", "title", "class", "start"}

markup = st.text(alphabet="`*_[]()<>!#&;|\\\n\t ~:/.@\"'-+=1abhttps\x00\x1b\u202e", max_size=60)


def page(markdown: str) -> Page:
    return read(prose.html(markdown))


@patient
@given(markup | st.text())
@example("<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>")
@example("| a |\n|:-:|\n| b |")
@example("[x](javascript:alert(1)) ![x](http://e.org/i.png)")
@example('```x onclick=alert(1)"><b>\ncode\n```')
@example('[x](http://e.org "t\\" onclick=alert(1)")')
@example("[x](http://e.org/?a=\"onclick='alert(1)')")
@example('<http://e.org/"onclick=x>')
def test_no_markdown_makes_more_than_markdown_can(markdown: str) -> None:
    found = page(markdown)
    assert found.tags() <= ELEMENTS
    assert {name for _, attributes in found.elements for name in attributes} <= ATTRIBUTES
    assert all(one.lower().startswith(("http://", "https://", "mailto:")) for one in found.values("href"))
    assert found.comments == 0


def test_markdown_is_rendered() -> None:
    assert prose.html("*a* **b** `c`\n\n- d\n\n> e") == (
        "<p><em>a</em> <strong>b</strong> <code>c</code></p>\n<ul>\n<li>d</li>\n</ul>\n<blockquote>\n<p>e</p>\n</blockquote>\n"
    )


def test_raw_html_stays_text() -> None:
    found = page("<b>bold</b>\n\n<script>alert(1)</script>")
    assert found.tags() == {"p"}
    assert "<script>alert(1)</script>" in found.text


@pytest.mark.parametrize("markdown", ["![i](http://e.org/i.png)", "![i][r]\n\n[r]: http://e.org/i.png", "![i](data:image/png;base64,AA)"])
def test_an_image_is_never_fetched(markdown: str) -> None:
    assert "img" not in page(markdown).tags()


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "java&#10;script:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.org",
        "\\\\evil.org",
        "/root",
        "page.html",
        "../up.html",
        "#fragment",
        "ftp://e.org",
        "http:evil.org",
        "",
    ],
)
@pytest.mark.parametrize("form", ["[x]({})", "[x](<{}>)", "<{}>", "[x][r]\n\n[r]: {}"])
def test_only_web_and_mail_addresses_are_links(form: str, address: str) -> None:
    assert page(form.format(address)).values("href") == []


@pytest.mark.parametrize("address", ["https://e.org/a?b=1&c=2", "http://e.org", "HTTPS://e.org", "mailto:a@e.org"])
def test_a_link_to_the_web_tells_nothing_of_where_it_was(address: str) -> None:
    (link,) = [attributes for tag, attributes in page(f"[x]({address})").elements if tag == "a"]
    assert link == {"href": address, "rel": "noopener noreferrer nofollow"}


def test_an_address_that_is_not_marked_as_a_link_is_none() -> None:
    assert page("see https://e.org or www.e.org").tags() == {"p"}


def test_aligned_columns_leave_no_style() -> None:
    found = page("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |")
    assert {"table", "th", "td"} <= found.tags()
    assert found.values("style") == []


@pytest.mark.parametrize(("level", "tag"), [(1, "h3"), (2, "h4"), (3, "h5"), (4, "h6"), (5, "h6"), (6, "h6")])
def test_headings_stand_below_those_of_the_page(level: int, tag: str) -> None:
    assert prose.html("#" * level + " Why") == f"<{tag}>Why</{tag}>\n"


def test_an_underlined_heading_is_set_below_too() -> None:
    assert prose.html("Why\n===") == "<h3>Why</h3>\n"


@pytest.mark.parametrize(("char", "shown"), [("\x1b", "␛"), ("\x00", "␀"), ("\u202e", "⟨U+202E⟩"), ("\u200b", "⟨U+200B⟩")])
def test_hidden_characters_are_visible(char: str, shown: str) -> None:
    assert prose.html(f"a{char}b") == f"<p>a{shown}b</p>\n"


@pytest.mark.parametrize("entity", ["&#x202e;", "&#27;", "&#8203;"])
def test_hidden_characters_written_as_entities_are_visible_too(entity: str) -> None:
    assert not {"\u202e", "\x1b", "\u200b"} & set(prose.html(f"a{entity}b"))


def test_lines_that_end_as_on_windows_read_like_others() -> None:
    assert prose.html("# Why\r\n\r\n- a\r\n- b\r\n") == prose.html("# Why\n\n- a\n- b\n")


def test_text_up_to_the_limit_is_whole() -> None:
    text = "a" * MAX_MARKDOWN
    assert prose.html(text) == f"<p>{text}</p>\n"


def test_longer_text_is_cut_and_said_to_be() -> None:
    made = prose.html("a" * (MAX_MARKDOWN + 1))
    assert made.count("a" * MAX_MARKDOWN) == 1
    assert made.endswith("<p>Cut here: 65,536 of 65,537 characters are shown.</p>")


def test_no_text_is_no_html() -> None:
    assert prose.html("") == ""


@pytest.mark.parametrize(
    "markdown",
    ["|a" * 60 + "|\n" + "|-" * 60 + "|\n" + "|\n" * 30_000, ">" * 80_000, "[a](https://e.org)" * 5000],
    ids=["table", "quotes", "links"],
)
def test_html_is_bounded_whatever_markdown_it_is_made_of(markdown: str) -> None:
    assert len(prose.html(markdown)) < 1_000_000
