"""What is kept of a run or deployment for the pages about many, made from its snapshot."""

from typing import Any, cast

from contexta.contract import DeploymentExecution, DeploymentSnapshot, Project, Run, RunSnapshot, StableRef
from contexta.contract.details import run_details
from contexta.report import artifacts, measures
from contexta.report.diagnostics import count, diagnose, diagnose_deployment
from contexta.report.document import Figure, Issue
from contexta.report.inline import Number
from contexta.report.summary import Attention, Concern, DeploymentSummary, Headline, ProjectName, RunSummary, shared

# As many sentences of one run as the pages about many show, and as much of each.
MAX_ATTENTION = 3
MAX_SENTENCE = 300


def summarize(snapshot: RunSnapshot) -> RunSummary:
    """What other pages need to know of a run. Its deployments speak for themselves there."""
    issues = tuple(issue for issue in diagnose(snapshot) if not issue.subject.ref.startswith("deployment:"))
    wanted = {deployment.artifact_ref for deployment in snapshot.deployments}
    return RunSummary(
        **_told(snapshot.project, snapshot.run, snapshot.as_of),
        attention=_attention(issues),
        dataset=_dataset(snapshot.run),
        headlines=tuple(map(_headline, measures.headlines(snapshot))),
        deployed=tuple(artifacts.facts(artifact) for artifact in snapshot.artifacts if artifact.manifest.artifact_ref in wanted),
    )


def summarize_deployment(snapshot: DeploymentSnapshot) -> DeploymentSummary:
    """What other pages need to know of a deployment."""
    deployment = snapshot.deployment
    return DeploymentSummary(
        **_told(snapshot.project, deployment, snapshot.as_of),
        attention=_attention(diagnose_deployment(snapshot)),
        run_ref=_text_of(deployment.run_ref),
        artifact_ref=_text_of(deployment.artifact_ref),
    )


def _told(project: Project, model: Run | DeploymentExecution, as_of: str | None) -> dict[str, Any]:
    return {
        "ref": str(model.ref),
        "name": model.name,
        "project": _project_name(project),
        "status": model.status,
        "inferred": model.inferred,
        "started_at": model.started_at,
        "ended_at": model.ended_at,
        "as_of": as_of,
    }


def _dataset(run: Run) -> str | None:
    """The dataset that the run names, where that is text."""
    said = run_details(run).get("dataset_ref")
    return _short(said) if isinstance(said, str) and said else None


def _text_of(ref: StableRef | None) -> str | None:
    return None if ref is None else str(ref)


def _headline(figure: Figure) -> Headline:
    number = cast(Number, figure.value)
    return Headline(figure.label, figure.note, number.value, number.unit)


def _attention(issues: tuple[Issue, ...]) -> Attention:
    """The part of these issues, worst first, that needs attention."""
    grave = (Concern(issue.severity, issue.key, _short(issue.sentence)) for issue in issues if issue.severity != "info")
    worst = tuple(concern for concern, _ in zip(grave, range(MAX_ATTENTION), strict=False))
    return Attention(worst=worst, errors=count(issues, "error"), warnings=count(issues, "warning"))


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= MAX_SENTENCE else f"{sentence[: MAX_SENTENCE - 1]}…"


def _project_name(project: Project) -> ProjectName:
    """What a run keeps of its project."""
    return shared(ProjectName(ref=str(project.ref), name=project.name, created_at=project.created_at, inferred=project.inferred))
