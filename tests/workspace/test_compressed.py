"""Compressed and rotated planes are read like any other: the same lines, each once, and what is wrong with the file itself is told."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from contexta import workspace
from contexta.workspace import Workspace, catalog, planes
from contexta.workspace.listing import listing
from tests import strategies as build
from tests.site.rebuilding import copied
from tests.workspace.packing import pack, packed
from tests.workspace.test_opening import append, captured, event, everything, known, notes_of

both = pytest.mark.parametrize("packing", ["gz", "zst"])


def files_told(opened: Workspace) -> list[tuple[str, str]]:
    return [(problem.place, problem.key) for problem in opened.problems]


def names(opened: Workspace, run: str = "run:p.r") -> list[str]:
    """The events of a run, by their names."""
    return [event.envelope.record_ref.name for event in opened.snapshot(run).events]


@both
def test_a_compressed_plane_says_what_it_said_before(packing: str, vision: Path, tmp_path: Path) -> None:
    """All of it but the names of files."""

    def said(root: Path) -> str:
        return repr(everything(workspace.open(root))).replace(f".jsonl.{packing}", ".jsonl")

    root = copied(vision, tmp_path / "workspace")
    before = said(root)
    for path in root.rglob("*.jsonl"):
        pack(path, packing)
    assert said(root) == before
    assert not list(root.rglob("*.jsonl"))


@both
def test_rotated_segments_are_read_in_order_and_once(packing: str, tmp_path: Path) -> None:
    """Puts of one moment: the later line is the state."""
    ledger = tmp_path / build.LEDGER
    for number, name in enumerate(["ledger.jsonl.10", "ledger.jsonl.9", "ledger.jsonl"]):
        build.write_lines(tmp_path, ledger=[build.put("Run", build.run_model("p.r", description=f"put {number}"))])
        assert workspace.open(tmp_path).snapshot("run:p.r").run.description == f"put {number}"
        ledger.rename(ledger.with_name(name))
        if name != "ledger.jsonl":
            pack(ledger.with_name(name), packing)
    opened = workspace.open(tmp_path)
    assert list(opened.planes) == [f"metadata/ledger.jsonl.10.{packing}", f"metadata/ledger.jsonl.9.{packing}", build.LEDGER]
    assert opened.snapshot("run:p.r").run.description == "put 2"


@both
def test_an_unchanged_archive_is_not_unpacked_again(packing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = captured(tmp_path, event("one"))
    pack(path, packing)
    before = known(tmp_path)
    monkeypatch.setattr(planes, "unpack", None)
    assert notes_of(tmp_path) == []
    monkeypatch.undo()
    assert known(tmp_path) == before
    assert sorted(one.name for one in (tmp_path / "cache/report").iterdir()) == [".gitignore", "index.sha256", "index.sqlite"]


@both
def test_an_archive_that_changed_is_read_again(packing: str, tmp_path: Path) -> None:
    archive = pack(captured(tmp_path, event("one")), packing)
    known(tmp_path)
    append(archive, packed(event("two"), packing))
    assert notes_of(tmp_path) == [f"cache/capture/record.jsonl.{packing} is read again: it changed, or what stands beside it did"]
    assert known(tmp_path) == everything(workspace.open(tmp_path))
    assert names(workspace.open(tmp_path)) == ["one", "two"]


@both
def test_what_a_build_that_was_killed_unpacked_is_cleared_away(packing: str, tmp_path: Path) -> None:
    pack(captured(tmp_path, event("one")), packing)
    known(tmp_path)
    left = tmp_path / "cache/report/contexta-unpacked-0123"
    left.mkdir()
    (left / "copy").write_bytes(event("one"))
    known(tmp_path)
    assert not left.exists()


# While a segment is rotated


@both
@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_segment_that_is_being_compressed_counts_once(packing: str, share: float, tmp_path: Path) -> None:
    path = captured(tmp_path, b"".join(event(f"e-{number}") for number in range(500)))
    archive = pack(path, packing, keep=True)
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * share)])
    ((run,), _, problems, _) = known(tmp_path)
    assert (len(run.events), run.problems) == (500, ())
    (told,) = problems
    assert (told.file, told.key, told.severity) == (f"cache/capture/record.jsonl.{packing}", "same_lines", "info")
    assert "cache/capture/record.jsonl" in told.what


@both
def test_then_it_is_compressed(packing: str, tmp_path: Path) -> None:
    path = captured(tmp_path, event("one") + event("two"))
    known(tmp_path)
    pack(path, packing, keep=True)
    known(tmp_path)
    path.unlink()
    assert known(tmp_path) == everything(workspace.open(tmp_path))
    assert names(workspace.open(tmp_path)) == ["one", "two"]
    assert workspace.open(tmp_path).problems == ()


@both
def test_a_file_that_was_begun_anew_after_it_was_compressed_is_read_beside_the_archive(packing: str, tmp_path: Path) -> None:
    path = captured(tmp_path, event("one") + event("two"))
    pack(path, packing)
    path.write_bytes(event("three"))
    known(tmp_path)
    append(path, event("four"))
    assert known(tmp_path) == everything(workspace.open(tmp_path))
    opened = workspace.open(tmp_path)
    assert names(opened) == ["one", "two", "three", "four"]
    assert opened.problems == opened.snapshot("run:p.r").problems == ()


@both
def test_a_file_that_is_rewritten_beside_an_archive_of_it_no_longer_stands_for_that(packing: str, tmp_path: Path) -> None:
    path = captured(tmp_path, event("one") + event("two"))
    pack(path, packing, keep=True)
    known(tmp_path)
    path.write_bytes(event("three"))
    assert known(tmp_path) == everything(workspace.open(tmp_path))
    assert names(workspace.open(tmp_path)) == ["one", "two", "three"]


def test_both_packings_of_one_segment_count_once(tmp_path: Path) -> None:
    path = captured(tmp_path, event("one"))
    pack(path, "gz", keep=True)
    pack(path, "zst")
    opened = workspace.open(tmp_path)
    assert names(opened) == ["one"]
    assert files_told(opened) == [("cache/capture/record.jsonl.gz", "same_lines")]


def test_a_file_that_is_rotated_while_the_folder_is_listed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was seen under its first name, and stands under another when it is opened."""
    path = captured(tmp_path, event("one"))

    def rotated(*places: Any) -> Any:
        monkeypatch.undo()
        listed = listing(*places)
        path.rename(path.with_name("record.jsonl.1"))
        path.write_bytes(event("two"))
        return listed

    monkeypatch.setattr(catalog, "listing", rotated)
    assert names(workspace.open(tmp_path)) == ["one", "two"]


