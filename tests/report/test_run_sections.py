"""The page of a run: which sections stand on it, in which order, and what each says."""

import math
from typing import Any

import pytest

from contexta.contract import Problem, Run, Source
from contexta.contract.details import NAMESPACE
from contexta.report import build_snapshot_report, cells
from contexta.report.choice import ROWS
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import (
    Block,
    Chart,
    Details,
    Document,
    Fact,
    Facts,
    Figure,
    Figures,
    Histogram,
    Issues,
    Lineage,
    Note,
    Prose,
    Table,
    Timeline,
)
from contexta.report.inline import (
    INDEX,
    Bytes,
    Cell,
    Change,
    Code,
    Duration,
    Exact,
    Hash,
    Level,
    Number,
    Pairs,
    Ref,
    Spark,
    Status,
    Text,
    Time,
)
from contexta.report.traits import MAX_FINDINGS, RunTraits
from tests.report import builders
from tests.report.builders import BEGIN, END, RUN, column, section, table, tables, titles

TRAIN, EVALUATE = f"stage:{RUN}.train", f"stage:{RUN}.evaluate"
E0, E1 = f"batch:{RUN}.train.e0", f"batch:{RUN}.train.e1"

ALL_IN_ORDER = [
    "Run Summary",
    "Stages",
    "Artifacts",
    "Batches",
    "Deployments",
    "Samples",
    "Diagnostics",
    "Metrics",
    "Events",
    "Traces",
    "Environment",
    "Provenance",
    "Data Health",
]
ALWAYS = ["Run Summary", "Stages", "Artifacts", "Diagnostics", "Data Health"]

# What brings each of the other sections.
BRINGS: dict[str, dict[str, Any]] = {
    "Batches": {"batches": (builders.batch("train", "e0"),)},
    "Deployments": {"deployments": (builders.deployment(),)},
    "Samples": {"samples": (builders.sample("train", "s0"),)},
    "Metrics": {"series": (builders.series("loss", TRAIN, [1]),)},
    "Events": {"events": (builders.event(),)},
    "Traces": {"spans": (builders.span(),)},
    "Environment": {"environments": (builders.environment(),)},
    "Provenance": {"producers": ("sdk",)},
    "Data Health": {"problems": (Problem("record.jsonl", 1, "torn_line", "is torn"),)},
}


def page(**values: Any) -> Document:
    return build_snapshot_report(builders.snapshot(**values))


def facts(document: Document, title: str = "Run Summary") -> dict[str, Fact]:
    blocks = section(document, title).blocks
    return {fact.label: fact for block in blocks if isinstance(block, Facts) for fact in block.items}


def blocks_of(document: Document, title: str, kind: type[Block]) -> list[Any]:
    return [block for block in section(document, title).blocks if isinstance(block, kind)]


# the page


def test_all_sections_stand_in_their_order() -> None:
    everything = {name: value for values in BRINGS.values() for name, value in values.items()}
    assert titles(page(**everything)) == ALL_IN_ORDER


def test_a_run_of_which_nothing_is_known_has_the_sections_that_always_stand() -> None:
    assert titles(page()) == ALWAYS


@pytest.mark.parametrize("title", BRINGS)
def test_a_section_stands_only_where_there_is_something_to_say(title: str) -> None:
    assert set(titles(page(**BRINGS[title]))) == {*ALWAYS, title}


def test_a_page_says_what_it_is_about_and_where_it_belongs() -> None:
    document = page(run=builders.run(name="demo.r1", status="failed"), as_of=END)
    assert (document.title, document.kind, document.subject) == ("r1", "run", Ref("run:demo.r1", "r1"))
    assert (document.status, document.as_of) == (Status("failed"), END)
    assert document.up == (INDEX, Ref("project:demo", "demo"))


def test_blocks_of_all_sections_come_in_reading_order() -> None:
    document = page(**BRINGS["Events"])
    assert list(document.blocks()) == [block for one in document.sections for block in one.blocks]


# Run Summary


def test_the_summary_tells_status_times_and_duration() -> None:
    told = facts(page())
    assert told["Status"].value == Status("completed")
    assert told["Project"].value == Ref("project:demo", "demo")
    assert told["Run"].value == Code(f"run:{RUN}")
    assert (told["Started"].value, told["Ended"].value) == (Time(BEGIN), Time(END))
    assert told["Duration"].value == Duration(60.0)


