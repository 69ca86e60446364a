"""Two runs side by side."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from contexta.contract import MetricSeries, RunSnapshot
from contexta.report import cells
from contexta.report.differences import Difference
from contexta.report.document import Block, Note, Table
from contexta.report.inline import Cell, Ref
from contexta.report.traits import LEVELS, Measured, Setup

T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Pair:
    """The left run and the right one, what each was started with, and names that tell them apart."""

    left: RunSnapshot
    right: RunSnapshot
    setups: tuple[Setup, Setup]
    names: tuple[str, str]

    @classmethod
    def of(cls, left: RunSnapshot, right: RunSnapshot) -> "Pair":
        """The pair of two runs."""
        runs = (left.run, right.run)
        names = [run.name for run in runs]
        if names[0] == names[1] and left.run.ref != right.run.ref:
            names = [run.ref.value for run in runs]
        return cls(left, right, (Setup.of(left), Setup.of(right)), (names[0], names[1]))

    @property
    def is_one(self) -> bool:
        """Whether a run is compared with itself."""
        return self.left.run.ref == self.right.run.ref

    def refs(self) -> tuple[Ref, Ref]:
        """Both runs, by names that tell them apart."""
        return Ref(self.left.run.ref.text, self.names[0]), Ref(self.right.run.ref.text, self.names[1])

    def series(self) -> Sequence[tuple[Measured, MetricSeries | None, MetricSeries | None]]:
        """What was measured on either run, its stages and batches."""
        of_each = ({Measured.of(series): series for series in run.series if series.level in LEVELS} for run in (self.left, self.right))
        left, right = of_each
        return [(what, left.get(what), right.get(what)) for what in {**right, **left}]

    def told(self, what: str, differing: Sequence[Difference], note: str) -> Block:
        """What differs, and in words what does not."""
        if not differing:
            return Note(f"Nothing differs. {note}".rstrip())
        rows = (_row(difference) for difference in differing)
        return listed("", (what, *self.names), rows, note)


def listed(caption: str, columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]], note: str) -> Table:
    """A table with all its columns, though one of the runs may have nothing there."""
    found = tuple(rows)
    return Table(caption, columns, found[: cells.MAX_ROWS], len(found), note)


def _row(difference: Difference) -> tuple[Cell, ...]:
    what, here, there = difference.row()
    return what, there, here


def matched(left: Iterable[T], right: Iterable[T], key: Callable[[T], K]) -> list[tuple[T | None, T | None]]:
    """What has the same key in both, in the order of the right one, then what only the left one has."""
    by_key = ({key(one): one for one in many} for many in (left, right))
    lefts, rights = by_key
    return [(lefts.get(name), rights.get(name)) for name in {**rights, **lefts}]
