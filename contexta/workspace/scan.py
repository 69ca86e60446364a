"""Whose is a line? Read from its bytes where they leave no doubt, else from the parsed line; either way the answer is the same."""

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import repeat
from operator import contains
from pathlib import Path

from contexta.contract import DeploymentExecution, Problem, Project, StableRef
from contexta.errors import ContextaError
from contexta.workspace import lines
from contexta.workspace.frames import PutItem, fault, interpret, owners
from contexta.workspace.lines import Located, Unusable

# So much of a file is looked at as a whole before its lines are: a run's lines mostly stand together. What is made of it stays in the
# processor's cache, and is not so large that memory is asked of the system each time.
_STRETCH = 64 * 1024

_LINE_END = ord("\n")
_RUN_KEY = b'"run_ref"'
_RUN = re.compile(rb'\s*:\s*"(run:[a-z0-9.-]+)"')

# Refs in a line that cannot be read whole: enough to say whose it probably was. The quote or dot at the end shows that
# the name is not cut off.
_RUN_IN_TEXT = re.compile(rb'"(?:run:([a-z0-9-]+\.[a-z0-9-]+)"|(?:stage|batch|sample|op|record|artifact):([a-z0-9-]+\.[a-z0-9-]+)\.)')


@dataclass(frozen=True, slots=True)
class Found:
    """A problem in a line that is given to no run yet, and the run that its text names (`project.run`), empty where it names none."""

    problem: Problem
    named: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a plane's file, from the beginning of a line; `line` is the number of that line."""

    plane: str
    path: Path
    start: int
    stop: int
    line: int = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file from `start`: whole lines; or a line that is too long, of which `data` is the beginning; or the unfinished last."""

    start: int
    data: bytes
    size: int
    ended: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether it is whole lines."""
        return self.ended and self.size == len(self.data)


def pieces(read: lines.Read, start: int, stop: int) -> Iterator[Piece]:
    """The bytes from start up to stop, cut at line ends."""
    while data := read(min(_STRETCH, stop - start), start):
        cut = data.rfind(b"\n") + 1
        # The beginning of the next line is read again with that: this costs less than to put the two together.
        piece = Piece(start, data[:cut], cut) if cut else _long_line(read, start, data, stop)
        yield piece
        start += piece.size


def _long_line(read: lines.Read, start: int, head: bytes, stop: int) -> Piece:
    """A line that goes on after its head: all of it, or its beginning where it is too long or has no end."""
    parts, size, ended = [head], len(head), False
    while not ended and (more := read(min(_STRETCH, stop - start - size), start + size)):
        line, end, _ = more.partition(b"\n")
        size, ended = size + len(line + end), bool(end)
        if size <= lines.MAX_LINE + 1:
            parts.append(line + end)
    data = b"".join(parts)
    return Piece(start, data if ended and size == len(data) else data[: lines.SHOWN], size, ended)


def is_doubtful(data: bytes) -> bool:
    """Whether lines must be looked at more closely: letters written as escapes, deployments, puts that belong to no run."""
    # CPython finds a text about twice as fast from the end as from the beginning, and much faster one byte: few lines have these two.
    return data.rfind(b'"deployment:') >= 0 or (b"P" in data and data.rfind(b'"Project"') >= 0) or (b"\\" in data and b"\\u" in data)


def sole_run(line: bytes) -> str | None:
    """The run of a line that is not doubtful and has one `run_ref`; None where it has none, or several.

    Without escaped letters, the bytes `"run_ref":"run:…"` can only be a member of an object: inside a text the quotes would be
    escaped. Where it is the only one, it is the envelope's, manifest's or model's own, or the line lacks that and is invalid.
    """
    at = line.rfind(_RUN_KEY)
    return None if at < 0 or line.rfind(_RUN_KEY, 0, at) >= 0 else _run_after_key(line, at + len(_RUN_KEY))


def _sole_run_if_sure(line: bytes) -> str | None:
    return None if is_doubtful(line) else sole_run(line)


def _run_after_key(data: bytes, at: int = 0) -> str | None:
    found = _RUN.match(data, at)
    return found[1].decode() if found else None


def parts_after_keys(data: bytes) -> list[bytes] | None:
    """What follows the `"run_ref"` of each of some whole lines, up to the next one's; None unless every line has exactly one."""
    parts = data.rsplit(_RUN_KEY)[1:]
    # As many parts as line ends, and one in each. It is sought as a number: anything else is first tried as one, which takes longer.
    ends = len(data) - len(data.replace(b"\n", b""))
    return parts if len(parts) == ends and all(map(contains, parts, repeat(_LINE_END))) else None


