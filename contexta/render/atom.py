"""Documents → an Atom feed (RFC 4287)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from contexta.render import words
from contexta.render.brief import MAX_LETTERS, brief, kind
from contexta.render.xml import legal
from contexta.report.document import Document

ATOM = "http://www.w3.org/2005/Atom"
GENERATOR = "contexta-report"

# A feed must have a time; one without entries has nothing to take it from.
_NEVER = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is called, its own address, the page that it goes with, and the type of the pages that it leads to."""

    title: str
    url: str
    index: str
    page_type: str


def render(feed: Feed, entries: Sequence[Document], address: Callable[[str], str]) -> bytes:
    """The feed; `address` gives the full address of a reference's page, which is what the entry about it is known by.

    The time of an entry is that of its document, which must have one; the first of these is the newest. Who speaks is what it lies in.
    """
    root = ElementTree.Element("feed", {"xmlns": ATOM})
    _common(root, feed.index, feed.title, entries[0].as_of if entries else None, [feed.title])
    _add(root, "generator", GENERATOR)
    _link(root, "self", feed.url, "application/atom+xml")
    _link(root, "alternate", feed.index, feed.page_type)
    for document in entries:
        _entry(root, document, address(document.subject.ref), feed.page_type)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _entry(root: ElementTree.Element, document: Document, url: str, page_type: str) -> None:
    entry = ElementTree.SubElement(root, "entry")
    _common(entry, url, _title(document), document.as_of, [part.text for part in document.up])
    _link(entry, "alternate", url, page_type)
    for term in (document.kind, *([document.status.value] if document.status else [])):
        ElementTree.SubElement(entry, "category", {"term": _text(term)})
    _add(entry, "summary", brief(document))


def _common(element: ElementTree.Element, url: str, title: str, updated: str | None, authors: Iterable[str]) -> None:
    """What feeds and entries must have."""
    _add(element, "id", url)
    _add(element, "title", title)
    _add(element, "updated", updated or _NEVER)
    for author in authors:
        _add(ElementTree.SubElement(element, "author"), "name", author)


def _title(document: Document) -> str:
    status = [document.status.value] if document.status else []
    return " · ".join([*(part.text for part in document.up), f"{kind(document).lower()} {document.title}", *status])


def _link(element: ElementTree.Element, rel: str, href: str, type_: str) -> None:
    ElementTree.SubElement(element, "link", {"rel": rel, "type": type_, "href": href})


def _add(element: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(element, name).text = _text(text)


def _text(text: str) -> str:
    """On one line, nothing hidden in it, and never empty: readers show it as it is."""
    return legal(words.shortened(words.one_line(text), MAX_LETTERS)) or words.NOTHING
