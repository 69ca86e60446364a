"""Checks of what varies in many lines at once, column by column."""

from collections.abc import Sequence
from operator import le
from typing import Any

import orjson

from contexta.contract.fields import is_time

_CONTAINERS = {dict, list}
DIGITS = bytes.maketrans(b"0123456789", b"0" * 10)
LETTERS = bytes.maketrans(b"abcdefghijklmnopqrstuvwxyz0123456789", b"a" * 36)


def written_as(texts: Sequence[bytes], pattern: bytes) -> bool:
    """Whether all texts are the pattern, but for their digits."""
    return b"".join(texts).translate(DIGITS) == pattern * len(texts)


def times_fit(pattern: bytes, observed: Sequence[bytes], recorded: Sequence[bytes]) -> bool:
    """Whether all of these are times, and nothing was recorded before it was observed."""
    text = b"".join((*observed, *recorded))
    return (
        text.translate(DIGITS) == pattern * (2 * len(observed))
        and all(map(le, observed, recorded))
        and _real(len(pattern), text, min(observed), max(recorded))
    )


def _real(width: int, text: bytes, first: bytes, last: bytes) -> bool:
    """Whether times of one width that are written as times are in the calendar; `text` is all of them, `first` and `last` their bounds."""
    if not (_all_of(b"012345", text[14::width]) and _all_of(b"012345", text[17::width])):  # minutes and seconds
        return False
    if first[:10] == last[:10] and _all_of(b"01", text[11::width]):  # all of one day, and before eight in the evening
        return is_time(first.decode())
    hours = {text[start : start + 13] for start in range(0, len(text), width)}
    return all(is_time(hour.decode() + ":00:00Z") for hour in hours)


def _all_of(allowed: bytes, column: bytes) -> bool:
    return not column.translate(None, allowed)


def names_fit(names: Sequence[bytes], patterns: Sequence[bytes]) -> bool:
    """Whether names of records are written as those of the lines that were learned from."""
    return b"".join(names).translate(LETTERS) == b"".join(patterns)


def numbers(texts: Sequence[bytes]) -> list[int | float] | None:
    """The numbers that texts are; None when any is something else."""
    try:
        values = orjson.loads(b"[%b]" % b",".join(texts))
    except orjson.JSONDecodeError:
        return None
    # As many numbers as texts, in one list: so each text was one number.
    return values if len(values) == len(texts) and set(map(type, values)) <= {int, float} else None


def are_whole_numbers(texts: Sequence[bytes]) -> bool:
    """Whether all texts are whole numbers."""
    values = numbers(texts)
    return values is not None and set(map(type, values)) <= {int}


def tags_of(text: bytes) -> dict[str, Any] | None:
    """The tags between two braces; None when they are more than names with plain values."""
    try:
        tags = orjson.loads(b"{%b}" % text)
    except orjson.JSONDecodeError:
        return None
    return None if _CONTAINERS & set(map(type, tags.values())) else tags
