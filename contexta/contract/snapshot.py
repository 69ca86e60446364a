"""All that is known of one run, or of one deployment: what the reports are made from."""

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from typing import Literal

from contexta.contract.artifacts import ArtifactManifest
from contexta.contract.context import (
    BatchExecution,
    DeploymentExecution,
    EnvironmentSnapshot,
    OperationContext,
    Project,
    Run,
    SampleObservation,
    StageExecution,
)
from contexta.contract.fields import all_finite
from contexta.contract.records import DegradedRecord, StructuredEventRecord, TraceSpanRecord
from contexta.contract.refs import StableRef

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something about the files that a reader should know, and where: `record.jsonl:42`.

    `line` is counted from 1; it is 0 when the whole file is meant.
    """

    file: str
    line: int
    key: str
    what: str
    severity: Severity = "warning"

    @property
    def place(self) -> str:
        """File and line as an editor takes them."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Artifact:
    """A manifest and what is known of its file: as it was registered, and as it lies in the workspace now; None where nothing tells."""

    manifest: ArtifactManifest
    binding_status: str | None = None
    existed: bool | None = None
    in_workspace: bool | None = None


@dataclass(frozen=True, kw_only=True)  # without slots, so that it can remember what several sections of a page ask for
class MetricSeries:
    """The values of one metric in one scope, in the order of time.

    `owner` is the scope: the run, a stage or a deployment. The points were measured on the owner itself or, where `level`
    names another kind, on the batches, samples or operations that lie in it: `subjects[i]` at `times[i]` was `values[i]`.
    A value may be NaN or infinite where a line held that. `tags` tell series of one metric apart; `labels`, empty or one a
    point, are tags that number its points.

    `count` is how many points were measured. Where that is more than there are `values`, these are the extremes of equal stretches:
    first, last, least, greatest and the first that is not finite of each; `places` then says where among all each of them stood, and
    `last_values` the last value of every subject.
    """

    key: str
    owner: StableRef
    level: str
    unit: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    subjects: tuple[StableRef, ...]
    times: tuple[str, ...]
    values: tuple[int | float, ...]
    labels: tuple[str, ...] = ()
    count: int = 0
    places: tuple[int, ...] = ()
    last_values: Mapping[StableRef, int | float] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", self.count or len(self.values))

    @property
    def latest(self) -> Mapping[StableRef, int | float]:
        """The last value of every subject, reduced or not."""
        return dict(self.last_of_neighbours)

    @cached_property
    def last_of_neighbours(self) -> Sequence[tuple[StableRef, int | float]]:
        """Subjects and values in the order of time, without those that are followed by a value of the same subject: most are."""
        if self.last_values:
            return tuple(self.last_values.items())
        ends = (*map(operator.is_not, self.subjects, self.subjects[1:]), True)
        return tuple(zip(compress(self.subjects, ends), compress(self.values, ends), strict=True))

    @cached_property
    def spread(self) -> tuple[int | float, int | float] | None:
        """Least and greatest of the finite values; None where there is none."""
        finite = self.values if all_finite(self.values) else [value for value in self.values if math.isfinite(value)]
        return (min(finite), max(finite)) if finite else None

    @cached_property
    def all_times_differ(self) -> bool:
        """Whether no two are the same text: seen soonest where each comes after the one before."""
        return all(map(operator.lt, self.times, self.times[1:])) or len({*self.times}) == len(self.times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that lines of a run were read from."""

    file: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSnapshot:
    """One run: its models in order_index, time, name order, those that were inferred marked so; its records in time order.

    `unassigned` says that some lines of the workspace name no run, and may be this one's. `withheld` tells what of all this was masked or
    left out before anyone saw it: in words → how often.
    """

    project: Project
    run: Run
    stages: tuple[StageExecution, ...] = ()
    batches: tuple[BatchExecution, ...] = ()
    samples: tuple[SampleObservation, ...] = ()
    operations: tuple[OperationContext, ...] = ()
    deployments: tuple[DeploymentExecution, ...] = ()
    environments: tuple[EnvironmentSnapshot, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    series: tuple[MetricSeries, ...] = ()
    events: tuple[StructuredEventRecord, ...] = ()
    spans: tuple[TraceSpanRecord, ...] = ()
    degraded: tuple[DegradedRecord, ...] = ()
    producers: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()
    unassigned: bool = False
    as_of: str | None = None
    withheld: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSnapshot:
    """One deployment: its model, the runs whose records name it, and what was recorded on it; `withheld` likewise."""

    project: Project
    deployment: DeploymentExecution
    runs: tuple[StableRef, ...] = ()
    series: tuple[MetricSeries, ...] = ()
    events: tuple[StructuredEventRecord, ...] = ()
    spans: tuple[TraceSpanRecord, ...] = ()
    degraded: tuple[DegradedRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    as_of: str | None = None
    withheld: Mapping[str, int] = field(default_factory=dict)
