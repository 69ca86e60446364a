"""The quick ways for the lines that nearly all of a workspace is made of: metrics like others that were checked.

A metric record is checked whole, field by field, when its manner (who wrote it, and how) or its series (key, unit, aggregation) are
first seen. Another of a manner and series that were each seen before is taken after checking just its scopes, reference, times and
value; and one that is written like others of its kind is not even parsed: `matching` finds it, by its `stencil`. Events and spans like
others are found so too, and taken where the lines of a run are put together.

Each way gives exactly what a whole check would give. A line of which this is not certain takes the next, slower way.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, pairwise, repeat, starmap
from math import isfinite
from operator import eq, is_not
from typing import Any, NamedTuple

from contexta.contract import MetricRecord, StableRef
from contexta.contract.fields import is_before, is_time
from contexta.contract.refs import MAX_REF, is_component
from contexta.workspace.columns import numbers, tags_of
from contexta.workspace.habits import Habits, Track
from contexta.workspace.held import Taken, as_written
from contexta.workspace.lines import Block
from contexta.workspace.matching import Matcher
from contexta.workspace.mentions import Mentions, later
from contexta.workspace.said import Fields, Said, said_in, said_of
from contexta.workspace.scopes import Scope, Scopes
from contexta.workspace.series import Channel, SeriesBuilder, kept_tags
from contexta.workspace.stencil import Row, Stencil
from contexta.workspace.thinning import Tags

# As many scopes are remembered at once (and those of the lines of a block).
_MAX_SCOPES = 1024


class Repeated(Exception):
    """A record stands a second time, and nobody can tell whether it says the same."""


@dataclass(slots=True, eq=False)
class Spot:
    """A track in the run at hand.

    `base` is the hash of what its lines have in common, `untagged` of what those without tags have; where contents are weighed.
    """

    track: Track
    scope: Scope
    base: int = 0
    untagged: int = 0


class Fit(NamedTuple):
    """A record that differs from others that were checked only in what is named here, all of which is as it should be."""

    spot: Spot
    said: Said
    key: int
    tags: Tags
    content: int


@dataclass(slots=True)
class Lane:
    """What was checked so far of lines of one run, `project.run`; `run` is empty where they may be of several.

    One that `weighs` knows the content of every record, to tell when one stands a second time whether it says the same.

    What belongs to what stands in its tables, so that nothing is kept alive by a circle.
    """

    series: SeriesBuilder
    mentions: Mentions
    habits: Habits
    run: str
    weighs: bool = True
    newest: str = ""
    producers: set[str] = field(default_factory=set)
    runs: set[StableRef] = field(default_factory=set)
    _scopes: Scopes = field(init=False)
    _spots: dict[tuple[Track, Scope], Spot] = field(default_factory=dict)
    _met: dict[tuple[Fields, Fields, Fields], Spot] = field(default_factory=dict)
    _matcher: Matcher = field(init=False)

    def __post_init__(self) -> None:
        self._scopes, self._matcher = Scopes(self.run), Matcher(self.habits, self.run)

    # ------------------------------------------------------------ whole checks

    def before(self, ref: str, content: int) -> int | None:
        """The content with which a record stood before; it stands now with this one. Raises Repeated where contents are not weighed."""
        records, dot, name = ref.rpartition(".")
        seen, key = self._scopes.records(records + dot), hash(name.encode())
        found = seen.get(key)
        if found is None:
            seen[key] = content
        elif not self.weighs:
            raise Repeated
        return found

    def content(self, data: Mapping[str, Any]) -> int | None:
        """What tells a metric record, that was found good, from others of its reference; None for one that the quick way never takes."""
        said = said_of(data) if data["envelope"]["record_type"] == "metric" else None
        if said is None:
            return None
        base = hash((said.scopes, said.manner, said.series))
        return content_of(base, kept_tags(said.tags), said.observed.encode(), said.recorded.encode(), said.value)

    def learn(self, data: Mapping[str, Any], record: MetricRecord) -> None:
        """Let others like this record, which was checked whole, take the quick way."""
        said = said_of(data)
        if said is not None:
            self.habits.learn(said.manner, said.series, record.payload)

    # ------------------------------------------------------------ line by line

    def fit(self, frame: Any) -> Fit | None:
        """What is new in a line, where that is all that must be checked of it."""
        said = said_in(frame)
        try:
            return self._fit(said) if said is not None and said.series else None
        except TypeError:  # an object where a text belongs
            return None

    def _fit(self, said: Said) -> Fit | None:
        spot = self._met.get((said.scopes, said.manner, said.series)) or self._meet(said)
        if spot is None:
            return None
        ref, observed, recorded, records = said.ref, said.observed, said.recorded, spot.scope.records
        if not (
            isinstance(ref, str)
            and (type(said.value) is float or type(said.value) is int)
            and is_time(observed)
            and (recorded == observed or (is_time(recorded) and not is_before(recorded, observed)))
            and (said.subject is None or said.subject == str(spot.scope.subject))
            and ref.startswith(records)
            and len(ref) <= MAX_REF
            and is_component(name := ref[len(records) :])
        ):
            return None
        kept = kept_tags(said.tags)
        content = content_of(spot.base, kept, observed.encode(), recorded.encode(), said.value) if self.weighs else 0
        return Fit(spot, said, hash(name.encode()), kept, content)

    def _meet(self, said: Said) -> Spot | None:
        """The spot of a record that is the first like it in this run."""
        scope = self._scopes.checked(said.scopes)
        track = None if scope is None else self.habits.track(self.habits.place(self._scopes.place(scope)), said.manner, said.series)
        if scope is None or track is None:
            return None
        spot = self._met[said.scopes, said.manner, said.series] = self._spot(track, scope)
        return spot

    def _spot(self, track: Track, scope: Scope) -> Spot:
        spot = self._spots.get((track, scope))
        if spot is None:
            spot = self._spots[track, scope] = Spot(track, scope)
            if self.weighs:
                spot.base = hash((scope.texts, track.manner, track.series))
                spot.untagged = hash((spot.base, ()))
        return spot

    def take(self, fit: Fit, raw: bytes, frame: Mapping[str, Any]) -> bool:
        """Take a record that fits; not one of a reference that stood before."""
        spot, said, scope = fit.spot, fit.said, fit.spot.scope
        if fit.key in scope.seen:
            return False
        scope.seen[fit.key] = fit.content
        self._saw(scope, said.observed, said.observed)
        self.newest = later(self.newest or said.recorded, said.recorded)
        self._channel(spot.track, scope).append(said.observed, said.value, fit.tags)
        spot.track.parsed += 1
        self._matcher.learn(spot.track, raw, frame, said)
        return True

    def _saw(self, scope: Scope, first: str, last: str) -> None:
        if not scope.sighting.first:
            self.runs.add(scope.run)
        scope.sighting.saw(first, last)

    def _channel(self, track: Track, scope: Scope) -> Channel:
        self.producers.add(track.producer)
        return self.series.channel(scope.subject, scope.owner, track.payload)

    # ------------------------------------------------------------ unparsed

    def hold(self, block: Block, begin: int) -> int:
        """Keep lines from one on, without parsing them, until they are taken; gives the first that is not as expected, or too many."""
        if self._matcher.is_empty and len(self._scopes) > _MAX_SCOPES:
            self._forget()
        return self._matcher.hold(block, begin)

    @property
    def is_full(self) -> bool:
        """Whether the lines that are held should be taken before there are more."""
        return self._matcher.is_full

    def take_held(self, file: str) -> Taken:
        """Take the lines that were held. What was passed over may be taken after all that is taken here, as if it came in its order."""
        held = self._matcher.release()
        end = held.first_odd()
        rows = held.rows_before(end)
        taken = self._take_rows(held.rows[:rows], held.used[:rows], held.others)
        if taken < rows:
            end = held.place(taken)
        self._matcher.taken(held, taken, end)
        passed = [one for place, (_, one) in held.passed.items() if place < end]
        return Taken(taken, passed, (self._matcher.block(held, file), end) if end < len(held) else None)

    def _scopes_of(self, kinds: Iterable[Stencil]) -> dict[Stencil, Scope] | None:
        """Where the lines of these stencils belong in the run at hand; None where any of them must be read otherwise."""
        scopes: dict[Stencil, Scope] = {}
        for stencil in kinds:
            scope = self._scopes.in_place(self.habits.track_of[stencil].place)
            if scope is None or len(scope.records) + len(stencil.name_pattern) > MAX_REF:
                return None
            scopes[stencil] = scope
        return scopes

    def _take_rows(self, rows: list[Row], used: list[Stencil], others: set[int]) -> int:
        """Take rows up to the first that does not fit; gives how many those are."""
        if len({id(stencil.layout) for stencil in {*used}}) < 2:  # nearly always
            return self._take_like(rows, used, others)
        layouts = [stencil.layout for stencil in used]
        changes = compress(range(1, len(layouts)), starmap(is_not, pairwise(layouts)))
        for start, end in pairwise((0, *changes, len(layouts))):
            taken = self._take_like(rows[start:end], used[start:end], others)
            if taken < end - start:
                return start + taken
        return len(rows)

    def _take_like(self, rows: list[Row], used: list[Stencil], others: set[int]) -> int:
        """Likewise, of rows of one layout."""
        if not rows or self._take_all(rows, used, others):
            return len(rows)
        if len(rows) == 1:
            return 0
        half = (len(rows) + 1) // 2
        taken = self._take_like(rows[:half], used[:half], others)
        return taken + self._take_like(rows[half:], used[half:], others) if taken == half else taken

    def _take_all(self, rows: list[Row], used: list[Stencil], others: set[int]) -> bool:
        """Take rows of one layout, where all of them fit: checked column by column."""
        layout, columns, kinds = used[0].layout, list(zip(*rows, strict=True)), dict.fromkeys(used)
        if not as_written(layout, columns, used, kinds):
            return False
        observed, recorded, names = columns[layout.observed], columns[layout.recorded], columns[layout.name]
        measured = _measured(columns[layout.measured], used, kinds)
        values = None if measured is None else numbers(measured[0])
        scopes = self._scopes_of(kinds)
        if measured is None or values is None or scopes is None:
            return False
        tags, seen = measured[1], scopes[used[0]].seen
        keys = map(hash, names)
        if self.weighs:
            spots = {kind: self._spot(self.habits.track_of[kind], scope) for kind, scope in scopes.items()}
            new = dict(zip(keys, _contents([spots[kind] for kind in used], tags, observed, recorded, values), strict=True))
        else:
            new = dict.fromkeys(keys, 0)
        if len(new) < len(names) or not (seen.keys().isdisjoint(new) and new.keys().isdisjoint(others)):
            return False
        seen.update(new)
        newest = max(recorded).decode()
        self.newest = later(self.newest or newest, newest)
        self._append(scopes, used, [*map(bytes.decode, observed)], values, tags)
        return True

    def _append(
        self, scopes: Mapping[Stencil, Scope], used: list[Stencil], times: list[str], values: list[int | float], tags: list[Tags] | None
    ) -> None:
        self._saw_all([*map(scopes.__getitem__, used)], times)
        track_of, columns, metrics, is_plain = self.habits.track_of, {}, set(), tags is None
        for kind, scope in scopes.items():
            track, subject = track_of[kind], scope.subject
            metric = self.series.metric(subject, scope.owner, track.payload)
            metrics.add(metric)
            recent = metric.plain.recent
            columns[kind] = (recent.times.append, recent.values.append, recent.subjects.append, subject)
            is_plain = is_plain and not metric.tagged and track.payload.slice_ref is None
            self.producers.add(track.producer)
        if not is_plain:
            channels = {kind: self._channel(track_of[kind], scope) for kind, scope in scopes.items()}
            for kind, time, value, kept in zip(used, times, values, tags or [()] * len(used), strict=True):
                channels[kind].append(time, value, kept)
            return
        for kind, time, value in zip(used, times, values, strict=True):
            add_time, add_value, add_subject, subject = columns[kind]
            add_time(time)
            add_value(value)
            add_subject(subject)
        for metric in metrics:
            metric.settle()

    def _saw_all(self, scopes: list[Scope], times: list[str]) -> None:
        """Tell each scope when something was seen in it. The times are of one width and in the calendar: texts are in their order."""
        in_order = sorted(times) == times  # most are: then the first and last of some need not be sought
        changes = compress(range(1, len(scopes)), starmap(is_not, pairwise(scopes)))
        for start, end in pairwise((0, *changes, len(scopes))):
            some = (times[start], times[end - 1]) if in_order else times[start:end]
            self._saw(scopes[start], min(some), max(some))

    def tell(self) -> None:
        """Tell the mentions when records that took a quick way were seen in their scopes; to be called after the last of them."""
        self.mentions.take(self._scopes.sightings())

    def _forget(self) -> None:
        """Let go of scopes, of which there may be as many as samples; who comes again is met anew."""
        self.tell()
        for table in (self._scopes, self._spots, self._met):
            table.clear()


def content_of(base: int, tags: Tags, observed: bytes, recorded: bytes, value: float) -> int:
    """What tells two metric records of one reference apart, whichever way they are read; `base` is of scopes, manner and series."""
    number = value if isfinite(value) else str(value)
    # -1 and -2 have one hash
    return hash((hash((base, tags)), observed, recorded, number, value == -1))


def _contents(
    spots: list[Spot], tags: list[Tags] | None, observed: Sequence[bytes], recorded: Sequence[bytes], values: list[int | float]
) -> Iterator[int]:
    bases = (spot.untagged for spot in spots) if tags is None else map(hash, zip((spot.base for spot in spots), tags, strict=True))
    return map(hash, zip(bases, observed, recorded, values, map(eq, values, repeat(-1)), strict=False))


def _measured(column: Sequence[bytes], used: list[Stencil], kinds: Iterable[Stencil]) -> tuple[Sequence[bytes], list[Tags] | None] | None:
    """The texts of values, and the tags where any line has some; None where tags are more than names with plain values."""
    if not any(kind.middle for kind in kinds):
        return column, None
    values: list[bytes] = []
    tags: list[Tags] = []
    for text, stencil in zip(column, used, strict=True):
        middle, tags_first = stencil.middle, stencil.tags_first
        before, _, after = text.partition(middle) if middle else (text, b"", b"")
        said = tags_of(before if tags_first else after) if middle else {}
        if said is None:
            return None
        values.append(after if middle and tags_first else before)
        tags.append(kept_tags(said))
    return values, tags
