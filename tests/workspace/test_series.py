"""Metric records become series: one per metric, scope and set of tags, in the order of time."""

import math
from pathlib import Path
from typing import Any

import pytest

from contexta import workspace
from contexta.contract import MetricSeries
from contexta.workspace.thinning import FULL
from tests import strategies as build

STAGE: dict[str, Any] = {"stage_execution_ref": "stage:p.r.train"}


def series(root: Path, *records: build.Line) -> tuple[MetricSeries, ...]:
    lines = [build.record_frame(record) for record in records]
    return workspace.open(build.write_lines(root, captured=lines)).snapshot("run:p.r").series


def tagged(number: int, value: float, **tags: Any) -> build.Line:
    return build.metric(f"m-{number}", value, payload={"tags": tags}, seconds=number)


def test_points_stand_in_the_order_of_time_whatever_the_order_of_lines(tmp_path: Path) -> None:
    (only,) = series(tmp_path, build.metric("c", 3, seconds=30), build.metric("a", 1, seconds=10), build.metric("b", 2, seconds=20))
    assert only.values == (1, 2, 3)
    assert only.times == (build.at(10), build.at(20), build.at(30))
    assert only.labels == ()


def test_points_at_one_moment_stay_in_the_order_of_lines(tmp_path: Path) -> None:
    (only,) = series(tmp_path, *(build.metric(f"m-{number}", number) for number in range(5)))
    assert only.values == (0, 1, 2, 3, 4)


def test_each_metric_has_a_series_of_its_own(tmp_path: Path) -> None:
    found = series(tmp_path, build.metric("a", 1, key="loss"), build.metric("b", 2, key="accuracy"), build.metric("c", 3, key="loss"))
    assert [(one.key, one.values) for one in found] == [("loss", (1, 3)), ("accuracy", (2,))]


@pytest.mark.parametrize(
    ("scopes", "owner", "level"),
    [
        ({}, "run:p.r", "run"),
        (STAGE, "stage:p.r.train", "stage"),
        ({**STAGE, "batch_execution_ref": "batch:p.r.train.b"}, "stage:p.r.train", "batch"),
        ({**STAGE, "sample_observation_ref": "sample:p.r.train.s"}, "stage:p.r.train", "sample"),
        ({**STAGE, "operation_context_ref": "op:p.r.train.o"}, "stage:p.r.train", "op"),
        ({"deployment_execution_ref": "deployment:p.d"}, "deployment:p.d", "deployment"),
    ],
)
def test_a_series_belongs_to_a_run_a_stage_or_a_deployment(tmp_path: Path, scopes: Any, owner: str, level: str) -> None:
    (only,) = series(tmp_path, build.metric("m", 0.5, **scopes))
    assert (str(only.owner), only.level) == (owner, level)


def test_batches_of_a_stage_make_one_series_that_knows_each_batch(tmp_path: Path) -> None:
    records = (build.metric(f"m-{n}", n, seconds=n, **STAGE, batch_execution_ref=f"batch:p.r.train.e-{n}") for n in range(3))
    (only,) = series(tmp_path, *records)
    assert [subject.name for subject in only.subjects] == ["e-0", "e-1", "e-2"]


def test_stages_and_levels_are_kept_apart(tmp_path: Path) -> None:
    found = series(
        tmp_path,
        build.metric("a", 1, **STAGE),
        build.metric("b", 2, stage_execution_ref="stage:p.r.eval"),
        build.metric("c", 3, **STAGE, batch_execution_ref="batch:p.r.train.b"),
    )
    assert [(one.owner.name, one.level, one.values) for one in found] == [
        ("train", "stage", (1,)),
        ("eval", "stage", (2,)),
        ("train", "batch", (3,)),
    ]


def test_tags_tell_series_of_one_metric_apart(tmp_path: Path) -> None:
    found = series(tmp_path, tagged(1, 0.1, split="train"), tagged(2, 0.2, split="test"), tagged(3, 0.3, split="train"), tagged(4, 0.4))
    assert [(one.tags, one.values) for one in found] == [({"split": "train"}, (0.1, 0.3)), ({"split": "test"}, (0.2,)), ({}, (0.4,))]


def test_a_slice_tells_series_apart_as_a_tag_does(tmp_path: Path) -> None:
    found = series(tmp_path, build.metric("a", 1, payload={"slice_ref": "slice:eu"}), build.metric("b", 2))
    assert [(dict(one.tags), one.values) for one in found] == [({"slice": "slice:eu"}, (1,)), ({}, (2,))]


def test_a_tag_with_twelve_values_still_tells_series_apart(tmp_path: Path) -> None:
    found = series(tmp_path, *(tagged(number, number, fold=number) for number in range(12)))
    assert [one.tags for one in found] == [{"fold": str(number)} for number in range(12)]


def test_a_tag_with_more_values_numbers_the_points_of_one_series(tmp_path: Path) -> None:
    (only,) = series(tmp_path, *(tagged(number, number, step=number) for number in range(13)))
    assert only.tags == {}
    assert only.values == tuple(range(13))
    assert only.labels == tuple(f"step={number}" for number in range(13))


def test_a_numbering_tag_leaves_the_other_tags_to_tell_series_apart(tmp_path: Path) -> None:
    records = (tagged(number, number, step=number, split=("train", "test")[number % 2]) for number in range(26))
    found = series(tmp_path, *records)
    assert [one.tags for one in found] == [{"split": "train"}, {"split": "test"}]
    assert found[1].labels[:2] == ("step=1", "step=3")


