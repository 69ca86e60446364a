"""Which files of a folder are planes; what leads elsewhere, or is no file, is not opened."""

import os
from pathlib import Path

import pytest

from contexta import workspace
from tests import strategies as build
from tests.workspace.test_opening import captured, event


def told(root: Path) -> list[tuple[str, str, str]]:
    return [(problem.file, problem.key, problem.severity) for problem in workspace.open(root).problems]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of lines that lies beside the workspace."""
    path = tmp_path / "secret.jsonl"
    path.write_bytes(event("secret", "run:p.secret"))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    captured(tmp_path / "workspace", event("one"))
    return tmp_path / "workspace"


@pytest.mark.parametrize("name", ["link.jsonl", "link.jsonl.1", "link.jsonl.gz"])
def test_a_link_that_leads_out_of_the_workspace_is_not_read(name: str, root: Path, secret: Path) -> None:
    (root / "cache/capture" / name).symlink_to(secret)
    assert told(root) == [(f"cache/capture/{name}", "outside_file", "error")]
    assert [str(ref) for ref in workspace.open(root).run_refs()] == ["run:p.r"]


def test_neither_is_a_folder_that_leads_out_of_it(root: Path, tmp_path: Path, secret: Path) -> None:
    (root / "records").rename(tmp_path / "records")
    (tmp_path / "records/segments").mkdir()
    secret.rename(tmp_path / "records/segments/segment-000001.jsonl")
    (root / "records").symlink_to(tmp_path / "records")
    assert told(root) == [(build.SEGMENT, "outside_file", "error")]
    assert [str(ref) for ref in workspace.open(root).run_refs()] == ["run:p.r"]


def test_links_within_the_workspace_and_to_it_are_followed(root: Path, tmp_path: Path) -> None:
    (root / "archive").mkdir()
    (root / "archive/other").write_bytes(event("other", "run:p.other"))
    (root / "cache/capture/other.jsonl").symlink_to("../../archive/other")
    (tmp_path / "link").symlink_to(root)
    assert told(tmp_path / "link") == []
    assert [str(ref) for ref in workspace.open(tmp_path / "link").run_refs()] == ["run:p.other", "run:p.r"]


def test_a_pipe_is_not_opened(root: Path) -> None:
    os.mkfifo(root / "cache/capture/pipe.jsonl")
    assert told(root) == [("cache/capture/pipe.jsonl", "unreadable_file", "error")]


@pytest.mark.parametrize("target", ["nowhere", "circle.jsonl"])
def test_neither_are_links_that_lead_nowhere(target: str, root: Path) -> None:
    (root / "cache/capture/circle.jsonl").symlink_to(target)
    assert told(root) == [("cache/capture/circle.jsonl", "unreadable_file", "error")]


def test_files_that_look_like_planes_and_are_none_are_told(root: Path) -> None:
    for name in ("record.jsonl.xz", "record.jsonl.bak", ".record.jsonl.swp", "notes.txt"):
        (root / "cache/capture" / name).touch()
    assert told(root) == [(f"cache/capture/{name}", "unread_file", "info") for name in ("record.jsonl.bak", "record.jsonl.xz")]


def test_what_is_not_read_stays_told_and_is_read_once_it_can_be(root: Path, secret: Path) -> None:
    link = root / "cache/capture/link.jsonl"
    link.symlink_to(secret)
    for _ in range(2):
        with workspace.indexed(root) as opened:
            assert [problem.key for problem in opened.problems] == ["outside_file"]
    link.unlink()
    secret.rename(link)
    with workspace.indexed(root) as opened:
        assert opened.problems == ()
        assert [str(ref) for ref in opened.run_refs()] == ["run:p.r", "run:p.secret"]


def test_a_folder_that_cannot_be_listed_is_told_and_the_rest_is_there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def scandir(path: Path) -> object:
        if path == root / "records/segments":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert told(root) == [("records/segments", "unreadable_folder", "error")]
    assert len(workspace.open(root).snapshot("run:p.r").events) == 1
