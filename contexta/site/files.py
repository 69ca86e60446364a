"""The folder of a site: pages appear whole or not at all, and only what a site wrote is ever removed from it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import orjson

from contexta.site.addresses import MANIFEST

# Where pages are written before they take their place. What a killed build left there is removed by the next.
SCRATCH = ".contexta-build"


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
            status = (root / self.address).stat()
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


def _replace(path: Path, temporary: Path, content: bytes) -> None:
    temporary.unlink(missing_ok=True)  # a leftover, or a link that leads elsewhere
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None


def publish(root: Path, address: str, content: bytes) -> tuple[Page, bool]:
    """Put a page in its place, unless it holds these bytes already; returns it, and whether it was written. Raises OSError."""
    path = root / address
    written = not _holds(path, content)
    if written:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, root / SCRATCH / hashlib.sha256(address.encode()).hexdigest(), content)
    status = path.stat()
    return Page(address, hashlib.sha256(content).hexdigest(), status.st_size, status.st_mtime_ns), written


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and not path.is_symlink() and path.read_bytes() == content
    except OSError:
        return False


@contextmanager
def scratch(root: Path) -> Iterator[None]:
    """A place for pages that are being written, as long as the block runs. Raises OSError."""
    _remove_scratch(root)
    (root / SCRATCH).mkdir(parents=True)
    try:
        yield
    finally:
        _remove_scratch(root)


def finish(root: Path, pages: Mapping[str, str], earlier: Iterable[Page]) -> list[str]:
    """Remove pages of earlier builds that are no more and write the manifest; returns what was left because someone changed it.

    `pages` are address → digest, `earlier` the pages that are known beside those of the manifest.
    """
    before = {**{page.address: page.digest for page in earlier}, **_manifest(root / MANIFEST)}
    kept = [page for page, digest in before.items() if page not in pages and not _remove(root, page, digest)]
    content = orjson.dumps({"pages": dict(sorted(pages.items()))}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    publish(root, MANIFEST, content)
    return sorted(kept)


def _remove_scratch(root: Path) -> None:
    folder = root / SCRATCH
    if folder.is_symlink():
        folder.unlink()
    elif folder.is_dir():
        for leftover in folder.iterdir():
            leftover.unlink()
        folder.rmdir()


def _remove(root: Path, page: str, digest: str) -> bool:
    """Remove a page if its bytes are the ones that were written; a folder that is left empty goes with it."""
    path = root / page
    if not _is_file_inside(root, path):
        return True
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
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


def _lies_inside(page: str) -> bool:
    path = PurePosixPath(page)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in page and "\0" not in page
