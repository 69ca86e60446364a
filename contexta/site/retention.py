"""Which runs a site keeps: the newest, and those that were ever deployed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from contexta.contract import StableRef
from contexta.contract.fields import chronological, is_time, seconds_between
from contexta.site.executors import Crew
from contexta.site.plan import Plan
from contexta.site.remembered import read_by, remembered
from contexta.workspace import RunSource, Workspace

# What the index keeps the times of runs under.
_SPANS = "span"

_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """So many of the newest runs of each project, or those that have lines of so many of the newest days; what either keeps is kept.

    Days are counted back from the newest line of any run, so that the same workspace gives the same site on any day.
    """

    runs: int | None = None
    days: int | None = None


EVERYTHING = Retention()


@dataclass(frozen=True, slots=True)
class Span:
    """When a run began, and the time of its newest line."""

    ref: str
    began: str
    newest: str

    def to_json(self) -> bytes:
        """Itself as text, for the index."""
        return orjson.dumps([self.ref, self.began, self.newest])

    @classmethod
    def from_json(cls, text: bytes) -> "Span":
        """Read it back; raises ValueError where it is no such text."""
        match orjson.loads(text):
            case [str(ref), str(began), str(newest)] if is_time(began) and is_time(newest):
                return cls(ref, began, newest)
        raise ValueError(f"no span: {text!r}")


Spans = Mapping[StableRef, Span]


def retained(workspace: Workspace, plan: Plan, rule: Retention, crew: Crew) -> Plan:
    """What of a plan the rule keeps, and what the pages about many say of the rest; a run that a deployment names is always kept."""
    if rule == EVERYTHING or not plan.runs:
        return plan
    spans = dict(zip(plan.runs, _spans(workspace, plan.runs, crew), strict=True))
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


def _spans(workspace: Workspace, refs: Sequence[StableRef], crew: Crew) -> list[Span]:
    """When runs began, and their newest lines; only those that changed are read."""

    def read(changed: Sequence[StableRef]) -> Iterable[Span]:
        return read_by(crew, spans_of, [workspace.run_source(ref) for ref in changed])

    return remembered(workspace, refs, _SPANS, Span.from_json, read)


def spans_of(sources: Iterable[RunSource]) -> list[Span]:
    """Read several."""
    from contexta.workspace import Habits  # most builds keep all runs

    habits = Habits()
    snapshots = (source.snapshot(habits) for source in sources)
    return [Span(one.run.ref.text, one.run.started_at, one.as_of or one.run.started_at) for one in snapshots]
