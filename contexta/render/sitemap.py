"""Addresses → sitemaps (https://www.sitemaps.org/protocol.html)."""

from collections.abc import Iterable
from html import escape

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"

# As many as one file may name.
MAX_URLS = 50_000


def of_pages(urls: Iterable[str]) -> bytes:
    """A sitemap of pages, at most MAX_URLS."""
    return _listing("urlset", "url", urls)


def of_sitemaps(urls: Iterable[str]) -> bytes:
    """A sitemap of sitemaps; likewise."""
    return _listing("sitemapindex", "sitemap", urls)


def _listing(root: str, item: str, urls: Iterable[str]) -> bytes:
    items = "".join([f"<{item}><loc>{escape(url)}</loc></{item}>\n" for url in urls])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{SITEMAP}">\n{items}</{root}>\n'.encode()
