"""The page of one deployment: what was deployed, from which run, with which numbers, and what it took the place of."""

from collections.abc import Iterator

from contexta.contract import DeploymentExecution, DeploymentSnapshot, StableRef
from contexta.report import artifacts, cells
from contexta.report.diagnostics import diagnose_deployment, shown
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Block, Document, Fact, Facts, Lineage, Note, Section
from contexta.report.figures import figures
from contexta.report.history import TOLD_BY, Spell, Story
from contexta.report.inline import INDEX, Text
from contexta.report.problems import problem_table
from contexta.report.run.background import withheld
from contexta.report.run.evidence import event_table, metric_blocks, span_table
from contexta.report.summary import ArtifactFacts, DeploymentSummary, RunSummary

# As much of a hash as tells artifacts apart.
_SHORT = 12


def build_deployment(snapshot: DeploymentSnapshot, story: Story, directions: Directions = BY_NAME) -> Document:
    """The page of a deployment; `story` is what is known of it by others."""
    deployment = snapshot.deployment
    sections = [
        Section("Deployment Summary", tuple(_summary(snapshot, story, directions))),
        Section("Diagnostics", (shown(diagnose_deployment(snapshot)),)),
    ]
    if artifact := _artifact(deployment, story.run):
        sections.append(Section("Artifact", (Facts(tuple(_artifact_facts(artifact))),)))
    if story.run is not None:
        sections.append(Section("Producing Run", (Facts(_run_facts(story.run)),)))
    if snapshot.series:
        sections.append(Section("Metrics", tuple(metric_blocks(snapshot.series, deployment.started_at))))
    if snapshot.events:
        sections.append(Section("Events", (event_table(snapshot.events),)))
    if snapshot.spans:
        sections.append(Section("Traces", (span_table(snapshot.spans),)))
    health: list[Block] = [problem_table("What was found in its lines", snapshot.problems)] if snapshot.problems else []
    if health := [*health, *withheld(snapshot.withheld)]:
        sections.append(Section("Data Health", tuple(health)))
    return Document(
        title=deployment.name,
        kind="deployment",
        subject=cells.ref(deployment),
        sections=tuple(sections),
        status=cells.status(deployment),
        up=(INDEX, cells.ref(snapshot.project)),
        as_of=snapshot.as_of,
    )


def _summary(snapshot: DeploymentSnapshot, story: Story, directions: Directions) -> Iterator[Block]:
    if snapshot.deployment.inferred:
        yield Note("No line describes this deployment. It is inferred from the records that name it; its status is unknown.")
    if story.run is not None and story.run.headlines:
        yield figures(story.run, story.run_before, directions, {})
    yield Lineage(tuple(_lineage(snapshot, story)))
    yield Facts((*_place(story.spell), *_facts(snapshot)))
    if story.spell.before or story.spell.after:
        yield Note(TOLD_BY)


def _lineage(snapshot: DeploymentSnapshot, story: Story) -> Iterator[Fact]:
    """From the data to what was put to use."""
    deployment, run = snapshot.deployment, story.run
    if run is not None and run.dataset:
        yield Fact("Dataset", Text(run.dataset))
    inferred = "inferred from the run's records" if deployment.inferred else ""
    for ref in (deployment.run_ref,) if deployment.run_ref else snapshot.runs:
        yield Fact("Run", run.link() if run and run.ref == str(ref) else cells.bare_ref(ref), inferred)
    if deployment.artifact_ref is not None:
        artifact = _artifact(deployment, run)
        yield Fact("Artifact", cells.bare_ref(deployment.artifact_ref), _told_apart(artifact) if artifact else "")
    yield Fact("Deployment", cells.ref(deployment))


def _artifact(deployment: DeploymentExecution, run: RunSummary | None) -> ArtifactFacts | None:
    """What is known of the artifact that was deployed."""
    known = run.deployed if run else ()
    return next((one for one in known if one.ref == str(deployment.artifact_ref)), None)


def _told_apart(artifact: ArtifactFacts) -> str:
    """What an artifact is, in a few words."""
    return f"{artifact.kind}, SHA-256 {artifact.sha256[:_SHORT]}…" if artifact.sha256 else artifact.kind


def _place(spell: Spell) -> Iterator[Fact]:
    """Whether it is live, and what was before and after it."""
    one, before, after = spell.deployment, spell.before, spell.after
    if spell.is_live:
        yield Fact("Live since", cells.time(one.started_at), "nothing took its place")
    elif after is not None:
        yield Fact("Live from", cells.time(one.started_at))
        yield Fact("Live until", cells.time(after.started_at))
        yield Fact("Live for", spell.lasted())
        yield Fact("Replaced by", after.link(), _from(after))
    else:
        yield Fact("Live", Text("not yet" if one.status == "open" else "never"), "only a deployment that completed takes a place")
    if before is not None:
        yield Fact("Replaced" if spell.took_place else "Left in place", before.link(), _from(before))
    elif spell.took_place:
        yield Fact("Replaced", Text("nothing"), "the first of its name")


def _from(one: DeploymentSummary) -> str:
    return f"from run {StableRef.parse(one.run_ref).name}" if one.run_ref else ""


def _facts(snapshot: DeploymentSnapshot) -> Iterator[Fact]:
    deployment = snapshot.deployment
    inferred = deployment.inferred
    yield Fact("Status", cells.status(deployment))
    yield Fact("Project", cells.ref(snapshot.project))
    yield Fact("Deployment", cells.code(str(deployment.ref)))
    yield Fact("Started", cells.time(deployment.started_at), "inferred: first seen" if inferred else "")
    yield Fact("Ended", cells.time(deployment.ended_at), "inferred: last seen" if inferred else "")
    yield Fact("Duration", cells.lasted(deployment))
    if deployment.artifact_ref is None:
        yield Fact("Artifact", Text("no line names it"))
    if deployment.environment_snapshot_ref is not None:
        yield Fact("Environment", cells.bare_ref(deployment.environment_snapshot_ref))


def _run_facts(run: RunSummary) -> tuple[Fact, ...]:
    attention = Fact("Needs attention", Text(run.attention.counted() or "nothing"))
    lifecycle = (Fact("Status", run.standing()), Fact("Started", cells.time(run.started_at)), Fact("Duration", run.lasted()))
    return (Fact("Run", run.link()), *lifecycle, attention)


def _artifact_facts(artifact: ArtifactFacts) -> Iterator[Fact]:
    """What was deployed, and how to tell it from others."""
    cell_of = dict(zip(artifacts.TITLES, artifacts.row(artifact), strict=True))
    return (Fact(title, cell) for title, cell in cell_of.items() if cell is not None)
