"""What becomes of snapshots."""

import dataclasses
import tempfile
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexta import workspace
from contexta.contract import Artifact, DeploymentSnapshot, MetricSeries, Problem, RunSnapshot, Source, StableRef
from contexta.contract.fields import RULES
from contexta.contract.model import Model
from contexta.privacy import SECRETS, Privacy, parts
from contexta.privacy.secret import Masking, is_clean
from contexta.privacy.walk import changed
from tests import strategies as write
from tests.report import builders

PUBLIC = Privacy(public=True)
MARK = "••• (masked: its name looks like a secret)"

# Texts that hold a secret, or nearly one, or the half of one.
_FRAGMENTS = (
    *(
        "password",
        "token",
        "api_key",
        "=",
        ": ",
        " ",
        "--",
        '"',
        "'",
        "\\",
        "\n",
        "•••",
        "x",
        "user",
        "host",
        "/",
        "/home/al",
        "C:\\",
        "@",
        "://",
    ),
    *(
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN RSA PRIVATE KEY-----",
        "Bearer abcdef123456",
        "cGFzc3dvcmQ9aHVudGVyMg==",
        "%3D",
        "&amp;",
        "\ud800",
    ),
)
texts = st.lists(st.sampled_from(_FRAGMENTS), max_size=8).map("".join)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | st.sampled_from(("tags", "user", "secret")), inner, max_size=3),
    max_leaves=8,
)
_mappings = st.dictionaries(texts, _values, max_size=4)


@st.composite
def snapshots(draw: st.DrawFn) -> RunSnapshot:
    """Runs whose every text may hold a secret."""
    filled = texts.filter(str.strip)
    series = builders.series("loss", "run:demo.r1", [1.0], tags=draw(st.dictionaries(texts, texts, max_size=2)), unit=draw(texts))
    return builders.snapshot(
        run=builders.run(name="demo.r1", description=draw(texts), unknown=draw(_mappings)),
        environments=(builders.environment(environment_variables=draw(st.dictionaries(texts, texts, max_size=2))),),
        events=(builders.event(message=draw(texts), attributes=draw(_mappings)),),
        spans=(builders.span(draw(filled), attributes=draw(_mappings), linked_refs=[draw(texts)]),),
        artifacts=(builders.artifact(location_ref=draw(filled), attributes=draw(_mappings)),),
        series=(series,),
        producers=(draw(texts),),
        problems=(Problem(draw(texts), 1, "key", draw(texts)),),
    )


@given(snapshots(), st.sampled_from((SECRETS, PUBLIC)))
@settings(deadline=None, max_examples=100)
def test_masking_never_fails_and_once_is_enough(snapshot: RunSnapshot, privacy: Privacy) -> None:
    once = privacy.snapshot(snapshot)
    assert privacy.snapshot(once) is once


@given(snapshots())
@settings(deadline=None, max_examples=100)
def test_what_is_passed_over_quickly_holds_no_secret(snapshot: RunSnapshot) -> None:
    assert not is_clean(snapshot) or changed(snapshot, Masking()) is snapshot


@given(write.workspaces())
@settings(write.unhurried, max_examples=25)
def test_whatever_stands_in_a_workspace_is_shown_or_masked(files: write.Files) -> None:
    with tempfile.TemporaryDirectory() as folder:
        opened = workspace.open(files.write(Path(folder)), PUBLIC)
        for ref in opened.run_refs():
            once = opened.snapshot(ref)
            assert PUBLIC.snapshot(once) is once


_plain = st.text("abz 019.:=/é\n", max_size=30)


@given(_plain, st.dictionaries(_plain, _plain | st.floats() | st.lists(_plain), max_size=4))
def test_what_holds_no_secret_stays_the_very_same(text: str, attributes: dict[str, Any]) -> None:
    snapshot = builders.snapshot(run=builders.run(description=text), events=(builders.event(message=text, attributes=attributes),))
    assert SECRETS.snapshot(snapshot) is snapshot


def test_what_looks_like_a_secret_only_at_a_glance_stays_the_very_same() -> None:
    attributes = {"max_tokens": 12, "tokenizer": "bert", "secretary": "Ms. Jones", "password_strength_score": 3, "key": "a"}
    snapshot = builders.snapshot(events=(builders.event(message="a token, 100%", attributes=attributes),))
    assert SECRETS.snapshot(snapshot) is snapshot


