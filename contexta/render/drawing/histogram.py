"""Where the columns of a histogram stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from contexta.render import words
from contexta.render.drawing.scales import Tick
from contexta.report.document import Histogram

# The picture in SVG units: as wide as a chart, so that they share a grid.
WIDTH, HEIGHT = 380, 150
SIDE, TOP, BOTTOM = 16, 20, 24

# Labels of edges nearer to each other than this run into each other.
_APART = 44


class Column(NamedTuple):
    """One column, which stands on the floor, and its count."""

    x: int
    width: int
    height: int
    middle: int
    label: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A histogram, ready to draw, and in words."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    description: str
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = HEIGHT - BOTTOM


def columns(histogram: Histogram) -> Columns:
    """Lay a histogram out; every column is as wide as any, since so are the stretches between its edges."""
    counts = histogram.counts
    width = (WIDTH - 2 * SIDE) / max(1, len(counts))
    every = -(-_APART // max(1, int(width)))
    edges = words.numbers(histogram.edges, words.digits(histogram.edges)) if histogram.edges else []
    ticks = [Tick(round(SIDE + place * width), edge) for place, edge in enumerate(edges) if place % every == 0]
    return Columns(tuple(_columns(counts, width)), tuple(ticks), _description(histogram, edges))


def _columns(counts: Sequence[int], width: float) -> Iterator[Column]:
    room = (HEIGHT - BOTTOM - TOP) / (max(counts, default=0) or 1)
    for place, count in enumerate(counts):
        begin, end = round(SIDE + place * width) + 1, round(SIDE + (place + 1) * width) - 1
        # What is there is seen, however little it is.
        yield Column(begin, max(1, end - begin), max(1, round(count * room)) if count else 0, (begin + end) // 2, words.count(count))


def _description(histogram: Histogram, edges: list[str]) -> str:
    bins = zip(edges, edges[1:], histogram.counts, strict=False)
    told = "; ".join([f"{low} to {high}: {count}" for low, high, count in bins if count])
    return f"{histogram.title}: {words.count(sum(histogram.counts))} values. {told}"
