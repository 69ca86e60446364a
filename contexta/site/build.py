"""A workspace → a folder of pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contexta.contract import DeploymentSnapshot, Project, RunSnapshot
from contexta.render import HtmlRenderer, Links, to_csv, to_json, to_markdown, to_text
from contexta.report import (
    DeploymentSummary,
    Document,
    RunSummary,
    build_deployment,
    build_index,
    build_project,
    build_snapshot_report,
    summarize,
    summarize_deployment,
)
from contexta.report.overviews import of_project, projects_of
from contexta.site.addresses import Addresses, address, sheet_address
from contexta.site.files import SiteFolder
from contexta.site.plan import Selection, make_plan
from contexta.workspace import Workspace

FORMATS = ("html", "md", "json")

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build made, and what it found that needs attention. `kept` are pages of an earlier build that someone changed since."""

    files: int
    runs: Sequence[RunSummary]
    deployments: Sequence[DeploymentSummary]
    problems: int
    kept: Sequence[str]

    @property
    def needs_attention(self) -> int:
        """Errors and warnings in runs, deployments and files."""
        return sum(one.attention.total for one in (*self.runs, *self.deployments)) + self.problems


@dataclass(frozen=True, slots=True)
class _Publisher:
    """Renders a Document in every format and writes it."""

    folder: SiteFolder
    formats: tuple[str, ...]
    html: HtmlRenderer
    addresses: Addresses
    progress: Progress

    def publish(self, document: Document) -> None:
        ref = document.subject.ref
        for extension in self.formats:
            content = render_as(document, extension, self.html, self.addresses.links_from(ref, extension))
            self.folder.write(f"{address(ref)}.{extension}", content)
        for sheet in document.sheets():
            self.folder.write(sheet_address(ref, sheet.name), to_csv(sheet))
        self.progress(document.title)

    def run(self, snapshot: RunSnapshot) -> RunSummary:
        self.publish(build_snapshot_report(snapshot))
        return summarize(snapshot)

    def deployment(self, snapshot: DeploymentSnapshot, runs: Mapping[str, RunSummary]) -> DeploymentSummary:
        producer = snapshot.deployment.run_ref
        self.publish(build_deployment(snapshot, runs.get(str(producer)) if producer else None))
        return summarize_deployment(snapshot)


def render_as(document: Document, extension: str, html: HtmlRenderer, links: Links) -> bytes:
    """A page in one of FORMATS, or `txt`."""
    match extension:
        case "html":
            return html.render(document, links).encode("utf-8", "replace")
        case "md":
            return to_markdown(document, links).encode("utf-8", "replace")
        case "json":
            return to_json(document, links)
    return to_text(document).encode("utf-8", "replace")


def build_site(
    workspace: Workspace,
    out: Path,
    *,
    formats: tuple[str, ...] = ("html",),
    selection: Selection | None = None,
    title: str | None = None,
    html: HtmlRenderer | None = None,
    progress: Progress = lambda _title: None,
) -> Built:
    """Write the index, and a page for each project, run and deployment; the same workspace gives the same bytes.

    Raises UnknownRef when the selection names nothing, TemplateFailure when a template is broken, OSError when `out` cannot be written.
    """
    plan = make_plan(workspace, selection or Selection())
    site = _Publisher(SiteFolder(out), formats, html or HtmlRenderer.create(), Addresses(plan.pages()), progress)
    runs = [site.run(workspace.snapshot(ref)) for ref in plan.runs]
    by_ref = {one.ref: one for one in runs}
    deployments = [site.deployment(workspace.deployment(ref), by_ref) for ref in plan.deployments]
    described = [project for project in workspace.projects() if project.ref in plan.projects]
    projects = projects_of(described, runs, deployments)
    for project in projects:
        site.publish(build_project(project, *of_project(project.ref, runs, deployments)))
    site.publish(build_index(projects, runs, deployments, workspace.problems, title or _title(projects)))
    kept = site.folder.finish()
    problems = sum(problem.severity != "info" for problem in workspace.problems)
    return Built(files=len(site.folder.digests), runs=runs, deployments=deployments, problems=problems, kept=kept)


def _title(projects: Sequence[Project]) -> str:
    return projects[0].name if len(projects) == 1 else "All projects"
