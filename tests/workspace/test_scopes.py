"""Scopes of a run that are taken over from another are as if they had been checked."""

from contexta.workspace.said import SCOPES
from contexta.workspace.scopes import Scopes

SAMPLE = dict(zip(SCOPES, ("sample:p.r.p.r.s", None, "batch:p.r.p.r", "stage:p.r.p", None, "run:p.r"), strict=True))


def texts(run: str) -> tuple[str | None, ...]:
    return tuple(text and text.replace(":p.r", f":{run}") for text in SAMPLE.values())


def test_a_place_is_the_same_in_every_run_though_a_name_in_it_is_like_the_run() -> None:
    first, second = Scopes("p.r"), Scopes("q.longer")
    known = first.checked(texts("p.r"))
    assert known is not None
    taken_over, checked = second.in_place(first.place(known)), Scopes("q.longer").checked(texts("q.longer"))
    assert taken_over is not None
    assert checked is not None
    assert taken_over.sighting.refs == checked.sighting.refs
    assert (taken_over.subject, taken_over.owner, taken_over.sighting.batch) == (checked.subject, checked.owner, checked.sighting.batch)
    assert taken_over.texts == checked.texts
    assert second.records(taken_over.records) is taken_over.seen


def test_a_place_that_makes_a_reference_too_long_holds_no_scopes() -> None:
    first = Scopes("p.r")
    long = tuple(text and text.replace(".s", f".{'s' * 63}").replace("r.p", f"r.{'p' * 63}") for text in texts("p.r"))
    known = first.checked(long)
    assert known is not None
    assert Scopes(f"{'q' * 63}.{'r' * 63}").in_place(first.place(known)) is None


def test_scopes_that_do_not_lie_in_each_other_are_none() -> None:
    assert Scopes("p.r").checked((None, None, "batch:p.other.a.b", None, None, "run:p.r")) is None
