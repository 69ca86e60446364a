"""Pictures → SVG: put together here, since a loop of a template takes ten times as long for each of their parts.

Colours are presentation attributes, so that a picture is legible where a server forbids the style sheet. A dash, a stripe or a word says
what a colour says.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from markupsafe import Markup

from contexta.render import words
from contexta.render.drawing import Columns, Drawing, Flag, Lane, Lanes, Path, Tick
from contexta.render.drawing.timeline import ABOVE, THICK
from contexta.render.html_cells import all_shown, marked, shown
from contexta.render.links import Links
from contexta.report.document import Chart

# How far labels stand from their axis, and below the middle of their line, in SVG units.
_ASIDE, _BELOW, _UNDER = 6, 4, 8

# The colour and, in tenths, the dashes of each line that a chart is about; a fifth looks like the first.
_STROKES = (("#0072b2", ""), ("#d55e00", "70 40"), ("#009e73", "20 35"), ("#b3589a", "110 35 20 35"))
_FAINT = 'stroke="#8a8f98" stroke-width="11"'

# As many faint lines as a legend names.
_MOST_FAINT = 3

# How bars of each look are drawn: in tints that words can stand on, with an outline.
_BARS = {
    "well": 'fill="#0072b2" fill-opacity="0.2" stroke="#0072b2"',
    "failed": 'fill="#c1362b" fill-opacity="0.16" stroke="#c1362b"',
    "open": 'fill="#b07300" fill-opacity="0.16" stroke="#b07300" stroke-dasharray="7 3"',
    "stopped": 'fill="#6f7681" fill-opacity="0.16" stroke="#6f7681"',
    "inferred": 'fill="none" stroke="#6f7681" stroke-dasharray="3 3"',
}
# Stripes over bars, as the dashes of a line as thick as they are.
_STRIPES: Mapping[str, str] = {"failed": "2 5", "open": "1 9"}

# Of a timeline: how much thinner the bars of what lies in others are, where the line of words is, and how these stand to where they begin.
_INSET, _BASE = 2, 13
_SIDES = {"inside": 'dx="6"', "after": 'dx="6"', "before": 'dx="-6" text-anchor="end"'}


def labels(drawing: Drawing) -> Markup:
    """The label of each tick; below the chart, one at an end stays inside."""
    height = drawing.height - _UNDER
    at_left = "".join([f'<text y="{at}">{label}</text>\n' for at, label in _all_labels(drawing.y_ticks)])
    below = "".join(
        [f'<text x="{at}" y="{height}" text-anchor="{_anchor(at, drawing)}">{label}</text>\n' for at, label in _all_labels(drawing.x_ticks)]
    )
    group = f'<g text-anchor="end" transform="translate({drawing.left - _ASIDE} {_BELOW})">\n{at_left}</g>\n'
    return marked(group + below)


def _all_labels(ticks: Sequence[Tick]) -> Iterable[tuple[float, str]]:
    return zip([tick.at for tick in ticks], all_shown([tick.label for tick in ticks]), strict=True)


def _anchor(at: float, drawing: Drawing) -> str:
    return "start" if at <= drawing.left else "end" if at >= drawing.right - 2 * _ASIDE else "middle"


def stroke(path: Path) -> Markup:
    """How a line looks."""
    return marked(_stroke(path))


def _stroke(path: Path) -> str:
    return _FAINT if path.faint else _look(path.number)


def lines(drawing: Drawing) -> Markup:
    """The lines of a chart, one over the other."""
    return marked("".join(map(_line, drawing.paths)))


def _line(path: Path) -> str:
    parts = "".join([f'<polyline points="{points}"/>\n' for points in path.stretches])
    if path.marks:
        parts += f'<path class="marks" d="{path.marks}" stroke-width="52" stroke-dasharray="none"/>\n'
    kind = "faint" if path.faint else "line"
    ends = 'fill="none" stroke-linejoin="round" stroke-linecap="round"'
    return f'<g class="{kind} n{path.number}" transform="scale(0.1)" {_stroke(path)} {ends}>\n{parts}</g>\n'


def _look(number: int) -> str:
    colour, dashes = _STROKES[number % len(_STROKES)]
    return f'stroke="{colour}" stroke-width="20"' + (f' stroke-dasharray="{dashes}"' if dashes else "")


def flags(drawing: Drawing) -> Markup:
    """The marks of a chart: a thin line, a ring where a line of the chart is marked, and a label."""
    return marked("".join([_flag(flag, drawing) for flag in drawing.flags]))


def _flag(flag: Flag, drawing: Drawing) -> str:
    line = f'<path class="flag" d="M{flag.at} {drawing.top - 2}V{drawing.bottom}" stroke="currentColor" stroke-dasharray="2 3"/>\n'
    ring = f'<circle cx="{flag.at}" cy="{flag.y}" r="4.5" fill="none" stroke="currentColor" stroke-width="1.5"/>\n' if flag.y else ""
    label = f'<text x="{flag.at}" y="{drawing.top - _ASIDE}" text-anchor="{flag.anchor}">{shown(flag.label)}</text>\n'
    return line + ring + (label if flag.label else "")


def bars(lanes: Lanes, link: Links) -> Markup:
    """The bars of a timeline under a common axis, each with its words."""
    looks: dict[str, list[str]] = {}
    for lane in lanes.lanes:
        inset = _INSET if lane.depth else 0
        y, thick = lane.y + inset, THICK - 2 * inset
        for at, wide, look in lane.pieces:
            found = looks.setdefault(look, [])
            found.append(f'<rect x="{at}%" y="{y}" width="{wide}%" height="{thick}" rx="2"/>')
            if look in _STRIPES:
                found.append(_stripes(at, wide, y, thick, _STRIPES[look]))
    groups = "".join([f'<g class="{look}" {_BARS[look]}>{"".join(found)}</g>\n' for look, found in looks.items()])
    return marked(_time_axis(lanes) + groups + _all_words(lanes.lanes, link))


def _time_axis(lanes: Lanes) -> str:
    lines = "".join([f'<line x1="{tick.at}%" x2="{tick.at}%" y1="{ABOVE - 4}" y2="{lanes.height}"/>' for tick in lanes.ticks])
    texts = "".join([f'<text x="{at}%" y="{_BASE}" text-anchor="{_time_anchor(at)}">{label}</text>' for at, label in lanes.ticks])
    return f'<g class="grid" stroke="#8a8f98" stroke-opacity="0.35">{lines}</g>\n<g class="axis">{texts}</g>\n'


def _time_anchor(at: float) -> str:
    return "start" if at < 2 else "end" if at > 94 else "middle"


def _stripes(at: float, wide: float, y: int, thick: int, dashes: str) -> str:
    middle = y + thick // 2
    ends = f'x1="{at}%" x2="{round(at + wide, 1)}%" y1="{middle}" y2="{middle}"'
    return f'<line {ends} stroke-width="{thick}" stroke-dasharray="{dashes}" stroke-opacity="0.3"/>'


def _all_words(lanes: Sequence[Lane], link: Links) -> str:
    names, asides = all_shown([lane.name for lane in lanes]), all_shown([lane.aside for lane in lanes])
    addresses = all_shown([link(lane.ref) or "" for lane in lanes])
    made = []
    for lane, name, aside, address in zip(lanes, names, asides, addresses, strict=True):
        over = ' class="over"' if len(lane.pieces) > 1 or lane.pieces[0][2] in _STRIPES else ""
        weight = "" if lane.depth else ' font-weight="600"'
        place = f'x="{lane.at}%" {_SIDES[lane.side]} y="{lane.y + _BASE}"{weight}{over}'
        text = f'<text {place}>{name} <tspan font-weight="400">{aside}</tspan></text>'
        made.append(f'<a href="{address}">{text}</a>\n' if address else f"{text}\n")
    return "".join(made)


def histogram_columns(columns: Columns) -> Markup:
    """The columns of a histogram with their counts above them and the edges below."""
    floor = columns.floor
    places = [one for one in zip(columns.edges, columns.edges[1:], columns.heights, columns.counts, strict=False) if one[2]]
    path = "".join([f"M{begin + 1} {floor}V{floor - high}H{end - 1}V{floor}" for begin, end, high, _ in places])
    counts = "".join([f'<text x="{(begin + end) // 2}" y="{floor - high - 4}">{count:,}</text>' for begin, end, high, count in places])
    edges = "".join([f'<text x="{tick.at}" y="{columns.height - _UNDER}">{tick.label}</text>' for tick in columns.ticks])
    axis = f'<path class="grid" d="M0 {columns.floor}H{columns.width}" stroke="#8a8f98"/>'
    return marked(f'<path class="column" d="{path}" fill="#0072b2"/>\n{axis}\n<g text-anchor="middle">{counts}{edges}</g>\n')


def legend(chart: Chart) -> list[tuple[Markup, str]]:
    """How each line of a chart looks, in tenths as in the chart, and its label; of the faint ones, a few."""
    clear = [line.label for line in chart.lines if not line.faint]
    faint = [line.label for line in chart.lines if line.faint]
    if len(faint) > _MOST_FAINT:
        faint = [*faint[:_MOST_FAINT], f"and {words.count(len(faint) - _MOST_FAINT)} more"]
    return [(_key(f"line n{number}", _look(number)), label) for number, label in enumerate(clear)] + [
        (_key("faint", _FAINT), label) for label in faint
    ]


@lru_cache(maxsize=64)
def _key(kind: str, look: str) -> Markup:
    line = f'<path class="{kind}" d="M0 50H300" {look}/>'
    return marked(f'<svg class="key" width="30" height="10" viewBox="0 0 300 100" aria-hidden="true">{line}</svg>')
