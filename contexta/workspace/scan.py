"""Whose is a line? Read from its bytes where they leave no doubt, else from the parsed line; either way the answer is the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from contexta.contract import DeploymentExecution, Project, StableRef
from contexta.errors import ContextaError
from contexta.workspace import lines
from contexta.workspace.frames import Owners, PutItem, interpret, owners
from contexta.workspace.index import Found, Index, Known
from contexta.workspace.lines import Located, Unusable

_BLOCK = 1024 * 1024

_RUN_KEY = b'"run_ref"'
_RUN = re.compile(rb'"run_ref"\s*:\s*"run:([a-z0-9.-]+)"')

# What a line must be parsed for: letters written as escapes, deployments, and puts that belong to no run though they may hold a run_ref.
_DOUBTS = (b"\\u", b'"deployment:', b'"Project"')

# Refs in a line that cannot be read whole: enough to say whose it probably was. The quote or dot at the end shows that
# the name is not cut off.
_RUN_IN_TEXT = re.compile(rb'"(?:run:([a-z0-9-]+\.[a-z0-9-]+)"|(?:stage|batch|sample|op|record|artifact):([a-z0-9-]+\.[a-z0-9-]+)\.)')


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


def pieces(stream: BinaryIO, start: int, stop: int) -> Iterator[Piece]:
    """The bytes from start up to stop, cut at line ends."""
    stream.seek(start)
    rest = b""
    at = start
    while block := stream.read(min(_BLOCK, stop - at - len(rest))):
        first, cut = block.find(b"\n") + 1, block.rfind(b"\n") + 1
        if first and len(rest) + first > lines.MAX_LINE + 1:
            yield Piece(at, rest[: lines.SHOWN], len(rest) + first)
            at += len(rest) + first
            rest, block, cut = b"", block[first:], cut - first
        if cut:
            data = rest + block[:cut]
            yield Piece(at, data, len(data))
            at += len(data)
            rest = block[cut:]
        else:
            rest += block
        if len(rest) > lines.MAX_LINE:
            long = _pass_over(stream, at, rest, stop)
            yield long
            at += long.size
            rest = b""
    if rest:
        yield Piece(at, rest, len(rest), ended=False)


def _pass_over(stream: BinaryIO, start: int, head: bytes, stop: int) -> Piece:
    """A line that is too long: its beginning, and how far it goes."""
    size, ended = len(head), False
    while not ended and (block := stream.readline(min(_BLOCK, stop - start - size))):
        size += len(block)
        ended = block.endswith(b"\n")
    return Piece(start, head[: lines.SHOWN], size, ended)


def sole_run(line: bytes) -> bytes | None:
    """The run (`project.run`) of a line that has one `run_ref` and nothing that might make it another's; None where that is in doubt.

    Without escaped letters, the bytes `"run_ref":"run:…"` can only be a member of an object: inside a text the quotes would be
    escaped. Where it is the only one, it is the envelope's, manifest's or model's own, or the line lacks that and is invalid.
    """
    at = line.find(_RUN_KEY)
    if at < 0 or line.find(_RUN_KEY, at + 1) >= 0 or any(doubt in line for doubt in _DOUBTS):
        return None
    found = _RUN.match(line, at)
    return found[1] if found else None


@dataclass(slots=True)
class Scan:
    """Reads new lines of one plane into the index."""

    index: Index
    plane: Known
    line: int

    def take(self, piece: Piece) -> int:
        """Take whole lines; returns the number of bytes that need not be read again."""
        if not piece.is_whole:
            return self._take_odd(piece)
        at = start = piece.start
        first = self.line
        owner = None
        needle = b"\0"
        for line in piece.data[:-1].split(b"\n"):
            key = line.find(_RUN_KEY)
            if not (
                line.startswith(needle, key)
                and line.find(_RUN_KEY, key + 9) < 0
                and b"\\u" not in line
                and b'"deployment:' not in line
                and b'"Project"' not in line
            ):
                if owner is not None:
                    self.index.add_extent(owner, self.plane.id, start, at, first)
                owner, start, first = None, at, self.line
                run = sole_run(line)
                owner = self.index.find(f"run:{run.decode()}") if run is not None else None
                if run is None or owner is None:
                    self._parse(at, line)
                    start, first = at + len(line) + 1, self.line + 1
                    needle = b"\0"
                else:
                    found = _RUN.match(line, key)
                    needle = found[0] if found else b"\0"
            at += len(line) + 1
            self.line += 1
        if owner is not None:
            self.index.add_extent(owner, self.plane.id, start, at, first)
        return piece.size

    def _take_odd(self, piece: Piece) -> int:
        """A line that is too long, or that has no end yet."""
        unusable = lines.unfinished(self.plane.name, self.line, piece.data, piece.size)
        self.index.add_problem(self.plane.id, found_in(unusable), tail=not piece.ended)
        self.line += piece.ended
        return piece.size if piece.ended else 0

    def _parse(self, start: int, data: bytes) -> None:
        line = lines.parsed(self.plane.name, self.line, start, start + len(data) + 1, data)
        self.add(line)

    def add(self, line: Located | Unusable) -> None:
        """Take a line that was parsed."""
        unusable = line if isinstance(line, Unusable) else self._own(line)
        if unusable is not None:
            self.index.add_problem(self.plane.id, found_in(unusable))

    def _own(self, line: Located) -> Unusable | None:
        """Give a line to those that it names; what is wrong with it where it names none."""
        try:
            item = interpret(line.value)
            owned_by = owners(item)
            put = _described(item) if isinstance(item, PutItem) else None
        except ContextaError as error:
            return Unusable(line.problem("invalid_line", str(error)), line.raw)
        if put is not None:
            self._extend(self.index.owner(f"put {put}"), line)
        self._give(owned_by, line)
        return None

    def _give(self, owned_by: Owners, line: Located) -> None:
        run = None if owned_by.run is None else self.index.owner(str(owned_by.run))
        deployments = [self.index.owner(str(ref)) for ref in dict.fromkeys(owned_by.deployments)]
        for owner in (run, *deployments):
            if owner is not None:
                self._extend(owner, line)
        if run is not None:
            for deployment in deployments:
                self.index.add_together(run, deployment, self.plane.id)

    def _extend(self, owner: int, line: Located) -> None:
        self.index.add_extent(owner, self.plane.id, line.start, line.end, line.line)


def _described(item: PutItem) -> StableRef | None:
    """The project or deployment that a put describes: models that stand on pages of many runs."""
    if item.model is Project:
        return Project.from_dict(item.data).ref  # nothing else would tell what is wrong with it
    return next(iter(owners(item).deployments), None) if item.model is DeploymentExecution else None


def found_in(unusable: Unusable) -> Found:
    """The problem of an unusable line, and the run that its text names, if it is one alone."""
    run = sole_run(unusable.raw)
    if run is None:
        named = {one or other for one, other in _RUN_IN_TEXT.findall(unusable.raw)}
        run = named.pop() if len(named) == 1 else b""
    return Found(unusable.problem, run.decode())
