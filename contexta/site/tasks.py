"""From a source to the pages of a run, a deployment or a comparison: the work of a build, done wherever its executor is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import NamedTuple

from contexta.contract import DeploymentSnapshot, RunSnapshot, StableRef
from contexta.report import (
    RunTraits,
    Story,
    build_comparison,
    build_deployment,
    build_snapshot_report,
    comparison_ref,
    summarize,
    traits,
)
from contexta.site.made import ALONE, UNCERTAIN, Against, Made
from contexta.site.press import Press
from contexta.workspace import DeploymentSource, Habits, RunSource

# Runs of as many bytes of lines are held in memory at once.
_TOGETHER = 6_000_000

# Makes what was read into pages.
Make = Callable[[], Iterator[Made]]


class Known(NamedTuple):
    """A run as a later one sees it, and a digest of that."""

    traits: RunTraits
    digest: str

    @classmethod
    def of(cls, snapshot: RunSnapshot) -> "Known":
        """What is to be known of a run."""
        found = traits(snapshot)
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

    def pages_from(self, reading: Reading) -> Make:
        """Read what it takes; gives what makes the page."""
        try:
            previous = reading.before(self.previous)
        except Uncertain:  # the page is made once all runs are known
            own, snapshot = self._own(reading)
            return partial(_unmade, snapshot, own.digest)
        left = reading.at_hand(self.previous.ref) if self.previous and self.beside is not None else None
        own, snapshot = self._own(reading)
        reading.remember_before(own, previous)
        return partial(self._made, snapshot, own.digest, previous, left)

    def _own(self, reading: Reading) -> tuple[Known, RunSnapshot]:
        snapshot = reading.snapshot(self.source)
        own = Known.of(snapshot)
        reading.remember(own)
        return own, snapshot

    def _made(self, snapshot: RunSnapshot, own: str, previous: Known | None, left: RunSnapshot | None) -> Iterator[Made]:
        """The page, and the one that compares it with the run `left` of it, if that is what it was measured against."""
        if previous is None:
            document, near, against = build_snapshot_report(snapshot, directions=self.press.directions), set[str](), ALONE
        else:
            before = previous.traits
            comparison = comparison_ref(before.ref, snapshot.run.ref.text) if self.compared else None
            document = build_snapshot_report(snapshot, before, self.press.directions, comparison)
            near = {before.ref, comparison.ref} if comparison else {before.ref}
            against = Against(before.ref, previous.digest, self.compared)
        yield _told(self.press.put(document, self.pages | near), snapshot, own, against)
        if left is not None and self.beside is not None and left.run.ref.text == against.ref:
            yield self.press.put(build_comparison(left, snapshot, self.press.directions), self.beside)


def _unmade(snapshot: RunSnapshot, own: str) -> Iterator[Made]:
    yield _told(Made(ref=snapshot.run.ref.text, title=snapshot.run.name, pages=()), snapshot, own, UNCERTAIN)


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

    def pages_from(self, reading: Reading) -> Make:
        """Read it; likewise."""
        return partial(self._made, self.source.snapshot(reading.habits))

    def _made(self, snapshot: DeploymentSnapshot) -> Iterator[Made]:
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

    def pages_from(self, reading: Reading) -> Make:
        """Read both; likewise."""
        return partial(self._made, reading.snapshot(self.left), reading.snapshot(self.right))

    def _made(self, left: RunSnapshot, right: RunSnapshot) -> Iterator[Made]:
        yield self.press.put(build_comparison(left, right, self.press.directions), self.pages)


Task = RunTask | DeploymentTask | ComparisonTask


def work(tasks: Sequence[Task]) -> list[Made]:
    """Do several: a function, so that it can be sent to a worker."""
    reading = Reading(_habits())
    read = ([task.pages_from(reading) for task in together] for together in _read_together(tasks))
    return [made for makes in read for make in makes for made in make()]


def _read_together(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Tasks whose lines are read one after the other before their pages are made: small ones, else one alone.

    A processor that does one thing for a while finds code and tables in its caches; going to and fro for each run takes a tenth longer.
    """
    together: list[Task] = []
    size = 0
    for task in tasks:
        if together and size + task.size > _TOGETHER:
            yield together
            together, size = [], 0
        together.append(task)
        size += task.size
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
