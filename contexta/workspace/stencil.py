"""Lines that are, byte for byte, like one that was read before, but for the record's name, its times, its value and its tags.

Such a line need not be parsed. A form is learned from a whole line: the bytes between its variable parts. That those parts are what
they are taken for is tried out once, by printing the form with other parts and parsing that: a part that lies within a text, and takes
the text's place there whatever letters it has, does so in every line of the form.
"""

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import le
from typing import Any

import orjson

from contexta.contract.fields import is_time

# The parts that vary from line to line: four of a fixed width, in any order, what was measured, and one that ends the line.
Row = tuple[bytes, ...]
Reader = Callable[[bytes], Row]

# The scopes of an envelope as it names them, in the order of SCOPES.
Texts = tuple[str | None, ...]

# The scopes of an envelope, the narrowest first.
SCOPES = (
    "sample_observation_ref",
    "operation_context_ref",
    "batch_execution_ref",
    "stage_execution_ref",
    "deployment_execution_ref",
    "run_ref",
)

# Stands in a skeleton where a part varies: no line holds it, because JSON does not.
_PART = b"\0"

# The place of how records begin, after the places of the scopes.
_RECORDS = len(SCOPES)

_MARKS = tuple(f'"{name}":"'.encode() for name in SCOPES)

_TIMES = ("captured_at", "appended_at", "observed_at", "recorded_at")
_CONTAINERS = {dict, list}
_DIGITS = bytes.maketrans(b"0123456789", b"0" * 10)
_LETTERS = bytes.maketrans(b"abcdefghijklmnopqrstuvwxyz0123456789", b"a" * 36)


@dataclass(frozen=True, slots=True)
class Layout:
    """What lines that are checked together have in common: where the fixed parts stand in a row, and how times are written."""

    framed: int
    observed: int
    recorded: int
    name: int
    framed_pattern: bytes
    pattern: bytes
    records: str
    numbered: bool


@dataclass(frozen=True, slots=True)
class Scopes:
    """Scopes as an envelope names them, and as they stand in a line."""

    texts: Texts
    quoted: tuple[bytes | None, ...]
    sizes: tuple[int, ...]
    named: tuple[bool, ...]

    @classmethod
    def of(cls, texts: Texts) -> "Scopes":
        """The scopes with these names."""
        quoted = tuple([None if text is None else b'"%b"' % text.encode() for text in texts])
        return cls(texts, quoted, tuple([len(text or b"") for text in quoted]), tuple([text is not None for text in quoted]))


