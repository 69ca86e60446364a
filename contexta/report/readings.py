"""The numbers of a run that a rule may ask for: the last value of every metric of the run itself, its stages and their batches."""

from dataclasses import dataclass
from typing import NamedTuple

from contexta.contract import MetricSeries, RunSnapshot
from contexta.report import cells, measures
from contexta.report.inline import Ref

# How rules and answers call the run itself, where others have a stage's name.
RUN = "run"

Tags = tuple[tuple[str, str], ...]


class Reading(NamedTuple):
    """The last value of a metric, and what it is of: `stage` is None for the run itself, `tags` tell readings of one metric apart."""

    key: str
    tags: Tags
    stage: str | None
    on_batches: bool
    value: int | float
    unit: str | None

    @classmethod
    def of(cls, series: MetricSeries) -> "Reading":
        """The last value of a series."""
        stage = None if series.level == "run" else series.owner.name
        return cls(series.key, tuple(series.tags.items()), stage, series.level == "batch", series.values[-1], series.unit)

    @property
    def place(self) -> tuple[str | None, bool]:
        """Where it was measured."""
        return self.stage, self.on_batches

    @property
    def what(self) -> tuple[str, Tags, str | None, bool]:
        """What it is of: the same in every run."""
        return self.key, self.tags, self.stage, self.on_batches


@dataclass(frozen=True, slots=True)
class Readings:
    """The readings of a run, of the widest scope first: the run, its stages from the last to the first, each before its batches.

    `finer` are the keys of what was measured on nothing but single samples, operations or deployments.
    """

    run: Ref
    found: tuple[Reading, ...]
    finer: frozenset[str] = frozenset()

    @classmethod
    def of(cls, snapshot: RunSnapshot) -> "Readings":
        """What can be read of a run."""
        found = tuple(map(Reading.of, measures.widest_first(snapshot)))
        finer = {one.key for one in snapshot.series} - {one.key for one in found}
        return cls(cells.ref(snapshot.run), found, frozenset(finer))