def common_run(parts: list[bytes]) -> str | None:
    """The run that everything that follows a `"run_ref"` begins with, written alike; None where they differ."""
    found = _RUN.match(parts[0])
    # What the least and the greatest begin with, all between them do.
    return found[1].decode() if found and min(parts).startswith(found[0]) and max(parts).startswith(found[0]) else None


@dataclass(slots=True)
class Reading:
    """What a part of a plane holds, small enough to be sent from a worker: whose its lines are, and what is wrong with others.

    Owners are references as text, or `put ` and a reference for the puts that describe a project or deployment. `extents` are
    (start, end, number of the first line), one after the other. Lines are numbered from `first` up to before `line`. `end` is where
    reading goes on: the beginning of an unfinished line.
    """

    plane: str
    first: int = 1
    line: int = 1
    end: int = 0
    extents: dict[str, "array[int]"] = field(default_factory=dict)
    together: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Found] = field(default_factory=list)
    tail: Found | None = None

    def take(self, piece: Piece) -> None:
        """Take the bytes that follow."""
        if not piece.is_whole:
            self._take_odd(piece)
            return
        parts = None if is_doubtful(piece.data) else parts_after_keys(piece.data)
        run = common_run(parts) if parts else None
        if parts and run in self.extents:
            self._extend(run, piece.start, piece.start + piece.size, self.line)
            self.line += len(parts)
        else:
            texts = BytesIO(piece.data).readlines()
            self._take_lines(piece.start, texts, map(_run_after_key, parts) if parts else map(_sole_run_if_sure, texts))
        self.end = piece.start + piece.size

    def _take_lines(self, start: int, texts: list[bytes], runs: Iterable[str | None]) -> None:
        """Take whole lines one by one, with the run that each names where its bytes leave no doubt."""
        for text, run in zip(texts, runs, strict=True):
            end = start + len(text)
            # What a line that was parsed named before is known to be the name of a run.
            if run in self.extents:
                self._extend(run, start, end, self.line)
            else:
                self.add(lines.parsed(self.plane, self.line, text), start, end)
            start = end
            self.line += 1

    def _take_odd(self, piece: Piece) -> None:
        """A line that is too long, or that has no end yet."""
        found = found_in(lines.unfinished(self.plane, self.line, piece.data, piece.size))
        if piece.ended:
            self.problems.append(found)
            self.line += 1
            self.end = piece.start + piece.size
        else:
            self.tail = found

    def add(self, line: Located | Unusable, start: int, end: int) -> None:
        """Take a line that was parsed, from one offset up to another (row ids in a database)."""
        unusable = line if isinstance(line, Unusable) else self._own(line, start, end)
        if unusable is not None:
            self.problems.append(found_in(unusable))

    def _own(self, line: Located, start: int, end: int) -> Unusable | None:
        """Give a line to those that it names; what is wrong with it where it names none."""
        try:
            item = interpret(line.value)
            owned_by = owners(item)
            put = _described(item) if isinstance(item, PutItem) else None
        except ContextaError as error:
            return Unusable(fault(line, error), line.raw)
        named = [str(owned_by.run)] if owned_by.run else []
        deployments = [str(ref) for ref in dict.fromkeys(owned_by.deployments)]
        for owner in (*named, *deployments, *([f"put {put}"] if put else [])):
            self._extend(owner, start, end, line.line)
        self.together.update((run, deployment) for run in named for deployment in deployments)
        return None

    def _extend(self, owner: str, start: int, end: int, line: int) -> None:
        extents = self.extents.get(owner)
        if extents is None:
            extents = self.extents[owner] = array("q")
        if extents and extents[-2] == start:
            extents[-2] = end
        else:
            extents.extend((start, end, line))


def read(part: Part) -> Reading:
    """Read a part of a file. Raises OSError when it cannot be read."""
    reading = Reading(part.plane, part.line, part.line, part.start)
    with part.path.open("rb", buffering=0) as stream:
        for piece in pieces(lines.reader(stream), part.start, part.stop):
            reading.take(piece)
    return reading


def _described(item: PutItem) -> StableRef | None:
    """The project or deployment that a put describes: models that stand on pages of many runs."""
    if item.model is Project:
        return Project.from_dict(item.data).ref  # nothing else would tell what is wrong with it
    return next(iter(owners(item).deployments), None) if item.model is DeploymentExecution else None


def found_in(unusable: Unusable) -> Found:
    """The problem of an unusable line, and the run that its text names, if it is one alone."""
    run = _sole_run_if_sure(unusable.raw)
    named = {run.removeprefix("run:")} if run else {(one or other).decode() for one, other in _RUN_IN_TEXT.findall(unusable.raw)}
    return Found(unusable.problem, named.pop() if len(named) == 1 else "")
