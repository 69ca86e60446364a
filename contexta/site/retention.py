"""Which runs a site keeps: the newest, and those that were ever deployed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import orjson

from contexta.contract import StableRef
from contexta.contract.fields import chronological, is_time, seconds_between
from contexta.site.executors import Crew
from contexta.site.plan import Plan
from contexta.workspace import Habits, RunSource, Workspace

# What the index keeps the times of runs under.
_SPANS = "span"

# So many are read by a worker at once.
_BUNDLE = 32

_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """So many of the newest runs of each project, or those that have lines of so many of the newest days; what either keeps is kept.

    Days are counted back from the newest line of any run, so that the same workspace gives the same site on any day.
    """

    runs: int | None = None
    days: int | None = None


EVERYTHING = Retention()


class Span(NamedTuple):
    """When a run began, and the time of its newest line."""

    began: str
    newest: str


Spans = Mapping[StableRef, Span]


def retained(workspace: Workspace, plan: Plan, rule: Retention, crew: Crew) -> Plan:
    """What of a plan the rule keeps, and what the pages about many say of the rest; a run that a deployment names is always kept."""
    if rule == EVERYTHING or not plan.runs:
        return plan
    spans = _spans(workspace, plan.runs, crew)
    newest = max((span.newest for span in spans.values()), key=chronological)
    kept = {*_newest_runs(spans, rule.runs), *_newest_days(spans, rule.days, newest), *_deployed(workspace)}
    left = Counter(str(ref.owner("project")) for ref in plan.runs if ref not in kept)
    if not left:
        return plan
    notes = {page: _sentence(count, _told(rule, newest)) for page, count in (*left.items(), ("index", left.total()))}
    return replace(plan, runs=tuple(ref for ref in plan.runs if ref in kept), notes=notes)


def _newest_runs(spans: Spans, count: int | None) -> Iterator[StableRef]:
    if count is None:
        return
    by_project: dict[StableRef, list[StableRef]] = {}
    for ref in sorted(spans, key=lambda ref: (chronological(spans[ref].began), ref.text), reverse=True):
        by_project.setdefault(ref.owner("project"), []).append(ref)
    for refs in by_project.values():
        yield from refs[:count]


def _newest_days(spans: Spans, days: int | None, newest: str) -> Iterator[StableRef]:
    if days is not None:
        yield from (ref for ref, span in spans.items() if seconds_between(span.newest, newest) <= days * _DAY)


def _deployed(workspace: Workspace) -> Iterator[StableRef]:
    return (ref for deployment in workspace.deployment_refs() for ref in workspace.neighbours(deployment) if ref.kind == "run")


def _told(rule: Retention, newest: str) -> str:
    """The rule as it was asked for; the day from which it counts, since one wrong date there leaves out all that is right."""
    runs = [f"--keep {rule.runs}"] if rule.runs is not None else []
    days = [f"--keep-days {rule.days}, counted back from {newest[:10]}"] if rule.days is not None else []
    return " or ".join([*runs, *days])


def _sentence(count: int, told: str) -> str:
    runs = "1 older run is" if count == 1 else f"{count:,} older runs are"
    return f"{runs} not in this site: {told}. Runs that were deployed always are."


def _spans(workspace: Workspace, refs: Sequence[StableRef], crew: Crew) -> Spans:
    """When runs began, and their newest lines; only those that changed are read."""
    kept = workspace.index.kept(_SPANS)
    states = {ref: workspace.state(ref) for ref in refs}
    found = {ref: span for ref, state in states.items() if (span := _kept(*kept.get(ref.text, ("", b"")), state))}
    sources = [workspace.run_source(ref) for ref in refs if ref not in found]
    bundles = [sources[begin : begin + _BUNDLE] for begin in range(0, len(sources), _BUNDLE)]
    new = {ref: span for bundle in crew.results(read, bundles, sum(source.lines.size for source in sources)) for ref, span in bundle}
    workspace.index.keep(_SPANS, {ref.text: (states[ref], orjson.dumps([*span])) for ref, span in new.items()})
    workspace.index.forget(_SPANS, kept.keys() - {ref.text for ref in workspace.run_refs()})
    return {**found, **new}


def _kept(made_from: str, text: bytes, state: str) -> Span | None:
    """What was kept, where it is of this state and nobody spoilt it."""
    if made_from != state:
        return None
    try:
        began, newest = orjson.loads(text)
    except (ValueError, TypeError):
        return None
    return Span(began, newest) if is_time(began) and is_time(newest) else None


def read(sources: Iterable[RunSource]) -> list[tuple[StableRef, Span]]:
    """Read several: a function, so that it can be sent to a worker."""
    habits = Habits()
    snapshots = (source.snapshot(habits) for source in sources)
    return [(one.run.ref, Span(one.run.started_at, one.as_of or one.run.started_at)) for one in snapshots]
