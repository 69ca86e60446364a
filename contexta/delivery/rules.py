"""Rules about the numbers of a run: `evaluate/accuracy >= previous - 0.01`.

    rule    [STAGE "/"] KEY [ "{" TAG "=" VALUE ("," TAG "=" VALUE)* "}" ] OPERATOR bound
    bound   NUMBER | base [ ("+" | "-" | "*") NUMBER ]
    base    "previous" | "run:" PROJECT "." NAME | "latest:" PROJECT

Names and keys are those of the contract, so that neither can hold a slash; a VALUE of other letters stands in double quotes. What
follows a run's name is set off by a space, since names may hold hyphens and dots.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NoReturn, cast

from contexta.errors import ContextaError
from contexta.render import words

# Longer than any rule that a person writes; what is shorter is read in no time.
MAX_RULE = 500

PREVIOUS = "previous"

Operator = Literal["<", "<=", ">", ">=", "==", "!="]
Sign = Literal["+", "-", "*"]

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_TAG = re.compile(r"[\w.-]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_OPERATOR = re.compile(r"<=|>=|==|!=|<|>")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])", re.ASCII)
_BASE = re.compile(rf"{PREVIOUS}(?![\w.:])|(?:run|latest):[a-z0-9.-]*[a-z0-9]")
_SIGN = re.compile(r"[-+*]")


class UnreadableRule(ContextaError):
    """A rule that cannot be read: what was expected, and the rule with a caret under the place."""

    def __init__(self, rule: str, place: int, expected: str) -> None:
        before, after = words.one_line(rule[:place]), words.one_line(rule[place:])
        super().__init__(f"{expected}\n  {before}{after}\n  {' ' * len(before)}^")


@dataclass(frozen=True, slots=True)
class Asked:
    """The metric that a rule is about: in any stage where `stage` is None, with at least these tags."""

    key: str
    stage: str | None = None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """What a number is held against: `number` itself, or what the run `base` has, plus, minus or times it."""

    number: Decimal
    base: str | None = None
    sign: Sign = "+"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, and its text as it was given."""

    text: str
    asked: Asked
    operator: Operator
    bound: Bound


def parse(text: str) -> Rule:
    """Read a rule; raises UnreadableRule."""
    return _Reader(text).rule()


@dataclass(slots=True)
class _Reader:
    """Reads a rule from left to right."""

    text: str
    place: int = 0

    def rule(self) -> Rule:
        if len(self.text) > MAX_RULE:
            raise UnreadableRule(self.text[:40] + "…", 40, f"a rule has at most {MAX_RULE} characters, this one has {len(self.text):,}")
        self._skip(0)
        asked = self._asked()
        operator = cast(Operator, self._expect(_OPERATOR, "expected one of < <= > >= == !=").group())
        bound = self._bound()
        if self.place < len(self.text):
            self._fail("expected nothing more" if bound.base is None else "expected + NUMBER, - NUMBER or * NUMBER, once, or nothing more")
        return Rule(self.text.strip(), asked, operator, bound)

    def _asked(self) -> Asked:
        first = self._expect(_NAME, "expected the key of a metric, or STAGE/KEY").group()
        if not self._take("/"):
            return Asked(first, None, self._tags())
        key = self._expect(_NAME, "expected the key of a metric").group()
        return Asked(key, first, self._tags())

    def _tags(self) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        if self._take("{"):
            while not found or self._take(","):
                found.append(self._tag())
            if not self._take("}"):
                self._fail("expected , or }")
        return tuple(found)

    def _tag(self) -> tuple[str, str]:
        name = self._text("expected the name of a tag")
        if not self._take("="):
            self._fail("expected = and the tag's value")
        return name, self._text('expected the tag\'s value, in "…" where it has more than letters and digits')

    def _text(self, expected: str) -> str:
        if quoted := self._match(_QUOTED):
            return _ESCAPED.sub(r"\1", quoted.group(1))
        return self._expect(_TAG, expected).group()

    def _bound(self) -> Bound:
        base = self._match(_BASE)
        if base is None:
            return Bound(self._number(f"expected a number, {PREVIOUS}, run:PROJECT.NAME or latest:PROJECT"))
        sign = self._match(_SIGN)
        if sign is None:
            return Bound(Decimal(0), base.group())
        return Bound(self._number("expected a number"), base.group(), cast(Sign, sign.group()))

    def _number(self, expected: str) -> Decimal:
        begin = self.place
        number = self._expect(_NUMBER, expected).group()
        if not math.isfinite(float(number)):
            self.place = begin
            self._fail("expected a number that is not beyond all numbers")
        return Decimal(number)

    def _take(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.place):
            return False
        self._skip(len(sign))
        return True

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.place)
        if found:
            self._skip(len(found.group()))
        return found

    def _skip(self, length: int) -> None:
        """Go behind what was read, and the spaces after it."""
        self.place += length
        spaces = _SPACE.match(self.text, self.place)
        self.place += len(spaces.group()) if spaces else 0

    def _expect(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        return self._match(pattern) or self._fail(expected)

    def _fail(self, expected: str) -> NoReturn:
        raise UnreadableRule(self.text, self.place, expected)