@dataclass(slots=True, eq=False)
class Form:
    """What the lines of one kind have in common; `scopes` are those that they name.

    `middle` is what stands between value and tags, whichever comes first; empty where there are no tags.
    """

    layout: Layout
    skeleton: bytes
    widths: tuple[int, ...]
    name_pattern: bytes
    middle: bytes
    stop: bytes
    tags_first: bool
    scopes: Scopes

    _readers: dict[tuple[tuple[int, ...], int], Reader] = field(default_factory=dict)
    _inserted: list[int] = field(init=False)
    _pattern: bytes = field(init=False)
    _printer: bytes = field(init=False)

    def __post_init__(self) -> None:
        """What prints (with `%`) the skeleton of other scopes, and what prints their template; the places of the scopes in both."""
        own = (*self.scopes.quoted, _opening(self.layout.records))
        cuts = re.compile(b"(%b)" % b"|".join([re.escape(text) for text in own if text is not None])).split(self.skeleton)
        self._inserted = [own.index(text) for text in cuts[1::2]]
        inserts = [_opening("%b") if place == _RECORDS else b"%b" for place in self._inserted]
        constants = [text.replace(b"%", b"%%") for text in cuts[::2]]
        self._pattern = _alternating(constants, inserts)
        doubled = [text.replace(b"%", b"%%").replace(_PART, b"%%b") for text in constants]
        self._printer = _alternating(doubled, [text.replace(_PART, b"%%b") for text in inserts])

    def with_fields(self, own: Sequence[bytes], others: Sequence[bytes], scopes: Scopes, raw: bytes) -> "Form | None":
        """The form of a line that was found good, in these scopes, where it differs from this form's lines in just some fields.

        The fields are given as they stand in lines, with their names: in their places, all else keeps its own.
        """
        skeleton = self.skeleton
        for before, after in zip(own, others, strict=True):
            if before != after:
                skeleton = skeleton.replace(before, after)
        form = Form(self.layout, skeleton, self.widths, self.name_pattern, self.middle, self.stop, self.tags_first, self.scopes)
        printed = form.in_scope(scopes, self.layout.records)
        try:
            row = () if printed is None else printed[1](raw)
        except struct.error:
            return None
        if printed is None or printed[0] % row != raw:
            return None
        form.name_pattern = row[self.layout.name].translate(_LETTERS)
        return form

    def scopes_in(self, raw: bytes) -> Texts | None:
        """The scopes that a line seems to name; to be made sure of with their stencil."""
        texts = list(self.scopes.texts)
        for place, text in enumerate(self.scopes.texts):
            mark = _MARKS[place]
            start = raw.find(mark) if text is not None else 0
            if start < 0:
                return None
            if text is not None:
                start += len(mark)
                texts[place] = raw[start : raw.find(b'"', start)].decode(errors="replace")
        return tuple(texts)

    def in_scope(self, scopes: Scopes, records: str) -> tuple[bytes, Reader] | None:
        """What prints a row as a line (with `%`) where other scopes are named, and what reads it.

        `records` is how references to records of their run begin. None where the lines of those scopes cannot be told from this form.
        """
        if scopes.named != self.scopes.named:
            return None
        texts = (*scopes.quoted, records.encode())
        inserted = tuple([texts[place] for place in self._inserted])
        sizes = (scopes.sizes, len(records))
        reader = self._readers.get(sizes)
        if reader is None:  # names of one length, such as epoch-10 and epoch-11, make lines of one shape
            reader = self._readers[sizes] = self._reader((self._pattern % inserted).split(_PART))
        return self._printer % inserted, reader

    def _reader(self, constants: list[bytes]) -> Reader:
        """What cuts a line into its row; raises struct.error for one that is too short."""
        sizes = list(map(len, constants[:5]))
        head = struct.Struct("".join(f"{size}x{width}s" for size, width in zip(sizes, self.widths, strict=False))).unpack_from
        start = sum(sizes) + sum(self.widths)
        name, stop, middle, tail = self.layout.name, self.stop, self.middle, len(constants[-1])
        skipped, after, numbered = len(middle), len(constants[-2]), self.layout.numbered

        def plain(raw: bytes) -> Row:
            fixed = head(raw)
            return (*fixed, raw[start : raw.find(stop, start)], fixed[name])

        def general(raw: bytes) -> Row:
            fixed = head(raw)
            end = raw.find(stop, raw.find(middle, start) + skipped)
            last = raw[end + after : len(raw) - tail] if numbered else fixed[name]
            return (*fixed, raw[start:end], last)

        return general if middle or numbered else plain


def _alternating(constants: Sequence[bytes], inserts: Sequence[bytes]) -> bytes:
    """Constants with something between each two of them."""
    return b"".join([text for pair in zip(constants, [*inserts, b""], strict=True) for text in pair])


def _opening(records: str) -> bytes:
    """How a reference to a record stands in a skeleton, up to its name."""
    return b'"%b%b' % (records.encode(), _PART)


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    end: int
    key: str