def test_the_summary_shows_headline_numbers_first() -> None:
    document = page(series=(builders.series("acc", f"run:{RUN}", [0.9]),))
    (figures,) = blocks_of(document, "Run Summary", Figures)
    assert figures == Figures((Figure("acc", Number(0.9)),))


def test_the_summary_counts_what_the_run_holds() -> None:
    document = page(
        stages=(builders.stage("train"),),
        batches=(builders.batch("train", "e0"), builders.batch("train", "e1")),
        series=(builders.series("loss", TRAIN, [1, 2, 3]),),
        events=(builders.event(),),
    )
    assert facts(document)["Holds"].value == Text("1 stage, 2 batches, 3 metric values, 1 event")


def test_the_summary_of_an_empty_run_says_so() -> None:
    told = facts(page())
    assert told["Holds"].value == Text("nothing that was recorded")
    assert told["Needs attention"].value == Text("nothing")


def test_the_summary_counts_what_needs_attention_without_mere_remarks() -> None:
    document = page(
        run=builders.run(status="failed"),
        stages=(builders.stage("train"),),
        batches=(builders.batch("train", "e0", "open"), builders.batch("train", "e1", "open")),
    )
    assert facts(document)["Needs attention"].value == Ref("section:Diagnostics", "1 error, 2 warnings")


def test_the_summary_of_an_inferred_run_says_that_its_times_are() -> None:
    document = page(run=builders.run(status="unknown"))
    told = facts(document)
    (note,) = blocks_of(document, "Run Summary", Note)
    assert note.text.startswith("No line describes this run.")
    assert (told["Status"].value, told["Started"].note, told["Ended"].note) == (
        Status("unknown", inferred=True),
        "inferred: first seen",
        "inferred: last seen",
    )
    assert told["Duration"].value == Duration(60.0, at_least=True)


def test_the_authors_description_is_prose() -> None:
    document = page(run=builders.run(description="# Why\n*because*"))
    assert blocks_of(document, "Run Summary", Prose) == [Prose("# Why\n*because*")]


# Stages, Batches and Samples: each with its own numbers in its row


def test_a_run_without_stages_says_so() -> None:
    assert section(page(), "Stages").blocks == (Note("This run has no stage."),)


def test_each_stages_own_numbers_stand_in_its_row() -> None:
    document = page(
        stages=(builders.stage("train"), builders.stage("evaluate")),
        series=(builders.series("time", TRAIN, [3]), builders.series("time", EVALUATE, [1]), builders.series("acc", EVALUATE, [0.9])),
    )
    made = table(section(document, "Stages"))
    assert column(made, "Stage") == [Ref(TRAIN, "train"), Ref(EVALUATE, "evaluate")]
    assert column(made, "time") == [Number(3), Number(1)]
    assert column(made, "acc") == [None, Number(0.9)]


def test_numbers_of_batches_do_not_stand_in_the_row_of_their_stage() -> None:
    document = page(
        stages=(builders.stage("train"),),
        batches=(builders.batch("train", "e0"),),
        series=(builders.series("loss", E0, [1], owner=TRAIN),),
    )
    assert "loss" not in table(section(document, "Stages")).columns


def test_a_stages_batches_and_samples_are_counted_in_its_row() -> None:
    document = page(
        stages=(builders.stage("train"), builders.stage("evaluate")),
        batches=(builders.batch("train", "e0"), builders.batch("train", "e1")),
        samples=(builders.sample("evaluate", "s0"),),
    )
    made = table(section(document, "Stages"))
    assert (column(made, "Batches"), column(made, "Samples")) == ([Number(2), None], [None, Number(1)])


def test_each_batchs_own_numbers_stand_in_its_row() -> None:
    document = page(
        batches=(builders.batch("train", "e0"), builders.batch("train", "e1", "open")),
        series=(builders.series("loss", [E0, E1], [2, 1], owner=TRAIN, unit="nats"),),
    )
    made = table(section(document, "Batches"))
    assert (made.caption, column(made, "Batch")) == ("In stage train, best by loss: e1", [Ref(E0, "e0"), Ref(E1, "e1")])
    assert column(made, "loss (nats)") == [Number(2), Number(1)]
    assert column(made, "Status") == [Status("completed"), Status("open")]


