"""A change of texts, wherever they stand in what is known of a run: what it leaves as it is stays the very same object."""

import copy
from collections.abc import Container, Mapping, Sequence
from itertools import pairwise
from operator import is_
from typing import Any, Protocol, TypeVar

from contexta.privacy import parts
from contexta.privacy.said import TOO_DEEP

T = TypeVar("T")
S = TypeVar("S", bound=Sequence[Any])

# What nests deeper stands on no page; so deep it would be a danger to walk.
MAX_DEPTH = 64


class Change(Protocol):
    """What becomes of a text, and of a value that has a name. Either returns what it was given where nothing is to change."""

    def text(self, text: str) -> str:
        """A text."""

    def named(self, name: str, value: Any) -> Any:
        """A value that has a name; what lies in it is changed after that."""


def changed(thing: T, change: Change) -> T:
    """A snapshot, model, record, series or problem, changed."""
    cls: Any = type(thing)
    new: dict[str, Any] = {}
    for name in parts.texts(cls):
        if (old := getattr(thing, name)) and (text := change.text(old)) is not old:
            new[name] = text
    for name in parts.containers(cls):
        if (old := getattr(thing, name)) and (value := _named(name, old, change)) is not old:
            new[name] = value
    for name in parts.inner(cls):
        if (old := getattr(thing, name)) and (value := _inner(old, change)) is not old:
            new[name] = value
    return with_fields(thing, new) if new else thing


def with_fields(thing: T, new: Mapping[str, Any]) -> T:
    """The same with other values in some fields, as they are: a rule of the contract is no reason to show what should not be."""
    made = copy.copy(thing)
    for name, value in new.items():
        object.__setattr__(made, name, value)
    return made


def _inner(old: Any, change: Change) -> Any:
    if not isinstance(old, tuple):
        return changed(old, change)
    return same(old, tuple([change.text(one) if isinstance(one, str) else changed(one, change) for one in old]))


def same(old: S, new: S) -> S:
    """The old one of two sequences, where all in them is the same."""
    return old if all(map(is_, old, new)) else new


def _named(name: str, value: Any, change: Change, depth: int = 0) -> Any:
    return value_changed(change.named(name, value), change, depth)


def value_changed(value: Any, change: Change, depth: int = 0) -> Any:
    """Whatever JSON holds, changed."""
    if isinstance(value, str):
        return change.text(value)
    if not isinstance(value, Mapping | list | tuple):
        return value
    if depth >= MAX_DEPTH:
        return TOO_DEEP
    return _mapping(value, change, depth + 1) if isinstance(value, Mapping) else _sequence(value, change, depth + 1)


def _mapping(old: Mapping[str, Any], change: Change, depth: int) -> Mapping[str, Any]:
    new = [(key := change.text(name), _named(key, value, change, depth)) for name, value in old.items()]
    if all(key is name and now is value for (key, now), (name, value) in zip(new, old.items(), strict=True)):
        return old
    made: dict[str, Any] = {}
    for key, value in new:
        made[_free(key, made)] = value
    return made


def _free(key: str, taken: Container[str]) -> str:
    """A name, or where it is taken another like it: of names that became one, nothing is dropped."""
    while key in taken:
        key += "'"
    return key


def _sequence(old: Sequence[Any], change: Change, depth: int) -> Sequence[Any]:
    new = [value_changed(item, change, depth) for item in old]
    for place, (option, item) in enumerate(pairwise(old), 1):
        if isinstance(option, str) and option.startswith("-"):  # a command line
            new[place] = _named(option.lstrip("-"), item, change, depth) if new[place] is item else new[place]
    return same(old, tuple(new) if isinstance(old, tuple) else new)
