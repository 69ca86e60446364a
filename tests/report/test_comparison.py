"""Two runs side by side: what became better, what else differs, and how much is the same."""

import math
from typing import Any

import pytest

from contexta.contract import Run, RunSnapshot
from contexta.contract.details import NAMESPACE
from contexta.report import Directions, build_comparison, comparison_ref
from contexta.report.document import Block, Chart, Document, Figures, Line, Note
from contexta.report.inline import INDEX, Bytes, Cell, Change, Code, Duration, Number, Ref, Status, Text
from contexta.workspace import open as open_workspace
from tests.conftest import CHECKOUT
from tests.report import builders
from tests.report.builders import BEGIN, RUN, column, moment, section, series, table, titles

TRAIN = f"stage:{RUN}.train"


def epochs(count: int) -> list[str]:
    return [f"batch:{RUN}.train.e{index}" for index in range(count)]


def run(name: str, status: str = "completed", **details: Any) -> Run:
    return builders.run(name, status, extensions=({"namespace": NAMESPACE, **details},) if details else ())


def left(**values: Any) -> RunSnapshot:
    return builders.snapshot(**{"run": run("demo.one"), **values})


def right(**values: Any) -> RunSnapshot:
    return builders.snapshot(**{"run": run("demo.two"), **values})


def blocks_of(document: Document, title: str, kind: type[Block]) -> list[Any]:
    return [block for block in section(document, title).blocks if isinstance(block, kind)]


def notes(document: Document, title: str) -> list[str]:
    return [note.text for note in blocks_of(document, title, Note)]


def rows(document: Document, title: str) -> list[tuple[Cell, ...]]:
    return list(table(section(document, title)).rows)


# the page


def test_the_page_is_about_both_and_belongs_to_their_project() -> None:
    document = build_comparison(left(as_of=moment(5)), right(as_of=moment(4)))
    assert (document.title, document.kind, document.status) == ("two compared with one", "comparison", None)
    assert document.subject == comparison_ref("run:demo.one", "run:demo.two") == Ref("comparison:demo.one--demo.two", "one and two")
    assert document.up == (INDEX, Ref("project:demo", "demo"))
    assert document.as_of == moment(5)


def test_two_runs_of_which_nothing_is_known_can_be_compared() -> None:
    document = build_comparison(left(), right())
    assert titles(document) == ["Summary", "Metrics", "Parameters", "Diagnostics"]
    assert notes(document, "Metrics") == ["Neither run has a metric of its own, its stages or batches."]
    assert notes(document, "Parameters") == ["Neither run says what it was started with."]
    assert notes(document, "Diagnostics") == ["Nothing differs."]


def test_how_both_stand_is_side_by_side_with_links_to_them() -> None:
    document = build_comparison(left(), right(run=run("demo.two", "failed")))
    made = table(section(document, "Summary"))
    assert made.columns == ("What", "one", "two")
    assert made.rows[0] == (Text("Run"), Ref("run:demo.one", "one"), Ref("run:demo.two", "two"))
    assert made.rows[2] == (Text("Status"), Status("completed"), Status("failed"))


def test_runs_of_one_name_are_called_by_their_projects_too() -> None:
    other = builders.snapshot(run=run("other.one"), project=builders.project("other"))
    document = build_comparison(left(), other)
    assert table(section(document, "Summary")).columns == ("What", "demo.one", "other.one")
    assert notes(document, "Summary") == ["The runs belong to different projects: what has the same name may not mean the same."]
    assert document.up == (INDEX, Ref("project:other", "other"), Ref("project:demo", "demo"))


def test_a_run_compared_with_itself_is_no_riddle() -> None:
    one = left(series=(series("acc", TRAIN, [1, 2]),), stages=(builders.stage("train"),))
    document = build_comparison(one, one)
    assert notes(document, "Summary") == ["A run is compared with itself: nothing differs."]
    assert notes(document, "Metrics") == ["1 metric: 1 unchanged."]
    assert column(table(section(document, "Metrics")), "Change") == [Change(0)]


def test_an_inferred_run_is_said_to_be_one() -> None:
    document = build_comparison(left(run=run("demo.one", "unknown")), right())
    assert notes(document, "Summary") == ["No line describes one: settings and status are unknown, all else is inferred."]


# Metrics


def metrics_of(one: RunSnapshot, other: RunSnapshot, directions: tuple[str, ...] = ()) -> Document:
    return build_comparison(one, other, Directions.parse(directions))


