"""A page in one line, for where little of it is shown: a preview of a link, an entry of a feed."""

from collections.abc import Iterator

from contexta.render import words
from contexta.report.document import Document, Figure, Figures, Issues

# As many letters as a preview shows, and as many numbers as say how good it is.
MAX_LETTERS = 300
MAX_FIGURES = 4

_KINDS = {"index": "All runs", "error": "Error 404"}


def kind(document: Document) -> str:
    """What sort of page it is, in words."""
    return _KINDS.get(document.kind, document.kind.capitalize())


def brief(document: Document) -> str:
    """What it is, how it stands, the numbers that people look for first, and the worst that needs attention."""
    return words.shortened(" · ".join([kind(document), *details(document)]), MAX_LETTERS)


def details(document: Document) -> Iterator[str]:
    """The same in pieces, without what it is."""
    if document.status:
        yield words.one_line(document.status.value)
    blocks = [*document.blocks()]
    figures = next((block for block in blocks if isinstance(block, Figures)), None)
    yield from map(_figure, figures.items[:MAX_FIGURES] if figures else ())
    if issues := next((block for block in blocks if isinstance(block, Issues)), None):
        yield from _worst(issues)


def _figure(figure: Figure) -> str:
    note = f" ({figure.note})" if figure.note else ""
    return words.one_line(f"{figure.label} {words.cell(figure.value)}{note}")


def _worst(issues: Issues) -> Iterator[str]:
    worst = next((issue for issue in issues.items if issue.severity != "info"), None)
    if worst:
        more = f" ({issues.total - 1:,} more)" if issues.total > 1 else ""
        yield words.one_line(f"{worst.severity}: {worst.sentence.rstrip('.')}{more}")
