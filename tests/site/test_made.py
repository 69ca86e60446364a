"""What a build made is kept as text, and comes back as it was or not at all."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.site.files import Page
from contexta.site.made import Against, Made
from tests import strategies as build

_texts = st.text(st.characters(codec="utf-8"), max_size=20)
_pages = st.builds(Page, _texts, _texts, st.integers(0, 2**62), st.integers(0, 2**62))
_made = st.builds(
    Made,
    ref=st.just("run:a.a"),
    title=_texts,
    pages=st.lists(_pages, max_size=3).map(tuple),
    written=st.just(0),
    summary=_texts.map(str.encode),
    presence=st.lists(st.tuples(_texts, st.booleans()), max_size=3).map(tuple),
)


@build.unhurried
@given(_made)
def test_it_comes_back_as_it_was(made: Made) -> None:
    assert Made.from_json("run:a.a", made.to_json()) == made


@build.unhurried
@given(_made, _texts, st.builds(Against, _texts, _texts, st.booleans()))
def test_without_its_summary_all_else_is_kept(made: Made, traits: str, against: Against) -> None:
    whole = replace(made, written=3, traits=traits, against=against)
    assert whole.without_summary() == replace(whole, summary=b"")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"null",
        b'["t", [], []]',
        b'[1, [], [], ""]',
        b'["t", [["a", "b", "c"]], [], ""]',
        b'["t", [["a"]], [], ""]',
        b"\xff",
    ],
)
def test_text_that_is_something_else_is_nothing(text: bytes) -> None:
    assert Made.from_json("run:a.a", text) is None
