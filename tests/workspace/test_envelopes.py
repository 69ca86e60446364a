"""A record in an envelope like one that was checked before is read, and refused, as if it were the first."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.contract import Record, record_from_dict
from contexta.errors import ContractError
from contexta.workspace.envelopes import RecordReader
from tests import strategies as build

_ODD: list[dict[str, Any]] = [
    {},
    {"record_ref": "record:p.r.other"},
    {"record_ref": "record:p.elsewhere.m"},
    {"record_ref": "run:p.r"},
    {"record_ref": None},
    {"record_ref": 5},
    {"observed_at": "2025-02-30T00:00:00Z"},
    {"observed_at": "2099-01-01T00:00:00Z"},
    {"recorded_at": "2099-01-01T00:00:00.5Z"},
    {"recorded_at": None},
    {"recorded_at": ["list"]},
    {"producer_ref": "another"},
    {"producer_ref": " "},
    {"stage_execution_ref": "stage:p.r.train"},
    {"stage_execution_ref": "stage:p.other.train"},
    {"correlation_refs": {"trace_id": "t", "unheard_of": 1}},
    {"extensions": [{"namespace": "n", "deep": [1, 1.0, True]}]},
    {"extensions": [{"namespace": "n", "deep": [1.0, 1, 1]}]},
    {"unheard_of": 0},
    {"unheard_of": False},
]


def _record(odd: dict[str, Any], value: object) -> dict[str, Any]:
    line = build.metric("m", 0.5)
    return {"envelope": {**line["envelope"], **odd}, "payload": {**line["payload"], "value": value}}


def _told(read: Any, data: dict[str, Any]) -> str:
    try:
        record: Record = read(data)
    except ContractError as error:
        return str(error)
    return repr((record, record.envelope.unknown, record.envelope.correlation_refs.unknown))


@build.unhurried
@given(st.lists(st.tuples(st.sampled_from(_ODD), st.sampled_from((0.5, 1, "text"))), max_size=12))
def test_records_are_read_the_same_whatever_was_read_before(records: list[tuple[dict[str, Any], object]]) -> None:
    reader = RecordReader()
    for odd, value in records:
        data = _record(odd, value)
        assert _told(reader.read, data) == _told(record_from_dict, data)


@pytest.mark.parametrize("data", [{}, {"envelope": None}, {"envelope": "text"}, {"envelope": {}}])
def test_what_has_no_envelope_is_told_as_ever(data: dict[str, Any]) -> None:
    assert _told(RecordReader().read, data) == _told(record_from_dict, data)
