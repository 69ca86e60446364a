"""The latest put of a reference wins; two that cannot both be true are told."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from contexta.contract import ContextModel, StableRef
from contexta.contract.fields import chronological
from contexta.contract.snapshot import Problem
from contexta.workspace.schemas import Schemas

# What may change from one put to the next without a contradiction.
_MAY_CHANGE = frozenset({"description", "tags", "extensions", "schema_version", "unknown", "inferred"})


@dataclass(frozen=True, slots=True)
class Put:
    """A model that was put, when (empty where nothing says it), and where that stands."""

    model: ContextModel
    when: str
    file: str
    line: int

    def is_newer_than(self, other: "Put") -> bool:
        """Lines of one file are in order; between files the time of the put decides, then the order of reading."""
        return self.file == other.file or chronological(self.when) >= chronological(other.when)


@dataclass(slots=True)
class Puts:
    """The puts seen so far, the latest of each reference. Add them in the order in which they are read.

    `disputed` are those of which puts say different times.
    """

    latest: dict[StableRef, Put] = field(default_factory=dict)
    disputed: set[StableRef] = field(default_factory=set)
    schemas: Schemas = field(default_factory=Schemas)

    def add(self, put: Put) -> Iterator[Problem]:
        """Take one more put; yields what contradicts the one before it, and what is not known of its schema."""
        yield from self.schemas.check(put.model.schema_version, put.file, put.line)
        before = self.latest.get(put.model.ref)
        if before is None:
            self.latest[put.model.ref] = put
            return
        older, newer = (before, put) if put.is_newer_than(before) else (put, before)
        self.latest[put.model.ref] = newer
        for name in _disagreements(older.model, newer.model):
            what = (
                f"{newer.model.ref}: {name} was {getattr(older.model, name)} at {older.file}:{older.line} and is "
                f"{getattr(newer.model, name)} here; the later put is used"
            )
            yield Problem(newer.file, newer.line, "contradiction", what)
            if name in ("started_at", "ended_at"):
                self.disputed.add(newer.model.ref)


def _disagreements(older: ContextModel, newer: ContextModel) -> Iterator[str]:
    for item in fields(newer):
        before, after = getattr(older, item.name), getattr(newer, item.name)
        if item.name in _MAY_CHANGE or before is None or after is None or before == after:
            continue
        if item.name == "status" and "open" in (before, after):
            continue  # it ended, or was taken up again
        yield item.name
