"""Page → letter: what of it goes into a mail, of each as much as is read there, and the names of what was left out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from contexta.report.choice import Choice, Grade, choose, worst_first
from contexta.report.cut import shown_of
from contexta.report.document import (
    Bar,
    Block,
    Details,
    Document,
    Fact,
    Facts,
    Figure,
    Figures,
    Issue,
    Issues,
    Note,
    Prose,
    Section,
    Table,
    Timeline,
)
from contexta.report.inline import Cell, Change, Code, Exact, Hash, Level, Number, Pairs, Ref, Status, Text
from contexta.report.phrases import counted

# What people wait for, by rank: what does not fit is left out from the end.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "run": ("Run Summary", "Deployments", "Stages"),
    "index": ("News", "Needs Attention", "Runs", "Deployments", "Live"),
}

LEFT_OUT, CLOSING = "Not in this mail", "Report"

# How bad things are: these are shown where not all can be.
_WORST = {"failed": 0.0, "error": 0.0, "critical": 0.0, "timeout": 0.0, "missing": 0.0, "open": 1.0, "cancelled": 1.0, "warning": 1.0}

# What is looked for first in a section.
_FIRST: Mapping[type, int] = {Figures: 0, Issues: 1}

# What lies deeper is set in no further: lines are short.
_DEEPEST = 3

Measured = TypeVar("Measured", bound=Number | Exact | Change)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How much goes in at most: rows of a table, columns of a row, things of a list, letters of a text, and sections."""

    rows: int
    columns: int
    things: int
    letters: int
    sections: int = 9


# From what a mail has nearly always to what is left of one in which everything is long and needs escaping.
MEASURES = (
    Measure(rows=30, columns=12, things=12, letters=600),
    Measure(rows=15, columns=10, things=10, letters=200),
    Measure(rows=8, columns=6, things=8, letters=80),
    *(Measure(rows=4, columns=4, things=4, letters=40, sections=sections) for sections in (9, 2, 1, 0)),
)


def letter(document: Document, measure: Measure = MEASURES[0], closing: str = "") -> Document:
    """The page as a letter: its first sections by rank, cut to a measure, then the names of all that is not in it, and a last sentence."""
    cut = _Cut(measure)
    wanted = dict.fromkeys(SECTIONS.get(document.kind, ())[: measure.sections])
    by_title = {section.title: section for section in document.sections}
    kept = [by_title[title] for title in wanted if title in by_title]
    folded = [block.table.caption for section in kept for block in section.blocks if isinstance(block, Details)]
    left = [title for title in by_title if title not in wanted] + folded
    sections = [cut.section(section) for section in kept]
    if left or closing:
        named = [Note(f"{cut.listed(left)}.")] if left else []
        sections.append(Section(LEFT_OUT if left else CLOSING, (*named, *([Note(closing)] if closing else []))))
    return replace(
        document,
        title=cut.text(document.title),
        subject=cut.ref(document.subject),
        up=tuple(map(cut.ref, document.up[: measure.things])),
        status=document.status and cut.status(document.status),
        sections=tuple(sections),
    )


