"""The pages about many runs that a site has, and what each is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contexta import report
from contexta.contract import Project, StableRef
from contexta.report import Archive, DeploymentSummary, Directions, RunSummary
from contexta.report.shelves import by_project, projects_of, shelves_of_index, shelves_of_project
from contexta.site.identity import digest
from contexta.site.plan import Plan
from contexta.workspace import Workspace

if TYPE_CHECKING:
    from contexta.report import Document


@dataclass(frozen=True, slots=True)
class Overview:
    """A page about many: `document` makes it, `made_from` is all that it is made from.

    `archives` are the pages of its older runs and deployments; it may link to them, and they to it and each other.
    """

    ref: str
    made_from: object
    document: Callable[[], Document]
    archives: frozenset[str]


def overviews(
    workspace: Workspace,
    plan: Plan,
    runs: Sequence[RunSummary],
    marks: Mapping[str, str],
    deployments: Sequence[DeploymentSummary],
    title: str | None,
    directions: Directions,
) -> Iterator[Overview]:
    """A page for each project, then the index, each with its archives; `directions` say which way metrics get better.

    `marks` stand for the summaries of runs: reference → a text that differs where anything that is known of it does.
    """
    pages = plan.pages()
    marks = {one.ref: marks[one.ref] for one in runs}
    # A deployment may come from a run of another project, which has a page or has none.
    marks |= {one.ref: digest(one.to_json(), sorted(pages & _runs_named(one))) for one in deployments}
    described = [project for project in workspace.projects() if project.ref in plan.projects]
    projects = projects_of(described, runs, deployments)
    runs_of, deployments_of = by_project(runs), by_project(deployments)
    for project in projects:
        own = (project, runs_of.get(str(project.ref), []), deployments_of.get(str(project.ref), []))
        yield from _of_project(*own, marks, directions)
    title = title or (projects[0].name if len(projects) == 1 else "All projects")
    problems = workspace.problems
    made_from = (title, projects, problems, *marks.values())
    archives = shelves_of_index(projects, runs, deployments, directions).archives()
    linked = _linked(archives)
    yield Overview("index", made_from, lambda: report.build_index(projects, runs, deployments, problems, title, directions), linked)
    yield from (_of_archive(archive, marks, directions, linked) for archive in archives)


def _of_project(
    project: Project, runs: Sequence[RunSummary], deployments: Sequence[DeploymentSummary], marks: Mapping[str, str], directions: Directions
) -> Iterator[Overview]:
    """The page of a project, then its archives."""
    made_from = (project, *_marks(marks, runs), *_marks(marks, deployments))
    archives = shelves_of_project(project, runs, deployments).archives()
    linked = _linked(archives)
    yield Overview(str(project.ref), made_from, lambda: report.build_project(project, runs, deployments, directions), linked)
    yield from (_of_archive(archive, marks, directions, linked) for archive in archives)


def _of_archive(archive: Archive[Any], marks: Mapping[str, str], directions: Directions, linked: frozenset[str]) -> Overview:
    """An archive, which may link to these."""
    made_from = (archive.ref, archive.scope, archive.older, archive.newer, *_marks(marks, archive.members))
    return Overview(archive.ref.ref, made_from, lambda: report.build_archive(archive, directions), linked)


def _linked(archives: Iterable[Archive[Any]]) -> frozenset[str]:
    return frozenset(archive.ref.ref for archive in archives)


def _runs_named(deployment: DeploymentSummary) -> set[str]:
    return {str(StableRef.parse(ref).owner("run")) for ref in (deployment.run_ref, deployment.artifact_ref) if ref is not None}


def _marks(marks: Mapping[str, str], members: Sequence[Any]) -> list[object]:
    """What stands for each of many in a digest; none is worded twice, though it stands on several pages."""
    return [marks.get(one.ref, one) for one in members]
