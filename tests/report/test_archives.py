"""Pages about very many: the newest on the page, the others in archives that stay as they are."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.report import DeploymentSummary, RunSummary, build_archive, build_index, build_project, summarize_deployment
from contexta.report.archives import CHUNK, Archive, shelve
from contexta.report.attention import MAX_LINES
from contexta.report.document import Details, Document, Fact, Facts, Issues, Table
from contexta.report.inline import INDEX, Change, Ref, Time
from contexta.report.overviews import MAX_LINKS, contents
from contexta.report.shelves import projects_of, shelves_of_index, shelves_of_project
from contexta.report.summary import ProjectSummary
from tests.report import builders
from tests.report.builders import column, moment, section, tables

RUNS, DEPLOYMENTS, PROJECTS = CHUNK["runs"], CHUNK["deployments"], CHUNK["projects"]
DEMO = Ref("project:demo", "demo")


def runs(count: int, project: str = "demo", start: int = 0) -> list[RunSummary]:
    return [run(number, project) for number in range(start, start + count)]


def run(number: int, project: str = "demo") -> RunSummary:
    name = f"{project}.r{number:05}"
    made = builders.run(name, started_at=moment(number), ended_at=moment(number + 5))
    return builders.run_summary(name, numbers={"acc": number}, run=made, as_of=moment(number))


def deployments(count: int) -> list[DeploymentSummary]:
    made = (builders.deployment(f"d{number:05}", started_at=moment(number), ended_at=moment(number + 5)) for number in range(count))
    return [summarize_deployment(builders.deployed(deployment=one)) for one in made]


def index(many: Sequence[RunSummary], deployed: Sequence[DeploymentSummary] = ()) -> Document:
    return build_index(projects_of((), many, deployed), many, deployed, (), "All")


def index_archives(many: Sequence[RunSummary], deployed: Sequence[DeploymentSummary] = ()) -> tuple[Archive[Any], ...]:
    return shelves_of_index(projects_of((), many, deployed), many, deployed).archives()


def names(table: Table, title: str) -> list[str]:
    return [cell.text for cell in column(table, title) if isinstance(cell, Ref)]


# what is shown, and what stands in archives


@pytest.mark.parametrize(
    ("count", "shown", "archives"),
    [(0, 0, 0), (1, 1, 0), (RUNS, RUNS, 0), (2 * RUNS - 1, 2 * RUNS - 1, 0), (2 * RUNS, RUNS, 1), (5 * RUNS + 3, RUNS + 3, 4)],
)
def test_the_page_shows_the_last_chunk_and_the_full_one_before_it(count: int, shown: int, archives: int) -> None:
    shelf = shelve("runs", INDEX, runs(count))
    assert (len(shelf.shown), len(shelf.archives), shelf.total) == (shown, archives, count)


@given(st.integers(min_value=0, max_value=700))
def test_every_one_is_somewhere_once_and_in_order(count: int) -> None:
    members = [
        ProjectSummary(ref=f"project:p{n}", name="p", created_at=moment(n), runs=0, deployments=0, newest=None) for n in range(count)
    ]
    shelf = shelve("projects", INDEX, members)
    found = [one for archive in reversed(shelf.archives) for one in archive.members] + [*reversed(shelf.shown)]
    assert found == members
    assert {len(archive.members) for archive in shelf.archives} <= {PROJECTS}
    assert len(shelf.shown) < 2 * PROJECTS


def test_an_archive_stays_as_it_is_when_newer_runs_come() -> None:
    before = index_archives(runs(4 * RUNS))
    after = index_archives(runs(6 * RUNS))
    assert [archive.ref.ref for archive in after] == [f"index:runs-{number:04}" for number in range(5, 0, -1)]
    assert after[-2:] == before[-2:]
    assert [build_archive(archive) for archive in after[-2:]] == [build_archive(archive) for archive in before[-2:]]
    assert (before[0].newer, after[2].newer) == (INDEX, Ref("index:runs-0004", "Runs 451–600"))  # it has a neighbour now
    assert before[0].members == after[2].members


def test_the_order_in_which_runs_are_given_changes_nothing() -> None:
    many = runs(3 * RUNS)
    assert index_archives(many[::-1]) == index_archives(many)
    assert index(many[::-1]) == index(many)


def test_archives_of_a_project_lie_beside_its_page() -> None:
    archives = shelves_of_project(builders.project(), runs(2 * RUNS), deployments(2 * DEPLOYMENTS)).archives()
    assert [archive.ref.ref for archive in archives] == ["project:demo.runs-0001", "project:demo.deployments-0001"]


def test_projects_have_archives_of_the_index() -> None:
    many = [run(number, f"p{number:03}") for number in range(2 * PROJECTS)]
    assert [archive.ref.ref for archive in index_archives(many)] == ["index:projects-0001"]


# the page above


def test_the_index_shows_the_newest_runs_and_leads_to_the_others() -> None:
    shown, older = tables(section(index(runs(3 * RUNS + 7)), "Runs").blocks)
    assert names(shown, "Run") == [f"r{number:05}" for number in range(3 * RUNS + 6, 2 * RUNS - 1, -1)]
    assert shown.total == 457
    assert shown.note.startswith("The newest 157 of 457 runs; the older ones stand on pages of their own. Change: of the headline")
    assert older.caption == "Older runs"
    assert column(older, "Runs") == [Ref("index:runs-0002", "Runs 151–300"), Ref("index:runs-0001", "Runs 1–150")]
    assert (column(older, "From")[1], column(older, "To")[1]) == (Time(moment(0)), Time(moment(RUNS - 1)))


def test_where_all_are_shown_nothing_is_said_of_others() -> None:
    (shown,) = tables(section(index(runs(RUNS)), "Runs").blocks)
    assert shown.total == RUNS
    assert "older" not in shown.note


def test_the_index_leads_to_older_deployments_and_projects() -> None:
    document = index([run(number, f"p{number:03}") for number in range(3 * PROJECTS)], deployments(3 * DEPLOYMENTS))
    shown, older = tables(section(document, "Deployments").blocks)
    assert (len(shown.rows), names(older, "Deployments")) == (DEPLOYMENTS, ["Deployments 51–100", "Deployments 1–50"])
    shown, older = tables(section(document, "Projects").blocks)
    assert names(shown, "Project")[:2] == ["p099", "p100"]  # the deployments' own is the first of all
    assert names(older, "Projects") == ["Projects 51–100", "Projects 1–50"]


def test_a_project_page_leads_to_its_older_runs() -> None:
    document = build_project(builders.project(), runs(3 * RUNS), [])
    shown, older = tables(section(document, "Runs").blocks)
    assert (len(shown.rows), names(older, "Runs")) == (RUNS, ["Runs 151–300", "Runs 1–150"])


def test_what_changed_in_an_archive_is_told_by_its_own_runs() -> None:
    made = [build_archive(archive) for archive in shelves_of_project(builders.project(), runs(3 * RUNS), []).archives()]
    for document in made:
        (table,) = tables(section(document, "Runs").blocks)
        assert column(table, "Change") == [*[Change(1.0, better=True)] * (RUNS - 1), None]


def test_an_archive_of_deployments_leaves_out_what_later_ones_replace() -> None:
    archive, *_ = shelves_of_project(builders.project(), [], deployments(2 * DEPLOYMENTS)).archives()
    (table,) = tables(section(build_archive(archive), "Deployments").blocks)
    assert table.columns == ("Deployment", "Status", "Started")


def test_to_very_many_archives_the_page_leads_by_steps_and_says_so() -> None:
    members = [
        ProjectSummary(ref=f"project:p{n}", name="p", created_at=moment(n), runs=0, deployments=0, newest=None) for n in range(20_000)
    ]
    shelf = shelve("projects", INDEX, members)
    older = contents(shelf)
    assert older is not None
    assert (len(shelf.archives), len(older.rows), older.total) == (399, MAX_LINKS, 399)
    assert older.note == "100 of 399 pages: the newest, and older ones at even steps; each leads to its neighbours."
    refs = [cell.ref for cell in column(older, "Projects") if isinstance(cell, Ref)]
    assert len(set(refs)) == MAX_LINKS
    assert (refs[0], refs[1], refs[-1]) == ("index:projects-0399", "index:projects-0398", "index:projects-0001")


# an archive


def test_an_archive_shows_its_members_the_newest_first() -> None:
    document = build_archive(index_archives(runs(4 * RUNS))[1])
    assert (document.title, document.kind, document.subject) == ("Runs 151–300", "index", Ref("index:runs-0002", "Runs 151–300"))
    assert (document.up, document.as_of) == ((INDEX,), moment(2 * RUNS - 1))
    _, table = section(document, "Runs").blocks
    assert isinstance(table, Table)
    assert names(table, "Run") == [f"r{number:05}" for number in range(2 * RUNS - 1, RUNS - 1, -1)]


def test_an_archive_leads_to_its_neighbours_and_up() -> None:
    newest, middle, oldest = index_archives(runs(4 * RUNS))
    assert section(build_archive(middle), "Runs").blocks[0] == Facts((Fact("Newer", newest.ref), Fact("Older", oldest.ref)))
    assert section(build_archive(newest), "Runs").blocks[0] == Facts((Fact("Newer", INDEX), Fact("Older", middle.ref)))
    assert section(build_archive(oldest), "Runs").blocks[0] == Facts((Fact("Newer", middle.ref),))


def test_an_archive_of_a_project_has_a_column_for_each_number_and_lies_under_the_project() -> None:
    (archive,) = shelves_of_project(builders.project(), runs(2 * RUNS), []).archives()
    document = build_archive(archive)
    assert (document.kind, document.up) == ("project", (INDEX, DEMO))
    (table,) = tables(section(document, "Runs").blocks)
    assert "acc" in table.columns


def test_archives_of_deployments_and_projects_have_their_tables() -> None:
    many = [run(number, f"p{number:03}") for number in range(2 * PROJECTS)]
    deployed, projects = index_archives(many, deployments(2 * DEPLOYMENTS))
    (table,) = tables(section(build_archive(deployed), "Deployments").blocks)
    assert names(table, "Deployment")[0] == f"d{DEPLOYMENTS - 1:05}"
    (table,) = tables(section(build_archive(projects), "Projects").blocks)
    assert (len(table.rows), names(table, "Newest run")[0]) == (PROJECTS, "r00000")


# limits


def test_pages_about_ten_thousand_runs_have_less_than_a_thousand_rows() -> None:
    failed = [builders.run_summary(f"p{number % 1000:03}.r{number:05}", "failed", {"acc": 1}) for number in range(10_000)]
    document = index(failed, deployments(2000))
    blocks = [block.table if isinstance(block, Details) else block for block in document.blocks()]
    rows = [len(block.rows) for block in blocks if isinstance(block, Table)]
    issues = section(document, "Needs Attention").blocks[0]
    assert isinstance(issues, Issues)
    assert (sum(rows) + len(issues.items) < 1000, len(issues.items), issues.total) == (True, MAX_LINES, 10_000)
