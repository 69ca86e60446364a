"""The metrics file: read back by the parser of Prometheus, the same for the same numbers, whatever text a run holds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from contexta.delivery.openmetrics import to_openmetrics
from contexta.report.readings import Reading, Tags
from tests.delivery.hostile import EVIL, texts

# Keys by the contract, some of which end in what the format gives a meaning, or differ in nothing that a name may hold.
keys = st.sampled_from(("loss", "a.b", "a-b", "a_b", "5xx", "x.total", "x.created", "x.bucket", "x.info", "x", "x.sum", "x.count", "eof"))
numbers = st.floats() | st.integers(-(2**70), 2**70)
tags = st.dictionaries(texts, texts, max_size=3).map(lambda found: tuple(sorted(found.items())))
stages = st.none() | st.sampled_from(("train", "evaluate", "run"))
readings = st.builds(Reading, keys, tags, stages, st.booleans(), numbers, st.none() | texts)


def reading(key: str, value: float, stage: str | None = None, unit: str | None = None, tagged: Tags = ()) -> Reading:
    return Reading(key, tagged, stage, on_batches=False, value=value, unit=unit)


def samples(text: str) -> list[tuple[str, dict[str, str], float]]:
    return [(one.name, one.labels, one.value) for family in text_string_to_metric_families(text) for one in family.samples]


def test_a_file_looks_like_this() -> None:
    found = [
        reading("loss", 1, "train", "nats"),
        reading("latency.p95", 12.5),
        reading("loss", 0.25, "evaluate", tagged=(("data-split", "val"),))._replace(on_batches=True),
    ]
    assert to_openmetrics(found) == (
        "# TYPE latency_p95 gauge\n"
        "latency_p95 12.5\n"
        "# TYPE loss gauge\n"
        'loss{stage="train",unit="nats"} 1.0\n'
        'loss{stage="evaluate",on="batches",tag_data_split="val"} 0.25\n'
        "# EOF\n"
    )


def test_no_number_is_a_file_all_the_same() -> None:
    assert to_openmetrics([]) == "# EOF\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1, "1.0"),
        (1.0, "1.0"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (math.nan, "NaN"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (10**400, "+Inf"),
    ],
)
def test_a_number_is_always_written_in_the_same_way(value: float, written: str) -> None:
    assert to_openmetrics([reading("x", value)]) == f"# TYPE x gauge\nx {written}\n# EOF\n"


def test_keys_that_become_the_same_name_are_one_family_of_different_samples() -> None:
    assert samples(to_openmetrics([reading("a.b", 1), reading("a-b", 2), reading("a_b", 3, "train")])) == [
        ("a_b", {}, 2),
        ("a_b", {"n": "2"}, 1),
        ("a_b", {"stage": "train"}, 3),
    ]


def test_tags_that_become_the_same_label_are_numbered() -> None:
    tagged = (("a b", "1"), ("a-b", "2"), ("a_b_2", "3"))
    assert samples(to_openmetrics([reading("x", 1, tagged=tagged)])) == [("x", {"tag_a_b": "1", "tag_a_b_2": "2", "tag_a_b_2_2": "3"}, 1)]


@pytest.mark.parametrize("evil", EVIL)
def test_hostile_tags_and_units_are_labels_and_nothing_else(evil: str) -> None:
    assert len(samples(to_openmetrics([reading("x", 1, unit=evil, tagged=((evil, evil),)), reading("y", 2)]))) == 2


@given(st.lists(readings, max_size=6))
def test_every_number_is_read_back_once(found: list[Reading]) -> None:
    text = to_openmetrics(found)
    text.encode("utf-8")
    read = samples(text)
    assert len({(name, *sorted(labels.items())) for name, labels, _ in read}) == len(read) == len(found)
    assert sorted(map(repr, (value for _, _, value in read))) == sorted(repr(float(one.value)) for one in found)