def test_batches_of_each_stage_have_a_table_with_the_numbers_of_that_stage() -> None:
    document = page(
        batches=(builders.batch("train", "e0"), builders.batch("evaluate", "e0")),
        series=(
            builders.series("loss", E0, [2], owner=TRAIN),
            builders.series("acc", f"batch:{RUN}.evaluate.e0", [0.9], owner=EVALUATE),
        ),
    )
    first, second = tables(section(document, "Batches").blocks)
    assert (first.caption, first.columns[-1], first.rows[0][-1]) == ("In stage train", "loss", Number(2))
    assert (second.caption, second.columns[-1], second.rows[0][-1]) == ("In stage evaluate", "acc", Number(0.9))


def test_each_samples_own_numbers_stand_in_its_row() -> None:
    refs = [f"sample:{RUN}.train.s0", f"sample:{RUN}.train.s1"]
    document = page(
        samples=(builders.sample("train", "s0"), builders.sample("train", "s1", redaction_profile="faces")),
        series=(builders.series("error", refs, [0.5, 0.25], owner=TRAIN),),
    )
    made = table(section(document, "Samples"))
    assert column(made, "error") == [Number(0.5), Number(0.25)]
    assert column(made, "Redaction") == [None, Text("content withheld: faces")]


def test_a_sample_says_in_which_batch_it_was_seen() -> None:
    document = page(samples=(builders.sample("train", "s0", batch_execution_ref=E0),))
    assert column(table(section(document, "Samples")), "Batch") == [Ref(E0, "e0")]


def test_a_number_that_is_none_stands_in_its_row_as_it_is() -> None:
    document = page(stages=(builders.stage("train"),), series=(builders.series("loss", TRAIN, [1, math.nan]),))
    (cell,) = column(table(section(document, "Stages")), "loss")
    assert isinstance(cell, Number)
    assert math.isnan(cell.value)


def test_stages_and_their_batches_stand_on_a_timeline_in_their_order() -> None:
    document = page(
        stages=(builders.stage("train"), builders.stage("evaluate", "failed", started_at=builders.moment(30))),
        batches=(builders.batch("evaluate", "all", "open"), builders.batch("train", "e0")),
    )
    (drawn,) = blocks_of(document, "Stages", Timeline)
    assert [(bar.what.text, bar.status.value, bar.begin, bar.end, bar.depth) for bar in drawn.bars] == [
        ("train", "completed", 0, 60, 0),
        ("e0", "completed", 0, 60, 1),
        ("evaluate", "failed", 30, 60, 0),
        ("all", "open", 0, None, 1),
    ]


def test_the_best_batch_of_each_stage_is_told_by_the_first_metric_that_has_a_best() -> None:
    document = page(
        batches=(builders.batch("train", "e0"), builders.batch("train", "e1")),
        series=(
            builders.series("lr", [E0, E1], [2, 1], owner=TRAIN),
            builders.series("acc", [E0, E1, E1], [0.5, 0.4, 0.9], owner=TRAIN, unit="ratio"),
            builders.series("loss", [E0, E1], [1, 2], owner=TRAIN),
        ),
    )
    assert table(section(document, "Batches")).caption == "In stage train, best by acc: e1"


def test_a_batch_alone_is_not_called_best() -> None:
    document = page(batches=(builders.batch("train", "e0"),), series=(builders.series("acc", E0, [0.5], owner=TRAIN),))
    assert table(section(document, "Batches")).caption == "In stage train"


S = [f"sample:{RUN}.train.s{number}" for number in range(9)]


def samples_page(key: str, values: list[float]) -> Document:
    found = tuple(builders.sample("train", f"s{number}") for number in range(len(values) + 1))
    return page(samples=found, series=(builders.series(key, S[: len(values)], values, owner=TRAIN),))


@pytest.mark.parametrize(
    ("key", "order"), [("error", ["s2", "s0", "s1", "s3"]), ("acc", ["s1", "s0", "s2", "s3"]), ("size", ["s0", "s1", "s2", "s3"])]
)
def test_the_worst_samples_stand_first_and_those_without_a_number_last(key: str, order: list[str]) -> None:
    made = table(section(samples_page(key, [2, 1, 3]), "Samples"))
    assert [cell.text for cell in column(made, "Sample") if isinstance(cell, Ref)] == order
    assert made.caption == ("In stage train" if key == "size" else f"In stage train, worst first by {key}")


def test_a_sample_that_is_no_number_is_the_worst() -> None:
    made = table(section(samples_page("error", [2, math.nan, 3]), "Samples"))
    assert made.rows[0][0] == Ref(S[1], "s1")


def test_the_numbers_of_enough_samples_have_a_histogram() -> None:
    (drawn,) = blocks_of(samples_page("error", [*map(float, range(8))]), "Samples", Histogram)
    assert (drawn.title, sum(drawn.counts)) == ("error · train samples", 8)
    assert blocks_of(samples_page("error", [1, 2, 3]), "Samples", Histogram) == []


