"""The report handed back to a caller."""

from dataclasses import dataclass

from contexta.render import HtmlRenderer, no_links, to_json, to_markdown
from contexta.report import Document
from contexta.report.document import Section


@dataclass(frozen=True, slots=True)
class Report:
    """A run's report: what it says, and in which form one wants it."""

    document: Document

    @property
    def title(self) -> str:
        """The report's title."""
        return self.document.title

    @property
    def sections(self) -> tuple[Section, ...]:
        """Its sections, each with a title and blocks."""
        return self.document.sections

    def to_html(self) -> str:
        """One self-contained HTML page."""
        return HtmlRenderer.create().render(self.document, no_links)

    def to_markdown(self) -> str:
        """GitHub-flavoured Markdown."""
        return to_markdown(self.document, no_links)

    def to_json(self) -> str:
        """The report as data."""
        return to_json(self.document).decode()