def form_of(raw: bytes, frame: Mapping[str, Any], scopes: Scopes, records: str) -> Form | None:
    """The form of a metric line that was found good; None where it is not written as its form would print others.

    `scopes` are those that its envelope names, `records` how the references of its run's records begin.
    """
    holder = "payload" if "family" in frame else "record"
    envelope, payload = frame[holder]["envelope"], frame[holder]["payload"]
    name = envelope["record_ref"].removeprefix(records)
    fields = {**envelope, **payload, **frame}
    parts = [_part(raw, key, fields[key], records) for key in (*_TIMES, "record_ref", "payload_ref", "value", "sequence") if key in fields]
    if payload.get("tags"):
        parts.append(_tags_part(raw))
    known = sorted((part for part in parts if part is not None), key=lambda part: part.start)
    keys = [part.key for part in known]
    measured = {"value", "tags"} if payload.get("tags") else {"value"}
    if (
        len(known) != len(parts)
        or len(known) != 5 + len(measured)
        or {"observed_at", "recorded_at", "record_ref"} - set(keys[:4])
        or set(keys[4:-1]) != measured
    ):
        return None
    form = _form(raw, known, name, scopes, records)
    return form if form is not None and _prints(form, raw, frame, holder) else None


def _part(raw: bytes, key: str, value: object, records: str) -> _Part | None:
    """Where the value of a key stands in a line, of a record's reference only the name."""
    mark = f'"{key}":'.encode()
    start = raw.find(mark) + len(mark)
    if raw.count(mark) != 1:
        return None
    if isinstance(value, str):
        skipped = len(records) if value.startswith(records) else 0
        end = start + 1 + len(value)
        whole = raw[start : end + 1] == b'"%b"' % value.encode()
        return _Part(start + 1 + skipped, end, key) if whole else None
    ends = [end for end in (raw.find(b",", start), raw.find(b"}", start)) if end >= 0]
    return _Part(start, min(ends), key) if ends and type(value) in (int, float) else None


def _tags_part(raw: bytes) -> _Part | None:
    start = raw.find(b'"tags":{') + len(b'"tags":{')
    end = raw.find(b"}", start)
    return _Part(start, end, "tags") if raw.count(b'"tags":') == 1 and end >= 0 else None


def _form(raw: bytes, parts: list[_Part], name: str, scopes: Scopes, records: str) -> Form | None:
    *fixed, first, second, last = parts if len(parts) == 7 else (*parts[:5], parts[4], parts[5])
    keys = [part.key for part in fixed]
    ends = [0, *(part.end for part in fixed), second.end, last.end]
    starts = [*(part.start for part in fixed), first.start, last.start, len(raw)]
    patterns = {part.key: raw[part.start : part.end].translate(_DIGITS) for part in fixed}
    framed = next(key for key in keys if key in ("captured_at", "appended_at")) if set(keys) & {"captured_at", "appended_at"} else ""
    if not framed or patterns["observed_at"] != patterns["recorded_at"] or last.key not in ("payload_ref", "sequence"):
        return None
    return Form(
        layout=Layout(
            framed=keys.index(framed),
            observed=keys.index("observed_at"),
            recorded=keys.index("recorded_at"),
            name=keys.index("record_ref"),
            framed_pattern=patterns[framed],
            pattern=patterns["observed_at"],
            records=records,
            numbered=last.key == "sequence",
        ),
        skeleton=_PART.join(raw[end:start] for end, start in zip(ends, starts, strict=True)),
        widths=tuple(part.end - part.start for part in fixed),
        name_pattern=name.encode().translate(_LETTERS),
        middle=raw[first.end : second.start] if first is not second else b"",
        stop=raw[second.end : second.end + 1],
        tags_first=first.key == "tags",
        scopes=scopes,
    )


# Other parts that a form is tried with: nothing that a line would hold.
_OTHER = {"captured_at": "7-T", "appended_at": "7-T", "observed_at": "8-T", "recorded_at": "9-T", "value": 20_625.5, "sequence": 20_626}
_OTHER_RECORDS, _OTHER_NAME, _OTHER_TAGS = "record:other.other.", "other-0", {"other": 0.5}


