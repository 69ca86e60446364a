"""Where the lines of a workspace lie, and what makes a folder one."""

from itertools import accumulate
from pathlib import Path

import pytest

from contexta import workspace
from contexta.workspace.lines import Block, Located, Unusable
from contexta.workspace.listing import is_workspace, listing
from contexta.workspace.planes import Extent, JsonlPlane, Plane
from tests import strategies as build
from tests.conftest import TINY


@pytest.mark.parametrize(
    "place", [build.LEDGER, build.CONTEXT, build.CAPTURED, build.SEGMENT, "records/manifest.json", "metadata/ledger.db"]
)
def test_any_of_its_files_makes_a_folder_a_workspace(tmp_path: Path, place: str) -> None:
    assert not is_workspace(tmp_path)
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).touch()
    assert is_workspace(tmp_path)


@pytest.mark.parametrize("place", ["record.jsonl", "cache/record.jsonl", "metadata/other.jsonl", "cache/capture/record.txt"])
def test_other_files_do_not(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).touch()
    assert not is_workspace(tmp_path)


def test_planes_are_read_in_one_order_and_named_by_their_place(tmp_path: Path) -> None:
    places = ["records/segments/segment-000010.jsonl", build.SEGMENT, build.CAPTURED, build.CONTEXT, build.LEDGER]
    build.Files({place: [] for place in places}).write(tmp_path)
    assert [plane.name for plane in listing(tmp_path, tmp_path / "copies").planes] == [
        build.LEDGER,
        build.CONTEXT,
        build.CAPTURED,
        build.SEGMENT,
        "records/segments/segment-000010.jsonl",
    ]


def _captured(root: Path) -> JsonlPlane:
    return next(plane for plane in listing(root, root / "copies").planes if plane.name == build.CAPTURED)


def line_starts(plane: JsonlPlane) -> list[int]:
    """Where the lines of a file begin, and where the last one ends."""
    return [*accumulate(map(len, plane.path.read_bytes().splitlines(keepends=True)), initial=0)]


def test_a_stretch_of_a_plane_reads_the_same_lines_as_the_whole() -> None:
    plane = _captured(TINY / "valid" / "complete")
    whole = [line for line in plane.scan() if isinstance(line, Located)]
    starts = line_starts(plane)
    (block,) = plane.read([Extent(plane.name, starts[2], starts[5], whole[2].line)])
    assert isinstance(block, Block)
    assert [block.parsed(index) for index in range(len(block.texts))] == whole[2:5]


def test_a_plane_that_cannot_be_read_is_a_problem_and_the_rest_is_there(tmp_path: Path) -> None:
    root = build.write_lines(tmp_path, captured=[build.record_frame(build.event("e"))])
    (root / "records/segments/segment-000009.jsonl").mkdir(parents=True)
    opened = workspace.open(root)
    assert [(problem.file, problem.line, problem.key) for problem in opened.problems] == [
        ("records/segments/segment-000009.jsonl", 0, "unreadable_file")
    ]
    assert len(opened.snapshot("run:p.r").events) == 1


def test_a_stretch_of_a_plane_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    root = build.write_lines(tmp_path, captured=[build.record_frame(build.event("e"))])
    plane = _captured(root)
    (root / build.CAPTURED).unlink()
    (line,) = plane.read([Extent(plane.name, 0, 10, 1)])
    assert isinstance(line, Unusable)
    assert (line.problem.key, line.problem.severity) == ("unreadable_file", "error")


def extents(root: Path, *sizes: int) -> tuple[Plane, list[Extent]]:
    """The captured lines of a workspace in extents of so many lines each."""
    plane = _captured(root)
    starts = line_starts(plane)
    made, first = [], 0
    for size in sizes:
        made.append(Extent(plane.name, starts[first], starts[first + size], first + 1))
        first += size
    return plane, made


def events(root: Path, count: int) -> Path:
    return build.write_lines(root, captured=[build.record_frame(build.event(f"e-{number}", "x" * number)) for number in range(count)])


def located(plane: Plane, some: list[Extent]) -> list[Located | Unusable]:
    """The lines of extents, whatever they are read in."""
    found: list[Located | Unusable] = []
    for part in plane.read(some):
        found += [part.parsed(index) for index in range(len(part.texts))] if isinstance(part, Block) else [part]
    return found


@pytest.mark.parametrize("block", [1, 400, 1_000_000])
def test_extents_read_the_same_lines_as_the_whole_however_they_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr("contexta.workspace.lines.BLOCK", block)
    plane, some = extents(events(tmp_path, 12), 1, 1, 5, 2, 3)
    whole = list(plane.scan())
    assert located(plane, some) == whole
    assert located(plane, [some[4], some[1]]) == [*whole[9:], whole[1]]
    assert located(plane, []) == []


@pytest.mark.parametrize("block", [1, 400, 1_000_000])
@pytest.mark.parametrize("left", [0, 1, 500])
def test_a_file_that_is_shorter_than_its_extents_is_told_once_and_what_is_left_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, left: int
) -> None:
    monkeypatch.setattr("contexta.workspace.lines.BLOCK", block)
    plane, some = extents(events(tmp_path, 12), 1, 1, 5, 2, 3)
    path = tmp_path / build.CAPTURED
    whole = list(plane.scan())
    path.write_bytes(path.read_bytes()[: some[2].start + left])
    *read, last = located(plane, some)
    assert read == whole[: len(read)]
    assert isinstance(last, Unusable)
    assert (last.problem.key, last.problem.line, last.problem.severity) == ("changed_file", len(read) + 1, "error")


def test_an_extent_that_ends_within_a_line_is_told(tmp_path: Path) -> None:
    plane, (extent,) = extents(events(tmp_path, 3), 3)
    *read, last = located(plane, [Extent(extent.plane, extent.start, extent.end - 5, 1)])
    assert len(read) == 2
    assert isinstance(last, Unusable)
    assert last.problem.place == "cache/capture/record.jsonl:3"
