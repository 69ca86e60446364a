"""All series of a page → its charts: what belongs together in one."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from contexta.contract import MetricSeries, all_finite
from contexta.report import measures
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Chart
from contexta.report.inline import Spark
from contexta.report.traits import RunTraits

# As many lines as a reader can tell apart.
_MAX_LINES = 4

# The parts that data are split into; a metric of one is best seen beside that of another.
_SPLITS = frozenset({"train", "training", "val", "valid", "validation", "dev", "test", "eval", "evaluation"})
_WORD = re.compile(r"[a-z0-9]+")

# As many points as a line has in the height of text.
_SPARK_POINTS = 20


def charts(
    all_series: Iterable[MetricSeries], begin: str, directions: Directions = BY_NAME, previous: RunTraits | None = None
) -> Iterator[Chart]:
    """A chart for each series that has a course; one for those of a metric that were measured in several stages or splits side by side.

    Behind a line that has a chart of its own lies the course that it took in the previous run.
    """
    groups: dict[tuple[str, str | None], list[MetricSeries]] = {}
    for series in all_series:
        if has_course(series):
            groups.setdefault((_metric(measures.label(series)), series.unit), []).append(series)
    for (metric, _), group in groups.items():
        made = [measures.chart(series, begin, directions) for series in group]
        if 1 < len(made) <= _MAX_LINES and _are_side_by_side(made):
            yield _together(metric, group, made)
        else:
            yield from map(previous.beside, made, group) if previous else made


def has_course(series: MetricSeries) -> bool:
    """Whether it is worth a line: samples have no order that is."""
    return len(series.values) > 1 and series.level != "sample"


def spark(series: MetricSeries) -> Spark | None:
    """The course of a series in a line of text: every so manyth value, and the last."""
    if not has_course(series):
        return None
    values = series.values[:: -math.ceil(len(series.values) / _SPARK_POINTS)][::-1]
    return Spark(values if all_finite(values) else tuple([value if math.isfinite(value) else None for value in values]))


@lru_cache(maxsize=1024)  # runs measure the same few
def _metric(label: str) -> str:
    """What was measured, whatever it was measured on: `loss` of `val.loss`."""
    words = _WORD.findall(label)
    rest = [word for word in words if word not in _SPLITS]
    return ".".join(rest) if rest and len(rest) < len(words) else label


def _are_side_by_side(made: Sequence[Chart]) -> bool:
    """Whether all are over the same places, or over times that overlap."""
    if len({(one.axis, one.names) for one in made}) > 1:
        return False
    ends = [(one.lines[0].xs[0], one.lines[0].xs[-1]) for one in made]
    return made[0].axis == "index" or max(first for first, _ in ends) < min(last for _, last in ends)


def _together(metric: str, group: Sequence[MetricSeries], made: Sequence[Chart]) -> Chart:
    keys, scopes = [measures.label(series) for series in group], [measures.scope(series) for series in group]
    labels = scopes if len({*keys}) == 1 else keys if len({*scopes}) == 1 else map(" · ".join, zip(keys, scopes, strict=True))
    lines = [replace(one.lines[0], label=label) for one, label in zip(made, labels, strict=True)]
    scale: Literal["linear", "log"] = "log" if all(one.scale == "log" for one in made) else "linear"
    total = sum(one.stands_for for one in made)
    return replace(made[0], title=metric, lines=tuple(lines), stands_for=total, scale=scale, marks=())
