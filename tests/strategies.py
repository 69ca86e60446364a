"""Workspaces for tests: built line by line by hand, or drawn by hypothesis as `workspaces()`, which are valid by the contract."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

Line = dict[str, Any]

LEDGER = "metadata/ledger.jsonl"
CONTEXT = "cache/capture/context.jsonl"
CAPTURED = "cache/capture/record.jsonl"
ARTIFACTS = "cache/capture/artifact.jsonl"
SEGMENT = "records/segments/segment-000001.jsonl"

# ---------------------------------------------------------------- lines by hand


def at(seconds: int, fraction: str = "") -> str:
    """A timestamp so many seconds into the first hours of 2025; `fraction` is its decimals, such as `.25`."""
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"2025-01-01T{hour:02}:{minute:02}:{second:02}{fraction}Z"


def put(kind: str, model: Mapping[str, Any], when: str = "2025-01-01T12:00:00Z") -> Line:
    """A line of `metadata/ledger.jsonl`."""
    refs = (value for name, value in model.items() if name.endswith("_ref"))
    return {"model": dict(model), "put_at": when, "ref": next(refs, None), "type": kind}


def _captured(family: str, payload: Mapping[str, Any], kind: str, when: Any) -> Line:
    frame = {"captured_at": when, "family": family, "payload": dict(payload)}
    return {**frame, "payload_ref": None, "payload_type": kind, "sink_name": "local-jsonl"}


def context_frame(kind: str, model: Mapping[str, Any], when: str = "2025-01-01T12:00:00Z") -> Line:
    """The same put as the capture runtime frames it."""
    return _captured("CONTEXT", model, kind, when)


def record_frame(record: Mapping[str, Any]) -> Line:
    """A line of `cache/capture/record.jsonl`."""
    return _captured("RECORD", record, "dict", record["envelope"].get("recorded_at"))


def segment_frame(record: Mapping[str, Any], sequence: int = 1) -> Line:
    """A line of `records/segments/segment-NNNNNN.jsonl`."""
    return {"appended_at": record["envelope"].get("recorded_at"), "record": dict(record), "sequence": sequence}


def artifact_frame(manifest: Mapping[str, Any], binding: str | None = "BOUND", *, exists: bool | None = True) -> Line:
    """A line of `cache/capture/artifact.jsonl`; `exists` None leaves out what the writer saw of the file."""
    source = None if exists is None else {"kind": "PATH", "uri": manifest["location_ref"], "exists": exists}
    payload = {"manifest": dict(manifest), "binding_status": binding, "request": None, "source": source}
    return _captured("ARTIFACT", payload, "dict", manifest.get("created_at"))


def envelope(record_type: str, name: str, run: str = "run:p.r", seconds: int = 60, **scopes: Any) -> Line:
    """An envelope in a run; `name` is the last component of the record's reference."""
    ref = f"record:{run.removeprefix('run:')}.{name}"
    times = {"recorded_at": at(seconds), "observed_at": at(seconds)}
    return {"record_ref": ref, "record_type": record_type, **times, "producer_ref": "sdk.test", "run_ref": run, **scopes}


def metric(name: str, value: Any, key: str = "loss", payload: Mapping[str, Any] | None = None, **scopes: Any) -> Line:
    """A metric record."""
    return {"envelope": envelope("metric", name, **scopes), "payload": {"metric_key": key, "value": value, **(payload or {})}}


def event(name: str, message: str = "hello", payload: Mapping[str, Any] | None = None, **scopes: Any) -> Line:
    """An event record."""
    return {"envelope": envelope("event", name, **scopes), "payload": {"event_key": "seen", "message": message, **(payload or {})}}


def span(name: str, begin: int, end: int, **scopes: Any) -> Line:
    """A span record."""
    times = {"started_at": at(begin), "ended_at": at(end)}
    return {
        "envelope": envelope("span", name, seconds=end, **scopes),
        "payload": {"span_id": name, "trace_id": "t", "span_name": name, **times},
    }


