"""Checks of many lines at once say of all of them what a check of each would say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.contract.fields import is_before, is_time
from contexta.workspace import columns

PATTERN = b"0000-00-00T00:00:00.000Z"

_times = st.builds(
    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z".format,
    st.sampled_from((2024, 2025)),
    st.sampled_from((0, 1, 2, 12, 13)),
    st.sampled_from((0, 1, 28, 29, 31)),
    st.sampled_from((0, 8, 19, 20, 23, 24)),
    st.sampled_from((0, 59, 60)),
    st.sampled_from((0, 59, 60, 99)),
    st.integers(0, 999),
)


@given(st.lists(st.tuples(_times, _times), min_size=1, max_size=5))
def test_times_fit_where_each_is_a_time_and_none_was_recorded_too_soon(pairs: list[tuple[str, str]]) -> None:
    each = all(is_time(observed) and is_time(recorded) and not is_before(recorded, observed) for observed, recorded in pairs)
    observed, recorded = ([time.encode() for time in column] for column in zip(*pairs, strict=True))
    assert columns.times_fit(PATTERN, observed, recorded) is each


@pytest.mark.parametrize(
    ("text", "found"),
    [(b"1", True), (b"-0.5e3", True), (b"true", False), (b"null", False), (b"1,2", False), (b"[1]", False), (b"", False), (b"NaN", False)],
)
def test_numbers_are_texts_of_one_number_each(text: bytes, *, found: bool) -> None:
    assert (columns.numbers([b"7", text]) is not None) is found


def test_whole_numbers_have_no_fraction() -> None:
    assert columns.are_whole_numbers([b"1", b"20"])
    assert not columns.are_whole_numbers([b"1", b"2.0"])


def test_names_are_written_as_others_letter_for_letter() -> None:
    assert columns.names_fit([b"metric-0f", b"m-1"], [b"aaaaaa-aa", b"a-a"])
    assert not columns.names_fit([b"metric_0f"], [b"aaaaaa-aa"])
    assert not columns.names_fit([b"metric-F0"], [b"aaaaaa-aa"])


def test_text_is_written_as_a_pattern_but_for_its_digits() -> None:
    assert columns.written_as([b"1-T", b"9-T"], b"0-T")
    assert not columns.written_as([b"1-T", b"x-T"], b"0-T")


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        (b'"a":1,"b":"c"', {"a": 1, "b": "c"}),
        (b"", {}),
        (b'"a":{"b":1}', None),
        (b'"a":[1]', None),
        (b'"a":', None),
        (b'"a":1},{"b":2', None),
    ],
)
def test_tags_are_names_with_plain_values(text: bytes, tags: dict[str, object] | None) -> None:
    assert columns.tags_of(text) == tags
