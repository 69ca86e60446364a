"""Which runs, deployments and projects the pages about many tell of, and which of them stand in archives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from contexta.contract import Project, StableRef
from contexta.contract.fields import chronological
from contexta.report import progress
from contexta.report.archives import Archive, Shelf, shelve
from contexta.report.directions import BY_NAME, Directions
from contexta.report.inline import INDEX, Ref
from contexta.report.summary import DeploymentSummary, ProjectName, ProjectSummary, RunSummary

Runs = Sequence[RunSummary]
Deployments = Sequence[DeploymentSummary]
S = TypeVar("S", RunSummary, DeploymentSummary)


@dataclass(frozen=True, slots=True)
class Shelves:
    """All that the index or the page of a project tells of, in order and cut."""

    runs: Shelf[RunSummary]
    deployments: Shelf[DeploymentSummary]
    projects: Shelf[ProjectSummary]

    def archives(self) -> tuple[Archive[Any], ...]:
        """The pages that the rest stands on."""
        return (*self.runs.archives, *self.deployments.archives, *self.projects.archives)


def oldest_first(many: Iterable[S]) -> list[S]:
    """In order of time."""
    return sorted(many, key=lambda one: (chronological(one.started_at), one.ref))


def shelves_of_index(projects: Iterable[Project], runs: Runs, deployments: Deployments, directions: Directions = BY_NAME) -> Shelves:
    """All that the index tells of."""
    runs, deployments = oldest_first(runs), oldest_first(deployments)
    return _shelves(INDEX, _summaries(projects, runs, deployments, directions), runs, deployments)


def shelves_of_project(project: Project, runs: Runs, deployments: Deployments) -> Shelves:
    """All that the page of a project tells of."""
    # As `cells.ref` makes it, which would load all that tables are made of.
    return _shelves(Ref(project.ref.text, project.name), (), oldest_first(runs), oldest_first(deployments))


def _shelves(scope: Ref, projects: Iterable[ProjectSummary], runs: Runs, deployments: Deployments) -> Shelves:
    """Of runs and deployments that are in order."""
    created = sorted(projects, key=lambda one: (chronological(one.created_at), one.ref))
    return Shelves(shelve("runs", scope, runs), shelve("deployments", scope, deployments), shelve("projects", scope, created))


def projects_of(described: Iterable[Project], runs: Runs, deployments: Deployments) -> list[Project]:
    """Every project that a put describes, or whose runs or deployments are there; an inferred one began with its first run."""
    found = {str(project.ref): project for project in described}
    named = {one.project for one in (*runs, *deployments)}
    for project in sorted(named, key=lambda one: (chronological(one.created_at), one)):
        if project.ref not in found:
            found[project.ref] = _project(project)
    return [project for _, project in sorted(found.items())]


def _project(said: ProjectName) -> Project:
    return Project(project_ref=StableRef.parse(said.ref), name=said.name, created_at=said.created_at, inferred=said.inferred)


def by_project(many: Iterable[S]) -> Mapping[str, list[S]]:
    """The runs, or the deployments, of each project."""
    found: dict[str, list[S]] = {}
    for one in many:
        found.setdefault(one.project.ref, []).append(one)
    return found


def _summaries(projects: Iterable[Project], runs: Runs, deployments: Deployments, directions: Directions) -> list[ProjectSummary]:
    """Of runs that are in order."""
    runs_of, deployments_of = by_project(runs), by_project(deployments)
    return [
        _summary(project, runs_of.get(str(project.ref), ()), len(deployments_of.get(str(project.ref), ())), directions)
        for project in projects
    ]


def _summary(project: Project, runs: Runs, deployments: int, directions: Directions) -> ProjectSummary:
    latest = progress.latest(runs, directions)
    return ProjectSummary(
        ref=str(project.ref),
        name=project.name,
        created_at=project.created_at,
        runs=len(runs),
        deployments=deployments,
        newest=runs[-1] if runs else None,
        leading=latest.headline if latest else None,
        change=latest.change if latest else None,
        spark=latest.spark if latest else None,
    )
