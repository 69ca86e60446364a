"""What the pages about many runs know of one run."""

import json
import math
import pickle
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexta.report import DeploymentSummary, RunSummary, summarize, summarize_deployment
from contexta.report.inline import Duration, Ref, Status
from contexta.report.kept import RUN as RUN_LAYOUT
from contexta.report.summary import ArtifactFacts, Attention, Concern, Headline, ProjectName
from tests.report import builders
from tests.report.builders import BEGIN, END, RUN

# However long an example takes on a busy machine.
patient = settings(deadline=None)


@pytest.mark.parametrize(
    ("worst", "errors", "warnings", "others"),
    [("error", 1, 0, ""), ("error", 2, 1, "1 more error, 1 more warning"), ("warning", 0, 3, "2 more warnings")],
)
def test_attention_counts_what_there_is_besides_the_worst(worst: Any, errors: int, warnings: int, others: str) -> None:
    assert Attention(worst=(Concern(worst, "key", "What."),), errors=errors, warnings=warnings).others() == others


def test_a_summary_says_of_itself_what_pages_ask() -> None:
    summary = builders.run_summary("demo.r1", "unknown")
    assert (summary.link(), summary.standing()) == (Ref("run:demo.r1", "r1"), Status("unknown", inferred=True))
    assert summary.lasted() == Duration(60.0, at_least=True)
    assert builders.run_summary("demo.r1", "open").lasted() is None


# kept between builds

COMPONENT = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)
MOMENT = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
NUMBER = st.integers() | st.floats()
TEXT = st.text(max_size=20)
JSON = st.recursive(st.none() | st.booleans() | NUMBER | TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner))


def refs(kind: str, components: int) -> st.SearchStrategy[str]:
    return st.tuples(*[COMPONENT] * components).map(lambda parts: f"{kind}:{'.'.join(parts)}")


COMMON: dict[str, Any] = {
    "name": TEXT,
    "project": st.builds(ProjectName, ref=refs("project", 1), name=TEXT, created_at=MOMENT, inferred=st.booleans()),
    "status": st.sampled_from(["open", "completed", "failed", "cancelled", "unknown"]),
    "inferred": st.booleans(),
    "started_at": MOMENT,
    "ended_at": st.none() | MOMENT,
    "as_of": st.none() | MOMENT,
    "attention": st.builds(
        Attention,
        worst=st.lists(st.builds(Concern, st.sampled_from(["error", "warning"]), TEXT, TEXT), max_size=3).map(tuple),
        errors=st.integers(min_value=0),
        warnings=st.integers(min_value=0),
    ),
}
ARTIFACTS = st.builds(
    ArtifactFacts,
    refs("artifact", 3),
    TEXT,
    st.sampled_from(["missing", "present", "registered"]),
    st.none() | st.integers(min_value=0),
    st.none() | TEXT,
    TEXT,
    MOMENT,
    st.none() | refs("stage", 3) | refs("batch", 4),
    st.dictionaries(TEXT, JSON, max_size=3),
)
RUNS = st.builds(
    RunSummary,
    ref=refs("run", 2),
    **COMMON,
    dataset=st.none() | TEXT,
    headlines=st.lists(st.builds(Headline, TEXT, TEXT, NUMBER, st.none() | TEXT), max_size=4).map(tuple),
    deployed=st.lists(ARTIFACTS, max_size=2).map(tuple),
)
DEPLOYMENTS = st.builds(
    DeploymentSummary,
    ref=refs("deployment", 2),
    **COMMON,
    run_ref=st.none() | refs("run", 2),
    artifact_ref=st.none() | refs("artifact", 3),
)


@patient
@given(RUNS | DEPLOYMENTS)
def test_a_summary_comes_back_as_it_was_kept(summary: RunSummary | DeploymentSummary) -> None:
    found = type(summary).from_json(summary.to_json())
    assert repr(found) == repr(summary)  # which tells 1 from 1.0, -0.0 from 0.0, and lets NaN equal itself
    assert found.to_json() == summary.to_json()


@pytest.mark.parametrize("value", [0, 1, -0.0, 0.1 + 0.2, 2**53 + 1, 10**300, 5e-324, math.nan, math.inf, -math.inf])
def test_any_number_comes_back_as_it_was(value: float) -> None:
    summary = replace(builders.run_summary("demo.r1"), headlines=(Headline("acc", "", value, None),))
    assert repr(RunSummary.from_json(summary.to_json()).headlines[0].value) == repr(value)


def whole() -> RunSummary:
    """A summary that has something everywhere."""
    made = builders.artifact(
        size_bytes=7, hash_value="a" * 64, stage_execution_ref=f"stage:{RUN}.train", attributes={"a": [1, {"b": None}]}
    )
    live = builders.deployment(artifact_ref=f"artifact:{RUN}.model", run_ref=f"run:{RUN}")
    snapshot = builders.snapshot(
        run=builders.run(status="failed", extensions=({"namespace": "contexta.run", "dataset_ref": "s3://bucket/train"},)),
        series=(builders.series("acc", f"run:{RUN}", [0.9], unit="ratio"),),
        artifacts=(made,),
        deployments=(live,),
        as_of=END,
    )
    return summarize(snapshot)