@dataclass(frozen=True, slots=True)
class _Cut:
    """Cuts everything to one measure."""

    measure: Measure

    def section(self, section: Section) -> Section:
        """A section in the order in which it is looked at."""
        blocks = sorted(section.blocks, key=lambda block: _FIRST.get(type(block), len(_FIRST)))
        return Section(self.text(section.title), tuple(made for block in blocks for made in self.block(block)))

    def block(self, block: Block) -> Iterator[Block]:
        """What is left of a block: of what is folded and of pictures that a mail cannot show, nothing."""
        match block:
            case Facts(items):
                yield Facts(tuple(map(self.fact, items[: self.measure.things])))
                yield from self.more(len(items), "fact")
            case Figures(items, against):
                yield Figures(tuple(map(self.figure, items[: self.measure.things])), against and self.ref(against))
                yield from self.more(len(items), "number")
            case Issues(items, total):
                yield Issues(tuple(map(self.issue, items[: self.measure.things])), total)
            case Table():
                yield self.table(block)
            case Timeline():
                yield self.timeline(block)
            case Prose(markdown):
                yield Prose(self.text(markdown))
            case Note(text):
                yield Note(self.text(text))

    def more(self, total: int, one: str) -> Iterator[Note]:
        """What is said where not all of a list is shown."""
        if total > self.measure.things:
            yield Note(f"{self.measure.things:,} of {counted(total, one)} are shown.")

    def fact(self, fact: Fact) -> Fact:
        return Fact(self.text(fact.label), self.cell(fact.value), self.text(fact.note))

    def figure(self, figure: Figure) -> Figure:
        best, change = figure.best, figure.change
        return replace(
            figure,
            label=self.text(figure.label),
            value=self.cell(figure.value),
            note=self.text(figure.note),
            best=best and self.with_unit(best),
            change=change and self.with_unit(change),
        )

    def issue(self, issue: Issue) -> Issue:
        return Issue(issue.severity, self.text(issue.key), self.text(issue.sentence), self.ref(issue.subject))

    def table(self, table: Table) -> Table:
        """The rows and columns that a mail takes, and which of all these are."""
        columns = self.measure.columns
        choice = choose(len(table.rows), worst_first(map(_grade_of_row, table.rows)), self.measure.rows)
        cut = len(choice.places) < len(table.rows)
        notes = [_sentence(choice, table.total)] if cut else []
        if len(table.columns) > columns:
            notes.append(f"{columns:,} of {len(table.columns):,} columns are shown.")
        if table.note and not (cut and table.sheet):  # what it says of the rows of the page is not true of these
            notes.append(self.text(table.note))
        return Table(
            self.text(table.caption),
            tuple(map(self.text, table.columns[:columns])),
            tuple(tuple(map(self.cell, table.rows[place][:columns])) for place in choice.places),
            table.total,
            " ".join(notes),
        )

    def timeline(self, drawn: Timeline) -> Timeline:
        """The bars that a mail takes: what lies in nothing else, then what went wrong."""
        choice = choose(len(drawn.bars), worst_first((bar.depth, _grade(bar.status)) for bar in drawn.bars), self.measure.things)
        bars = tuple(self.bar(drawn.bars[place]) for place in choice.places)
        whole = len(bars) == len(drawn.bars)
        note = drawn.note if whole else f"{len(bars):,} of {drawn.total:,} are drawn."
        return Timeline(self.text(drawn.title), drawn.moment, bars, drawn.total, note)

    def bar(self, bar: Bar) -> Bar:
        return replace(bar, what=self.ref(bar.what), status=self.status(bar.status), depth=min(bar.depth, _DEEPEST))

    def text(self, text: str) -> str:
        return text if len(text) <= self.measure.letters else f"{text[: self.measure.letters - 1]}…"

    def listed(self, words: Sequence[str]) -> str:
        """The first of many words, and how many more there are."""
        most = 2 * self.measure.things
        more = [f"and {len(words) - most:,} more"] if len(words) > most else []
        return "; ".join([*map(self.text, words[:most]), *more])

    def with_unit(self, amount: Measured) -> Measured:
        return replace(amount, unit=amount.unit and self.text(amount.unit))

    def ref(self, ref: Ref) -> Ref:
        return Ref(ref.ref, self.text(ref.text))

    def status(self, status: Status) -> Status:
        return Status(self.text(status.value), status.inferred)

    def cell(self, cell: Cell) -> Cell:
        match cell:
            case Ref():
                return self.ref(cell)
            case Status():
                return self.status(cell)
            case Text(text) | Code(text) | Hash(text) | Level(text):
                return type(cell)(self.text(text))
            case Number() | Exact() | Change():
                return self.with_unit(cell)
            case Pairs(items):
                return self.pairs(items)
        return cell

    def pairs(self, items: Sequence[tuple[str, Cell]]) -> Pairs:
        kept = [(self.text(name), self.inner(value)) for name, value in items[: self.measure.things]]
        left = len(items) - len(kept)
        return Pairs((*kept, *([("and", Text(f"{left:,} more"))] if left else [])))

    def inner(self, value: Cell) -> Cell:
        """One value of many: what holds others itself is counted."""
        return Text(f"({counted(len(value.items), 'entry', 'entries')})") if isinstance(value, Pairs) else self.cell(value)


def _grade(word: Status | Level) -> float:
    return _WORST.get(word.value, 2.0)


def _grade_of_row(row: Sequence[Cell]) -> Grade | None:
    """How bad what a row tells of is, where it is."""
    found = min((_grade(cell) for cell in row if isinstance(cell, Status | Level)), default=2.0)
    return (found,) if found < 2 else None


def _sentence(choice: Choice, total: int) -> str:
    worst = [f"the {choice.worst:,} worst"] if choice.worst else []
    return shown_of(len(choice.places), total, "row", [*worst, f"the first {choice.first:,}", f"the last {choice.last:,}"])
