"""No regular expression of the package takes long over any text: where a repeat lies in another, one way alone parts it between both."""

import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from re import _constants as code  # type: ignore[attr-defined]  # the only description of a pattern that there is
from re import _parser as parser  # type: ignore[attr-defined]  # likewise
from typing import Any

import pytest

import contexta

_CATEGORIES = {
    code.CATEGORY_DIGIT: string.digits,
    code.CATEGORY_SPACE: string.whitespace,
    code.CATEGORY_WORD: string.ascii_letters + string.digits + "_",
}
_ASCII = frozenset(map(chr, range(128)))

# More than so often, a bounded repeat counts as one without bounds.
_MANY = 16


def patterns() -> dict[str, re.Pattern[Any]]:
    """Every expression that the modules of the package hold, by module and text."""
    found: dict[str, re.Pattern[Any]] = {}
    for module in pkgutil.walk_packages(contexta.__path__, "contexta."):
        for value in vars(importlib.import_module(module.name)).values():
            found.update({f"{module.name} {str(one.pattern)[:60]}": one for one in _inside(value)})
    return found


def _inside(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _inside(tuple(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _inside(item)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        yield from _inside(tuple(getattr(value, name, None) for name in value.__dataclass_fields__))


def ambiguous(tokens: Any) -> list[str]:
    """The repeats of repeats between which nothing stands that is in neither."""
    found: list[str] = []
    for kind, value in tokens:
        if kind in (code.MAX_REPEAT, code.MIN_REPEAT):
            least, most, body = value
            if most > _MANY and not _parted(body):
                found.append(f"{{{least},{most}}} of {body}")
        for inner in _bodies(kind, value):
            found += ambiguous(inner)
    return found


def _bodies(kind: Any, value: Any) -> list[Any]:
    match kind:
        case code.MAX_REPEAT | code.MIN_REPEAT:
            return [value[2]]
        case code.SUBPATTERN:
            return [value[3]]
        case code.BRANCH:
            return list(value[1])
        case code.ASSERT | code.ASSERT_NOT:
            return [value[1]]
    return []


def _parted(body: Any) -> bool:
    """Whether what is repeated holds no repeat itself, or something else that must stand in it and that no repeat in it takes."""
    repeated, must = _letters(body)
    return not repeated or any(letters.isdisjoint(repeated) for letters in must)


def _letters(body: Any) -> tuple[frozenset[str], list[frozenset[str]]]:
    """What the repeats of a body take, and each thing that must stand in it."""
    repeated: frozenset[str] = frozenset()
    must: list[frozenset[str]] = []
    for kind, value in body:
        if kind in (code.MAX_REPEAT, code.MIN_REPEAT):
            if value[1] > _MANY:
                inner, required = _letters(value[2])
                repeated = repeated.union(inner, *required)
        elif kind is code.SUBPATTERN:
            inner, required = _letters(value[3])
            repeated, must = repeated | inner, must + required
        elif kind is code.BRANCH:
            repeated = repeated.union(*(_letters(way)[0] for way in value[1]))
        elif kind is not code.AT:
            must.append(_set(kind, value))
    return repeated, must


def _set(kind: Any, value: Any) -> frozenset[str]:
    match kind:
        case code.LITERAL:
            return frozenset(chr(value))
        case code.NOT_LITERAL:
            return _ASCII - {chr(value)}
        case code.IN:
            taken = frozenset[str]().union(*(_part(*part) for part in value))
            return _ASCII - taken if value[0][0] is code.NEGATE else taken
    return _ASCII


def _part(kind: Any, value: Any) -> frozenset[str]:
    match kind:
        case code.LITERAL:
            return frozenset(chr(value))
        case code.RANGE:
            return frozenset(map(chr, range(value[0], min(value[1], 127) + 1)))
        case code.CATEGORY:
            return frozenset(_CATEGORIES.get(value, _ASCII))
    return frozenset()


def test_the_expressions_are_found() -> None:
    assert len(patterns()) > 50


@pytest.mark.parametrize("pattern", [pytest.param(one, id=name) for name, one in patterns().items()])
def test_repeats_of_repeats_are_parted_by_something_else(pattern: re.Pattern[Any]) -> None:
    assert ambiguous(parser.parse(pattern.pattern, pattern.flags)) == []


@pytest.mark.parametrize("text", [r"(a+)+$", r"([a-z]+)*x", r"(?:[a-z]+-?)*", r"(.*,)*", r"((a|b)+)*", r"(\d+\w*)*"])
def test_what_would_take_long_is_seen(text: str) -> None:
    assert ambiguous(parser.parse(text))


@pytest.mark.parametrize("text", [r"[a-z]+(?:-[a-z]+)*", r"(?:[a-z]+\.){3}", r"(?:[^\"\\]|\\.)*", r"(?: x+)*"])
def test_what_is_parted_is_good(text: str) -> None:
    assert ambiguous(parser.parse(text)) == []