def _prints(form: Form, raw: bytes, frame: Mapping[str, Any], holder: str) -> bool:
    """Whether the form prints other parts, in other scopes, as the line that differs from this one in just those."""
    others = {text: f"other:{number}" for number, text in enumerate(form.scopes.texts) if text is not None}
    same = form.in_scope(form.scopes, form.layout.records)
    other = form.in_scope(Scopes.of(tuple([text and others[text] for text in form.scopes.texts])), _OTHER_RECORDS)
    if same is None or other is None or same[0] % same[1](raw) != raw:
        return False
    record, ref = frame[holder], _OTHER_RECORDS + _OTHER_NAME
    envelope = {key: _OTHER.get(key, value) for key, value in record["envelope"].items()}
    envelope |= {key: others[text] for key, text in zip(SCOPES, form.scopes.texts, strict=True) if text is not None}
    payload = {**record["payload"], "value": _OTHER["value"]}
    if payload.get("subject_ref"):
        payload["subject_ref"] = others.get(payload["subject_ref"])
    if form.middle and payload.get("tags"):
        payload["tags"] = _OTHER_TAGS
    wanted = {key: _OTHER.get(key, value) for key, value in frame.items()}
    wanted |= {holder: {**record, "envelope": {**envelope, "record_ref": ref}, "payload": payload}}
    if not form.layout.numbered:
        wanted["payload_ref"] = ref
    try:
        return bool(orjson.loads(other[0] % _other_row(form)) == wanted)
    except orjson.JSONDecodeError:
        return False


def _other_row(form: Form) -> Row:
    layout = form.layout
    times = {layout.framed: b"7-T", layout.observed: b"8-T", layout.recorded: b"9-T", layout.name: _OTHER_NAME.encode()}
    fixed = [times[position] for position in range(4)]
    value, tags = str(_OTHER["value"]).encode(), b'"other":0.5'
    measured = (tags + form.middle + value if form.tags_first else value + form.middle + tags) if form.middle else value
    return (*fixed, measured, str(_OTHER["sequence"]).encode() if form.layout.numbered else _OTHER_NAME.encode())


def times_fit(layout: Layout, framed: Sequence[bytes], observed: Sequence[bytes], recorded: Sequence[bytes]) -> bool:
    """Whether all of these are times, and nothing was recorded before it was observed."""
    count, text = len(observed), b"".join((*observed, *recorded))
    return (
        b"".join(framed).translate(_DIGITS) == layout.framed_pattern * count
        and text.translate(_DIGITS) == layout.pattern * (2 * count)
        and all(map(le, observed, recorded))
        and _real(len(layout.pattern), text, min(observed), max(recorded))
    )


def _real(width: int, text: bytes, first: bytes, last: bytes) -> bool:
    """Whether times of one width that are written as times are in the calendar; `text` is all of them, `first` and `last` their bounds."""
    if max(text[14::width]) >= ord("6") or max(text[17::width]) >= ord("6"):  # minutes and seconds
        return False
    if first[:10] == last[:10] and max(text[11::width]) < ord("2"):  # all of one day, and before eight in the evening
        return is_time(first.decode())
    hours = {text[start : start + 13] for start in range(0, len(text), width)}
    return all(is_time(hour.decode() + ":00:00Z") for hour in hours)


def names_fit(names: Sequence[bytes], patterns: Sequence[bytes]) -> bool:
    """Whether names of records are written as those of the forms' first lines."""
    return b"".join(names).translate(_LETTERS) == b"".join(patterns)


def numbers(texts: Sequence[bytes]) -> list[int | float] | None:
    """The numbers that texts are; None when any is something else."""
    try:
        values = orjson.loads(b"[%b]" % b",".join(texts))
    except orjson.JSONDecodeError:
        return None
    # As many numbers as texts, in one list: so each text was one number.
    return values if len(values) == len(texts) and set(map(type, values)) <= {int, float} else None


def whole_numbers(texts: Sequence[bytes]) -> bool:
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
