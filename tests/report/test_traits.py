"""What is kept of a run for the page of a later one: enough to compare, bounded, and the same every time."""

import math
import pickle
from dataclasses import replace
from typing import Any

import pytest

from contexta.contract import Run, RunSnapshot
from contexta.contract.details import NAMESPACE
from contexta.report.document import Line
from contexta.report.inline import Ref
from contexta.report.measures import chart
from contexta.report.traits import MAX_CURVES, MAX_FINDINGS, MAX_MEASURES, MAX_PARAMETERS, MAX_POINTS, Finding, Measured, RunTraits
from tests.report import builders
from tests.report.builders import BEGIN, RUN, moment, series

TRAIN = f"stage:{RUN}.train"
EPOCHS = [f"batch:{RUN}.train.e{index}" for index in range(3)]


def of(**values: Any) -> RunTraits:
    return RunTraits.of(builders.snapshot(**values))


def run_with(**details: Any) -> Run:
    return builders.run(extensions=({"namespace": NAMESPACE, **details},))


def parameters(**details: Any) -> dict[str, str]:
    return dict(of(run=run_with(**details)).setup.parameters)


def long_series(key: str = "loss", count: int = 500) -> Any:
    return series(key, TRAIN, range(count), times=tuple(moment(index) for index in range(count)))


# what a run is called, and whether others may be measured against it


def test_traits_say_which_run_it_was() -> None:
    found = of(run=builders.run("demo.r7"))
    assert (found.ref, found.name, found.project, found.started_at) == ("run:demo.r7", "r7", "project:demo", BEGIN)
    assert found.link() == Ref("run:demo.r7", "r7")


@pytest.mark.parametrize(
    ("status", "expected"), [("completed", True), ("unknown", True), ("failed", False), ("open", False), ("cancelled", False)]
)
def test_runs_are_measured_against_one_that_completed_or_of_which_nobody_knows(status: str, *, expected: bool) -> None:
    assert of(run=builders.run(status=status)).is_comparable is expected


# numbers


def test_numbers_are_kept_by_metric_and_place() -> None:
    found = of(
        series=(
            series("loss", EPOCHS, [3, 1, 2], owner=TRAIN, unit="nats"),
            series("accuracy", f"run:{RUN}", [0.9], tags={"split": "test"}),
        )
    )
    loss = found.measures[Measured("loss", "train batches")]
    assert (loss.key, loss.unit, loss.last, loss.least, loss.greatest) == ("loss", "nats", 2, 1, 3)
    assert found.measures[Measured("accuracy, split=test", "run")].last == 0.9


def test_a_last_value_may_be_no_number_and_the_extremes_never_are() -> None:
    loss = of(series=(series("loss", TRAIN, [1, 2, math.nan]),)).measures[Measured("loss", "train")]
    assert math.isnan(loss.last)
    assert (loss.least, loss.greatest) == (1, 2)


def test_what_was_measured_on_samples_operations_or_deployments_is_not_kept() -> None:
    single = (f"sample:{RUN}.train.s0", f"op:{RUN}.train.save", "deployment:demo.live")
    assert of(series=tuple(series("loss", ref, [1, 2]) for ref in single)).measures == {}


# curves


def test_a_course_is_kept_in_few_points_from_its_first_to_its_last() -> None:
    curve = of(series=(long_series(),)).curves[Measured("loss", "train")]
    assert (curve.axis, len(curve.xs), len(curve.ys)) == ("seconds", MAX_POINTS, MAX_POINTS)
    assert (curve.xs[0], curve.xs[-1], curve.ys[0], curve.ys[-1]) == (0, 499, 0, 499)


def test_a_single_value_has_no_course() -> None:
    assert of(series=(series("loss", TRAIN, [1]),)).curves == {}


def test_the_chart_of_a_later_run_gets_the_course_as_a_faint_line() -> None:
    earlier = of(series=(series("loss", EPOCHS, [3, math.nan, 1], owner=TRAIN),))
    later = series("loss", [f"batch:demo.r2.train.e{index}" for index in range(3)], [2, 1, 0], owner="stage:demo.r2.train")
    own, faint = earlier.beside(chart(later, BEGIN), later).lines
    assert own.faint is False
    assert faint == Line("r1", (0, 1, 2), (3, None, 1), faint=True)


def test_a_course_is_drawn_no_further_than_the_later_run_got() -> None:
    earlier = of(series=(long_series(count=100),))
    later = long_series(count=10)
    own, faint = earlier.beside(chart(later, BEGIN), later).lines
    assert max(faint.xs) <= max(own.xs)


def test_courses_over_other_axes_are_not_drawn_together() -> None:
    earlier = of(series=(long_series(),))
    by_number = series("loss", TRAIN, [1, 2, 3], times=(BEGIN,) * 3)
    drawn = chart(by_number, BEGIN)
    assert earlier.beside(drawn, by_number) is drawn
    other = long_series("accuracy")
    assert len(earlier.beside(chart(other, BEGIN), other).lines) == 1


# what it was started with


