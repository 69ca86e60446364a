"""Pure functions from a Document to what people and programs read."""

from typing import TYPE_CHECKING

from contexta.later import later
from contexta.render.head import PRIVATE, Head
from contexta.render.html import HtmlRenderer
from contexta.render.html_assets import Placement
from contexta.render.links import Links, no_links

if TYPE_CHECKING:
    from contexta.render.data import render as to_json
    from contexta.render.mail import MailRenderer
    from contexta.render.mail_text import render as to_mail_text
    from contexta.render.markdown import render as to_markdown
    from contexta.render.sheets import render as to_csv
    from contexta.render.text import render as to_text

__all__ = [
    "PRIVATE",
    "Head",
    "HtmlRenderer",
    "Links",
    "MailRenderer",
    "Placement",
    "no_links",
    "to_csv",
    "to_json",
    "to_mail_text",
    "to_markdown",
    "to_text",
]

# Most builds write one format.
__getattr__ = later(
    __name__,
    {
        "MailRenderer": "mail",
        "to_csv": "sheets:render",
        "to_json": "data:render",
        "to_mail_text": "mail_text:render",
        "to_markdown": "markdown:render",
        "to_text": "text:render",
    },
)
