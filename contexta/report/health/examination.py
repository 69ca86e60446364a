"""Findings grouped by cause: how many, and the first of each. Memory does not grow with what is wrong but for a number a finding."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from contexta.report.health.causes import CAUSES, Cause
from contexta.report.health.findings import Finding

# As many findings of a cause are kept with their places.
KEPT = 100

# As many letters of what is wrong are kept: some of it is what a program wrote.
LETTERS = 2_000

_GRAVEST_FIRST = ("error", "warning", "info")


@dataclass(slots=True)
class Group:
    """The findings of one cause."""

    cause: Cause
    counts: Counter[str] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)
    first: list[Finding] = field(default_factory=list)

    @property
    def severity(self) -> str:
        """That of the gravest."""
        return next(one for one in _GRAVEST_FIRST if self.counts[one])

    def to_dict(self) -> dict[str, Any]:
        """Itself as JSON has it."""
        return {
            "keys": sorted(self.keys),
            "title": self.cause.title,
            "severity": self.severity,
            "count": self.counts.total(),
            "means": self.cause.means,
            "do": self.cause.do,
            "places": [
                {"file": one.file or None, "line": one.line or None, "ref": one.ref or None, "what": one.what} for one in self.first
            ],
        }


@dataclass(slots=True)
class Examination:
    """What was found so far. A finding that is told twice, as on the pages of a run and of a deployment, counts once."""

    _groups: dict[Cause, Group] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take in some more."""
        for finding in findings:
            if (told := hash(finding)) not in self._seen:
                self._seen.add(told)
                self._take(finding)

    def _take(self, finding: Finding) -> None:
        cause = CAUSES[finding.key]
        group = self._groups.setdefault(cause, Group(cause))
        group.counts[finding.severity] += 1
        group.keys.add(finding.key)
        if len(group.first) < KEPT:
            group.first.append(finding if len(finding.what) <= LETTERS else replace(finding, what=f"{finding.what[:LETTERS]}…"))

    def groups(self) -> list[Group]:
        """The causes, the gravest first, then in the order of the table."""
        order = {cause: place for place, cause in enumerate(CAUSES.values())}
        return sorted(self._groups.values(), key=lambda group: (_GRAVEST_FIRST.index(group.severity), order[group.cause]))

    def count(self, severity: str) -> int:
        """How many findings are of a severity."""
        return sum(group.counts[severity] for group in self._groups.values())

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong; what does not matter may have been found."""
        return not self.count("error") and not self.count("warning")
