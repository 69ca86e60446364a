"""A record that is checked in two parts is read, and refused, as by a whole check."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.contract import Record, record_from_dict
from contexta.errors import ContractError
from contexta.workspace import assembly
from contexta.workspace.assembly import Assembly
from contexta.workspace.envelopes import checked, content_of
from contexta.workspace.lines import parsed
from tests import strategies as build

_NOTHING: tuple[Any, ...] = (None, {}, [])


def _shown(record: Record) -> str:
    return repr((record, record.unknown, record.envelope.unknown, record.envelope.correlation_refs.unknown, record.payload.unknown))


def _told(data: dict[str, Any]) -> str:
    try:
        return _shown(record_from_dict(data))
    except ContractError as error:
        return str(error)


@build.unhurried
@given(st.lists(build.odd_records(), min_size=1, max_size=6))
def test_records_are_read_the_same_whatever_was_read_before(records: list[dict[str, Any]]) -> None:
    for data in records:
        found = checked(data)
        if found is not None:
            assert _shown(found.record) == _told(data)
            assert found.content() == content_of(data)


@build.unhurried
@given(build.workspaces())
def test_whatever_is_good_is_found_good(files: build.Files) -> None:
    for data in files.records():
        found = checked(data)
        assert found is not None
        assert _shown(found.record) == _told(data)


def _in_frames(records: list[dict[str, Any]]) -> list[Any]:
    frames = [build.record_frame(data) if number % 3 else build.segment_frame(data) for number, data in enumerate(records)]
    return [parsed("record.jsonl", line, orjson.dumps(frame)) for line, frame in enumerate(frames, 1)]


def _assembled(records: list[dict[str, Any]]) -> tuple[Any, ...]:
    made = Assembly(Path("nowhere"))
    made.add(_in_frames(records))
    times = {ref: (seen.first, seen.last, seen.batch) for ref, seen in made.mentions.seen.items()}
    said = [list(map(_shown, some)) for some in (made.events, made.spans, made.degraded)]
    return said, made.problems, list(times.items()), made.producers, made.record_runs, made.lines, made.as_of, made.framed_at


@build.unhurried
@given(st.lists(build.odd_records(), max_size=6))
def test_lines_tell_the_same_as_if_each_were_checked_whole(records: list[dict[str, Any]]) -> None:
    quick = _assembled(records)
    with patch.object(assembly, "checked", return_value=None):
        assert quick == _assembled(records)


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in fields.items() if value not in _NOTHING}
    return {**said, "correlation_refs": _said(said["correlation_refs"])} if said.get("correlation_refs") else said


def _is_good(data: dict[str, Any]) -> bool:
    try:
        record_from_dict(data)
    except ContractError:
        return False
    return True


def _all_said(data: dict[str, Any]) -> bytes:
    return orjson.dumps([_said(data["envelope"]), _said(data["payload"])], option=orjson.OPT_SORT_KEYS)


@build.unhurried
@given(build.odd_records(), st.data())
def test_content_is_all_that_a_record_says(data: dict[str, Any], drawn: st.DataObject) -> None:
    parts = {name: data[name] for name in ("envelope", "payload")}
    match drawn.draw(st.sampled_from(["as it is", "turned", "without nulls", "odd"])):
        case "turned":
            other = {name: dict(reversed(fields.items())) for name, fields in parts.items()}
        case "without nulls":
            other = {name: {key: value for key, value in fields.items() if value not in _NOTHING} for name, fields in parts.items()}
        case "odd":
            other = drawn.draw(build.odd_records())
        case _:
            other = parts
    if _is_good(data) and _is_good(other):
        assert (content_of(data) == content_of(other)) == (_all_said(data) == _all_said(other))


@pytest.mark.parametrize(
    "data", [{}, {"envelope": None, "payload": 5}, {"envelope": "text", "payload": {}}, {"envelope": {}, "payload": []}]
)
def test_what_is_no_record_is_left_to_a_whole_check(data: dict[str, Any]) -> None:
    assert checked(data) is None
