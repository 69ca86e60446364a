"""What pages tell of an artifact: the same on the page of its run and of its deployment."""

from contexta.contract import Artifact
from contexta.report import cells
from contexta.report.diagnostics import is_missing
from contexta.report.inline import Bytes, Cell, Hash, Ref, Status
from contexta.report.summary import ArtifactFacts

TITLES = ("Artifact", "Kind", "State", "Size", "SHA-256", "Location", "Created", "Made in", "Attributes")


def state(artifact: Artifact) -> str:
    """Whether the file is there: `missing`, `present`, or `registered` where nobody knows."""
    if is_missing(artifact):
        return "missing"
    return "present" if artifact.in_workspace else "registered"


def facts(artifact: Artifact) -> ArtifactFacts:
    """What pages tell of an artifact."""
    manifest = artifact.manifest
    scope = manifest.batch_execution_ref or manifest.stage_execution_ref
    return ArtifactFacts(
        ref=str(manifest.artifact_ref),
        kind=manifest.artifact_kind,
        state=state(artifact),
        size_bytes=manifest.size_bytes,
        sha256=manifest.hash_value,
        location=manifest.location_ref,
        created_at=manifest.created_at,
        made_in=str(scope) if scope else None,
        attributes=manifest.attributes,
    )


def row(known: ArtifactFacts) -> tuple[Cell, ...]:
    """An artifact's cells."""
    return (
        _ref(known.ref),
        cells.text(known.kind),
        Status(known.state),
        None if known.size_bytes is None else Bytes(known.size_bytes),
        None if known.sha256 is None else Hash(known.sha256),
        cells.code(known.location),
        cells.time(known.created_at),
        _ref(known.made_in) if known.made_in else None,
        cells.pairs(known.attributes),
    )


def _ref(ref: str) -> Ref:
    return Ref(ref, ref.rpartition(".")[2])
