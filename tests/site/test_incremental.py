"""A site that is built again follows its workspace: what changed is made anew, what did not is left, and all is as in a clean build."""

import os
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from contexta import workspace
from contexta.site.identity import digest
from tests import strategies as build
from tests.site import put_deployment, put_project, put_run, tree, workspace_of
from tests.site.rebuilding import INDEX, Site, append, assert_same, line

LEDGER, RECORDS = build.LEDGER, build.CAPTURED
FORMATS = ("html", "md", "json")
# The pages of runs and deployments are called by their names, those of projects too.
BOTH = "a-two compared with a-one"
EVERY_PAGE = {"a", "b", "a-one", "a-two", BOTH, "b-one", "live", "All projects"}


# While the runs and the deployment were at work.
MEANWHILE: dict[str, Any] = {"observed_at": "2026-01-01T00:30:00Z", "recorded_at": "2026-01-01T00:30:00Z"}


def metric(run: str, name: str, value: float, **more: Any) -> bytes:
    return line(build.record_frame(build.metric(name, value, key="accuracy", run=run, **MEANWHILE, **more)))


def event(run: str, name: str, **more: Any) -> bytes:
    return line(build.record_frame(build.event(name, run=run, **MEANWHILE, **more)))


def deployment(name: str, run: str | None, **more: Any) -> dict[str, Any]:
    """A deployment of project a, from a run of any project."""
    put = put_deployment("a", name)
    return {**put, "model": {**put["model"], "run_ref": run, **more}}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Two projects, three runs, one of which is deployed; built."""
    root = workspace_of(
        tmp_path / "workspace",
        put_project("a"),
        put_run("a", "a-one"),
        put_run("a", "a-two"),
        put_run("b", "b-one"),
        put_deployment("a", "live", "a-one"),
    )
    append(root, RECORDS, metric("run:a.a-one", "m1", 0.5))
    made = Site(root, tmp_path / "site")
    assert made.made() == EVERY_PAGE
    return made


# ---------------------------------------------------------------- incremental is clean


@settings(build.unhurried, max_examples=30)
@given(build.histories())
def test_building_what_was_appended_gives_the_site_of_a_clean_build(steps: build.History) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(build.write_lines(Path(folder) / "workspace"), Path(folder) / "site", FORMATS)
        for step in steps:
            build.take_step(site.root, step)
            built = site.build()
            clean = site.clean()
            assert_same(tree(site.out), clean)
            assert built.files == len(clean) - 1
        assert site.made() == set()


def test_a_build_with_nothing_new_makes_no_page_and_writes_no_file(site: Site) -> None:
    before = site.modified()
    built = site.build()
    assert (built.made, built.written, built.files) == (0, 0, len(before) - 1)
    assert site.modified() == before


def test_what_a_build_tells_does_not_depend_on_what_was_made_before(site: Site, tmp_path: Path) -> None:
    append(site.root, LEDGER, line(put_run("b", "b-two", status="failed")) + b"{oops\n")
    site.build()
    again, anew = site.build(), Site(site.root, tmp_path / "other").build(anew=True)
    assert (again.files, again.runs, again.deployments, again.needs_attention) == (anew.files, anew.runs, anew.deployments, 2)


# ---------------------------------------------------------------- what follows what

APPENDED: dict[str, tuple[str, bytes, set[str]]] = {
    "a metric of a run that is not deployed": (RECORDS, metric("run:b.b-one", "m1", 0.5), {"b-one", "b", "All projects"}),
    "a metric of a run that is deployed": (
        RECORDS,
        metric("run:a.a-one", "m2", 0.9),
        {"a-one", "a-two", BOTH, "live", "a", "All projects"},
    ),
    "a record of a deployment": (
        RECORDS,
        event("run:a.a-one", "e1", deployment_execution_ref="deployment:a.live"),
        {"a-one", BOTH, "live"},
    ),
    "a new run": (LEDGER, line(put_run("b", "b-two")), {"b-two", "b-two compared with b-one", "b", "All projects"}),
    "a run of a new project": (LEDGER, line(put_run("c", "c-one")), {"c-one", "c", "All projects"}),
    "a run ended otherwise": (LEDGER, line(put_run("a", "a-two", status="failed")), {"a-two", BOTH, "a", "All projects"}),
    "a deployment of a run": (LEDGER, line(deployment("next", "run:a.a-two")), {"next", "a-two", BOTH, "a", "All projects"}),
    "a deployment of a run of another project": (LEDGER, line(deployment("next", "run:b.b-one")), {"next", "b-one", "a", "All projects"}),
    "a deployment of no run": (LEDGER, line(deployment("next", None)), {"next", "a", "All projects"}),
    "a deployment that replaces another": (
        LEDGER,
        line(deployment("live-2", "run:a.a-two")),
        {"live-2", "live", "a-two", BOTH, "a", "All projects"},
    ),
    "a deployment that replaces none, because it failed": (
        LEDGER,
        line(deployment("live-2", "run:a.a-two", status="failed")),
        {"live-2", "a-two", BOTH, "a", "All projects"},
    ),
    "a deployment put again": (
        LEDGER,
        line(deployment("live", "run:a.a-one", status="failed")),
        {"a-one", "a-two", BOTH, "live", "a", "All projects"},
    ),
    "a deployment put again, of another run": (
        LEDGER,
        line(deployment("live", "run:a.a-two")),
        {"a-one", "a-two", BOTH, "live", "a", "All projects"},
    ),
    "a project": (LEDGER, line(put_project("b")), {"b-one", "b", "All projects"}),
    "a broken line that names a run": (RECORDS, b'{"run_ref": "run:b.b-one", oops\n', {"b-one", "b", "All projects"}),
    "an unfinished line that names a run": (RECORDS, b'{"run_ref": "run:b.b-one"', {"b-one", "b", "All projects"}),
    "an unfinished line that names none": (RECORDS, b"{", {"All projects"}),
}


@pytest.mark.parametrize(("name", "data", "expected"), APPENDED.values(), ids=APPENDED)
def test_only_pages_whose_input_changed_are_made(site: Site, name: str, data: bytes, expected: set[str]) -> None:
    append(site.root, name, data)
    assert site.made() == expected
    site.assert_is_clean()
    assert site.made() == set()


def test_the_page_of_a_deployment_follows_the_run_of_the_one_that_it_replaced(site: Site) -> None:
    append(site.root, LEDGER, line(deployment("live-2", "run:a.a-two")))
    site.build()
    append(site.root, RECORDS, metric("run:a.a-one", "m2", 0.9))
    assert site.made() == {"a-one", "a-two", BOTH, "live", "live-2", "a", "All projects"}
    site.assert_is_clean()


def test_a_summary_of_a_deployment_that_was_spoilt_is_made_again(site: Site) -> None:
    kind = f"site {digest(str(site.out.resolve()))} deployments"
    with workspace.indexed(site.root) as opened:
        ((ref, (made_from, _)),) = opened.index.kept(kind).items()
        opened.index.keep(kind, {ref: (made_from, b"[]")})
        opened.index.commit()
    assert site.made() == set()
    site.assert_is_clean()


def test_only_files_whose_bytes_changed_are_written(site: Site) -> None:
    site.formats = FORMATS
    site.build()
    before, bytes_before = site.modified(), tree(site.out)
    append(site.root, RECORDS, metric("run:b.b-one", "m1", 0.5))
    built = site.build()
    after = site.modified()
    changed = {name for name, content in tree(site.out).items() if bytes_before[name] != content}
    assert {name for name in after if after[name] != before[name]} == changed
    assert built.written == len(changed - {"manifest.json"})
    assert not [name for name in changed if "runs/a." in name or "deployments" in name]


def test_a_page_that_is_made_again_with_the_same_bytes_is_not_written(site: Site) -> None:
    before = site.modified()
    os.utime(site.root / LEDGER, (1, 1))
    built = site.build()
    assert built.made >= 4
    assert built.written == 0
    assert site.modified() == before


def test_a_line_that_names_no_run_may_be_any_runs_and_the_next_is_told_on_the_index_alone(site: Site) -> None:
    append(site.root, LEDGER, b"{oops\n")
    assert site.made() >= {"a-one", "a-two", "b-one", "All projects"}
    site.assert_is_clean()
    append(site.root, LEDGER, b"{oops\n")
    assert site.made() == {"All projects"}
    site.assert_is_clean()


def test_the_numbers_of_a_run_follow_on_the_page_of_its_deployment(site: Site) -> None:
    append(site.root, RECORDS, metric("run:a.a-one", "m2", 0.987654, seconds=300))
    site.build()
    assert "0.987654" in (site.out / "deployments" / "a.live.html").read_text("utf-8")


def test_a_run_that_a_later_line_gives_to_a_deployment_becomes_its_neighbour(tmp_path: Path) -> None:
    site = Site(workspace_of(tmp_path / "workspace", put_run("a", "one"), put_deployment("a", "live")), tmp_path / "site")
    site.build()
    append(site.root, RECORDS, event("run:a.one", "e1", deployment_execution_ref="deployment:a.live"))
    assert site.made() == {"one", "live"}
    site.assert_is_clean()


@pytest.mark.parametrize("location", ["models/m.bin", "path:models/m.bin"])
def test_an_artifact_whose_file_appears_or_vanishes_is_told(site: Site, location: str) -> None:
    append(site.root, build.ARTIFACTS, line(build.artifact_frame(build.manifest(location=location, run="run:b.b-one"))))
    site.build()
    file = site.root / "models" / "m.bin"
    file.parent.mkdir()
    file.write_bytes(b"weights")
    assert "b-one" in site.made()
    site.assert_is_clean()
    file.unlink()
    assert "b-one" in site.made()
    site.assert_is_clean()
    assert site.made() == set()


# ---------------------------------------------------------------- what someone did to the site


def _edit(page: Path) -> None:
    page.write_text("by hand", "utf-8")


def _edit_to_the_same_length(page: Path) -> None:
    page.write_bytes(b"x" * page.stat().st_size)


def _cut(page: Path) -> None:
    os.truncate(page, 100)


def _link_elsewhere(page: Path) -> None:
    page.unlink()
    page.symlink_to(page.parent.parent / "mine.html")


@pytest.mark.parametrize("harm", [Path.unlink, _edit, _edit_to_the_same_length, _cut, _link_elsewhere])
@pytest.mark.parametrize("page", ["index.html", "projects/a.html", "runs/a.a-one.html", "deployments/a.live.html"])
def test_a_page_that_someone_touched_is_made_again(site: Site, page: str, harm: Callable[[Path], None]) -> None:
    (site.out / "mine.html").write_text("mine", "utf-8")
    before = tree(site.out)
    harm(site.out / page)
    assert site.build().written == 1
    assert_same(tree(site.out), before)


def test_a_page_that_was_only_touched_is_not_written(site: Site) -> None:
    os.utime(site.out / "index.html", (1, 1))
    built = site.build()
    assert (built.made, built.written) == (1, 0)


@pytest.mark.parametrize("manifest", [None, b"", b"{", b'{"pages": {}}'])
def test_a_manifest_that_is_gone_or_broken_is_written_anew(site: Site, manifest: bytes | None) -> None:
    before = tree(site.out)
    (site.out / "manifest.json").unlink()
    if manifest is not None:
        (site.out / "manifest.json").write_bytes(manifest)
    assert site.made() == set()
    assert_same(tree(site.out), before)


def test_a_page_of_before_is_removed_even_where_the_manifest_is_gone(site: Site) -> None:
    (site.out / "manifest.json").unlink()
    site.selection = {"projects": ("b",)}
    site.build()
    site.assert_is_clean()


def test_a_site_that_was_deleted_is_made_again(site: Site) -> None:
    before = tree(site.out)
    shutil.rmtree(site.out)
    assert site.made() == EVERY_PAGE
    assert_same(tree(site.out), before)


def test_a_site_that_was_moved_is_known_by_its_manifest_and_no_page_is_written(site: Site, tmp_path: Path) -> None:
    site.out = site.out.rename(tmp_path / "moved")
    before = site.modified()
    built = site.build()
    assert (built.made, built.written) == (len(EVERY_PAGE), 0)
    assert site.modified() == before


def test_files_that_no_build_wrote_stay(site: Site) -> None:
    mine = {"CNAME": b"example.org", "runs/mine.txt": b"mine", "runs/b.b-one.csv.bak": b"mine"}
    for name, content in mine.items():
        (site.out / name).write_bytes(content)
    append(site.root, LEDGER, line(put_run("b", "b-two")))
    site.build()
    site.selection = {"projects": ("a",)}
    site.build()
    assert_same(tree(site.out), {**site.clean(), **mine})


# ---------------------------------------------------------------- other options


def test_other_formats_make_every_page_again_and_back(site: Site) -> None:
    for formats in (FORMATS, ("md",), ("json", "md"), ("html",)):
        site.formats = formats
        assert site.made() == EVERY_PAGE
        site.assert_is_clean()
        assert site.made() == set()


def test_another_title_makes_the_index_again(site: Site) -> None:
    site.title = "Flowers"
    assert site.made() == {"Flowers"}
    site.assert_is_clean()


SELECTIONS: tuple[dict[str, tuple[str, ...]], ...] = (
    {"projects": ("b",)},
    {"projects": ("a",)},
    {"runs": ("a.a-one",)},
    {"runs": ("a.a-two", "b.b-one")},
    {"projects": ("a",), "runs": ("a.a-one",)},
)


@pytest.mark.parametrize("selection", SELECTIONS, ids=str)
def test_a_selection_and_back(site: Site, selection: dict[str, tuple[str, ...]]) -> None:
    before = tree(site.out)
    site.selection = selection
    site.build()
    site.assert_is_clean()
    site.selection = {}
    site.build()
    assert_same(tree(site.out), before)


def test_one_selection_after_the_other(site: Site) -> None:
    for selection in (*SELECTIONS, *SELECTIONS[::-2], *SELECTIONS[::2]):
        site.selection = selection
        site.build()
        site.assert_is_clean()


def test_a_page_that_is_not_selected_any_more_is_not_lost_when_it_changes_meanwhile(site: Site) -> None:
    site.selection = {"projects": ("a",)}
    site.build()
    append(site.root, RECORDS, metric("run:b.b-one", "m1", 0.5))
    site.build()
    site.selection = {}
    site.build()
    site.assert_is_clean()


def test_a_project_whose_deployment_came_from_a_run_of_another_follows_the_selection(site: Site) -> None:
    append(site.root, LEDGER, line(deployment("next", "run:b.b-one")) + line(deployment("last", None, artifact_ref="artifact:b.b-one.m")))
    site.build()
    for selection in ({"projects": ("a",)}, {}, {"runs": ("a.a-two",)}, {"projects": ("a", "b")}):
        site.selection = selection
        site.build()
        site.assert_is_clean()


def test_a_site_in_a_folder_whose_name_is_no_text_follows(site: Site, tmp_path: Path) -> None:
    site.out = tmp_path / os.fsdecode(b"\xff")
    assert site.made() == EVERY_PAGE
    assert site.made() == set()


# ---------------------------------------------------------------- other workspaces, other places


def test_two_sites_of_one_workspace_follow_each_for_itself(site: Site, tmp_path: Path) -> None:
    other = Site(site.root, tmp_path / "other", ("md",), title="Mine", selection={"projects": ("a",)})
    assert other.made() == {"a", "a-one", "a-two", BOTH, "live", "Mine"}
    append(site.root, RECORDS, metric("run:a.a-one", "m2", 0.9))
    site.build()
    append(site.root, RECORDS, metric("run:a.a-two", "m2", 0.9))
    for one in (other, site, other):
        one.build()
        one.assert_is_clean()
    assert (site.made(), other.made()) == (set(), set())


def test_two_workspaces_that_take_turns_in_one_folder(site: Site, tmp_path: Path) -> None:
    other = Site(workspace_of(tmp_path / "second", put_run("a", "a-one"), put_run("c", "c-one", status="failed")), site.out)
    for one in (other, site, other, site):
        one.build()
        one.assert_is_clean()


def test_two_workspaces_with_one_cache_folder_do_not_mix(site: Site, tmp_path: Path) -> None:
    site.cache = tmp_path / "cache"
    other = Site(workspace_of(tmp_path / "second", put_run("a", "a-one", status="failed")), site.out, cache=site.cache)
    for one in (site, other, site, other):
        one.build()
        one.assert_is_clean()


def test_a_workspace_that_another_was_put_in_place_of(site: Site, tmp_path: Path) -> None:
    shutil.rmtree(site.root / "cache" / "capture")
    shutil.rmtree(site.root / "metadata")
    workspace_of(site.root, put_run("a", "a-one", status="failed"), put_run("c", "c-one"))
    site.build()
    site.assert_is_clean()


def test_the_index_of_another_workspace_is_not_believed(site: Site, tmp_path: Path) -> None:
    other = Site(workspace_of(tmp_path / "second", put_run("a", "a-one", status="failed")), tmp_path / "elsewhere")
    other.build()
    shutil.rmtree(site.root / INDEX)
    shutil.copytree(other.root / INDEX, site.root / INDEX)
    site.build()
    site.assert_is_clean()


def test_a_workspace_that_was_copied_with_its_index_is_read_again(site: Site, tmp_path: Path) -> None:
    copy = Site(Path(shutil.copytree(site.root, tmp_path / "copy")), site.out)
    append(copy.root, RECORDS, metric("run:a.a-two", "m9", 0.1))
    for one in (copy, site, copy):
        one.build()
        one.assert_is_clean()


# ---------------------------------------------------------------- what happened to the files


def _cut_file(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _replace(path: Path) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(path.read_bytes().replace(b"one", b"six"))
    new.replace(path)


def _rewrite_in_place(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.write(path.read_bytes().replace(b"one", b"six"))


def _rewrite_and_grow(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"one", b"six") * 2)


def _reverse(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[::-1]))


def _rename(path: Path) -> None:
    path.rename(path.with_name("other.jsonl"))


def _become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


FATES = (_cut_file, _empty, _replace, _rewrite_in_place, _rewrite_and_grow, _reverse, _rename, Path.unlink, _become_a_folder)


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("name", [LEDGER, RECORDS])
def test_whatever_happens_to_a_file_the_site_is_that_of_a_clean_build(site: Site, fate: Callable[[Path], None], name: str) -> None:
    append(site.root, RECORDS, b"".join(metric(f"run:a.{run}", f"m{n}", n) for n in range(3, 9) for run in ("a-one", "gone-one")))
    site.build()
    kept = (site.root / name).read_bytes()
    fate(site.root / name)
    site.build()
    site.assert_is_clean()
    path = site.root / name
    if path.is_dir():
        path.rmdir()
    path.write_bytes(kept)
    site.build()
    site.assert_is_clean()
    assert site.made() == set()


def _delete_index(index: Path) -> None:
    shutil.rmtree(index.parent)


def _flip_in_the_middle(index: Path) -> None:
    data = bytearray(index.read_bytes())
    data[len(data) // 2] ^= 0xFF
    index.write_bytes(data)


def _cut_index(index: Path) -> None:
    os.truncate(index, index.stat().st_size // 2)


def _forget_the_seal(index: Path) -> None:
    index.with_suffix(".sha256").unlink()


@pytest.mark.parametrize("harm", [_delete_index, _flip_in_the_middle, _cut_index, _forget_the_seal])
def test_whatever_happens_to_the_index_the_site_is_that_of_a_clean_build(site: Site, harm: Callable[[Path], None]) -> None:
    append(site.root, RECORDS, metric("run:a.a-two", "m2", 0.9))
    harm(site.root / INDEX / "index.sqlite")
    site.selection = {"projects": ("a",)}
    site.build()
    site.assert_is_clean()
    assert site.made() == set()


def test_an_index_of_an_earlier_day_is_brought_up_to_date(site: Site, tmp_path: Path) -> None:
    earlier = shutil.copytree(site.root / INDEX, tmp_path / "earlier")
    append(site.root, RECORDS, metric("run:a.a-two", "m2", 0.9))
    site.build()
    append(site.root, LEDGER, line(put_run("b", "b-two")))
    site.build()
    shutil.rmtree(site.root / INDEX)
    shutil.copytree(earlier, site.root / INDEX)
    append(site.root, RECORDS, metric("run:a.a-two", "m3", 0.1))
    site.build()
    site.assert_is_clean()


def test_random_fates_one_after_the_other(site: Site) -> None:
    chance = random.Random(4)
    for number in range(25):
        name = chance.choice((LEDGER, RECORDS))
        path = site.root / name
        what = chance.choice((*FATES[:6], *[None] * 6))
        if what is not None and path.stat().st_size > 10:
            what(path)
        append(site.root, name, chance.choice((metric("run:a.a-two", f"n{number}", number), line(put_run("b", f"b-{number}")), b"{\n")))
        if chance.random() < 0.7:
            site.build()
            site.assert_is_clean()
