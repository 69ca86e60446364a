"""What makes the pages besides the workspace: a page made by other code, or with other templates, is made again."""

import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent

# Libraries whose version may change the bytes of a page.
_LIBRARIES = ("jinja2", "markdown_it", "markupsafe", "orjson")


def digest(*parts: object) -> str:
    """A short text that differs where the parts do."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def made_with(formats: Iterable[str], templates: Path | None) -> str:
    """A digest of the code, the libraries, the templates and the formats. It differs from machine to machine, and stands in no page.

    Raises OSError when the templates cannot be read.
    """
    own = [] if templates is None else list(_contents(templates))
    return digest(
        sys.version, tuple(formats), list(_stamps(_PACKAGE)), list(_stamps(_PACKAGE.parent / "templates")), list(_libraries()), own
    )


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    return ((str(path.relative_to(folder)), path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file())


def _stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    for place, _folders, names in os.walk(folder):
        for name in sorted(names):
            if not name.endswith(".pyc"):
                yield _stamp(Path(place, name))


def _libraries() -> Iterator[tuple[str, int, int]]:
    specs = (importlib.util.find_spec(name) for name in _LIBRARIES)
    return (_stamp(Path(spec.origin)) for spec in specs if spec is not None and spec.origin)


def _stamp(path: Path) -> tuple[str, int, int]:
    status = path.stat()
    return (str(path), status.st_size, status.st_mtime_ns)
