"""Opening a workspace: its index is brought up to date, and kept where there is a place for it."""

import hashlib
import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from contexta.errors import ContextaError, UnreadableWorkspace
from contexta.privacy import SECRETS, Privacy
from contexta.workspace.catalog import Spread, came_and_went, changed, here, refresh
from contexta.workspace.database import Database, Notify, in_folder, in_memory
from contexta.workspace.index import Index
from contexta.workspace.listing import is_workspace
from contexta.workspace.locking import alone_in
from contexta.workspace.planes import Plane
from contexta.workspace.store import Workspace

DEFAULT_FOLDER = ".contexta"

# Where the index lies under the root unless it is told another place.
CACHE = "cache/report"


# The beginning of the name of a folder in which compressed planes are unpacked.
_COPIES = "contexta-unpacked-"

# So often is the folder looked at again, where files come and go.
_TRIES = 3


def _silent(_what: str) -> None:
    """For a reader who is not told."""


def open_workspace(path: str | Path, privacy: Privacy | None = SECRETS) -> Workspace:
    """Read a workspace's lines once and know what it holds. Nothing is written, but copies of compressed planes in the system's
    temporary folder, while the workspace is in use. Raises UnreadableWorkspace when the folder is none.

    `privacy` says what of it is shown; with None it is all as it was written, secrets too.
    """
    copies = _copies_in(None)
    opened = _opened(_checked(path), Index(in_memory()), copies, here, _silent, privacy)
    weakref.finalize(opened, _remove, copies)
    return opened


@contextmanager
def indexed(
    path: str | Path,
    cache: Path | None = None,
    *,
    anew: bool = False,
    spread: Spread = here,
    notify: Notify = _silent,
    waiting: Notify = _silent,
    privacy: Privacy = SECRETS,
) -> Iterator[Workspace]:
    """Read what is new in a workspace since it was last opened so; what was learned is kept under it, or in the folder `cache`.

    A process that does the same meanwhile is waited for, which `waiting` is told. `anew` forgets what was learned before. `spread` has
    parts of long files read elsewhere. `notify` is told what is read again and why. `privacy` says what is shown.

    Raises UnreadableWorkspace when the folder is none, or in the end when a file did not stay what it was; ContextaError when the index
    breaks while it is used.
    """
    root = _checked(path)
    with ExitStack() as stack:
        index = Index(_database(stack, root, cache, notify, waiting))
        stack.callback(index.close)
        if anew:
            index.clear()
        copies = _copies_in(index.database.path.parent if index.database.path else None)
        stack.callback(_remove, copies)
        try:
            opened = _opened(root, index, copies, spread, notify, privacy)
            yield opened
            _check_unchanged(opened)
        except sqlite3.Error as error:
            if not root.is_dir():
                raise UnreadableWorkspace(f"{root} was removed while pages were made from it") from None
            what = f"the index of {root} cannot be used: {error}"
            raise ContextaError(f"{what}; delete {CACHE} in the workspace, or keep it elsewhere with --cache") from None


def _database(stack: ExitStack, root: Path, cache: Path | None, notify: Notify, waiting: Notify) -> Database:
    """The index in its folder, held as long as the stack; in memory where it cannot be written."""
    folder = root / CACHE if cache is None else cache
    name = "index" if cache is None else hashlib.sha256(os.fsencode(root.absolute())).hexdigest()[:16]
    try:
        if cache is None and not folder.resolve().is_relative_to(root.resolve()):
            raise OSError(None, "leads out of the workspace", str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        stack.enter_context(alone_in(folder, waiting))
        for leftover in folder.glob(f"{_COPIES}*"):  # of a build that was killed
            _remove(leftover)
        return in_folder(folder, name, notify)
    except (OSError, sqlite3.Error) as error:
        notify(f"no index is kept in {folder}: {getattr(error, 'strerror', None) or error}")
        return in_memory()


def _copies_in(folder: Path | None) -> Path:
    """Where one build unpacks compressed planes: made when one is, and of a name that nobody can have put there before.

    Without a folder that is a temporary one.
    """
    if folder is None:
        import tempfile  # takes long to import, as does shutil, and few builds need either

        folder = Path(tempfile.gettempdir())
    return folder / f"{_COPIES}{uuid4().hex}"


def _remove(folder: Path) -> None:
    if folder.is_dir():
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def _opened(root: Path, index: Index, copies: Path, spread: Spread, notify: Notify, privacy: Privacy | None) -> Workspace:
    try:
        planes, notes = _settled(index, root, copies, spread, notify)
    except OSError as error:
        raise UnreadableWorkspace(f"{root} cannot be read: {error.strerror}") from None
    for note in notes:
        notify(note)
    return Workspace(root, planes, index, privacy)


def _settled(index: Index, root: Path, copies: Path, spread: Spread, notify: Notify) -> tuple[dict[str, Plane], list[str]]:
    """Read what is new. A file that is rotated meanwhile may have been seen under two names, or none: then once more.

    Raises UnreadableWorkspace when that does not end.
    """
    is_known = bool(index.planes())
    planes, notes = _refreshed(index, root, copies, spread, notify)
    if is_known and not notes:
        return planes, notes
    for _ in range(_TRIES):
        if not came_and_went(index, root, copies):
            return planes, notes
        planes, more = _refreshed(index, root, copies, spread, notify)
        notes += more
    raise UnreadableWorkspace(f"{root}: files are rotated, rewritten or removed faster than they can be read; try again later")


def _refreshed(index: Index, root: Path, copies: Path, spread: Spread, notify: Notify) -> tuple[dict[str, Plane], list[str]]:
    try:
        return refresh(index, root, copies, spread)
    except sqlite3.DatabaseError as error:
        notify(f"the index is made anew: {error}")
        index.clear()
        return refresh(index, root, copies, spread)


def _check_unchanged(opened: Workspace) -> None:
    """Pages are made from lines that are read by their places: where something else stands there now, some may be wrong."""
    names = changed(opened.index, opened.planes, opened.used)
    if names:
        files = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        raise UnreadableWorkspace(f"{opened.root}: {files} was rotated, rewritten or removed while pages were made from it; build again")


def _checked(path: str | Path) -> Path:
    """The folder, if it is a workspace."""
    root = Path(path)
    try:
        if not root.is_dir():
            what = "is a file, not a folder" if root.exists() else "does not exist"
            raise UnreadableWorkspace(f"{path} {what}; give the folder that a run left, usually {DEFAULT_FOLDER}")
        if not is_workspace(root):
            raise UnreadableWorkspace(f"{path} is no workspace: {_what_it_is(root)}")
    except OSError as error:
        raise UnreadableWorkspace(f"{path} cannot be read: {error.strerror}") from None
    return root


def _what_it_is(root: Path) -> str:
    inner = root / DEFAULT_FOLDER
    if inner.is_dir() and is_workspace(inner):
        return f"but {inner} is one; give that"
    if not any(root.iterdir()):
        return "the folder is empty"
    return "it holds no metadata/ledger.*, cache/capture/*.jsonl or records/segments/*.jsonl"
