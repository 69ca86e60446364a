"""What a team makes of its pages: a title, a logo, an accent colour and a footer, in a few lines of TOML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contexta.errors import ThemeFailure
from contexta.render.html_assets import Asset

# What lies behind text, by theme: as in css/theme.css. A test holds them together.
PAGES: Mapping[str, tuple[str, ...]] = {"light": ("#f5f6f8", "#ffffff"), "dark": ("#12151a", "#1a1e24")}

# The least contrast of text (WCAG 1.4.3).
LEAST_CONTRAST = 4.5

# A logo stands in every page.
MAX_LOGO_BYTES = 64_000

# How files of a kind begin; an SVG says so somewhere near its beginning.
_BEGINNINGS = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "svg": re.compile(rb"[^\0]*?<svg[\s>]", re.DOTALL),
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture, and its text for those who do not see it; empty where the title beside it says the same."""

    picture: Asset
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What pages show beside what they are about; `light` and `dark` are accent colours, None for the shipped ones."""

    title: str = ""
    footer: str = ""
    logo: Logo | None = None
    light: str | None = None
    dark: str | None = None


SHIPPED = Theme()


def read_theme(path: Path) -> Theme:
    """The theme in a file; raises ThemeFailure, which names file and key."""
    import tomllib  # few builds have a theme

    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise ThemeFailure(f"{path}: is no UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ThemeFailure(f"{path}: is no TOML: {error}") from None
    top = _Keys(path, "", said).only("title", "footer", "logo", "accent")
    logo, accent = top.table("logo").only("file", "alt"), top.table("accent").only("light", "dark")
    return Theme(
        title=top.text("title"),
        footer=top.text("footer"),
        logo=_logo(logo) if "logo" in said else None,
        light=accent.colour("light"),
        dark=accent.colour("dark"),
    )


def theme_files(path: Path) -> tuple[bytes, ...]:
    """All bytes that a theme is made of; raises ThemeFailure."""
    logo = read_theme(path).logo
    return (path.read_bytes(), logo.picture.content if logo else b"")


@dataclass(frozen=True, slots=True)
class _Keys:
    """One table of the file; `inside` is the name before its keys."""

    path: Path
    inside: str
    values: dict[str, Any]

    def fault(self, key: str, rule: str) -> ThemeFailure:
        return ThemeFailure(f"{self.path}: {self.inside}{key}: {rule}")

    def only(self, *known: str) -> "_Keys":
        """Itself, if it has no other keys."""
        for key in self.values:
            if key not in known:
                raise self.fault(key, f"is no key of a theme; expected one of {', '.join(known)}")
        return self

    def table(self, key: str) -> "_Keys":
        """The table of that name, empty where there is none."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(key, f"expected a table, [{key}]")
        return _Keys(self.path, f"{key}.", value)

    def text(self, key: str) -> str:
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise self.fault(key, f"expected a text, got {value!r}")
        return value.strip()

    def colour(self, key: str) -> str | None:
        """An accent colour that can be read on every page of its theme."""
        if key not in self.values:
            return None
        value = self.text(key)
        if not _COLOUR.fullmatch(value):
            raise self.fault(key, f"expected a colour like #0b5cad, got {value!r}")
        found, page = min((contrast(value, page), page) for page in PAGES[key])
        if found < LEAST_CONTRAST:
            raise self.fault(key, f"{value} has a contrast of {found:.1f} to the page ({page}); to be read it needs {LEAST_CONTRAST}")
        return value.lower()


def _logo(keys: _Keys) -> Logo:
    if not (name := keys.text("file")):
        raise keys.fault("file", "is missing: the name of a picture beside this file")
    folder, path = keys.path.parent.resolve(), (keys.path.parent / name).resolve()
    extension = path.suffix.lower().removeprefix(".")
    if not path.is_relative_to(folder) or not path.is_file():
        raise keys.fault("file", f"no file {name!r} beside this one")
    if extension not in _BEGINNINGS:
        raise keys.fault("file", f"expected an SVG, PNG, JPEG or WebP file, got {name!r}")
    if (size := path.stat().st_size) > MAX_LOGO_BYTES:
        raise keys.fault("file", f"{name!r} has {size:,} bytes; it stands in every page, so at most {MAX_LOGO_BYTES:,}")
    content = path.read_bytes()
    if not _BEGINNINGS[extension].match(content):
        raise keys.fault("file", f"{name!r} does not hold a picture of the kind that its name says")
    return Logo(Asset(extension, content), keys.text("alt"))


def contrast(one: str, other: str) -> float:
    """How far two colours, `#rrggbb`, are apart in lightness: 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
