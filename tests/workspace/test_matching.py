"""Lines that seem like others are held unparsed, and let go together."""

import pytest

from contexta.workspace import matching
from contexta.workspace.frames import Framed
from contexta.workspace.habits import Habits
from contexta.workspace.held import Alike, Held
from contexta.workspace.lines import Block
from contexta.workspace.matching import Matcher
from tests.workspace.test_stencil import event, line


def block(*texts: bytes) -> Block:
    return Block("f", [*texts], [*range(1, len(texts) + 1)])


def held_of(*texts: bytes) -> Held:
    matcher = Matcher(Habits(), "p.r")
    assert matcher.hold(block(*texts), 0) == len(texts)
    return matcher.release()


def test_records_that_are_no_metrics_are_read_once_and_then_known() -> None:
    held = held_of(event(0), event(1), event(2))
    assert [type(one) for _, one in held.passed.values()] == [Framed, Alike, Alike]
    assert held.numbers == [1, 2, 3]
    assert held.first_odd() == len(held) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"observed_at":"2025-01', b'"observed_at":"2025-00'),
        (b'"record:p.r.e-2"', b'"record:p.r.E-2"'),
        (b'"captured_at":"2', b'"captured_at":"x'),
    ],
)
def test_the_first_that_is_not_as_it_seemed_is_told(old: bytes, new: bytes) -> None:
    assert held_of(event(0), event(1), event(2).replace(old, new, 1), event(3)).first_odd() == 2


def test_lines_of_ever_new_lengths_are_known_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_MAX_LENGTHS", 2)
    lines = [event(number, message="m" * number, stage="ab"[number % 2]) for number in range(40)]
    held = held_of(*lines)
    assert [type(one) for _, one in held.passed.values()] == [Framed, Framed, *[Alike] * 38]
    assert held.first_odd() == 40


def test_metrics_of_which_nothing_is_known_are_not_held() -> None:
    matcher = Matcher(Habits(), "p.r")
    assert matcher.hold(block(event(0), line(), event(1)), 0) == 1
    assert matcher.is_empty


def test_where_lines_may_be_of_several_runs_nothing_is_held() -> None:
    assert Matcher(Habits(), "").hold(block(event(0)), 0) == 0


def test_after_a_line_that_was_not_as_it_seemed_few_are_held_at_once() -> None:
    matcher = Matcher(Habits(), "p.r")
    many = block(*map(event, range(100)))
    assert matcher.hold(many, 0) == 100
    matcher.taken(matcher.release(), 0, 50)
    assert matcher.hold(many, 0) == 8
    assert matcher.is_full
    held = matcher.release()
    matcher.taken(held, 0, len(held))
    assert matcher.hold(many, 8) == 40