def test_only_what_is_masked_is_made_anew() -> None:
    clean, event = builders.event(message="hello"), builders.event(message="password=hunter2")
    run = builders.run()
    shown = SECRETS.snapshot(builders.snapshot(run=run, events=(clean, event)))
    assert shown.run is run
    assert shown.events[0] is clean
    assert shown.events[1].envelope is event.envelope
    assert shown.events[1].payload.message == "password=•••"
    assert shown.withheld == {"secrets within texts": 1}


def _attributes(privacy: Privacy, **attributes: Any) -> Any:
    return privacy.snapshot(builders.snapshot(events=(builders.event(attributes=attributes),))).events[0].payload.attributes


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ({"password": "abc"}, {"password": MARK}),
        ({"password": 1234}, {"password": MARK}),
        ({"password": None, "secret": "", "token": True}, {"password": None, "secret": "", "token": True}),
        ({"token": 17}, {"token": 17}),
        ({"credentials": {"name": "a", "port": 5, "keys": ["b", 1]}}, {"credentials": {"name": MARK, "port": 5, "keys": [MARK, 1]}}),
        ({"deep": [{"api_key": "abc"}]}, {"deep": [{"api_key": MARK}]}),
        ({"argv": ["--lr", "0.1", "--password", "abc"]}, {"argv": ["--lr", "0.1", "--password", MARK]}),
        ({"AKIAIOSFODNN7EXAMPLE": 1}, {"•••": 1}),
        ({"AKIAIOSFODNN7EXAMPLE": 1, "AKIAIOSFODNN7EXAMPLF": 2}, {"•••": 1, "•••'": 2}),
        ({"api_key": "zebra-42", "note": "see zebra-42"}, {"api_key": MARK, "note": "see •••"}),
        ({"api_key": "zebra", "note": "see zebra"}, {"api_key": MARK, "note": "see zebra"}),
        ({"big": 2**80, "half": "\ud800", "password": "abc"}, {"big": 2**80, "half": "\ud800", "password": MARK}),
    ],
)
def test_values_are_masked_by_name(given_: dict[str, Any], shown: dict[str, Any]) -> None:
    assert _attributes(SECRETS, **given_) == shown


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ({"host": "box-7.corp", "note": "ran on BOX-7"}, {"host": "[host left out]", "note": "ran on [host left out]"}),
        ({"user": "root", "note": "the root cause"}, {"user": "[user left out]", "note": "the root cause"}),
        ({"user": {"name": "margaret", "id": 7}}, {"user": {"name": "[user left out]", "id": 7}}),
        ({"at": "/home/margaret/x", "note": "by margaret, margarets"}, {"at": "[path left out]", "note": "by [user left out], margarets"}),
        ({"tags": {"a": "x", "b": "y", "c": "z"}}, {"tags": {"b": "y", "…": "2 left out of a public report"}}),
        ({"tags": {"b": "y"}, "nodes": "3"}, {"tags": {"b": "y"}, "nodes": "3"}),
    ],
)
def test_a_report_for_everyone_leaves_out_who_and_where(given_: dict[str, Any], shown: dict[str, Any]) -> None:
    assert _attributes(Privacy(public=True, tags=("b",)), **given_) == shown


def test_series_that_only_tags_told_apart_stay_apart() -> None:
    fold = [builders.series("loss", "run:demo.r1", [1.0], tags={"fold": fold, "split": "test"}) for fold in ("x", "y")]
    again = builders.series("accuracy", "run:demo.r1", [1.0], tags={"fold": "y"}, labels=("step=1",))
    shown = Privacy(public=True, tags=("split",)).snapshot(builders.snapshot(series=(*fold, again)))
    assert [one.tags for one in shown.series] == [
        {"split": "test", "…": "left out"},
        {"split": "test", "…": "left out, no. 2"},
        {"…": "left out, no. 2"},
    ]
    assert shown.series[2].labels == ()
    assert shown.withheld == {"tags": 4}


def test_labels_stay_where_all_their_tags_are_listed() -> None:
    series = builders.series("loss", "run:demo.r1", [1.0, 2.0], labels=("row=1, step=2", "row=2, step=3"))
    snapshot = builders.snapshot(series=(series,))
    assert Privacy(public=True, tags=("row", "step")).snapshot(snapshot) is snapshot


