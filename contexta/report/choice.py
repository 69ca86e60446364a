"""Which rows of a long table a page shows: the worst, the first and the last."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contexta.report.directions import Direction

# As many rows of one table as a page takes.
ROWS = 200

# Of a hundred rows shown, so many are the worst, and so many the first; the last fill up what is left.
_WORST, _FIRST = 40, 30

# How bad a row is: the less, the worse.
Grade = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The places of the rows to show, in their usual order, and how many of them are there for being among the worst, the first, the last.

    A row may be there for two reasons.
    """

    places: tuple[int, ...]
    worst: int = 0
    first: int = 0
    last: int = 0


def choose(total: int, worst_first: Sequence[int] = (), limit: int = ROWS) -> Choice:
    """Up to `limit` of `total` rows: the worst of those that `worst_first` names by their places, the first, and the last."""
    if total <= limit:
        return Choice(tuple(range(total)), first=total)
    worst = worst_first[: limit * _WORST // 100]
    first = limit * _FIRST // 100
    chosen = {*worst, *range(first)}
    last = total
    while len(chosen) < limit:
        last -= 1
        chosen.add(last)
    return Choice(tuple(sorted(chosen)), len(worst), first, total - last)


def worst_first(grades: Iterable[Grade | None]) -> list[int]:
    """The places that have a grade, the worst first; of equals, the first."""
    return [place for _, place in sorted((grade, place) for place, grade in enumerate(grades) if grade is not None)]


def share(sizes: Sequence[int], limit: int) -> int:
    """The most rows that each of several groups may have from either end, so that together they have no more than `limit`."""
    return bisect_right(range(limit // 2 + 1), limit, key=lambda ends: sum(min(size, 2 * ends) for size in sizes)) - 1


def grade_of_number(value: float, better: Direction) -> Grade:
    """How bad a number is where more or less of it is better; what is no number is worst of all."""
    if math.isnan(value):
        return (0,)
    return (1, value if better == "up" else -value)
