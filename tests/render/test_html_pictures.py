"""Pictures in SVG: labels of axes, lines, marks, bars and columns, told apart without colour."""

import re
from typing import Any

from contexta.render import no_links
from contexta.render.drawing import columns, draw, lanes
from contexta.render.drawing.chart import HEIGHT, LEFT, RIGHT, WIDTH
from contexta.render.html_pictures import bars as bars_of
from contexta.render.html_pictures import flags, histogram_columns, labels, legend, stroke
from contexta.report.document import Bar, Chart, Histogram, Line, Mark, Timeline
from contexta.report.inline import Ref, Status, Time
from tests.render.pages import Page, read


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
    assert ">&lt;b&gt;&#10216;U+202E&#10217;</text>" in labels(draw(chart(("<b>\u202e", "z"), 1.0, 2.0)))


def test_a_chart_without_points_has_no_label_of_x() -> None:
    assert labels(draw(Chart("loss", None, "index", (), (Line.through("loss", ()),), 0))).splitlines()[-1] == "</g>"


def drawn(*lines: Line, **values: Any) -> Chart:
    return Chart("loss", None, "index", ("1", "3"), lines, 9, **values)


def line(label: str, *, faint: bool = False) -> Line:
    return Line(label, (0.0, 1.0, 2.0), (3.0, 2.0, 1.0), faint)


def test_each_line_of_a_chart_looks_otherwise_without_its_colour() -> None:
    looks = [str(stroke(path)) for path in draw(drawn(*map(line, "abcd"))).paths]
    dashes = [re.sub('stroke="#[0-9a-f]+"', "", look) for look in looks]
    assert len({*dashes}) == 4


def test_a_legend_shows_how_each_line_looks_and_counts_faint_ones_beyond_a_few() -> None:
    chart = drawn(line("old-0", faint=True), line("new"), *(line(f"old-{number}", faint=True) for number in range(1, 6)))
    found = legend(chart)
    assert [label for _, label in found] == ["new", "old-0", "old-1", "old-2", "and 3 more"]
    assert str(stroke(draw(chart).paths[-1])) in found[0][0]


def test_a_mark_is_a_line_with_a_ring_and_its_name_as_text() -> None:
    page = read(flags(draw(drawn(line("a"), marks=(Mark(1.0, Ref("a:b", "<b>")),)))))
    assert [tag for tag, _ in page.elements] == ["path", "circle", "text"]
    assert page.text.strip() == "<b>"


def timeline(*bars: Bar) -> Page:
    return read(bars_of(lanes(Timeline("t", Time("2026-10-01T00:00:00Z"), bars, len(bars))), {"a:b": "#a:b", "a:c": None}.get))


def test_a_bar_tells_how_it_stands_without_its_colour() -> None:
    def look(status: str, *, inferred: bool = False) -> list[str]:
        made = str(
            bars_of(
                lanes(Timeline("t", Time("2026-10-01T00:00:00Z"), (Bar(Ref("a:b", "b"), Status(status, inferred), 0, 9),), 1)), no_links
            )
        )
        return re.findall(r'stroke-dasharray="[^"]+"|fill="none"', made)

    looks = [look("completed"), look("failed"), look("unknown", inferred=True)]
    assert len({*map(tuple, looks)}) == 3


def test_bars_link_where_what_they_are_has_a_place_and_names_are_text() -> None:
    page = timeline(Bar(Ref("a:b", "<b>"), Status("completed"), 0, 9), Bar(Ref("a:c", "c"), Status("open"), 3, None))
    assert [attributes["href"] for tag, attributes in page.elements if tag == "a"] == ["#a:b"]
    assert "<b> 9.0 s" in page.text
    assert "c ◔ open" in page.text


def test_each_column_of_a_histogram_has_its_count() -> None:
    page = read(histogram_columns(columns(Histogram("error", None, (0, 1, 2, 3), (1200, 0, 5)))))
    assert [text for text in page.texts if text.strip()] == ["1,200", "5", "0", "1", "2", "3"]
    (path,) = [attributes["d"] for tag, attributes in page.elements if attributes.get("class") == "column"]
    assert path.count("M") == 2
