"""Records that stand in envelopes like one that was checked before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from contexta.contract import RECORD_TYPES, Record, RecordEnvelope, record_from_dict
from contexta.errors import ContractError

# What differs from one envelope to the next of a writer and scope.
_OWN = ("record_ref", "recorded_at", "observed_at")

# As many envelopes are remembered at once.
_MAX_KNOWN = 256


@dataclass(slots=True)
class RecordReader:
    """Reads records one after another. Of an envelope that says what one before said, but for its name and times, checks just those."""

    _known: dict[bytes, RecordEnvelope] = field(default_factory=dict)

    def read(self, data: Mapping[str, Any]) -> Record:
        """The record that the object of a strict JSON line describes; raises ContractError naming the field at fault."""
        try:
            rest = {**data["envelope"]}
            own = {name: rest.pop(name) for name in _OWN}
        except (KeyError, TypeError):
            return record_from_dict(data)
        said = orjson.dumps(rest)
        known = self._known.get(said)
        if known is not None:
            try:
                return RECORD_TYPES[known.record_type].from_dict({**data, "envelope": known.with_values(own)})
            except ContractError:
                pass  # told in the words of a whole check
        record = record_from_dict(data)
        if len(self._known) < _MAX_KNOWN:
            self._known[said] = record.envelope
        return record