# Artifacts and Deployments


def test_a_run_without_artifacts_says_so() -> None:
    assert section(page(), "Artifacts").blocks == (Note("This run registered no artifact."),)


def test_an_artifact_stands_with_its_size_and_hash() -> None:
    made = builders.artifact(in_workspace=True, size_bytes=2900, hash_value="a" * 64, stage_execution_ref=TRAIN, attributes={"layers": 3})
    row = table(section(page(artifacts=(made,)), "Artifacts"))
    cells_by_title = dict(zip(row.columns, row.rows[0], strict=True))
    assert cells_by_title == {
        "Artifact": Ref(f"artifact:{RUN}.model", "model"),
        "Kind": Text("checkpoint"),
        "State": Status("present"),
        "Size": Bytes(2900),
        "SHA-256": Hash("a" * 64),
        "Location": Code("path:out/model.bin"),
        "Created": Time(BEGIN),
        "Made in": Ref(TRAIN, "train"),
        "Attributes": Pairs((("layers", Number(3)),)),
    }


@pytest.mark.parametrize(("there", "state"), [(True, "present"), (False, "missing"), (None, "registered")])
def test_an_artifact_says_whether_its_file_is_there(there: bool | None, state: str) -> None:  # noqa: FBT001  # a case of the table
    document = page(artifacts=(builders.artifact(in_workspace=there),))
    assert column(table(section(document, "Artifacts")), "State") == [Status(state)]


def test_a_deployment_of_the_run_stands_with_its_own_numbers() -> None:
    live = builders.deployment(artifact_ref=f"artifact:{RUN}.model", run_ref=f"run:{RUN}")
    document = page(
        deployments=(live, builders.deployment("spare", "open")),
        series=(builders.series("latency", "deployment:demo.live", [12], unit="ms"),),
    )
    made = table(section(document, "Deployments"))
    assert column(made, "Deployment") == [Ref("deployment:demo.live", "live"), Ref("deployment:demo.spare", "spare")]
    assert column(made, "Artifact") == [Ref(f"artifact:{RUN}.model", "model"), None]
    assert column(made, "latency (ms)") == [Number(12), None]


# Diagnostics


def test_diagnostics_of_a_run_that_went_well_are_an_empty_list() -> None:
    assert section(page(), "Diagnostics").blocks == (Issues((), 0),)


def test_diagnostics_tell_every_issue() -> None:
    document = page(batches=(builders.batch("train", "e0", "failed"), builders.batch("train", "e1", "open")))
    (issues,) = blocks_of(document, "Diagnostics", Issues)
    assert [issue.key for issue in issues.items] == ["failed_batch", "incomplete_batch"]


# Metrics


def metrics_page(*values: float) -> Document:
    return page(series=(builders.series("loss", TRAIN, values, unit="nats"),))


def test_a_metric_stands_in_one_row_with_its_first_last_least_and_greatest() -> None:
    made = tables(section(metrics_page(3, 1, 2), "Metrics").blocks)[0]
    course = Spark((3, 1, 2))
    assert made.rows == ((Text("loss"), Text("train"), Text("nats"), Number(3), course, Number(3), Number(2), Number(1), Number(3)),)


def test_a_metric_without_a_finite_value_has_no_least_and_greatest() -> None:
    made = tables(section(metrics_page(math.nan), "Metrics").blocks)[0]
    assert made.columns == ("Metric", "Measured on", "Unit", "Values", "First", "Last")


def test_a_metric_with_a_course_has_a_chart_with_gaps_where_it_was_no_number() -> None:
    (drawn,) = blocks_of(metrics_page(3, math.nan, 2), "Metrics", Chart)
    assert (drawn.title, drawn.unit, drawn.stands_for) == ("loss · train", "nats", 3)
    assert drawn.lines[0].points == ((0, 3), (1, None), (2, 2))


def test_a_single_value_has_no_chart() -> None:
    assert blocks_of(metrics_page(3), "Metrics", Chart) == []


def test_samples_have_no_chart() -> None:
    refs = [f"sample:{RUN}.train.s0", f"sample:{RUN}.train.s1"]
    document = page(series=(builders.series("error", refs, [1, 2], owner=TRAIN),))
    assert blocks_of(document, "Metrics", Chart) == []


