"""A whole site: its links, its manifest, what a second build changes, and what it never holds."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REAL_NAMES, TINY, real
from tests.site import BEGIN, BESIDE, END, build, put_deployment, put_project, put_run, tree, workspace_of
from tests.site.links import broken_links, markdown_links, read_page

FORMATS = ("html", "md", "json")
IRIS = TINY / "valid" / "iris-svm-capture"
_MADE = {
    "two projects": (put_project("a"), put_run("a", "one"), put_run("a", "two"), put_run("b", "one"), put_deployment("a", "live", "one")),
    "deployment of a run that is not there": (put_deployment("a", "live", "gone"),),
    "deployment of no run": (put_deployment("a", "live"),),
    "project without runs": (put_project("a"),),
    "names that look like pages": (put_run("index", "index"), put_run("manifest", "json"), put_project("runs")),
}
TINY_VALID = sorted(path.name for path in TINY.glob("valid/*") if path.is_dir())


@pytest.fixture(params=["iris", *_MADE, *(f"real {name}" for name in REAL_NAMES), *(f"tiny {name}" for name in TINY_VALID)])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Every workspace there is: the example, made ones, real ones and the tests' small valid ones."""
    name: str = request.param
    if name in _MADE:
        return workspace_of(tmp_path / "workspace", *_MADE[name])
    if name == "iris":
        return IRIS
    kind, _, rest = name.partition(" ")
    return real(rest) if kind == "real" else TINY / "valid" / rest


@pytest.fixture
def site(workspace: Path, tmp_path: Path) -> Path:
    """The site of a workspace in all formats."""
    build(workspace, tmp_path / "site", FORMATS)
    return tmp_path / "site"


def pages_of(site: Path, extension: str) -> list[Path]:
    """The pages that others lead to."""
    return sorted(path for path in site.rglob(f"*.{extension}") if path.relative_to(site).as_posix() not in BESIDE)


def test_every_link_and_fragment_leads_somewhere(site: Path) -> None:
    assert broken_links(site) == []


def test_every_page_but_the_index_links_to_the_index(site: Path) -> None:
    inner = [path for path in pages_of(site, "html") if path != site / "index.html"]
    assert [path.name for path in inner if "../index.html" not in read_page(path.read_text("utf-8")).links] == []


def test_the_index_leads_to_every_page(site: Path) -> None:
    seen, waiting = set[Path](), [site / "index.html"]
    while waiting:
        page = waiting.pop()
        if page not in seen:
            seen.add(page)
            links = read_page(page.read_text("utf-8")).links
            waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links if not link.startswith("#")]
    assert seen == {path.resolve() for path in pages_of(site, "html")}


def test_markdown_links_lead_to_files_of_the_site(site: Path) -> None:
    relative = [(path, link) for path in pages_of(site, "md") for link in markdown_links(path.read_text("utf-8")) if "://" not in link]
    assert relative or pages_of(site, "md") == [site / "index.md"]
    assert [(path.name, link) for path, link in relative if not (path.parent / link).is_file()] == []


def test_ids_of_a_page_are_unique_and_not_empty(site: Path) -> None:
    for path in pages_of(site, "html"):
        ids = read_page(path.read_text("utf-8")).ids
        assert sorted(ids) == sorted(set(ids)), path
        assert "" not in ids, path


def test_a_page_fetches_nothing(site: Path) -> None:
    for path in pages_of(site, "html"):
        html = path.read_text("utf-8")
        assert read_page(html).fetched == [], path
        assert not re.search(r"(?<!new )url\(|@import|<script\s|<link|<iframe|<base|http-equiv=.?refresh", html, re.IGNORECASE), path


def test_a_page_of_the_real_workspaces_holds_no_remote_address(real_workspace: Path, tmp_path: Path) -> None:
    build(real_workspace, tmp_path)
    for path in pages_of(tmp_path, "html"):
        assert not re.search(r"(https?|wss?|ftp)://|[\"'(]//", path.read_text("utf-8")), path


def test_a_page_holds_no_inline_style_and_no_handler(site: Path) -> None:
    for path in pages_of(site, "html"):
        assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", path.read_text("utf-8")), path


