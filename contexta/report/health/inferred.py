"""What no line of a run describes, and is inferred from what names it."""

from contexta.contract import ContextModel, RunSnapshot
from contexta.report.phrases import counted


def inferred(snapshot: RunSnapshot) -> str:
    """`1 run, 3 stages`; empty where everything is described."""
    groups: tuple[tuple[str, str, tuple[ContextModel, ...]], ...] = (
        ("run", "runs", (snapshot.run,)),
        ("stage", "stages", snapshot.stages),
        ("batch", "batches", snapshot.batches),
        ("sample", "samples", snapshot.samples),
        ("operation", "operations", snapshot.operations),
        ("deployment", "deployments", snapshot.deployments),
    )
    counts = ((sum(model.inferred for model in models), one, many) for one, many, models in groups)
    return ", ".join(counted(*entry) for entry in counts if entry[0])
