"""Artifacts and Deployments: what the run left, and where it went."""

from contexta.contract import Artifact, DeploymentExecution, RunSnapshot
from contexta.report import artifacts as artifact_facts
from contexta.report import cells, cut
from contexta.report.document import Note, Section
from contexta.report.inline import Cell, Number
from contexta.report.measures import last_by_subject

_BY_STATE = cut.by_word(artifact_facts.state, ("missing",), "by state")


def artifacts(snapshot: RunSnapshot) -> Section:
    """One row an artifact, with its size and SHA-256."""
    if not snapshot.artifacts:
        return Section("Artifacts", (Note("This run registered no artifact."),))
    return Section("Artifacts", (cut.table("artifacts", artifact_facts.TITLES, snapshot.artifacts, cut.each(_artifact_row), _BY_STATE),))


def _artifact_row(artifact: Artifact) -> tuple[Cell, ...]:
    return artifact_facts.row(artifact_facts.facts(artifact))


def deployments(snapshot: RunSnapshot) -> Section | None:
    """One row a deployment of this run."""
    if not snapshot.deployments:
        return None
    measured = last_by_subject(series for series in snapshot.series if series.level == "deployment")

    def row(deployment: DeploymentExecution) -> tuple[Cell, ...]:
        return (
            cells.ref(deployment),
            cells.status(deployment),
            cells.time(deployment.started_at),
            cells.lasted(deployment),
            cells.bare_ref(deployment.artifact_ref) if deployment.artifact_ref else None,
            *(_number(values.get(deployment.ref.text)) for values in measured.values()),
        )

    titles = ("Deployment", "Status", "Started", "Duration", "Artifact", *measured)
    return Section("Deployments", (cut.table("deployments", titles, snapshot.deployments, cut.each(row), cut.STATUS),))


def _number(value: float | None) -> Number | None:
    return None if value is None else Number(value)
