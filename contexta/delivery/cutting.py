"""A page that has to fit: what matters least is cut, by whole blocks, and named where it would stand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from contexta.errors import ContextaError
from contexta.render import words
from contexta.report.document import (
    Block,
    Chart,
    Details,
    Document,
    Facts,
    Figures,
    Histogram,
    Issues,
    Lineage,
    Note,
    Prose,
    Section,
    Table,
    Timeline,
)
from contexta.report.inline import Ref
from contexta.report.phrases import counted

# Sections of runs and comparisons by what is looked for first; what has another title comes after them.
_MATTERS = (
    *("Run Summary", "Summary", "Diagnostics", "Stages", "Metrics", "Deployments", "Parameters", "Batches", "Curves"),
    *("Artifacts", "Data Health", "Samples", "Events", "Environment", "Provenance", "Traces"),
)

# Where something is cut, names and sentences are told by their beginning and end, and no more issues than a reader takes in.
_MAX_NAME, _MAX_SENTENCE, _MAX_ISSUES = 100, 300, 20

# Kinds of blocks, and what one and many of each are called.
_KINDS = (
    (Facts | Figures, "list of values", "lists of values"),
    (Issues, "list of issues", "lists of issues"),
    (Table, "table", "tables"),
    (Timeline, "timeline", "timelines"),
    (Chart, "chart", "charts"),
    (Histogram, "histogram", "histograms"),
    (Lineage, "lineage", "lineages"),
    (Prose, "description", "descriptions"),
    (Note, "note", "notes"),
)

Render = Callable[[Document], str]


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a place takes: `amount` of what `size` counts, which is called `unit`."""

    amount: int
    unit: str
    size: Callable[[str], int]


def in_bytes(amount: int) -> Limit:
    """So many bytes of UTF-8: for the summary of a step on GitHub, which is lost when it has more than 1 MiB."""
    return Limit(amount, "bytes", lambda text: len(text.encode("utf-8", "replace")))


def in_characters(amount: int) -> Limit:
    """So many characters, as UTF-16 counts them, where a rare one is two: for a comment on GitHub, which takes 65,536."""
    return Limit(amount, "characters", lambda text: len(text.encode("utf-16-le", "replace")) // 2)


# A block by its place: the number of its section, and its own number there.
_Place = tuple[int, int]


def cut_to_fit(document: Document, render: Render, limit: Limit) -> str:
    """The page as text of no more than the limit: whole where it fits, else without the blocks that matter least.

    From what matters most to what matters least, each block stays that fits beside those that stay. Raises ContextaError when not even the
    names of the sections fit.
    """
    whole = render(document)
    if limit.size(whole) <= limit.amount:
        return whole
    brief = _with_short_names(document)
    kept = _that_fit(brief, render, limit)
    while limit.size(text := render(_with(brief, kept))) > limit.amount:
        if not kept:
            raise ContextaError(f"{limit.amount:,} {limit.unit} are too few for what the report is about")
        kept.popitem()
    return text


def _that_fit(document: Document, render: Render, limit: Limit) -> dict[_Place, Block]:
    """The blocks that may stay, those that matter most first, by the size that each has alone."""

    def size(*blocks: Block) -> int:
        return limit.size(render(replace(document, sections=(Section("", blocks),))))

    left, bare = limit.amount - limit.size(render(_with(document, {}))), size()
    kept: dict[_Place, Block] = {}
    for place in _ranked(document):
        for form in _forms(_block(document, place)):
            needed = size(form) - bare
            if needed <= left:
                kept[place] = form
                left -= needed
                break
    return kept


def _ranked(document: Document) -> Sequence[_Place]:
    """All blocks, those that matter most first."""
    ranks = {title: rank for rank, title in enumerate(_MATTERS)}
    places = [(number, inner) for number, section in enumerate(document.sections) for inner in range(len(section.blocks))]

    def rank(place: _Place) -> tuple[int, int, _Place]:
        return _weight(_block(document, place)), ranks.get(document.sections[place[0]].title, len(ranks)), place

    return sorted(places, key=rank)


def _weight(block: Block) -> int:
    """A sentence of the report always has room; what most readers pass over, or may be of any length, comes after all others."""
    return 0 if isinstance(block, Note) else 2 if isinstance(block, Details | Prose) else 1


def _forms(block: Block) -> Iterator[Block]:
    """A block, and where it can do with less, that."""
    yield block
    if isinstance(block, Issues):
        worst = (replace(issue, sentence=words.shortened(issue.sentence, _MAX_SENTENCE)) for issue in block.items[:_MAX_ISSUES])
        yield Issues(tuple(worst), block.total)


def _block(document: Document, place: _Place) -> Block:
    return document.sections[place[0]].blocks[place[1]]


def _with(document: Document, kept: Mapping[_Place, Block]) -> Document:
    """The page with these blocks, and a note in the place of those that it lacks."""
    sections = (
        replace(section, blocks=tuple(_blocks(section, {inner: block for (outer, inner), block in kept.items() if outer == number})))
        for number, section in enumerate(document.sections)
    )
    return replace(document, sections=tuple(sections))


def _blocks(section: Section, kept: Mapping[int, Block]) -> Iterator[Block]:
    for stays, group in groupby(enumerate(section.blocks), lambda one: one[0] in kept):
        if stays:
            yield from (kept[number] for number, _ in group)
        else:
            yield Note(f"Cut to fit: {', '.join(_told([block for _, block in group]))}.")


def _told(blocks: Sequence[Block]) -> Iterator[str]:
    """What is cut, in words that are short whatever it holds: `2 tables (20,012 rows)`, `14 charts`."""
    found = [block.table if isinstance(block, Details) else block for block in blocks]
    for kind, one, many in _KINDS:
        alike = [block for block in found if isinstance(block, kind)]
        if alike:
            rows = sum(block.total for block in alike if isinstance(block, Table))
            yield counted(len(alike), one, many) + (f" ({counted(rows, 'row')})" if rows else "")


def _with_short_names(document: Document) -> Document:
    """The page, its own name and those of what it lies under no longer than tells them apart."""
    up = tuple(Ref(ref.ref, _short(ref.text)) for ref in document.up)
    return replace(document, title=_short(document.title), up=up)


def _short(name: str) -> str:
    return words.shortened(words.one_line(name), _MAX_NAME)
