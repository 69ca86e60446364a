"""What a report for everyone leaves out beside secrets: where a run ran and who ran it, and what nobody listed."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from contexta.contract import MetricSeries
from contexta.privacy.names import identity, words
from contexta.privacy.places import holds_path, homes, without_paths
from contexta.privacy.said import IN_TEXT, LEFT_OUT, MARKS, MASK, NAMES, OF_PUBLIC, PATHS, REST, TAGS, VARIABLES
from contexta.privacy.secret import Masking, hidden
from contexta.privacy.shapes import without_encoded, without_secrets
from contexta.privacy.walk import with_fields

# Names that tell nobody anything, and stand in texts for themselves.
_COMMON = words(
    "root user admin administrator localhost runner ubuntu debian docker jovyan none null "
    "default unknown test me left out path host name masked"
)
_LEAST = 3

# The names in a label that numbers a point: `step=3, row=7`.
_LABELLED = re.compile(r"(?:^|, )([^=,]{1,200})=")


@dataclass(slots=True)
class Anonymous(Masking):
    """Masks secrets, and leaves out absolute paths and the names of hosts and users; keeps these names, to look for them elsewhere."""

    names: dict[str, str] = field(default_factory=dict)

    def text(self, text: str) -> str:
        """Without secrets and absolute paths."""
        masked = Masking.text(self, text)
        for user in homes(masked):
            self._keep("user", user)
        new = without_encoded(without_paths(masked), holds_path)
        if new == masked:
            return masked
        self.counts[PATHS] += 1
        return new

    def named(self, name: str, value: Any) -> Any:
        """Masked or left out where its name says so."""
        masked = Masking.named(self, name, value)
        kind = identity(name)
        if kind is None or masked is not value:
            return masked
        return hidden(value, LEFT_OUT[kind], partial(self._left_out, kind))

    def _left_out(self, kind: str, name: str) -> None:
        self.counts[NAMES[kind]] += 1
        self._keep(kind, name)

    def _keep(self, kind: str, name: str) -> None:
        short = name.partition(".")[0] if kind == "host" else name
        for one in (name, short):
            if len(one) >= _LEAST and one.lower() not in _COMMON and not one.isdecimal():
                self.names[one.lower()] = kind


@dataclass(slots=True)
class Unlisted:
    """Leaves out environment variables, and tags whose names are not listed."""

    listed: frozenset[str]
    counts: Counter[str]

    def text(self, text: str) -> str:
        """As it is."""
        return text

    def named(self, name: str, value: Any) -> Any:
        """Without what is not listed, but for a word that says so."""
        if not isinstance(value, Mapping) or name not in ("tags", "environment_variables"):
            return value
        kept = {tag: told for tag, told in value.items() if tag == REST or (name == "tags" and tag in self.listed)}
        if left_out := len(value) - len(kept):
            self.counts[TAGS if name == "tags" else VARIABLES] += left_out
            return {**kept, REST: f"{left_out:,} {OF_PUBLIC}"}
        return value


def without_unlisted(all_series: tuple[MetricSeries, ...], listed: frozenset[str], counts: Counter[str]) -> tuple[MetricSeries, ...]:
    """Series without the tags that are not listed: numbers tell apart those that only these told apart."""
    numbers: dict[tuple[tuple[str, str], ...], int] = {}
    return tuple([_with_numbers(series, listed, counts, numbers) for series in all_series])


def _with_numbers(
    series: MetricSeries, listed: frozenset[str], counts: Counter[str], numbers: dict[tuple[tuple[str, str], ...], int]
) -> MetricSeries:
    new: dict[str, Any] = {}
    rest = tuple((tag, told) for tag, told in series.tags.items() if tag not in listed and tag != REST)
    if rest:
        counts[TAGS] += len(rest)
        kept = {tag: told for tag, told in series.tags.items() if tag in listed}
        new["tags"] = {**kept, REST: _numbered(numbers.setdefault(rest, len(numbers) + 1))}
    if not {name for label in series.labels for name in _LABELLED.findall(label)} <= listed:
        counts[TAGS] += 1
        new["labels"] = ()
    return with_fields(series, new) if new else series


def _numbered(number: int) -> str:
    return "left out" if number == 1 else f"left out, no. {number}"


class Elsewhere:
    """Leaves out what was found under its name wherever else it stands: secrets, hosts, users."""

    def __init__(self, secrets: Iterable[str], names: Mapping[str, str], counts: Counter[str]) -> None:
        self._secrets, self._names, self._counts = frozenset(secrets), names, counts
        whole = [rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])" for name in _longest_first(names)]
        self._pattern = re.compile("|".join([*map(re.escape, _longest_first(self._secrets)), *(f"(?i:{name})" for name in whole)]))

    def text(self, text: str) -> str:
        """Without any of them."""
        if text in MARKS or not self._pattern.search(text):
            return text
        return without_secrets(self._pattern.sub(self._mark, text))  # what stood beside one may be told now

    def named(self, _name: str, value: Any) -> Any:
        """As it is: what is in it is changed."""
        return value

    def _mark(self, found: re.Match[str]) -> str:
        kind = self._names.get(found[0].lower()) if found[0] not in self._secrets else None
        self._counts[NAMES[kind] if kind else IN_TEXT] += 1
        return LEFT_OUT[kind] if kind else MASK


def _longest_first(texts: Iterable[str]) -> list[str]:
    return sorted(texts, key=lambda text: (-len(text), text))
