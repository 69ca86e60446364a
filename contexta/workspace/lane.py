"""The quick ways for the lines that nearly all of a workspace is made of: metrics like others that were checked.

A metric record is checked whole, field by field, when its manner (who wrote it, and how) or its series (key, unit, aggregation) are
first seen. Another of a manner and series that were each seen before is taken after checking just its scopes, reference, times and
value; and one that is written like others of its kind is not even parsed (see `stencil`).

Each way gives exactly what a whole check would give. A line of which this is not certain takes the next, slower way.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from operator import itemgetter
from typing import Any, NamedTuple, cast

import orjson

from contexta.contract import MetricPayload, MetricRecord, StableRef
from contexta.contract.fields import RULES, apply, is_before, is_time
from contexta.contract.model import check_places
from contexta.contract.records import SCOPES as LIES_IN
from contexta.contract.refs import MAX_REF, is_component
from contexta.errors import ContractError
from contexta.workspace.lines import is_too_deep
from contexta.workspace.mentions import Mentions, later, sooner, with_owners
from contexta.workspace.series import Channel, SeriesBuilder, kept_tags
from contexta.workspace.stencil import (
    SCOPES,
    Form,
    Layout,
    Reader,
    Row,
    Scopes,
    Texts,
    form_of,
    names_fit,
    numbers,
    tags_of,
    times_fit,
    whole_numbers,
)
from contexta.workspace.thinning import Tags

_MANNER = ("record_type", "producer_ref", "completeness_marker", "degradation_marker", "schema_version")
_SERIES = ("metric_key", "value_type", "unit", "aggregation_scope", "slice_ref", "summary_basis")
_CHANGING = ("record_ref", "observed_at", "recorded_at")

Fields = tuple[object, ...]

_PRODUCER = _MANNER.index("producer_ref")

# At once at most so many lines, and so many after one of them did not fit.
_MANY, _FEW = 2048, 8

# As many forms are learned of one series; who writes it in ever new ways is read line by line.
_MAX_FORMS = 4

# After so many lines of a kind in one scope more may be expected, whatever was so in other scopes.
_ENOUGH = 8

_OBJECT_OR_NONE = (dict, type(None))

# As many scopes are remembered at once (and those of the lines of a block).
_MAX_SCOPES = 1024

# Hashes of references and contents are cut to what Python keeps in 32 bytes each.
_REF_BITS, _CONTENT_BITS = (1 << 60) - 1, (1 << 30) - 1


def _getter(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Fields]:
    """What takes some fields of an object, None for those that it does not have."""
    quick = itemgetter(*names)

    def get(data: Mapping[str, Any]) -> Fields:
        try:
            return cast(Fields, quick(data))
        except KeyError:
            return tuple(map(data.get, names))

    return get


_scopes, _manner, _series, _changing = map(_getter, (SCOPES, _MANNER, _SERIES, _CHANGING))
_correlation = _getter(("trace_id", "session_id"))


@dataclass(slots=True, eq=False)
class Scope:
    """Scopes that were checked together: as their envelopes name them, and when the records that took a quick way were seen in them.

    `subject` is the narrowest, `named` are those that a record in them says something of, and their owners. `records` is how the
    references of their run's records begin, and `seen` holds those: hash of the name → hash of the content.
    """

    names: Scopes
    subject: StableRef
    run: StableRef
    batch: StableRef | None
    records: str
    seen: dict[int, int]
    named: tuple[StableRef, ...]
    first: str = ""
    last: str = ""

    def saw(self, first: str, last: str) -> None:
        """Take in the first and the last of some times at which something was seen."""
        self.first = sooner(self.first or first, first)
        self.last = later(self.last or last, last)


@dataclass(slots=True, eq=False)
class Kind:
    """Metric lines of one manner and series, whatever their scope: the forms that are known of them, and how far stencils paid off.

    `fields` are those of the series as they stand in such lines.
    """

    manner: Fields
    series: Fields
    fields: tuple[bytes, ...]
    parsed: int = 0
    skimmed: int = 0
    stencils: int = 0
    forms: list[Form] = field(default_factory=list)

    def is_worth(self) -> bool:
        """Whether it pays to make a stencil: one in three took a line, or not many were tried yet. Parsing costs as much as three."""
        return 3 * self.skimmed + _ENOUGH >= self.stencils


@dataclass(slots=True, eq=False)
class Track:
    """The lines of one kind in one scope; `base` is the hash of what they have in common."""

    scope: Scope
    kind: Kind
    base: int
    channel: Channel | None = None
    parsed: int = 0


@dataclass(slots=True, eq=False)
class Stencil:
    """A form in one scope: recognises lines of one track. `layout` is the form's, in the run of the scope."""

    form: Form
    layout: Layout
    track: Track
    template: bytes
    read: Reader
    content: int

    def fits(self, raw: bytes) -> bool:
        """Whether a line is one of these; what varies in it is still to be checked."""
        try:
            return self.template % self.read(raw) == raw
        except struct.error:
            return False


