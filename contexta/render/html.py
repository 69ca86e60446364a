"""Document → one self-contained HTML file: no request, no script needed, a policy that forbids both."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contexta.render.links import Links
from contexta.report.document import Document

if TYPE_CHECKING:
    from contexta.render.html_templates import Templates


@dataclass(frozen=True, slots=True)
class HtmlRenderer:
    """Renders pages with one set of templates."""

    templates: "Templates"

    @classmethod
    def create(cls, templates: Path | None = None) -> "HtmlRenderer":
        """With the shipped templates, each replaced by the one of that name in `templates`; raises TemplateFailure when one is broken."""
        # Not before: jinja2 takes longer to import than a build with nothing new.
        from contexta.render.html_templates import Templates

        return cls(Templates.load(templates))

    def render(self, document: Document, links: Links) -> str:
        """The page; `links` gives the address of a reference's page, None where it has none. Raises TemplateFailure."""
        return self.templates.page(document, links)