def test_a_summary_of_a_snapshot_comes_back() -> None:
    assert RunSummary.from_json(whole().to_json()) == whole()
    live = summarize_deployment(builders.deployed(deployment=builders.deployment(run_ref=f"run:{RUN}")))
    assert DeploymentSummary.from_json(live.to_json()) == live


def test_runs_of_a_project_share_what_they_say_of_it() -> None:
    assert RunSummary.from_json(whole().to_json()).project is RunSummary.from_json(whole().to_json()).project


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"kind":' * 100_000,
        b"1" * 5000,
        b"\x80\x04\x95",
        pickle.dumps(whole()),
        whole().to_json()[:-1],
        whole().to_json() + b"]",
        b'"' + b"x" * len(RUN_LAYOUT.names) + b'"',
        summarize_deployment(builders.deployed()).to_json(),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_no_summary_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="no summary"):
        RunSummary.from_json(text)


def test_a_run_is_no_deployment() -> None:
    with pytest.raises(ValueError, match="no summary"):
        DeploymentSummary.from_json(whole().to_json())


WRONG: dict[str, list[Any]] = {
    "ref": [
        None,
        1,
        "",
        "run:demo",
        "run:../../etc/passwd",
        "deployment:demo.r1",
        "RUN:demo.r1",
        "run:demo.r1\n",
        "run:demo.r1.x",
        ["run:demo.r1"],
    ],
    "name": [None, 1, ["r1"]],
    "project_ref": [None, "project:../x", "project:a.b", f"project:{'a' * 64}", "project:-a", "project:a--b"],
    "project_name": [None, 1],
    "project_created_at": [None, "today"],
    "project_inferred": [None, 0, "true"],
    "status": [None, "well", "", 0],
    "inferred": [None, 0, "true"],
    "started_at": [None, "yesterday", "2026-02-30T00:00:00Z", 0],
    "ended_at": [0, "", BEGIN + "x"],
    "as_of": [0, "now"],
    "errors": [None, -1, True, 1.0],
    "warnings": [None, -1, False, "1"],
    "worst": [None, {}, [["info", "k", "s"]], [["error", "k"]], ["abc"], [["error", "k", 1]]],
    "dataset": [1, [], True],
    "headlines": [None, {}, [[]], [["acc", "", "0.9", None]], [["acc", "", True, None]], [["acc", None, 0.9, None]], ["abcd"]],
    "deployed": [None, [[]], [["artifact:demo.r1.model"]], ["abcdefghi"]],
}


def test_every_field_is_looked_at() -> None:
    assert tuple(WRONG) == RUN_LAYOUT.names


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values], ids=repr)
def test_a_summary_with_a_field_that_is_not_as_it_should_be_is_refused(name: str, value: object) -> None:
    values = json.loads(whole().to_json())
    values[RUN_LAYOUT.names.index(name)] = value
    with pytest.raises(ValueError, match="no summary"):
        RunSummary.from_json(json.dumps(values).encode())


@pytest.mark.parametrize("place", range(9))
@pytest.mark.parametrize("value", [None, -1, True, "../..", {}])
def test_a_summary_with_an_artifact_that_is_not_as_it_should_be_is_refused(place: int, value: object) -> None:
    values = json.loads(whole().to_json())
    (artifact,) = values[-1]
    if (place, value) in ((3, None), (4, None), (7, None), (8, {})) or (place in (1, 4, 5) and value == "../.."):
        return  # so it may be
    artifact[place] = value
    with pytest.raises(ValueError, match="no summary"):
        RunSummary.from_json(json.dumps(values).encode())


def test_a_summary_without_a_field_or_with_another_is_refused() -> None:
    values = json.loads(whole().to_json())
    for changed in (values[:-1], [*values, 1]):
        with pytest.raises(ValueError, match="no summary"):
            RunSummary.from_json(json.dumps(changed).encode())


@patient
@given(JSON | st.lists(JSON, min_size=16, max_size=16))
def test_other_json_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="no summary"):
        RunSummary.from_json(json.dumps(value).encode())


def size(value: Any, seen: set[int]) -> int:
    """Bytes of an object and all it holds."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    inner = [getattr(value, name) for one in type(value).__mro__ for name in getattr(one, "__slots__", ())]
    inner += [*value] if isinstance(value, tuple) else [*value.keys(), *value.values()] if isinstance(value, dict) else []
    return sys.getsizeof(value) + sum(size(one, seen) for one in inner)


def test_ten_thousand_summaries_of_a_project_are_held_in_twenty_megabytes() -> None:
    numbers = dict.fromkeys(("accuracy", "loss", "latency.p95", "f1", "recall"), 0.123456789)
    texts = [builders.run_summary(f"demo.run-{number:05}", "failed", numbers, as_of=END).to_json() for number in range(100)]
    seen: set[int] = set()
    assert sum(size(RunSummary.from_json(text), seen) for text in texts) / len(texts) <= 2000
