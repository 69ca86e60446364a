"""What tells of a site's pages beside them: sitemaps, and a feed of what happened."""

from collections.abc import Mapping, Sequence
from itertools import islice

from contexta.render import Feed, to_atom, to_sitemap, to_sitemap_index
from contexta.render.sitemap import MAX_URLS
from contexta.report import Document
from contexta.site.addresses import FEED, SITEMAP, address, sitemap_address
from contexta.site.hosting import Hosting

_TYPES = {"html": "text/html", "md": "text/markdown", "json": "application/json"}


def feed(hosting: Hosting, title: str, entries: Sequence[Document], extension: str) -> bytes:
    """A feed that leads to the pages of one format."""

    def url(ref: str) -> str:
        return hosting.url(f"{address(ref)}.{extension}")

    return to_atom(Feed(title, hosting.url(FEED), url("index"), _TYPES[extension]), entries, url)


def sitemaps(hosting: Hosting, pages: Sequence[str]) -> Mapping[str, bytes]:
    """The sitemap of these pages; where they are too many for one, several and one of these."""
    if len(pages) <= MAX_URLS:
        return {SITEMAP: to_sitemap(map(hosting.url, pages))}
    rest = iter(pages)
    parts = iter(lambda: [*islice(rest, MAX_URLS)], [])
    found = {sitemap_address(number): to_sitemap(map(hosting.url, part)) for number, part in enumerate(parts, 1)}
    return {**found, SITEMAP: to_sitemap_index(map(hosting.url, found))}
