"""What tells of a site's pages beside them: sitemaps, and a feed of what happened."""

from collections.abc import Mapping, Sequence

from contexta.render import atom, sitemap
from contexta.report import Document
from contexta.site.addresses import FEED, SITEMAP, address, sitemap_address
from contexta.site.hosting import Hosting

_TYPES = {"html": "text/html", "md": "text/markdown", "json": "application/json"}


def feed(hosting: Hosting, title: str, entries: Sequence[Document], extension: str) -> bytes:
    """A feed that leads to the pages of one format."""

    def url(ref: str) -> str:
        return hosting.url(f"{address(ref)}.{extension}")

    return atom.render(atom.Feed(title, hosting.url(FEED), url("index"), _TYPES[extension]), entries, url)


def sitemaps(hosting: Hosting, pages: Sequence[str]) -> Mapping[str, bytes]:
    """The sitemap of these pages; where they are too many for one, several and one of these."""
    if len(pages) <= sitemap.MAX_URLS:
        return {SITEMAP: sitemap.of_pages(map(hosting.url, pages))}
    parts = [pages[begin : begin + sitemap.MAX_URLS] for begin in range(0, len(pages), sitemap.MAX_URLS)]
    found = {sitemap_address(number): sitemap.of_pages(map(hosting.url, part)) for number, part in enumerate(parts, 1)}
    return {**found, SITEMAP: sitemap.of_sitemaps(map(hosting.url, found))}
