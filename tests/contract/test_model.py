"""Models made from what was checked before are as those that are checked anew."""

from typing import Any

import pytest

from contexta.contract import BatchExecution, RecordEnvelope, StableRef
from contexta.contract.model import Pattern

_OWN = ("record_ref", "recorded_at", "observed_at", "stage_execution_ref")
_SHARED = {"record_type": "metric", "producer_ref": "test", "run_ref": "run:p.r", "unheard_of": 5}
_GOOD = {"record_ref": "record:p.r.m-1", "recorded_at": "2025-01-01T00:00:02Z", "observed_at": "2025-01-01T00:00:01Z"}


def _patterned(shared: dict[str, Any], values: dict[str, Any]) -> RecordEnvelope:
    return Pattern.of(RecordEnvelope, _OWN, shared).model(values.get(name) for name in _OWN)


@pytest.mark.parametrize("more", [{}, {"stage_execution_ref": "stage:p.r.train"}])
def test_a_pattern_makes_what_a_whole_check_makes(more: dict[str, Any]) -> None:
    made = _patterned(_SHARED, {**_GOOD, **more})
    assert made == RecordEnvelope.from_dict({**_SHARED, **_GOOD, **more})
    assert made.unknown == {"unheard_of": 5}


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ({"record_ref": "record:p.other.m-1"}, "does not lie in"),
        ({"record_ref": None}, "is missing"),
        ({"recorded_at": "2024-01-01T00:00:00Z"}, "is before"),
        ({"observed_at": "2025-02-30T00:00:00Z"}, "no such time"),
        ({"stage_execution_ref": "stage:p.other.train"}, "does not lie in"),
    ],
)
def test_own_values_are_checked(odd: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        _patterned(_SHARED, {**_GOOD, **odd})


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ({"run_ref": "run:p.other"}, "does not lie in"),
        ({"run_ref": None}, "is missing"),
        ({"producer_ref": " "}, "must not be blank"),
        ({"batch_execution_ref": "batch:p.x.s.b"}, "does not lie in"),
    ],
)
def test_what_is_shared_is_checked(odd: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        _patterned({**_SHARED, **odd}, _GOOD)


def test_what_was_checked_makes_the_same_model() -> None:
    values: dict[str, Any] = {
        "batch_execution_ref": StableRef.parse("batch:p.r.train.e-0"),
        "run_ref": StableRef.parse("run:p.r"),
        "stage_execution_ref": StableRef.parse("stage:p.r.train"),
        "batch_name": "e-0",
        "status": "open",
        "started_at": "2025-01-01T00:00:00Z",
    }
    columns = {name: [value] * 2 for name, value in values.items()}
    one, other = BatchExecution.all_of_checked(2, **columns)
    assert one == other == BatchExecution(**values)
    assert one.unknown is not other.unknown