# What is wrong with the file


@both
def test_the_lines_of_a_cut_archive_are_there_and_the_cut_is_told(packing: str, tmp_path: Path) -> None:
    archive = pack(captured(tmp_path, b"".join(event(f"e-{number}") for number in range(3_000))), packing)
    archive.write_bytes(archive.read_bytes()[:-9])
    opened = workspace.open(tmp_path)
    assert len(names(opened)) > 100
    assert (f"cache/capture/record.jsonl.{packing}", "cut_archive") in files_told(opened)


def test_a_missing_package_is_told_with_the_file_and_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = captured(tmp_path, event("one"))
    append(pack(path, "zst", keep=True), b"")
    path.write_bytes(event("two"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    (told,) = known(tmp_path)[2]
    assert (told.place, told.key, told.severity) == ("cache/capture/record.jsonl.zst", "missing_extra", "error")
    assert "[zstd]" in told.what
    assert names(workspace.open(tmp_path)) == ["two"]
    monkeypatch.undo()
    assert known(tmp_path) == everything(workspace.open(tmp_path))
    assert names(workspace.open(tmp_path)) == ["one", "two"]


def test_a_full_disk_is_told_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack(captured(tmp_path, event("one")), "gz")
    (tmp_path / build.LEDGER).parent.mkdir()
    (tmp_path / build.LEDGER).write_bytes(json.dumps(build.put("Run", build.run_model("p.r"))).encode() + b"\n")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(planes, "unpack", full)
    opened = workspace.open(tmp_path)
    assert [(problem.place, problem.what) for problem in opened.problems] == [
        ("cache/capture/record.jsonl.gz", "cannot be unpacked: No space left on device")
    ]
    assert names(opened) == []


def test_what_a_full_disk_took_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack(captured(tmp_path, event("one")), "gz")
    left: list[Path] = []

    def full(_archive: object, _packing: str, copy: Path) -> None:
        left.append(copy)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(b"{")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(planes, "unpack", full)
    opened = workspace.open(tmp_path)
    assert [problem.key for problem in opened.problems] == ["unreadable_file"]
    assert [copy.exists() for copy in left] == [False]
