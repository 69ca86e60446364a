"""Lines that hold more than a page can show: long texts are cut, entries beyond so many left out, and both counted.

A line may have megabytes: a batch in a message, a table in an attribute. All of a run is held in memory while its page is made, and
some of it stands there several times.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contexta.contract.fields import RULES
from contexta.workspace.frames import ArtifactItem, Item, PutItem, RecordItem

# A line of more bytes is looked at.
LONG = 20_000

# As many letters of one text are kept, and of some; of one line, in attributes and the like: a put is one, records are many.
_TEXT, _TEXTS = 10_000, {"name": 1_000, "description": 100_000}
_PUT, _RECORD = 200_000, 20_000

# The parts of a record, which have fields of their own.
_PARTS = frozenset({"envelope", "payload"})


def trimmed(item: Item) -> tuple[Item, str]:
    """What a long line frames, cut to what can be shown; and what was cut, in words, empty where nothing was."""
    match item:
        case PutItem():
            trimmer = _Trimmer(_PUT)
            kept: Item = replace(item, data=trimmer.fields(item.data))
        case RecordItem():
            trimmer = _Trimmer(_RECORD)
            kept = replace(item, data=trimmer.fields(item.data, levels=2))
        case ArtifactItem():
            trimmer = _Trimmer(_RECORD)
            kept = replace(item, manifest=trimmer.fields(item.manifest))
    return kept, trimmer.said()


@dataclass(slots=True)
class _Trimmer:
    """Walks what a line holds, as long as there is room for more letters."""

    room: int
    texts: int = 0
    entries: int = 0

    def fields(self, data: Mapping[str, Any], levels: int = 1) -> dict[str, Any]:
        """The fields of a model, or of the parts of a record: those that the contract knows are kept, whatever their size."""
        kept: dict[str, Any] = {}
        for name, value in data.items():
            if levels > 1 and name in _PARTS and isinstance(value, dict):
                kept[name] = self.fields(value, levels - 1)
            elif name in RULES or self.room > 0:
                kept[self._text(name, _TEXT)] = self._value(value, _TEXTS.get(name, _TEXT))
            else:
                self.entries += 1
        return kept

    def _value(self, value: Any, limit: int = _TEXT) -> Any:
        if isinstance(value, str):
            return self._text(value, limit)
        if isinstance(value, dict):
            return dict(self._fitting(value.items()))
        if isinstance(value, list):
            return [item for _, item in self._fitting(("", item) for item in value)]
        self.room -= 1
        return value

    def _fitting(self, entries: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
        kept: list[tuple[str, Any]] = []
        for name, value in entries:
            if self.room > 0:
                kept.append((self._text(name, _TEXT), self._value(value)))
            else:
                self.entries += 1
        return kept

    def _text(self, text: str, limit: int) -> str:
        self.room -= 1 + min(len(text), limit)
        if len(text) <= limit:
            return text
        self.texts += 1
        return f"{text[:limit]}… (cut: {len(text):,} characters)"

    def said(self) -> str:
        """What was cut."""
        parts = [f"texts that were cut: {self.texts:,}"] if self.texts else []
        parts += [f"entries that are left out: {self.entries:,}"] if self.entries else []
        return f"holds more than a page can show; {', '.join(parts)}" if parts else ""
