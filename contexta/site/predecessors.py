"""Which run each is measured against: the one before it in its project that completed."""

from collections.abc import Iterable, Mapping

from contexta.contract.fields import chronological
from contexta.report import RunSummary

# As many of the newest runs of a project have a page that compares each with the one before: it takes about as long to make as a run's own.
COMPARED = 20


def predecessors(runs: Iterable[RunSummary]) -> dict[str, str]:
    """Run → the run before it, of those that later ones may be measured against; runs without one are left out."""
    found: dict[str, str] = {}
    latest: dict[str, str] = {}
    for run in _in_time(runs):
        if run.project.ref in latest:
            found[run.ref] = latest[run.project.ref]
        if run.is_comparable:
            latest[run.project.ref] = run.ref
    return found


def compared(runs: Iterable[RunSummary], before: Mapping[str, str]) -> dict[str, str]:
    """The newest runs of each project, in order of time, and those before them, that have a page which compares both."""
    by_project: dict[str, list[str]] = {}
    for run in _in_time(runs):
        by_project.setdefault(run.project.ref, []).append(run.ref)
    return {ref: before[ref] for refs in by_project.values() for ref in refs[-COMPARED:] if ref in before}


def _in_time(runs: Iterable[RunSummary]) -> list[RunSummary]:
    return sorted(runs, key=lambda run: (chronological(run.started_at), run.ref))
