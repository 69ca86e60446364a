"""Free text → components of references, and numbers for names that were taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.capture.naming import Names, component, numbered
from contexta.contract.refs import MAX_COMPONENT, is_component
from contexta.errors import ContextaError, ContractError


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("My Run #1", "my-run-1"),
        ("run-01", "run-01"),
        ("ResNet_50.v2", "resnet-50-v2"),
        ("  --lr=0.1--  ", "lr-0-1"),
        ("Zürich Café", "zurich-cafe"),
        ("日本 run", "run"),
        ("a" * 100, "a" * 63),
        ("a" * 62 + " tail", "a" * 62),
    ],
)
def test_free_text_becomes_a_component(name: str, expected: str) -> None:
    assert component(name) == expected


@pytest.mark.parametrize("name", ["", " ", "\t\n", None, 5, b"run"])
def test_a_name_that_is_blank_or_no_text_is_refused(name: str) -> None:
    with pytest.raises(ContractError) as refused:
        component(name, "stage_name")
    assert str(refused.value) == f"stage_name: must be text that is not blank, got {name!r}"


@pytest.mark.parametrize("name", ["日本", "***", "–", "🚀"])
def test_a_name_without_a_letter_or_digit_to_go_by_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(ContextaError, match="has no letter a-z or digit to make a reference from"):
        component(name)


@given(st.text())
def test_whatever_is_accepted_is_a_component(name: str) -> None:
    try:
        slug = component(name)
    except ContractError:
        return
    assert is_component(slug)
    assert component(slug) == slug


def test_the_first_of_a_name_has_no_number() -> None:
    assert [numbered("x", number) for number in (1, 2, 3)] == ["x", "x-2", "x-3"]


@given(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True), st.integers(1, 10**6))
def test_a_numbered_name_is_a_component(slug: str, number: int) -> None:
    assert is_component(numbered(slug[:MAX_COMPONENT].strip("-"), number))


def test_a_number_that_was_taken_as_a_name_is_passed_over() -> None:
    names = Names()
    assert [names.take(slug)[0] for slug in ("x", "x-2", "x", "x", "x-2")] == ["x", "x-2", "x-3", "x-4", "x-2-2"]


@given(st.lists(st.sampled_from(("x", "x-2", "x-2-2", "a" * 63, "a" * 61 + "-2")), max_size=30))
def test_no_name_is_taken_twice(slugs: list[str]) -> None:
    names = Names()
    taken = [names.take(slug) for slug in slugs]
    assert len({name for name, _ in taken}) == len(taken)
    assert [index for _, index in taken] == list(range(len(taken)))
    assert all(is_component(name) for name, _ in taken)


def test_counting_goes_on_where_an_earlier_process_left_off() -> None:
    assert Names(first=3).take("x") == ("x", 3)
