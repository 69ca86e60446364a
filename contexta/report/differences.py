"""What differs between two runs: numbers, what they were started with, and what needs attention."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from contexta.report import phrases
from contexta.report.directions import Directions
from contexta.report.document import Issue
from contexta.report.inline import Cell, Change, Code, Text
from contexta.report.traits import Finding, Measure, Setup


class Difference(NamedTuple):
    """Something that is one thing in a run and another in the other; None where one has nothing of the kind."""

    what: Cell
    here: str | None
    there: str | None

    def row(self) -> tuple[Cell, ...]:
        """It as a row of a table."""
        return (self.what, *(None if value is None else Text(value) for value in (self.here, self.there)))


class Compared(NamedTuple):
    """What differs, and the names of what is the same."""

    differing: Sequence[Difference]
    same: Sequence[str]


def counted(compared: Compared, one: str) -> Sequence[str]:
    """How many are the same: `["12 packages"]`, nothing where none is."""
    return [phrases.counted(len(compared.same), one)] if compared.same else []


def the_same(words: Sequence[str]) -> str:
    """That these are the same, in a sentence: `Dataset, 3 parameters and 1 package are the same.`"""
    if not words:
        return ""
    *first, last = words
    listed = f"{', '.join(first)} and {last}" if first else last
    several = first or (last[0].isdigit() and not last.startswith("1 "))
    return f"{listed[0].upper()}{listed[1:]} {'are' if several else 'is'} the same."


def change(here: Measure, there: Measure | None, directions: Directions) -> Change | None:
    """By how much a number is more here than there, in the unit of both; None where one is no number, or their units differ."""
    if there is None or here.unit != there.unit:
        return None
    amount = here.last - there.last
    return Change(amount, better=directions.better(here.key, amount)) if _is_finite(amount) else None


def _is_finite(amount: float) -> bool:
    try:
        return math.isfinite(amount)
    except OverflowError:  # a whole number beyond all floats
        return False


def best(measure: Measure, directions: Directions) -> int | float | None:
    """The best value that there was, where it is known which is better, and it is another than the last."""
    match directions.of(measure.key):
        case "up":
            found = measure.greatest
        case "down":
            found = measure.least
        case None:
            return None
    return None if found == measure.last else found


def of_code(here: Setup, there: Setup) -> Compared:
    """Code and data."""
    return _values(("code revision", here.code_revision, there.code_revision), ("dataset", here.dataset, there.dataset))


def of_platform(here: Setup, there: Setup) -> Compared:
    """Python and platform, where either both or none of the runs captured its environment."""
    if (here.python is None) is not (there.python is None):
        return _values(("environment", _whether_captured(here), _whether_captured(there)))
    return _values(("Python", here.python, there.python), ("platform", here.platform, there.platform))


def _values(*named: tuple[str, str | None, str | None]) -> Compared:
    differing = [Difference(Text(f"{name[0].upper()}{name[1:]}"), one, other) for name, one, other in named if one != other]
    return Compared(differing, [name for name, one, other in named if one is not None and one == other])


def _whether_captured(setup: Setup) -> str:
    return "not captured" if setup.python is None else "captured"


def of_parameters(here: Setup, there: Setup) -> Compared:
    """Settings and tags."""
    return _entries(here.parameters, there.parameters, _cut(here, "parameters"), _cut(there, "parameters"))


def of_packages(here: Setup, there: Setup) -> Compared:
    """Packages, where both runs know theirs."""
    if here.python is None or there.python is None:
        return Compared((), ())
    return _entries(here.packages, there.packages, _cut(here, "packages"), _cut(there, "packages"))


def _cut(setup: Setup, name: str) -> str | None:
    """The name up to which the entries of a field are known; None where all are."""
    return max(getattr(setup, name)) if name in setup.cut else None


def _entries(here: Mapping[str, str], there: Mapping[str, str], *known: str | None) -> Compared:
    if here == there:
        return Compared((), [*here])
    last = min((name for name in known if name is not None), default=None)
    names = sorted(name for name in here.keys() | there.keys() if last is None or name <= last)
    same = [name for name in names if here.get(name) == there.get(name)]
    return Compared([Difference(Code(name), here.get(name), there.get(name)) for name in sorted({*names}.difference(same))], same)


def of_findings(here: Mapping[Finding, Issue], there: Mapping[Finding, Issue]) -> Compared:
    """What needs attention in one and not in the other."""
    new = [_finding(what, issue, None) for what, issue in here.items() if what not in there]
    gone = [_finding(what, None, issue) for what, issue in there.items() if what not in here]
    return Compared([*new, *gone], [what.words for what in here if what in there])


def _finding(what: Finding, here: Issue | None, there: Issue | None) -> Difference:
    severity = next(issue.severity for issue in (here, there) if issue)
    return Difference(Text(f"{severity.capitalize()}: {what.words}"), here.sentence if here else None, there.sentence if there else None)
