"""Since the previous run: what a run is measured against, and what differs from it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from contexta.contract import MetricSeries, RunSnapshot
from contexta.report import curves, differences, measures
from contexta.report.differences import Difference, counted, the_same
from contexta.report.directions import Directions
from contexta.report.document import Block, Details, Fact, Figure, Figures, Issue, Note, Table
from contexta.report.inline import Number, Ref, Text
from contexta.report.phrases import listed
from contexta.report.traits import Finding, Measure, Measured, RunTraits, Setup, findings_of

# As many rows as a reader takes in at the top of a page; the comparison has all.
MAX_ROWS = 30


@dataclass(frozen=True, slots=True)
class Against:
    """The run that another is measured against, if there is one; which way metrics get better; and the page that compares both in full."""

    previous: RunTraits | None
    directions: Directions
    comparison: Ref | None

    def figures(self, snapshot: RunSnapshot) -> Figures | None:
        """The headline numbers of a run, and how they changed."""
        items = tuple(self._figure(*one) for one in measures.headline_series(snapshot))
        if not items:
            return None
        changed = self.previous is not None and any(item.change is not None for item in items)
        return Figures(items, self.previous.link() if self.previous and changed else None)

    def _figure(self, name: str, note: str, series: MetricSeries) -> Figure:
        measure = Measure.of(series)
        before = self.previous.measures.get(Measured.of(series)) if self.previous else None
        best = differences.best(measure, self.directions)
        if before is not None and before.unit != measure.unit:
            note = f"{note}, before in {before.unit or 'no unit'}".removeprefix(", ")
        return Figure(
            name,
            Number(measure.last, measure.unit),
            note,
            None if best is None else Number(best, measure.unit),
            differences.change(measure, before, self.directions),
            curves.spark(series),
        )

    def blocks(self, snapshot: RunSnapshot, issues: Iterable[Issue]) -> Iterator[Block]:
        """What differs from the previous run, and only that; what is the same is counted."""
        if self.previous is None:
            return
        here, there = Setup.of(snapshot), self.previous.setup
        code, platform = differences.of_code(here, there), differences.of_platform(here, there)
        parameters, packages = differences.of_parameters(here, there), differences.of_packages(here, there)
        findings = _findings(findings_of(issues), self.previous)
        rows = [*code.differing, *parameters.differing, *platform.differing, *findings]
        same = the_same([*code.same, *counted(parameters, "parameter"), *platform.same, *counted(packages, "package")])
        if rows:
            yield _table("Since the previous run", self.previous.name, rows, same)
        elif same:
            yield Note(f"Nothing that is known of its code, data, settings and issues changed since the previous run. {same}")
        if packages.differing:
            yield Details(_table("Packages that changed since the previous run", self.previous.name, packages.differing, ""))

    def links(self) -> Iterator[Fact]:
        """The previous run, and the page that compares both in full."""
        if self.previous is not None:
            yield Fact("Previous run", self.previous.link())
        if self.comparison is not None:
            yield Fact("Comparison", self.comparison)


def _findings(here: Mapping[Finding, Issue], previous: RunTraits) -> Iterator[Difference]:
    """What is new in Diagnostics, and what is gone; what is new is not known where not all of the previous run's is."""
    before = frozenset(previous.findings)
    new = [what.words for what in here if what not in before] if previous.all_findings else []
    gone = [what.words for what in previous.findings if what not in here]
    if new:
        yield Difference(Text("New in Diagnostics"), listed(new), None)
    if gone:
        yield Difference(Text("Gone from Diagnostics"), None, listed(gone))


def _table(caption: str, name: str, rows: Iterable[Difference], note: str) -> Table:
    found = [one.row() for one in rows]
    return Table(caption, ("What", "This run", name), tuple(found[:MAX_ROWS]), len(found), note)
