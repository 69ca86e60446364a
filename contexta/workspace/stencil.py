"""Lines that are, byte for byte, like one that was read before, but for the run, the record's name, its times, and its value and tags, or,
of a record that is no metric, its payload.

Such a line need not be parsed. A stencil is learned from a whole line: the bytes between its variable parts. That those parts are what
they are taken for is tried out once, by printing the stencil with other parts and parsing that: a part that lies within a text, and takes
the text's place there whatever letters it has, does so in every line of the stencil.
"""

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, pairwise
from json import JSONDecoder
from operator import itemgetter
from typing import Any, NamedTuple, cast

import orjson

from contexta.workspace.columns import DIGITS, LETTERS
from contexta.workspace.said import CHANGING, Said, said_in

# The parts of a line that vary, or the pieces between them.
Row = tuple[bytes, ...]

# Cuts lines of one length: into those pieces, and into the parts.
Cut = tuple[Callable[[bytes], Row], Callable[[bytes], Row]]

# The parts that vary, beside the run: four of a fixed width, in any order, what was measured, and one that ends the line.
_FIXED = 4

# Stands for the run, `project.run`: no line holds it, because JSON does not.
ANY_RUN = "\0"
_ANY_RUN = ANY_RUN.encode()

_TIMES = ("captured_at", "appended_at", "observed_at", "recorded_at")


@dataclass(frozen=True, slots=True)
class Layout:
    """What lines that are checked together have in common: where the parts stand in a row, and how times are written.

    `numbered` lines end with a number, others with the record's name again. What was `measured` is a metric's value, and its tags; of any
    other record it is the payload.
    """

    framed: int
    observed: int
    recorded: int
    name: int
    measured: int
    last: int
    framed_pattern: bytes
    pattern: bytes
    numbered: bool


class Filled(dict[bytes, bytes]):
    """Pieces of stencils → as they are in one run. Most stand in several stencils."""

    def __init__(self, run: bytes) -> None:
        super().__init__()
        self._run = run

    def __missing__(self, piece: bytes) -> bytes:
        found = self[piece] = piece.replace(_ANY_RUN, self._run)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Stencil:
    """What the lines of one kind have in common in one place of any run: all but the parts that vary.

    `constants` are the pieces of a line before, between and after its parts, in which ANY_RUN stands for the run; `widths` those of the
    parts, 0 of what was measured and of a number at the end. `middle` is what stands between value and tags, whichever comes first; empty
    without tags.
    """

    layout: Layout
    constants: Row
    widths: tuple[int, ...]
    name_pattern: bytes
    middle: bytes
    tags_first: bool
    _fill: "itemgetter[Any]" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fill", itemgetter(*self.constants))  # takes a third of the time that a loop over them takes

    def constants_in(self, filled: Filled) -> Row:
        """The constants in the lines of a run."""
        return cast(Row, self._fill(filled))

    def begins(self, raw: bytes, constants: Row) -> bool:
        """Whether a line of a run in which these are the constants begins as its lines do, up to what was measured."""
        at = 0
        for piece, width in zip(constants, self.widths, strict=False):
            if not raw.startswith(piece, at):
                return False
            if not width:
                break
            at += len(piece) + width
        return True

    def cut(self, raw: bytes, constants: Row) -> Cut:
        """What cuts lines as long as this one, of a run in which these are the constants; where it is too short, into nothing.

        Of a number at the end, the length is as it is here.
        """
        layout, tail = self.layout, len(constants[-1])
        last = len(raw) - tail - raw.rfind(b":", 0, len(raw) - tail) - 1 if layout.numbered else len(self.name_pattern)
        measured = len(raw) - sum(map(len, constants)) - sum(self.widths) - last
        if measured < 1 or last < 1:
            return _into_nothing, _into_nothing
        free = {layout.measured: measured, layout.last: last}
        pairs = [(len(piece), free.get(place, width)) for place, (piece, width) in enumerate(zip(constants, self.widths, strict=False))]
        pieces = struct.Struct("".join(f"{size}s{width}x" for size, width in pairs) + f"{tail}s")
        parts = struct.Struct("".join(f"{size}x{width}s" for size, width in pairs) + f"{tail}x")
        return pieces.unpack, parts.unpack


def _into_nothing(_raw: bytes) -> Row:
    return ()


def parts_of(raw: bytes, cut: Cut | None, constants: Row) -> Row | None:
    """The parts of a line; None where it has not these constants between them."""
    return cut[1](raw) if cut is not None and cut[0](raw) == constants else None


def line_of(row: Row, constants: Row) -> bytes:
    """The line that has these parts between these constants."""
    return b"".join(chain.from_iterable(zip(constants, row, strict=False))) + constants[-1]


class _Part(NamedTuple):
    start: int
    end: int
    key: str


def stencil_of(raw: bytes, frame: Mapping[str, Any], said: Said, run: str) -> Stencil | None:
    """The stencil of a record's line; None where it is not written as its stencil would print others."""
    if any(run in text for text in (*said.manner, *said.series) if isinstance(text, str)):
        return None
    parts = _parts(raw, frame, said, f"record:{run}.")
    stencil = _stencil(raw, parts, run) if parts is not None else None
    return stencil if stencil is not None and _prints(stencil, said, run) else None


