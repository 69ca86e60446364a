"""Record files of any size, line for line as the LocalJsonlSink of Contexta 1.0 leaves them: about 1 KB each.

A line is filled in twice: first its template, with the scope it lies in, once for many lines; then each with its times, value and name.
"""

import itertools
import os
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

RECORDS = Path("cache", "capture", "record.jsonl")
FEWEST = 4

_ANY_RUN = b"@"

# One project has most of the runs.
_PROJECTS = 7 * ("vision-train",) + 2 * ("digits-mlp",) + ("nightly-eval",)

_EPOCHS = 20
_PORTIONS = 1000
_SAMPLE_BATCHES = 20
_OVERLAP = 10

_BEGIN = datetime(2026, 10, 1, 8, tzinfo=UTC)
# The fractions at which a line was observed, recorded and captured: four lines a second.
_MOMENTS = tuple(
    (b"%06dZ" % (place + 548), b"%06dZ" % (place + 685), b"%06dZ" % (place + 822)) for place in (411, 250_137, 500_028, 750_219)
)

_LINE = (
    b'{"captured_at":"%%s","family":"RECORD","payload":{"envelope":{"batch_execution_ref":%(batch)s,"completeness_marker":"complete",'
    b'"correlation_refs":{"session_id":null,"trace_id":null},"degradation_marker":"none","deployment_execution_ref":null,"extensions":[],'
    b'"observed_at":"%%s","operation_context_ref":%(op)s,"producer_ref":"sdk.python.local","record_ref":"record:%(run)s.%(type)s-%%s",'
    b'"record_type":"%(type)s","recorded_at":"%%s","run_ref":"run:%(run)s","sample_observation_ref":%(sample)s,"schema_version":"1.0.0",'
    b'"stage_execution_ref":%(stage)s},"payload":%(payload)s},"payload_ref":"record:%(run)s.%(type)s-%%s","payload_type":"%(class)s",'
    b'"sink_name":"local-jsonl"}\n'
)
_METRIC = (
    b'{"aggregation_scope":"step","metric_key":"%(key)s","slice_ref":null,"subject_ref":%(subject)s,"summary_basis":"raw_observation",'
    b'"tags":%(tags)s,"unit":%(unit)s,"value":%%a,"value_type":"float"}'
)
_EVENT = (
    b'{"attributes":{"lr":%%a,"rows":48000},"event_key":"%(key)s","level":"info","message":"%(message)s","origin_marker":"explicit_capture",'
    b'"subject_ref":%(subject)s}'
)
_SPAN = (
    b'{"attributes":{"seconds":%%a},"ended_at":"%%s","linked_refs":[],"parent_span_id":null,"span_id":"span-%%s","span_kind":"network",'
    b'"span_name":"upload","started_at":"%%s","status":"ok","trace_id":"trace-%%s"}'
)


class Line(NamedTuple):
    """A line but for its times, its name and the last of its value: `level` is what the value comes near to."""

    template: bytes
    level: float
    is_span: bool = False


class _Metric(NamedTuple):
    """A metric, its unit as JSON, and where its curve begins and ends."""

    key: bytes
    unit: bytes
    first: float
    last: float

    def at(self, progress: float) -> float:
        return self.first + (self.last - self.first) * progress


_LOSS = _Metric(b"loss", b'"nats"', 2.3, 0.2)
_ACCURACY = _Metric(b"accuracy", b'"ratio"', 0.1, 0.9)
_CURVES = (
    _LOSS,
    _ACCURACY,
    _Metric(b"lr", b"null", 0.01, 0.001),
    _Metric(b"throughput", b'"rows/s"', 900.0, 1000.0),
    _Metric(b"grad.norm", b"null", 8.0, 0.5),
)
_NUMBERED = _Metric(b"loss.smoothed", b'"nats"', 2.3, 0.2)
_ROWS = _Metric(b"rows", b'"count"', 48_000.0, 48_000.0)
_F1 = _Metric(b"macro.f1", b'"ratio"', 0.1, 0.9)
_CONFIDENCE = _Metric(b"confidence", b'"ratio"', 0.95, 0.4)
_CORRECT = _Metric(b"correct", b"null", 1.0, 0.5)


