"""Secrets masked: by the names of values, and by their looks."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from operator import is_
from typing import Any

import orjson

from contexta.contract import DeploymentSnapshot, RunSnapshot
from contexta.privacy import parts
from contexta.privacy.names import hides_numbers, is_secret
from contexta.privacy.parts import Files
from contexta.privacy.said import BY_NAME, IN_TEXT, MARKS, MASKED, REST, TOO_DEEP
from contexta.privacy.shapes import may_hold_secret, without_secrets
from contexta.privacy.walk import MAX_DEPTH, same, value_changed

# What a secret must have to be looked for elsewhere: a short one, or a word, may stand there for itself.
_TELLING = 6


@dataclass(slots=True)
class Masking:
    """Masks secrets, counts them, and keeps those that are worth looking for elsewhere."""

    counts: Counter[str] = field(default_factory=Counter)
    secrets: set[str] = field(default_factory=set)

    def text(self, text: str) -> str:
        """With what looks like a secret masked in place."""
        new = without_secrets(text)
        if new == text:
            return text
        self.counts[IN_TEXT] += 1
        return new

    def named(self, name: str, value: Any) -> Any:
        """Masked where its name looks like a secret."""
        if not is_secret(name):
            return value
        return hidden(value, MASKED, self._found, numbers=hides_numbers(name))

    def _found(self, secret: str) -> None:
        self.counts[BY_NAME] += 1
        if len(secret) >= _TELLING and not secret.isalpha() and not secret.isdecimal():
            self.secrets.add(secret)


def hidden(value: Any, mark: str, found: Callable[[str], None], *, numbers: bool = False, depth: int = 0) -> Any:
    """A value with the mark in its place, or in that of all texts in it; `found` is told each. What says nothing stays."""
    if isinstance(value, str) or (numbers and isinstance(value, int | float) and not isinstance(value, bool)):
        if value == "" or value in MARKS:
            return value
        found(str(value))
        return mark
    if not isinstance(value, Mapping | list | tuple):
        return value
    if depth > MAX_DEPTH:
        return TOO_DEEP
    below = partial(hidden, mark=mark, found=found, numbers=numbers, depth=depth + 1)
    if not isinstance(value, Mapping):
        return same(value, [*map(below, value)])
    new = {name: item if name == REST else below(item) for name, item in value.items()}
    return value if all(map(is_, new.values(), value.values())) else new


def is_clean(whole: RunSnapshot | DeploymentSnapshot | Files) -> bool:
    """Whether nothing in all this is to be masked: told of all its texts at once, nearly always; else of each, but once."""
    texts, held = _gathered(whole)
    if not may_hold_secret(b"\n".join([*_encoded(texts), _dumped(held)])):
        return True
    masking = Masking()
    return all(masking.text(text) is text for text in texts) and all(value_changed(one, masking) is one for one in held)


def _gathered(whole: RunSnapshot | DeploymentSnapshot | Files) -> tuple[set[str], list[Any]]:
    """Every text, and every container that holds something."""
    texts: set[str] = set()
    held: list[Any] = []
    kind: Any = type(whole)
    for name in parts.inner(kind):
        found = getattr(whole, name)
        for one in filter(None, _all_of(found if isinstance(found, tuple) else (found,))):
            if type(one) is str:
                texts.add(one)
            else:
                held.append(one)
    return texts, held


def _all_of(many: tuple[Any, ...]) -> Iterable[Any]:
    """The texts and containers of things that are all of one kind, or the texts that they are."""
    if not many or isinstance(many[0], str):
        return many
    kind: Any = type(many[0])
    return chain.from_iterable(map(parts.all_of(kind), many))


def _encoded(texts: set[str]) -> Iterator[bytes]:
    return (text.encode("utf-8", "surrogatepass") for text in texts)


def _dumped(held: list[Any]) -> bytes:
    try:
        return orjson.dumps(held)
    except TypeError:  # a whole number of more than 64 bits, half a character
        return repr(held).encode("utf-8", "surrogatepass")
