"""Run Summary and Diagnostics: did it work, how good is it, what needs attention."""

from collections.abc import Iterator

from contexta.contract import Run, RunSnapshot
from contexta.contract.details import DETAILS, run_details
from contexta.report import cells
from contexta.report.diagnostics import count, shown
from contexta.report.document import Block, Fact, Facts, Issue, Issues, Note, Prose, Section
from contexta.report.inline import Text, section_ref
from contexta.report.phrases import counted
from contexta.report.run.since import Against

# As many issues as stand at the top of the page; Diagnostics has all.
MAX_ISSUES = 5

REVISION = "code_revision"


def run_summary(snapshot: RunSnapshot, issues: tuple[Issue, ...], against: Against) -> Section:
    """How it stands, headline numbers, what needs attention, what changed, and what the author says of the run."""
    return Section("Run Summary", tuple(_summary_blocks(snapshot, issues, against)))


def _summary_blocks(snapshot: RunSnapshot, issues: tuple[Issue, ...], against: Against) -> Iterator[Block]:
    run = snapshot.run
    if run.inferred:
        yield Note(
            "No line describes this run. It is inferred from the records and artifacts that name it, its time from theirs; "
            "its status is unknown."
        )
    yield Facts((*_standing(snapshot, issues), *against.links()))
    if figures := against.figures(snapshot):
        yield figures
    if grave := [issue for issue in issues if issue.severity != "info"]:
        yield Issues(tuple(grave[:MAX_ISSUES]), len(grave))
    yield from against.blocks(snapshot, issues)
    if run.description:
        yield Prose(run.description)
    yield Facts(tuple(_facts(snapshot)))


def _standing(snapshot: RunSnapshot, issues: tuple[Issue, ...]) -> Iterator[Fact]:
    """What is asked first: did it work, when, how long did it take."""
    run = snapshot.run
    yield Fact("Status", cells.status(run))
    yield Fact("Project", cells.ref(snapshot.project))
    yield Fact("Started", cells.time(run.started_at), "inferred: first seen" if run.inferred else "")
    yield Fact("Duration", cells.lasted(run))
    if revision := run_details(run).get(REVISION):
        yield Fact(DETAILS[REVISION], cells.value(revision))
    counts = ((count(issues, "error"), "error"), (count(issues, "warning"), "warning"))
    needs = ", ".join(counted(*one) for one in counts if one[0])
    yield Fact("Needs attention", section_ref("Diagnostics", needs) if needs else Text("nothing"))


def _facts(snapshot: RunSnapshot) -> Iterator[Fact]:
    run = snapshot.run
    yield Fact("Run", cells.code(str(run.ref)))
    yield Fact("Ended", cells.time(run.ended_at), "inferred: last seen" if run.inferred else "")
    yield from (Fact(DETAILS[name], cells.value(value)) for name, value in run_details(run).items() if name != REVISION)
    yield Fact("Holds", Text(_contents(snapshot)))


def detail_facts(run: Run) -> Iterator[Fact]:
    """What the run says of its code, data, tags and settings."""
    return (Fact(DETAILS[name], cells.value(value)) for name, value in run_details(run).items())


def _contents(snapshot: RunSnapshot) -> str:
    counts = (
        (len(snapshot.stages), "stage", "stages"),
        (len(snapshot.batches), "batch", "batches"),
        (len(snapshot.samples), "sample", "samples"),
        (sum(series.count for series in snapshot.series), "metric value", "metric values"),
        (len(snapshot.events), "event", "events"),
        (len(snapshot.spans), "span", "spans"),
        (len(snapshot.artifacts), "artifact", "artifacts"),
        (len(snapshot.deployments), "deployment", "deployments"),
    )
    return ", ".join(counted(*one) for one in counts if one[0]) or "nothing that was recorded"


def diagnostics(issues: tuple[Issue, ...]) -> Section:
    """Every issue, worst first."""
    return Section("Diagnostics", (shown(issues),))
