"""Lines that wait to be taken: of many at once, what varies is checked column by column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from contexta.workspace.columns import are_whole_numbers, names_fit, times_fit, written_as
from contexta.workspace.frames import Framed
from contexta.workspace.habits import Cutters
from contexta.workspace.lines import Block
from contexta.workspace.stencil import Layout, Row, Stencil, line_of


class Alike(NamedTuple):
    """A line with a record that is no metric, and what varies in it; all but its payload is found good before it is taken."""

    stencil: Stencil
    row: Row
    number: int
    raw: bytes


@dataclass(slots=True)
class Held:
    """Lines that each are as their stencil says, but for what varies in them, which is still to be checked: so much the quicker, the more
    they are.

    They stood one after the other in a file; `numbers` are theirs. `passed` are those that are no metrics, by their places: what they
    frame, or that they are like others; `others` are the hashes of their names.
    """

    rows: list[Row] = field(default_factory=list)
    used: list[Stencil] = field(default_factory=list)
    passed: dict[int, tuple[bytes, Framed | Alike]] = field(default_factory=dict)
    others: set[int] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numbers)

    def place(self, row: int) -> int:
        """Where the line of a row stood."""
        place = row
        for passed in self.passed:
            place += passed <= place
        return place

    def rows_before(self, end: int) -> int:
        """How many rows come before a place."""
        return end - sum(place < end for place in self.passed)

    def first_odd(self) -> int:
        """The place of the first record that is not like others as it seemed; where there is none, the end."""
        alike = {place: one for place, (_, one) in self.passed.items() if isinstance(one, Alike)}
        by_layout: dict[Layout, list[Alike]] = {}
        for one in alike.values():
            by_layout.setdefault(one.stencil.layout, []).append(one)
        if all(map(_are_alike, by_layout.values())):
            return len(self)
        return next((place for place, one in alike.items() if not _are_alike([one])), len(self))

    def block(self, file: str, cutters: Cutters) -> Block:
        """The lines once more: they were let go, so that not all of a run must be in the processor's cache."""
        texts = [line_of(row, cutters[stencil][1]) for row, stencil in zip(self.rows, self.used, strict=True)]
        for place, (text, _) in self.passed.items():  # which are in their order
            texts.insert(place, text)
        return Block(file, texts, self.numbers)


class Taken(NamedTuple):
    """How many metrics were taken of lines that were held, and the lines passed over before the first that was not; `left` are all
    of them, and the place of that one, where there is one.
    """

    metrics: int
    passed: list[Framed | Alike]
    left: tuple[Block, int] | None = None


def _are_alike(lines: Sequence[Alike]) -> bool:
    used = [line.stencil for line in lines]
    return as_written(used[0].layout, [*zip(*[line.row for line in lines], strict=True)], used, used)


def as_written(layout: Layout, columns: Sequence[Sequence[bytes]], used: Sequence[Stencil], kinds: Iterable[Stencil]) -> bool:
    """Whether all that varies in lines of one layout, but for what was measured, is as it should be."""
    framed, observed, recorded, names = (columns[place] for place in (layout.framed, layout.observed, layout.recorded, layout.name))
    patterns = {kind.name_pattern for kind in kinds}
    return (
        written_as(framed, layout.framed_pattern)
        and times_fit(layout.pattern, observed, recorded)
        and names_fit(names, [kind.name_pattern for kind in used] if len(patterns) > 1 else [*patterns] * len(names))
        and (are_whole_numbers(columns[layout.last]) if layout.numbered else columns[layout.last] == names)
    )
