"""Where the bars of a timeline lie: across in hundredths of its width, whatever that is, so that they fit a phone; down in pixels."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from contexta.render import words
from contexta.render.drawing.scales import Scale, Tick, seconds_within
from contexta.report.document import Bar, Timeline

# The distance of bars, which a finger can tell apart; how high they are, and what stands above the first.
PITCH, THICK, ABOVE = 24, 18, 22

# A longer name is cut in its middle, and a bar is never narrower than so many thousandths.
_NAME, _LEAST = 30, 4

# So many bars in a row share one, where each begins no sooner than the one before ended: almost, in parts of the whole.
_MANY, _TOUCH = 6, 0.002

# How much of the width a letter takes on a phone, in hundredths.
_LETTER = 2.1

_PLAIN = frozenset({"completed", "ok"})
_FAILED = frozenset({"failed", "error", "timeout"})

Look = Literal["well", "failed", "open", "stopped", "inferred"]
Side = Literal["inside", "after", "before"]


# A bar: where it begins and how wide it is, in hundredths of the width, and how it looks.
Piece = tuple[float, float, Look]


class Lane(NamedTuple):
    """A row of one or several bars: `y` is their upper edge, and `at` where its words stand, on which side of that."""

    ref: str
    name: str
    aside: str
    depth: int
    y: int
    at: float
    side: Side
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """A timeline, ready to draw, and in words."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    height: int
    description: str


def lanes(timeline: Timeline) -> Lanes:
    """Lay a timeline out."""
    last = max([bar.begin if bar.end is None else bar.end for bar in timeline.bars], default=0.0)
    scale = Scale(0, last if last > 0 else 1.0, 0, 100)
    rows = [*_rows(timeline.bars, scale.high * _TOUCH)]
    values, labels = seconds_within(0, last)
    return Lanes(
        lanes=tuple([_lane(row, ABOVE + place * PITCH, scale) for place, row in enumerate(rows)]),
        ticks=scale.ticks(values, labels),
        height=ABOVE + PITCH * len(rows),
        description=f"{timeline.title}: {', '.join(_counts(timeline.bars))} in {words.duration(last)}",
    )


def _rows(bars: Sequence[Bar], touch: float) -> Iterator[list[Bar]]:
    """Each bar alone, but for many that lie in the same thing and follow each other."""
    row: list[Bar] = []
    for bar in bars:
        before = row[-1] if row else None
        if before and bar.depth and bar.depth == before.depth and before.end is not None and bar.begin >= before.end - touch:
            row.append(bar)
        else:
            yield from _parted(row)
            row = [bar]
    yield from _parted(row)


def _parted(row: list[Bar]) -> list[list[Bar]]:
    return [row] if len(row) >= _MANY else [[bar] for bar in row]


def _lane(row: Sequence[Bar], y: int, scale: Scale) -> Lane:
    begins = scale.tenths([bar.begin for bar in row])
    ends = scale.tenths([scale.high if bar.end is None else bar.end for bar in row])
    wide = [max(_LEAST, end - begin) for begin, end in zip(begins, ends, strict=True)]
    pieces = tuple([(begin / 10, width / 10, _look(bar)) for bar, begin, width in zip(row, begins, wide, strict=True)])
    about, name, aside = _words(row)
    at, end = begins[0] / 10, (begins[-1] + wide[-1]) / 10
    side = _side(at, end - at, (len(name) + len(aside) + 2) * _LETTER)
    return Lane(about.what.ref, name, aside, about.depth, y, end if side == "after" else at, side, pieces)


def _words(row: Sequence[Bar]) -> tuple[Bar, str, str]:
    """What a row is about, its name, and what is said of it; of several the first that did not go well, if there is one."""
    if len(row) == 1:
        return row[0], words.shortened(row[0].what.text, _NAME), _aside(row[0])
    name = f"{words.shortened(row[0].what.text, _NAME // 2)} … {words.shortened(row[-1].what.text, _NAME // 2)}"
    odd = next((bar for bar in row if bar.status.value not in _PLAIN and bar.status.value != "unknown"), None)
    if odd is None:
        return row[0], name, f"{words.count(len(row))} in a row" + (" · inferred" if row[0].status.inferred else "")
    return odd, name, f"{words.shortened(odd.what.text, _NAME // 2)}: {_aside(odd)}"


def _side(at: float, wide: float, needed: float) -> Side:
    """Where words have room: in their bar, after it, or before it."""
    if wide >= needed:
        return "inside"
    if 100 - at - wide >= needed:
        return "after"
    return "before" if at >= needed else "inside"


def _look(bar: Bar) -> Look:
    status = bar.status.value
    if status in _FAILED:
        return "failed"
    if bar.status.inferred:
        return "inferred"
    return "well" if status in _PLAIN else "open" if bar.end is None else "stopped"


def _aside(bar: Bar) -> str:
    """`12.4 s` of what went well, `✗ failed · 12.4 s` of what did not."""
    lasted = "" if bar.end is None else words.duration(bar.end - bar.begin)
    status = bar.status
    if status.value in _PLAIN and not status.inferred:
        return lasted
    state = "inferred" if status.inferred else words.status(status.value)
    return f"{state} · {lasted}" if lasted else state


def _counts(bars: Sequence[Bar]) -> Iterator[str]:
    found = Counter([bar.status.value for bar in bars])
    return (f"{words.count(found[word])} {words.visible(word)}" for word in sorted(found, key=lambda word: (-found[word], word)))
