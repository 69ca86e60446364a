"""Where captured records and artifacts go: files, memory, or a sink of the user's own."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from contexta.capture.clock import now
from contexta.errors import ContextaError
from contexta.workspace.append import LineFile
from contexta.workspace.layout import CAPTURE

FAMILIES = ("RECORD", "ARTIFACT", "CONTEXT", "DEGRADATION")


@runtime_checkable
class Sink(Protocol):
    """What a sink is: a name, and a method that takes one captured payload. It may raise: the loss is counted, the program goes on."""

    name: str

    def capture(self, family: str, payload: Mapping[str, Any], payload_type: str, payload_ref: str | None) -> None:
        """Take one payload: a record (family RECORD) or an artifact (ARTIFACT), as the objects that FORMATS describes."""


class LocalJsonlSink:
    """Appends a frame a line to `cache/capture/<family>.jsonl` under the workspace. `fsync` as of `LineFile`."""

    def __init__(self, workspace: str | Path, name: str = "local-jsonl", *, fsync: bool = False) -> None:
        self.name = name
        self._folder = Path(os.path.abspath(workspace)) / CAPTURE
        self._files = {family: LineFile(self.file_path_for(family), fsync=fsync) for family in FAMILIES}

    def file_path_for(self, family: str) -> Path:
        """The absolute path of a family's file; raises ContextaError when there is no such family."""
        if family not in FAMILIES:
            raise ContextaError(f"no family {family!r}; expected one of {', '.join(FAMILIES)}")
        return self._folder / f"{family.lower()}.jsonl"

    def capture(self, family: str, payload: Mapping[str, Any], payload_type: str, payload_ref: str | None) -> None:
        """Append one frame; raises OSError when it cannot be written."""
        frame = {
            "captured_at": now(),
            "family": family,
            "payload": payload,
            "payload_ref": payload_ref,
            "payload_type": payload_type,
            "sink_name": self.name,
        }
        self._files[family].append(frame)

    def close(self) -> None:
        """Let the files go."""
        for file in self._files.values():
            file.close()


class InMemorySink:
    """Keeps frames in a list, for tests and notebooks."""

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self.frames: list[dict[str, Any]] = []

    def capture(self, family: str, payload: Mapping[str, Any], payload_type: str, payload_ref: str | None) -> None:
        """Keep one frame."""
        self.frames.append({"family": family, "payload": payload, "payload_ref": payload_ref, "payload_type": payload_type})

    def records(self) -> list[Mapping[str, Any]]:
        """The records that were captured, in order."""
        return [frame["payload"] for frame in self.frames if frame["family"] == "RECORD"]
