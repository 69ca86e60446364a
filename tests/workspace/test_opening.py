"""What was read once is not read again, and whatever happens to the files, what is known is what a first reading would give."""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from contexta import workspace
from contexta.contract import DeploymentSnapshot, Problem, RunSnapshot
from contexta.errors import ContextaError
from contexta.workspace import Workspace, catalog
from contexta.workspace.scan import Piece, Reading
from tests import strategies as build

Everything = tuple[tuple[RunSnapshot, ...], tuple[DeploymentSnapshot, ...], tuple[Problem, ...], tuple[object, ...]]


def everything(opened: Workspace) -> Everything:
    runs = tuple(opened.snapshot(ref) for ref in opened.run_refs())
    deployments = tuple(opened.deployment(ref) for ref in opened.deployment_refs())
    return runs, deployments, opened.problems, opened.projects()


def known(root: Path, cache: Path | None = None) -> Everything:
    with workspace.indexed(root, cache) as opened:
        return everything(opened)


def notes_of(root: Path) -> list[str]:
    """What was said when the index was brought up to date."""
    told: list[str] = []
    with workspace.indexed(root, notify=told.append):
        pass
    return told


def event(name: str, run: str = "run:p.r", message: str = "hello") -> bytes:
    return json.dumps(build.record_frame(build.event(name, message, run=run))).encode() + b"\n"


def captured(root: Path, data: bytes) -> Path:
    path = build.write_lines(root) / build.CAPTURED
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(data)


