"""The bars of timelines, and which of too many are shown."""

from contexta.report.document import Bar
from contexta.report.inline import Ref, Status, Time
from contexta.report.timelines import MAX_BARS, Spell, timeline
from tests.report.builders import moment


def spell(name: str, begin: int, end: int | None, status: str = "completed", depth: int = 0) -> Spell:
    return Spell(Ref(f"batch:a.b.c.{name}", name), Status(status), moment(begin), None if end is None else moment(end), depth)


def names(bars: tuple[Bar, ...]) -> list[str]:
    return [bar.what.text for bar in bars]


def test_bars_are_counted_from_the_first_beginning_wherever_it_stands() -> None:
    made = timeline("Stages", [spell("late", 20, 30), spell("early", 10, None, "open")])
    assert made is not None
    assert made.moment == Time(moment(10))
    assert [(bar.begin, bar.end) for bar in made.bars] == [(10, 20), (0, None)]
    assert (made.total, made.note) == (2, "")


def test_what_took_no_time_has_no_timeline() -> None:
    assert timeline("Stages", []) is None
    assert timeline("Stages", [spell("a", 3, 3), spell("b", 4, 4)]) is None


def test_of_too_many_the_outer_the_bad_the_long_the_first_and_the_last_are_shown() -> None:
    inner = [spell(f"e{number}", number, number + 1, depth=1) for number in range(300)]
    inner[100] = spell("failed", 100, 101, "failed", 1)
    inner[200] = spell("long", 200, 230, depth=1)
    made = timeline("Stages", [spell("train", 0, 300), *inner])
    assert made is not None
    assert len(made.bars) == MAX_BARS
    assert {"train", "failed", "long", "e0", "e299"} <= {*names(made.bars)}
    assert names(made.bars).index("failed") < names(made.bars).index("long")
    assert (made.total, made.note) == (301, "40 of 301 are drawn: the worst, the longest, the first and the last.")
