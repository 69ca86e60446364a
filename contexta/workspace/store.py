"""A workspace on disk, opened for reading."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from contexta.contract import DeploymentExecution, DeploymentSnapshot, Problem, Project, Run, RunSnapshot, StableRef
from contexta.contract.fields import chronological
from contexta.errors import ContractError, UnknownRef, UnreadableWorkspace
from contexta.workspace.assembly import Assembly, in_order
from contexta.workspace.catalog import Catalog
from contexta.workspace.planes import Extent, Plane, find_planes, is_workspace
from contexta.workspace.snapshots import deployment_snapshot, run_snapshot

DEFAULT_FOLDER = ".contexta"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder of planes and the catalog of its lines. Memory follows one run at a time, and the catalog's extents."""

    root: Path
    planes: dict[str, Plane]
    catalog: Catalog

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with lines that belong to no run that could be told."""
        return tuple(self.catalog.problems)

    def run_refs(self) -> tuple[StableRef, ...]:
        """Every run that any line names, sorted."""
        return tuple(sorted(self.catalog.runs))

    def deployment_refs(self) -> tuple[StableRef, ...]:
        """Every deployment that any line names, sorted."""
        return tuple(sorted(self.catalog.deployments))

    def projects(self) -> tuple[Project, ...]:
        """Every project that a put describes, sorted by reference."""
        models = (put.model for put in self.catalog.puts.latest.values())
        return tuple(sorted((model for model in models if isinstance(model, Project)), key=lambda model: model.ref))

    def runs(self) -> tuple[Run, ...]:
        """Every run, by start. Reads the lines of each."""
        runs = (self.snapshot(ref).run for ref in self.run_refs())
        return tuple(sorted(runs, key=lambda run: (chronological(run.started_at), run.ref)))

    def deployments(self) -> tuple[DeploymentExecution, ...]:
        """Every deployment, in order_index, time, name order. Reads the lines of each."""
        return tuple(sorted((self.deployment(ref).deployment for ref in self.deployment_refs()), key=in_order))

    def snapshot(self, run_ref: StableRef | str) -> RunSnapshot:
        """All that is known of one run; raises UnknownRef when no line names it."""
        ref = self._known(run_ref, self.catalog.runs, "run")
        lines = Assembly(self.root)
        lines.problems.extend(self.catalog.run_problems.get(ref, ()))
        self._read(lines, self.catalog.runs[ref])
        snapshot = run_snapshot(lines, ref, self.catalog.project(ref.owner("project")), self.catalog.described_deployments())
        return replace(snapshot, unassigned=bool(self.problems))

    def deployment(self, deployment_ref: StableRef | str) -> DeploymentSnapshot:
        """All that is known of one deployment; raises UnknownRef when no line names it."""
        ref = self._known(deployment_ref, self.catalog.deployments, "deployment")
        lines = Assembly(self.root)
        self._read(lines, self.catalog.deployments[ref])
        return deployment_snapshot(lines, ref, self.catalog.project(ref.owner("project")))

    def resolve(self, text: str) -> StableRef:
        """The run that a person means by `run:proj.name`, `proj.name`, an unambiguous `name`, `latest` or `latest:proj`.

        Raises UnknownRef that names the nearest runs when there is none, or more than one.
        """
        if text == "latest" or text.startswith("latest:"):
            return self._latest(text.removeprefix("latest").removeprefix(":"))
        wanted = text.removeprefix("run:")
        found = [ref for ref in self.run_refs() if ref.value == wanted] or [ref for ref in self.run_refs() if ref.name == wanted]
        if len(found) > 1:
            raise UnknownRef(f"{text!r} may be any of {_listed(found)}; say which")
        if not found:
            raise UnknownRef(_no_such("run", text, self.run_refs()))
        return found[0]

    def _latest(self, project: str) -> StableRef:
        runs = [run for run in self.runs() if not project or run.project_ref.value == project]
        if not runs:
            where = f"project {project!r}" if project else "the workspace"
            raise UnknownRef(f"{where} has no run")
        return runs[-1].ref

    def _known(self, given: StableRef | str, known: Iterable[StableRef], kind: str) -> StableRef:
        try:
            ref = given if isinstance(given, StableRef) else StableRef.parse(given)
        except ContractError as error:
            raise UnknownRef(str(error)) from None
        if ref not in known:
            raise UnknownRef(_no_such(kind, str(ref), known))
        return ref

    def _read(self, lines: Assembly, extents: list[Extent]) -> None:
        for plane, of_plane in groupby(extents, key=attrgetter("plane")):
            lines.read(self.planes[plane], of_plane)


def _no_such(kind: str, text: str, known: Iterable[StableRef]) -> str:
    """A sentence that names the nearest references."""
    by_text = {form: ref for ref in sorted(known) for form in (str(ref), ref.value, ref.name)}
    near = dict.fromkeys(by_text[form] for form in difflib.get_close_matches(text, by_text, n=5, cutoff=0.5))
    tip = f"nearest: {_listed(near)}" if near else f"there are: {_listed(list(dict.fromkeys(by_text.values()))[:5])}" if by_text else ""
    return f"no {kind} {text!r} in this workspace" + (f"; {tip}" if tip else ", which has none")


def _listed(refs: Iterable[StableRef]) -> str:
    return ", ".join(map(str, refs))


def open_workspace(path: str | Path) -> Workspace:
    """Read a workspace's lines once and know what it holds; raises UnreadableWorkspace when the folder is none."""
    root = Path(path)
    try:
        if not root.is_dir():
            what = "is a file, not a folder" if root.exists() else "does not exist"
            raise UnreadableWorkspace(f"{path} {what}; give the folder that a run left, usually {DEFAULT_FOLDER}")
        if not is_workspace(root):
            raise UnreadableWorkspace(f"{path} is no workspace: {_what_it_is(root)}")
        planes, problems = find_planes(root)
    except OSError as error:
        raise UnreadableWorkspace(f"{path} cannot be read: {error.strerror}") from None
    catalog = Catalog.of(planes.values())
    catalog.problems[:0] = problems
    return Workspace(root, planes, catalog)


def _what_it_is(root: Path) -> str:
    inner = root / DEFAULT_FOLDER
    if inner.is_dir() and is_workspace(inner):
        return f"but {inner} is one; give that"
    if not any(root.iterdir()):
        return "the folder is empty"
    return "it holds no metadata/ledger.*, cache/capture/*.jsonl or records/segments/*.jsonl"
