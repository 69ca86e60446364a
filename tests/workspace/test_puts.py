"""The latest put of a reference wins; two that cannot both be true are told, with the places of both."""

from pathlib import Path
from typing import Any

import pytest

from contexta import workspace
from contexta.contract import Problem, RunSnapshot
from tests import strategies as build

PROJECT = build.put("Project", build.project_model())


def run(when: int, fraction: str = "", **changes: Any) -> build.Line:
    return build.put("Run", build.run_model(**changes), build.at(when, fraction))


def stage(when: int, **changes: Any) -> build.Line:
    return build.put("StageExecution", build.stage_model(**changes), build.at(when))


def captured(line: build.Line) -> build.Line:
    return build.context_frame(line["type"], line["model"], line["put_at"])


def snapshot(root: Path, **files: Any) -> RunSnapshot:
    return workspace.open(build.write_lines(root, **files)).snapshot("run:p.r")


def test_the_later_line_of_a_file_wins_whatever_the_clock_said(tmp_path: Path) -> None:
    found = snapshot(tmp_path, ledger=[run(20, description="first"), run(10, description="second")])
    assert found.run.description == "second"
    assert found.problems == ()


@pytest.mark.parametrize(("ledger", "context"), [((10, ""), (20, "")), ((10, ""), (10, ".5")), ((10, ".25"), (10, ".75"))])
def test_between_files_the_later_put_wins(tmp_path: Path, ledger: Any, context: Any) -> None:
    found = snapshot(
        tmp_path,
        ledger=[run(*ledger, description="older")],
        context=[captured(run(*context, description="newer"))],
    )
    assert found.run.description == "newer"


@pytest.mark.parametrize(("ledger", "context"), [((20, ""), (10, "")), ((10, ".5"), (10, "")), ((10, ".75"), (10, ".25"))])
def test_between_files_the_later_put_wins_though_it_is_read_first(tmp_path: Path, ledger: Any, context: Any) -> None:
    found = snapshot(
        tmp_path,
        ledger=[run(*ledger, description="newer")],
        context=[captured(run(*context, description="older"))],
    )
    assert found.run.description == "newer"


def test_a_put_without_a_time_is_older_than_any(tmp_path: Path) -> None:
    timeless = {**captured(run(0, description="older")), "captured_at": None}
    found = snapshot(tmp_path, ledger=[run(0, description="newer")], context=[timeless])
    assert found.run.description == "newer"


def test_a_run_that_was_opened_and_completed_is_no_contradiction(tmp_path: Path) -> None:
    found = snapshot(tmp_path, ledger=[PROJECT, run(0, status="open", ended_at=None), run(600, status="completed")])
    assert (found.run.status, found.run.ended_at) == ("completed", build.at(600))
    assert found.problems == ()


def test_a_run_that_is_taken_up_again_is_no_contradiction(tmp_path: Path) -> None:
    found = snapshot(tmp_path, ledger=[run(0, status="failed"), run(600, status="open", ended_at=None)])
    assert found.run.status == "open"
    assert found.problems == ()


def test_the_same_put_twice_is_no_contradiction(tmp_path: Path) -> None:
    assert snapshot(tmp_path, ledger=[run(0), run(1)], context=[captured(run(2))]).problems == ()


@pytest.mark.parametrize(
    "change",
    [
        {"description": "other"},
        {"extensions": [{"namespace": "n"}]},
        {"schema_version": "1.0.1"},
        {"novelty": 1},
    ],
)
def test_text_and_extras_may_change_from_put_to_put(tmp_path: Path, change: Any) -> None:
    assert snapshot(tmp_path, ledger=[run(0, description="one"), run(1, **change)]).problems == ()


def test_two_puts_that_disagree_are_told_with_both_places_and_the_later_is_used(tmp_path: Path) -> None:
    found = snapshot(tmp_path, ledger=[PROJECT, run(0), stage(1, status="failed"), stage(2, status="completed")])
    assert [model.status for model in found.stages] == ["completed"]
    (problem,) = found.problems
    assert (problem.place, problem.key, problem.severity) == ("metadata/ledger.jsonl:4", "contradiction", "warning")
    assert "stage:p.r.train: status was failed at metadata/ledger.jsonl:3 and is completed here; the later put is used" in problem.what


@pytest.mark.parametrize("change", [{"name": "Other"}, {"started_at": build.at(1)}, {"ended_at": build.at(700)}])
def test_each_field_that_disagrees_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    (problem,) = snapshot(tmp_path, ledger=[run(0), run(1, **change)]).problems
    assert problem.key == "contradiction"
    assert f"run:p.r: {next(iter(change))} was" in problem.what


def test_a_contradiction_is_told_where_the_newer_put_stands(tmp_path: Path) -> None:
    found = snapshot(tmp_path, ledger=[run(20, name="New")], context=[captured(run(10, name="Old"))])
    assert found.run.name == "New"
    assert [problem.place for problem in found.problems] == ["metadata/ledger.jsonl:1"]


def test_projects_that_disagree_are_told_to_the_whole_workspace(tmp_path: Path) -> None:
    lines = [PROJECT, build.put("Project", build.project_model(name="Renamed"))]
    opened = workspace.open(build.write_lines(tmp_path, ledger=lines))
    assert [project.name for project in opened.projects()] == ["Renamed"]
    assert [(problem.place, problem.key) for problem in opened.problems] == [("metadata/ledger.jsonl:2", "contradiction")]


def test_deployments_that_disagree_are_told_on_the_deployment(tmp_path: Path) -> None:
    lines = [build.put("DeploymentExecution", build.deployment_model(status=status)) for status in ("completed", "failed")]
    found = workspace.open(build.write_lines(tmp_path, ledger=lines)).deployment("deployment:p.prod")
    assert found.deployment.status == "failed"
    assert [(problem.place, problem.key) for problem in found.problems] == [("metadata/ledger.jsonl:2", "contradiction")]


def test_an_invalid_put_leaves_the_one_before_it_standing(tmp_path: Path) -> None:
    found = snapshot(tmp_path, ledger=[run(0, description="good"), run(1, status="done")])
    assert found.run.description == "good"
    assert [(problem.place, problem.key) for problem in found.problems] == [("metadata/ledger.jsonl:2", "invalid_line")]


def test_problems_compare_and_sort_by_place() -> None:
    first, second = Problem("a", 1, "k", "w"), Problem("a", 2, "b", "w")
    assert sorted([second, first]) == [first, second]