def test_every_value_stands_in_all_its_digits() -> None:
    (details,) = blocks_of(metrics_page(0.1 + 0.2, 10**18), "Metrics", Details)
    assert column(details.table, "Value") == [Exact(0.30000000000000004), Exact(10**18)]
    assert column(details.table, "Observed") == [Time(builders.moment(0)), Time(builders.moment(1))]


def test_tags_that_number_points_stand_beside_each_value() -> None:
    document = page(series=(builders.series("loss", TRAIN, [2, 1], labels=("step=1", "step=2")),))
    (details,) = blocks_of(document, "Metrics", Details)
    assert column(details.table, "Tags") == [Text("step=1"), Text("step=2")]


# Events and Traces


def test_an_event_stands_with_level_message_place_and_attributes() -> None:
    document = page(events=(builders.event("warning", "slow", subject_ref=TRAIN, attributes={"seconds": 1.5}),))
    (row,) = table(section(document, "Events")).rows
    attributes = Pairs((("seconds", Number(1.5)),))
    assert row == (Time(BEGIN), Level("warning"), Code("data.checked"), Text("slow"), Ref(TRAIN, "train"), attributes)


def test_events_without_messages_have_no_column_for_them() -> None:
    assert table(section(page(events=(builders.event(),)), "Events")).columns == ("Time", "Level", "Event", "Where")


def test_a_span_stands_with_its_duration_and_parent() -> None:
    document = page(spans=(builders.span("fit", parent_span_id="s0", status="timeout"),))
    made = table(section(document, "Traces"))
    told: dict[str, Cell] = dict(zip(made.columns, made.rows[0], strict=True))
    assert (told["Span"], told["Status"], told["Duration"], told["Parent"]) == (Text("fit"), Status("timeout"), Duration(60.0), Code("s0"))


def spans_page(*spans: tuple[str, str | None, int, int]) -> list[tuple[str, int]]:
    """The bars of spans that are given by name, parent, beginning and end."""
    found = tuple(
        builders.span(name, span_id=name, parent_span_id=parent, started_at=builders.moment(begin), ended_at=builders.moment(end))
        for name, parent, begin, end in spans
    )
    (drawn,) = blocks_of(page(spans=found), "Traces", Timeline)
    return [(bar.what.text, bar.depth) for bar in drawn.bars]


def test_spans_are_a_waterfall_each_below_the_one_that_it_was_part_of() -> None:
    found = spans_page(("fit", None, 0, 9), ("save", None, 9, 12), ("step", "fit", 1, 3), ("load", "step", 1, 2), ("lost", "gone", 3, 4))
    assert found == [("fit", 0), ("step", 1), ("load", 2), ("save", 0), ("lost", 0)]


def test_spans_that_are_part_of_themselves_are_drawn_once() -> None:
    assert sorted(name for name, _ in spans_page(("a", "b", 0, 2), ("b", "a", 1, 3), ("c", "c", 2, 5))) == ["a", "b", "c"]


def test_spans_that_took_no_time_are_only_a_table() -> None:
    document = page(spans=(builders.span(ended_at=BEGIN),))
    assert blocks_of(document, "Traces", Timeline) == []
    assert len(table(section(document, "Traces")).rows) == 1


# Environment and Provenance


def test_the_environment_tells_python_platform_and_packages_by_name() -> None:
    document = page(environments=(builders.environment(packages={"torch": "2.2", "numpy": "2.0"}, environment_variables={"SEED": "7"}),))
    told = facts(document, "Environment")
    assert (told["Python"].value, told["Platform"].value, told["Captured"].value) == (Text("3.12.1"), Text("Linux"), Time(BEGIN))
    packages, variables = (block.table for block in blocks_of(document, "Environment", Details))
    assert packages.rows == ((Code("numpy"), Text("2.0")), (Code("torch"), Text("2.2")))
    assert variables.rows == ((Code("SEED"), Text("7")),)


def test_provenance_leads_from_the_dataset_to_where_the_artifacts_went() -> None:
    details = {"namespace": NAMESPACE, "dataset_ref": "sklearn.digits"}
    document = page(
        run=builders.run(extensions=(details,)),
        producers=("sdk",),
        artifacts=tuple(builders.artifact(f"m{number}") for number in range(7)),
        deployments=(builders.deployment(),),
    )
    (chain,) = blocks_of(document, "Provenance", Lineage)
    assert [(step.label, step.note) for step in chain.steps] == [
        ("Dataset", ""),
        ("Run", ""),
        ("Artifacts", "and 2 more"),
        ("Deployment", ""),
    ]
    assert chain.steps[0].value == Text("sklearn.digits")
    assert chain.steps[3].value == Pairs((("completed", Ref("deployment:demo.live", "live")),))


