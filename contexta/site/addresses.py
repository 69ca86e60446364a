"""Where pages lie in a site, and how they link to each other: relative and explicit, so that the folder works from anywhere."""

import posixpath
from dataclasses import dataclass

from contexta.contract import StableRef
from contexta.errors import ContractError
from contexta.render import Links

MANIFEST = "manifest.json"

# What tells of the pages; and what keeps GitHub Pages from leaving out files, as Jekyll does with some.
SITEMAP, FEED, NO_JEKYLL = "sitemap.xml", "feed.xml", ".nojekyll"

_SHEET = "sheet:"

# What pages share; no page has a kind like it.
_ASSET, _ASSETS = "asset:", "assets"

_FOLDERS = {"index": "index", "project": "projects", "run": "runs", "deployment": "deployments", "comparison": "comparisons"}


def address(ref: str) -> str:
    """The page of a reference, without its extension."""
    kind, _, value = ref.partition(":")
    return f"{_FOLDERS[kind]}/{value}" if value else kind


def sheet_address(page: str, name: str) -> str:
    """The file of a page's sheet; no page has a name like it, since no page is a CSV."""
    return f"{address(page)}.{name}.csv"


def asset_address(name: str) -> str:
    """The file of something that pages share."""
    return f"{_ASSETS}/{name}"


def sitemap_address(number: int) -> str:
    """One of several sitemaps."""
    return f"sitemap-{number:04}.xml"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The references that have a page, the sheets that lie beside the page that links, and the assets that lie in files."""

    pages: frozenset[str]

    def links_from(self, page: str, extension: str) -> Links:
        """What a page of one format links to: others of that format, its own sheets, assets; what lies in a run, to the run's page."""
        folder = posixpath.dirname(address(page))
        kind, _, value = page.partition(":")
        inside = f"{value}." if kind == "run" else ""

        def link(ref: str) -> str | None:
            if inside and ref.partition(":")[2].startswith(inside):
                return None  # it has no page but this one, and most of what a run's page names is like it
            if ref.startswith(_SHEET) and ref in self.pages:
                return posixpath.basename(sheet_address(page, ref.removeprefix(_SHEET)))
            if ref.startswith(_ASSET) and ref in self.pages:
                return _relative(asset_address(ref.removeprefix(_ASSET)), folder)
            target = self._page_of(ref)
            if target is None or target == page:
                return None
            return _relative(f"{address(target)}.{extension}", folder)

        return link

    def links_at(self, base: str, extension: str) -> Links:
        """The whole addresses of the pages of a site that is served at `base`, which ends in a slash."""
        return lambda ref: f"{base}{address(ref)}.{extension}" if ref in self.pages else None

    def _page_of(self, ref: str) -> str | None:
        if ref in self.pages:
            return ref
        try:
            inner = StableRef.parse(ref)
        except ContractError:
            return None
        run = f"run:{inner.parts[0]}.{inner.parts[1]}" if len(inner.parts) > 2 else ""
        return run if run in self.pages else None


def _relative(place: str, folder: str) -> str:
    """The way from a folder, which is one of the site's or empty for its root, to a place."""
    if not folder:
        return place
    inside = place.removeprefix(f"{folder}/")
    return f"../{place}" if inside == place else inside
