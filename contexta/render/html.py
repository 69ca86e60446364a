"""Document → one HTML file that needs no script, and asks for nothing but style and script where these lie beside it; by its own policy."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contexta.render.head import PRIVATE, Head
from contexta.render.links import Links

if TYPE_CHECKING:
    from contexta.render.html_assets import Asset
    from contexta.render.html_templates import Templates
    from contexta.report.document import Document


@dataclass(frozen=True, slots=True)
class HtmlRenderer:
    """Renders pages with one set of templates."""

    templates: "Templates"

    @classmethod
    def create(cls, templates: Path | None = None, theme: Path | None = None) -> "HtmlRenderer":
        """With the shipped templates, each replaced by the one of that name in `templates`, and the theme in a file.

        Raises TemplateFailure and ThemeFailure when one cannot be used.
        """
        # Not before: jinja2 takes longer to import than a build with nothing new.
        from contexta.render.html_templates import Templates

        return cls(Templates.load(templates, theme))

    def render(self, document: "Document", links: Links, head: Head = PRIVATE) -> str:
        """The page; `links` gives the address of a reference's page, None where it has none. Raises TemplateFailure.

        Style, script and logo stand in the page, unless it has an address for them too.
        """
        return self.templates.page(document, links, head)

    def assets(self) -> "tuple[Asset, ...]":
        """The files that may lie beside the pages: see `render`."""
        return self.templates.assets()