def test_a_run_that_came_from_nowhere_and_left_nothing_has_no_lineage() -> None:
    assert blocks_of(page(producers=("sdk",)), "Provenance", Lineage) == []


def test_provenance_names_writers_and_files() -> None:
    document = page(producers=("sdk", "importer"), sources=(Source(file="record.jsonl", lines=7),))
    assert facts(document, "Provenance")["Written by"].value == Code("sdk, importer")
    assert table(section(document, "Provenance")).rows == ((Code("record.jsonl"), Number(7)),)


def test_provenance_keeps_what_other_programs_said_of_the_run() -> None:
    run = builders.run(extensions=[{"namespace": "git", "commit": "abc"}], unknown={"host": "box"})
    told = facts(page(run=run, producers=("sdk",)), "Provenance")
    assert told["git"].value == Pairs((("commit", Text("abc")),))
    assert told["host"].value == Text("box")


def test_what_the_run_says_of_its_code_and_settings_is_told_by_name() -> None:
    said = {"namespace": NAMESPACE, "code_revision": "abc", "config_snapshot": {"lr": 0.1}}
    document = page(run=builders.run(extensions=[said]), producers=("sdk",))
    told = {fact.label: fact.value for fact in facts(document).values()}
    assert (told["Code revision"], told["Config"]) == (Text("abc"), Pairs((("lr", Number(0.1)),)))
    assert NAMESPACE not in facts(document, "Provenance")


def test_what_else_stands_among_those_settings_is_kept() -> None:
    said = {"namespace": NAMESPACE, "code_revision": "abc", "host": "box"}
    blocks = section(page(run=builders.run(extensions=[said]), producers=("sdk",)), "Provenance").blocks
    assert "box" in str(blocks)


# Data Health


def test_problems_stand_by_file_and_line() -> None:
    problems = (Problem("b.jsonl", 2, "torn_line", "is torn"), Problem("a.jsonl", 9, "bad_value", "is bad", "error"))
    made = table(section(page(problems=problems), "Data Health"))
    assert made.rows == (
        (Code("a.jsonl:9"), Level("error"), Code("bad_value"), Text("is bad")),
        (Code("b.jsonl:2"), Level("warning"), Code("torn_line"), Text("is torn")),
    )


def test_lines_that_name_no_run_are_told_apart() -> None:
    nothing, note = blocks_of(page(unassigned=True), "Data Health", Note)
    assert nothing.text == "Nothing was skipped: every line that names this run was used."
    assert note.text == "Some lines of this workspace name no run, and may be this one's; Data Health on the index page tells which."


def test_what_was_inferred_is_counted() -> None:
    stages = (builders.stage("train", "unknown"), builders.stage("evaluate"))
    batches = (builders.batch("train", "e0", "unknown"), builders.batch("train", "e1", "unknown"))
    _, note = blocks_of(page(stages=stages, batches=batches), "Data Health", Note)
    assert note.text.startswith("Inferred, because no line describes them: 1 stage, 2 batches.")


def test_a_limit_for_rows_holds_on_every_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_ROWS", 2)
    document = page(events=(builders.event(),) * 3, series=(builders.series("loss", TRAIN, [1, 2, 3]),))
    events, (values,) = table(section(document, "Events")), blocks_of(document, "Metrics", Details)
    assert [(len(one.rows), one.total) for one in (events, values.table)] == [(2, 3), (2, 3)]


# The top of the page, and what changed since the previous run


def earlier(**values: Any) -> RunTraits:
    """The run before, of which the page is told."""
    return RunTraits.of(builders.snapshot(**{"run": details_of("demo.r0"), **values}))


def details_of(name: str = RUN, **details: Any) -> Run:
    return builders.run(name, extensions=({"namespace": NAMESPACE, **details},) if details else ())


def since(previous: RunTraits | None, directions: Directions = BY_NAME, comparison: Ref | None = None, **values: Any) -> Document:
    return build_snapshot_report(builders.snapshot(**values), previous, directions, comparison)


def figure(document: Document, name: str) -> Figure:
    (figures,) = (block for block in section(document, "Run Summary").blocks if isinstance(block, Figures))
    return next(one for one in figures.items if one.label == name)


