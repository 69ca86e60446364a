"""The folder of a site: pages appear whole or not at all, and only what a site wrote is ever removed from it."""

import errno
import hashlib
import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

from contexta.site.addresses import MANIFEST

# Where pages are written before they take their place. What a killed build left there is removed by the next.
SCRATCH = ".contexta-build"

# In there, a line for every page that was put in its place: by it the next build knows what one left that was broken off.
_JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Page:
    """A file of a site as it was left: its address, the SHA-256 of its bytes, and what tells whether someone touched it since."""

    address: str
    digest: str
    size: int
    modified: int

    def is_as_left(self, root: Path) -> bool:
        """Whether the file is still there, and was not written to since."""
        try:
            status = os.stat(f"{root}/{self.address}")  # noqa: PTH116  # of thousands, to make the paths takes longer
        except OSError:
            return False
        return (status.st_size, status.st_mtime_ns) == (self.size, self.modified)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new ones, never a part; raises OSError that names the file.

    A pipe or a device has no old bytes: it is written to, never replaced.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(content)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, path.parent / f".{path.name}.tmp", content)


def _replace(path: Path, temporary: Path, content: bytes, about_to: Callable[[], None] = lambda: None) -> None:
    """Write the bytes elsewhere, then put them in their place; `about_to` is called in between."""
    try:
        _write_new(temporary, content)
        about_to()
        _move(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags, 0o666)
    except FileExistsError:  # a leftover, or a link that leads elsewhere
        path.unlink()
        descriptor = os.open(path, flags, 0o666)
    with os.fdopen(descriptor, "wb", buffering=0) as stream:
        rest = memoryview(content)
        while rest:
            rest = rest[stream.write(rest) :]


def _move(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except FileNotFoundError:  # the first page of its folder
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(path)


def publish(root: Path, address: str, content: bytes) -> tuple[Page, bool]:
    """Put a page in its place, unless it holds these bytes already; returns it, and whether it was written. Raises OSError."""
    path, digest = root / address, hashlib.sha256(content).hexdigest()
    written = not _holds(path, content)
    if written:
        _refuse_links(root, path.parent)
        temporary = root / SCRATCH / hashlib.sha256(address.encode()).hexdigest()
        _replace(path, temporary, content, partial(_note, root / SCRATCH / _JOURNAL, address, digest))
    status = path.stat()
    return Page(address, digest, status.st_size, status.st_mtime_ns), written


def _refuse_links(root: Path, folder: Path) -> None:
    """Raise OSError where a folder between the site's own and a page is a symbolic link, which may lead anywhere."""
    while folder != root:
        if folder.is_symlink():
            raise OSError(errno.ELOOP, "is a symbolic link; a site is written into folders of its own", str(folder))
        folder = folder.parent


def _note(journal: Path, address: str, digest: str) -> None:
    """Append a line to the journal, which several processes write at once."""
    descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    line = f"{digest} {address}\n".encode()
    try:
        if os.write(descriptor, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(journal))
    finally:
        os.close(descriptor)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and not path.is_symlink() and path.read_bytes() == content
    except OSError:
        return False


@contextmanager
def scratch(root: Path) -> Iterator[None]:
    """A place for pages that are being written, as long as the block runs; where that fails, the journal stays. Raises OSError."""
    _clear(root / SCRATCH)
    (root / SCRATCH).mkdir(parents=True, exist_ok=True)
    try:
        yield
        (root / SCRATCH / _JOURNAL).unlink(missing_ok=True)
    finally:
        _clear(root / SCRATCH)


def finish(root: Path, pages: Mapping[str, str], earlier: Iterable[Page]) -> list[str]:
    """Remove pages of earlier builds that are no more and write the manifest; returns what was left because someone changed it.

    `pages` are address → digest, `earlier` the pages that are known beside those of the manifest and the journal.
    """
    known = [*((page.address, page.digest) for page in earlier), *_manifest(root / MANIFEST).items(), *_journal(root / SCRATCH / _JOURNAL)]
    before: dict[str, set[str]] = {}
    for page, digest in known:
        if page != MANIFEST:  # the journal names it too; it is no page, and written below
            before.setdefault(page, set()).add(digest)
    kept = [page for page, digests in before.items() if page not in pages and not _remove(root, page, digests)]
    content = orjson.dumps({"pages": dict(sorted(pages.items()))}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    publish(root, MANIFEST, content)
    return sorted(kept)


def _clear(folder: Path) -> None:
    """Remove what was being written, but not the journal; the folder goes when it is empty."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.is_dir():
        journal = folder / _JOURNAL
        kept = journal.is_file() and not journal.is_symlink()
        for leftover in folder.iterdir():
            if leftover != journal or not kept:
                leftover.unlink()
        if not kept:
            folder.rmdir()


def _remove(root: Path, page: str, digests: Container[str]) -> bool:
    """Remove a page if its bytes are some that were written; a folder that is left empty goes with it."""
    path = root / page
    if not _is_file_inside(root, path):
        return True
    if hashlib.sha256(path.read_bytes()).hexdigest() not in digests:
        return False
    path.unlink()
    if path.parent != root and not any(path.parent.iterdir()):
        path.parent.rmdir()
    return True


def _is_file_inside(root: Path, path: Path) -> bool:
    """Whether a path is a file that no symbolic link on the way to it takes out of the folder."""
    try:
        return path.is_file() and path.resolve() == root.resolve() / path.relative_to(root)
    except (OSError, ValueError):
        return False


def _manifest(path: Path) -> dict[str, str]:
    """Page → digest of the build before; nothing where there is none that can be trusted."""
    try:
        pages = orjson.loads(path.read_bytes())["pages"]
        return {page: digest for page, digest in pages.items() if isinstance(digest, str) and _lies_inside(page)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _journal(path: Path) -> list[tuple[str, str]]:
    """The pages that builds which were broken off put in their places, and their digests."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    pages = (line.partition(" ")[::2] for line in lines)
    return [(page, digest) for digest, page in pages if _lies_inside(page)]


def _lies_inside(page: str) -> bool:
    return not page.startswith("/") and ".." not in page.split("/") and "\\" not in page and "\0" not in page