@dataclass(frozen=True, slots=True)
class _Scope:
    """The scopes of a line, as JSON: each reference in quotation marks, or null."""

    run: str
    stage: str = ""
    batch: str = ""
    sample: str = ""
    op: str = ""

    def metric(self, metric: _Metric, progress: float, tags: bytes = b"{}") -> Line:
        payload = _METRIC % {b"key": metric.key, b"subject": self._subject(), b"tags": tags, b"unit": metric.unit}
        return Line(self._line(b"metric", b"MetricRecord", payload), metric.at(progress))

    def event(self, key: bytes, message: bytes) -> Line:
        payload = _EVENT % {b"key": key, b"message": message, b"subject": self._subject()}
        return Line(self._line(b"event", b"StructuredEventRecord", payload), 0.01)

    def span(self) -> Line:
        return Line(self._line(b"span", b"TraceSpanRecord", _SPAN % {}), 1.5, is_span=True)

    def _line(self, record_type: bytes, name: bytes, payload: bytes) -> bytes:
        return _LINE % {
            b"run": self.run.encode(),
            b"stage": _ref("stage", self.run, self.stage),
            b"batch": _ref("batch", self.run, self.stage, self.batch),
            b"sample": _ref("sample", *self._inner(self.sample)),
            b"op": _ref("op", *self._inner(self.op)),
            b"type": record_type,
            b"class": name,
            b"payload": payload,
        }

    def _inner(self, last: str) -> tuple[str, ...]:
        return (self.run, self.stage, self.batch, last) if self.batch else (self.run, self.stage, last)

    def _subject(self) -> bytes:
        """The narrowest scope."""
        if self.sample or self.op:
            return _ref("sample" if self.sample else "op", *self._inner(self.sample or self.op))
        if self.batch:
            return _ref("batch", self.run, self.stage, self.batch)
        return _ref("stage", self.run, self.stage) if self.stage else _ref("run", self.run)


def _ref(kind: str, *names: str) -> bytes:
    return f'"{kind}:{".".join(names)}"'.encode() if names[-1] else b"null"


def run_name(number: int) -> str:
    """`project.name` of the run with this number."""
    return f"{_PROJECTS[number % len(_PROJECTS)]}.train-{number:05d}"


def share(total: int, parts: int, index: int) -> int:
    """How many of `total` fall to one of so many equal parts."""
    return total * (index + 1) // parts - total * index // parts


def lines_of_run(run: str, records: int) -> list[Line]:
    """A run of so many records: prepared, trained in epochs, evaluated; some samples, 2 % events, 1 % spans."""
    name = run.encode()
    distinct, order = _pattern(records)
    lines = [line._replace(template=line.template.replace(_ANY_RUN, name)) for line in distinct]
    return [lines[place] for place in order]


@lru_cache(maxsize=1)
def _pattern(records: int) -> tuple[Sequence[Line], Sequence[int]]:
    """The lines of any run, each once, and the places of these in the order of a run: naming a run in them is quicker than making them."""
    if records < FEWEST:
        raise ValueError(f"a run has at least {FEWEST} records")
    run = _ANY_RUN.decode()
    events, spans, samples = records // 50, records // 100, records // 40
    prepared = _prepared(run, events)
    evaluated = list(_evaluated(run, samples))
    rest = records - len(prepared) - len(evaluated)
    lines = [*prepared, *_trained(run, rest, max(events - 1, 0), spans), *evaluated]
    places = {line: place for place, line in enumerate(dict.fromkeys(lines))}
    return tuple(places), tuple(places[line] for line in lines)


def _prepared(run: str, events: int) -> list[Line]:
    loaded = [_Scope(run).event(b"dataset.loaded", b"loaded 48,000 rows from s3://bucket/train.parquet")] if events else []
    return [*loaded, _Scope(run, "prepare").metric(_ROWS, 0.0)]