def degraded(name: str, summary: str = "lost", **scopes: Any) -> Line:
    """A degraded record."""
    payload = {"issue_key": "gap", "category": "capture", "severity": "warning", "summary": summary}
    return {"envelope": envelope("degraded", name, **scopes), "payload": payload}


def manifest(name: str = "model-1", location: str = "models/m.bin", run: str = "run:p.r", **more: Any) -> Line:
    """An artifact manifest in a run."""
    ref = f"artifact:{run.removeprefix('run:')}.{name}"
    base = {"artifact_ref": ref, "artifact_kind": "model", "created_at": at(90), "producer_ref": "sdk.test", "run_ref": run}
    return {**base, "location_ref": location, **more}


def project_model(value: str = "p", **more: Any) -> Line:
    """A project as a put holds it."""
    return {"project_ref": f"project:{value}", "name": "A project", "created_at": at(0), **more}


def run_model(value: str = "p.r", **more: Any) -> Line:
    """A completed run as a put holds it."""
    base = {"run_ref": f"run:{value}", "project_ref": f"project:{value.partition('.')[0]}", "name": "A run"}
    return {**base, "status": "completed", "started_at": at(0), "ended_at": at(600), **more}


def stage_model(value: str = "p.r.train", **more: Any) -> Line:
    """A completed stage as a put holds it."""
    owner, _, name = value.rpartition(".")
    base = {"stage_execution_ref": f"stage:{value}", "run_ref": f"run:{owner}", "stage_name": name}
    return {**base, "status": "completed", "started_at": at(10), "ended_at": at(500), **more}


def batch_model(value: str = "p.r.train.epoch-0", **more: Any) -> Line:
    """A completed batch as a put holds it."""
    stage, _, name = value.rpartition(".")
    base = {"batch_execution_ref": f"batch:{value}", "run_ref": f"run:{stage.rpartition('.')[0]}", "stage_execution_ref": f"stage:{stage}"}
    return {**base, "batch_name": name, "status": "completed", "started_at": at(20), "ended_at": at(40), **more}


def seen_model(kind: str, value: str = "p.r.train.s-1", **more: Any) -> Line:
    """A sample or op as a put holds it; its stage is told by its first three components."""
    parts = value.split(".")
    ref, name = ("sample_observation_ref", "sample_name") if kind == "sample" else ("operation_context_ref", "operation_name")
    owners = {"run_ref": f"run:{'.'.join(parts[:2])}", "stage_execution_ref": f"stage:{'.'.join(parts[:3])}"}
    return {ref: f"{kind}:{value}", **owners, name: parts[-1], "observed_at": at(30), **more}


def deployment_model(value: str = "p.prod", **more: Any) -> Line:
    """A completed deployment as a put holds it."""
    project, _, name = value.partition(".")
    base = {"deployment_execution_ref": f"deployment:{value}", "project_ref": f"project:{project}", "deployment_name": name}
    return {**base, "status": "completed", "started_at": at(700), "ended_at": at(800), **more}


def environment_model(value: str = "p.r.env", **more: Any) -> Line:
    """An environment snapshot as a put holds it."""
    base = {"environment_snapshot_ref": f"environment:{value}", "run_ref": f"run:{value.rpartition('.')[0]}", "captured_at": at(1)}
    return {**base, "python_version": "3.11.7", "platform": "Linux", **more}