def test_the_unit_is_the_one_that_was_said(tmp_path: Path) -> None:
    (only,) = series(tmp_path, build.metric("a", 1, payload={"unit": "ratio"}), build.metric("b", 2))
    assert only.unit == "ratio"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_metric_that_is_no_finite_number_is_kept_as_a_point_and_told(tmp_path: Path, value: float) -> None:
    records = [build.metric("a", 0.5, seconds=1), build.metric("b", value, seconds=2), build.metric("c", 0.25, seconds=3)]
    root = build.write_lines(tmp_path, captured=[build.record_frame(record) for record in records])
    found = workspace.open(root).snapshot("run:p.r")
    assert repr(found.series[0].values) == repr((0.5, value, 0.25))
    (problem,) = found.problems
    assert (problem.place, problem.key) == ("cache/capture/record.jsonl:2", "non_finite_metric")
    assert f"loss is {value} on run:p.r" in problem.what


def test_a_whole_number_is_not_made_a_fraction(tmp_path: Path) -> None:
    (only,) = series(tmp_path, build.metric("a", 2**60 + 1))
    assert only.values == (2**60 + 1,)
    assert isinstance(only.values[0], int)


# ---------------------------------------------------------------- long series


def long_series(root: Path, count: int, **tags: Any) -> tuple[MetricSeries, ...]:
    """The series of so many points, one a millisecond; a tag may be a function of the point's number."""

    def record(number: int) -> build.Line:
        said = {name: value(number) if callable(value) else value for name, value in tags.items()}
        line = build.metric(f"m-{number}", number % 11, payload={"tags": said})
        time = build.at(number // 1_000, f".{number % 1_000:03}")
        line["envelope"] |= {"observed_at": time, "recorded_at": time}
        return line

    return series(root, *map(record, range(count)))


def test_a_series_keeps_all_points_up_to_the_limit(tmp_path: Path) -> None:
    (only,) = long_series(tmp_path, FULL)
    assert (only.count, len(only.values), only.places) == (FULL, FULL, ())
    assert only.values == tuple(number % 11 for number in range(FULL))


def test_beyond_the_limit_a_series_is_its_extremes_and_says_how_many_points_there_were(tmp_path: Path) -> None:
    (only,) = long_series(tmp_path, 3 * FULL)
    assert only.count == 3 * FULL
    assert len(only.values) < 3 * FULL
    assert (only.places[0], only.places[-1]) == (0, 3 * FULL - 1)
    assert only.values == tuple(place % 11 for place in only.places)
    assert list(only.latest.values()) == [(3 * FULL - 1) % 11]


def test_a_step_on_every_point_of_a_long_series_is_kept_beside_it(tmp_path: Path) -> None:
    (only,) = long_series(tmp_path, 2 * FULL, step=lambda number: number)
    assert (only.count, only.tags) == (2 * FULL, {})
    assert only.labels == tuple(f"step={place}" for place in only.places)


def test_a_long_series_that_a_tag_tells_apart_stays_apart(tmp_path: Path) -> None:
    found = long_series(tmp_path, 2 * FULL + 2, split=lambda number: ("train", "test")[number % 2], step=lambda number: number)
    assert [(one.tags, one.count) for one in found] == [({"split": "train"}, FULL + 1), ({"split": "test"}, FULL + 1)]
    assert [(one.places[0], one.places[-1]) for one in found] == [(0, FULL)] * 2


def test_a_tag_that_numbers_points_only_late_makes_one_series_of_long_ones(tmp_path: Path) -> None:
    (only,) = long_series(tmp_path, 13 * 500, fold=lambda number: number // 500)
    assert (only.count, only.tags) == (13 * 500, {})
    assert (only.labels[0], only.labels[-1]) == ("fold=0", "fold=12")


def test_the_last_value_of_every_subject_of_a_long_series_is_known(tmp_path: Path) -> None:
    batches = 30
    records = (
        build.metric(f"m-{n}", n, seconds=n // 4, **STAGE, batch_execution_ref=f"batch:p.r.train.e-{n % batches}") for n in range(2 * FULL)
    )
    (only,) = series(tmp_path, *records)
    assert only.count == 2 * FULL
    assert {ref.name: value for ref, value in only.latest.items()} == {f"e-{n % batches}": n for n in range(2 * FULL - batches, 2 * FULL)}


def test_the_last_value_of_every_subject_of_a_short_series_is_the_last_by_time(tmp_path: Path) -> None:
    records = (build.metric(f"m-{n}", n, seconds=9 - n, **STAGE, batch_execution_ref=f"batch:p.r.train.e-{n % 2}") for n in range(4))
    (only,) = series(tmp_path, *records)
    assert {ref.name: value for ref, value in only.latest.items()} == {"e-0": 0, "e-1": 1}


def test_more_tags_than_can_tell_series_apart_number_the_points_of_one(tmp_path: Path) -> None:
    tags = [{f"t{point}-{number}": "v" for number in range(40)} for point in range(10)]
    records = [build.metric(f"m-{number}", number, payload={"tags": one}) for number, one in enumerate(tags)]
    series = workspace.open(build.write_lines(tmp_path, captured=[*map(build.record_frame, records)])).snapshot("run:p.r").series
    assert sum(one.count for one in series) == 10
    numbered = [one for one in series if one.labels]
    assert max(len(one.labels) for one in numbered) > 1
    assert all(label.count("=") <= 8 for one in numbered for label in one.labels)
    assert numbered[-1].labels[-1].endswith("and 32 more")
