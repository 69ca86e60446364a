"""What pages about many tell of each run and deployment: read once, and kept until its lines change."""

from collections.abc import Iterable, Sequence

from contexta import report
from contexta.contract import StableRef
from contexta.report import DeploymentSummary, RunSummary
from contexta.site.executors import Crew
from contexta.site.identity import made_with
from contexta.site.remembered import read_by, remembered
from contexta.workspace import DeploymentSource, Workspace


def told(workspace: Workspace, refs: Sequence[StableRef], crew: Crew, version: str, kind: str) -> list[DeploymentSummary]:
    """The summary of each deployment; only the lines of those that changed are read. The index keeps them as things of that kind."""

    def read(changed: Sequence[StableRef]) -> Iterable[DeploymentSummary]:
        return read_by(crew, tell, [workspace.deployment_source(ref) for ref in changed])

    return remembered(workspace, refs, kind, DeploymentSummary.from_json, read, version)


def tell(sources: Sequence[DeploymentSource]) -> list[DeploymentSummary]:
    """Read several."""
    return [report.summarize_deployment(source.snapshot()) for source in sources]


def summaries(workspace: Workspace) -> tuple[list[RunSummary], list[DeploymentSummary]]:
    """The summary of every run and of every deployment, for whoever makes no site; likewise."""
    version = made_with((), None)

    def runs(changed: Sequence[StableRef]) -> Iterable[RunSummary]:
        return (report.summarize(workspace.snapshot(ref)) for ref in changed)

    def deployments(changed: Sequence[StableRef]) -> Iterable[DeploymentSummary]:
        return (report.summarize_deployment(workspace.deployment(ref)) for ref in changed)

    found = (
        remembered(workspace, workspace.run_refs(), "told runs", RunSummary.from_json, runs, version),
        remembered(workspace, workspace.deployment_refs(), "told deployments", DeploymentSummary.from_json, deployments, version),
    )
    workspace.index.commit()
    return found
