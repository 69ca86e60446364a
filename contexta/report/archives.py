"""Pages about very many, cut where they stay cut.

What a page tells of is put in order of time, the oldest first, and cut into chunks. The page itself shows the newest: the last chunk, which
is not full, and the full one before it. Every older chunk has a page of its own, its archive, under an address that it keeps: what comes
later changes nothing in it, but that it may lead to a newer neighbour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from contexta.report.inline import Ref
from contexta.report.summary import DeploymentSummary, ProjectSummary, RunSummary

Kind = Literal["runs", "deployments", "projects"]

# As many as an archive has. The page above shows at most twice as many less one, which with all else on it takes less than 500 KB.
CHUNK: Mapping[Kind, int] = {"runs": 150, "deployments": 50, "projects": 50}

M = TypeVar("M", bound=RunSummary | DeploymentSummary | ProjectSummary)


@dataclass(frozen=True, slots=True)
class Archive(Generic[M]):
    """A chunk and its page. `members` are the oldest first, and the first is number `first` of all; `scope` is the page above.

    `older` and `newer` are the pages of its neighbours; where there is none newer, that is the page above.
    """

    ref: Ref
    kind: Kind
    scope: Ref
    members: tuple[M, ...]
    first: int
    older: Ref | None
    newer: Ref


@dataclass(frozen=True, slots=True)
class Shelf(Generic[M]):
    """All of a kind that a page tells of: those that it shows, the newest first, and the archives of the others, the newest first."""

    kind: Kind
    shown: tuple[M, ...]
    archives: tuple[Archive[M], ...]
    total: int


def shelve(kind: Kind, scope: Ref, oldest_first: Sequence[M]) -> Shelf[M]:
    """Cut what a page tells of into what it shows and archives."""
    size = CHUNK[kind]
    archived = max(0, len(oldest_first) // size - 1)
    refs = [_ref(kind, scope, number, size) for number in range(archived)]
    archives = tuple(
        Archive(
            ref=refs[number],
            kind=kind,
            scope=scope,
            members=tuple(oldest_first[number * size : (number + 1) * size]),
            first=number * size + 1,
            older=refs[number - 1] if number else None,
            newer=refs[number + 1] if number + 1 < archived else scope,
        )
        for number in reversed(range(archived))
    )
    return Shelf(kind, tuple(reversed(oldest_first[archived * size :])), archives, len(oldest_first))


def _ref(kind: Kind, scope: Ref, number: int, size: int) -> Ref:
    separator = "." if ":" in scope.ref else ":"
    text = f"{kind.capitalize()} {number * size + 1:,}–{(number + 1) * size:,}"
    return Ref(f"{scope.ref}{separator}{kind}-{number + 1:04}", text)
