"""Stages, Batches and Samples: what the run was made of, each with its own numbers in its row."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
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
from contexta.report.choice import ROWS, Grade, grade_of_number, worst_first
from contexta.report.cut import Ranks, Row
from contexta.report.directions import Directions
from contexta.report.document import Cell, Histogram, Note, Number, Section, Table, Text
from contexta.report.histograms import histogram
from contexta.report.timelines import Spell, timeline

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
    """When each stage and batch was at work, and one row a stage."""
    if not snapshot.stages:
        return Section("Stages", (Note("This run has no stage."),))
    batches_of = Counter([batch.stage_execution_ref.text for batch in snapshot.batches])
    samples_of = Counter([sample.stage_execution_ref.text for sample in snapshot.samples])

    def row(stage: StageExecution) -> tuple[Cell, ...]:
        return (
            cells.ref(stage),
            cells.status(stage),
            cells.time(stage.started_at),
            cells.lasted(stage),
            _number(batches_of[stage.ref.text]),
            _number(samples_of[stage.ref.text]),
        )

    titles = ("Stage", "Status", "Started", "Duration", "Batches", "Samples")
    numbers = _Numbers.of(_at(snapshot, "stage"))
    rows = cut.table("stages", (*titles, *numbers.columns), snapshot.stages, numbers.after(row), cut.STATUS)
    drawn = timeline("Stages and their batches" if snapshot.batches else "Stages", [*_spells(snapshot)])
    return Section("Stages", (drawn, rows) if drawn else (rows,))


def _spells(snapshot: RunSnapshot) -> Iterator[Spell]:
    """Each stage, and its batches below it."""
    groups = _groups(snapshot.batches)
    for stage in snapshot.stages:
        yield Spell(cells.ref(stage), cells.status(stage), stage.started_at, stage.ended_at)
        for batch in groups.get(stage.ref.text, ()):
            yield Spell(cells.ref(batch), cells.status(batch), batch.started_at, batch.ended_at, 1)


def batches(snapshot: RunSnapshot, directions: Directions) -> Section | None:
    """One table a stage, one row a batch; which of them was best."""
    if not snapshot.batches:
        return None
    titles = ("Batch", "Status", "Started", "Duration")
    series = _at(snapshot, "batch")
    best = {stage.text: f", best by {key}: {batch.name}" for stage, key, batch in _best(series, directions)}
    return Section(
        "Batches", _by_stage("batches", titles, snapshot.batches, _batch_row, cut.STATUS, series, lambda stage: best.get(stage, ""))
    )


def _best(series: Iterable[MetricSeries], directions: Directions) -> Iterator[tuple[StableRef, str, StableRef]]:
    """Each stage that has several batches, its first metric that is known to be better when it is more, or less, and the best batch."""
    told: set[StableRef] = set()
    for one in series:
        better = directions.of(one.key)
        if better is None or one.owner in told:
            continue
        latest = {subject.text: (value, subject) for subject, value in one.last_of_neighbours()}
        found = [pair for pair in latest.values() if math.isfinite(pair[0])]
        if len(found) > 1:
            told.add(one.owner)
            yield one.owner, measures.label(one), (max if better == "up" else min)(found, key=itemgetter(0))[1]


def _batch_row(batch: BatchExecution) -> tuple[Cell, ...]:
    return (
        cells.ref(batch),
        cells.status(batch),
        cells.time(batch.started_at),
        cells.lasted(batch),
    )


def samples(snapshot: RunSnapshot, directions: Directions) -> Section | None:
    """How their numbers are spread, and one table a stage, one row a sample: the worst first where a metric tells which these are."""
    if not snapshot.samples:
        return None
    titles = ("Sample", "Batch", "Observed", "Retention", "Redaction")
    series = _at(snapshot, "sample")
    ranks = _by_metric(series, directions)
    found: Sequence[SampleObservation] = snapshot.samples
    if ranks and len(found) <= ROWS:
        places = worst_first(grades := [*map(ranks.grade, found)])
        found = [found[place] for place in (*places, *(place for place, grade in enumerate(grades) if grade is None))]
    order = f", worst first {ranks.by}" if ranks and len(snapshot.samples) <= ROWS else ""
    tables = _by_stage("samples", titles, found, _sample_row, ranks, series, lambda _stage: order)
    return Section("Samples", (*_histograms(series), *tables))


def _histograms(all_series: Iterable[MetricSeries]) -> Iterator[Histogram]:
    for series in all_series:
        drawn = histogram(
            f"{measures.label(series)} · {measures.scope(series)}", series.unit, [value for _, value in series.last_of_neighbours()]
        )
        if drawn:
            yield drawn


def _sample_row(sample: SampleObservation) -> tuple[Cell, ...]:
    batch = sample.batch_execution_ref or (sample.ref.owner("batch") if sample.ref.depth == 5 else None)
    return (
        cells.ref(sample),
        cells.bare_ref(batch) if batch else None,
        cells.time(sample.observed_at),
        cells.text(sample.retention_class),
        None if sample.redaction_profile is None else Text(f"content withheld: {sample.redaction_profile}"),
    )


def _by_metric(series: Sequence[MetricSeries], directions: Directions) -> Ranks[SampleObservation] | None:
    """Samples told apart by the first metric that is known to be better when it is more, or less."""
    key, better = next(((one.key, better) for one in series if (better := directions.of(one.key))), (None, None))
    if better is None:
        return None
    values = {subject.text: value for one in series if one.key == key for subject, value in one.last_of_neighbours()}

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
    more: Callable[[str], str],
) -> tuple[Table, ...]:
    """A table a stage, whose caption may tell more; where they are too long for a page, one of all stages."""
    groups = _groups(models)
    if len(models) > ROWS and len(groups) > 1:
        return (_of_all_stages(name, titles, [model for group in groups.values() for model in group], row, ranks, _Numbers.of(series)),)
    numbers = {stage: _Numbers.of(one for one in series if one.owner.text == stage) for stage in groups}
    return tuple(
        cut.table(
            name,
            (*titles, *numbers[stage].columns),
            group,
            numbers[stage].after(row),
            ranks,
            f"In stage {group[0].stage_execution_ref.name}{more(stage)}",
        )
        for stage, group in groups.items()
    )


def _groups(models: Iterable[InStage]) -> dict[str, list[InStage]]:
    """What lies in each stage, by its reference as text, which is found soonest."""
    groups: dict[str, list[InStage]] = {}
    for model in models:
        groups.setdefault(model.stage_execution_ref.text, []).append(model)
    return groups


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
