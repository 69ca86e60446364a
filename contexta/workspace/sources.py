"""What a worker needs to read one run or deployment: small, picklable, and complete without the index."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contexta.contract import DeploymentExecution, DeploymentSnapshot, Problem, Project, RunSnapshot, StableRef
from contexta.errors import ContextaError
from contexta.privacy import SECRETS, Privacy
from contexta.workspace.frames import interpret, own_ref
from contexta.workspace.index import byte_count, unpacked
from contexta.workspace.lines import Block, Located, Unusable
from contexta.workspace.planes import Plane

if TYPE_CHECKING:
    from contexta.workspace.habits import Habits


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the lines of a run or deployment lie: planes in reading order, each with the packed extents in it."""

    root: Path
    extents: tuple[tuple[Plane, bytes], ...]

    def __iter__(self) -> Iterator[Located | Unusable]:
        """The lines, parsed."""
        for plane, data in self.extents:
            for part in plane.read(unpacked(plane.name, data)):
                if isinstance(part, Block):
                    yield from map(part.parsed, range(len(part.texts)))
                else:
                    yield part

    def places(self, refs: Collection[str]) -> dict[str, tuple[str, int]]:
        """The file and line of the last line that puts, records or registers each of these references."""
        found: dict[str, tuple[str, int]] = {}
        for line in self if refs else ():
            if isinstance(line, Located) and (ref := _own_ref(line)) in refs:
                found[ref] = (line.file, line.line)
        return found

    def glance(self) -> tuple[str, str, int]:
        """What tells at a glance which of several runs came first: a time in the first line, if it has one; and where that line stands."""
        plane, data = self.extents[0]
        first = next(unpacked(plane.name, data))
        return plane.glance(first), plane.name, first.start

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return sum(byte_count(data) for _, data in self.extents)


def _own_ref(line: Located) -> str:
    """The reference of what a line holds; empty where it cannot be used."""
    try:
        return own_ref(interpret(line.value))
    except ContextaError:
        return ""


@dataclass(frozen=True, slots=True)
class RunSource:
    """One run: its lines, what other lines say that stands on its page, and what of all this is shown; with None, all."""

    ref: StableRef
    lines: Lines
    project: Project | None
    deployments: tuple[DeploymentExecution, ...]
    problems: tuple[Problem, ...]
    unassigned: bool
    privacy: Privacy | None = SECRETS

    def snapshot(self, habits: "Habits | None" = None) -> RunSnapshot:
        """Read it; quicker with the `habits` of writers that were learned from other runs."""
        from contexta.workspace.snapshots import run_snapshot  # a build with nothing new reads no run, and this takes long to load

        snapshot = run_snapshot(self, habits)
        return self.privacy.snapshot(snapshot) if self.privacy else snapshot


@dataclass(frozen=True, slots=True)
class DeploymentSource:
    """One deployment: its lines, the project that it belongs to, and likewise what is shown."""

    ref: StableRef
    lines: Lines
    project: Project | None
    privacy: Privacy | None = SECRETS

    def snapshot(self, habits: "Habits | None" = None) -> DeploymentSnapshot:
        """Read it; likewise."""
        from contexta.workspace.snapshots import deployment_snapshot  # likewise

        snapshot = deployment_snapshot(self, habits)
        return self.privacy.snapshot(snapshot) if self.privacy else snapshot