def test_settings_and_tags_have_flat_names() -> None:
    config = {"lr": 0.1, "model": {"layers": [64, 64], "act": "relu"}, "amp": True, "seed": None, "decay": {}}
    assert parameters(config_snapshot=config, tags={"kind": "mlp"}) == {
        "lr": "0.1",
        "model.layers": "[64, 64]",
        "model.act": "relu",
        "amp": "true",
        "seed": "",
        "decay": "{}",
        "tags.kind": "mlp",
    }


def test_a_whole_number_is_the_same_however_it_was_written() -> None:
    assert parameters(config_snapshot={"a": 1.0, "b": 1}) == {"a": "1", "b": "1"}


def test_long_texts_that_differ_stay_different_though_they_are_cut() -> None:
    found = parameters(config_snapshot={"a": "x" * 5_000 + "1", "b": "x" * 5_000 + "2", "c": "x" * 5_000 + "1"})
    assert found["a"] != found["b"]
    assert found["a"] == found["c"]
    assert max(map(len, found.values())) < 300


def test_settings_nested_without_end_are_no_trouble() -> None:
    nested: Any = {}
    for _ in range(900):
        nested = {"n": nested}
    listed: Any = []
    for _ in range(900):
        listed = [listed]
    found = parameters(config_snapshot={"deep": nested, "list": listed})
    assert len(found) == 2
    assert all(len(text) < 300 for entry in found.items() for text in entry)


def test_code_data_and_environment_are_kept() -> None:
    first = builders.environment(packages={"numpy": "1.0"})
    last = builders.environment(packages={"numpy": "2.0"}, python_version="3.13.0")
    setup = of(run=run_with(code_revision="abc", dataset_ref="dataset:d"), environments=(first, last)).setup
    assert (setup.code_revision, setup.dataset, setup.python, setup.platform) == ("abc", "dataset:d", "3.13.0", "Linux")
    assert setup.packages == {"numpy": "2.0"}


def test_a_run_that_says_nothing_has_nothing() -> None:
    setup = of().setup
    assert (setup.parameters, setup.code_revision, setup.dataset, setup.python, setup.platform, setup.packages) == (
        {},
        None,
        None,
        None,
        None,
        {},
    )


# what needs attention


def test_findings_are_told_apart_by_kind_and_place() -> None:
    found = of(stages=(builders.stage("train", "failed"),), deployments=(builders.deployment(status="failed"),)).findings
    assert found == (Finding("failed_stage", "stage train"),)
    assert found[0].words == "failed_stage in stage train"


def test_a_finding_about_an_artifact_does_not_depend_on_the_hash_in_its_name() -> None:
    found = [of(artifacts=(builders.artifact(f"model-{number:012x}", in_workspace=False),)).findings for number in (1, 2)]
    assert found == [(Finding("missing_artifact", "artifact model"),)] * 2


# bounds, and being the same


def test_no_more_is_kept_than_anyone_compares() -> None:
    config = {f"p{index:04}": index for index in range(MAX_PARAMETERS + 1)}
    found = of(
        run=run_with(config_snapshot=config),
        series=tuple(long_series(f"m{index}", 3) for index in range(MAX_MEASURES + 1)),
        stages=tuple(builders.stage(f"s{index}", "failed") for index in range(MAX_FINDINGS + 1)),
    )
    assert (len(found.measures), len(found.curves)) == (MAX_MEASURES, MAX_CURVES)
    assert len(found.setup.parameters) == MAX_PARAMETERS
    assert found.setup.cut == ("parameters",)
    assert (len(found.findings), found.all_findings) == (MAX_FINDINGS, False)


def _snapshot(**values: Any) -> RunSnapshot:
    made = {
        "series": (series("loss", EPOCHS, [3, 2, math.nan], owner=TRAIN),),
        "environments": (builders.environment(packages={"a": "1"}),),
    }
    return builders.snapshot(**{**made, **values})


def test_traits_of_the_same_run_have_the_same_digest() -> None:
    once, again = RunTraits.of(_snapshot()), RunTraits.of(_snapshot())
    assert once.digest() == again.digest() == pickle.loads(pickle.dumps(once)).digest()


@pytest.mark.parametrize(
    "changed",
    [
        {"run": builders.run(status="failed")},
        {"series": (series("loss", EPOCHS, [3, 1, math.nan], owner=TRAIN),)},
        {"series": (series("loss", EPOCHS, [3, math.nan, math.nan], owner=TRAIN),)},
        {"series": (series("loss", EPOCHS, [3, 2, math.nan], owner=TRAIN, unit="nats"),)},
        {"environments": (builders.environment(packages={"a": "2"}),)},
        {"stages": (builders.stage("train", "failed"),)},
        {"run": run_with(config_snapshot={"lr": 0.2})},
    ],
)
def test_a_change_of_what_a_later_page_tells_is_seen(changed: dict[str, Any]) -> None:
    assert RunTraits.of(_snapshot(**changed)).digest() != RunTraits.of(_snapshot()).digest()


def test_a_course_down_to_nought_is_not_drawn_where_the_scale_has_none() -> None:
    earlier = of(series=(series("loss", EPOCHS, [3, 1, 0], owner=TRAIN),))
    later = series("loss", EPOCHS, [2, 1, 3], owner=TRAIN)
    drawn = replace(chart(later, BEGIN), scale="log")
    assert earlier.beside(drawn, later) is drawn
