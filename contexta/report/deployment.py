"""The page of one deployment: what was deployed, from which run, with which numbers."""

from collections.abc import Iterator

from contexta.contract import DeploymentSnapshot
from contexta.report import artifacts, cells
from contexta.report.diagnostics import diagnose_deployment, shown
from contexta.report.document import INDEX, Block, Document, Fact, Facts, Figures, Note, Section
from contexta.report.run.background import problem_table
from contexta.report.run.evidence import event_table, metric_blocks, span_table
from contexta.report.summary import RunSummary


def build_deployment(snapshot: DeploymentSnapshot, run: RunSummary | None) -> Document:
    """The page of a deployment; `run` is the run it came from, where that is in the workspace."""
    deployment = snapshot.deployment
    sections = [Section("Deployment Summary", tuple(_summary(snapshot, run)))]
    if run is not None:
        sections.append(Section("Producing Run", tuple(_producing_run(run))))
    sections.append(Section("Diagnostics", (shown(diagnose_deployment(snapshot)),)))
    if snapshot.series:
        sections.append(Section("Metrics", tuple(metric_blocks(snapshot.series, deployment.started_at))))
    if snapshot.events:
        sections.append(Section("Events", (event_table(snapshot.events),)))
    if snapshot.spans:
        sections.append(Section("Traces", (span_table(snapshot.spans),)))
    if snapshot.problems:
        sections.append(Section("Data Health", (problem_table("What was found in its lines", snapshot.problems),)))
    return Document(
        title=deployment.name,
        kind="deployment",
        subject=cells.ref(deployment),
        sections=tuple(sections),
        status=cells.status(deployment),
        up=(INDEX, cells.ref(snapshot.project)),
        as_of=snapshot.as_of,
    )


def _summary(snapshot: DeploymentSnapshot, run: RunSummary | None) -> Iterator[Block]:
    deployment = snapshot.deployment
    if deployment.inferred:
        yield Note("No line describes this deployment. It is inferred from the records that name it; its status is unknown.")
    inferred = "inferred from the run's records" if deployment.inferred else ""
    runs = (deployment.run_ref,) if deployment.run_ref else snapshot.runs
    facts = [
        Fact("Status", cells.status(deployment)),
        Fact("Project", cells.ref(snapshot.project)),
        Fact("Deployment", cells.code(str(deployment.ref))),
        *(Fact("Run", run.link() if run and run.ref == str(ref) else cells.bare_ref(ref), inferred) for ref in runs),
        Fact("Started", cells.time(deployment.started_at), inferred and "inferred: first seen"),
        Fact("Ended", cells.time(deployment.ended_at), inferred and "inferred: last seen"),
        Fact("Duration", cells.lasted(deployment)),
    ]
    for label, ref in (("Artifact", deployment.artifact_ref), ("Environment", deployment.environment_snapshot_ref)):
        if ref is not None:
            facts.append(Fact(label, cells.bare_ref(ref)))
    yield Facts(tuple(facts))


def _producing_run(run: RunSummary) -> Iterator[Block]:
    if run.headlines:
        yield Figures(tuple(headline.figure for headline in run.headlines))
    yield Facts(
        (
            Fact("Run", run.link()),
            Fact("Status", run.standing()),
            Fact("Started", cells.time(run.started_at)),
            Fact("Duration", run.lasted()),
        )
    )
    if run.deployed:
        yield cells.table("What was deployed", artifacts.TITLES, map(artifacts.row, run.deployed))
