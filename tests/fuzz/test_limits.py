"""Workspaces of any size in any direction: built in bounded memory, to pages that a browser opens, and what is too much is told."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from contexta import workspace
from tests import strategies as build
from tests.conftest import CHECKOUT
from tests.fuzz.judge import MEGABYTES, judge
from tests.strategies import Line

# The largest page, in any format.
PAGE = 5_000_000

# Says how many kilobytes it took at most; what `getrusage` says would count those of the process that began it.
BUILD = """
import sys
from pathlib import Path
from contexta import workspace
from contexta.site import Press, build_site
with workspace.indexed(sys.argv[1]) as opened:
    build_site(opened, Press(Path(sys.argv[2]), ("html", "md", "json", "csv")))
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""

RUN = build.put("Run", build.run_model())
MB = 1_000_000
LETTERS = "x" * MB

Files = dict[str, Iterable[Line | bytes]]


def events(*attributes: object) -> Files:
    """Events with these attributes."""
    return {build.CAPTURED: (build.record_frame(build.event(f"e-{n}", payload={"attributes": one})) for n, one in enumerate(attributes))}


def a_line_of_50_mb() -> Files:
    return {build.CAPTURED: (build.record_frame(build.event(f"e-{size}", "x" * size)) for size in (1, 50 * MB, 2))}


def messages_of_15_mb() -> Files:
    return {build.CAPTURED: (build.record_frame(build.event(f"e-{n}", "x" * 15 * MB)) for n in range(3))}


def a_line_nested_10_000_deep() -> Files:
    deep = json.dumps(build.record_frame(build.event("e", payload={"attributes": {"a": "DEEP"}}))).encode()
    nested = (b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000)
    return {build.CAPTURED: (deep.replace(b'"DEEP"', one) + b"\n" for one in (b"1", *nested))}


def a_million_keys_in_one_line() -> Files:
    return events({f"{n:x}": 0 for n in range(MB)})


def a_million_keys_in_a_thousand_lines() -> Files:
    return events(*({f"{n}-{i}": i for i in range(1_000)} for n in range(1_000)))


def a_million_tags() -> Files:
    return {build.CAPTURED: (build.record_frame(build.metric(f"m-{n}", n, payload={"tags": _tags(n)})) for n in range(1_000))}


def _tags(first: int) -> dict[str, str]:
    return {f"{first}-{i}": "v" for i in range(1_000)}


def settings_of_a_million_keys() -> Files:
    config = [{"namespace": "contexta.run", "config_snapshot": {f"{n:x}": first for n in range(MB)}} for first in (0, 1)]
    runs = (build.run_model(f"p.r{n}", started_at=build.at(n), extensions=[one]) for n, one in enumerate(config))
    return {build.LEDGER: (build.put("Run", run) for run in runs)}


def ten_thousand_stages() -> Files:
    names = [f"p.r.s{n:05}" for n in range(10_000)]
    metrics = (build.metric(f"m-{n}", n, stage_execution_ref=f"stage:{name}") for n, name in enumerate(names))
    return {
        build.LEDGER: [RUN, *(build.put("StageExecution", build.stage_model(name)) for name in names)],
        build.CAPTURED: map(build.record_frame, metrics),
    }


def a_hundred_thousand_batches() -> Files:
    return {build.LEDGER: _and_run(build.put("BatchExecution", build.batch_model(f"p.r.train.b{n:06}")) for n in range(100_000))}


def _and_run(lines: Iterable[Line]) -> Iterator[Line]:
    yield RUN
    yield from lines


def ten_thousand_environments() -> Files:
    taken = (build.environment_model(f"p.r.e{n}", packages={"numpy": str(n)}) for n in range(10_000))
    return {build.LEDGER: _and_run(build.put("EnvironmentSnapshot", one) for one in taken)}


def a_hundred_thousand_lines_that_are_broken() -> Files:
    return {build.CAPTURED: (b'{"run_ref": "run:p.r", "oops\n' for _ in range(100_000)), build.LEDGER: [RUN]}


def names_and_keys_of_a_megabyte() -> Files:
    payload = {"unit": LETTERS, "tags": {LETTERS: LETTERS}}
    records = [
        build.metric("m", 1, key="k" * MB),
        build.metric("n", 1, payload=payload),
        build.event("e", LETTERS, payload={"attributes": {LETTERS: {LETTERS: LETTERS}}}),
    ]
    run = build.run_model(name=LETTERS, description=LETTERS, extensions=[{"namespace": LETTERS, LETTERS: LETTERS}])
    return {
        build.LEDGER: [build.put("Project", build.project_model(name=LETTERS)), build.put("Run", run)],
        build.CAPTURED: map(build.record_frame, records),
        build.ARTIFACTS: [build.artifact_frame(build.manifest(location=LETTERS, attributes={LETTERS: LETTERS}))],
    }


