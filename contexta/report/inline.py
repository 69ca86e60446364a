"""What stands within blocks: numbers, texts, references, and what else a cell holds.

Cells carry raw values (numbers, ISO-8601 UTC times, seconds, bytes); each renderer words them in its own way. None in a cell's place means
that nothing is known.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words; what a person or a program wrote is shown as it is, never as markup."""

    value: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text for a machine: a hash, a path, a key."""

    value: str


@dataclass(frozen=True, slots=True)
class Hash:
    """A digest, in hexadecimal: told apart by its beginning, of use only as a whole."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its unit, worded for reading."""

    value: int | float
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Exact:
    """A number in all its digits."""

    value: int | float
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """Something that may have a page of its own; `text` is what to call it."""

    ref: str
    text: str


def section_ref(title: str, text: str) -> Ref:
    """A section of the same page; `text` is what to call it there."""
    return Ref(f"section:{title}", text)


# The page that all others lie under.
INDEX = Ref("index", "All runs")


@dataclass(frozen=True, slots=True)
class Status:
    """How something stands; inferred when no line says so."""

    value: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """How grave something is: debug, info, warning, error or critical."""

    value: str


@dataclass(frozen=True, slots=True)
class Time:
    """A moment, ISO-8601 UTC."""

    value: str


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of time in seconds; at least that long where it is inferred from what was seen."""

    seconds: float
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Bytes:
    """A size in bytes."""

    count: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and values in one cell, such as the attributes of an event."""

    items: tuple[tuple[str, "Cell"], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """By how much a number is more than another of its kind; `better` says whether that is good, None where nobody knows."""

    amount: int | float
    unit: str | None = None
    better: bool | None = None


@dataclass(frozen=True, slots=True)
class Spark:
    """The course of some numbers, small enough to stand in a line of text; None where one is missing."""

    values: tuple[float | None, ...]


Quantity = Number | Exact | Change | Duration | Bytes
Cell = Text | Code | Hash | Number | Exact | Change | Spark | Ref | Status | Level | Time | Duration | Bytes | Pairs | None
