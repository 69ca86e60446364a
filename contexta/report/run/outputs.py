"""Artifacts and Deployments: what the run left, and where it went."""

from contexta.contract import Artifact, DeploymentExecution, RunSnapshot
from contexta.report import cells, cut
from contexta.report.diagnostics import is_missing
from contexta.report.document import Bytes, Cell, Note, Section, Status
from contexta.report.measures import last_by_subject

BY_STATE = cut.by_word(lambda artifact: state(artifact).value, ("missing",), "by state")

ARTIFACT_TITLES = ("Artifact", "Kind", "State", "Size", "SHA-256", "Location", "Created", "Made in", "Attributes")


def artifacts(snapshot: RunSnapshot) -> Section:
    """One row an artifact, with its size and SHA-256."""
    if not snapshot.artifacts:
        return Section("Artifacts", (Note("This run registered no artifact."),))
    return Section("Artifacts", (cut.table("artifacts", ARTIFACT_TITLES, snapshot.artifacts, artifact_row, BY_STATE),))


def artifact_row(artifact: Artifact) -> tuple[Cell, ...]:
    """An artifact's cells."""
    manifest = artifact.manifest
    scope = manifest.batch_execution_ref or manifest.stage_execution_ref
    return (
        cells.bare_ref(manifest.artifact_ref),
        cells.text(manifest.artifact_kind),
        state(artifact),
        None if manifest.size_bytes is None else Bytes(manifest.size_bytes),
        cells.code(manifest.hash_value),
        cells.code(manifest.location_ref),
        cells.time(manifest.created_at),
        cells.bare_ref(scope) if scope else None,
        cells.pairs(manifest.attributes),
    )


def state(artifact: Artifact) -> Status:
    """Whether the file is there, as far as anyone can tell."""
    if is_missing(artifact):
        return Status("missing")
    return Status("present" if artifact.in_workspace else "registered")


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
            *(values.get(deployment.ref) for values in measured.values()),
        )

    titles = ("Deployment", "Status", "Started", "Duration", "Artifact", *measured)
    return Section("Deployments", (cut.table("deployments", titles, snapshot.deployments, row, cut.STATUS),))
