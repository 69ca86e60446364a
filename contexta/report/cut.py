"""Tables that may be long: as many rows as a page takes, a sentence that says which, and a sheet that has all."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Generic, TypeVar

from contexta.report import cells
from contexta.report.choice import ROWS, Choice, Grade, choose, worst_first
from contexta.report.document import Column, Rows, Scalar, Sheet, Table
from contexta.report.inline import Cell
from contexta.report.phrases import counted

M = TypeVar("M")
Row = Callable[[M], tuple[Cell, ...]]
Columns = Callable[[Sequence[M]], tuple[Column, ...]]
Made = Callable[[Sequence[M]], Sequence[tuple[Cell, ...]]]

# As many rows of a sheet as are made at once.
_BLOCK = 1000

# Columns whose cells have a unit of their own → their title in a sheet, which has bare numbers.
_WITH_UNIT = {"Duration": "Duration (seconds)", "Size": "Size (bytes)"}


@dataclass(frozen=True, slots=True)
class Ranks(Generic[M]):
    """What tells the rows of a table apart: how bad each is, None where it is not, in words (`by loss`); and what to count them by."""

    grade: Callable[[M], Grade | None]
    by: str
    kind: Callable[[M], str] | None = None


@dataclass(frozen=True, slots=True)
class _Rows(Generic[M]):
    """The rows of a sheet, made as they are walked."""

    models: Sequence[M]
    rows: Made[M]

    def __iter__(self) -> Iterator[tuple[Scalar, ...]]:
        blocks = (self.models[start : start + _BLOCK] for start in range(0, len(self.models), _BLOCK))
        return (tuple(map(cells.plain, row)) for row in chain.from_iterable(map(self.rows, blocks)))


def each(row: Row[M]) -> Made[M]:
    """Rows made one by one."""
    return lambda models: tuple(map(row, models))


def by_column(columns: Columns[M]) -> Made[M]:
    """Rows made of their columns."""
    return lambda models: Rows(columns(models))


def table(
    name: str,
    titles: Sequence[str],
    models: Sequence[M],
    rows: Made[M],
    ranks: Ranks[M] | None = None,
    caption: str = "",
    limit: int = ROWS,
) -> Table:
    """A row for each model; of more than `limit`, the worst, the first and the last, and all in a sheet of that name."""
    if len(models) <= limit:
        return cells.table(caption, titles, rows(models))
    choice = choose(len(models), worst_first(map(ranks.grade, models)) if ranks else (), limit)
    made = cells.table(caption, titles, rows([models[place] for place in choice.places]))
    columns = tuple(_WITH_UNIT.get(title, title) for title in titles)
    sheet = Sheet(name, columns, _Rows(models, rows), f"all {counted(len(models), 'row')}")
    return replace(made, total=len(models), note=_sentence(choice, models, ranks), sheet=sheet)


def shown_of(shown: int, total: int, one: str, parts: Iterable[str]) -> str:
    """`200 of 20,000 rows: the first 60, the last 140.`"""
    return f"{shown:,} of {counted(total, one)}: {', '.join(parts)}."


def _sentence(choice: Choice, models: Sequence[M], ranks: Ranks[M] | None) -> str:
    worst = [f"the {choice.worst:,} worst {ranks.by}"] if ranks and choice.worst else []
    sentence = shown_of(len(choice.places), len(models), "row", [*worst, f"the first {choice.first:,}", f"the last {choice.last:,}"])
    return f"{sentence} {_counts(map(ranks.kind, models))}." if ranks and ranks.kind else sentence


def _counts(kinds: Iterable[str]) -> str:
    """`19,988 completed, 12 failed`: the most first."""
    found = sorted(Counter(kinds).items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{count:,} {kind}" for kind, count in found)


def by_word(word: Callable[[Any], str], worst: Sequence[str], by: str) -> Ranks[Any]:
    """Rows told apart by a word, of which these are bad, the worst first."""
    grades = {bad: (float(rank),) for rank, bad in enumerate(worst)}
    return Ranks(lambda model: grades.get(word(model)), by, word)


STATUS = by_word(lambda model: str(model.status), ("failed", "open"), "by status")
