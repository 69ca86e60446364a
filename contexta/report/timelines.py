"""What took time → the bars of a timeline, and which of too many are shown."""

from collections.abc import Sequence
from typing import NamedTuple

from contexta.contract import seconds_since
from contexta.report.choice import choose, worst_first
from contexta.report.document import Bar, Timeline
from contexta.report.inline import Ref, Status, Time

# More bars than this help no reader.
MAX_BARS = 40

# The statuses that are shown first where not all are.
_BAD = frozenset({"failed", "error", "timeout", "open", "cancelled", "unknown"})


class Spell(NamedTuple):
    """Something that took time: what, how it stands, when it began and ended, and how deep it lies in others."""

    what: Ref
    status: Status
    started_at: str
    ended_at: str | None
    depth: int = 0


def timeline(title: str, spells: Sequence[Spell], limit: int = MAX_BARS) -> Timeline | None:
    """The bars in their given order, over the time since the first of them; none where nothing took time.

    Of more than `limit`: those that lie in no other, then what went wrong and what took longest, the first and the last.
    """
    if all(spell.started_at == spell.ended_at for spell in spells):
        return None
    starts = [spell.started_at for spell in spells]
    begins = seconds_since(starts[0], starts)
    origin = min(begins)
    ends = iter(seconds_since(starts[0], [spell.ended_at for spell in spells if spell.ended_at is not None]))
    bars = [
        Bar(spell.what, spell.status, begin - origin, None if spell.ended_at is None else next(ends) - origin, spell.depth)
        for spell, begin in zip(spells, begins, strict=True)
    ]
    moment = Time(starts[begins.index(origin)])
    if len(bars) <= limit:
        return Timeline(title, moment, tuple(bars), len(bars))
    choice = choose(len(bars), worst_first(map(_grade, bars)), limit)
    note = f"{limit} of {len(bars):,} are drawn: the worst, the longest, the first and the last."
    return Timeline(title, moment, tuple([bars[place] for place in choice.places]), len(bars), note)


def _grade(bar: Bar) -> tuple[float, ...]:
    return (bar.depth, bar.status.value not in _BAD, bar.begin - bar.end if bar.end is not None else 0.0)
