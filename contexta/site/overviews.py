"""The pages about many runs that a site has, and what each is made from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from contexta.contract import Project
from contexta.report import DeploymentSummary, Document, RunSummary, build_index, build_project
from contexta.report.overviews import of_project, projects_of
from contexta.site.plan import Plan
from contexta.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Overview:
    """A page about many: `document` makes it, `made_from` is all that it is made from."""

    ref: str
    made_from: object
    document: Callable[[], Document]


def overviews(
    workspace: Workspace, plan: Plan, runs: Sequence[RunSummary], deployments: Sequence[DeploymentSummary], title: str | None
) -> Iterator[Overview]:
    """A page for each project, then the index."""
    described = [project for project in workspace.projects() if project.ref in plan.projects]
    projects = projects_of(described, runs, deployments)
    for project in projects:
        yield _of_project(project, *of_project(project.ref, runs, deployments))
    title = title or (projects[0].name if len(projects) == 1 else "All projects")
    problems = workspace.problems
    yield Overview(
        "index", (title, projects, runs, deployments, problems), lambda: build_index(projects, runs, deployments, problems, title)
    )


def _of_project(project: Project, runs: Sequence[RunSummary], deployments: Sequence[DeploymentSummary]) -> Overview:
    return Overview(str(project.ref), (project, runs, deployments), lambda: build_project(project, runs, deployments))
