"""What was found to be wrong with lines, as a table."""

from collections.abc import Iterable

from contexta.contract import Problem
from contexta.report import cut
from contexta.report.choice import ROWS
from contexta.report.document import Table
from contexta.report.inline import Cell, Code, Level, Text

_BY_SEVERITY = cut.by_word(lambda problem: str(problem.severity), ("error", "warning"), "by severity")


def problem_table(caption: str, problems: Iterable[Problem], name: str = "problems", limit: int = ROWS) -> Table:
    """Problems in the order of files and lines."""
    return cut.table(name, ("Place", "Severity", "Key", "What"), sorted(problems), cut.each(_problem_row), _BY_SEVERITY, caption, limit)


def _problem_row(one: Problem) -> tuple[Cell, ...]:
    return (Code(one.place), Level(one.severity), Code(one.key), Text(one.what))
