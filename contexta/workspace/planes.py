"""The planes of a workspace: where its lines lie, and how to read some of them again."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from contexta.contract import Problem
from contexta.workspace import ledger_db
from contexta.workspace.layout import JSONL_PLANES, LEDGER_DB, MARKERS
from contexta.workspace.lines import Block, Located, Unusable, file_notices, read_blocks, read_lines

# When something began, as it stands in a line, and how much of a line is looked at for it.
_TIME = re.compile(rb'"(?:started_at|observed_at)"\s*:\s*"([0-9T:.-]{19,29}Z)"')
_GLANCE = 4096


@dataclass(frozen=True, slots=True)
class Extent:
    """Neighbouring lines of one plane: from `start` up to `end` (byte offsets, or row numbers), the first being line `line`."""

    plane: str
    start: int
    end: int
    line: int


class Plane(Protocol):
    """Lines that can be read in order, and some stretches of them again."""

    @property
    def name(self) -> str:
        """The file it is, relative to the root."""

    def scan(self) -> Iterator[Located | Unusable]:
        """Every line."""

    def read(self, extents: Iterable[Extent]) -> Iterator[Block | Located | Unusable]:
        """The lines of some extents."""

    def glance(self, extent: Extent) -> str:
        """The first time that stands in an extent's first line, without parsing it; empty where none is seen."""


@dataclass(frozen=True, slots=True)
class JsonlPlane:
    """A JSONL file."""

    name: str
    path: Path

    def scan(self) -> Iterator[Located | Unusable]:
        """Every line; a file that cannot be read is a problem, not an end."""
        try:
            yield from file_notices(self.path, self.name)
            yield from read_lines(self.path, self.name)
        except OSError as error:
            yield Unusable(Problem(self.name, 0, "unreadable_file", f"cannot be read: {error.strerror}", "error"))

    def read(self, extents: Iterable[Extent]) -> Iterator[Block | Unusable]:
        """The lines of some extents, as they stand there."""
        try:
            yield from read_blocks(self.path, self.name, extents)
        except OSError as error:
            yield Unusable(Problem(self.name, 0, "unreadable_file", f"cannot be read: {error.strerror}", "error"))

    def glance(self, extent: Extent) -> str:
        """A time in the first line, if it stands near the beginning."""
        try:
            with self.path.open("rb", buffering=0) as stream:
                stream.seek(extent.start)
                found = _TIME.search(stream.read(min(_GLANCE, extent.end - extent.start)) or b"")
        except OSError:
            return ""
        return found[1].decode() if found else ""


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """One table of `metadata/ledger.db`."""

    name: str
    path: Path
    table: str

    def scan(self) -> Iterator[Located | Unusable]:
        """Every row."""
        return ledger_db.read_rows(self.path, self.name, self.table)

    def read(self, extents: Iterable[Extent]) -> Iterator[Located | Unusable]:
        """The rows of some extents."""
        for extent in extents:
            yield from ledger_db.read_rows(self.path, self.name, self.table, extent.start, extent.end)

    def glance(self, _extent: Extent) -> str:
        """Nothing: to open the database for it takes too long."""
        return ""


def jsonl_planes(root: Path) -> list[JsonlPlane]:
    """The JSONL files under a root, in reading order. Raises OSError when the folder cannot be listed."""
    paths = (path for pattern in JSONL_PLANES for path in sorted(root.glob(pattern)))
    return [JsonlPlane(_text(path.relative_to(root)), path) for path in paths]


def _text(path: Path) -> str:
    """The name of a file, whose bytes may be no text."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def is_workspace(root: Path) -> bool:
    """Whether a folder holds any plane, or the mark of one that is still empty."""
    places = (*JSONL_PLANES, *MARKERS, LEDGER_DB)
    return any(next(root.glob(place), None) is not None for place in places)
