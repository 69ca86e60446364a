"""The page of one run: sections in the order that the format's own page gives, then what else there is to say."""

from collections.abc import Iterator

from contexta.contract import RunSnapshot
from contexta.report import cells
from contexta.report.diagnostics import diagnose
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Document, Section
from contexta.report.inline import INDEX, Ref
from contexta.report.run.background import data_health, environment, provenance
from contexta.report.run.evidence import events, metrics, traces
from contexta.report.run.outputs import artifacts, deployments
from contexta.report.run.overview import diagnostics, run_summary
from contexta.report.run.since import Against
from contexta.report.run.structure import batches, samples, stages
from contexta.report.traits import RunTraits


def build_snapshot_report(
    snapshot: RunSnapshot, previous: RunTraits | None = None, directions: Directions = BY_NAME, comparison: Ref | None = None
) -> Document:
    """The page of a run. Batches, Deployments, Samples, Metrics and what follows stand only where there is something to say.

    Data Health always stands, as the last.

    `previous` is the run that it is measured against, `comparison` the page that compares both in full.
    """
    return Document(
        title=snapshot.run.name,
        kind="run",
        subject=cells.ref(snapshot.run),
        sections=tuple(section for section in _sections(snapshot, previous, directions, comparison) if section is not None),
        status=cells.status(snapshot.run),
        up=(INDEX, cells.ref(snapshot.project)),
        as_of=snapshot.as_of,
    )


def _sections(
    snapshot: RunSnapshot, previous: RunTraits | None, directions: Directions, comparison: Ref | None
) -> Iterator[Section | None]:
    """In the order of the page."""
    issues = diagnose(snapshot)
    yield run_summary(snapshot, issues, Against(previous, directions, comparison))
    yield stages(snapshot)
    yield artifacts(snapshot)
    yield batches(snapshot, directions)
    yield deployments(snapshot)
    yield samples(snapshot, directions)
    yield diagnostics(issues)
    yield metrics(snapshot, directions, previous)
    yield events(snapshot)
    yield traces(snapshot)
    yield environment(snapshot)
    yield provenance(snapshot)
    yield data_health(snapshot)