def changes(document: Document) -> list[tuple[Cell, ...]]:
    (made,) = tables(section(document, "Run Summary").blocks)
    assert made.caption == "Since the previous run"
    return list(made.rows)


def test_the_top_says_how_it_stands_then_how_good_it_is_then_what_is_wrong_then_what_changed() -> None:
    document = since(
        earlier(),
        run=details_of(code_revision="abc"),
        series=(builders.series("acc", f"run:{RUN}", [0.9]),),
        stages=(builders.stage("train", "failed"),),
    )
    kinds = [type(block) for block in section(document, "Run Summary").blocks]
    assert kinds == [Facts, Figures, Issues, Table, Facts]
    (standing, *_) = blocks_of(document, "Run Summary", Facts)
    labels = ["Status", "Project", "Started", "Duration", "Code revision", "Needs attention", "Previous run"]
    assert [fact.label for fact in standing.items] == labels


def test_the_worst_issues_stand_at_the_top_and_mere_remarks_do_not() -> None:
    stages = tuple(builders.stage(f"s{index}", "open") for index in range(9))
    (issues,) = blocks_of(page(run=builders.run(status="failed"), stages=stages), "Run Summary", Issues)
    assert [issue.key for issue in issues.items] == ["failed_run", *["unfinished_stage"] * 4]
    assert issues.total == 10
    assert blocks_of(page(stages=(builders.stage("train"),)), "Run Summary", Issues) == []


def test_a_figure_shows_its_best_and_its_course() -> None:
    document = page(series=(builders.series("loss", TRAIN, [3, 1, 2], unit="nats"),))
    assert figure(document, "loss") == Figure("loss", Number(2, "nats"), "train", Number(1, "nats"), None, Spark((3, 1, 2)))


def test_a_figure_whose_last_value_is_its_best_or_has_no_known_best_shows_none() -> None:
    document = page(series=(builders.series("acc", TRAIN, [1, 2, 3]), builders.series("rows", TRAIN, [3, 1])))
    assert (figure(document, "acc").best, figure(document, "rows").best) == (None, None)


@pytest.mark.parametrize(
    ("key", "now", "expected"),
    [
        ("acc", 0.75, Change(0.25, better=True)),
        ("acc", 0.25, Change(-0.25, better=False)),
        ("loss", 0.25, Change(-0.25, better=True)),
        ("rows", 1, Change(0.5)),
        ("acc", 0.5, Change(0)),
        ("acc", math.nan, None),
    ],
)
def test_a_figure_says_how_it_changed_and_whether_that_is_good(key: str, now: float, expected: Change | None) -> None:
    before = earlier(series=(builders.series(key, "stage:demo.r0.train", [0.5]),))
    document = since(before, series=(builders.series(key, TRAIN, [now]),))
    assert figure(document, key).change == expected
    (figures,) = blocks_of(document, "Run Summary", Figures)
    assert figures.against == (Ref("run:demo.r0", "r0") if expected else None)


def test_what_is_better_may_be_said() -> None:
    before = earlier(series=(builders.series("rows", TRAIN, [1]),))
    document = since(before, Directions.parse(["rows=down"]), series=(builders.series("rows", TRAIN, [5, 3]),))
    assert figure(document, "rows").change == Change(2, None, better=False)
    assert figure(document, "rows").best is None


def test_no_change_is_told_of_another_unit_or_another_place() -> None:
    before = earlier(series=(builders.series("time", TRAIN, [1], unit="s"), builders.series("acc", TRAIN, [1])))
    document = since(before, series=(builders.series("time", TRAIN, [900], unit="ms"), builders.series("acc", EVALUATE, [1])))
    assert (figure(document, "time").change, figure(document, "time").note) == (None, "train, before in s")
    assert figure(document, "acc").change is None


def test_only_settings_that_differ_are_told_and_the_others_counted() -> None:
    before = earlier(run=details_of("demo.r0", config_snapshot={"lr": 0.1, "width": 32, "old": 1}, code_revision="abc"))
    document = since(before, run=details_of(config_snapshot={"lr": 0.1, "width": 64, "new": {"a": 2}}, code_revision="abd"))
    assert changes(document) == [
        (Text("Code revision"), Text("abd"), Text("abc")),
        (Code("new.a"), Text("2"), None),
        (Code("old"), None, Text("1")),
        (Code("width"), Text("64"), Text("32")),
    ]
    (made,) = tables(section(document, "Run Summary").blocks)
    assert (made.columns, made.note) == (("What", "This run", "r0"), "1 parameter is the same.")