SIZES: list[tuple[Callable[[], Files], set[str]]] = [
    (a_line_of_50_mb, {"long_line"}),
    (messages_of_15_mb, {"trimmed_line"}),
    (a_line_nested_10_000_deep, {"deep_line"}),
    (a_million_keys_in_one_line, {"trimmed_line"}),
    (a_million_keys_in_a_thousand_lines, set()),
    (a_million_tags, set()),
    (settings_of_a_million_keys, {"trimmed_line"}),
    (ten_thousand_stages, set()),
    (a_hundred_thousand_batches, {"unknown_owner"}),
    (ten_thousand_environments, set()),
    (a_hundred_thousand_lines_that_are_broken, {"malformed_line"}),
    (names_and_keys_of_a_megabyte, {"trimmed_line", "invalid_line"}),
]


def write(root: Path, files: Files) -> None:
    for name, lines in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            for line in lines:
                stream.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")


@pytest.mark.parametrize(("make", "told"), SIZES, ids=[make.__name__ for make, _ in SIZES])
def test_a_workspace_is_built_in_bounded_memory_to_pages_of_bounded_size(make: Callable[[], Files], told: set[str], tmp_path: Path) -> None:
    root, out = tmp_path / "workspace", tmp_path / "site"
    write(root, make())
    command = [sys.executable, "-c", BUILD, str(root), str(out)]
    built = subprocess.run(command, env={"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert int(built.stdout) < MEGABYTES * 1024
    assert max(path.stat().st_size for path in out.rglob("*") if path.suffix in (".html", ".md", ".json")) < PAGE
    page = json.loads(next((out / "runs").glob("*.json")).read_bytes())
    (health,) = (section for section in page["sections"] if section["title"] == "Data Health")
    index = json.loads((out / "index.json").read_bytes())
    assert told == {key for key in KEYS if f'"{key}"' in json.dumps([health, index["sections"]])}


KEYS = {key for _, told in SIZES for key in told}

NUMBERS = (
    "1" + "0" * 400,
    "-1" + "0" * 5_000,
    "1e400",
    "-1e400",
    "1e-400",
    "-0.0",
    "5e-324",
    "1.7976931348623157e308",
    "-1.7976931348623157e308",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "NaN",
    "Infinity",
    "-Infinity",
)


def test_numbers_of_any_size_are_read_wherever_they_stand(tmp_path: Path) -> None:
    """On pages as far as they are numbers of a size, else told; none of them ends the build."""

    def lines(frame: Line) -> Iterator[bytes]:
        text = json.dumps(frame)
        return (text.replace('"NUMBER"', number).replace("WHICH", str(n)).encode() + b"\n" for n, number in enumerate(NUMBERS))

    captured = [
        *lines(build.record_frame(build.metric("alone-WHICH", "NUMBER", key="k-WHICH"))),
        *lines(build.record_frame(build.metric("all-WHICH", "NUMBER", key="all", payload={"tags": {"t": "NUMBER"}}))),
        *lines(build.record_frame(build.event("e-WHICH", payload={"attributes": {"a": "NUMBER", "b": ["NUMBER"]}}))),
    ]
    puts = [
        *lines(build.put("StageExecution", build.stage_model("p.r.s-WHICH", order_index="NUMBER"))),
        *lines(build.put("Run", build.run_model("p.r", extensions=[{"namespace": "n", "x": "NUMBER"}]))),
        *lines(build.put("Run", build.run_model("p.s-WHICH", extensions=[{"namespace": "n", "x": "NUMBER"}]))),
    ]
    write(tmp_path, {build.CAPTURED: captured, build.LEDGER: puts, build.ARTIFACTS: [*lines(_artifact())]})
    assert judge(tmp_path, tmp_path / "site") == "built"
    snapshot = workspace.open(tmp_path).snapshot("run:p.r")
    assert len(snapshot.events) == len(NUMBERS)
    assert sum(series.count for series in snapshot.series) == 2 * len(NUMBERS)


def _artifact() -> Line:
    return build.artifact_frame(build.manifest("a-WHICH", size_bytes="NUMBER", attributes={"a": "NUMBER"}))
