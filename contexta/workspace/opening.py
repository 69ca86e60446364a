"""Opening a workspace: its index is brought up to date, and kept where there is a place for it."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from contexta.errors import ContextaError, UnreadableWorkspace
from contexta.privacy import SECRETS, Privacy
from contexta.workspace.catalog import Spread, here, refresh
from contexta.workspace.database import Database, Notify, in_folder, in_memory
from contexta.workspace.index import Index
from contexta.workspace.locking import alone_in
from contexta.workspace.planes import Plane, is_workspace
from contexta.workspace.store import Workspace

DEFAULT_FOLDER = ".contexta"

# Where the index lies under the root unless it is told another place.
CACHE = "cache/report"


def _silent(_what: str) -> None:
    """For a reader who is not told."""


def open_workspace(path: str | Path, privacy: Privacy | None = SECRETS) -> Workspace:
    """Read a workspace's lines once and know what it holds; nothing is written. Raises UnreadableWorkspace when the folder is none.

    `privacy` says what of it is shown; with None it is all as it was written, secrets too.
    """
    return _opened(_checked(path), Index(in_memory()), here, _silent, privacy)


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

    Raises UnreadableWorkspace when the folder is none, ContextaError when the index breaks while it is used.
    """
    root = _checked(path)
    with ExitStack() as stack:
        index = Index(_database(stack, root, cache, notify, waiting))
        stack.callback(index.close)
        if anew:
            index.clear()
        try:
            yield _opened(root, index, spread, notify, privacy)
        except sqlite3.Error as error:
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
        return in_folder(folder, name, notify)
    except (OSError, sqlite3.Error) as error:
        notify(f"no index is kept in {folder}: {getattr(error, 'strerror', None) or error}")
        return in_memory()


def _opened(root: Path, index: Index, spread: Spread, notify: Notify, privacy: Privacy | None) -> Workspace:
    try:
        planes, notes = _refreshed(index, root, spread, notify)
    except OSError as error:
        raise UnreadableWorkspace(f"{root} cannot be read: {error.strerror}") from None
    for note in notes:
        notify(note)
    return Workspace(root, planes, index, privacy)


def _refreshed(index: Index, root: Path, spread: Spread, notify: Notify) -> tuple[dict[str, Plane], list[str]]:
    try:
        return refresh(index, root, spread)
    except sqlite3.DatabaseError as error:
        notify(f"the index is made anew: {error}")
        index.clear()
        return refresh(index, root, spread)


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
