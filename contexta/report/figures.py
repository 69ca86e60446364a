"""The headline numbers of a run, as the pages of its project and of its deployment show them."""

from collections.abc import Sequence

from contexta.report import progress
from contexta.report.directions import Directions
from contexta.report.document import Figure, Figures
from contexta.report.inline import Number
from contexta.report.summary import Headline, RunSummary


def figures(new: RunSummary, old: RunSummary | None, directions: Directions, over: progress.Courses) -> Figures:
    """The numbers of a run, each with its change against an older one; of the runs that `over` goes over, the best, and a sparkline."""
    olds = {one.measure: one for one in old.headlines} if old else {}
    made = (_figure(one, olds.get(one.measure), directions, over.get(one.measure, ())) for one in new.headlines)
    return Figures(tuple(made), old.link() if old else None)


def _figure(new: Headline, old: Headline | None, directions: Directions, points: Sequence[progress.Point]) -> Figure:
    better = progress.direction(new.measure, directions)
    top = progress.best(points, better) if better else None
    return Figure(
        label=new.label,
        value=Number(new.value, new.unit),
        note=new.note,
        best=Number(top.value, new.unit) if top and top.value != new.value else None,
        change=progress.change(new, old, directions) if old else None,
        spark=progress.spark(points),
    )
