"""Where the bars of a timeline lie, how they look, and what is said of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexta.render.drawing.timeline import ABOVE, PITCH, lanes
from contexta.report.document import Bar, Timeline
from contexta.report.inline import Ref, Status, Time

patient = settings(deadline=None)


def bar(name: str, begin: float, end: float | None, status: str = "completed", depth: int = 0, *, inferred: bool = False) -> Bar:
    return Bar(Ref(f"batch:p.r.s.{name}", name), Status(status, inferred), begin, end, depth)


def timeline(*bars: Bar) -> Timeline:
    return Timeline("Stages", Time("2026-10-01T00:00:00Z"), bars, len(bars))


def test_a_bar_lies_where_it_was_in_the_whole() -> None:
    first, second = lanes(timeline(bar("a", 0, 5), bar("b", 5, 20))).lanes
    assert (first.pieces, second.pieces) == (((0.0, 25.0, "well"),), ((25.0, 75.0, "well"),))
    assert (first.y, second.y) == (ABOVE, ABOVE + PITCH)


@pytest.mark.parametrize(
    ("given", "look", "aside"),
    [
        (bar("a", 0, 10), "well", "10.0 s"),
        (bar("a", 0, 10, "ok"), "well", "10.0 s"),
        (bar("a", 0, 10, "failed"), "failed", "✗ failed · 10.0 s"),
        (bar("a", 0, 10, "timeout"), "failed", "✗ timeout · 10.0 s"),
        (bar("a", 0, None, "open"), "open", "◔ open"),
        (bar("a", 0, 10, "cancelled"), "stopped", "⊘ cancelled · 10.0 s"),
        (bar("a", 0, 10, "unknown", inferred=True), "inferred", "inferred · 10.0 s"),
    ],
)
def test_how_a_bar_stands_is_seen_and_said(given: Bar, look: str, aside: str) -> None:
    (lane,) = lanes(timeline(given)).lanes
    assert (lane.pieces[0][2], lane.aside) == (look, aside)


def test_what_is_open_lasts_to_the_end() -> None:
    open_one, _ = lanes(timeline(bar("a", 5, None, "open"), bar("b", 0, 10))).lanes
    assert open_one.pieces[0][:2] == (50.0, 50.0)


def test_what_took_no_time_is_seen_all_the_same() -> None:
    assert lanes(timeline(bar("a", 5, 5), bar("b", 0, 10))).lanes[0].pieces[0][1] > 0


def test_words_stand_where_there_is_room() -> None:
    drawn = lanes(timeline(bar("wide", 0, 100), bar("early", 0, 1), bar("late", 99, 100)))
    assert [(lane.side, lane.at) for lane in drawn.lanes] == [("inside", 0.0), ("after", 1.0), ("before", 99.0)]


def test_many_that_follow_each_other_in_one_thing_share_a_row() -> None:
    epochs = [bar(f"e{number}", number, number + 1, depth=1) for number in range(8)]
    train, row = lanes(timeline(bar("train", 0, 8), *epochs)).lanes
    assert (train.name, len(row.pieces), row.name, row.aside) == ("train", 8, "e0 … e7", "8 in a row")


def test_the_first_that_did_not_go_well_is_named_in_a_row_and_linked() -> None:
    epochs = [bar(f"e{number}", number, number + 1, "failed" if number == 4 else "completed", 1) for number in range(8)]
    (row,) = lanes(timeline(*epochs)).lanes
    assert (row.ref, row.aside) == ("batch:p.r.s.e4", "e4: ✗ failed · 1.0 s")
    assert [look for _, _, look in row.pieces].index("failed") == 4


def test_those_that_overlap_do_not_share_a_row() -> None:
    assert len(lanes(timeline(*(bar(f"e{number}", 0, 1, depth=1) for number in range(8)))).lanes) == 8


def test_few_have_a_row_each() -> None:
    assert len(lanes(timeline(*(bar(f"e{number}", number, number + 1, depth=1) for number in range(5)))).lanes) == 5


def test_the_time_is_labelled_at_round_moments() -> None:
    assert [(tick.at, tick.label) for tick in lanes(timeline(bar("a", 0, 120))).ticks] == [
        (0, "0 s"),
        (25, "30 s"),
        (50, "60 s"),
        (75, "90 s"),
        (100, "120 s"),
    ]


def test_a_timeline_in_words_counts_how_its_bars_stand() -> None:
    drawn = lanes(timeline(bar("a", 0, 5), bar("b", 5, 7), bar("c", 1, 2, "failed")))
    assert drawn.description == "Stages: 2 completed, 1 failed in 7.0 s"


def test_a_timeline_of_nothing_is_empty() -> None:
    drawn = lanes(timeline())
    assert (drawn.lanes, drawn.height) == ((), ABOVE)


seconds = st.floats(0, 1e12)


@patient
@given(st.lists(st.tuples(seconds, seconds | st.none(), st.integers(0, 3)), min_size=1, max_size=30))
def test_any_bars_lie_within_the_picture(found: list[tuple[float, float | None, int]]) -> None:
    bars = [bar("a", begin, None if length is None else begin + length, depth=depth) for begin, length, depth in found]
    drawn = lanes(timeline(*bars))
    pieces = [piece for lane in drawn.lanes for piece in lane.pieces]
    assert len(pieces) == len(bars)
    assert all(0 <= at <= 100 and 0 < wide <= 100.4 and at + wide <= 100.5 for at, wide, _ in pieces)
