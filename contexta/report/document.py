"""What a page is: a title and sections of blocks, the same for every renderer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import is_not
from typing import Any, Literal, TypeVar, overload

from contexta.report.inline import Cell, Change, Number, Quantity, Ref, Severity, Spark, Status, Time

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value; `note` says where it comes from."""

    label: str
    value: Cell
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values."""

    items: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that people look for first: its last value, its best where that is another, how it came there, and what changed.

    `change` is against what the page says it is compared with.
    """

    label: str
    value: Cell
    note: str = ""
    best: Number | None = None
    change: Change | None = None
    spark: Spark | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The few numbers that people look for first; `against` is what their changes are measured against."""

    items: tuple[Figure, ...]
    against: Ref | None = None


# A value in a spreadsheet's cell.
Scalar = str | int | float | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a table that is too long for a page, as plain values: a file beside the page, called by its name and the page's.

    `rows` may be walked again, and are made while that is done. `holds` says what they are: `all 20,000 rows`. One that is `on_demand`
    is written only where CSV is asked for.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[Scalar, ...]]
    holds: str
    on_demand: bool = False

    @property
    def ref(self) -> str:
        """What a page that links to it calls it."""
        return f"sheet:{self.name}"


@dataclass(frozen=True, slots=True)
class Column:
    """Cells of one kind, as their fields: each for all rows, the last ones left out where all have their defaults.

    Where the first field is None, nothing is known.
    """

    kind: Callable[..., Cell]
    fields: tuple[Sequence[Any], ...]

    def cells(self) -> list[Cell]:
        """The cells."""
        made = self.kind
        return [None if row[0] is None else made(*row) for row in zip(*self.fields, strict=True)]

    def is_empty(self) -> bool:
        """Whether no row has anything."""
        return not any(map(is_not, self.fields[0], repeat(None)))  # the first that has something settles it


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Sequence[tuple[Cell, ...]]):
    """Rows of a table whose columns have cells of one kind each: made where they are asked for, as most readers go by the column."""

    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.columns[0].fields[0])

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return zip(*[column.cells() for column in self.columns], strict=True)

    @overload
    def __getitem__(self, index: int) -> tuple[Cell, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[Cell, ...]]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Rows(tuple([Column(column.kind, tuple([field[index] for field in column.fields])) for column in self.columns]))
        return tuple(self)[index]

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Rows | tuple) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as mypy has it, everything can be hashed


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns.

    `caption` is empty where the section's title says it all. `total` is how many rows there are; where it is more than the rows
    shown, the page says so: in the words of `note`, if there are any. `sheet` then has all rows.
    """

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    total: int
    note: str = ""
    sheet: Sheet | None = None

    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold nothing but quantities: they line up at the right."""
        columns = ([row[index] for row in self.rows if row[index] is not None] for index in range(len(self.columns)))
        return tuple(bool(column) and all(isinstance(cell, Quantity) for cell in column) for column in columns)

    def subjects(self) -> Sequence[str]:
        """The references of what its rows are about, if their first cells tell."""
        if isinstance(self.rows, Rows):
            first = self.rows.columns[0]
            return [ref for ref in first.fields[0] if ref is not None] if first.kind is Ref else ()
        return [row[0].ref for row in self.rows if type(row[0]) is Ref]


@dataclass(frozen=True, slots=True)
class Details:
    """A table that most readers pass over; folded where the format can."""

    table: Table


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart, by axis: the x of each point, and its y or None where there is a gap.

    One that is `faint` is there for comparison, and is not what the chart is about.
    """

    label: str
    xs: tuple[float, ...]
    ys: tuple[float | None, ...]
    faint: bool = False

    @classmethod
    def through(cls, label: str, points: Iterable[tuple[float, float | None]]) -> "Line":
        """The line through these points."""
        xs, ys = zip(*found, strict=True) if (found := [*points]) else ((), ())
        return cls(label, xs, ys)

    @property
    def points(self) -> tuple[tuple[float, float | None], ...]:
        """The points one by one."""
        return tuple(zip(self.xs, self.ys, strict=True))


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at an x of a chart."""

    x: float
    what: Ref


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over a common x.

    `axis` says what x is: `seconds` since the start, or an `index` whose `names` label its first and last place. `stands_for` is how many
    points were measured; where it is more than the points drawn, these are the extremes of each stretch. `scale` is that of y.
    """

    title: str
    unit: str | None
    axis: Literal["seconds", "index"]
    names: tuple[str, ...]
    lines: tuple[Line, ...]
    stands_for: int
    scale: Literal["linear", "log"] = "linear"
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that took time: when it began and ended, in seconds since the timeline's beginning; `end` is None while it is open.

    `depth` is how deep it lies in others.
    """

    what: Ref
    status: Status
    begin: float
    end: float | None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars below each other over a common time that begins at a moment.

    `total` counts those beyond the ones shown; where there are some, `note` may say which are.
    """

    title: str
    moment: Time
    bars: tuple[Bar, ...]
    total: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values lie between each two neighbouring edges (the last edge belongs to the last count)."""

    title: str
    unit: str | None
    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where something came from and went to: steps in order, each of one or several things."""

    steps: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that needs attention: how grave, which kind, a sentence, and what it is about."""

    severity: Severity
    key: str
    sentence: str
    subject: Ref


@dataclass(frozen=True, slots=True)
class Issues:
    """Issues, worst first; `total` counts those beyond the ones shown."""

    items: tuple[Issue, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Prose:
    """Text that its author wrote as Markdown; rendered without HTML and images."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of the report itself."""

    text: str


Block = Facts | Figures | Table | Details | Chart | Timeline | Histogram | Lineage | Issues | Prose | Note


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a page."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Document:
    """A page: what it is about, where it belongs, and its sections. `as_of` is the time of the newest line it was made from."""

    title: str
    kind: Literal["index", "project", "run", "deployment", "comparison", "error"]
    subject: Ref
    sections: tuple[Section, ...]
    status: Status | None = None
    up: tuple[Ref, ...] = ()
    as_of: str | None = None

    def blocks(self) -> Iterator[Block]:
        """All blocks in reading order."""
        return (block for section in self.sections for block in section.blocks)

    def sheets(self) -> Iterator[Sheet]:
        """The sheets that belong beside this page, each name once."""
        return iter({table.sheet.name: table.sheet for table in self.tables() if table.sheet}.values())

    def tables(self) -> Iterator[Table]:
        """All tables in reading order, folded or not."""
        found = (block.table if isinstance(block, Details) else block for block in self.blocks())
        return (table for table in found if isinstance(table, Table))