@dataclass(frozen=True)
class Files:
    """The files of a workspace as line objects, by path under the root."""

    lines: Mapping[str, list[Line]] = field(default_factory=dict)

    def write(self, root: Path) -> Path:
        """Write them under a folder, which is then a workspace; gives the folder back."""
        (root / "records").mkdir(parents=True, exist_ok=True)
        (root / "records" / "manifest.json").write_text("{}", encoding="utf-8")
        for name, lines in self.lines.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines))
        return root

    def puts(self) -> Iterator[tuple[str, Line]]:
        """Every put: class name and model."""
        for line in self._all():
            if "model" in line:
                yield line["type"], line["model"]
            elif line.get("family") == "CONTEXT":
                yield line["payload_type"], line["payload"]

    def records(self) -> Iterator[Line]:
        """Every record."""
        for line in self._all():
            if "record" in line:
                yield line["record"]
            elif line.get("family") == "RECORD":
                yield line["payload"]

    def manifests(self) -> Iterator[Line]:
        """Every artifact manifest."""
        return (line["payload"]["manifest"] for line in self._all() if line.get("family") == "ARTIFACT")

    def _all(self) -> Iterator[Line]:
        return (line for lines in self.lines.values() for line in lines)


def write_lines(root: Path, **files: list[Line]) -> Path:
    """A workspace of these lines: `ledger`, `context`, `captured`, `artifacts`, `segment`."""
    places = {"ledger": LEDGER, "context": CONTEXT, "captured": CAPTURED, "artifacts": ARTIFACTS, "segment": SEGMENT}
    return Files({places[name]: lines for name, lines in files.items()}).write(root)


# ---------------------------------------------------------------- drawn by hypothesis

# For a test that draws workspaces: a busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](https://example.org/x.png)",
    "{{ 7*7 }} {% raw %}",
    "line\u2028separator\nnew line\r\ttab",
    "\u202eright to left\u202c",
    "\x00\x1b[31mred",
    "| a | b |\n|---|---|\n```",
    "=HYPERLINK(1)",
    "😀 e\u0301 ﷽",
)
_texts = st.sampled_from(_HOSTILE) | st.text(max_size=12)
_filled = _texts.filter(lambda text: bool(text.strip()))
_components = st.sampled_from(("a", "0", "run-01", "latest", "epoch-0", "s-0001", "x-" * 15 + "x"))
_keys = st.sampled_from(("loss", "macro.f1", "accuracy", "a_b-c.d0"))
_seconds = st.integers(min_value=0, max_value=7_000)
_fractions = st.sampled_from((".000001", ".25", ".999999999"))
_numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(min_value=-(2**63), max_value=2**63 - 1)
_leaves = st.none() | st.booleans() | _numbers | _texts
_json = _leaves | st.lists(_leaves, max_size=2) | st.dictionaries(_texts, _leaves, max_size=2)
_attributes = st.dictionaries(_texts, _json, max_size=2)
_extensions = st.lists(st.fixed_dictionaries({"namespace": _texts}, optional={"any": _json}), max_size=1)


@st.composite
def _times(draw: st.DrawFn, count: int = 2) -> list[str]:
    """So many timestamps in order."""
    fraction = draw(_fractions)
    return [at(second, fraction) for second in sorted(draw(st.lists(_seconds, min_size=count, max_size=count)))]


@st.composite
def _lifecycle(draw: st.DrawFn) -> Line:
    """A status with the times that fit it."""
    begin, end = draw(_times())
    status = draw(st.sampled_from(("open", "completed", "failed", "cancelled")))
    return {"status": status, "started_at": begin, **({} if status == "open" else {"ended_at": end})}