def test_of_a_redacted_sample_only_what_it_is_and_its_numbers_are_shown() -> None:
    ref = "sample:demo.r1.train.s1"
    samples = (builders.sample("train", "s0"), builders.sample("train", "s1", redaction_profile="faces"))
    stage = {"stage_execution_ref": "stage:demo.r1.train"}
    about = {**stage, "sample_observation_ref": ref}
    other = builders.event(message="seen", about={**stage, "sample_observation_ref": "sample:demo.r1.train.s0"})
    series = builders.series("loss", ref, [0.5], owner="stage:demo.r1.train")
    refs = ["sample:demo.r1.train.s0", ref]
    labelled = builders.series("error", refs, [1.0, 2.0], owner="stage:demo.r1.train", labels=("caption=cat", "caption=Ada"))
    snapshot = builders.snapshot(
        stages=(builders.stage("train"),),
        samples=samples,
        series=(series, labelled),
        events=(
            builders.event(message="Ada smiles", attributes={"face": "Ada"}, about=about),
            builders.event(message="Ada", subject_ref=ref),
            other,
        ),
        degraded=(builders.degraded(summary="Ada", subject_ref=ref),),
        artifacts=(
            builders.artifact(attributes={"who": "Ada"}, stage_execution_ref=stage["stage_execution_ref"], sample_observation_ref=ref),
        ),
    )
    shown = SECRETS.snapshot(snapshot)
    mark = "[withheld: redaction profile faces]"
    assert [event.payload.message for event in shown.events] == [mark, mark, "seen"]
    assert shown.events[0].payload.attributes == shown.artifacts[0].manifest.attributes == {"…": mark}
    assert shown.degraded[0].payload.summary == mark
    assert shown.samples is samples
    assert shown.series[0] is series
    assert shown.series[1].labels == ("caption=cat", mark)
    assert shown.withheld == {"messages, attributes and labels of redacted samples": 6}
    assert SECRETS.snapshot(shown) is shown


def test_too_deep_a_value_is_named() -> None:
    deep: Any = "hunter2"
    for _ in range(500):
        deep = [deep]
    assert "hunter2" not in str(_attributes(SECRETS, a=deep, password=deep))


# Fields in which no program can write what it wants: references, times, numbers, closed vocabularies, marks of ours.
_CLOSED = {
    MetricSeries: {"key", "owner", "level", "subjects", "times", "values", "count", "places", "last_values"},
    Problem: {"line", "key", "severity"},
    Source: {"lines"},
    Artifact: {"existed", "in_workspace"},
    RunSnapshot: {"unassigned", "as_of", "withheld"},
    DeploymentSnapshot: {"runs", "as_of", "withheld"},
}


def _reached(cls: Any) -> set[Any]:
    """A class, and those of all that lies in it."""
    hints = get_type_hints(cls)
    kinds = [
        arg for name in parts.inner(cls) for arg in (hints[name], *getattr(hints[name], "__args__", ())) if dataclasses.is_dataclass(arg)
    ]
    return {cls}.union(*map(_reached, kinds))


@pytest.mark.parametrize("cls", sorted(_reached(RunSnapshot) | _reached(DeploymentSnapshot), key=str), ids=lambda cls: cls.__name__)
def test_no_field_is_forgotten(cls: Any) -> None:
    looked_at = {*parts.texts(cls), *parts.containers(cls), *parts.inner(cls)}
    left = {field.name for field in dataclasses.fields(cls)} - looked_at - _CLOSED.get(cls, set())
    assert [name for name in left if not (issubclass(cls, Model) and _is_closed(name))] == []


def _is_closed(name: str) -> bool:
    """Whether the contract lets nothing of a program's own into a field."""
    if name in ("inferred", "schema_version"):
        return True
    try:
        RULES[name]("hunter2 /home/x")
    except ValueError:
        return True
    except KeyError:
        return False
    return False


def test_a_reference_is_left_as_it_is() -> None:
    ref = StableRef.parse("run:demo.sk-abcdefghijklmnopqrstuvwx")
    assert SECRETS.snapshot(builders.snapshot(run=builders.run(ref.value))).run.ref == ref
