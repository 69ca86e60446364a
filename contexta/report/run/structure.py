"""Stages, Batches and Samples: what the run was made of, each with its own numbers in its row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from contexta.contract import (
    BatchExecution,
    MetricSeries,
    RunSnapshot,
    SampleObservation,
    StableRef,
    StageExecution,
)
from contexta.report import cells, cut, measures
from contexta.report.choice import ROWS, Grade, grade_of_number
from contexta.report.cut import Ranks, Row
from contexta.report.directions import Directions
from contexta.report.document import Cell, Note, Number, Section, Table

M = TypeVar("M", bound=StageExecution | BatchExecution | SampleObservation)
InStage = TypeVar("InStage", bound=BatchExecution | SampleObservation)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The metrics of the rows of a table: a column for each, and every row's own last value."""

    columns: Mapping[str, Mapping[str, Number]]

    @classmethod
    def of(cls, series: Iterable[MetricSeries]) -> "_Numbers":
        return cls(measures.last_by_subject(series))

    def after(self, own: Row[M]) -> Row[M]:
        """A row's own cells, then its numbers."""
        columns = tuple(self.columns.values())

        def row(model: M) -> tuple[Cell, ...]:
            ref = model.ref.text
            return (*own(model), *[values.get(ref) for values in columns])

        return row


def stages(snapshot: RunSnapshot) -> Section:
    """One row a stage."""
    if not snapshot.stages:
        return Section("Stages", (Note("This run has no stage."),))
    batches_of, samples_of = (Counter(model.stage_execution_ref for model in models) for models in (snapshot.batches, snapshot.samples))

    def row(stage: StageExecution) -> tuple[Cell, ...]:
        return (
            cells.ref(stage),
            cells.status(stage),
            cells.time(stage.started_at),
            cells.lasted(stage),
            _number(batches_of[stage.ref]),
            _number(samples_of[stage.ref]),
        )

    titles = ("Stage", "Status", "Started", "Duration", "Batches", "Samples")
    numbers = _Numbers.of(_at(snapshot, "stage"))
    return Section("Stages", (cut.table("stages", (*titles, *numbers.columns), snapshot.stages, numbers.after(row), cut.STATUS),))


def batches(snapshot: RunSnapshot) -> Section | None:
    """One table a stage, one row a batch."""
    if not snapshot.batches:
        return None
    titles = ("Batch", "Status", "Started", "Duration")
    return Section("Batches", _by_stage("batches", titles, snapshot.batches, _batch_row, cut.STATUS, _at(snapshot, "batch")))


def _batch_row(batch: BatchExecution) -> tuple[Cell, ...]:
    return (
        cells.ref(batch),
        cells.status(batch),
        cells.time(batch.started_at),
        cells.lasted(batch),
    )


def samples(snapshot: RunSnapshot, directions: Directions) -> Section | None:
    """One table a stage, one row a sample."""
    if not snapshot.samples:
        return None
    titles = ("Sample", "Batch", "Observed", "Retention", "Redaction")
    series = _at(snapshot, "sample")
    ranks = _by_metric(series, directions) if len(snapshot.samples) > ROWS else None
    return Section(
        "Samples",
        _by_stage("samples", titles, snapshot.samples, _sample_row, ranks, series),
    )


def _sample_row(sample: SampleObservation) -> tuple[Cell, ...]:
    batch = sample.batch_execution_ref or (sample.ref.owner("batch") if sample.ref.depth == 5 else None)
    return (
        cells.ref(sample),
        cells.bare_ref(batch) if batch else None,
        cells.time(sample.observed_at),
        cells.text(sample.retention_class),
        cells.text(sample.redaction_profile),
    )


def _by_metric(series: Sequence[MetricSeries], directions: Directions) -> Ranks[SampleObservation] | None:
    """Samples told apart by the first metric that is known to be better when it is more, or less."""
    key, better = next(((one.key, better) for one in series if (better := directions.of(one.key))), (None, None))
    if better is None:
        return None
    columns = measures.last_by_subject(one for one in series if one.key == key)
    values = {subject: number.value for column in columns.values() for subject, number in column.items()}

    def grade(sample: SampleObservation) -> Grade | None:
        value = values.get(sample.ref.text)
        return None if value is None else grade_of_number(value, better)

    return Ranks(grade, f"by {key}")


def _by_stage(
    name: str,
    titles: tuple[str, ...],
    models: Sequence[InStage],
    row: Row[InStage],
    ranks: Ranks[InStage] | None,
    series: Sequence[MetricSeries],
) -> tuple[Table, ...]:
    """A table a stage; where they are too long for a page, one of all stages."""
    groups: dict[StableRef, list[InStage]] = {}
    for model in models:
        groups.setdefault(model.stage_execution_ref, []).append(model)
    if len(models) > ROWS and len(groups) > 1:
        return (_of_all_stages(name, titles, [model for group in groups.values() for model in group], row, ranks, _Numbers.of(series)),)
    numbers = {stage: _Numbers.of(one for one in series if one.owner == stage) for stage in groups}
    return tuple(
        cut.table(name, (*titles, *numbers[stage].columns), group, numbers[stage].after(row), ranks, f"In stage {stage.name}")
        for stage, group in groups.items()
    )


def _of_all_stages(
    name: str, titles: tuple[str, ...], models: Sequence[InStage], row: Row[InStage], ranks: Ranks[InStage] | None, numbers: _Numbers
) -> Table:
    def with_stage(model: InStage) -> tuple[Cell, ...]:
        first, *rest = row(model)
        return (first, cells.bare_ref(model.stage_execution_ref), *rest)

    columns = (titles[0], "Stage", *titles[1:], *numbers.columns)
    return cut.table(name, columns, models, numbers.after(with_stage), ranks, "In all stages")


def _at(snapshot: RunSnapshot, level: str) -> list[MetricSeries]:
    return [series for series in snapshot.series if series.level == level]


def _number(count: int) -> Number | None:
    return Number(count) if count else None
