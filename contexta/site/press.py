"""From a document to its files, in every format and in their places."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from contexta.render import HtmlRenderer, Links, to_csv, to_json, to_markdown, to_text
from contexta.report import BY_NAME, Directions, Document
from contexta.site.addresses import Addresses, address, sheet_address
from contexta.site.files import publish
from contexta.site.made import Made

# Pages, and beside them the sheets that are written on demand.
SHEETS = "csv"
FORMATS = ("html", "md", "json", SHEETS)


@dataclass(frozen=True, slots=True)
class Press:
    """How pages are made, and the folder that they go to. `made_with` tells one state of code and templates from another.

    `directions` say which way metrics get better.
    """

    root: Path
    formats: tuple[str, ...] = ("html",)
    templates: Path | None = None
    made_with: str = ""
    directions: Directions = BY_NAME

    def put(self, document: Document, pages: frozenset[str]) -> Made:
        """Write a document in every format, and the sheets that go with it; `pages` are the references that it may link to."""
        ref = document.subject.ref
        sheets = [sheet for sheet in document.sheets() if SHEETS in self.formats or not sheet.on_demand]
        links = Addresses(pages.union(sheet.ref for sheet in sheets))
        contents = {
            f"{address(ref)}.{extension}": render_as(document, extension, self.templates, links.links_from(ref, extension), self.made_with)
            for extension in self.formats
            if extension != SHEETS
        }
        contents.update((sheet_address(ref, sheet.name), to_csv(sheet)) for sheet in sheets)
        published = [publish(self.root, place, content) for place, content in contents.items()]
        return Made(ref=ref, title=document.title, pages=tuple(page for page, _ in published), written=sum(new for _, new in published))


def render_as(document: Document, extension: str, templates: Path | None, links: Links, made_with: str = "") -> bytes:
    """A page in one of FORMATS, or `txt`. Raises TemplateFailure when a template is broken."""
    match extension:
        case "html":
            return renderer(templates, made_with).render(document, links).encode("utf-8", "replace")
        case "md":
            return to_markdown(document, links).encode("utf-8", "replace")
        case "json":
            return to_json(document, links)
    return to_text(document).encode("utf-8", "replace")


@lru_cache(maxsize=2)
def renderer(templates: Path | None, _made_with: str) -> HtmlRenderer:
    """The renderer of a folder of templates as they are; loading them takes longer than a page, and a worker may outlive them."""
    return HtmlRenderer.create(templates)
