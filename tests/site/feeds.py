"""What the formats of feeds and sitemaps demand, checked without the code that wrote them."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

# RFC 3339, as RFC 4287 section 3.3 wants it.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")

# RFC 4287, sections 4.1.1 and 4.1.2: how often each child stands in a feed and in an entry.
_ONCE = ("id", "title", "updated")
_AT_MOST_ONCE = {"feed": ("generator", "icon", "logo", "rights", "subtitle"), "entry": ("content", "published", "rights", "summary")}


def atom_faults(text: bytes) -> list[str]:
    """What RFC 4287 finds wrong with a feed."""
    feed = ElementTree.fromstring(text)
    if feed.tag != f"{ATOM}feed":
        return [f"the root is {feed.tag}"]
    entries = feed.findall(f"{ATOM}entry")
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    faults = [f"two entries are {id_}" for id_, count in ids.items() if count > 1]
    if feed.find(f"{ATOM}author") is None and any(entry.find(f"{ATOM}author") is None for entry in entries):
        faults.append("nobody is the author")
    if "self" not in [link.get("rel") for link in feed.findall(f"{ATOM}link")]:
        faults.append("no link to itself")
    return [*faults, *_element_faults(feed, "feed"), *(fault for entry in entries for fault in _element_faults(entry, "entry"))]


def _element_faults(element: ElementTree.Element, name: str) -> Iterator[str]:
    counts = Counter(child.tag.removeprefix(ATOM) for child in element)
    yield from (f"{counts[child]} {child} in {name}" for child in _ONCE if counts[child] != 1)
    yield from (f"{counts[child]} {child} in {name}" for child in _AT_MOST_ONCE[name] if counts[child] > 1)
    yield from (f"{name} has no time" for time in element.findall(f"{ATOM}updated") if not _TIME.match(time.text or ""))
    yield from (f"{id_.text} is no IRI" for id_ in element.findall(f"{ATOM}id") if not _is_absolute(id_.text))
    yield from (f"a link to {link.get('href')}" for link in element.findall(f"{ATOM}link") if not _is_absolute(link.get("href")))
    yield from ("an author has no name" for author in element.findall(f"{ATOM}author") if not author.findtext(f"{ATOM}name"))
    alternates = Counter(link.get("type") for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate")
    if not alternates or max(alternates.values()) > 1:
        yield f"{name} has {sum(alternates.values())} alternates"


def _is_absolute(address: str | None) -> bool:
    parts = urlsplit(address or "")
    return bool(parts.scheme and parts.netloc)


def sitemap_faults(text: bytes, base: str) -> list[str]:
    """What sitemaps.org finds wrong with a sitemap that lies at an address, or with one of sitemaps."""
    root = ElementTree.fromstring(text)
    item = {f"{SITEMAP}urlset": "url", f"{SITEMAP}sitemapindex": "sitemap"}.get(root.tag)
    if item is None:
        return [f"the root is {root.tag}"]
    urls = locations(text)
    faults = [f"{child.tag} in {root.tag}" for child in root if [one.tag for one in child] != [f"{SITEMAP}loc"]]
    faults += [f"{child.tag} in {root.tag}" for child in root if child.tag != f"{SITEMAP}{item}"]
    faults += [f"{url} lies elsewhere" for url in urls if not url.startswith(base)]
    faults += [f"{url} is too long" for url in urls if len(url) >= 2048]
    if len(set(urls)) != len(urls):
        faults.append("an address stands twice")
    if not 0 < len(urls) <= 50_000 or len(text) > 52_428_800:
        faults.append(f"{len(urls)} addresses in {len(text)} bytes")
    return faults


def locations(text: bytes) -> list[str]:
    """The addresses that a sitemap names."""
    return [loc.text or "" for loc in ElementTree.fromstring(text).iter(f"{SITEMAP}loc")]
