"""Summary: both runs at a glance, and what stands in the way of comparing them."""

from collections.abc import Iterator

from contexta.report import cells
from contexta.report.comparison.pair import Pair
from contexta.report.directions import Directions
from contexta.report.document import Block, Note, Section, Table
from contexta.report.inline import Cell, Text
from contexta.report.run.since import Against
from contexta.report.traits import RunTraits


def summary(pair: Pair, directions: Directions) -> Section:
    """How both stand, and how the headline numbers of the right one changed."""
    return Section("Summary", tuple(_blocks(pair, directions)))


def _blocks(pair: Pair, directions: Directions) -> Iterator[Block]:
    yield from map(Note, _notes(pair))
    if figures := Against(RunTraits.of(pair.left), directions, None).figures(pair.right):
        yield figures
    rows = zip(("Run", "Project", "Status", "Started", "Duration"), _standing(pair, 0), _standing(pair, 1), strict=True)
    body = tuple((Text(what), *values) for what, *values in rows)
    yield Table("", ("What", *pair.names), body, len(body))


def _standing(pair: Pair, place: int) -> tuple[Cell, ...]:
    snapshot = (pair.left, pair.right)[place]
    run = snapshot.run
    return pair.refs()[place], cells.ref(snapshot.project), cells.status(run), cells.time(run.started_at), cells.lasted(run)


def _notes(pair: Pair) -> Iterator[str]:
    if pair.is_one:
        yield "A run is compared with itself: nothing differs."
    if pair.left.project.ref != pair.right.project.ref:
        yield "The runs belong to different projects: what has the same name may not mean the same."
    if inferred := [name for one, name in zip((pair.left, pair.right), pair.names, strict=True) if one.run.inferred]:
        yield f"No line describes {' and '.join(dict.fromkeys(inferred))}: settings and status are unknown, all else is inferred."
