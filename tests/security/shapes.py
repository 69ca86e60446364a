"""What the elements of a page are, whatever they say."""

from html.parser import HTMLParser


class Shapes(HTMLParser):
    """Collects each kind of element with the names of its attributes, as `a href`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(" ".join([tag, *sorted({name for name, _ in attrs})]))


def shapes_of(page: str) -> set[str]:
    """The kinds of elements in a page, without a browser."""
    parser = Shapes()
    parser.feed(page)
    parser.close()
    return parser.found
