"""Long tables: what stands on the page, the sentence that says so, and the sheet."""

from collections.abc import Sequence

from contexta.contract import Problem
from contexta.report import build_snapshot_report, cut
from contexta.report.choice import ROWS
from contexta.report.document import Details, Document, Sheet, Table
from contexta.report.inline import Bytes, Cell, Duration, Level, Number, Pairs, Ref, Status, Text, Time
from tests.report import builders
from tests.report.builders import BEGIN, RUN, column, moment, section, table

TRAIN, EVALUATE = f"stage:{RUN}.train", f"stage:{RUN}.evaluate"


def page(**values: object) -> Document:
    return build_snapshot_report(builders.snapshot(**values))


def rows_of(made: Table) -> list[tuple[object, ...]]:
    assert isinstance(made.sheet, Sheet)
    return list(made.sheet.rows)


def number_row(number: int) -> tuple[Cell, ...]:
    return (Number(number), Duration(1.5), Bytes(number), Pairs((("a", Text("x")), ("in", Pairs((("b", Number(0.5)),))))), None)


TITLES = ("N", "Duration", "Size", "Attributes", "Never")


def numbers(many: Sequence[int]) -> Table:
    return cut.table("numbers", TITLES, many, cut.each(number_row))


def test_a_table_of_as_many_rows_as_a_page_takes_is_whole() -> None:
    made = numbers(range(ROWS))
    assert (len(made.rows), made.total, made.note, made.sheet) == (ROWS, ROWS, "", None)


def test_a_longer_table_says_what_it_shows() -> None:
    made = numbers(range(1000))
    assert (len(made.rows), made.total) == (ROWS, 1000)
    assert made.note == "200 of 1,000 rows: the first 60, the last 140."
    assert made.columns == ("N", "Duration", "Size", "Attributes")


def test_its_sheet_has_every_row_with_bare_values_and_units_in_the_titles() -> None:
    made = numbers(range(1000))
    assert made.sheet is not None
    assert made.sheet.columns == ("N", "Duration (seconds)", "Size (bytes)", "Attributes", "Never")
    assert [row[0] for row in rows_of(made)] == list(range(1000))
    assert rows_of(made)[7] == (7, 1.5, 7, '{"a": "x", "in": {"b": 0.5}}', None)
    assert made.sheet.holds == "all 1,000 rows"


# batches


def many_batches(stage: str, count: int, failed: Sequence[int] = (), left_open: Sequence[int] = ()) -> list[object]:
    def status(number: int) -> str:
        return "failed" if number in failed else "open" if number in left_open else "completed"

    return [builders.batch(stage, f"e{number}", status(number)) for number in range(count)]


def test_of_many_batches_those_that_failed_or_were_left_open_are_shown() -> None:
    made = table(section(page(batches=tuple(many_batches("train", 1000, [500], [400]))), "Batches"))
    assert made.caption == "In stage train"
    assert made.note == "200 of 1,000 rows: the 2 worst by status, the first 60, the last 138. 998 completed, 1 failed, 1 open."
    shown = [cell.text for cell in column(made, "Batch") if isinstance(cell, Ref)]
    assert shown == [f"e{number}" for number in (*range(60), 400, 500, *range(862, 1000))]


def test_more_failed_batches_than_fit_come_before_open_ones() -> None:
    made = table(section(page(batches=tuple(many_batches("train", 1000, range(300, 500), range(100, 300)))), "Batches"))
    assert [cell for cell in column(made, "Status") if cell == Status("failed")] == [Status("failed")] * 80
    assert Status("open") not in column(made, "Status")


def test_batches_of_several_stages_that_are_too_many_stand_in_one_table() -> None:
    batches = [*many_batches("train", 150), *many_batches("evaluate", 150)]
    series = builders.series("loss", f"batch:{RUN}.evaluate.e149", [0.5], owner=EVALUATE)
    made = table(section(page(batches=tuple(batches), series=(series,)), "Batches"))
    assert (made.caption, made.columns[:3], len(made.rows), made.total) == ("In all stages", ("Batch", "Stage", "Status"), ROWS, 300)
    assert (column(made, "Stage")[0], column(made, "Stage")[-1]) == (Ref(TRAIN, "train"), Ref(EVALUATE, "evaluate"))
    assert column(made, "loss")[-1] == Number(0.5)
    assert rows_of(made)[-1] == (f"batch:{RUN}.evaluate.e149", EVALUATE, "completed", BEGIN, 60.0, 0.5)


# samples


def many_samples(count: int) -> tuple[object, ...]:
    return tuple(builders.sample("evaluate", f"s{number}") for number in range(count))


