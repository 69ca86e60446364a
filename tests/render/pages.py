"""HTML taken apart: elements, their attributes and the text between them; and how pages are compared with snapshots."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = dict[str, str]

# Takes the name of a snapshot and what should be in it: the fixture `compare`.
Compare = Callable[[str, bytes], None]


@dataclass
class Page:
    """All start tags in order, each with its attributes, and all text."""

    elements: list[tuple[str, Attributes]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    comments: int = 0

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Elements and the names of their attributes: all that text must not change."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.page.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.page.comments += 1


def read(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page
