"""What lines name without describing it: everything named exists, so what no put describes is inferred, and says so."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from itertools import chain
from typing import Any

from contexta.contract import (
    UNKNOWN_STATUS,
    BatchExecution,
    ContextModel,
    DeploymentExecution,
    OperationContext,
    Project,
    Run,
    SampleObservation,
    StableRef,
    StageExecution,
)
from contexta.contract.fields import chronological

# What a run's lines may imply, by kind and number of components → the kind that it lies in.
_OWNERS = {
    ("stage", 3): "run",
    ("batch", 4): "stage",
    ("sample", 4): "stage",
    ("sample", 5): "batch",
    ("op", 4): "stage",
    ("op", 5): "batch",
}


def _instant(time: str) -> tuple[str, str]:
    """A key that puts times in one order, those of one moment that are written differently too."""
    return chronological(time), time


def _is_before(time: str, other: str) -> bool:
    if len(time) == len(other):  # with as many decimals: their texts are in order
        return time < other
    return _instant(time) < _instant(other)


def sooner(time: str, other: str) -> str:
    """The earlier of two times, whichever is given first."""
    return other if _is_before(other, time) else time


def later(time: str, other: str) -> str:
    """The later of two times, whichever is given first."""
    return other if _is_before(time, other) else time


@dataclass(slots=True)
class Mention:
    """When something was named: between `first` and `last`, in the batch that stood beside it."""

    first: str
    last: str
    batch: StableRef | None = None

    def widen(self, first: str, last: str) -> None:
        """Take in the first and the last of some more times."""
        self.first = sooner(self.first, first)
        self.last = later(self.last, last)


@dataclass(slots=True)
class Mentions:
    """Everything that the lines of a run, or of a deployment, name."""

    seen: dict[StableRef, Mention] = field(default_factory=dict)

    def add(self, refs: Iterable[StableRef | None], *times: str, batch: StableRef | None = None) -> None:
        """These scopes, and all that they lie in, were there at these times."""
        self.widen(with_owners(ref for ref in refs if ref is not None), reduce(sooner, times), reduce(later, times), batch)

    def widen(self, refs: Iterable[StableRef], first: str, last: str, batch: StableRef | None) -> None:
        """These, whose owners are among them, were there between these times."""
        for ref in refs:
            mention = self.seen.get(ref)
            if mention is None:
                self.seen[ref] = Mention(first, last, batch)
                continue
            mention.widen(first, last)
            mention.batch = mention.batch or batch

    def inferred(self, kind: str, described: Iterable[StableRef]) -> list[ContextModel]:
        """A model for everything of a kind that was named and is not described."""
        known = frozenset(described)
        return [_infer(ref, mention) for ref, mention in self.seen.items() if ref.kind == kind and ref not in known]


def with_owners(refs: Iterable[StableRef]) -> tuple[StableRef, ...]:
    """References, and all that they lie in, each once, owners first."""
    return tuple(dict.fromkeys(chain.from_iterable(map(_lineage, refs))))


@lru_cache(maxsize=16_384)  # the same few stand on every line of a run
def _lineage(ref: StableRef) -> tuple[StableRef, ...]:
    owner = _OWNERS.get((ref.kind, len(ref.parts)))
    return (ref,) if owner is None else (*_lineage(ref.owner(owner)), ref)


def _infer(ref: StableRef, mention: Mention) -> ContextModel:
    if ref.kind in ("sample", "op"):
        return _infer_seen(ref, mention)
    span: dict[str, Any] = {"status": UNKNOWN_STATUS, "started_at": mention.first, "ended_at": mention.last, "inferred": True}
    match ref.kind:
        case "run":
            return Run(ref, ref.owner("project"), ref.name, **span)
        case "deployment":
            return DeploymentExecution(ref, ref.owner("project"), ref.name, **span)
    run, stage, *_ = _lineage(ref)
    # What lies in a run is named by records and models that were checked: its names and times need no further check.
    if ref.kind == "stage":
        return StageExecution.of_checked(stage_execution_ref=ref, run_ref=run, stage_name=ref.name, **span)
    return BatchExecution.of_checked(batch_execution_ref=ref, run_ref=run, stage_execution_ref=stage, batch_name=ref.name, **span)


def _infer_seen(ref: StableRef, mention: Mention) -> SampleObservation | OperationContext:
    """A sample or operation, likewise: in the batch that its reference names, else in the one that stood beside it."""
    run, stage, *within = _lineage(ref)
    beside = mention.batch if mention.batch and mention.batch.lies_in(stage) else None
    batch = within[0] if len(within) > 1 else beside
    seen = {"run_ref": run, "stage_execution_ref": stage, "batch_execution_ref": batch, "observed_at": mention.first, "inferred": True}
    if ref.kind == "sample":
        return SampleObservation.of_checked(sample_observation_ref=ref, sample_name=ref.name, **seen)
    return OperationContext.of_checked(operation_context_ref=ref, operation_name=ref.name, **seen)


def inferred_project(ref: StableRef, created_at: str) -> Project:
    """A project that runs or deployments name and no put describes."""
    return Project(ref, ref.name, created_at, inferred=True)