def samples_page(key: str, values: Sequence[float]) -> Table:
    refs = [f"sample:{RUN}.evaluate.s{number}" for number in range(len(values))]
    other = builders.series("length", refs, range(len(values)), owner=EVALUATE)
    series = builders.series(key, refs, values, owner=EVALUATE)
    return table(section(page(samples=many_samples(len(values)), series=(other, series)), "Samples"))


def test_of_many_samples_the_worst_by_a_metric_whose_direction_is_known_are_shown() -> None:
    values = [1.0] * 1000
    values[500], values[501], values[502] = 5.0, float("nan"), 0.0
    made = samples_page("loss", values)
    assert made.note == "200 of 1,000 rows: the 80 worst by loss, the first 60, the last 120."
    shown = [cell.text for cell in column(made, "Sample") if isinstance(cell, Ref)]
    assert {"s500", "s501"} <= set(shown)
    assert "s502" not in shown


def test_the_worst_samples_are_those_with_the_least_where_more_is_better() -> None:
    made = samples_page("accuracy", [number / 1000 for number in range(1000, 0, -1)])
    shown = [cell.text for cell in column(made, "Sample") if isinstance(cell, Ref)]
    assert shown[60:] == [f"s{number}" for number in range(860, 1000)]


def test_of_samples_without_such_a_metric_the_first_and_last_are_shown() -> None:
    assert samples_page("size", range(1000)).note == "200 of 1,000 rows: the first 60, the last 140."


# events, spans, artifacts, problems, stages


def test_of_many_events_the_gravest_are_shown() -> None:
    levels = ["info"] * 1000
    levels[300], levels[400], levels[500], levels[600] = "warning", "error", "critical", "debug"
    made = table(section(page(events=tuple(map(builders.event, levels))), "Events"))
    assert made.note == (
        "200 of 1,000 rows: the 3 worst by level, the first 60, the last 137. 996 info, 1 critical, 1 debug, 1 error, 1 warning."
    )
    assert column(made, "Level")[60:63] == [Level("warning"), Level("error"), Level("critical")]


def test_of_many_spans_those_that_went_wrong_and_then_the_longest_are_shown() -> None:
    ends = [moment(1)] * 1000
    ends[500] = moment(50)
    statuses = ["ok"] * 1000
    statuses[600] = "timeout"
    spans = tuple(builders.span(f"s{number}", ended_at=ends[number], status=statuses[number]) for number in range(1000))
    made = table(section(page(spans=spans), "Traces"))
    assert made.note == "200 of 1,000 rows: the 80 worst by status and duration, the first 60, the last 120. 999 ok, 1 timeout."
    assert {Text("s500"), Text("s600")} <= set(column(made, "Span"))
    assert made.sheet is not None
    assert "Duration (seconds)" in made.sheet.columns


def test_of_many_artifacts_those_that_are_missing_are_shown() -> None:
    artifacts = tuple(builders.artifact(f"a{number}", in_workspace=number != 500) for number in range(1000))
    made = table(section(page(artifacts=artifacts), "Artifacts"))
    assert made.note.endswith("999 present, 1 missing.")
    assert Ref(f"artifact:{RUN}.a500", "a500") in column(made, "Artifact")


def test_of_many_problems_the_gravest_are_shown() -> None:
    problems = tuple(Problem("a.jsonl", number, "torn_line", "is torn", "error" if number == 500 else "info") for number in range(1, 1001))
    made = table(section(page(problems=problems), "Data Health"))
    assert (len(made.rows), Level("error") in column(made, "Severity")) == (ROWS, True)


def test_of_many_stages_those_that_failed_are_shown() -> None:
    stages = tuple(builders.stage(f"s{number}", "failed" if number == 500 else "completed") for number in range(1000))
    made = table(section(page(stages=stages), "Stages"))
    assert Ref(f"stage:{RUN}.s500", "s500") in column(made, "Stage")


def test_times_stand_in_a_sheet_as_they_were_written() -> None:
    made = table(section(page(events=(builders.event(),) * 1000), "Events"))
    assert column(made, "Time")[0] == Time(BEGIN)
    assert rows_of(made)[0][0] == BEGIN


# the sheets of a page


def test_a_page_names_the_sheets_that_belong_beside_it() -> None:
    values = builders.series("loss", TRAIN, range(1000))
    document = page(batches=tuple(many_batches("train", 1000)), events=(builders.event(),) * 1000, series=(values,))
    assert [sheet.name for sheet in document.sheets()] == ["batches", "values", "events"]
    (folded,) = [block for block in section(document, "Metrics").blocks if isinstance(block, Details)]
    assert folded.table.sheet in list(document.sheets())


def test_a_page_without_long_tables_has_no_sheet() -> None:
    assert list(page(events=(builders.event(),)).sheets()) == []
