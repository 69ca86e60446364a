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
from contexta.report.cut import Columns, Made, Ranks
from contexta.report.directions import Directions
from contexta.report.document import Column, Histogram, Note, Section, Table
from contexta.report.histograms import histogram
from contexta.report.inline import Number, Text, Time
from contexta.report.timelines import Spell, timeline

M = TypeVar("M", bound=StageExecution | BatchExecution | SampleObservation)
InStage = TypeVar("InStage", bound=BatchExecution | SampleObservation)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The metrics of the rows of a table: a column for each, and every row's own last value."""

    columns: Mapping[str, Mapping[str, int | float]]

    @classmethod
    def of(cls, series: Iterable[MetricSeries]) -> "_Numbers":
        return cls(measures.last_by_subject(series))

    def after(self, own: Columns[M]) -> Made[M]:
        """What rows tell of themselves, then their numbers."""

        def columns(models: Sequence[M]) -> tuple[Column, ...]:
            refs = [model.ref.text for model in models]
            return (*own(models), *[Column(Number, ([*map(values.get, refs)],)) for values in self.columns.values()])

        return cut.by_column(columns)


def stages(snapshot: RunSnapshot) -> Section:
    """When each stage and batch was at work, and one row a stage."""
    if not snapshot.stages:
        return Section("Stages", (Note("This run has no stage."),))
    batches_of = Counter([batch.stage_execution_ref.text for batch in snapshot.batches])
    samples_of = Counter([sample.stage_execution_ref.text for sample in snapshot.samples])

    def columns(stages: Sequence[StageExecution]) -> tuple[Column, ...]:
        counts = ([of[stage.ref.text] or None for stage in stages] for of in (batches_of, samples_of))
        return (*_lifecycle(stages), *[Column(Number, (count,)) for count in counts])

    titles = ("Stage", "Status", "Started", "Duration", "Batches", "Samples")
    numbers = _Numbers.of(_at(snapshot, "stage"))
    rows = cut.table("stages", (*titles, *numbers.columns), snapshot.stages, numbers.after(columns), cut.STATUS)
    drawn = timeline("Stages and their batches" if snapshot.batches else "Stages", [*_spells(snapshot)])
    return Section("Stages", (drawn, rows) if drawn else (rows,))


def _lifecycle(models: Sequence[StageExecution | BatchExecution]) -> tuple[Column, ...]:
    """What stages and batches have in common."""
    return (cells.refs(models), cells.statuses(models), Column(Time, ([model.started_at for model in models],)), cells.all_lasted(models))


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
        "Batches", _by_stage("batches", titles, snapshot.batches, _lifecycle, cut.STATUS, series, lambda stage: best.get(stage, ""))
    )


def _best(series: Iterable[MetricSeries], directions: Directions) -> Iterator[tuple[StableRef, str, StableRef]]:
    """Each stage that has several batches, its first metric that is known to be better when it is more, or less, and the best batch."""
    told: set[StableRef] = set()
    for one in series:
        better = directions.of(one.key)
        if better is None or one.owner in told:
            continue
        latest = {subject.text: (value, subject) for subject, value in one.last_of_neighbours}
        found = [pair for pair in latest.values() if math.isfinite(pair[0])]
        if len(found) > 1:
            told.add(one.owner)
            yield one.owner, measures.label(one), (max if better == "up" else min)(found, key=itemgetter(0))[1]


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
    tables = _by_stage("samples", titles, found, _sample_columns, ranks, series, lambda _stage: order)
    return Section("Samples", (*_histograms(series), *tables))


def _histograms(all_series: Iterable[MetricSeries]) -> Iterator[Histogram]:
    for series in all_series:
        drawn = histogram(
            f"{measures.label(series)} · {measures.scope(series)}", series.unit, [value for _, value in series.last_of_neighbours]
        )
        if drawn:
            yield drawn


def _sample_columns(found: Sequence[SampleObservation]) -> tuple[Column, ...]:
    return (
        cells.refs(found),
        cells.bare_refs([*map(_batch_of, found)]),
        Column(Time, ([sample.observed_at for sample in found],)),
        Column(Text, ([sample.retention_class for sample in found],)),
        Column(Text, ([_withheld(sample.redaction_profile) for sample in found],)),
    )


def _withheld(profile: str | None) -> str | None:
    return None if profile is None else f"content withheld: {profile}"


def _batch_of(sample: SampleObservation) -> StableRef | None:
    return sample.batch_execution_ref or (sample.ref.owner("batch") if sample.ref.depth == 5 else None)


def _by_metric(series: Sequence[MetricSeries], directions: Directions) -> Ranks[SampleObservation] | None:
    """Samples told apart by the first metric that is known to be better when it is more, or less."""
    key, better = next(((one.key, better) for one in series if (better := directions.of(one.key))), (None, None))
    if better is None:
        return None
    values = {subject.text: value for one in series if one.key == key for subject, value in one.last_of_neighbours}

    def grade(sample: SampleObservation) -> Grade | None:
        value = values.get(sample.ref.text)
        return None if value is None else grade_of_number(value, better)

    return Ranks(grade, f"by {key}")


def _by_stage(
    name: str,
    titles: tuple[str, ...],
    models: Sequence[InStage],
    columns: Columns[InStage],
    ranks: Ranks[InStage] | None,
    series: Sequence[MetricSeries],
    more: Callable[[str], str],
) -> tuple[Table, ...]:
    """A table a stage, whose caption may tell more; where they are too long for a page, one of all stages."""
    groups = _groups(models)
    if len(models) > ROWS and len(groups) > 1:
        return (_of_all_stages(name, titles, [model for group in groups.values() for model in group], columns, ranks, _Numbers.of(series)),)
    numbers = {stage: _Numbers.of(one for one in series if one.owner.text == stage) for stage in groups}
    return tuple(
        cut.table(
            name,
            (*titles, *numbers[stage].columns),
            group,
            numbers[stage].after(columns),
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
    name: str, titles: tuple[str, ...], models: Sequence[InStage], own: Columns[InStage], ranks: Ranks[InStage] | None, numbers: _Numbers
) -> Table:
    def with_stage(models: Sequence[InStage]) -> tuple[Column, ...]:
        first, *rest = own(models)
        return (first, cells.bare_refs([model.stage_execution_ref for model in models]), *rest)

    all_titles = (titles[0], "Stage", *titles[1:], *numbers.columns)
    return cut.table(name, all_titles, models, numbers.after(with_stage), ranks, "In all stages")


def _at(snapshot: RunSnapshot, level: str) -> list[MetricSeries]:
    return [series for series in snapshot.series if series.level == level]
