"""The folder of a site: whole pages or none, and nothing removed that a site did not write."""

import hashlib
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contexta.site.files import finish, publish, scratch, write_atomically
from tests.site import tree

SECRET = b"not ours"


def manifest(site: Path, pages: dict[str, Any]) -> None:
    site.mkdir(parents=True, exist_ok=True)
    (site / "manifest.json").write_text(json.dumps({"pages": pages}), "utf-8")


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def build(site: Path, **pages: bytes) -> list[str]:
    """One build that writes these pages; what it left because someone changed it."""
    with scratch(site):
        published = [publish(site, page.replace("__", "/"), content)[0] for page, content in pages.items()]
        return finish(site, {page.address: page.digest for page in published}, ())


def temporaries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if "tmp" in path.name.rpartition(".")[2]]


def test_a_file_is_written_with_the_folders_above_it(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a" / "b" / "page", b"bytes")
    assert tree(tmp_path) == {"a/b/page": b"bytes"}


def test_new_bytes_replace_the_old(tmp_path: Path) -> None:
    write_atomically(tmp_path / "page", b"old, and longer")
    write_atomically(tmp_path / "page", b"new")
    assert tree(tmp_path) == {"page": b"new"}


def test_a_reader_never_sees_a_part_even_of_a_page_that_is_open(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_bytes(b"old")
    with page.open("rb") as reader:
        write_atomically(page, b"new")
        assert reader.read() == b"old"
    assert page.read_bytes() == b"new"


LARGE = b"x" * 100_000


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond a few bytes: a write stops in its middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_old_bytes_stay_and_nothing_is_left_behind_when_the_disk_is_full(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_bytes(b"old")
    with full_disk(), pytest.raises(OSError, match="too large"):
        write_atomically(page, LARGE)
    assert tree(tmp_path) == {"page": b"old"}


def test_nothing_is_left_behind_when_a_folder_stands_where_the_file_goes(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "page", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_a_build_that_breaks_off_removes_no_page_of_the_one_before(tmp_path: Path) -> None:
    build(tmp_path, index=b"0", runs__a=b"1")
    before = tree(tmp_path)
    with full_disk(), pytest.raises(OSError, match="too large"):
        build(tmp_path, index=LARGE)
    assert tree(tmp_path) == before


def test_writing_does_not_follow_a_link_at_the_temporary_name(tmp_path: Path) -> None:
    outside, site = tmp_path / "outside", tmp_path / "site"
    outside.write_bytes(SECRET)
    site.mkdir()
    (site / ".index.html.tmp").symlink_to(outside)
    build(site, **{"index.html": b"page"})
    assert outside.read_bytes() == SECRET
    assert (site / "index.html").read_bytes() == b"page"


def test_the_manifest_lists_every_page_with_its_digest_sorted(tmp_path: Path) -> None:
    build(tmp_path, runs__b=b"2", index=b"0", runs__a=b"1")
    written = json.loads((tmp_path / "manifest.json").read_bytes())
    assert list(written["pages"].items()) == [("index", sha(b"0")), ("runs/a", sha(b"1")), ("runs/b", sha(b"2"))]


def test_a_page_that_is_no_more_is_removed_and_its_empty_folder_with_it(tmp_path: Path) -> None:
    build(tmp_path, index=b"0", runs__a=b"1")
    assert build(tmp_path, index=b"0") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "manifest.json"]


def test_a_file_that_no_build_wrote_is_never_removed(tmp_path: Path) -> None:
    build(tmp_path, index=b"0", runs__a=b"1")
    (tmp_path / "runs" / "notes.txt").write_bytes(b"mine")
    (tmp_path / "CNAME").write_bytes(b"example.org")
    build(tmp_path, index=b"0")
    assert {"runs/notes.txt", "CNAME"} <= tree(tmp_path).keys()


def test_a_page_that_someone_changed_is_left_and_told(tmp_path: Path) -> None:
    build(tmp_path, index=b"0", runs__a=b"1")
    (tmp_path / "runs" / "a").write_bytes(b"1, annotated")
    assert build(tmp_path, index=b"0") == ["runs/a"]
    assert (tmp_path / "runs" / "a").read_bytes() == b"1, annotated"


def test_a_page_that_someone_removed_is_no_fault(tmp_path: Path) -> None:
    build(tmp_path, index=b"0", runs__a=b"1")
    (tmp_path / "runs" / "a").unlink()
    assert build(tmp_path, index=b"0") == []


def test_a_digest_that_is_no_digest_removes_nothing(tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(SECRET)
    manifest(tmp_path, {"page": None, "index": 1})
    build(tmp_path, index=b"0")
    assert (tmp_path / "page").read_bytes() == SECRET


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"pages": []}', b'{"pages": 1}', b'"pages"', b"\xff", b'{"pages": {"index": "x"}'])
def test_a_manifest_that_cannot_be_read_removes_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "page").write_bytes(SECRET)
    (tmp_path / "manifest.json").write_bytes(content)
    assert build(tmp_path, index=b"0") == []
    assert (tmp_path / "page").read_bytes() == SECRET


@pytest.mark.parametrize("path", ["../outside/secret", "runs/../../outside/secret", "./../outside/secret", "..\\outside\\secret"])
def test_a_manifest_that_points_outside_removes_nothing_there(tmp_path: Path, path: str) -> None:
    secret = outside(tmp_path)
    manifest(tmp_path / "site", {path: sha(SECRET)})
    build(tmp_path / "site", index=b"0")
    assert secret.read_bytes() == SECRET


def outside(folder: Path) -> Path:
    secret = folder / "outside" / "secret"
    secret.parent.mkdir()
    secret.write_bytes(SECRET)
    return secret


def test_a_manifest_with_an_absolute_path_removes_nothing_there(tmp_path: Path) -> None:
    secret = outside(tmp_path)
    manifest(tmp_path / "site", {str(secret): sha(SECRET), f"/{secret}": sha(SECRET)})
    build(tmp_path / "site", index=b"0")
    assert secret.read_bytes() == SECRET


def test_a_manifest_that_leads_through_a_linked_folder_removes_nothing_behind_it(tmp_path: Path) -> None:
    secret = outside(tmp_path)
    manifest(tmp_path / "site", {"runs/secret": sha(SECRET)})
    (tmp_path / "site" / "runs").symlink_to(secret.parent)
    build(tmp_path / "site", index=b"0")
    assert secret.read_bytes() == SECRET


def test_a_page_is_not_written_through_a_linked_folder(tmp_path: Path) -> None:
    secret = outside(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "runs").symlink_to(secret.parent)
    with pytest.raises(OSError, match="symbolic link"):
        build(tmp_path / "site", runs__secret=b"1", runs__new=b"2")
    assert tree(secret.parent) == {"secret": SECRET}


def test_a_page_takes_the_place_of_a_link_and_leaves_what_it_leads_to(tmp_path: Path) -> None:
    secret = outside(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "page").symlink_to(secret)
    build(tmp_path / "site", page=b"1")
    assert secret.read_bytes() == SECRET
    assert not (tmp_path / "site" / "page").is_symlink()


def test_a_manifest_that_names_a_link_removes_nothing_behind_it(tmp_path: Path) -> None:
    secret = outside(tmp_path)
    manifest(tmp_path / "site", {"page": sha(SECRET)})
    (tmp_path / "site" / "page").symlink_to(secret)
    build(tmp_path / "site", index=b"0")
    assert secret.read_bytes() == SECRET


@pytest.mark.parametrize("path", ["", ".", "runs", "runs/", "kept/file", "kept/file/inner", "x" * 300, "nul\0byte", "runs/" * 1000 + "x"])
def test_a_manifest_that_names_no_file_does_not_stop_a_build(tmp_path: Path, path: str) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(SECRET)
    manifest(tmp_path, {path: sha(b"something else")})
    build(tmp_path, index=b"0")
    assert tree(tmp_path).keys() == {"index", "manifest.json", "kept/file"}


def test_a_manifest_that_names_itself_is_written_all_the_same(tmp_path: Path) -> None:
    manifest(tmp_path, {"manifest.json": sha(b"anything")})
    build(tmp_path, index=b"0")
    assert json.loads((tmp_path / "manifest.json").read_bytes())["pages"] == {"index": sha(b"0")}


def test_no_temporary_file_is_left(tmp_path: Path) -> None:
    build(tmp_path, index=b"0", runs__a=b"1")
    assert temporaries(tmp_path) == []
