"""Where the columns of a histogram stand."""

from itertools import pairwise

from contexta.render.drawing.histogram import BOTTOM, HEIGHT, SIDE, TOP, WIDTH, columns
from contexta.report.document import Histogram


def test_the_greatest_count_reaches_the_top_and_none_has_no_column() -> None:
    drawn = columns(Histogram("error", None, (0, 1, 2, 3), (10, 0, 5)))
    room = HEIGHT - TOP - BOTTOM
    assert drawn.heights == (room, 0, room // 2)
    assert (drawn.edges[0], drawn.edges[-1]) == (SIDE, WIDTH - SIDE)


def test_one_among_very_many_is_seen() -> None:
    assert columns(Histogram("error", None, (0, 1, 2), (1, 1_000_000))).heights[0] == 1


def test_labels_of_many_edges_do_not_run_into_each_other() -> None:
    places = [tick.at for tick in columns(Histogram("error", None, tuple(range(31)), (1,) * 30)).ticks]
    assert min(after - before for before, after in pairwise(places)) >= 44


def test_a_histogram_in_words_tells_where_values_are() -> None:
    assert columns(Histogram("error", None, (0, 0.5, 1, 1.5), (3, 0, 9))).description == "error: 12 values. 0 to 0.5: 3; 1 to 1.5: 9"


def test_a_histogram_without_bins_is_empty() -> None:
    drawn = columns(Histogram("error", None, (), ()))
    assert (drawn.edges, drawn.heights, drawn.ticks) == ((), (), ())