class Fit(NamedTuple):
    """A record that differs from others that were checked only in what is named here, all of which is as it should be."""

    track: Track
    key: int
    observed: str
    recorded: str
    value: int | float
    tags: Tags
    content: int


@dataclass(slots=True)
class Habits:
    """How metrics are written, whichever run they are of: what was checked of it, and what follows what.

    It only decides how soon a line is taken, never what is made of it: runs that are read one after the other may share it.
    """

    manners: set[Fields] = field(default_factory=set)
    series: dict[Fields, MetricPayload] = field(default_factory=dict)
    kinds: dict[tuple[Fields, Fields], Kind] = field(default_factory=dict)
    after: dict[Form, dict[Form, Kind]] = field(default_factory=dict)


@dataclass(slots=True)
class Lane:
    """What was checked so far. What belongs to what stands in its tables, so that nothing is kept alive by a circle."""

    series: SeriesBuilder
    mentions: Mentions
    habits: Habits
    newest: str = ""
    producers: set[str] = field(default_factory=set)
    runs: set[StableRef] = field(default_factory=set)
    _scopes: dict[Fields, Scope] = field(default_factory=dict)
    _seen: dict[str, dict[int, int]] = field(default_factory=dict)
    _tracks: dict[tuple[Scope, Kind], Track] = field(default_factory=dict)
    _stencils: dict[tuple[Form, Track], Stencil] = field(default_factory=dict)
    _next: dict[Stencil, Stencil] = field(default_factory=dict)
    _models: list[tuple[Form, Kind]] = field(default_factory=list)
    _layouts: dict[tuple[Form, str], Layout] = field(default_factory=dict)
    _equal: dict[Layout, Layout] = field(default_factory=dict)
    _last: Stencil | None = None
    _reach: int = _MANY

    # ------------------------------------------------------------ whole checks

    def before(self, ref: str, content: int) -> int | None:
        """The content with which a record stood before; it stands now with this one."""
        records, dot, name = ref.rpartition(".")
        seen, key = self._seen.setdefault(records + dot, {}), hash(name.encode()) & _REF_BITS
        found = seen.get(key)
        if found is None:
            seen[key] = content
        return found

    def content(self, data: Mapping[str, Any]) -> int | None:
        """What tells a metric record, that was found good, from others of its reference; None for one that the quick way never takes."""
        envelope, payload = data["envelope"], data["payload"]
        manner = manner_of(envelope)
        if manner is None or envelope["record_type"] != "metric":
            return None
        observed, recorded = envelope["observed_at"].encode(), envelope["recorded_at"].encode()
        base = hash((_scopes(envelope), manner, _series(payload)))
        return content_of(base, kept_tags(payload.get("tags") or {}), observed, recorded, payload["value"])

    def learn(self, data: Mapping[str, Any], record: MetricRecord) -> None:
        """Let others like this record, which was checked whole, take the quick way."""
        manner = manner_of(data["envelope"])
        if manner is not None and len(self.habits.manners) < _MANY:
            self.habits.manners.add(manner)
            self.habits.series.setdefault(_series(data["payload"]), record.payload)

    # ------------------------------------------------------------ line by line

    def fit(self, frame: Any) -> Fit | None:
        """What is new in a line, where that is all that must be checked of it."""
        try:
            return self._fit(frame["payload" if frame["family"] == "RECORD" else "none"] if "family" in frame else frame["record"])
        except (KeyError, TypeError):  # no such frame, or an object where a text belongs
            return None

    def _fit(self, record: Mapping[str, Any]) -> Fit | None:
        envelope, payload = record["envelope"], record["payload"]
        manner, series = manner_of(envelope), _series(payload)
        if (
            manner is None
            or manner not in self.habits.manners
            or (series not in self.habits.series and not self._is_series(series, payload))
        ):
            return None
        ref, observed, recorded = _changing(envelope)
        value, tags, said = payload["value"], payload.get("tags"), payload.get("subject_ref")
        if not (
            isinstance(ref, str)
            and isinstance(observed, str)
            and isinstance(recorded, str)
            and (type(value) is float or type(value) is int)
            and isinstance(tags, _OBJECT_OR_NONE)
            and is_time(observed)
            and (recorded == observed or (is_time(recorded) and not is_before(recorded, observed)))
            and (scope := self._scope(_scopes(envelope))) is not None
            and (said is None or said == str(scope.subject))
            and ref.startswith(scope.records)
            and len(ref) <= MAX_REF
            and is_component(name := ref[len(scope.records) :])
        ):
            return None
        track, kept = self._track(scope, self._kind(manner, series)), kept_tags(tags or {})
        content = content_of(track.base, kept, observed.encode(), recorded.encode(), value)
        return Fit(track, hash(name.encode()) & _REF_BITS, observed, recorded, value, kept, content)

    def _scope(self, texts: Fields) -> Scope | None:
        scope = self._scopes.get(texts)
        if scope is None and (scope := self._new_scope(texts)) is not None:
            self._scopes[texts] = scope
        return scope

    def _new_scope(self, texts: Fields) -> Scope | None:
        """Scopes that are named together for the first time, checked as an envelope would check them."""
        try:
            given = ((name, text) for name, text in zip(SCOPES, texts, strict=True) if text is not None)
            refs = {name: cast(StableRef, apply(name, RULES[name], text)) for name, text in given}
            check_places(LIES_IN, refs.get)
            run = refs["run_ref"]
        except (ContractError, KeyError):
            return None
        # What a deployment does later is no part of the run's time.
        named = (ref for ref in refs.values() if ref is not run or "deployment_execution_ref" not in refs)
        records = f"record:{run.value}."
        return Scope(
            names=Scopes.of(cast(Texts, texts)),
            subject=next(iter(refs.values())),
            run=run,
            batch=refs.get("batch_execution_ref"),
            records=records,
            seen=self._seen.setdefault(records, {}),
            named=with_owners(named),
        )

    def _is_series(self, series: Fields, payload: Mapping[str, Any]) -> bool:
        """Check what a payload says of its series for the first time."""
        try:
            self.habits.series[series] = MetricPayload.from_dict(payload)
        except ContractError:
            return False
        return True

    def _kind(self, manner: Fields, series: Fields) -> Kind:
        kind = self.habits.kinds.get((manner, series))
        if kind is None:
            fields = zip(_SERIES, map(orjson.dumps, series), strict=True)
            kind = self.habits.kinds[manner, series] = Kind(
                manner, series, tuple([b'"%b":%b' % (name.encode(), text) for name, text in fields])
            )
        return kind

    def _track(self, scope: Scope, kind: Kind) -> Track:
        track = self._tracks.get((scope, kind))
        if track is None:
            track = self._tracks[scope, kind] = Track(scope, kind, hash((scope.names.texts, kind.manner, kind.series)))
        return track

    def take(self, fit: Fit, raw: bytes, frame: Mapping[str, Any]) -> bool:
        """Take a record that fits; not one of a reference that stood before."""
        track, scope = fit.track, fit.track.scope
        if fit.key in scope.seen:
            return False
        scope.seen[fit.key] = fit.content
        self._saw(scope, fit.observed, fit.observed)
        self.newest = later(self.newest or fit.recorded, fit.recorded)
        self._channel(track).append(fit.observed, fit.value, fit.tags)
        track.parsed += 1
        track.kind.parsed += 1
        if track.kind.parsed > 1 and (track.parsed > _ENOUGH or track.kind.is_worth()):
            self._follow(track, raw, frame)
        return True

    def _saw(self, scope: Scope, first: str, last: str) -> None:
        if not scope.first:  # now, because the first batch that a scope is named in is kept
            self.runs.add(scope.run)
            self.mentions.widen(scope.named, first, last, scope.batch)
        scope.saw(first, last)

    def _channel(self, track: Track) -> Channel:
        if track.channel is None:
            self.producers.add(str(track.kind.manner[_PRODUCER]))
            track.channel = self.series.channel(track.scope.subject, self.habits.series[track.kind.series])
        return track.channel

    # ------------------------------------------------------------ unparsed

    def _follow(self, track: Track, raw: bytes, frame: Mapping[str, Any]) -> None:
        """Expect a line like this one when the one before it comes again."""
        stencil = self._learned(track, raw, frame)
        if stencil is None:
            return
        if self._last is not None:
            self._next[self._last] = stencil
            after = self.habits.after.setdefault(self._last.form, {})
            if len(after) < _MAX_FORMS:
                after.setdefault(stencil.form, track.kind)
        self._last = stencil

    def _learned(self, track: Track, raw: bytes, frame: Mapping[str, Any]) -> Stencil | None:
        """The stencil of a line: of a form that is known, in its scope, else of a new one."""
        forms = track.kind.forms
        for form in forms:
            if (stencil := self._stencil(form, track)) is not None and stencil.fits(raw):
                return stencil
        if len(forms) == _MAX_FORMS or is_too_deep(raw):
            return None
        new = self._like_others(track, raw) or form_of(raw, frame, track.scope.names, track.scope.records)
        if new is None:
            return None
        forms.append(new)
        if len(self._models) < _MAX_FORMS:
            self._models.append((new, track.kind))
        return self._stencil(new, track)

    def _like_others(self, track: Track, raw: bytes) -> Form | None:
        """The form of a line that is written as lines of other series are."""
        for form, kind in self._models:
            if form.layout.records == track.scope.records:
                found = form.with_fields(kind.fields, track.kind.fields, track.scope.names, raw)
                if found is not None:
                    return found
        return None

    def _stencil(self, form: Form, track: Track) -> Stencil | None:
        found = self._stencils.get((form, track))
        if found is not None:
            return found
        records = track.scope.records
        known = form.in_scope(track.scope.names, records)
        if known is None:
            return None
        stencil = Stencil(form, self._layout(form, records), track, known[0], known[1], hash((track.base, ())))
        track.kind.stencils += 1
        self._stencils[form, track] = stencil
        return stencil

    def _layout(self, form: Form, records: str) -> Layout:
        """The layout of a form where references to records begin like this: one object for equal ones, so that they are told soonest."""
        layout = self._layouts.get((form, records))
        if layout is None:
            layout = replace(form.layout, records=records)
            layout = self._layouts[form, records] = self._equal.setdefault(layout, layout)
        return layout

    def _guess(self, last: Stencil) -> Stencil | None:
        """What should come after a stencil that is new: what first came after its form, whatever the scope."""
        for form, kind in self.habits.after.get(last.form, {}).items():
            stencil = self._stencil(form, self._track(last.track.scope, kind)) if kind.is_worth() else None
            if stencil is not None:
                self._next[last] = stencil
            return stencil
        return None

    def _elsewhere(self, last: Stencil, expected: Stencil, raw: bytes) -> Stencil | None:
        """The stencil of a line that is of the expected form, or else of one that came after the last, in whichever scopes."""
        stencil = self._in_its_scopes(expected.form, expected.track.kind, raw)
        if stencil is None:
            others = self.habits.after.get(last.form, {}).items()
            found = (self._in_its_scopes(form, kind, raw) for form, kind in others if form is not expected.form)
            stencil = next((one for one in found if one is not None), None)
        if stencil is not None:
            self._next[last] = stencil
        return stencil

    def _in_its_scopes(self, form: Form, kind: Kind, raw: bytes) -> Stencil | None:
        """The stencil of a line, where it is of a form, in the scopes that it names."""
        texts = form.scopes_in(raw) if kind.is_worth() else None
        scope = None if texts is None else self._scope(texts)
        stencil = None if scope is None else self._stencil(form, self._track(scope, kind))
        return stencil if stencil is not None and stencil.fits(raw) else None

    def skim(self, texts: Sequence[bytes], begin: int) -> int:
        """Take lines from one on without parsing them; gives the number of the first that was not taken."""
        if len(self._scopes) > _MAX_SCOPES:
            self._forget()
        while self._last is not None and begin < len(texts):
            rows, used = self._match(self._last, texts[begin : begin + self._reach])
            taken = self._take_rows(rows, used)
            begin += taken
            if taken < len(rows):
                self._reach = _FEW
                break
            self._reach = min(_MANY, 4 * self._reach)
            if not rows:
                break
        return begin

    def _match(self, last: Stencil, lines: Sequence[bytes]) -> tuple[list[Row], list[Stencil]]:
        """The rows of lines that are each as expected after the one before."""
        rows: list[Row] = []
        used: list[Stencil] = []
        following = self._next.get
        try:
            for raw in lines:
                stencil = following(last) or self._guess(last)
                if stencil is None:
                    break
                row = stencil.read(raw)
                if stencil.template % row != raw:
                    stencil = self._elsewhere(last, stencil, raw)
                    if stencil is None:
                        break
                    row = stencil.read(raw)
                rows.append(row)
                used.append(stencil)
                last = stencil
        except struct.error:
            pass  # shorter than any such line
        return rows, used

    def _take_rows(self, rows: list[Row], used: list[Stencil]) -> int:
        """Take rows up to the first that does not fit; gives how many those are."""
        if not rows:
            return 0
        layouts = [stencil.layout for stencil in used]
        same = (
            len(layouts)
            if layouts.count(layouts[0]) == len(layouts)
            else next(index for index, layout in enumerate(layouts) if layout != layouts[0])
        )
        if same == len(rows) and self._take_all(rows, used):
            return len(rows)
        if len(rows) == 1:
            return 0
        half = min(same, (len(rows) + 1) // 2)
        taken = self._take_rows(rows[:half], used[:half])
        return taken + self._take_rows(rows[half:], used[half:]) if taken == half else taken

    def _take_all(self, rows: list[Row], used: list[Stencil]) -> bool:
        """Take rows of one layout, where all of them fit: checked column by column."""
        layout, columns = used[0].layout, list(zip(*rows, strict=True))
        framed, observed, recorded, names = (columns[place] for place in (layout.framed, layout.observed, layout.recorded, layout.name))
        if not times_fit(layout, framed, observed, recorded) or not names_fit(names, [stencil.form.name_pattern for stencil in used]):
            return False
        if layout.numbered and not whole_numbers(columns[5]):
            return False
        measured = _measured(columns[4], used)
        values = None if measured is None else numbers(measured[0])
        if measured is None or values is None:
            return False
        keys, seen = [key & _REF_BITS for key in map(hash, names)], used[0].track.scope.seen
        if len(set(keys)) < len(keys) or not seen.keys().isdisjoint(keys):
            return False
        tags = measured[1]
        seen.update(zip(keys, _contents(used, tags, observed, recorded, values), strict=True))
        newest = max(recorded).decode()
        self.newest = later(self.newest or newest, newest)
        self._append(used, [time.decode() for time in observed], values, tags)
        self._last = used[-1]
        return True

    def _append(self, used: list[Stencil], times: list[str], values: list[int | float], tags: list[Tags] | None) -> None:
        distinct = dict.fromkeys(used)
        for stencil in distinct:
            stencil.track.kind.skimmed += len(used) // len(distinct)
        self._saw_all(distinct, used, times)
        channels = {stencil: self._channel(stencil.track) for stencil in distinct}
        if tags is not None or any(channel.metric.tagged for channel in channels.values()):
            for stencil, time, value, kept in zip(used, times, values, tags or [()] * len(used), strict=True):
                channels[stencil].append(time, value, kept)
            return
        columns = {stencil: (channel.metric.plain.recent, channel.subject) for stencil, channel in channels.items()}
        for stencil, time, value in zip(used, times, values, strict=True):
            recent, subject = columns[stencil]
            recent.times.append(time)
            recent.values.append(value)
            recent.subjects.append(subject)
        for channel in channels.values():
            channel.metric.settle()

    def _saw_all(self, distinct: Mapping[Stencil, None], used: list[Stencil], times: list[str]) -> None:
        """Tell each scope when something was seen in it. The times are of one width and in the calendar: texts are in their order."""
        scopes = dict.fromkeys(stencil.track.scope for stencil in distinct)
        if len(scopes) == 1:
            self._saw(used[0].track.scope, min(times), max(times))
            return
        seen: dict[Scope, list[str]] = {scope: [] for scope in scopes}
        for stencil, time in zip(used, times, strict=True):
            seen[stencil.track.scope].append(time)
        for scope, its_times in seen.items():
            self._saw(scope, min(its_times), max(its_times))

    def tell(self) -> None:
        """Tell the mentions when records that took a quick way were seen in their scopes; to be called after the last of them."""
        for scope in self._scopes.values():
            if scope.first:
                self.mentions.widen(scope.named, scope.first, scope.last, scope.batch)

    def _forget(self) -> None:
        """Let go of scopes, of which there may be as many as samples; who comes again is met anew."""
        self.tell()
        for table in (self._scopes, self._tracks, self._stencils, self._next):
            table.clear()
        self._last = None


def manner_of(envelope: Mapping[str, Any]) -> Fields | None:
    """Who wrote a record and how; None where the quick way does not take such records."""
    correlation = envelope.get("correlation_refs")
    if envelope.get("extensions") not in (None, []) or not isinstance(correlation, _OBJECT_OR_NONE):
        return None
    return (*_manner(envelope), *_correlation(correlation or {}))


def content_of(base: int, tags: Tags, observed: bytes, recorded: bytes, value: float) -> int:
    """What tells two metric records of one reference apart, whichever way they are read; `base` is of scopes, manner and series."""
    number = value if isfinite(value) else str(value)
    # -1 and -2 have one hash
    return hash((hash((base, tags)), observed, recorded, number, value == -1)) & _CONTENT_BITS


def _contents(
    used: list[Stencil], tags: list[Tags] | None, observed: Sequence[bytes], recorded: Sequence[bytes], values: list[int | float]
) -> list[int]:
    if tags is None:
        bases = [stencil.content for stencil in used]
    else:
        bases = [hash((stencil.track.base, kept)) for stencil, kept in zip(used, tags, strict=True)]
    contents = map(hash, zip(bases, observed, recorded, values, [value == -1 for value in values], strict=True))
    return [content & _CONTENT_BITS for content in contents]


def _measured(column: Sequence[bytes], used: list[Stencil]) -> tuple[Sequence[bytes], list[Tags] | None] | None:
    """The texts of values, and the tags where any line has some; None where tags are more than names with plain values."""
    if not any(stencil.form.middle for stencil in dict.fromkeys(used)):
        return column, None
    values: list[bytes] = []
    tags: list[Tags] = []
    for text, stencil in zip(column, used, strict=True):
        if not stencil.form.middle:
            values.append(text)
            tags.append(())
            continue
        before, _, after = text.partition(stencil.form.middle)
        said = tags_of(before if stencil.form.tags_first else after)
        if said is None:
            return None
        values.append(after if stencil.form.tags_first else before)
        tags.append(kept_tags(said))
    return values, tags