@build.unhurried
@given(build.histories())
def test_reading_what_was_appended_gives_what_reading_everything_gives(steps: build.History) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = build.write_lines(Path(folder))
        for step in steps:
            build.take_step(root, step)
            assert known(root) == everything(workspace.open(root))


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A capture of two runs that was read once."""
    path = captured(tmp_path, event("one") + event("two", "run:p.other") + event("three"))
    known(tmp_path)
    return path


def test_of_a_file_that_grew_only_the_new_lines_are_read(two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bytes] = []

    def take(reading: Reading, piece: Piece) -> None:
        taken.append(piece.data)
        real(reading, piece)

    real = Reading.take
    monkeypatch.setattr(Reading, "take", take)
    known(tmp_path)
    assert taken == []
    append(two, event("four"))
    known(tmp_path)
    assert taken == [event("four")]


def test_an_unfinished_line_is_told_until_it_is_finished(two: Path, tmp_path: Path) -> None:
    append(two, event("four")[:-10])
    ((_, run), _, _, _) = known(tmp_path)
    assert [(problem.place, problem.key) for problem in run.problems] == [("cache/capture/record.jsonl:4", "torn_line")]
    append(two, event("four")[-10:])
    ((_, run), _, _, _) = known(tmp_path)
    assert (len(run.events), run.problems) == (3, ())


@pytest.mark.parametrize(
    "first", [b"", b"\xef", b"\xef\xbb\xbf", b"\xef\xbb\xbf" + event("one")[:9], b"\xef\xbb\xbf" + event("one")[:-1] + b"\r"]
)
def test_what_is_odd_about_a_file_is_told_once_whenever_its_first_line_came(first: bytes, tmp_path: Path) -> None:
    whole = b"\xef\xbb\xbf" + event("one")[:-1] + b"\r\n"
    path = captured(tmp_path, first)
    known(tmp_path)
    for data in (whole[len(first) :], event("two"), event("three")):
        append(path, data)
        _, _, problems, _ = known(tmp_path)
        assert [problem.key for problem in problems] == ["byte_order_mark", "crlf"]
        assert known(tmp_path) == everything(workspace.open(tmp_path))


@pytest.mark.parametrize("line", [b'{oops "%s", "run_ref":"run:p.r"}\n', b"[" * 300 + b'"%s", {"run_ref":"run:p.r"}\n'])
def test_a_long_line_that_cannot_be_used_is_given_to_the_run_at_its_end(line: bytes, tmp_path: Path) -> None:
    path = captured(tmp_path, event("one"))
    known(tmp_path)
    append(path, line % (b"x" * 100_000))
    ((run,), _, problems, _) = known(tmp_path)
    assert ([problem.line for problem in run.problems], problems) == ([2], ())
    assert known(tmp_path) == everything(workspace.open(tmp_path))


def test_an_unfinished_line_that_is_longer_than_a_part_is_told_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "_PART", 1_000)
    path = captured(tmp_path, b"".join(event(f"e{number}") for number in range(9)) + event("last", message="x" * 9_000)[:-9])
    ((run,), _, _, _) = known(tmp_path)
    assert [(problem.line, problem.key) for problem in run.problems] == [(10, "torn_line")]
    append(path, event("last", message="x" * 9_000)[-9:])
    ((run,), _, _, _) = known(tmp_path)
    assert (len(run.events), run.problems) == (10, ())


def test_files_whose_names_are_no_text_are_read_each_for_itself(tmp_path: Path) -> None:
    for name in (b"\xfe", b"\xff"):
        path = captured(tmp_path, event("one")).with_name(os.fsdecode(name + b".jsonl"))
        path.write_bytes(b"{oops\n")
    _, _, problems, _ = known(tmp_path)
    assert [problem.place for problem in problems] == [f"cache/capture/\\x{name}.jsonl:1" for name in ("fe", "ff")]
    assert known(tmp_path) == everything(workspace.open(tmp_path))


def test_a_cache_folder_serves_a_workspace_whose_name_is_no_text(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"\xff")
    captured(root, event("one"))
    assert known(root, tmp_path / "kept") == known(root, tmp_path / "kept") == everything(workspace.open(root))


def _shorter(path: Path) -> None:
    path.write_bytes(event("one"))


def _same_length(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"three", b"seven"))


def _longer_with_another_past(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"p.other", b"p.third") + event("four"))


def _in_place(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(path.read_bytes().index(b'"seen"'))
        stream.write(b'"gone"')
    append(path, event("four"))


def _replaced(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(event("five") + event("six", "run:q.r") + event("seven"))
    other.replace(path)


def _gone(path: Path) -> None:
    path.unlink()


def _renamed(path: Path) -> None:
    path.rename(path.with_name("other.jsonl"))


def _touched(path: Path) -> None:
    os.utime(path, (1, 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_shorter, "it is shorter than before"),
        (_same_length, "what was read of it has changed"),
        (_longer_with_another_past, "what was read of it has changed"),
        (_in_place, "what was read of it has changed"),
        (_replaced, "another file is in its place"),
        (_gone, "cache/capture/record.jsonl is gone"),
        (_renamed, "cache/capture/record.jsonl is gone"),
        (_touched, "it was written to, and did not grow"),
    ],
)
def test_whatever_happens_to_a_file_it_is_read_as_it_is_now(change: Callable[[Path], None], said: str, two: Path, tmp_path: Path) -> None:
    other = two.with_name("more.jsonl")
    other.write_bytes(event("elsewhere"))
    known(tmp_path)
    change(two)
    (note,) = notes_of(tmp_path)
    assert said in note
    assert known(tmp_path) == everything(workspace.open(tmp_path))
    assert known(tmp_path)[0][0].events


def test_where_no_file_is_the_one_that_was_read_all_is_read_again(two: Path, tmp_path: Path) -> None:
    _replaced(two)
    assert notes_of(tmp_path) == ["every file is read again: none is the one that was indexed"]
    assert known(tmp_path) == everything(workspace.open(tmp_path))


def _index(root: Path) -> Path:
    return root / "cache" / "report" / "index.sqlite"


def _flip(position: float) -> Callable[[Path], None]:
    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[int(len(data) * position)] ^= 0x55
        path.write_bytes(data)

    return flip


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _no_database(path: Path) -> None:
    path.write_bytes(b"these are not the pages you are looking for" * 400)


def _unsealed(path: Path) -> None:
    path.with_suffix(".sha256").unlink()


def _other_version(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE about SET version = version + 1")
    connection.commit()
    connection.close()
    path.with_suffix(".sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest())


def _without_tables(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE extent")
    connection.commit()
    connection.close()
    path.with_suffix(".sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    "harm",
    [*(_flip(tenth / 10) for tenth in range(10)), _empty, _no_database, _unsealed, _other_version, _without_tables],
    ids=[*(f"flipped at {tenth}/10" for tenth in range(10)), "empty", "no database", "unsealed", "other version", "without tables"],
)
def test_an_index_that_is_not_as_it_was_left_is_made_anew(harm: Callable[[Path], None], two: Path, tmp_path: Path) -> None:
    harm(_index(tmp_path))
    append(two, event("four"))
    assert any("the index is made anew" in note for note in notes_of(tmp_path))
    assert known(tmp_path) == everything(workspace.open(tmp_path))
    assert notes_of(tmp_path) == []


def test_an_index_that_was_deleted_is_made_anew(two: Path, tmp_path: Path) -> None:
    before = known(tmp_path)
    shutil.rmtree(tmp_path / "cache" / "report")
    assert known(tmp_path) == before


def test_an_index_that_is_a_link_does_not_touch_what_it_leads_to(two: Path, tmp_path: Path) -> None:
    other = tmp_path / "precious.sqlite"
    other.write_bytes(b"mine")
    _index(tmp_path).unlink()
    _index(tmp_path).symlink_to(other)
    assert known(tmp_path) == everything(workspace.open(tmp_path))
    assert other.read_bytes() == b"mine"


def test_a_cache_that_leads_out_of_the_workspace_is_not_used(two: Path, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    shutil.rmtree(tmp_path / "cache" / "report")
    (tmp_path / "cache" / "report").symlink_to(outside)
    assert any("leads out of the workspace" in note for note in notes_of(tmp_path))
    assert known(tmp_path) == everything(workspace.open(tmp_path))
    assert list(outside.iterdir()) == []


def test_the_index_of_a_folder_that_cannot_be_written_is_kept_in_memory(two: Path, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "cache" / "report")
    (tmp_path / "cache" / "report").write_bytes(b"a file is in the way")
    assert any("no index is kept" in note for note in notes_of(tmp_path))
    assert known(tmp_path) == everything(workspace.open(tmp_path))


def test_a_cache_folder_of_ones_own_serves_several_workspaces(two: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    captured(other, event("elsewhere", "run:q.r"))
    for root in (tmp_path, other, tmp_path):
        assert known(root, tmp_path / "kept") == everything(workspace.open(root))
    assert len(list((tmp_path / "kept").glob("*.sqlite"))) == 2
    assert not (other / "cache" / "report").exists()


def test_the_cache_hides_itself_from_version_control(two: Path, tmp_path: Path) -> None:
    assert (tmp_path / "cache" / "report" / ".gitignore").read_text().splitlines()[-1] == "*"


def test_opening_for_reading_writes_nothing(tmp_path: Path) -> None:
    captured(tmp_path, event("one"))
    before = sorted(tmp_path.rglob("*"))
    assert workspace.open(tmp_path).run_refs()
    assert sorted(tmp_path.rglob("*")) == before


def _broken_while_used(root: Path) -> None:
    with workspace.indexed(root) as opened:
        opened.index.database.connection.execute("DROP TABLE kept")
        opened.index.kept("any")


def test_an_index_that_breaks_while_it_is_used_is_told_in_a_sentence(two: Path, tmp_path: Path) -> None:
    with pytest.raises(ContextaError, match=r"the index of .* cannot be used: .*--cache"):
        _broken_while_used(tmp_path)
