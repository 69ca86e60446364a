"""Measurements beside what they must be and what they aim to be, as a Markdown table that reads well unrendered too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TITLES = ("case", "measured", "must", "aim", "verdict")

REACHES_AIM, HOLDS, MISSED = "aim", "must", "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One row: a number that is better the smaller it is.

    `measured` is None where there is none; `detail` is what the number was made of; `fault` is what was wrong with the work that was
    measured, so that its number counts for nothing.
    """

    case: str
    measured: float | None
    must: float
    aim: float | None = None
    spec: str = ".2f"
    unit: str = ""
    detail: str = ""
    fault: str = ""

    @property
    def holds(self) -> bool:
        """Whether it is what it must be."""
        return not self.fault and self.measured is not None and self.measured <= self.must

    @property
    def verdict(self) -> str:
        """The better of the two bounds that it keeps, or that it keeps none, and why."""
        if self.fault:
            return f"{MISSED}: {self.fault}"
        if not self.holds:
            return MISSED
        return REACHES_AIM if self.aim is not None and self.measured is not None and self.measured <= self.aim else HOLDS

    def cells(self) -> tuple[str, ...]:
        """The row's texts, below TITLES."""
        measured = self._worded(self.measured)
        bounds = (f"≤ {self._worded(bound)}" if bound is not None else "" for bound in (self.must, self.aim))
        return (self.case, f"{measured} ({self.detail})" if self.detail else measured, *bounds, self.verdict)

    def _worded(self, value: float | None) -> str:
        number = "–" if value is None else f"{value:{self.spec}}"
        return f"{number} {self.unit}" if self.unit and value is not None else number


def markdown_table(rows: Iterable[Measurement]) -> str:
    """The rows below their titles, columns as wide as their widest cell."""
    texts = [TITLES, *(tuple(_escaped(cell) for cell in row.cells()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    head, *body = (_row(row, widths) for row in texts)
    return "\n".join((head, _row(["-" * width for width in widths], widths), *body))


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
