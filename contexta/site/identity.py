"""What makes the pages besides the workspace: a page made by other code, or with other templates, is made again."""

import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from contexta.render import Placement

_PACKAGE = Path(__file__).resolve().parent.parent

# Libraries whose version may change the bytes of a page.
_LIBRARIES = ("jinja2", "markdown_it", "markupsafe", "orjson")


def digest(*parts: object) -> str:
    """A short text that differs where the parts do."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def made_with(formats: Iterable[str], templates: Path | None, theme: Path | None = None, assets: Placement = "inline") -> str:
    """A digest of the code, the libraries, the templates, the theme, the formats and where assets go.

    It differs from machine to machine, and stands in no page. Raises OSError when the templates or the theme cannot be read, ThemeFailure
    when the theme cannot be used.
    """
    own = [] if templates is None else list(_contents(templates))
    themed = _theme_files(theme) if theme else ()
    shipped = (sys.version, list(_stamps(_PACKAGE)), list(_stamps(_PACKAGE.parent / "templates")), list(_libraries()))
    return digest(*shipped, tuple(formats), own, themed, assets)


def _theme_files(theme: Path) -> tuple[bytes, ...]:
    from contexta.render.theme import theme_files  # most sites have none

    return theme_files(theme)


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    return ((str(path.relative_to(folder)), path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file())


def _stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    for place, folders, names in os.walk(folder):
        # What Python and Jinja compile comes once it is asked for.
        folders[:] = (name for name in folders if name != "__pycache__")
        yield from (_stamp(Path(place, name)) for name in sorted(names))


def _libraries() -> Iterator[tuple[str, int, int]]:
    specs = (importlib.util.find_spec(name) for name in _LIBRARIES)
    return (_stamp(Path(spec.origin)) for spec in specs if spec is not None and spec.origin)


def _stamp(path: Path) -> tuple[str, int, int]:
    status = path.stat()
    return (str(path), status.st_size, status.st_mtime_ns)
