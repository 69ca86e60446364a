"""Stable references: grammar, limits, and whose they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.contract import StableRef
from contexta.errors import ContractError
from tests import strategies as build

COUNTS = {
    "project": (1,),
    "run": (2,),
    "deployment": (2,),
    "stage": (3,),
    "batch": (4,),
    "sample": (4, 5),
    "op": (4, 5),
    "record": (3,),
    "artifact": (3,),
    "environment": (3,),
}


def value_of(count: int) -> str:
    return ".".join(f"c{number}" for number in range(count))


@pytest.mark.parametrize(
    "text",
    [
        "project:my-proj",
        "run:my-proj.run-01",
        "deployment:my-proj.model-v1",
        "stage:my-proj.run-01.train",
        "batch:my-proj.run-01.train.epoch-0",
        "sample:my-proj.run-01.train.s-0001",
        "sample:my-proj.run-01.train.epoch-0.s-0001",
        "op:my-proj.run-01.train.checkpoint",
        "record:my-proj.run-01.metric-7fa33aff2104",
        "artifact:my-proj.run-01.model-1",
        "environment:my-proj.run-01.snapshot",
        "project:0",
    ],
)
def test_a_reference_reads_and_writes_as_the_same_text(text: str) -> None:
    ref = StableRef.parse(text)
    assert str(ref) == text
    assert (ref.kind, ref.value) == tuple(text.split(":"))


@pytest.mark.parametrize(("kind", "count"), [(kind, count) for kind, counts in COUNTS.items() for count in range(1, 7) if count in counts])
def test_a_kind_takes_its_number_of_components(kind: str, count: int) -> None:
    assert StableRef(kind, value_of(count)).parts == tuple(value_of(count).split("."))


@pytest.mark.parametrize(
    ("kind", "count"), [(kind, count) for kind, counts in COUNTS.items() for count in range(1, 7) if count not in counts]
)
def test_a_kind_refuses_any_other_number_of_components(kind: str, count: int) -> None:
    with pytest.raises(ContractError, match=f"a {kind} reference has {' or '.join(map(str, COUNTS[kind]))} dotted components"):
        StableRef(kind, value_of(count))


@pytest.mark.parametrize(
    "component",
    ["", "A", "é", "٣", "a_b", "a b", "-a", "a-", "a--b", "a\n", "a/b", "a:b", "a\x00", "\u212a", "a" * 64],
)
def test_a_component_is_lower_case_letters_digits_and_single_hyphens(component: str) -> None:
    with pytest.raises(ContractError, match="must be lower-case letters, digits and single hyphens, at most 63"):
        StableRef.parse(f"run:p.{component}")


def test_a_component_may_have_63_characters() -> None:
    assert StableRef.parse(f"project:{'a' * 63}").name == "a" * 63


def test_a_reference_may_have_255_characters_and_no_more() -> None:
    parts = ["a" * 63, "b" * 63, "c" * 63, "d" * 49]
    longest = "sample:" + ".".join([*parts, "e" * 6])
    assert len(longest) == 255
    assert str(StableRef.parse(longest)) == longest
    with pytest.raises(ContractError, match="at most 255 characters, got 256"):
        StableRef.parse(longest + "e")


@pytest.mark.parametrize("text", ["", "project", "my-proj.run-01"])
def test_text_without_a_kind_is_refused(text: str) -> None:
    with pytest.raises(ContractError, match="expected kind:value"):
        StableRef.parse(text)


@pytest.mark.parametrize("text", ["model:a.b", ":a", "Run:a.b", " run:a.b", "dataset:sklearn.iris"])
def test_an_unknown_kind_is_refused(text: str) -> None:
    with pytest.raises(ContractError, match="unknown kind of reference"):
        StableRef.parse(text)


@build.unhurried
@given(st.text(max_size=40) | st.builds("{}:{}".format, st.sampled_from(sorted(COUNTS)), st.text(alphabet="aA0.-:\n_é", max_size=30)))
def test_any_text_is_a_reference_that_reads_back_or_is_refused_by_the_contract(text: str) -> None:
    try:
        ref = StableRef.parse(text)
    except ContractError:
        return
    assert str(ref) == text
    assert len(ref.parts) in COUNTS[ref.kind]


def test_the_name_is_the_last_component() -> None:
    assert StableRef.parse("sample:p.r.train.epoch-0.s-1").name == "s-1"
    assert StableRef.parse("project:p").name == "p"


@pytest.mark.parametrize(
    ("kind", "owner"),
    [("project", "project:p"), ("run", "run:p.r"), ("stage", "stage:p.r.train"), ("batch", "batch:p.r.train.epoch-0")],
)
def test_a_sample_in_a_batch_knows_all_its_owners(kind: str, owner: str) -> None:
    assert str(StableRef.parse("sample:p.r.train.epoch-0.s-1").owner(kind)) == owner


@pytest.mark.parametrize(
    ("inner", "outer", "lies_in"),
    [
        ("run:p.r", "project:p", True),
        ("batch:p.r.s.b", "run:p.r", True),
        ("run:p.r", "run:p.r", True),
        ("run:pq.r", "project:p", False),
        ("stage:p.run-10.s", "run:p.run-1", False),
        ("project:p", "run:p.r", False),
    ],
)
def test_lying_in_an_owner_is_told_by_whole_components(inner: str, outer: str, lies_in: Any) -> None:
    assert StableRef.parse(inner).lies_in(StableRef.parse(outer)) is lies_in


def test_references_are_values_that_compare_sort_and_serve_as_keys() -> None:
    one, same, other = StableRef("run", "p.a"), StableRef.parse("run:p.a"), StableRef("run", "p.b")
    assert one == same
    assert {one: 1}[same] == 1
    assert sorted([other, one]) == [one, other]
