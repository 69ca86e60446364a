"""The planes of a workspace, and how to read some of their lines again."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from contexta.contract import Problem
from contexta.workspace import ledger_db
from contexta.workspace.lines import Block, Located, Unusable, file_notices, read_blocks, read_lines
from contexta.workspace.unpacking import Flaw, unpack

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

    def prepare(self) -> None:
        """Whatever it takes before lines can be read, also by other processes."""


@dataclass(frozen=True, slots=True)
class JsonlPlane:
    """A JSONL file. Where that is compressed, its lines lie in a copy at `path`, which is there for one build once it was `prepare`d.

    `twin` names the plane that stands beside it under the same name, packed otherwise or not.
    """

    name: str
    path: Path
    archive: Path | None = None
    packing: str = ""
    twin: str = ""

    @property
    def source(self) -> Path:
        """The file that it is."""
        return self.archive or self.path

    def prepare(self) -> None:
        """Unpack it, if that is needed and was not done; where it cannot be, whoever reads it will tell."""
        if self.archive is not None and not self.path.exists():
            with suppress(OSError):
                self.unpack()

    def unpack(self) -> Flaw | None:
        """Unpack it anew; gives what is wrong with it as a whole. Raises OSError when it cannot be read, or the copy not written."""
        self.path.unlink(missing_ok=True)
        with self.source.open("rb") as stream:
            return unpack(stream, self.packing, self.path)

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

    def prepare(self) -> None:
        """Nothing."""
