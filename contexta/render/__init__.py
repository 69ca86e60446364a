"""Pure functions from a Document to what people and programs read."""

from contexta.render.atom import Feed
from contexta.render.atom import render as to_atom
from contexta.render.data import render as to_json
from contexta.render.head import PRIVATE, Head
from contexta.render.html import HtmlRenderer
from contexta.render.html_assets import Placement
from contexta.render.links import Links, no_links
from contexta.render.markdown import render as to_markdown
from contexta.render.sheets import render as to_csv
from contexta.render.sitemap import of_pages as to_sitemap
from contexta.render.sitemap import of_sitemaps as to_sitemap_index
from contexta.render.text import render as to_text

__all__ = [
    "PRIVATE",
    "Feed",
    "Head",
    "HtmlRenderer",
    "Links",
    "Placement",
    "no_links",
    "to_atom",
    "to_csv",
    "to_json",
    "to_markdown",
    "to_sitemap",
    "to_sitemap_index",
    "to_text",
]