def _parts(raw: bytes, frame: Mapping[str, Any], said: Said, records: str) -> list[_Part] | None:
    """Where the parts stand that vary, in the order of the line; None where any of them cannot be told, or the order is another."""
    record = frame["payload"] if "family" in frame else frame["record"]
    if said.series:
        fields = {**record["envelope"], **record["payload"], **frame}
        measured = [_part(raw, "value", fields["value"], records), *([_tags_part(raw)] if fields.get("tags") else [])]
    else:  # whatever else the envelope holds is the same on all such lines
        fields = {**{name: record["envelope"].get(name) for name in CHANGING}, **frame}
        measured = [_payload_part(raw, 1 + ("family" in frame))]
    found = [
        *(_part(raw, key, fields[key], records) for key in (*_TIMES, "record_ref", "payload_ref", "sequence") if key in fields),
        *measured,
    ]
    parts = sorted((part for part in found if part is not None), key=lambda part: part.start)
    order = [part.key for part in parts]
    fits = (
        len(parts) == len(found) == _FIXED + len(measured) + 1
        and {"observed_at", "recorded_at", "record_ref"} <= set(order[:_FIXED])
        and {*order[_FIXED:-1]} == {part.key for part in measured if part is not None}
        and order[-1] in ("payload_ref", "sequence")
    )
    return parts if fits else None


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


def _payload_part(raw: bytes, depth: int) -> _Part | None:
    """The object that stands for the payload of a record, where so many keys of that name lead to it."""
    mark = b'"payload":'
    before = raw.split(mark, depth)[:-1]
    start = len(mark.join(before)) + len(mark)
    try:
        _, end = JSONDecoder().raw_decode(raw.decode("latin-1"), start)  # a letter a byte
    except ValueError:
        return None
    return _Part(start, end, "payload") if len(before) == depth else None


def _stencil(raw: bytes, known: list[_Part], run: str) -> Stencil | None:
    texts = {part.key: raw[part.start : part.end] for part in known}
    framed = next((key for key in ("captured_at", "appended_at") if key in texts), None)
    pattern = texts["observed_at"].translate(DIGITS)
    if framed is None or texts["recorded_at"].translate(DIGITS) != pattern:
        return None
    measured, last = known[_FIXED:-1], known[-1]
    whole = _Part(measured[0].start, measured[-1].end, "measured")
    parts = [*known[:_FIXED], whole, last]
    pieces = [raw[end:start] for end, start in pairwise((0, *chain.from_iterable(part[:2] for part in parts), len(raw)))][::2]
    keys = [part.key for part in parts]
    widths = {part.key: part.end - part.start for part in known[:_FIXED]}
    return Stencil(
        layout=Layout(
            framed=keys.index(framed),
            observed=keys.index("observed_at"),
            recorded=keys.index("recorded_at"),
            name=keys.index("record_ref"),
            measured=keys.index("measured"),
            last=keys.index(last.key),
            framed_pattern=texts[framed].translate(DIGITS),
            pattern=pattern,
            numbered=last.key == "sequence",
        ),
        constants=tuple([piece.replace(run.encode(), _ANY_RUN) for piece in pieces]),
        widths=tuple([widths.get(key, 0) for key in keys]),
        name_pattern=texts["record_ref"].translate(LETTERS),
        middle=raw[measured[0].end : measured[-1].start] if len(measured) > 1 else b"",
        tags_first=measured[0].key == "tags",
    )


# Other parts that a stencil is tried with: nothing that a line would hold.
_OTHER_RUN, _OTHER_NAME, _OTHER_VALUE, _OTHER_TAGS = "other.other", "other-0", 20_625.5, {"other": 0.5}
_OTHER_PAYLOAD = {"other": [0.5]}


def _prints(stencil: Stencil, said: Said, run: str) -> bool:
    """Whether the stencil prints other parts, in another run, as a line that says just those otherwise."""
    layout, measured = stencil.layout, _OTHER_VALUE if said.series else _OTHER_PAYLOAD
    value, tags = orjson.dumps(measured), b'"other":0.5'
    parts = {layout.framed: b"7-T", layout.observed: b"8-T", layout.recorded: b"9-T", layout.name: _OTHER_NAME.encode()}
    parts[layout.measured] = value if not stencil.middle else stencil.middle.join((tags, value) if stencil.tags_first else (value, tags))
    parts[layout.last] = b"20626" if layout.numbered else _OTHER_NAME.encode()
    try:
        pieces = enumerate(stencil.constants_in(Filled(_OTHER_RUN.encode())))
        other = said_in(orjson.loads(b"".join([piece + parts.get(place, b"") for place, piece in pieces])))
    except orjson.JSONDecodeError:
        return False
    return other == said._replace(
        scopes=in_run(in_any_run(said.scopes, run), _OTHER_RUN),
        ref=f"record:{_OTHER_RUN}.{_OTHER_NAME}",
        observed="8-T",
        recorded="9-T",
        value=measured,
        tags=_OTHER_TAGS if stencil.middle else said.tags,
        subject=said.subject and said.subject.replace(run, _OTHER_RUN),
    )


def in_any_run(refs: Iterable[object], run: str) -> tuple[str | None, ...]:
    """References as texts in which ANY_RUN stands for the run that they lie in; a name after it may be like it."""
    return tuple([text.replace(run, ANY_RUN, 1) if isinstance(text, str) else None for text in refs])


def in_run(refs: tuple[str | None, ...], run: str) -> tuple[str | None, ...]:
    """The references of these texts in a run."""
    return tuple([text and text.replace(ANY_RUN, run) for text in refs])
