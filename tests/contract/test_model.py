"""Models made from what was checked before are as those that are checked anew."""

from typing import Any

import pytest

from contexta.contract import BatchExecution, RecordEnvelope, StableRef
from contexta.errors import ContractError

_ENVELOPE = RecordEnvelope.from_dict(
    {
        "record_ref": "record:p.r.m-0",
        "record_type": "metric",
        "recorded_at": "2025-01-01T00:00:01Z",
        "observed_at": "2025-01-01T00:00:00Z",
        "producer_ref": "test",
        "run_ref": "run:p.r",
        "unheard_of": 5,
    }
)


def test_other_values_leave_the_rest_as_it_is() -> None:
    values = {"record_ref": "record:p.r.m-1", "recorded_at": "2025-01-01T00:00:02Z"}
    other = _ENVELOPE.with_values(values)
    assert other == RecordEnvelope.from_dict({**_ENVELOPE.to_dict(), **values})
    assert other.unknown == {"unheard_of": 5}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"record_ref": "record:p.other.m-1"}, "record_ref"),
        ({"record_ref": None}, "record_ref"),
        ({"run_ref": "run:p.other"}, "record_ref"),
        ({"recorded_at": "2024-01-01T00:00:00Z"}, "recorded_at"),
        ({"observed_at": "2025-02-30T00:00:00Z"}, "observed_at"),
    ],
)
def test_other_values_are_checked(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ContractError) as raised:
        _ENVELOPE.with_values(values)
    assert raised.value.field == field


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
