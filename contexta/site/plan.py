"""What of a workspace a site shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contexta.contract import StableRef
from contexta.errors import UnknownRef
from contexta.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Projects and runs as a person names them; nothing named means all."""

    projects: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The references that get a page. `notes` are what the page of a project, or the index, says of runs that get none."""

    projects: frozenset[StableRef]
    runs: tuple[StableRef, ...]
    deployments: tuple[StableRef, ...]
    notes: Mapping[str, str] = field(default_factory=dict)

    def pages(self) -> frozenset[str]:
        """All of them, and the index."""
        return frozenset({"index", *map(str, (*self.projects, *self.runs, *self.deployments))})


def make_plan(workspace: Workspace, selection: Selection) -> Plan:
    """What the selection leaves; raises UnknownRef when a name in it fits nothing."""
    projects = _projects(workspace, selection.projects)
    chosen = frozenset(map(workspace.resolve, selection.runs))
    if outside := sorted(str(ref) for ref in chosen if ref.owner("project") not in projects):
        raise UnknownRef(f"{', '.join(outside)} lies in none of the projects that were named")
    runs = tuple(ref for ref in workspace.run_refs() if ref.owner("project") in projects and (not chosen or ref in chosen))
    deployments = tuple(
        ref
        for ref in workspace.deployment_refs()
        if ref.owner("project") in projects and (not chosen or not chosen.isdisjoint(workspace.beside(ref)))
    )
    if chosen:
        projects = frozenset(ref.owner("project") for ref in (*runs, *deployments))
    return Plan(projects=projects, runs=runs, deployments=deployments)


def _projects(workspace: Workspace, wanted: Iterable[str]) -> frozenset[StableRef]:
    named = {ref.owner("project") for ref in (*workspace.run_refs(), *workspace.deployment_refs())}
    known = {ref.value: ref for ref in (*named, *(project.ref for project in workspace.projects()))}
    chosen = {_project(text.removeprefix("project:"), known) for text in wanted}
    return frozenset(chosen or known.values())


def _project(name: str, known: dict[str, StableRef]) -> StableRef:
    if name not in known:
        import difflib  # seldom needed

        near = difflib.get_close_matches(name, known, n=3) or sorted(known)[:5]
        tip = f"; nearest: {', '.join(near)}" if near else ""
        raise UnknownRef(f"no project {name!r} in this workspace{tip}")
    return known[name]
