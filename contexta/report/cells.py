"""Contract values → cells."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from contexta.contract import (
    BatchExecution,
    DeploymentExecution,
    OperationContext,
    Project,
    Run,
    SampleObservation,
    StableRef,
    StageExecution,
    seconds_between,
)
from contexta.report.document import Column, Rows, Scalar, Table
from contexta.report.inline import Bytes, Cell, Change, Code, Duration, Exact, Hash, Level, Number, Pairs, Ref, Spark, Status, Text, Time
from contexta.report.phrases import counted

# A table that is not expected to be long is cut here all the same; the rest is counted, not shown.
MAX_ROWS = 1000

# Attributes nested deeper than this help no reader.
MAX_DEPTH = 6

# What JSON nests.
_NESTED = frozenset({dict, list, tuple})

# As many names and values are shown of one thing, and in a cell of a table.
MAX_ENTRIES, MAX_IN_CELL = 500, 100

Named = Project | Run | StageExecution | BatchExecution | SampleObservation | OperationContext | DeploymentExecution
Lifecycle = Run | StageExecution | BatchExecution | DeploymentExecution


def ref(model: Named) -> Ref:
    """A model, called by its name."""
    return Ref(model.ref.text, model.name)


@lru_cache(maxsize=1024)  # rows of one table name the same few owners
def bare_ref(stable: StableRef) -> Ref:
    """Something called by the last component of its reference."""
    return Ref(stable.text, stable.name)


def status(model: Lifecycle) -> Status:
    """How a model stands."""
    return _status(model.status, inferred=model.inferred)


# Few words stand in many rows: a cell that is made once takes a third of the time that it takes to make one.
@lru_cache(maxsize=64)
def _status(word: str, *, inferred: bool) -> Status:
    return Status(word, inferred)


def time(timestamp: str | None) -> Time | None:
    """A moment."""
    return None if timestamp is None else Time(timestamp)


def lasted(model: Lifecycle) -> Duration | None:
    """How long a model took: at least as long as its records span, where it is inferred from them."""
    return None if model.ended_at is None else Duration(seconds_between(model.started_at, model.ended_at), model.inferred)


def text(value: str | None) -> Text | None:
    """Words."""
    return None if value is None else Text(value)


def code(value: str | None) -> Code | None:
    """Text for a machine."""
    return None if value is None else Code(value)


def value(anything: Any, depth: int = 0) -> Cell:
    """Whatever JSON holds: an attribute, a tag. What is nested beyond MAX_DEPTH is named, not shown."""
    match anything:
        case None:
            return None
        case str():
            return Text(str(anything))
        case bool():
            return Text("true" if anything else "false")
        case int() | float():
            return Number(anything)
        case Mapping() | list() | tuple() if depth >= MAX_DEPTH:
            return Text(f"({counted(len(anything), 'entry', 'entries')}, nested too deep to show)")
        case Mapping():
            return _entries(_sorted(anything), depth, MAX_ENTRIES) if anything else None
        case list() | tuple():
            return _entries([(str(index), item) for index, item in enumerate(anything)], depth, MAX_ENTRIES)
    return Text(str(anything))


def pairs(mapping: Mapping[str, Any]) -> Pairs | None:
    """Names and values, for one cell of many; nothing when there are none."""
    return _entries(_sorted(mapping), 0, MAX_IN_CELL) if mapping else None


def _sorted(mapping: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(str(name), item) for name, item in sorted(mapping.items())]


def _entries(items: list[tuple[str, Any]], depth: int, most: int) -> Pairs:
    """Names and values. Of more than so many in all, what is nested is counted, not shown, and the first others are."""
    if depth or _count(items) <= most:
        return Pairs(tuple([(name, value(item, depth + 1)) for name, item in items]))
    shown = [(name, _size_alone(item) or value(item)) for name, item in items[:most]]
    more = len(items) - len(shown)
    return Pairs((*shown, *([("…", Text(f"{counted(more, 'more entry', 'more entries')} not shown"))] if more else [])))


def _count(items: Iterable[tuple[str, Any]], depth: int = 1) -> int:
    """How many entries there are in all, as deep as they are shown."""
    values = [item for _, item in items]
    if depth >= MAX_DEPTH or _NESTED.isdisjoint(map(type, values)):
        return len(values)
    return len(values) + sum(_count(_inner(item), depth + 1) for item in values if type(item) in _NESTED)


def _inner(nested: Any) -> Iterable[tuple[str, Any]]:
    return nested.items() if isinstance(nested, Mapping) else (("", item) for item in nested)


def _size_alone(item: Any) -> Text | None:
    """What is nested, by its size; None for what is not."""
    return Text(f"({counted(len(item), 'entry', 'entries')})") if type(item) in _NESTED else None


def refs(models: Sequence[Named]) -> Column:
    """Models, called by their names."""
    return Column(Ref, ([model.ref.text for model in models], [model.name for model in models]))


def bare_refs(stables: Sequence[StableRef | None]) -> Column:
    """Likewise by the last components of their references."""
    return Column(Ref, ([stable and stable.text for stable in stables], [stable and stable.name for stable in stables]))


def statuses(models: Sequence[Lifecycle]) -> Column:
    """How models stand."""
    return Column(Status, ([model.status for model in models], [model.inferred for model in models]))


def all_lasted(models: Sequence[Lifecycle]) -> Column:
    """How long each took: see `lasted`."""
    lengths = [None if model.ended_at is None else seconds_between(model.started_at, model.ended_at) for model in models]
    return Column(Duration, (lengths, [model.inferred for model in models]))


def all_pairs(mappings: Iterable[Mapping[str, Any]]) -> Column:
    """Names and values of each."""
    return Column(Pairs, ([made and made.items for made in map(pairs, mappings)],))


def table(caption: str, columns: Iterable[str], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """A table without the columns in which no row has anything, cut to MAX_ROWS."""
    if isinstance(rows, Rows):
        return _table_by_column(caption, columns, rows)
    titles, body = tuple(columns), tuple(rows)
    kept = [index for index in range(len(titles)) if index == 0 or any(row[index] is not None for row in body)]
    shown = body[:MAX_ROWS]
    if shown and len(kept) < len(titles):
        filled = [*zip(*shown, strict=True)]
        shown = tuple(zip(*[filled[index] for index in kept], strict=True))
    return Table(caption, tuple([titles[index] for index in kept]), shown, len(body))


def _table_by_column(caption: str, titles: Iterable[str], rows: Rows) -> Table:
    first, *others = zip(titles, rows.columns, strict=True)
    kept = [first, *[one for one in others if not one[1].is_empty()]]
    shown = Rows(tuple([column for _, column in kept]))
    return Table(caption, tuple([title for title, _ in kept]), shown if len(rows) <= MAX_ROWS else shown[:MAX_ROWS], len(rows))


def plain(cell: Cell) -> Scalar:
    """A cell as a value without any wording: whole references, seconds, bytes; names and values as JSON."""
    match cell:
        case None:
            return None
        case Ref(stable):
            return stable
        case Change(amount):
            return amount
        case Spark(values):
            return json.dumps(values)
        case Duration(seconds):
            return seconds
        case Bytes(count):
            return count
        case Pairs():
            return json.dumps(_object(cell), ensure_ascii=False)
        case Text(found) | Code(found) | Hash(found) | Status(found) | Level(found) | Time(found) | Number(found) | Exact(found):
            return found


def _object(cell: Pairs) -> dict[str, Any]:
    return {name: _object(item) if isinstance(item, Pairs) else plain(item) for name, item in cell.items}
