"""What an author wrote as Markdown → HTML that can do no harm."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from contexta.render import words

# Longer text takes a parser seconds; the rest is cut, and said to be.
MAX_MARKDOWN = 64 * 1024

_LINK_SCHEMES = ("http://", "https://", "mailto:")


def _parser() -> MarkdownIt:
    """Raw HTML stays text and images are never fetched (`js-default` alone keeps remote images); only web and mail links are links."""
    parser = MarkdownIt("js-default", {"linkify": False, "typographer": False}).disable("image")
    parser.validateLink = lambda url: url.lower().startswith(_LINK_SCHEMES)  # type: ignore[method-assign]  # the documented hook
    return parser


def html(markdown: str) -> Markup:
    """Safe HTML; headings are set below those of the page."""
    text = words.visible(markdown.replace("\r\n", "\n"))
    cut = text[:MAX_MARKDOWN]
    parser = _parser()
    tokens = parser.parse(cut)
    for token in tokens:
        _adapt(token)
    rendered = Markup(words.visible(parser.renderer.render(tokens, parser.options, {})))  # noqa: S704  # the parser escapes all it does not make
    if len(cut) < len(text):
        rendered += Markup("<p>Cut here: {} of {} characters are shown.</p>").format(words.count(len(cut)), words.count(len(text)))
    return rendered


def _adapt(token: Token) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    if token.type in ("th_open", "td_open"):
        token.attrs.pop("style", None)  # the page's policy allows no style attribute
    token.children = token.children and list(_with_links(token.children))


def _with_links(children: list[Token]) -> Iterator[Token]:
    """The children, their links marked; a link that leads nowhere is none."""
    nowhere = False
    for child in children:
        if child.type == "link_open":
            nowhere = not child.attrGet("href")
            child.attrSet("rel", "noopener noreferrer nofollow")
        if not (nowhere and child.type in ("link_open", "link_close")):
            yield child
