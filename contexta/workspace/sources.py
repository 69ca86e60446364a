"""What a worker needs to read one run or deployment: small, picklable, and complete without the index."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from contexta.contract import DeploymentExecution, DeploymentSnapshot, Problem, Project, RunSnapshot, StableRef
from contexta.workspace.assembly import Assembly
from contexta.workspace.index import byte_count, unpacked
from contexta.workspace.lines import Located, Unusable
from contexta.workspace.planes import Plane
from contexta.workspace.snapshots import deployment_snapshot, run_snapshot


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the lines of a run or deployment lie: planes in reading order, each with the packed extents in it."""

    root: Path
    extents: tuple[tuple[Plane, bytes], ...]

    def __iter__(self) -> Iterator[Located | Unusable]:
        """The lines, read."""
        for plane, data in self.extents:
            for extent in unpacked(plane.name, data):
                yield from plane.read(extent)

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return sum(byte_count(data) for _, data in self.extents)


@dataclass(frozen=True, slots=True)
class RunSource:
    """One run: its lines, and what other lines say that stands on its page."""

    ref: StableRef
    lines: Lines
    project: Project | None
    deployments: tuple[DeploymentExecution, ...]
    problems: tuple[Problem, ...]
    unassigned: bool

    def snapshot(self) -> RunSnapshot:
        """Read it."""
        assembly = Assembly(self.lines.root)
        assembly.problems.extend(self.problems)
        assembly.add(self.lines)
        described = {deployment.ref: deployment for deployment in self.deployments}
        return replace(run_snapshot(assembly, self.ref, self.project, described), unassigned=self.unassigned)


@dataclass(frozen=True, slots=True)
class DeploymentSource:
    """One deployment: its lines, and the project that it belongs to."""

    ref: StableRef
    lines: Lines
    project: Project | None

    def snapshot(self) -> DeploymentSnapshot:
        """Read it."""
        assembly = Assembly(self.lines.root)
        assembly.add(self.lines)
        return deployment_snapshot(assembly, self.ref, self.project)
