"""Document → the two texts of a mail, of a size that every mail program shows whole."""

from dataclasses import dataclass

from contexta.render import Links, MailRenderer, to_mail_text
from contexta.report.document import Document
from contexta.report.letter import MEASURES, letter

# Gmail shows about 102 KB of a mail's HTML, and the rest on demand.
MAX_HTML = 80_000

# A longer address leaves no room for words.
_MAX_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, once as text and once as HTML."""

    text: str
    html: str


def fitted(document: Document, renderer: MailRenderer, links: Links, closing: str = "", limit: int = MAX_HTML) -> Letter:
    """The letter that tells the most of a page in so many bytes of HTML, and ends with a sentence.

    `links` gives whole addresses. Raises TemplateFailure.
    """

    def link(ref: str) -> str | None:
        address = links(ref)
        return address if address and len(address) <= _MAX_ADDRESS else None

    for measure in MEASURES:
        told = letter(document, measure, closing)
        html = renderer.render(told, link)
        if len(html.encode("utf-8", "replace")) <= limit:
            break
    return Letter(to_mail_text(told, link), html)