def _trained(run: str, records: int, events: int, spans: int) -> Iterator[Line]:
    points = records - events - spans
    epochs = max(min(_EPOCHS, points // len(_CURVES)), 1)
    checkpoint = _Scope(run, "train", op="checkpoint")
    saved = checkpoint.event(b"checkpoint.saved", b"saved checkpoint")
    for epoch in range(epochs):
        scope = _Scope(run, "train", f"epoch-{epoch}")
        curves = [scope.metric(metric, epoch / epochs) for metric in _CURVES]
        yield from itertools.islice(itertools.cycle(curves), share(points, epochs, epoch))
        yield from itertools.repeat(saved, share(events, epochs, epoch))
        yield from itertools.repeat(checkpoint.span(), share(spans, epochs, epoch))


def _evaluated(run: str, samples: int) -> Iterator[Line]:
    for number in range(samples):
        scope = _Scope(run, "evaluate", "holdout", f"img-{number:04d}")
        yield scope.metric(_CONFIDENCE, number / samples)
        yield scope.metric(_CORRECT, number / samples)
    holdout = _Scope(run, "evaluate", "holdout")
    yield from (holdout.metric(metric, 1.0) for metric in (_ACCURACY, _F1))


def lines_of_long_run(run: str, points: int, samples: int) -> Iterator[Line]:
    """One run whose metrics go over steps, without epochs; then samples in batches, each with one metric or two."""
    portions = min(_PORTIONS, points)
    numbered = points // 25
    scope = _Scope(run, "train")
    step = itertools.count()
    for portion in range(portions):
        progress = portion / portions
        curves = [scope.metric(metric, progress) for metric in _CURVES]
        yield from itertools.islice(itertools.cycle(curves), share(points - numbered, portions, portion))
        for _ in range(share(numbered, portions, portion)):
            yield scope.metric(_NUMBERED, progress, b'{"step":%d}' % next(step))
    for number in range(samples):
        sample = _Scope(run, "evaluate", f"part-{number * _SAMPLE_BATCHES // samples:02d}", f"img-{number:05d}")
        yield sample.metric(_CONFIDENCE, number / samples)
        if number % 2:
            yield sample.metric(_CORRECT, number / samples)


def one_after_another(runs: Iterable[Sequence[Line]], overlap: int) -> Iterator[Line]:
    """Lines run by run; the last lines of each alternate with the first of the next, as two programs write that run at once."""
    tail: Sequence[Line] = ()
    for lines in runs:
        for ended, begun in itertools.zip_longest(tail, lines[:overlap]):
            yield from (line for line in (ended, begun) if line)
        yield from lines[overlap:-overlap]
        tail = lines[-overlap:]
    yield from tail


def append_runs(workspace: Path, numbers: range, records: int) -> None:
    """Append runs of so many records each to a workspace, after the runs of lower numbers."""
    runs = (lines_of_run(run_name(number), records) for number in numbers)
    lines = one_after_another(runs, min(_OVERLAP, records // FEWEST))
    _append(workspace / RECORDS, lines, seed=numbers.start, minute=-(-numbers.start * records // (60 * len(_MOMENTS))))


def append_long_run(workspace: Path, points: int, samples: int) -> None:
    """Append one run of so many points and samples to an empty workspace."""
    _append(workspace / RECORDS, lines_of_long_run(run_name(0), points, samples), seed=0, minute=0)


def _append(path: Path, lines: Iterable[Line], seed: int, minute: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=1 << 20) as stream:
        stream.writelines(_filled(lines, random.Random(seed), minute))
        stream.flush()
        os.fsync(stream.fileno())  # or the disk would still be busy with it while something is measured


def _filled(lines: Iterable[Line], dice: random.Random, minute: int) -> Iterator[bytes]:
    noise = dice.random
    for (template, level, is_span), (observed, recorded, captured), name in zip(lines, _times(minute), _names(dice), strict=False):
        value = level * (0.95 + 0.1 * noise())
        if is_span:
            yield template % (captured, observed, name, recorded, value, observed, name, observed, name, name)
        else:
            yield template % (captured, observed, name, recorded, value, name)


def _times(minute: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    for number in itertools.count(minute):
        begin = (_BEGIN + timedelta(minutes=number)).isoformat()[:17].encode()
        for second in (b"%b%02d." % (begin, place) for place in range(60)):
            for observed, recorded, captured in _MOMENTS:
                yield second + observed, second + recorded, second + captured


def _names(dice: random.Random) -> Iterator[bytes]:
    while True:
        text = dice.randbytes(6 * 1024).hex().encode()
        yield from (text[place : place + 12] for place in range(0, len(text), 12))
