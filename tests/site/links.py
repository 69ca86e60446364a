"""What a page links to, and what can be linked to in it, read with the standard library's parser."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Attributes from which a browser fetches or navigates.
_ADDRESSES = {"href", "src", "srcset", "action", "formaction", "poster", "data", "cite", "background", "xlink:href", "ping"}
_SKIPPED = {"script", "style"}
_TARGETS = {"data": {"object"}, "cite": {"blockquote", "q", "del", "ins"}}


@dataclass(slots=True)
class Page:
    """What was found in one page; `texts` are the pieces of visible text in order, `authored` the links in what people wrote."""

    links: list[str] = field(default_factory=list)
    authored: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text that a reader sees, one piece a line."""
        return "\n".join(self.texts)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in _SKIPPED
        followed = self.page.authored if "nofollow" in (dict(attrs).get("rel") or "") else self.page.links
        for name, value in attrs:
            if name == "id":
                self.page.ids.append(value or "")
            elif name in _ADDRESSES and tag in _TARGETS.get(name, {tag}):
                (followed if (tag, name) == ("a", "href") else self.page.fetched).append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in _SKIPPED

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.page.texts.append(data.strip())


def read_page(html: str) -> Page:
    """Parse one page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


def broken_links(site: Path) -> list[str]:
    """Every link of every page that leads to no file of the site, or to no id of it: `page: link`."""
    pages = {path.resolve(): read_page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site.resolve())}: {link}"
        for path, page in pages.items()
        for link in page.links
        if not _leads(path, link, pages)
    ]


def _leads(path: Path, link: str, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or parts.query or not link:
        return False
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.suffix == ".csv":
        return target.is_file() and not parts.fragment
    return target in pages and (not parts.fragment or unquote(parts.fragment) in pages[target].ids)


def markdown_links(text: str) -> Iterator[str]:
    """The addresses of `[text](address)` in Markdown that the report wrote."""
    for piece in text.split("](")[1:]:
        yield piece.partition(")")[0]
