"""What lines name without describing it: everything named exists, so what no put describes is inferred, and says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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

# The kinds that a run's lines may imply, owners first, and the kinds that each lies in.
_OWNERS = {"run": (), "stage": ("run",), "batch": ("run", "stage"), "sample": ("run", "stage"), "op": ("run", "stage")}


def _instant(time: str) -> tuple[str, str]:
    """A key that puts times in one order, those of one moment that are written differently too."""
    return chronological(time), time


def sooner(*times: str) -> str:
    """The earliest of some times, whatever order they are given in."""
    return min(times, key=_instant)


def later(*times: str) -> str:
    """The latest of some times, whatever order they are given in."""
    return max(times, key=_instant)


@dataclass(slots=True)
class Mention:
    """When something was named: between `first` and `last`, in the batch that stood beside it."""

    first: str
    last: str
    batch: StableRef | None = None

    def widen(self, time: str) -> None:
        """Take in one more time."""
        self.first = sooner(self.first, time)
        self.last = later(self.last, time)


@dataclass(slots=True)
class Mentions:
    """Everything that the lines of a run, or of a deployment, name."""

    seen: dict[StableRef, Mention] = field(default_factory=dict)

    def add(self, refs: Iterable[StableRef | None], *times: str, batch: StableRef | None = None) -> None:
        """These scopes, and all that they lie in, were there at these times."""
        for ref in _with_owners(refs):
            mention = self.seen.setdefault(ref, Mention(times[0], times[0]))
            for time in times:
                mention.widen(time)
            mention.batch = mention.batch or batch

    def inferred(self, kind: str, described: Iterable[StableRef]) -> list[ContextModel]:
        """A model for everything of a kind that was named and is not described."""
        known = frozenset(described)
        return [_infer(ref, mention) for ref, mention in self.seen.items() if ref.kind == kind and ref not in known]


def _with_owners(refs: Iterable[StableRef | None]) -> Iterator[StableRef]:
    named: dict[StableRef, None] = {}
    for ref in refs:
        if ref is None:
            continue
        for kind in _OWNERS.get(ref.kind, ()):
            named[ref.owner(kind)] = None
        if ref.kind in ("sample", "op") and len(ref.parts) == 5:
            named[ref.owner("batch")] = None
        named[ref] = None
    return iter(named)


def _infer(ref: StableRef, mention: Mention) -> ContextModel:
    span: dict[str, Any] = {"status": UNKNOWN_STATUS, "started_at": mention.first, "ended_at": mention.last, "inferred": True}
    match ref.kind:
        case "run":
            return Run(ref, ref.owner("project"), ref.name, **span)
        case "stage":
            return StageExecution(ref, ref.owner("run"), ref.name, **span)
        case "batch":
            return BatchExecution(ref, ref.owner("run"), ref.owner("stage"), ref.name, **span)
        case "deployment":
            return DeploymentExecution(ref, ref.owner("project"), ref.name, **span)
    beside = mention.batch if mention.batch and mention.batch.lies_in(ref.owner("stage")) else None
    batch = ref.owner("batch") if len(ref.parts) == 5 else beside
    seen = SampleObservation if ref.kind == "sample" else OperationContext
    return seen(ref, ref.owner("run"), ref.owner("stage"), ref.name, mention.first, batch, inferred=True)


def inferred_project(ref: StableRef, created_at: str) -> Project:
    """A project that runs or deployments name and no put describes."""
    return Project(ref, ref.name, created_at, inferred=True)
