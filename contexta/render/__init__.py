"""Pure functions from a Document to what people and programs read."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

# What is loaded when it is asked for, as most builds write one format: name → its module, and what it is called there.
_LATER = {
    "MailRenderer": ("mail", "MailRenderer"),
    "to_csv": ("sheets", "render"),
    "to_json": ("data", "render"),
    "to_mail_text": ("mail_text", "render"),
    "to_markdown": ("markdown", "render"),
    "to_text": ("text", "render"),
}


def __getattr__(name: str) -> Any:
    """A format of which nobody asked for anything yet."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, inner = _LATER[name]
    return getattr(import_module(f"{__name__}.{module}"), inner)
