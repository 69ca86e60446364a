"""One pass over the lines: whose each is, and to whom a line that cannot be read is laid."""

import json
from pathlib import Path

import pytest

from contexta import workspace
from contexta.contract import Problem
from contexta.workspace import Workspace
from tests import strategies as build

GOOD = build.record_frame(build.event("good"))
OTHER = build.record_frame(build.event("other", run="run:p.other"))


def opened(root: Path, *lines: build.Line | bytes) -> Workspace:
    """A workspace whose capture holds these lines, bytes as they are."""
    path = build.write_lines(root) / build.CAPTURED
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines))
    return workspace.open(root)


def places(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(problem.place, problem.key) for problem in problems]


def test_runs_and_deployments_are_known_by_name_alone(tmp_path: Path) -> None:
    found = opened(tmp_path, OTHER, GOOD, build.put("DeploymentExecution", build.deployment_model("q.prod")))
    assert [str(ref) for ref in found.run_refs()] == ["run:p.other", "run:p.r"]
    assert [str(ref) for ref in found.deployment_refs()] == ["deployment:q.prod"]


def test_the_lines_of_runs_that_stand_mixed_are_told_apart(tmp_path: Path) -> None:
    runs = ("p.a", "p.b", "p.a", "p.a", "p.b")
    found = opened(tmp_path, *(build.record_frame(build.metric(f"m-{n}", n, run=f"run:{run}")) for n, run in enumerate(runs)))
    assert [found.snapshot(f"run:{run}").series[0].values for run in ("p.a", "p.b")] == [(0, 2, 3), (1, 4)]


def test_a_torn_line_is_laid_to_the_run_that_its_text_names(tmp_path: Path) -> None:
    torn = json.dumps(build.record_frame(build.event("torn"))).encode()[:-20]
    found = opened(tmp_path, GOOD, OTHER, torn)
    assert places(found.snapshot("run:p.r").problems) == [("cache/capture/record.jsonl:3", "torn_line")]
    assert found.problems == ()
    assert found.snapshot("run:p.other").problems == ()


@pytest.mark.parametrize("ref", ["run:p.r", "stage:p.r.train", "batch:p.r.train.e", "sample:p.r.train.s", "record:p.r.m", "artifact:p.r.m"])
def test_a_malformed_line_is_laid_to_the_run_that_any_of_its_references_names(tmp_path: Path, ref: str) -> None:
    found = opened(tmp_path, GOOD, f'{{"family": "RECORD", "x": "{ref}", oops}}\n'.encode())
    assert places(found.snapshot("run:p.r").problems) == [("cache/capture/record.jsonl:2", "malformed_line")]
    assert found.problems == ()


@pytest.mark.parametrize(
    "line",
    [
        b'{"oops": 1\n',
        b'{"y": "run:p.r", "x": "run:p.other", oops}\n',
        b'{"run_ref": "run:p.nobody", oops}\n',
        b'{"run_ref": "run:p.r',
        b'{"text": "see run:p.r for this", oops}\n',
        b'{"level": "INFO"}\n',
        b"[1, 2]\n",
    ],
    ids=["no-run", "two-runs", "no-such-run", "cut-in-the-name", "in-free-text", "foreign", "a-list"],
)
def test_a_line_that_does_not_name_one_run_is_laid_to_none_and_every_run_says_so(tmp_path: Path, line: bytes) -> None:
    found = opened(tmp_path, GOOD, OTHER, line)
    assert [problem.place for problem in found.problems] == ["cache/capture/record.jsonl:3"]
    for ref in found.run_refs():
        assert found.snapshot(ref).problems == ()
        assert found.snapshot(ref).unassigned is (found.problems[0].key != "torn_line")  # which comes and goes while someone writes


def test_a_broken_line_is_laid_to_a_run_that_is_only_named_later(tmp_path: Path) -> None:
    found = opened(tmp_path, b'{"x": "stage:p.r.train", oops}\n', GOOD)
    assert places(found.snapshot("run:p.r").problems) == [("cache/capture/record.jsonl:1", "malformed_line")]


def test_the_head_of_a_line_that_is_too_long_tells_its_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contexta.workspace.lines.MAX_LINE", 2_000)
    monkeypatch.setattr("contexta.workspace.scan._STRETCH", 500)
    found = opened(tmp_path, GOOD, build.record_frame(build.event("long", "x" * 3_000)))
    assert places(found.snapshot("run:p.r").problems) == [("cache/capture/record.jsonl:2", "long_line")]


@pytest.mark.parametrize(("data", "key"), [(b"\xef\xbb\xbf%s\n", "byte_order_mark"), (b"%s\r\n", "crlf")])
def test_what_is_said_of_a_whole_file_is_said_once(tmp_path: Path, data: bytes, key: str) -> None:
    found = opened(tmp_path, data % json.dumps(GOOD).encode())
    snapshot = found.snapshot("run:p.r")
    assert len(snapshot.events) == 1
    assert places((*snapshot.problems, *found.problems)) == [("cache/capture/record.jsonl:1", key)]


def test_a_broken_project_is_told_to_the_whole_workspace(tmp_path: Path) -> None:
    found = opened(tmp_path, GOOD, build.put("Project", build.project_model(name="")))
    assert places(found.problems) == [("cache/capture/record.jsonl:2", "invalid_line")]
    assert "name: must not be blank" in found.problems[0].what
    assert found.snapshot("run:p.r").project.inferred


def test_a_record_whose_run_breaks_the_grammar_is_told_in_the_words_of_the_contract(tmp_path: Path) -> None:
    broken = build.record_frame(build.event("x", run="run:P.r"))
    found = opened(tmp_path, OTHER, broken)
    assert places(found.problems) == [("cache/capture/record.jsonl:2", "invalid_line")]
    assert "must be lower-case letters" in found.problems[0].what


def test_a_project_of_no_run_is_still_there(tmp_path: Path) -> None:
    found = opened(tmp_path, build.put("Project", build.project_model("idle")))
    assert [str(project.ref) for project in found.projects()] == ["project:idle"]
    assert found.run_refs() == ()
