"""The page of one run: sections in the order that the format's own page gives, then what else there is to say."""

from collections.abc import Callable

from contexta.contract import RunSnapshot
from contexta.report import cells
from contexta.report.document import INDEX, Document, Section
from contexta.report.run.background import data_health, environment, provenance
from contexta.report.run.evidence import events, metrics, traces
from contexta.report.run.outputs import artifacts, deployments
from contexta.report.run.overview import diagnostics, run_summary
from contexta.report.run.structure import batches, samples, stages

SECTIONS: tuple[Callable[[RunSnapshot], Section | None], ...] = (
    run_summary,
    stages,
    artifacts,
    batches,
    deployments,
    samples,
    diagnostics,
    metrics,
    events,
    traces,
    environment,
    provenance,
    data_health,
)


def build_snapshot_report(snapshot: RunSnapshot) -> Document:
    """The page of a run. Batches, Deployments, Samples and what follows Diagnostics stand only where there is something to say."""
    sections = (build(snapshot) for build in SECTIONS)
    return Document(
        title=snapshot.run.name,
        kind="run",
        subject=cells.ref(snapshot.run),
        sections=tuple(section for section in sections if section is not None),
        status=cells.status(snapshot.run),
        up=(INDEX, cells.ref(snapshot.project)),
        as_of=snapshot.as_of,
    )
