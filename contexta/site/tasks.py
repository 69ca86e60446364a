"""From a source to the pages of a run, a deployment or a comparison: the work of a build, done wherever its executor is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import NamedTuple

from contexta.contract import DeploymentSnapshot, RunSnapshot
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
    _last: RunSnapshot | None = None

    def snapshot(self, source: RunSource) -> RunSnapshot:
        """Read a run, quicker with what was learned from other runs; not again what was read last."""
        if self._last is None or self._last.run.ref != source.ref:
            self._last = source.snapshot(self.habits)
        return self._last

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

    `compared` says that there is a page that compares both.
    """

    source: RunSource
    press: Press
    pages: frozenset[str]
    previous: RunSource | None = None
    compared: bool = False

    @property
    def size(self) -> int:
        """How many bytes of lines are read."""
        return self.source.lines.size

    def page(self, reading: Reading) -> Callable[[], Made]:
        """Read what it takes; gives what makes the page."""
        snapshot = reading.snapshot(self.source)
        own = Known.of(snapshot)
        reading.remember(own)
        try:
            previous = reading.before(self.previous)
        except Uncertain:  # the page is made once all runs are known
            return partial(_told, Made(ref=self.source.ref.text, title=snapshot.run.name, pages=()), snapshot, own.digest, UNCERTAIN)
        reading.remember_before(own, previous)
        return partial(self._page, snapshot, own.digest, previous)

    def _page(self, snapshot: RunSnapshot, own: str, previous: Known | None) -> Made:
        if previous is None:
            document, near, against = build_snapshot_report(snapshot, directions=self.press.directions), set[str](), ALONE
        else:
            before = previous.traits
            comparison = comparison_ref(before.ref, snapshot.run.ref.text) if self.compared else None
            document = build_snapshot_report(snapshot, before, self.press.directions, comparison)
            near = {before.ref, comparison.ref} if comparison else {before.ref}
            against = Against(before.ref, previous.digest, self.compared)
        return _told(self.press.put(document, self.pages | near), snapshot, own, against)


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

    def page(self, reading: Reading) -> Callable[[], Made]:
        """Read it; likewise."""
        return partial(self._page, self.source.snapshot(reading.habits))

    def _page(self, snapshot: DeploymentSnapshot) -> Made:
        return self.press.put(build_deployment(snapshot, self.story, self.press.directions), self.pages)


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

    def page(self, reading: Reading) -> Callable[[], Made]:
        """Read both; likewise."""
        left, right = reading.snapshot(self.left), reading.snapshot(self.right)
        return lambda: self.press.put(build_comparison(left, right, self.press.directions), self.pages)


Task = RunTask | DeploymentTask | ComparisonTask


def work(tasks: Sequence[Task]) -> list[Made]:
    """Do several: a function, so that it can be sent to a worker."""
    reading = Reading(_habits())
    return [make() for together in _read_together(tasks) for make in [task.page(reading) for task in together]]


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
