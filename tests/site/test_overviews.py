"""The pages about many runs follow too, their archives among them, and no archive is made again without need."""

import random
from pathlib import Path

import pytest

from contexta.report import archives
from tests import strategies as build
from tests.site import put_deployment, put_project, put_run, tree, workspace_of
from tests.site.rebuilding import Site, append, assert_same, line


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose pages show few runs, deployments and projects each."""
    monkeypatch.setattr(archives, "CHUNK", {"runs": 4, "deployments": 2, "projects": 2})
    return Site(workspace_of(tmp_path / "workspace"), tmp_path / "site")


def started(number: int) -> str:
    """A time that is the later the greater the number."""
    return build.at(100 * number)


def add_run(site: Site, project: str, number: int, **fields: str) -> None:
    put = put_run(project, f"{project}-{number:02}", started_at=started(number), **fields)
    append(site.root, build.LEDGER, line(put))


def test_runs_that_come_in_order_change_no_archive_but_the_newest(site: Site) -> None:
    for number in range(14):
        add_run(site, "p", number)
        before = {name: written for name, written in site.modified().items() if "runs-00" in name}
        site.build()
        site.assert_is_clean()
        newest = f"runs-{len(before) // 2:04}.html"  # the newest archive of the index, and that of the project
        after = site.modified()
        assert [name for name in before if before[name] != after[name] and not name.endswith(newest)] == []
    assert len(before) == 4
    assert site.build().made == 0


@pytest.mark.parametrize("seed", range(3))
def test_whatever_comes_in_whatever_order_the_overviews_are_those_of_a_clean_build(site: Site, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(24):
        project = chance.choice("pppq")
        match chance.randrange(6):
            case 0:
                deployment = put_deployment(project, f"d-{number:02}", f"{project}-{chance.randrange(24):02}")
                append(site.root, build.LEDGER, line(deployment))
            case 1:
                append(site.root, build.LEDGER, line(put_project(chance.choice("rstuv"))))
            case 2:
                add_run(site, project, chance.randrange(24), status="failed")
            case _:
                add_run(site, project, chance.randrange(24))
        if chance.random() < 0.6:
            site.build()
            site.assert_is_clean()
        if chance.random() < 0.2:
            whole, site.selection = site.selection, {"projects": ("p",)}
            if any(b"project:p" in one for one in (site.root / build.LEDGER).read_bytes().splitlines()):
                site.build()
                site.assert_is_clean()
            site.selection = whole
    site.build()
    site.assert_is_clean()


def test_archives_that_are_needed_no_more_are_removed(site: Site) -> None:
    for number in range(3):
        add_run(site, "p", number)
    site.build()
    few = tree(site.out)
    for number in range(3, 20):
        add_run(site, "p", number)
    site.build()
    assert len(tree(site.out)) > len(few) + 17
    ledger = site.root / build.LEDGER
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:3]))
    site.build()
    assert_same(tree(site.out), few)