def test_the_manifest_lists_exactly_the_pages_with_their_digests_sorted(site: Path) -> None:
    files = tree(site)
    manifest = json.loads(files.pop("manifest.json"))
    assert list(manifest["pages"].items()) == sorted((page, hashlib.sha256(content).hexdigest()) for page, content in files.items())


def test_every_format_has_every_page(site: Path) -> None:
    stems = [{path.relative_to(site).with_suffix("").as_posix() for path in pages_of(site, extension)} for extension in ("html", "md")]
    assert stems[0] == stems[1] == {path.relative_to(site).with_suffix("").as_posix() for path in pages_of(site, "json")}


def test_the_same_workspace_gives_the_same_bytes_wherever_it_lies(workspace: Path, site: Path, tmp_path: Path) -> None:
    shutil.copytree(workspace, tmp_path / "elsewhere" / "copy")
    build(tmp_path / "elsewhere" / "copy", tmp_path / "other", FORMATS)
    assert tree(tmp_path / "other") == tree(site)


def test_a_build_over_a_build_changes_nothing(workspace: Path, site: Path) -> None:
    before = tree(site)
    build(workspace, site, FORMATS)
    assert tree(site) == before


def test_a_build_leaves_the_workspace_as_it_was(workspace: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(workspace, copy)
    before = tree(copy)
    build(copy, tmp_path / "out", FORMATS)
    assert tree(copy) == before


def test_what_a_build_tells_is_what_it_wrote(workspace: Path, tmp_path: Path) -> None:
    built = build(workspace, tmp_path / "out", FORMATS)
    assert built.files == len(tree(tmp_path / "out")) - 1
    assert built.runs == len(list((tmp_path / "out").glob("runs/*.html")))
    assert built.deployments == len(list((tmp_path / "out").glob("deployments/*.html")))


def two_runs(tmp_path: Path) -> tuple[Path, Path]:
    """A workspace of two runs and its site."""
    root = workspace_of(tmp_path / "workspace", put_run("a", "one"), put_run("b", "two"))
    build(root, tmp_path / "site")
    return root, tmp_path / "site"


def test_pages_of_a_run_that_is_gone_are_removed_on_the_next_build(tmp_path: Path) -> None:
    root, site = two_runs(tmp_path)
    workspace_of(root, put_run("a", "one"))
    assert build(root, site).kept == []
    assert tree(site).keys() == BESIDE | {"index.html", "projects/a.html", "runs/a.one.html"}


def test_pages_of_a_format_that_is_no_longer_asked_for_are_removed(tmp_path: Path) -> None:
    root, site = two_runs(tmp_path)
    build(root, site, ("md",))
    assert {Path(page).suffix for page in tree(site).keys() - {".nojekyll"}} == {".md", ".json"}


def test_files_that_no_build_wrote_outlive_every_build(tmp_path: Path) -> None:
    root, site = two_runs(tmp_path)
    (site / "runs" / "b.three.html").write_text("by hand", "utf-8")
    (site / "robots.txt").write_text("User-agent: *", "utf-8")
    workspace_of(root, put_run("a", "one"))
    build(root, site)
    assert {"runs/b.three.html", "robots.txt"} <= tree(site).keys()


def test_a_page_that_someone_changed_is_left_and_told(tmp_path: Path) -> None:
    root, site = two_runs(tmp_path)
    (site / "runs" / "b.two.html").write_text("annotated", "utf-8")
    workspace_of(root, put_run("a", "one"))
    assert build(root, site).kept == ["runs/b.two.html"]
    assert (site / "runs" / "b.two.html").read_text("utf-8") == "annotated"


def test_a_link_to_a_run_that_was_not_selected_is_no_link(tmp_path: Path) -> None:
    root = workspace_of(tmp_path / "workspace", put_run("a", "one"), put_run("a", "two"), put_deployment("a", "live", "one"))
    build(root, tmp_path / "site", runs=("a.two",))
    assert tree(tmp_path / "site").keys() == BESIDE | {"index.html", "projects/a.html", "runs/a.two.html"}
    assert broken_links(tmp_path / "site") == []


def long_run(tmp_path: Path, batches: int) -> Path:
    """The workspace of a run with so many batches in one stage."""
    stage = {
        "stage_execution_ref": "stage:a.one.train",
        "run_ref": "run:a.one",
        "stage_name": "train",
        "started_at": BEGIN,
        "ended_at": END,
    }
    put_stage = {"type": "StageExecution", "put_at": BEGIN, "model": {**stage, "status": "completed"}}
    return workspace_of(tmp_path / "workspace", put_run("a", "one"), put_stage, *(put_batch(f"e{number}") for number in range(batches)))


def put_batch(name: str) -> dict[str, Any]:
    owner = {"stage_execution_ref": "stage:a.one.train", "run_ref": "run:a.one"}
    model = {"batch_execution_ref": f"batch:a.one.train.{name}", "batch_name": name, **owner, "started_at": BEGIN, "ended_at": END}
    return {"type": "BatchExecution", "put_at": BEGIN, "model": {**model, "status": "completed"}}


def test_a_long_table_is_complete_in_a_csv_beside_its_page_to_which_every_format_leads(tmp_path: Path) -> None:
    build(long_run(tmp_path, 300), tmp_path / "site", FORMATS)
    files = tree(tmp_path / "site")
    assert "runs/a.one.batches.csv" in json.loads(files["manifest.json"])["pages"]
    rows = files["runs/a.one.batches.csv"].decode().splitlines()
    assert (rows[0], len(rows)) == ("Batch,Status,Started,Duration (seconds)", 301)
    assert "batch:a.one.train.e7,completed,2026-01-01T00:00:00Z,3600.0" in rows
    assert broken_links(tmp_path / "site") == []
    assert "a.one.batches.csv" in read_page(files["runs/a.one.html"].decode()).links
    assert "a.one.batches.csv" in markdown_links(files["runs/a.one.md"].decode())
    assert b'"address": "a.one.batches.csv"' in files["runs/a.one.json"]


def test_a_csv_that_is_no_longer_needed_is_removed(tmp_path: Path) -> None:
    build(long_run(tmp_path, 300), tmp_path / "site")
    build(long_run(tmp_path, 100), tmp_path / "site")
    assert [page for page in tree(tmp_path / "site") if page.endswith(".csv")] == []


def many_deployments(tmp_path: Path, count: int) -> Path:
    """The workspace of so many deployments, each of which started a second after the other."""
    puts = [put_deployment("a", f"d{number:04}") for number in range(count)]
    for number, put in enumerate(puts):
        put["model"]["started_at"] = f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z"
    return workspace_of(tmp_path / "workspace", *puts)


def archives(site: Path) -> dict[str, bytes]:
    return {page: content for page, content in tree(site).items() if "deployments-0" in page}


def test_older_deployments_stand_in_archives_that_stay_as_they_are(tmp_path: Path) -> None:
    build(many_deployments(tmp_path, 160), tmp_path / "site", FORMATS)
    before = archives(tmp_path / "site")
    names = [f"{scope}deployments-{number:04}" for scope in ("index/", "projects/a.") for number in (1, 2)]
    assert before.keys() == {f"{name}.{extension}" for name in names for extension in FORMATS}
    assert broken_links(tmp_path / "site") == []
    test_the_index_leads_to_every_page(tmp_path / "site")

    build(many_deployments(tmp_path, 210), tmp_path / "site", FORMATS)
    after = archives(tmp_path / "site")
    assert {page for page in before if before[page] == after[page]} == {page for page in before if "deployments-0001" in page}
    assert len(after) == len(before) * 3 // 2
    assert broken_links(tmp_path / "site") == []

    shutil.rmtree(tmp_path / "site")
    build(many_deployments(tmp_path, 210), tmp_path / "site", FORMATS)
    assert archives(tmp_path / "site") == after


def test_archives_that_are_no_longer_needed_are_removed(tmp_path: Path) -> None:
    build(many_deployments(tmp_path, 160), tmp_path / "site")
    shutil.rmtree(tmp_path / "workspace")
    build(many_deployments(tmp_path, 60), tmp_path / "site")
    assert archives(tmp_path / "site") == {}
    assert broken_links(tmp_path / "site") == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="b.html">b</a><a href="#here">c</a><a href="a.html#there">d</a><a href="https://x.test">', "utf-8"
    )
    assert broken_links(tmp_path) == ["a.html: b.html", "a.html: #here", "a.html: a.html#there", "a.html: https://x.test"]