def _names(max_size: int = 2, min_size: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(_components, min_size=min_size, max_size=max_size, unique=True)


def _sometimes(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Line]:
    """Some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


@dataclass(frozen=True)
class _Scopes:
    """The refs of one run, and the envelope fields that name each."""

    fields: list[dict[str, str]]
    refs: list[str]


@st.composite
def _structure(draw: st.DrawFn, run: str) -> tuple[list[tuple[str, Line]], _Scopes]:
    """The stages, batches, samples and operations of a run: their puts, owners first, and the scopes that they make."""
    puts: list[tuple[str, Line]] = []
    fields: list[dict[str, str]] = [{}]
    refs = [f"run:{run}"]
    for stage_name in draw(_names()):
        stage = f"{run}.{stage_name}"
        in_stage = {"stage_execution_ref": f"stage:{stage}"}
        index = _sometimes(order_index=st.integers(0, 9), extensions=_extensions)
        puts.append(("StageExecution", {**stage_model(stage), "ended_at": None, **draw(_lifecycle()), **draw(index)}))
        fields.append(in_stage)
        refs.append(f"stage:{stage}")
        places: list[tuple[str, dict[str, str]]] = [(stage, in_stage)]
        for batch_name in draw(_names()):
            batch = f"{stage}.{batch_name}"
            in_batch = {**in_stage, "batch_execution_ref": f"batch:{batch}"}
            puts.append(("BatchExecution", {**batch_model(batch), "ended_at": None, **draw(_lifecycle()), **draw(index)}))
            fields.append(in_batch)
            refs.append(f"batch:{batch}")
            places.append((draw(st.sampled_from((stage, batch))), in_batch))
        taken: set[str] = set()
        for place, inside in places:
            for kind, name in draw(st.lists(st.tuples(st.sampled_from(("sample", "op")), _components), max_size=1)):
                ref = f"{kind}:{place}.{name}"
                if ref in taken:
                    continue
                taken.add(ref)
                batch_ref = {key: value for key, value in inside.items() if key == "batch_execution_ref"}
                model = seen_model(kind, f"{place}.{name}", observed_at=draw(_times())[0], **batch_ref)
                puts.append(("SampleObservation" if kind == "sample" else "OperationContext", model))
                fields.append({**inside, "sample_observation_ref" if kind == "sample" else "operation_context_ref": ref})
                refs.append(ref)
    return puts, _Scopes(fields, refs)


@st.composite
def _payload(draw: st.DrawFn, record_type: str, times: list[str]) -> Line:
    match record_type:
        case "metric":
            tags = st.dictionaries(_texts, _texts, max_size=2)
            more = _sometimes(unit=_texts, tags=tags, slice_ref=_filled, aggregation_scope=st.sampled_from(("run", "step")))
            return {"metric_key": draw(_keys), "value": draw(_numbers), **draw(more)}
        case "event":
            levels = st.sampled_from(("debug", "info", "warning", "error", "critical"))
            return {"event_key": draw(_keys), "level": draw(levels), "message": draw(_texts), "attributes": draw(_attributes)}
        case "span":
            links = st.lists(_texts, max_size=2)
            more = _sometimes(parent_span_id=_filled, span_kind=st.just("io"), attributes=_attributes, linked_refs=links)
            named = {name: draw(_filled) for name in ("span_id", "trace_id", "span_name")}
            status = draw(st.sampled_from(("ok", "error", "cancelled", "timeout")))
            return {**named, "started_at": times[0], "ended_at": times[1], "status": status, **draw(more)}
    closed = {"category": draw(st.sampled_from(("capture", "store"))), "severity": draw(st.sampled_from(("warning", "error")))}
    return {"issue_key": draw(_keys), **closed, "summary": draw(_texts), "attributes": draw(_attributes)}


@st.composite
def _record(draw: st.DrawFn, run: str, number: int, scopes: _Scopes, deployments: list[str]) -> Line:
    record_type = draw(st.sampled_from(("metric", "metric", "event", "span", "degraded")))
    times = draw(_times())
    payload = draw(_payload(record_type, times))
    if record_type != "span":
        payload |= draw(_sometimes(subject_ref=st.sampled_from([*scopes.refs, *deployments])))
    more = draw(_sometimes(correlation_refs=_sometimes(trace_id=_filled), extensions=_extensions))
    if deployments:
        more |= draw(_sometimes(deployment_execution_ref=st.sampled_from(deployments)))
    base = envelope(record_type, f"r-{number}", f"run:{run}")
    scope = draw(st.sampled_from(scopes.fields))
    return {
        "envelope": {**base, "observed_at": times[0], "recorded_at": times[1], "producer_ref": draw(_filled), **scope, **more},
        "payload": payload,
    }


@st.composite
def _manifest(draw: st.DrawFn, run: str, number: int, scopes: _Scopes) -> Line:
    location = draw(st.sampled_from(("models/m.bin", "path:/abs/m.bin", "s3://bucket/m", "../outside", "path:C:\\m")) | _filled)
    more = _sometimes(hash_value=st.just("0f" * 32), size_bytes=st.integers(0, 2**53), attributes=_attributes)
    scope = draw(st.sampled_from(scopes.fields))
    return manifest(f"a-{number}", location, f"run:{run}", created_at=draw(_times())[0], **scope, **draw(more))


# What may stand in a field that is good or not, by how the field's name ends.
_ODD: tuple[Any, ...] = (None, "", " ", 5, 0, True, 0.5, [], {}, ["list"], {"a": {}}, [{"namespace": "n", "deep": [1, 1.0, True]}])
_ODD_REFS = (
    *("record:p.r.other", "record:p.elsewhere.m", "record:p.r.", f"record:p.r.{'x' * 64}", "run:p.r", "run:p.elsewhere"),
    *("stage:p.r.train", "stage:p.elsewhere.train", "batch:p.r.train.b", "sample:p.r.train.s", "sample:p.r.train.b.s"),
    *("deployment:p.d", "deployment:p.d.d"),
)
_ODD_TIMES = (at(0), at(0, ".0"), at(7_000), "2025-02-30T00:00:00Z", "2025-01-01T00:00:00")
_ODD_WORDS = ("another", "event", "span", "error", "debug", "sampled", {"trace_id": None}, {"trace_id": "t", "unheard_of": 1})
_MORE_FIELDS = {
    "envelope": (
        "deployment_execution_ref",
        "batch_execution_ref",
        "sample_observation_ref",
        "correlation_refs",
        "extensions",
        "unheard_of",
    ),
    "payload": ("subject_ref", "parent_span_id", "attributes", "tags", "unheard_of"),
}


@st.composite
def odd_records(draw: st.DrawFn) -> Line:
    """Records of one run, some fields of which are odd: they are good or not."""
    scopes = _Scopes([{}, {"stage_execution_ref": "stage:p.r.train"}], ["run:p.r", "stage:p.r.train"])
    record = draw(_record("p.r", draw(st.integers(0, 2)), scopes, []))
    for part in draw(st.lists(st.sampled_from(("envelope", "payload")), max_size=2)):
        name = draw(st.sampled_from((*record[part], *_MORE_FIELDS[part])))
        fitting = _ODD_REFS if name.endswith("_ref") else _ODD_TIMES if name.endswith("_at") else _ODD_WORDS
        value = draw(st.sampled_from(fitting) | st.sampled_from(_ODD))
        record = {**record, part: {**record[part], name: value}}
    return {**record, "unheard_of": 1} if draw(st.integers(0, 9)) == 9 else record


class _Writer:
    """Collects lines by file; every put and record is written to a plane of its own choice."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.files: dict[str, list[Line]] = {}

    def put(self, kind: str, model: Mapping[str, Any]) -> None:
        if self.draw(st.booleans()):
            self.files.setdefault(LEDGER, []).append(put(kind, model))
        else:
            self.files.setdefault(CONTEXT, []).append(context_frame(kind, model))

    def record(self, record: Mapping[str, Any]) -> None:
        if self.draw(st.booleans()):
            self.files.setdefault(CAPTURED, []).append(record_frame(record))
        else:
            place = self.draw(st.sampled_from((SEGMENT, "records/segments/segment-000002.jsonl")))
            lines = self.files.setdefault(place, [])
            lines.append(segment_frame(record, len(lines) + 1))

    def artifact(self, described: Mapping[str, Any]) -> None:
        exists = self.draw(st.none() | st.booleans())
        binding = self.draw(st.sampled_from(("BOUND", "PENDING", "DEGRADED")))
        self.files.setdefault(ARTIFACTS, []).append(artifact_frame(described, binding, exists=exists))


@st.composite
def workspaces(draw: st.DrawFn) -> Files:
    """Valid workspaces: what they hold reads without a problem, however hostile its text.

    Some runs are described by puts, owners and all, others only named by their records. No record stands twice.
    """
    writer = _Writer(draw)
    for project in draw(_names(min_size=1)):
        deployments = [f"deployment:{project}.{name}" for name in draw(_names())]
        if draw(st.booleans()):
            more = draw(_sometimes(description=_texts, tags=_attributes, extensions=_extensions))
            writer.put("Project", project_model(project, name=draw(_filled), **more))
        runs = [f"{project}.{name}" for name in draw(_names())]
        for run in runs:
            _draw_run(draw, writer, run, deployments)
        for ref in deployments:
            if draw(st.booleans()):
                link = draw(_sometimes(run_ref=st.sampled_from([f"run:{run}" for run in runs]))) if runs else {}
                model = deployment_model(ref.removeprefix("deployment:"))
                writer.put("DeploymentExecution", {**model, "ended_at": None, **draw(_lifecycle()), **link})
    return Files(writer.files)


def _draw_run(draw: st.DrawFn, writer: _Writer, run: str, deployments: list[str]) -> None:
    puts, scopes = draw(_structure(run))
    if draw(st.booleans()):
        text = draw(_sometimes(description=_texts, extensions=_extensions))
        writer.put("Run", {**run_model(run), "name": draw(_filled), "ended_at": None, **draw(_lifecycle()), **text})
        if draw(st.booleans()):
            variables = st.dictionaries(_texts, _texts, max_size=2)
            writer.put("EnvironmentSnapshot", environment_model(f"{run}.env", packages=draw(variables), platform=draw(_filled)))
        for kind, model in puts:
            writer.put(kind, model)
    for number in range(draw(st.integers(0, 4))):
        writer.record(draw(_record(run, number, scopes, deployments)))
    for number in range(draw(st.integers(0, 1))):
        writer.artifact(draw(_manifest(run, number, scopes)))


# Steps of appending bytes to files, by path under the root.
History = list[list[tuple[str, bytes]]]

# What else may stand between the lines of a workspace.
_NOISE = (
    b"",
    b"\n",
    b"{oops}\n",
    b'{"run_ref":"run:a.a", oops}\n',
    b'{"run_ref":"run:a.a","note":"\\u0064eployment:"}\n',
    b'{"family":"RECORD","payload":{"envelope":{"x":{"run_ref":"run:a.a"}},"payload":{}}}\n',
    b'[{"run_ref": "run:0.0"}]\n',
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Steps of appending bytes to files: the lines of a workspace, cut anywhere, with some noise in between."""
    noise = st.sampled_from(_NOISE)
    ends = st.sampled_from((b"\n", b"\n", b"\r\n"))
    parts: list[tuple[str, bytes]] = []
    for name, lines in draw(workspaces()).lines.items():
        mark = draw(st.sampled_from((b"", b"", b"\xef\xbb\xbf")))
        data = mark + draw(noise) + b"".join(json.dumps(line).encode() + draw(ends) + draw(noise) for line in lines)
        cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=4)))
        pieces = [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        parts += [(name, piece) for piece in pieces]
    order = draw(st.permutations(range(len(parts))))
    queues: dict[str, list[bytes]] = {}
    for name, piece in parts:
        queues.setdefault(name, []).append(piece)
    steps: History = [[]]
    for number in order:
        name = parts[number][0]
        steps[-1].append((name, queues[name].pop(0)))
        if draw(st.booleans()):
            steps.append([])
    return steps


def take_step(root: Path, step: list[tuple[str, bytes]]) -> None:
    """Append the bytes of one step to the files of a workspace."""
    for name, data in step:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as stream:
            stream.write(data)
