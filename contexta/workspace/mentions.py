"""What lines name without describing it: everything named exists, so what no put describes is inferred, and says so."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from itertools import repeat
from operator import itemgetter
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

# What a run's lines may imply, by kind and number of components → the kind that it lies in, whose reference is all of these but the last.
_OWNERS = {
    ("stage", 3): "run",
    ("batch", 4): "stage",
    ("sample", 4): "stage",
    ("sample", 5): "batch",
    ("op", 4): "stage",
    ("op", 5): "batch",
}

# What may lie in a batch that its reference does not name.
_IN_SOME_BATCH = frozenset({"sample", "op"})


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
    """When something was named: between `first` and `last`, in the batch that stood beside it, soonest at `beside`."""

    first: str
    last: str
    batch: StableRef | None = None
    beside: str = ""

    def widen(self, first: str, last: str, batch: StableRef | None) -> None:
        """Take in the first and the last of some more times, in whatever order they come."""
        if len(first) == len(self.first) == len(last) == len(self.last):  # with as many decimals: their texts are in order
            self.first = first if first < self.first else self.first
            self.last = last if last > self.last else self.last
        else:
            self.first, self.last = sooner(self.first, first), later(self.last, last)
        if batch is not None and (self.batch is None or self._is_sooner(first, batch)):
            self.batch, self.beside = batch, first

    def _is_sooner(self, time: str, batch: StableRef) -> bool:
        if batch is self.batch:
            return _is_before(time, self.beside)
        return (_instant(time), batch) < (_instant(self.beside), self.batch)


@dataclass(slots=True, eq=False)
class Sighting:
    """Scopes that lines name together, with their owners, and the batch among them; between which times such lines were seen."""

    refs: tuple[StableRef, ...]
    batch: StableRef | None
    first: str = ""
    last: str = ""

    def saw(self, first: str, last: str) -> None:
        """Take in the first and the last of some times at which something was seen."""
        self.first, self.last = (sooner(self.first, first), later(self.last, last)) if self.first else (first, last)


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
            mention, beside = self.seen.get(ref), batch if ref.kind in _IN_SOME_BATCH else None
            if mention is None:
                self.seen[ref] = Mention(first, last, beside, first)
            else:
                mention.widen(first, last, beside)

    def take(self, sightings: Iterable[Sighting]) -> None:
        """These were there when they were seen; to be told once, after the last line, or again."""
        for one in sightings:
            if one.first:
                self.widen(one.refs, one.first, one.last, one.batch)

    def inferred(self, kind: str, described: Iterable[StableRef]) -> Sequence[ContextModel]:
        """A model for everything of a kind that was named and is not described."""
        known = frozenset(described)
        found = [(ref, mention) for ref, mention in self.seen.items() if ref.kind == kind and ref not in known]
        return _infer(kind, *zip(*found, strict=True)) if found else ()


def with_owners(refs: Iterable[StableRef]) -> tuple[StableRef, ...]:
    """References, and all that they lie in, each once, owners first."""
    found: dict[StableRef, None] = {}
    for ref in refs:
        if ref not in found:  # most lie in one another
            found.update(dict.fromkeys(_owners(ref)))
            found[ref] = None
    return tuple(found)


def _owners(ref: StableRef) -> tuple[StableRef, ...]:
    owner = _OWNERS.get((ref.kind, ref.depth))
    return () if owner is None else _lineage(owner, ref.value.rpartition(".")[0])


@lru_cache(maxsize=1024)  # many lie in the same stage or batch
def _lineage(kind: str, value: str) -> tuple[StableRef, ...]:
    ref = StableRef.parse(f"{kind}:{value}")
    return (*_owners(ref), ref)


def _infer(kind: str, refs: Sequence[StableRef], mentions: Sequence[Mention]) -> Sequence[ContextModel]:
    """A model for each of these, which are of one kind."""
    first, last = [mention.first for mention in mentions], [mention.last for mention in mentions]
    match kind:
        case "run":
            return [*map(_unknown(Run), refs, first, last)]
        case "deployment":
            return [*map(_unknown(DeploymentExecution), refs, first, last)]
    # What lies in a run is named by records and models that were checked: its names and times need no further check.
    count, names, owners = len(refs), [ref.name for ref in refs], [*map(_owners, refs)]
    within: dict[str, Iterable[Any]] = {"run_ref": map(itemgetter(0), owners), "inferred": [True] * count}
    span = {"status": repeat(UNKNOWN_STATUS), "started_at": first, "ended_at": last}
    if kind == "stage":
        return StageExecution.all_of_checked(count, stage_execution_ref=refs, stage_name=names, **within, **span)
    within["stage_execution_ref"] = map(itemgetter(1), owners)
    if kind == "batch":
        return BatchExecution.all_of_checked(count, batch_execution_ref=refs, batch_name=names, **within, **span)
    within |= {"batch_execution_ref": map(_batch, owners, mentions), "observed_at": first}
    if kind == "sample":
        return SampleObservation.all_of_checked(count, sample_observation_ref=refs, sample_name=names, **within)
    return OperationContext.all_of_checked(count, operation_context_ref=refs, operation_name=names, **within)


def _unknown(cls: type[Run] | type[DeploymentExecution]) -> Callable[[StableRef, str, str], ContextModel]:
    """What infers one of the models that lie in a project."""
    return lambda ref, first, last: cls(
        ref, ref.owner("project"), ref.name, status=UNKNOWN_STATUS, started_at=first, ended_at=last, inferred=True
    )


def _batch(owners: tuple[StableRef, ...], mention: Mention) -> StableRef | None:
    """The batch of a sample or operation: the one that its reference names, else the one that stood beside it."""
    if len(owners) > 2:
        return owners[2]
    return mention.batch if mention.batch and mention.batch.lies_in(owners[1]) else None


def inferred_project(ref: StableRef, created_at: str) -> Project:
    """A project that runs or deployments name and no put describes."""
    return Project.of_checked(project_ref=ref, name=ref.name, created_at=created_at, inferred=True)  # as what names it was
