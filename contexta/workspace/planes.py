"""The planes of a workspace: where its lines lie, and how to read some of them again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from contexta.contract import Problem
from contexta.workspace import ledger_db
from contexta.workspace.lines import Located, Unusable, read_lines

# Where JSONL planes lie under the root, in the order in which they are read; a later put wins over an earlier one.
JSONL_PLANES = (
    "metadata/ledger.jsonl",
    "cache/capture/*.jsonl",
    "records/segments/*.jsonl",
)

# Says that a folder is a workspace even before the first line was written.
MARKERS = ("records/manifest.json",)


@dataclass(frozen=True, slots=True)
class Extent:
    """Neighbouring lines of one plane: from `start` up to `end` (byte offsets, or row numbers), the first being line `line`."""

    plane: str
    start: int
    end: int
    line: int


class Plane(Protocol):
    """Lines that can be read in order, and a stretch of them again."""

    @property
    def name(self) -> str:
        """The file it is, relative to the root."""

    def scan(self) -> Iterator[Located | Unusable]:
        """Every line."""

    def read(self, extent: Extent) -> Iterator[Located | Unusable]:
        """The lines of one extent."""


@dataclass(frozen=True, slots=True)
class JsonlPlane:
    """A JSONL file."""

    name: str
    path: Path

    def scan(self) -> Iterator[Located | Unusable]:
        """Every line; a file that cannot be read is a problem, not an end."""
        try:
            yield from read_lines(self.path, self.name)
        except OSError as error:
            yield Unusable(Problem(self.name, 0, "unreadable_file", f"cannot be read: {error.strerror}", "error"))

    def read(self, extent: Extent) -> Iterator[Located | Unusable]:
        """The lines of one extent."""
        try:
            yield from read_lines(self.path, self.name, extent.start, extent.end, extent.line)
        except OSError as error:
            yield Unusable(Problem(self.name, 0, "unreadable_file", f"cannot be read: {error.strerror}", "error"))


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """One table of `metadata/ledger.db`."""

    name: str
    path: Path
    table: str

    def scan(self) -> Iterator[Located | Unusable]:
        """Every row."""
        return ledger_db.read_rows(self.path, self.name, self.table)

    def read(self, extent: Extent) -> Iterator[Located | Unusable]:
        """The rows of one extent."""
        return ledger_db.read_rows(self.path, self.name, self.table, extent.start, extent.end)


def find_planes(root: Path) -> tuple[dict[str, Plane], list[Problem]]:
    """The planes under a root by name, in reading order, and what stands in the way of reading others."""
    planes: dict[str, Plane] = {}
    problems: list[Problem] = []
    database = root / ledger_db.PLACE
    if database.is_file():
        tables, problem = ledger_db.readable_tables(database)
        problems.extend(problem)
        for table in tables:
            name = f"{ledger_db.PLACE}#{table}"
            planes[name] = LedgerTable(name, database, table)
    for pattern in JSONL_PLANES:
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            planes[name] = JsonlPlane(name, path)
    return planes, problems


def is_workspace(root: Path) -> bool:
    """Whether a folder holds any plane, or the mark of one that is still empty."""
    places = (*JSONL_PLANES, *MARKERS, ledger_db.PLACE)
    return any(next(root.glob(place), None) is not None for place in places)
