"""Words that many sentences share."""

import pytest

from contexta.report.phrases import counted, listed


@pytest.mark.parametrize(
    ("count", "words", "expected"),
    [
        (1, ("batch", "batches"), "1 batch"),
        (2, ("batch", "batches"), "2 batches"),
        (0, ("error",), "0 errors"),
        (12_345, ("error",), "12,345 errors"),
    ],
)
def test_a_count_takes_the_right_noun(count: int, words: tuple[str, ...], expected: str) -> None:
    assert counted(count, *words) == expected


@pytest.mark.parametrize(
    ("words", "expected"), [([], ""), (["a"], "a"), ([*"abcde"], "a, b, c, d, e"), ([*"abcdefgh"], "a, b, c, d, e and 3 more")]
)
def test_a_long_list_is_cut_and_the_rest_counted(words: list[str], expected: str) -> None:
    assert listed(words) == expected
