"""The labels of a chart's axes in SVG."""

from contexta.render.drawing.chart import HEIGHT, LEFT, RIGHT, WIDTH, draw
from contexta.render.html_pictures import labels
from contexta.report.document import Chart, Line


def chart(names: tuple[str, ...], *ys: float) -> Chart:
    return Chart("loss", None, "index", names, (Line.through("loss", tuple((float(x), y) for x, y in enumerate(ys))),), len(ys))


def test_each_tick_has_its_label_and_the_ends_of_x_stay_inside() -> None:
    drawing = draw(chart(("e-0", "e-2"), 1.0, 2.0, 3.0))
    made = labels(drawing).splitlines()
    assert made[0] == f'<g text-anchor="end" transform="translate({LEFT - 6} 4)">'
    assert made[1:-3] == [f'<text y="{tick.at}">{tick.label}</text>' for tick in drawing.y_ticks]
    assert made[-3:] == [
        "</g>",
        f'<text x="{float(LEFT)}" y="{HEIGHT - 8}" text-anchor="start">e-0</text>',
        f'<text x="{float(WIDTH - RIGHT)}" y="{HEIGHT - 8}" text-anchor="end">e-2</text>',
    ]


def test_a_name_is_shown_as_text() -> None:
    assert ">&lt;b&gt;⟨U+202E⟩</text>" in labels(draw(chart(("<b>\u202e", "z"), 1.0, 2.0)))


def test_a_chart_without_points_has_no_label_of_x() -> None:
    assert labels(draw(Chart("loss", None, "index", (), (Line.through("loss", ()),), 0))).splitlines()[-1] == "</g>"
