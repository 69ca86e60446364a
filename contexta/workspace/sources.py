"""What a worker needs to read one run or deployment: small, picklable, and complete without the index."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from contexta.contract import DeploymentExecution, DeploymentSnapshot, Problem, Project, RunSnapshot, StableRef
from contexta.errors import ContextaError
from contexta.privacy import SECRETS, Privacy
from contexta.workspace.assembly import Assembly
from contexta.workspace.frames import interpret, own_ref
from contexta.workspace.habits import Habits
from contexta.workspace.index import byte_count, unpacked
from contexta.workspace.lane import Repeated
from contexta.workspace.lines import Block, Located, Unusable
from contexta.workspace.planes import Plane
from contexta.workspace.snapshots import deployment_snapshot, run_snapshot


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

    def assembled(self, problems: Iterable[Problem] = (), habits: Habits | None = None, run: str = "") -> Assembly:
        """The lines, read and put together with what is known to be wrong beside them; `run` where all are of one (`project.run`).

        Hardly any record stands twice. What tells whether it says the same is made only once one does: all is read again then.
        """
        habits = habits or Habits()
        habits.make_room()
        try:
            return self._read_into(Assembly(self.root, habits=habits, run=run, weighs=False), problems)
        except Repeated:
            return self._read_into(Assembly(self.root, habits=habits, run=run), problems)

    def _read_into(self, assembly: Assembly, problems: Iterable[Problem]) -> Assembly:
        assembly.problems.extend(problems)
        for plane, data in self.extents:
            assembly.read(plane, unpacked(plane.name, data))
        return assembly

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

    def snapshot(self, habits: Habits | None = None) -> RunSnapshot:
        """Read it; quicker with the `habits` of writers that were learned from other runs."""
        described = {deployment.ref: deployment for deployment in self.deployments}
        lines = self.lines.assembled(self.problems, habits, self.ref.value)
        snapshot = run_snapshot(lines, self.ref, self.project, described, unassigned=self.unassigned)
        return self.privacy.snapshot(snapshot) if self.privacy else snapshot


@dataclass(frozen=True, slots=True)
class DeploymentSource:
    """One deployment: its lines, the project that it belongs to, and likewise what is shown."""

    ref: StableRef
    lines: Lines
    project: Project | None
    privacy: Privacy | None = SECRETS

    def snapshot(self, habits: Habits | None = None) -> DeploymentSnapshot:
        """Read it; likewise."""
        snapshot = deployment_snapshot(self.lines.assembled((), habits), self.ref, self.project)
        return self.privacy.snapshot(snapshot) if self.privacy else snapshot
