"""Which files of a folder are its planes, in reading order; and which are not read, and why."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from contexta.contract import Problem
from contexta.workspace.layout import LEDGER_DB, MARKERS, PLANES
from contexta.workspace.planes import JsonlPlane
from contexta.workspace.segments import Segment, segment_of
from contexta.workspace.unpacking import MISSING_ZSTD, Flaw, can_be_unpacked

_NO_PLANE = Flaw(
    "unread_file", "not read: its name is not that of a plane (x.jsonl, x.jsonl.1, x.jsonl-20250131, each also .gz or .zst)", "info"
)
_OUTSIDE = Flaw("outside_file", "not read: it leads out of the workspace; put the file itself here", "error")
_IRREGULAR = Flaw("unreadable_file", "cannot be read: it is no regular file", "error")


@dataclass(frozen=True, slots=True)
class Listing:
    """The planes of a folder in reading order, and what is to be said of files that are not read."""

    planes: list[JsonlPlane] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)


def listing(root: Path, copies: Path) -> Listing:
    """The JSONL files under a root; compressed ones are to be unpacked in the folder `copies`."""
    found = Listing()
    for folder, beginning in PLANES:
        try:
            with os.scandir(root / folder) as entries:
                named = sorted(((entry.name, entry) for entry in entries if entry.name.startswith(beginning)), key=itemgetter(0))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            found.unread.append(Problem(folder, 0, "unreadable_folder", f"cannot be listed: {error.strerror}", "error"))
            continue
        inside = _lies_in(root / folder, root)
        planes: list[tuple[Segment, JsonlPlane]] = []
        for file, entry in named:
            segment = segment_of(file)
            if segment is None and (".jsonl" not in file or file.startswith(".")):
                continue  # anything else, an editor's, or rsync's
            name = f"{folder}/{_text(file)}"
            flaw = _flaw(entry, segment, root) if inside else _OUTSIDE
            if flaw is not None:
                found.unread.append(Problem(name, 0, *flaw))
            elif segment is not None:
                planes.append((segment, _plane(name, root / folder / file, segment.packing, copies)))
        found.planes.extend(_in_order(planes))
    return found


def _flaw(entry: os.DirEntry[str], segment: Segment | None, root: Path) -> Flaw | None:
    """Why a file is not read."""
    if segment is None:
        return _NO_PLANE
    if not entry.is_file(follow_symlinks=False) and (flaw := why_closed(Path(entry.path), root)) is not None:
        return flaw
    return None if can_be_unpacked(segment.packing) else Flaw("missing_extra", MISSING_ZSTD, "error")


def why_closed(path: Path, root: Path) -> Flaw | None:
    """Why a file is not even opened, its folder being in the workspace."""
    if path.is_symlink() and not _lies_in(path, root):
        return _OUTSIDE
    return None if path.is_file() else _IRREGULAR  # to open a pipe would take for ever


def _lies_in(path: Path, root: Path) -> bool:
    """Whether a path leads to a place under a root, wherever its symbolic links point."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))  # Path.resolve breaks on links in a circle


def _plane(name: str, path: Path, packing: str, copies: Path) -> JsonlPlane:
    if not packing:
        return JsonlPlane(name, path)
    return JsonlPlane(name, copies / hashlib.sha256(name.encode()).hexdigest(), path, packing)


def _in_order(planes: Iterable[tuple[Segment, JsonlPlane]]) -> Iterator[JsonlPlane]:
    """The planes of a folder in reading order; all but the last of one segment know that as their twin."""
    ordered = sorted(planes, key=lambda one: one[0].rank)
    for _, group in groupby(ordered, key=lambda one: one[0][:2]):
        *others, last = map(itemgetter(1), group)
        yield from (replace(plane, twin=last.name) for plane in others)
        yield last


def _text(name: str) -> str:
    """The name of a file, whose bytes may be no text."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")


def is_workspace(root: Path) -> bool:
    """Whether a folder holds any plane, or the mark of one that is still empty."""
    return any(next(root.glob(place), None) is not None for place in (*MARKERS, LEDGER_DB)) or any(_segments(root))


def _segments(root: Path) -> Iterator[Segment]:
    """What the names under a root say that are of planes."""
    for folder, beginning in PLANES:
        found = (segment_of(path.name) for path in (root / folder).glob(f"{beginning}*"))
        yield from (segment for segment in found if segment is not None)
