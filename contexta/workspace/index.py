"""What was learned of a workspace's files: how far each was read, and where the lines of each run and deployment lie."""

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from contexta.contract import Problem
from contexta.workspace.database import Database
from contexta.workspace.planes import Extent
from contexta.workspace.scan import Found, Reading


@dataclass(frozen=True, slots=True)
class Known:
    """How far a plane was read: `end` bytes, the next line being number `line`."""

    id: int
    name: str
    stamp: str
    end: int = 0
    line: int = 1
    digest: bytes = b""


@dataclass(slots=True)
class Index:
    """Reads and writes the cache. Owners are references as text; an owner's version changes with its lines."""

    database: Database
    _touched: set[int] = field(default_factory=set)

    @property
    def _sql(self) -> sqlite3.Connection:
        return self.database.connection

    # ------------------------------------------------------------ planes

    def planes(self) -> dict[str, Known]:
        """Every plane that was read, by name."""
        rows = self._sql.execute("SELECT id, name, stamp, end, line, digest FROM plane ORDER BY id")
        return {row[1]: Known(*row) for row in rows}

    def add_plane(self, name: str, stamp: str) -> Known:
        """A plane of which nothing was read yet."""
        row = self._sql.execute("INSERT INTO plane (name, stamp, end, line, digest) VALUES (?, ?, 0, 1, '') RETURNING id", (name, stamp))
        return Known(int(row.fetchone()[0]), name, stamp)

    def advance(self, known: Known) -> None:
        """Remember how far a plane was read."""
        change = "UPDATE plane SET stamp = ?, end = ?, line = ?, digest = ? WHERE id = ?"
        self._sql.execute(change, (known.stamp, known.end, known.line, known.digest, known.id))

    def drop(self, known: Known) -> None:
        """Forget all that was read from a plane."""
        owners = self._sql.execute("SELECT DISTINCT owner FROM extent WHERE plane = ?", (known.id,))
        self._touched.update(row[0] for row in owners)
        for table in ("extent", "together", "problem"):
            self._sql.execute(f"DELETE FROM {table} WHERE plane = ?", (known.id,))  # noqa: S608  # a name in the line above
        self._sql.execute("DELETE FROM plane WHERE id = ?", (known.id,))

    def clear(self) -> None:
        """Forget everything."""
        self.database = self.database.emptied()
        self._touched.clear()

    # ------------------------------------------------------------ owners and their lines

    def add(self, known: Known, reading: Reading, moved: int = 0) -> None:
        """Take in what was read of a plane; `moved` is what its line numbers lack."""
        ids = {owner: self._owner(owner) for owner in reading.extents}
        self._touched.update(ids.values())
        rows = ((ids[owner], known.id, data[0], _renumbered(data, moved).tobytes()) for owner, data in reading.extents.items())
        self._sql.executemany("INSERT INTO extent VALUES (?, ?, ?, ?)", rows)
        together = ((ids[run], ids[deployment], known.id) for run, deployment in sorted(reading.together))
        self._sql.executemany("INSERT OR IGNORE INTO together VALUES (?, ?, ?)", together)
        self.add_problems(known, reading.problems, moved)
        self._sql.execute("DELETE FROM problem WHERE plane = ? AND tail", (known.id,))
        if reading.tail is not None:
            self._add_problems(known, [reading.tail], moved, tail=True)

    def _owner(self, ref: str) -> int:
        """The number of an owner, new or known."""
        self._sql.execute("INSERT OR IGNORE INTO owner (ref, version) VALUES (?, 0)", (ref,))
        return int(self._sql.execute("SELECT id FROM owner WHERE ref = ?", (ref,)).fetchone()[0])

    def settle(self) -> None:
        """After reading: owners whose lines changed get a new version, those without lines go."""
        if self._touched:
            tick = self._sql.execute("UPDATE about SET tick = tick + 1 RETURNING tick").fetchone()[0]
            self._sql.executemany("UPDATE owner SET version = ? WHERE id = ?", [(tick, owner) for owner in sorted(self._touched)])
            self._sql.execute("DELETE FROM owner WHERE id NOT IN (SELECT owner FROM extent)")
            self._touched.clear()
        self.database.commit()

    def versions(self) -> dict[str, int]:
        """Every owner, and the version of its lines."""
        return dict(self._sql.execute("SELECT ref, version FROM owner"))

    def extents(self, ref: str, planes: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The packed extents of an owner, plane by plane in the order given."""
        rows = self._sql.execute(
            "SELECT plane.name, extent.data FROM extent JOIN owner ON owner.id = extent.owner JOIN plane ON plane.id = extent.plane "
            "WHERE owner.ref = ? ORDER BY extent.first",
            (ref,),
        )
        by_plane: dict[str, list[bytes]] = {}
        for name, data in rows:
            by_plane.setdefault(name, []).append(data)
        return ((name, b"".join(by_plane[name])) for name in planes if name in by_plane)

    def together(self) -> list[tuple[str, str]]:
        """Every run and deployment that some line names both, sorted."""
        rows = self._sql.execute(
            "SELECT DISTINCT run.ref, deployment.ref FROM together JOIN owner run ON run.id = together.run "
            "JOIN owner deployment ON deployment.id = together.deployment ORDER BY 1, 2"
        )
        return rows.fetchall()

    # ------------------------------------------------------------ problems

    def add_problems(self, known: Known, found: Iterable[Found], moved: int = 0) -> None:
        """Problems of a plane as a whole, or of lines that are in no extent."""
        self._add_problems(known, found, moved, tail=False)

    def _add_problems(self, known: Known, found: Iterable[Found], moved: int, *, tail: bool) -> None:
        problems = ((one.problem, one.named) for one in found)
        rows = ((known.id, one.line and one.line + moved, one.key, one.what, one.severity, named, tail) for one, named in problems)
        self._sql.executemany("INSERT INTO problem VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def problems(self) -> Iterator[Found]:
        """Every problem, in the order of files and lines."""
        rows = self._sql.execute(
            "SELECT plane.name, problem.line, problem.key, problem.what, problem.severity, problem.named "
            "FROM problem JOIN plane ON plane.id = problem.plane ORDER BY 1, 2, 3, 4"
        )
        return (Found(Problem(*row[:5]), row[5]) for row in rows)

    # ------------------------------------------------------------ what others keep here

    def epoch(self) -> str:
        """What no other cache has."""
        return str(self._sql.execute("SELECT epoch FROM about").fetchone()[0])

    def kept(self, kind: str) -> dict[str, tuple[str, bytes]]:
        """Key → the input that something was made from, and what was made."""
        return {
            key: (made_from, value)
            for key, made_from, value in self._sql.execute("SELECT key, input, value FROM kept WHERE kind = ?", (kind,))
        }

    def keep(self, kind: str, made: Mapping[str, tuple[str, bytes]]) -> None:
        """Keep what was made, until its input is another."""
        self._sql.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", [(kind, key, *pair) for key, pair in made.items()])

    def forget(self, kind: str, keys: Iterable[str]) -> None:
        """Forget what is of no use any more."""
        self._sql.executemany("DELETE FROM kept WHERE kind = ? AND key = ?", [(kind, key) for key in keys])

    def commit(self) -> None:
        """Make sure that what was kept survives the process."""
        self.database.commit()

    def close(self) -> None:
        """Let the cache go."""
        self._sql.close()


def _renumbered(data: "array[int]", moved: int) -> "array[int]":
    return array("q", (number + moved if place % 3 == 2 else number for place, number in enumerate(data))) if moved else data


def unpacked(plane: str, data: bytes) -> Iterator[Extent]:
    """The extents that stand in a blob of the index."""
    numbers = array("q", data)
    return (Extent(plane, *numbers[at : at + 3]) for at in range(0, len(numbers), 3))


def byte_count(data: bytes) -> int:
    """How many bytes the extents of a blob span."""
    numbers = array("q", data)
    return sum(numbers[1::3]) - sum(numbers[0::3])
