"""Sites of workspaces whose planes are compressed, and rotated while they are built."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contexta.errors import UnreadableWorkspace
from contexta.site.executors import processes
from contexta.workspace import planes
from tests import strategies as build
from tests.conftest import TINY
from tests.site import tree
from tests.site.rebuilding import Site, append, line
from tests.workspace.packing import pack


@pytest.fixture
def site(tmp_path: Path) -> Site:
    root = shutil.copytree(TINY / "valid" / "iris-svm-capture", tmp_path / "workspace")
    return Site(root, tmp_path / "site", ("html", "md", "json"))


def compress(site: Site, packing: str) -> None:
    for path in site.root.rglob("*.jsonl"):
        pack(path, packing)


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_once_its_planes_are_compressed_a_site_differs_in_the_names_of_files_alone(packing: str, site: Site) -> None:
    site.build()
    before = tree(site.out)
    compress(site, packing)
    with processes(2) as crew:
        crew.little = 0
        site.build(crew)
    site.assert_is_clean()
    after = tree(site.out)
    for name in before.keys() - {"manifest.json"}:
        assert after[name].replace(f".jsonl.{packing}".encode(), b".jsonl") == before[name]
    assert f"record.jsonl.{packing}".encode() in b"".join(after.values())


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_build_with_nothing_new_unpacks_nothing(packing: str, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    compress(site, packing)
    site.build()
    monkeypatch.setattr(planes, "unpack", None)
    assert site.build().made == 0


def test_a_new_run_of_which_the_one_before_it_is_compressed_is_measured_against_that(site: Site) -> None:
    compress(site, "gz")
    site.build()
    append(
        site.root, build.LEDGER, line(build.put("Run", build.run_model("iris-svm.later", started_at="2030-01-01T00:00:00Z", ended_at=None)))
    )
    site.build()
    site.assert_is_clean()
    assert "comparisons" in {path.name for path in site.out.iterdir()}


# Files that come and go while pages are made


def rotate(path: Path) -> None:
    path.rename(path.with_name(f"{path.name}.1"))
    path.write_bytes(line(build.record_frame(build.event("later"))))


def rewrite(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"a", b"b"))


def truncate(path: Path) -> None:
    path.write_bytes(b"")


def compress_one(path: Path) -> None:
    pack(path, "gz")


@pytest.mark.parametrize("change", [rotate, rewrite, truncate, Path.unlink, compress_one])
def test_what_is_rotated_or_rewritten_while_pages_are_made_is_told_and_the_next_build_is_right(
    change: Callable[[Path], None], site: Site
) -> None:
    path = site.root / build.CAPTURED
    with pytest.raises(UnreadableWorkspace, match=r"record\.jsonl.*while pages were made.*build again"):
        site.build_while(lambda: change(path))
    site.build()
    site.assert_is_clean()


def test_an_archive_that_is_replaced_while_pages_are_made_is_told(site: Site) -> None:
    compress(site, "gz")
    path = site.root / f"{build.CAPTURED}.gz"
    with pytest.raises(UnreadableWorkspace, match=r"record\.jsonl\.gz.*build again"):
        site.build_while(lambda: truncate(path))
    site.build()
    site.assert_is_clean()


def test_what_grows_while_pages_are_made_is_no_fault(site: Site) -> None:
    site.build_while(lambda: append(site.root, build.CAPTURED, line(build.record_frame(build.event("later")))))
    site.build()
    site.assert_is_clean()
