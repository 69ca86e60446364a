"""The lines of one run, or of one deployment, put together."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial, reduce
from pathlib import Path
from typing import Any, TypeVar

import orjson

from contexta.contract import (
    Artifact,
    ArtifactManifest,
    ContextModel,
    DegradedRecord,
    DeploymentExecution,
    MetricRecord,
    Problem,
    Project,
    Record,
    RecordEnvelope,
    Source,
    StableRef,
    StructuredEventRecord,
    TraceSpanRecord,
    record_from_dict,
)
from contexta.contract.context import in_order
from contexta.contract.fields import TIMESTAMP, is_before
from contexta.contract.model import is_known_schema
from contexta.errors import ContextaError
from contexta.workspace.artifacts import lies_there
from contexta.workspace.envelopes import Checked, Common, checked, content_of, enclosed, envelope_of
from contexta.workspace.frames import CONTEXT_MODELS, ArtifactItem, Framed, Item, PutItem, RecordItem, fault, interpret, owners
from contexta.workspace.habits import Habits
from contexta.workspace.held import Alike
from contexta.workspace.lane import Lane
from contexta.workspace.lines import Block, Located, Unusable, is_too_deep, parsed
from contexta.workspace.mentions import Mentions, Sighting, later, sooner, with_owners
from contexta.workspace.planes import Extent, Plane
from contexta.workspace.puts import Put, Puts
from contexta.workspace.series import SeriesBuilder
from contexta.workspace.stencil import Stencil
from contexta.workspace.trimming import LONG, trimmed

M = TypeVar("M", bound=ContextModel)
R = TypeVar("R", bound=Record)


# As many are held until they are told.
_MAX_SIGHTINGS = 1024

# Model → the fields that say when something of it happened.
_TIMES = {
    model: tuple(name for name in ("started_at", "ended_at", "observed_at", "captured_at", "created_at") if name in model.__slots__)
    for model in CONTEXT_MODELS.values()
}


@dataclass(slots=True)
class Assembly:
    """Takes located lines, and gives what they say together. Whatever cannot be used becomes a problem with its place."""

    root: Path
    puts: Puts = field(default_factory=Puts)
    mentions: Mentions = field(default_factory=Mentions)
    orphans: dict[StableRef, Problem] = field(default_factory=dict)
    events: list[StructuredEventRecord] = field(default_factory=list)
    spans: list[TraceSpanRecord] = field(default_factory=list)
    degraded: list[DegradedRecord] = field(default_factory=list)
    series: SeriesBuilder = field(default_factory=SeriesBuilder)
    artifacts: dict[StableRef, Artifact] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    producers: set[str] = field(default_factory=set)
    record_runs: set[StableRef] = field(default_factory=set)
    lines: Counter[str] = field(default_factory=Counter)
    as_of: str = ""
    framed_at: str = ""
    habits: Habits = field(default_factory=Habits)
    run: str = ""
    weighs: bool = True
    _lane: Lane = field(init=False)
    _sightings: dict[tuple[object, object], Sighting] = field(default_factory=dict)
    _envelopes: dict[Stencil, Common] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lane = Lane(self.series, self.mentions, self.habits, self.run, self.weighs)

    def read(self, plane: Plane, extents: Iterable[Extent]) -> None:
        """Take the lines of some extents of a plane, in reading order."""
        for part in plane.read(extents):
            if isinstance(part, Block):
                self._block(part)
            else:
                self._take_held(plane.name)
                self._line(part)
        self._take_held(plane.name)
        self._settle()

    def add(self, lines: Iterable[Located | Unusable]) -> None:
        """Take lines in the order in which they are read."""
        for line in lines:
            self._line(line)
        self._settle()

    def _block(self, block: Block, index: int = 0) -> None:
        """Take the lines of a block from one on, each in the quickest way that is open to it."""
        while index < len(block.texts):
            index = self._lane.hold(block, index)
            if self._lane.is_full:
                self._take_held(block.file)
            elif index < len(block.texts):
                self._take_held(block.file)
                self._by_itself(block, index)
                index += 1

    def _by_itself(self, block: Block, index: int) -> None:
        if self._quick(block.texts[index]):
            self.lines[block.file] += 1
        else:
            self._line(block.parsed(index))

    def _take_held(self, file: str) -> None:
        """Take the lines that the lane holds. From the first on that is not as it seemed, all are gone through again."""
        count, passed, left = self._lane.take_held(file)
        if count:
            self.lines[file] += count
        for one in passed:
            if isinstance(one, Alike):
                self._alike(file, one)
            else:
                self._framed(one)
        if left is not None:
            block, index = left
            self._by_itself(block, index)
            self._block(block, index + 1)
            self._take_held(file)

    def _quick(self, raw: bytes) -> bool:
        if b'"metric"' not in raw or len(raw) > LONG:  # an event or a span, most likely: not parsed twice
            return False
        try:
            frame = orjson.loads(raw)
        except orjson.JSONDecodeError:
            return False
        fit = self._lane.fit(frame)
        return fit is not None and not is_too_deep(raw) and self._lane.take(fit, raw, frame)

    def _alike(self, file: str, alike: Alike) -> None:
        """Take a record of which only the payload is still to be checked."""
        good = self._enclosed(alike)
        line = parsed(file, alike.number, alike.raw) if good is None else Located(file, alike.number, alike.raw, None)
        if good is None or isinstance(line, Unusable):
            self._line(line)
        else:
            self._record(good.record, good.content, line, good.said[0])
            self.lines[file] += 1

    def _enclosed(self, alike: Alike) -> Checked | None:
        """The record of a line that is like others; None where only a whole check can tell what to make of it."""
        envelope = self._envelopes.get(alike.stencil) or self._envelope(alike)
        if envelope is None:
            return None
        row, layout = alike.row, alike.stencil.layout
        name, recorded, observed = row[layout.name].decode(), row[layout.recorded].decode(), row[layout.observed].decode()
        return enclosed(envelope, f"record:{self.run}.{name}", recorded, observed, row[layout.measured])

    def _envelope(self, alike: Alike) -> Common | None:
        """What the envelope of a line has in common with all that are like it in this run."""
        try:
            orjson.loads(alike.row[alike.stencil.layout.measured])  # what is more than one value may hold another envelope
            item = interpret(orjson.loads(alike.raw))
        except (orjson.JSONDecodeError, ContextaError):
            return None
        found = envelope_of(item.data) if isinstance(item, RecordItem) else None
        if found is not None:
            self._envelopes[alike.stencil] = found
        return found

    def _line(self, line: Located | Unusable) -> None:
        """Take a line, checking all of it."""
        if isinstance(line, Unusable):
            self.problems.append(line.problem)
            return
        try:
            item = interpret(line.value)
        except ContextaError as error:
            self.problems.append(fault(line, error))
        else:
            self._framed(Framed(line, item))

    def _framed(self, framed: Framed) -> None:
        """Take what a line frames, likewise."""
        try:
            self._take(*framed)
        except ContextaError as error:
            self.problems.append(fault(framed.line, error))

    def _take(self, line: Located, item: Item) -> None:
        if len(line.raw) > LONG:
            item, cut = trimmed(item)
            if cut:
                self.problems.append(line.problem("trimmed_line", cut))
        good = checked(item.data) if isinstance(item, RecordItem) and not line.lenient else None
        if good is None:
            owners(item)  # first, so that a line at fault in that too is told in the words that whoever looks for its run uses
        if not self.as_of and is_before(self.framed_at, item.when) and TIMESTAMP.match(item.when):
            self.framed_at = item.when  # for want of another time
        told = len(self.problems)
        if isinstance(item, PutItem):
            self._put(item, line)
        elif isinstance(item, RecordItem):
            self._whole_record(item, line, good)
        else:
            self._artifact(item, line)
        self.lines[line.file] += 1
        if line.lenient and len(self.problems) == told:
            what = "holds NaN, Infinity, half a character pair or a number beyond 64 bits, which strict JSON does not have"
            self.problems.append(line.problem("lenient_json", what))

    def _saw(self, times: Iterable[str]) -> None:
        self.as_of = reduce(later, times, self.as_of)

    def _put(self, item: PutItem, line: Located) -> None:
        model = item.model.from_dict(item.data)
        self.problems.extend(self.puts.add(Put(model, item.when, line.file, line.line)))
        times = [getattr(model, name) for name in _TIMES[item.model]]
        seen = [time for time in times if time]
        self._saw(seen)
        if isinstance(model, Project):
            return
        if isinstance(model, DeploymentExecution):
            self.mentions.add([model.ref], *seen)
            return
        batch = getattr(model, "batch_execution_ref", None)
        ref, within = model.ref, [getattr(model, "run_ref", None), getattr(model, "stage_execution_ref", None), batch]
        self.mentions.add([ref, *within], *seen, batch=batch)
        for owner in within:
            if owner is not None and owner not in self.orphans and owner != ref:
                what = f"{ref} names {owner}, which no line describes; what is known of it is inferred"
                self.orphans[owner] = line.problem("unknown_owner", what)

    def _whole_record(self, item: RecordItem, line: Located, good: Checked | None) -> None:
        """Take a record that was read whole, and is checked here unless it was found good."""
        value = _non_finite(item) if good is None else None
        record = good.record if good is not None else record_from_dict(item.data if value is None else _with_zero(item))
        content, said = (good.content, good.said[0]) if good is not None else (partial(content_of, item.data), b"")
        if not isinstance(record, MetricRecord):
            self._record(record, content, line, said)
        elif self._record(record, partial(self._metric_content, item.data, content), line, said):
            self._metric(item.data, record, line, value)

    def _metric(self, data: Mapping[str, Any], record: MetricRecord, line: Located, value: float | None) -> None:
        """Take the point that a metric is; `value` is its value where that is no finite number."""
        if value is not None:
            what = f"{record.payload.metric_key} is {value} on {record.subject}; kept as a gap"
            self.problems.append(line.problem("non_finite_metric", what))
        self.series.add(record, record.payload.value if value is None else value)
        if is_known_schema(record.envelope.schema_version):  # lines like the others are not looked at for it
            self._lane.learn(data, record)

    def _record(self, record: Record, content: Callable[[], int], line: Located, said: bytes) -> bool:
        """Take a record that is good, but for the point that a metric is; gives whether it is new.

        `content` tells it apart from others of its reference, `said` is what its envelope says in common with others, where that is known.
        """
        envelope = record.envelope
        if not self._is_new(envelope.record_ref.text, content() if self.weighs else 0, line):
            return False
        self.as_of = later(self.as_of, envelope.recorded_at)
        subject = getattr(record.payload, "subject_ref", None)
        key = (said or (line.file, line.line), subject and subject.text)
        sighting = self._sightings.get(key)
        if sighting is None:
            sighting = self._sightings[key] = self._sighting(record, line)
        sighting.saw(*_times(record))
        match record:
            case StructuredEventRecord():
                self.events.append(record)
            case TraceSpanRecord():
                self.spans.append(record)
            case DegradedRecord():
                self.degraded.append(record)
                self.series.add_gap(record)
        return True

    def _sighting(self, record: Record, line: Located) -> Sighting:
        """A record whose envelope and subject are met for the first time, and perhaps its schema."""
        envelope = record.envelope
        if len(self._sightings) >= _MAX_SIGHTINGS:
            self._tell()
        self.producers.add(envelope.producer_ref)
        self.record_runs.add(envelope.run_ref)
        self.problems.extend(self.puts.schemas.check(envelope.schema_version, line.file, line.line))
        return Sighting(with_owners(_scopes(envelope, record.subject)), envelope.batch_execution_ref)

    def _tell(self) -> None:
        self.mentions.take(self._sightings.values())
        self._sightings.clear()

    def _metric_content(self, data: Mapping[str, Any], content: Callable[[], int]) -> int:
        in_lane = self._lane.content(data)
        return content() if in_lane is None else in_lane

    def _settle(self) -> None:
        """Tell the mentions of what took the quick way; once, after the last line."""
        self._tell()
        self._lane.tell()
        self.record_runs |= self._lane.runs
        self.producers |= self._lane.producers
        if self._lane.newest:
            self._saw([self._lane.newest])

    def _is_new(self, ref: str, content: int, line: Located) -> bool:
        """Whether this record did not stand before; the same record may stand in two planes, and counts once."""
        before = self._lane.before(ref, content)
        if before is None:
            return True
        if before == content:
            self.problems.append(line.problem("repeated_record", f"{ref} stands a second time; counted once", severity="info"))
            return False
        self.problems.append(line.problem("duplicate_record", f"{ref} stands again with other content; both are kept"))
        return True

    def _artifact(self, item: ArtifactItem, line: Located) -> None:
        manifest = ArtifactManifest.from_dict(item.manifest)
        ref = manifest.artifact_ref
        self.problems.extend(self.puts.schemas.check(manifest.schema_version, line.file, line.line))
        before = self.artifacts.get(ref)
        if before is not None and before.manifest != manifest:
            self.problems.append(line.problem("contradiction", f"{ref} is registered again with another manifest; the later is used"))
        in_workspace = lies_there(self.root, manifest.location_ref)
        self.artifacts[ref] = Artifact(manifest, item.binding_status, item.existed, in_workspace)
        self._saw([manifest.created_at])
        self.producers.add(manifest.producer_ref)
        self.mentions.add(_scopes(manifest), manifest.created_at, batch=manifest.batch_execution_ref)

    def described(self, cls: type[M]) -> list[M]:
        """The latest puts of a class."""
        return [put.model for put in self.puts.latest.values() if isinstance(put.model, cls)]

    def known(self, cls: type[M], kind: str) -> tuple[M, ...]:
        """All models of a kind, described or inferred, in order_index, time, name order."""
        described = self.described(cls)
        inferred = self.mentions.inferred(kind, [model.ref for model in described])
        return tuple(sorted([*described, *(model for model in inferred if isinstance(model, cls))], key=in_order))

    def orphan_problems(self) -> Iterator[Problem]:
        """The owners that models name and no put describes."""
        return (problem for ref, problem in self.orphans.items() if ref not in self.puts.latest)

    def some_time(self) -> str:
        """A time for what nothing gives one: of the newest line, else of the newest frame, else the beginning of time."""
        return self.as_of or self.framed_at or "1970-01-01T00:00:00Z"

    def sources(self) -> tuple[Source, ...]:
        """The files that lines came from, by name."""
        return tuple(Source(file=file, lines=count) for file, count in sorted(self.lines.items()))


def _non_finite(item: RecordItem) -> float | None:
    """The value of a metric that is NaN or infinite."""
    envelope, payload = item.data.get("envelope"), item.data.get("payload")
    if not isinstance(envelope, dict) or not isinstance(payload, dict) or envelope.get("record_type") != "metric":
        return None
    value = payload.get("value")
    return value if isinstance(value, float) and not math.isfinite(value) else None


def _with_zero(item: RecordItem) -> dict[str, object]:
    """The record with a stand-in for its value, so that all else about it is checked as ever."""
    return {**item.data, "payload": {**item.data["payload"], "value": 0.0}}


def _scopes(scoped: RecordEnvelope | ArtifactManifest, *subjects: StableRef) -> tuple[StableRef, ...]:
    """The scopes that something lies in. What a deployment does later is no part of the run's time."""
    named = (
        scoped.run_ref,
        scoped.deployment_execution_ref,
        scoped.stage_execution_ref,
        scoped.batch_execution_ref,
        scoped.sample_observation_ref,
        scoped.operation_context_ref,
        *subjects,
    )
    return tuple([ref for ref in named if ref is not None and (ref.kind != "run" or scoped.deployment_execution_ref is None)])


def _times(record: Record) -> tuple[str, str]:
    """When a record was seen first and last."""
    if isinstance(record, TraceSpanRecord):
        begin, end = record.payload.started_at, record.payload.ended_at
        return sooner(begin, end), later(begin, end)  # of one moment, they may be written differently
    return record.envelope.observed_at, record.envelope.observed_at
