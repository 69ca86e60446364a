"""Opening a folder, and finding the run that a person means."""

from pathlib import Path
from typing import Any

import pytest

from contexta import workspace
from contexta.contract import StableRef
from contexta.errors import UnknownRef, UnreadableWorkspace
from contexta.workspace import Workspace
from tests import strategies as build
from tests.conftest import TINY


def with_runs(root: Path, *runs: str) -> Workspace:
    """A workspace whose runs start one after the other."""
    lines = [build.put("Run", build.run_model(run, started_at=build.at(number))) for number, run in enumerate(runs)]
    return workspace.open(build.write_lines(root, ledger=lines))


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableWorkspace) as caught:
        workspace.open(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_folder_that_is_not_there_is_said_so_with_the_way_out(tmp_path: Path) -> None:
    assert "does not exist; give the folder that a run left, usually .contexta" in refusal(tmp_path / "none")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file, not a folder; give the folder that a run left" in refusal(tmp_path / "file")


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    assert "is no workspace: the folder is empty" in refusal(tmp_path)


def test_a_folder_of_other_things_is_told_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    assert "it holds no metadata/ledger.*, cache/capture/*.jsonl or records/segments/*.jsonl" in refusal(tmp_path)


def test_a_project_folder_points_to_the_workspace_in_it(tmp_path: Path) -> None:
    inner = build.write_lines(tmp_path / ".contexta")
    assert f"but {inner} is one; give that" in refusal(tmp_path)


def test_a_project_folder_with_an_empty_workspace_folder_has_no_such_tip(tmp_path: Path) -> None:
    (tmp_path / ".contexta").mkdir()
    assert "give that" not in refusal(tmp_path)


def test_a_workspace_may_be_given_as_text(tmp_path: Path) -> None:
    assert workspace.open(str(build.write_lines(tmp_path))).run_refs() == ()


def test_a_workspace_that_holds_no_line_yet_opens_and_is_empty() -> None:
    opened = workspace.open(TINY / "valid" / "empty")
    assert (opened.run_refs(), opened.deployment_refs(), opened.projects(), opened.runs(), opened.problems) == ((), (), (), (), ())


def test_opening_and_reading_changes_no_file(tmp_path: Path) -> None:
    opened = with_runs(tmp_path, "p.r")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    opened.snapshot("run:p.r")
    workspace.open(tmp_path).runs()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_runs_stand_by_their_start(tmp_path: Path) -> None:
    assert [str(run.ref) for run in with_runs(tmp_path, "p.z", "q.a", "p.b").runs()] == ["run:p.z", "run:q.a", "run:p.b"]


def test_runs_that_start_together_stand_by_name(tmp_path: Path) -> None:
    lines = [build.put("Run", build.run_model(run)) for run in ("p.b", "p.a")]
    assert [run.ref.name for run in workspace.open(build.write_lines(tmp_path, ledger=lines)).runs()] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("run:p.one", "run:p.one"),
        ("p.one", "run:p.one"),
        ("one", "run:p.one"),
        ("q.two", "run:q.two"),
        ("p.latest", "run:p.latest"),
        ("latest", "run:p.two"),
        ("latest:p", "run:p.two"),
        ("latest:q", "run:q.two"),
    ],
)
def test_a_run_is_found_by_reference_value_name_or_being_the_latest(tmp_path: Path, text: str, ref: str) -> None:
    opened = with_runs(tmp_path, "p.one", "p.latest", "q.two", "p.two")
    assert str(opened.resolve(text)) == ref


def previous(opened: Workspace, ref: str) -> str | None:
    found = opened.previous(StableRef.parse(ref))
    return None if found is None else str(found.run.ref)


def test_the_previous_run_is_the_newest_of_the_project_that_began_before_and_completed(tmp_path: Path) -> None:
    opened = with_runs(tmp_path, "p.z", "q.a", "p.b", "q.c")
    assert [previous(opened, ref) for ref in ("run:p.z", "run:q.a", "run:p.b", "run:q.c")] == [None, None, "run:p.z", "run:q.a"]


