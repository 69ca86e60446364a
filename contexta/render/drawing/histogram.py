"""Where the columns of a histogram stand."""

from dataclasses import dataclass

from contexta.render import words
from contexta.render.drawing.scales import Tick
from contexta.report.document import Histogram

# The picture in SVG units: as wide as a chart, so that they share a grid.
WIDTH, HEIGHT = 380, 150
SIDE, TOP, BOTTOM = 16, 20, 24

# Labels of edges nearer to each other than this run into each other.
_APART = 44


@dataclass(frozen=True, slots=True)
class Columns:
    """A histogram, ready to draw, and in words: the places of its edges, and how high each column between two of them is."""

    edges: tuple[int, ...]
    heights: tuple[int, ...]
    counts: tuple[int, ...]
    ticks: tuple[Tick, ...]
    description: str
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = HEIGHT - BOTTOM


def columns(histogram: Histogram) -> Columns:
    """Lay a histogram out; every column is as wide as any, since so are the stretches between its edges."""
    counts = histogram.counts
    width = (WIDTH - 2 * SIDE) / max(1, len(counts))
    edges = tuple([round(SIDE + place * width) for place in range(len(histogram.edges))])
    room = (HEIGHT - BOTTOM - TOP) / (max(counts, default=0) or 1)
    labels = words.numbers(histogram.edges, words.digits(histogram.edges)) if edges else []
    every = -(-_APART // max(1, int(width)))
    return Columns(
        edges=edges,
        heights=tuple([max(1, round(count * room)) if count else 0 for count in counts]),  # what is there is seen, however little it is
        counts=counts,
        ticks=tuple(map(Tick, edges[::every], labels[::every])),
        description=_description(histogram, labels),
    )


def _description(histogram: Histogram, edges: list[str]) -> str:
    bins = zip(edges, edges[1:], histogram.counts, strict=False)
    told = "; ".join([f"{low} to {high}: {count}" for low, high, count in bins if count])
    return f"{histogram.title}: {words.count(sum(histogram.counts))} values. {told}"
