"""Run Summary and Diagnostics: did it work, how good is it, what needs attention."""

from collections.abc import Iterator

from contexta.contract import Run, RunSnapshot
from contexta.contract.details import DETAILS, run_details
from contexta.report import cells, measures
from contexta.report.diagnostics import count, diagnose, shown
from contexta.report.document import Block, Fact, Facts, Figures, Note, Prose, Section, Text


def run_summary(snapshot: RunSnapshot) -> Section:
    """Status, times, headline numbers and what the author says of the run."""
    return Section("Run Summary", tuple(_summary_blocks(snapshot)))


def _summary_blocks(snapshot: RunSnapshot) -> Iterator[Block]:
    if snapshot.run.inferred:
        yield Note(
            "No line describes this run. It is inferred from the records and artifacts that name it, its time from theirs; "
            "its status is unknown."
        )
    if headlines := measures.headlines(snapshot):
        yield Figures(headlines)
    yield Facts(tuple(_facts(snapshot)))
    if snapshot.run.description:
        yield Prose(snapshot.run.description)


def _facts(snapshot: RunSnapshot) -> Iterator[Fact]:
    run = snapshot.run
    yield Fact("Status", cells.status(run))
    yield Fact("Project", cells.ref(snapshot.project))
    yield Fact("Run", cells.code(str(run.ref)))
    yield Fact("Started", cells.time(run.started_at), "inferred: first seen" if run.inferred else "")
    yield Fact("Ended", cells.time(run.ended_at), "inferred: last seen" if run.inferred else "")
    yield Fact("Duration", cells.lasted(run))
    yield from detail_facts(run)
    yield Fact("Holds", Text(_contents(snapshot)))
    issues = diagnose(snapshot)
    attention = [
        cells.counted(number, word) for number, word in ((count(issues, "error"), "error"), (count(issues, "warning"), "warning")) if number
    ]
    yield Fact("Needs attention", Text(", ".join(attention) or "nothing"))


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
    return ", ".join(cells.counted(*one) for one in counts if one[0]) or "nothing that was recorded"


def diagnostics(snapshot: RunSnapshot) -> Section:
    """Every issue, worst first."""
    return Section("Diagnostics", (shown(diagnose(snapshot)),))
