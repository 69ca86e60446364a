"""The labels of a chart's axes → SVG: put together here, since a loop of a template takes ten times as long for each."""

from markupsafe import Markup

from contexta.render.drawing import Drawing
from contexta.render.html_cells import marked, shown

# How far labels stand from their axis, and below the middle of their line, in SVG units.
_ASIDE, _BELOW, _UNDER = 6, 4, 8


def labels(drawing: Drawing) -> Markup:
    """The label of each tick; below the chart, the first begins at its tick and the others end there."""
    at_left = "".join([f'<text y="{tick.at}">{shown(tick.label)}</text>\n' for tick in drawing.y_ticks])
    below = "".join(
        [
            f'<text x="{tick.at}" y="{drawing.height - _UNDER}" text-anchor="{"end" if later else "start"}">{shown(tick.label)}</text>\n'
            for later, tick in enumerate(drawing.x_ticks)
        ]
    )
    group = f'<g text-anchor="end" transform="translate({drawing.left - _ASIDE} {_BELOW})">\n{at_left}</g>\n'
    return marked(group + below)