def test_a_metric_stands_in_both_runs_with_its_change_in_a_row() -> None:
    document = metrics_of(left(series=(series("loss", TRAIN, [4], unit="nats"),)), right(series=(series("loss", TRAIN, [3], unit="nats"),)))
    made = table(section(document, "Metrics"))
    assert made.columns == ("Metric", "Measured on", "Change", "one", "two", "Relative")
    loss = (Text("loss"), Text("train"), Change(-1, better=True), Number(4, "nats"), Number(3, "nats"), Number(-25.0, "%"))
    assert made.rows == (loss,)
    assert notes(document, "Metrics") == ["1 metric: 1 better."]


def test_what_became_better_worse_or_neither_is_counted() -> None:
    before = {"acc": 1.0, "loss": 1.0, "rows": 1.0, "f1": 1.0, "recall": math.nan, "old": 1.0}
    after = {"acc": 2.0, "loss": 2.0, "rows": 2.0, "f1": 1.0, "recall": 0.5, "new": 1.0}
    one, other = (tuple(series(key, TRAIN, [value]) for key, value in numbers.items()) for numbers in (before, after))
    document = metrics_of(left(series=one), right(series=other))
    counts = "1 better, 1 worse, 1 changed (whether for the better is unknown), 1 unchanged, 1 that cannot be compared, 2 in one run only"
    assert notes(document, "Metrics") == [f"7 metrics: {counts}."]


def test_which_way_is_better_may_be_said() -> None:
    document = metrics_of(left(series=(series("rows", TRAIN, [1]),)), right(series=(series("rows", TRAIN, [2]),)), ("rows=down",))
    assert column(table(section(document, "Metrics")), "Change") == [Change(1, better=False)]


@pytest.mark.parametrize(
    ("before", "after", "change", "relative"),
    [
        (0, 2, Change(2, better=True), None),
        (-2, -1, Change(1, better=True), Number(50.0, "%")),
        (math.nan, 1, None, None),
        (1, math.nan, None, None),
        (math.inf, math.inf, None, None),
        (-1e308, 1e308, None, None),
        (5e-324, 1.0, Change(1.0, better=True), None),
    ],
)
def test_a_change_that_cannot_be_told_is_not_made_up(before: float, after: float, change: Change | None, relative: Number | None) -> None:
    only = series("other", TRAIN, [1])  # so that no column is empty
    more = series("other", TRAIN, [2])
    document = metrics_of(left(series=(series("acc", TRAIN, [before]), only)), right(series=(series("acc", TRAIN, [after]), more)))
    first = rows(document, "Metrics")[0]
    assert (first[2], first[5]) == (change, relative)


def test_no_change_is_told_of_different_units_and_that_is_said() -> None:
    document = metrics_of(left(series=(series("time", TRAIN, [1], unit="s"),)), right(series=(series("time", TRAIN, [900], unit="ms"),)))
    assert rows(document, "Metrics") == [(Text("time"), Text("train"), Number(1, "s"), Number(900, "ms"))]
    assert notes(document, "Metrics")[1] == "No change is told of what was measured in different units: time."


def test_runs_without_a_common_metric_say_so() -> None:
    document = metrics_of(left(series=(series("acc", TRAIN, [1]),)), right(series=(series("loss", TRAIN, [1]),)))
    assert notes(document, "Metrics") == ["The runs have no metric in common."]
    assert rows(document, "Metrics") == [(Text("loss"), Text("train"), None, Number(1)), (Text("acc"), Text("train"), Number(1), None)]
    assert "Curves" not in titles(document)


def test_of_more_metrics_than_a_page_takes_those_that_became_worse_are_shown_and_all_lie_in_a_sheet() -> None:
    one = tuple(series(f"loss.{index}", TRAIN, [1]) for index in range(400))
    other = tuple(series(f"loss.{index}", TRAIN, [2 if index == 150 else 1]) for index in range(400))
    made = table(section(metrics_of(left(series=one), right(series=other)), "Metrics"))
    assert (len(made.rows), made.total) == (200, 400)
    assert Text("loss.150") in column(made, "Metric")
    assert made.sheet is not None
    assert len([*made.sheet.rows]) == 400


def test_headline_numbers_stand_at_the_top_with_their_change() -> None:
    document = metrics_of(left(series=(series("acc", TRAIN, [1]),)), right(series=(series("acc", TRAIN, [2]),)))
    (figures,) = blocks_of(document, "Summary", Figures)
    assert (figures.items[0].change, figures.against) == (Change(1, better=True), Ref("run:demo.one", "one"))


