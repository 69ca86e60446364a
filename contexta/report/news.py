"""What happened: a small document for each of the newest runs and deployments, as a feed tells of them."""

import heapq
from collections.abc import Iterator, Mapping, Sequence

from contexta.contract.fields import chronological
from contexta.report.document import Block, Document, Figure, Figures, Issue, Issues, Section
from contexta.report.inline import Number, Ref
from contexta.report.summary import DeploymentSummary, RunSummary, Summary

# As many as a reader of feeds looks back to.
MAX_NEWS = 100


def build_news(runs: Sequence[RunSummary], deployments: Sequence[DeploymentSummary], limit: int = MAX_NEWS) -> tuple[Document, ...]:
    """The newest of both, the newest first: those that ended by when they did, the others by when they began."""
    by_ref = {run.ref: run for run in runs}
    newest = heapq.nlargest(limit, (*runs, *deployments), key=lambda one: (chronological(_happened(one)), one.ref))
    return tuple(_told(one, by_ref) for one in newest)


def _happened(one: Summary) -> str:
    return one.ended_at or one.started_at


def _told(one: Summary, runs: Mapping[str, RunSummary]) -> Document:
    return Document(
        title=one.name,
        kind="run" if isinstance(one, RunSummary) else "deployment",
        subject=one.link(),
        sections=(Section("Summary", tuple(_blocks(one, runs))),),
        status=one.standing(),
        up=(Ref(one.project.ref, one.project.name),),
        as_of=_happened(one),
    )


def _run_of(one: Summary, runs: Mapping[str, RunSummary]) -> RunSummary | None:
    return runs.get(one.run_ref) if isinstance(one, DeploymentSummary) and one.run_ref else None


def _blocks(one: Summary, runs: Mapping[str, RunSummary]) -> Iterator[Block]:
    run = one if isinstance(one, RunSummary) else _run_of(one, runs)
    came_from = [Figure("from", Ref(run.ref, f"run {run.name}"))] if run and run is not one else []
    numbers = [Figure(headline.label, Number(headline.value, headline.unit), headline.note) for headline in (run.headlines if run else ())]
    yield Figures((*came_from, *numbers))
    if one.attention.worst:
        found = tuple(Issue(concern.severity, concern.key, concern.sentence, one.link()) for concern in one.attention.worst)
        yield Issues(found, one.attention.total)
