"""What of a workspace a site shows."""

from pathlib import Path

import pytest

from contexta.errors import UnknownRef
from contexta.site.plan import Plan, Selection, make_plan
from contexta.workspace import open as open_workspace
from tests.site import put_deployment, put_project, put_run, workspace_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two projects with runs and deployments, one described project without any."""
    return workspace_of(
        tmp_path,
        put_run("b", "two"),
        put_run("a", "one"),
        put_run("a", "two"),
        put_deployment("a", "live", "one"),
        put_deployment("b", "live"),
        put_project("empty"),
    )


def plan(root: Path, **selection: tuple[str, ...]) -> Plan:
    return make_plan(open_workspace(root), Selection(**selection))


def refs(plan: Plan) -> set[str]:
    return {str(ref) for ref in (*plan.projects, *plan.runs, *plan.deployments)}


def test_nothing_selected_means_all(root: Path) -> None:
    assert refs(plan(root)) == {
        "project:a",
        "project:b",
        "project:empty",
        "run:a.one",
        "run:a.two",
        "run:b.two",
        "deployment:a.live",
        "deployment:b.live",
    }


def test_runs_and_deployments_are_sorted(root: Path) -> None:
    assert [str(ref) for ref in plan(root).runs] == ["run:a.one", "run:a.two", "run:b.two"]
    assert [str(ref) for ref in plan(root).deployments] == ["deployment:a.live", "deployment:b.live"]


@pytest.mark.parametrize("name", ["a", "project:a"])
def test_a_project_brings_its_runs_and_deployments(root: Path, name: str) -> None:
    assert refs(plan(root, projects=(name,))) == {"project:a", "run:a.one", "run:a.two", "deployment:a.live"}


def test_several_projects_may_be_named(root: Path) -> None:
    assert {str(ref) for ref in plan(root, projects=("a", "b")).projects} == {"project:a", "project:b"}


def test_a_run_brings_its_project_and_the_deployments_that_name_it(root: Path) -> None:
    assert refs(plan(root, runs=("a.one",))) == {"project:a", "run:a.one", "deployment:a.live"}


@pytest.mark.parametrize("name", ["run:a.one", "a.one", "one"])
def test_a_run_may_be_named_in_full_or_in_part(root: Path, name: str) -> None:
    assert [str(ref) for ref in plan(root, runs=(name,)).runs] == ["run:a.one"]


def test_a_run_that_was_not_deployed_brings_no_deployment(root: Path) -> None:
    assert plan(root, runs=("b.two",)).deployments == ()


def test_an_ambiguous_name_is_refused_with_what_it_may_mean(root: Path) -> None:
    with pytest.raises(UnknownRef, match=r"run:a\.two, run:b\.two"):
        plan(root, runs=("two",))


def test_an_unknown_run_is_refused_with_the_nearest(root: Path) -> None:
    with pytest.raises(UnknownRef, match=r"a\.on'.*run:a\.one"):
        plan(root, runs=("a.on",))


def test_an_unknown_project_is_refused_with_the_nearest(root: Path) -> None:
    with pytest.raises(UnknownRef, match=r"'empt'.*empty"):
        plan(root, projects=("empt",))


def test_a_run_outside_the_named_projects_is_refused_not_dropped_in_silence(root: Path) -> None:
    with pytest.raises(UnknownRef, match=r"b\.two"):
        plan(root, projects=("a",), runs=("b.two",))


def test_pages_are_the_index_and_every_reference(root: Path) -> None:
    assert plan(root, runs=("a.one",)).pages() == {"index", "project:a", "run:a.one", "deployment:a.live"}


def test_an_empty_workspace_has_an_index_alone(tmp_path: Path) -> None:
    assert plan(workspace_of(tmp_path)).pages() == {"index"}