# Curves


def curves(one: Any, other: Any) -> list[Chart]:
    document = metrics_of(left(series=(one,)), right(series=(other,)))
    return blocks_of(document, "Curves", Chart) if "Curves" in titles(document) else []


def test_both_curves_stand_in_one_chart_over_their_batches() -> None:
    longer = series("loss", epochs(3), [3, 2, 1], owner=TRAIN, unit="nats")
    (drawn,) = curves(longer, series("loss", epochs(2), [2, 1], owner=TRAIN, unit="nats"))
    assert (drawn.title, drawn.unit, drawn.axis, drawn.names) == ("loss · train batches", "nats", "index", ("e0", "e2"))
    assert drawn.lines == (Line("one", (0, 1, 2), (3, 2, 1)), Line("two", (0, 1), (2, 1)))


def test_curves_over_time_are_laid_over_each_other_from_the_start_of_each_run() -> None:
    at = (moment(10), moment(20))
    (drawn,) = curves(series("loss", TRAIN, [2, 1], times=at), series("loss", TRAIN, [2, 1], times=at))
    assert (drawn.axis, [line.xs for line in drawn.lines]) == ("seconds", [(10, 20), (10, 20)])


def test_curves_of_different_axes_are_drawn_point_by_point() -> None:
    (drawn,) = curves(series("loss", TRAIN, [3, 2, 1]), series("loss", TRAIN, [2, 1], times=(BEGIN, BEGIN)))
    assert (drawn.axis, drawn.names, [line.xs for line in drawn.lines]) == ("index", ("1", "3"), [(0, 1, 2), (0, 1)])


def test_a_metric_that_has_one_value_in_a_run_has_no_curve() -> None:
    assert curves(series("loss", TRAIN, [3, 2, 1]), series("loss", TRAIN, [2])) == []


def test_a_chart_of_two_units_names_both() -> None:
    (drawn,) = curves(series("time", TRAIN, [3, 2], unit="s"), series("time", TRAIN, [2, 1]))
    assert drawn.unit == "s, no unit"


def test_there_are_no_more_curves_than_a_page_takes() -> None:
    many = tuple(series(f"m{index}", TRAIN, [1, 2]) for index in range(30))
    document = metrics_of(left(series=many), right(series=many))
    assert len(blocks_of(document, "Curves", Chart)) == 24
    assert notes(document, "Curves") == ["24 of 30 curves are drawn."]


# Parameters and Environment


def test_settings_that_differ_are_listed_and_the_others_counted() -> None:
    document = build_comparison(
        left(run=run("demo.one", config_snapshot={"lr": 0.1, "width": 1}, code_revision="a", dataset_ref="dataset:d")),
        right(run=run("demo.two", config_snapshot={"lr": 0.1, "width": 2}, code_revision="b", dataset_ref="dataset:d")),
    )
    made = table(section(document, "Parameters"))
    assert made.columns == ("Parameter", "one", "two")
    assert made.rows == ((Text("Code revision"), Text("a"), Text("b")), (Code("width"), Text("1"), Text("2")))
    assert made.note == "Dataset and 1 parameter are the same."


def test_packages_that_are_the_same_are_counted_and_not_listed() -> None:
    same = {f"p{index}": "1" for index in range(212)}
    document = build_comparison(
        left(environments=(builders.environment(packages={**same, "a": "1"}),)),
        right(environments=(builders.environment(packages={**same, "b": "1"}),)),
    )
    made = table(section(document, "Environment"))
    assert made.rows == ((Code("a"), Text("1"), None), (Code("b"), None, Text("1")))
    assert made.note == "Python, platform and 212 packages are the same."


def test_of_more_packages_than_are_kept_only_those_are_compared_that_are_known_of_both() -> None:
    many = {f"p{index:05}": "1" for index in range(2_500)}
    document = build_comparison(
        left(environments=(builders.environment(packages=many),)), right(environments=(builders.environment(packages={**many, "a": "1"}),))
    )
    assert rows(document, "Environment") == [(Code("a"), None, Text("1"))]


def test_an_environment_that_one_run_lacks_is_said_once() -> None:
    document = build_comparison(left(), right(environments=(builders.environment(packages={"a": "1"}),)))
    assert rows(document, "Environment") == [(Text("Environment"), Text("not captured"), Text("captured"))]


