"""From a source to the pages of a run, a deployment or a comparison: the work of a build, done wherever its executor is."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, zip_longest
from typing import NamedTuple

from contexta.contract import RunSnapshot, StableRef
from contexta.report import (
    Document,
    RunTraits,
    Story,
    build_comparison,
    build_deployment,
    build_snapshot_report,
    comparison_ref,
    summarize,
)
from contexta.site.made import ALONE, UNCERTAIN, Against, Made
from contexta.site.press import Press
from contexta.workspace import DeploymentSource, Habits, RunSource

# Runs of as many bytes of lines are held in memory at once; of fewer lines than this, a run with its page takes no less room.
_TOGETHER, _LEAST = 8_000_000, 1_000_000

# What comes of a task: nothing at the end of a step after which others do the same step, else a page.
Steps = Iterator[Made | None]


class Known(NamedTuple):
    """A run as a later one sees it, and a digest of that."""

    traits: RunTraits
    digest: str

    @classmethod
    def of(cls, snapshot: RunSnapshot) -> "Known":
        """What is to be known of a run."""
        found = RunTraits.of(snapshot)
        return cls(found, found.digest())


@dataclass(slots=True)
class Reading:
    """What was read of some tasks that are done one after the other, so that neighbours need not read it again."""

    habits: Habits
    _known: dict[str, Known] = field(default_factory=dict)
    _before: dict[str, Known | None] = field(default_factory=dict)
    _latest: tuple[RunSnapshot, ...] = ()

    def snapshot(self, source: RunSource) -> RunSnapshot:
        """Read a run, quicker with what was learned from other runs; not again one of the two that were read last."""
        found = self.at_hand(source.ref)
        if found is None:
            found = source.snapshot(self.habits)
            self._latest = (*self._latest[-1:], found)
        return found

    def at_hand(self, ref: StableRef) -> RunSnapshot | None:
        """A run, if it was read just now."""
        return next((snapshot for snapshot in self._latest if snapshot.run.ref == ref), None)

    def before(self, source: RunSource | None) -> Known | None:
        """The run to measure a later one against: this one, or the one before it that it was measured against itself.

        Raises Uncertain where that was not read.
        """
        if source is None:
            return None
        ref = source.ref.text
        if ref not in self._known:
            self._known[ref] = Known.of(self.snapshot(source))
        found = self._known[ref]
        if found.traits.is_comparable:
            return found
        if ref not in self._before:
            raise Uncertain
        return self._before[ref]

    def remember(self, run: Known) -> None:
        """Keep what a later run needs to know of one."""
        self._known[run.traits.ref] = run

    def remember_before(self, run: Known, before: Known | None) -> None:
        """Keep which run another was measured against."""
        self._before[run.traits.ref] = before


class Uncertain(Exception):
    """Nobody knows yet which run another is to be measured against."""


@dataclass(frozen=True, slots=True)
class RunTask:
    """Make the page of a run. `previous` is the run before it, as far as can be told before both are read.

    `compared` says that there is a page that compares both; it is made along, while both are at hand, where `beside` are the references
    that it may link to.
    """

    source: RunSource
    press: Press
    pages: frozenset[str]
    previous: RunSource | None = None
    compared: bool = False
    beside: frozenset[str] | None = None

    @property
    def size(self) -> int:
        """How many bytes of lines are read."""
        return self.source.lines.size

    def steps(self, reading: Reading) -> Steps:
        """Read it, and make its page, and the one that compares it with the run before it."""
        try:
            previous = reading.before(self.previous)
        except Uncertain:  # the page is made once all runs are known
            own, snapshot = self._own(reading)
            yield _told(Made(ref=snapshot.run.ref.text, title=snapshot.run.name, pages=()), snapshot, own.digest, UNCERTAIN)
            return
        left = reading.at_hand(self.previous.ref) if self.previous and self.beside is not None else None
        own, snapshot = self._own(reading)
        reading.remember_before(own, previous)
        yield None
        before = previous and previous.traits
        comparison = comparison_ref(before.ref, snapshot.run.ref.text) if before and self.compared else None
        document = build_snapshot_report(snapshot, before, self.press.directions, comparison)
        yield None
        near = {other.ref for other in (before, comparison) if other}
        made = yield from _put(self.press, document, self.pages | near)
        against = Against(previous.traits.ref, previous.digest, self.compared) if previous else ALONE
        yield _told(made, snapshot, own.digest, against)
        if left is not None and self.beside is not None and left.run.ref.text == against.ref:
            yield self.press.put(build_comparison(left, snapshot, self.press.directions), self.beside)

    def _own(self, reading: Reading) -> tuple[Known, RunSnapshot]:
        snapshot = reading.snapshot(self.source)
        own = Known.of(snapshot)
        reading.remember(own)
        return own, snapshot


@dataclass(frozen=True, slots=True)
class DeploymentTask:
    """Make the page of a deployment; `story` is what it tells of others."""

    source: DeploymentSource
    press: Press
    pages: frozenset[str]
    story: Story

    @property
    def size(self) -> int:
        """How many bytes of lines are read."""
        return self.source.lines.size

    def steps(self, reading: Reading) -> Steps:
        """Read it, and make its page."""
        snapshot = self.source.snapshot(reading.habits)
        yield None
        yield self.press.put(build_deployment(snapshot, self.story, self.press.directions), self.pages)


@dataclass(frozen=True, slots=True)
class ComparisonTask:
    """Make the page that compares two runs."""

    left: RunSource
    right: RunSource
    press: Press
    pages: frozenset[str]

    @property
    def size(self) -> int:
        """How many bytes of lines are read."""
        return self.left.lines.size + self.right.lines.size

    def steps(self, reading: Reading) -> Steps:
        """Read both, and make the page."""
        left, right = reading.snapshot(self.left), reading.snapshot(self.right)
        yield None
        yield self.press.put(build_comparison(left, right, self.press.directions), self.pages)


Task = RunTask | DeploymentTask | ComparisonTask


def _put(press: Press, document: Document, pages: frozenset[str]) -> Generator[None, None, Made]:
    """Write a document, in two steps."""
    contents = press.contents(document, pages)
    yield None
    return press.put_files(document.subject.ref, document.title, contents)


def work(tasks: Sequence[Task]) -> list[Made]:
    """Do several: a function, so that it can be sent to a worker."""
    reading = Reading(_habits())
    steps = (zip_longest(*[task.steps(reading) for task in together]) for together in _together(tasks))
    return [made for step in chain.from_iterable(steps) for made in step if made is not None]


def _together(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Tasks of which each step is done for one after the other, before the next: small ones, else one alone.

    A processor that does one thing for a while finds code and tables in its caches; going to and fro for each run takes a tenth longer.
    """
    together: list[Task] = []
    size = 0
    for task in tasks:
        room = max(task.size, _LEAST)
        if together and size + room > _TOGETHER:
            yield together
            together, size = [], 0
        together.append(task)
        size += room
    if together:
        yield together


@lru_cache(maxsize=1)
def _habits() -> Habits:
    """What this process learned from the runs that it read: it makes the next quicker, and nothing else of them."""
    return Habits()


def _told(made: Made, snapshot: RunSnapshot, own: str, against: Against) -> Made:
    """What was made, and all that other pages need to know of the run."""
    return made.with_summary(summarize(snapshot).to_json(), _presence(snapshot)).with_traits(own, against)


def _presence(snapshot: RunSnapshot) -> tuple[tuple[str, bool], ...]:
    """The files in the workspace that the page tells of, and whether each was there."""
    found = {artifact.manifest.location_ref: artifact.in_workspace for artifact in snapshot.artifacts}
    return tuple((location, there) for location, there in found.items() if there is not None)
