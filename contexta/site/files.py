"""The folder of a site: pages appear whole or not at all, and only what a site wrote is ever removed from it."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import orjson

from contexta.site.addresses import MANIFEST


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new ones, never a part; raises OSError that names the file.

    A pipe or a device has no old bytes: it is written to, never replaced.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(content)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name}.tmp"
    temporary.unlink(missing_ok=True)  # a leftover, or a link that leads elsewhere
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
        temporary.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        temporary.unlink(missing_ok=True)


@dataclass(slots=True)
class SiteFolder:
    """Writes the pages of one build and remembers their digests."""

    root: Path
    digests: dict[str, str] = field(default_factory=dict)

    def write(self, page: str, content: bytes) -> None:
        """Write a page; `page` is its address with extension."""
        write_atomically(self.root / page, content)
        self.digests[page] = hashlib.sha256(content).hexdigest()

    def finish(self) -> list[str]:
        """Remove pages of an earlier build that are no more, write the manifest; returns what was left because someone changed it."""
        kept = []
        for page, digest in _earlier(self.root / MANIFEST).items():
            if page not in self.digests and not self._remove(page, digest):
                kept.append(page)
        manifest = {"pages": dict(sorted(self.digests.items()))}
        write_atomically(self.root / MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return kept

    def _remove(self, page: str, digest: str) -> bool:
        """Remove a page if its bytes are the ones that were written; a folder that is left empty goes with it."""
        path = self.root / page
        if not _is_file_inside(self.root, path):
            return True
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            return False
        path.unlink()
        if path.parent != self.root and not any(path.parent.iterdir()):
            path.parent.rmdir()
        return True


def _is_file_inside(root: Path, path: Path) -> bool:
    """Whether a path is a file that no symbolic link on the way to it takes out of the folder."""
    try:
        return path.is_file() and path.resolve() == root.resolve() / path.relative_to(root)
    except (OSError, ValueError):
        return False


def _earlier(manifest: Path) -> dict[str, str]:
    """Page → digest of the build before; nothing where there is none that can be trusted."""
    try:
        pages = orjson.loads(manifest.read_bytes())["pages"]
        return {page: digest for page, digest in pages.items() if isinstance(digest, str) and _lies_inside(page)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _lies_inside(page: str) -> bool:
    path = PurePosixPath(page)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in page and "\0" not in page