def test_without_any_environment_there_is_no_section() -> None:
    assert "Environment" not in titles(build_comparison(left(), right()))


# Stages, Artifacts and Diagnostics


def test_stages_are_side_by_side_with_how_much_longer_they_took() -> None:
    one = (builders.stage("train", ended_at=moment(10)), builders.stage("old"))
    other = (builders.stage("train", "failed", ended_at=moment(70)), builders.stage("new", "open"))
    document = build_comparison(left(stages=one), right(stages=other))
    assert rows(document, "Stages") == [
        (Text("train"), Status("completed"), Status("failed"), Duration(10), Duration(70), Change(60, "s")),
        (Text("new"), None, Status("open"), None, None, None),
        (Text("old"), Status("completed"), None, Duration(60), None, None),
    ]


def test_a_short_stage_changes_by_milliseconds() -> None:
    one, other = (builders.stage("train", ended_at=f"2026-10-01T00:00:00.{part}Z") for part in ("250", "750"))
    document = build_comparison(left(stages=(one,)), right(stages=(other,)))
    assert column(table(section(document, "Stages")), "Change") == [Change(500.0, "ms")]


def test_artifacts_that_differ_are_told_by_what_differs() -> None:
    one = (builders.artifact(size_bytes=1, hash_value="a" * 64), builders.artifact("same"), builders.artifact("gone"))
    other = (builders.artifact(size_bytes=2, hash_value="b" * 64), builders.artifact("same"))
    document = build_comparison(left(artifacts=one), right(artifacts=other))
    assert rows(document, "Artifacts") == [
        (Text("model"), Text("Size"), Bytes(1), Bytes(2)),
        (Text("model"), Text("SHA-256"), Code("a" * 16 + "…"), Code("b" * 16 + "…")),
        (Text("gone"), Text("State"), Status("registered"), None),
    ]
    assert table(section(document, "Artifacts")).note == "1 artifact is the same."


def test_a_file_that_is_missing_in_one_run_is_told() -> None:
    one, other = (builders.artifact(in_workspace=there) for there in (True, False))
    document = build_comparison(left(artifacts=(one,)), right(artifacts=(other,)))
    assert rows(document, "Artifacts") == [(Text("model"), Text("State"), Status("present"), Status("missing"))]


def test_artifacts_of_different_names_are_matched_by_their_kind_and_that_is_said() -> None:
    one, other = ((builders.artifact(name, size_bytes=size),) for name, size in (("a", 1), ("b", 2)))
    document = build_comparison(left(artifacts=one), right(artifacts=other))
    assert rows(document, "Artifacts") == [(Text("a / b"), Text("Size"), Bytes(1), Bytes(2))]
    assert table(section(document, "Artifacts")).note == "Artifacts of different names are matched by their kind and order."


def test_names_that_differ_in_the_hash_of_the_file_only_are_told_without_it() -> None:
    one, other = ((builders.artifact(f"model-{number:012x}", size_bytes=number),) for number in (1, 2))
    document = build_comparison(left(artifacts=one), right(artifacts=other))
    assert rows(document, "Artifacts") == [(Text("model"), Text("Size"), Bytes(1), Bytes(2))]


def test_artifacts_that_are_the_same_are_counted() -> None:
    document = build_comparison(left(artifacts=(builders.artifact(),)), right(artifacts=(builders.artifact(),)))
    assert notes(document, "Artifacts") == ["Nothing that is known of artifacts differs. 1 artifact is the same."]


def test_issues_that_only_one_run_has_are_told() -> None:
    stages = [(builders.stage("train", status), builders.stage("test", "open")) for status in ("failed", "open")]
    document = build_comparison(left(stages=stages[0]), right(stages=stages[1]))
    assert rows(document, "Diagnostics") == [
        (Text("Warning: unfinished_stage in stage train"), None, Text("Stage train was left open.")),
        (Text("Error: failed_stage in stage train"), Text("Stage train failed."), None),
    ]
    assert table(section(document, "Diagnostics")).note == "1 issue is the same."


# real runs


def test_any_two_runs_of_the_example_can_be_compared_and_give_the_same_page_twice() -> None:
    opened = open_workspace(CHECKOUT / "site_example" / ".contexta")
    snapshots = [opened.snapshot(ref) for ref in opened.run_refs()]
    made = [[build_comparison(one, other) for one in snapshots for other in snapshots] for _ in range(2)]
    assert repr(made[0]) == repr(made[1])
    assert {document.kind for document in made[0]} == {"comparison"}