def test_packages_that_changed_are_folded() -> None:
    before = earlier(environments=(builders.environment(packages={"a": "1", "b": "1", "c": "1"}),))
    document = since(before, environments=(builders.environment(packages={"a": "1", "b": "2", "d": "1"}, python_version="3.13.0"),))
    (packages,) = blocks_of(document, "Run Summary", Details)
    assert packages.table.rows == ((Code("b"), Text("2"), Text("1")), (Code("c"), None, Text("1")), (Code("d"), Text("1"), None))
    assert changes(document) == [(Text("Python"), Text("3.13.0"), Text("3.12.1"))]


def test_an_environment_that_was_not_captured_is_one_difference_and_not_one_for_each_package() -> None:
    before = earlier(environments=(builders.environment(packages={"a": "1"}),))
    document = since(before)
    assert changes(document) == [(Text("Environment"), Text("not captured"), Text("captured"))]
    assert blocks_of(document, "Run Summary", Details) == []


def test_issues_that_are_new_and_gone_are_told() -> None:
    before = earlier(stages=(builders.stage("train", "failed"), builders.stage("test", "open")))
    document = since(before, stages=(builders.stage("train", "open"), builders.stage("test", "open")))
    assert changes(document) == [
        (Text("New in Diagnostics"), Text("unfinished_stage in stage train"), None),
        (Text("Gone from Diagnostics"), None, Text("failed_stage in stage train")),
    ]


def test_of_many_new_issues_the_worst_are_named_and_the_others_counted() -> None:
    stages = tuple(builders.stage(f"s{index}", "open") for index in range(7))
    ((_, told, _),) = changes(since(earlier(), run=builders.run(status="failed"), stages=stages))
    assert isinstance(told, Text)
    assert told.value.startswith("failed_run, unfinished_stage in stage s0, ")
    assert told.value.endswith("unfinished_stage in stage s3 and 3 more")


def test_no_issue_is_called_new_where_not_all_of_the_previous_run_are_known() -> None:
    many = tuple(builders.stage(f"s{index:03}", "failed") for index in range(MAX_FINDINGS + 1))
    document = since(earlier(stages=many), stages=many)
    assert tables(section(document, "Run Summary").blocks) == []


def test_that_nothing_changed_is_said() -> None:
    details: dict[str, Any] = {"config_snapshot": {"lr": 1}, "dataset_ref": "dataset:d"}
    document = since(earlier(run=details_of("demo.r0", **details)), run=details_of(**details))
    (note,) = blocks_of(document, "Run Summary", Note)
    assert note.text.startswith("Nothing that is known")
    assert note.text.endswith("changed since the previous run. Dataset and 1 parameter are the same.")


def test_nothing_is_said_of_what_nobody_knows() -> None:
    assert blocks_of(since(earlier()), "Run Summary", Note) == []


def test_the_previous_run_and_the_comparison_are_linked() -> None:
    told = facts(since(earlier(), comparison=Ref("comparison:x", "r0 and r1")))
    assert told["Previous run"].value == Ref("run:demo.r0", "r0")
    assert told["Comparison"].value == Ref("comparison:x", "r0 and r1")
    assert "Comparison" not in facts(since(earlier()))
    assert "Previous run" not in facts(page())


def test_the_curve_of_the_previous_run_is_faint_in_the_charts() -> None:
    before = earlier(series=(builders.series("loss", [E0, E1], [4, 3], owner=TRAIN),))
    document = since(before, series=(builders.series("loss", [E0, E1], [2, 1], owner=TRAIN),))
    (drawn,) = blocks_of(document, "Metrics", Chart)
    assert [(line.label, line.ys, line.faint) for line in drawn.lines] == [("loss", (2, 1), False), ("r0", (4, 3), True)]


def test_which_samples_are_worst_may_be_said() -> None:
    refs = [f"sample:{RUN}.train.s{index}" for index in range(3 * ROWS)]
    values: dict[str, Any] = {
        "samples": tuple(builders.sample("train", ref.rpartition(".")[2]) for ref in refs),
        "series": (builders.series("score", refs, range(len(refs)), owner=TRAIN),),
    }
    lowest = refs[ROWS * 35 // 100]  # among the worst where more is better, and neither among the first nor the last
    shown = [
        Ref(lowest, lowest.rpartition(".")[2]) in column(table(section(since(None, which, **values), "Samples")), "Sample")
        for which in (BY_NAME, Directions.parse(["score=down"]))
    ]
    assert shown == [True, False]
