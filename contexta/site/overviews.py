"""The pages about many runs that a site has, and what each is made from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from contexta.contract import StableRef
from contexta.report import Archive, DeploymentSummary, Directions, Document, RunSummary, build_archive, build_index, build_project
from contexta.report.overviews import archives_of_index, archives_of_project, by_project, projects_of
from contexta.site.identity import digest
from contexta.site.plan import Plan
from contexta.workspace import Workspace


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
        made_from = (project, *_marks(marks, own[1]), *_marks(marks, own[2]))
        archives = archives_of_project(*own)
        yield from _with_archives(str(project.ref), made_from, partial(build_project, *own, directions), archives, marks, directions)
    title = title or (projects[0].name if len(projects) == 1 else "All projects")
    problems = workspace.problems
    index = partial(build_index, projects, runs, deployments, problems, title, directions)
    made_from = (title, projects, problems, *marks.values())
    yield from _with_archives("index", made_from, index, archives_of_index(projects, runs, deployments, directions), marks, directions)


def _with_archives(
    ref: str,
    made_from: object,
    document: Callable[[], Document],
    archives: Sequence[Archive[Any]],
    marks: Mapping[str, str],
    directions: Directions,
) -> Iterator[Overview]:
    """A page, then its archives."""
    linked = frozenset(archive.ref.ref for archive in archives)
    yield Overview(ref, made_from, document, linked)
    for archive in archives:
        content = (archive.ref, archive.scope, archive.older, archive.newer, *_marks(marks, archive.members))
        yield Overview(archive.ref.ref, content, partial(build_archive, archive, directions), linked)


def _runs_named(deployment: DeploymentSummary) -> set[str]:
    return {str(StableRef.parse(ref).owner("run")) for ref in (deployment.run_ref, deployment.artifact_ref) if ref is not None}


def _marks(marks: Mapping[str, str], members: Sequence[Any]) -> list[object]:
    """What stands for each of many in a digest; none is worded twice, though it stands on several pages."""
    return [marks.get(one.ref, one) for one in members]