def test_a_run_that_failed_is_nobodys_previous_one(tmp_path: Path) -> None:
    models = [
        build.run_model("p.a", started_at=build.at(1)),
        build.run_model("p.b", started_at=build.at(2), status="failed"),
        build.run_model("p.c", started_at=build.at(2)),
        build.run_model("p.d", started_at=build.at(2)),
    ]
    opened = workspace.open(build.write_lines(tmp_path, ledger=[build.put("Run", model) for model in models]))
    assert [previous(opened, f"run:p.{name}") for name in "bcd"] == ["run:p.a", "run:p.a", "run:p.c"]


def test_a_whole_reference_goes_before_a_name(tmp_path: Path) -> None:
    assert str(with_runs(tmp_path, "p.p", "p.r").resolve("p.p")) == "run:p.p"


def unknown(opened: Workspace, text: str) -> str:
    with pytest.raises(UnknownRef) as caught:
        opened.resolve(text)
    return str(caught.value)


def test_a_name_that_several_runs_have_must_be_said_in_full(tmp_path: Path) -> None:
    assert unknown(with_runs(tmp_path, "p.r", "q.r"), "r") == "'r' may be any of run:p.r, run:q.r; say which"


@pytest.mark.parametrize("text", ["nigth-01", "shop.nigth-01", "run:shop.nigth-01", "run:shp.night-01"])
def test_an_unknown_run_is_answered_with_the_nearest(tmp_path: Path, text: str) -> None:
    sentence = unknown(with_runs(tmp_path, "shop.night-01", "shop.completely-other"), text)
    assert sentence.startswith(f"no run {text!r} in this workspace; nearest: run:shop.night-01")


@pytest.mark.parametrize("text", ["zzzzzz", "", "run:", "Run 5!", "stage:p.r.x", "\x00"])
def test_a_name_that_is_near_to_none_is_answered_with_what_there_is(tmp_path: Path, text: str) -> None:
    assert unknown(with_runs(tmp_path, "alpha.beta", "alpha.gamma"), text).endswith("there are: run:alpha.beta, run:alpha.gamma")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x", "no run 'x' in this workspace, which has none"),
        ("latest", "the workspace has no run"),
        ("latest:p", "project 'p' has no run"),
    ],
)
def test_a_workspace_without_runs_says_that(tmp_path: Path, text: str, sentence: str) -> None:
    assert unknown(with_runs(tmp_path), text) == sentence


def test_the_latest_of_an_unknown_project_is_refused(tmp_path: Path) -> None:
    assert unknown(with_runs(tmp_path, "p.r"), "latest:q") == "project 'q' has no run"


@pytest.mark.parametrize("ref", ["run:p.r", StableRef("run", "p.r")])
def test_a_snapshot_is_taken_by_text_or_reference(tmp_path: Path, ref: Any) -> None:
    assert str(with_runs(tmp_path, "p.r").snapshot(ref).run.ref) == "run:p.r"


@pytest.mark.parametrize("ref", ["run:p.s", "p.r", "stage:p.r.x", "run:P.r", ""])
def test_a_snapshot_of_no_run_is_refused(tmp_path: Path, ref: str) -> None:
    with pytest.raises(UnknownRef):
        with_runs(tmp_path, "p.r").snapshot(ref)


@pytest.mark.parametrize("ref", ["deployment:p.none", "run:p.r", "prod"])
def test_a_page_of_no_deployment_is_refused(tmp_path: Path, ref: str) -> None:
    with pytest.raises(UnknownRef):
        with_runs(tmp_path, "p.r").deployment(ref)


def test_deployments_stand_in_order_index_then_time_order(tmp_path: Path) -> None:
    models = [
        build.deployment_model("p.late", started_at=build.at(790)),
        build.deployment_model("p.early"),
        build.deployment_model("p.first", order_index=0, started_at=build.at(795)),
    ]
    opened = workspace.open(build.write_lines(tmp_path, ledger=[build.put("DeploymentExecution", model) for model in models]))
    assert [deployment.name for deployment in opened.deployments()] == ["first", "early", "late"]
