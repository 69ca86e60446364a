"""Stages, Batches and Samples: what the run was made of, each with its own numbers in its row."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from contexta.contract import (
    BatchExecution,
    MetricSeries,
    RunSnapshot,
    SampleObservation,
    StableRef,
    StageExecution,
)
from contexta.report import cells, measures
from contexta.report.document import Cell, Note, Number, Section, Table

M = TypeVar("M", bound=StageExecution | BatchExecution | SampleObservation)


def stages(snapshot: RunSnapshot) -> Section:
    """One row a stage."""
    if not snapshot.stages:
        return Section("Stages", (Note("This run has no stage."),))

    def row(stage: StageExecution) -> tuple[Cell, ...]:
        return (
            cells.ref(stage),
            cells.status(stage),
            cells.time(stage.started_at),
            cells.lasted(stage),
            _how_many(snapshot.batches, stage.ref),
            _how_many(snapshot.samples, stage.ref),
        )

    titles = ("Stage", "Status", "Started", "Duration", "Batches", "Samples")
    return Section("Stages", (_table("", titles, snapshot.stages, row, _at(snapshot, "stage")),))


def batches(snapshot: RunSnapshot) -> Section | None:
    """One table a stage, one row a batch."""

    def row(batch: BatchExecution) -> tuple[Cell, ...]:
        return (
            cells.ref(batch),
            cells.status(batch),
            cells.time(batch.started_at),
            cells.lasted(batch),
        )

    titles = ("Batch", "Status", "Started", "Duration")
    return _by_stage("Batches", titles, snapshot.batches, row, _at(snapshot, "batch"))


def samples(snapshot: RunSnapshot) -> Section | None:
    """One table a stage, one row a sample."""

    def row(sample: SampleObservation) -> tuple[Cell, ...]:
        batch = sample.batch_execution_ref or (sample.ref.owner("batch") if len(sample.ref.parts) == 5 else None)
        return (
            cells.ref(sample),
            cells.bare_ref(batch) if batch else None,
            cells.time(sample.observed_at),
            cells.text(sample.retention_class),
            cells.text(sample.redaction_profile),
        )

    titles = ("Sample", "Batch", "Observed", "Retention", "Redaction")
    return _by_stage("Samples", titles, snapshot.samples, row, _at(snapshot, "sample"))


def _by_stage(
    title: str,
    titles: tuple[str, ...],
    models: Sequence[M],
    row: Callable[[M], tuple[Cell, ...]],
    series: Sequence[MetricSeries],
) -> Section | None:
    if not models:
        return None
    return Section(title, tuple(_stage_tables(titles, models, row, series)))


def _stage_tables(
    titles: tuple[str, ...], models: Sequence[M], row: Callable[[M], tuple[Cell, ...]], series: Sequence[MetricSeries]
) -> Iterator[Table]:
    for stage in dict.fromkeys(model.stage_execution_ref for model in models):
        members = [model for model in models if model.stage_execution_ref == stage]
        yield _table(f"In stage {stage.name}", titles, members, row, [one for one in series if one.owner == stage])


def _table(
    caption: str, titles: tuple[str, ...], models: Sequence[M], row: Callable[[M], tuple[Cell, ...]], series: Iterable[MetricSeries]
) -> Table:
    metrics, rows = measures.rows_with_metrics(models, row, series)
    return cells.table(caption, (*titles, *metrics), rows)


def _at(snapshot: RunSnapshot, level: str) -> list[MetricSeries]:
    return [series for series in snapshot.series if series.level == level]


def _how_many(models: Iterable[BatchExecution | SampleObservation], stage: StableRef) -> Number | None:
    count = sum(model.stage_execution_ref == stage for model in models)
    return Number(count) if count else None
