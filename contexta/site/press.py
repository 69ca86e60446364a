"""From a document to its files, in every format and in their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from contexta import render, report
from contexta.privacy import SECRETS, Privacy
from contexta.render import PRIVATE, Head, HtmlRenderer, Links, Placement, no_links
from contexta.report import BY_NAME, MISSING, Directions
from contexta.site.addresses import FEED, Addresses, address, asset_address, sheet_address
from contexta.site.files import publish
from contexta.site.hosting import NOWHERE, Hosting
from contexta.site.made import Made

if TYPE_CHECKING:
    from contexta.report import Document

# Pages, and beside them the sheets that are written on demand.
SHEETS = "csv"
FORMATS = ("html", "md", "json", SHEETS)

# What the files that pages share are kept under; no page is called like it.
ASSETS = "assets"


@dataclass(frozen=True, slots=True)
class Press:
    """How pages are made, and the folder that they go to. `made_with` tells one state of code, templates and theme from another.

    `assets` says where style, script and logo go: into each page, or into files beside them; `directions` which way metrics get better;
    `hosting` where the site is served; `privacy` has each file looked at before it is written.
    """

    root: Path
    formats: tuple[str, ...] = ("html",)
    templates: Path | None = None
    made_with: str = ""
    theme: Path | None = None
    assets: Placement = "inline"
    directions: Directions = BY_NAME
    hosting: Hosting = NOWHERE
    privacy: Privacy = SECRETS

    def put(self, document: Document, pages: frozenset[str]) -> Made:
        """Write a document in every format, and the sheets that go with it; `pages` are the references that it may link to."""
        return self.put_files(document.subject.ref, document.title, self.contents(document, pages))

    def contents(self, document: Document, pages: frozenset[str]) -> dict[str, bytes]:
        """All files of a document, by their addresses; likewise."""
        ref = document.subject.ref
        sheets = [sheet for sheet in document.sheets() if SHEETS in self.formats or not sheet.on_demand]
        links = Addresses(pages.union((sheet.ref for sheet in sheets), self._asset_refs()))
        contents = {
            f"{address(ref)}.{extension}": self._rendered(document, extension, links.links_from(ref, extension))
            for extension in self.formats
            if extension != SHEETS
        }
        contents.update((sheet_address(ref, sheet.name), render.to_csv(sheet)) for sheet in sheets)
        return contents

    def prepare(self) -> None:
        """Load what pages are made with; else the first page waits for it."""
        if "html" in self.formats:
            self._renderer()

    def put_assets(self) -> Made:
        """Write what pages share, where it goes into files."""
        return self.put_files(ASSETS, "", {asset_address(asset.name): asset.content for asset in self._renderer().assets()})

    def put_missing(self) -> Made:
        """Write the page that a server shows at any address that has none: it can lead on only where the site's own address is known."""
        base = self.hosting.base_url
        document = report.build_missing(linked=bool(base))
        beside = Addresses(frozenset({"index", *self._asset_refs()})).links_from(MISSING, "html")
        links = (lambda ref: _behind(base, beside(ref))) if base else no_links
        page = self._renderer().render(document, links, PRIVATE).encode("utf-8", "replace")
        return self.put_files(MISSING, document.title, {f"{MISSING}.html": page})

    def put_files(self, ref: str, title: str, contents: Mapping[str, bytes]) -> Made:
        """Write files, by their addresses; raises Leak, and writes none of them, where one holds what is not for everyone."""
        for place, content in contents.items():
            self.privacy.refuse_leaks(place, content)
        published = [publish(self.root, place, content) for place, content in contents.items()]
        return Made(ref=ref, title=title, pages=tuple(page for page, _ in published), written=sum(new for _, new in published))

    @property
    def page_format(self) -> str:
        """The format of the pages that those who come from elsewhere are led to."""
        return next(form for form in self.formats if form != SHEETS)

    @property
    def has_assets(self) -> bool:
        """Whether there are files that pages share."""
        return self.assets == "external" and "html" in self.formats

    def _asset_refs(self) -> tuple[str, ...]:
        return tuple(asset.ref for asset in self._renderer().assets()) if self.has_assets else ()

    def _rendered(self, document: Document, extension: str, links: Links) -> bytes:
        if extension == "html":
            return self._renderer().render(document, links, self._head(document.subject.ref)).encode("utf-8", "replace")
        return render_as(document, extension, None, links)

    def _renderer(self) -> HtmlRenderer:
        return renderer(self.templates, self.theme, self.made_with)

    def _head(self, ref: str) -> Head:
        if not self.hosting.base_url:
            return Head(self.hosting.indexed)
        return Head(self.hosting.indexed, self.hosting.url(f"{address(ref)}.html"), FEED if ref == "index" else "")


def render_as(document: Document, extension: str, templates: Path | None, links: Links, theme: Path | None = None) -> bytes:
    """A page in one of FORMATS, or `txt`. Raises TemplateFailure or ThemeFailure when a template or theme cannot be used."""
    match extension:
        case "html":
            return HtmlRenderer.create(templates, theme).render(document, links).encode("utf-8", "replace")
        case "md":
            return render.to_markdown(document, links).encode("utf-8", "replace")
        case "json":
            return render.to_json(document, links)
    return render.to_text(document).encode("utf-8", "replace")


def _behind(base: str, relative: str | None) -> str | None:
    return relative and f"{base}{relative}"


@lru_cache(maxsize=2)
def renderer(templates: Path | None, theme: Path | None, _made_with: str) -> HtmlRenderer:
    """The renderer of templates and a theme as they are; loading them takes longer than a page, and a worker may outlive them."""
    return HtmlRenderer.create(templates, theme)
