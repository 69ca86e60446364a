"""What is remembered of how lines are written is bounded, and changes nothing about what they say."""

import json
from pathlib import Path

import pytest

from contexta import workspace
from contexta.workspace import habits
from tests import strategies as build

LIMITS = ("_MAX_MANNERS", "_MAX_SERIES", "_MAX_TRACKS", "_MAX_STENCILS", "_MAX_WAYS", "_MAX_NEXT")


def _many_series(root: Path) -> Path:
    """Three runs of five series each, as their writer prints them."""
    frames = [
        {**build.record_frame(build.metric(f"m-{number:02}", number, f"key-{number % 5}")), "payload_ref": f"record:p.r.m-{number:02}"}
        for number in range(40)
    ]
    dense = "".join(json.dumps(frame, separators=(",", ":")) + "\n" for frame in frames)
    path = build.write_lines(root) / build.CAPTURED
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(dense.replace("p.r", f"p.r-{run}") for run in range(3)), "utf-8")
    return root


@pytest.mark.parametrize("limit", LIMITS)
def test_less_room_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    opened = workspace.open(_many_series(tmp_path))
    sources = [opened.run_source(ref) for ref in opened.run_refs()]
    assert len(sources) == 3
    alone = [repr(source.snapshot()) for source in sources]
    monkeypatch.setattr(habits, limit, 1)
    shared = workspace.Habits()
    assert [repr(source.snapshot(shared)) for source in sources] == alone


def test_what_is_full_is_emptied_between_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = workspace.open(_many_series(tmp_path))
    monkeypatch.setattr(habits, "_MAX_TRACKS", 5)
    shared = workspace.Habits()
    for ref in opened.run_refs():
        opened.run_source(ref).snapshot(shared)
    assert 0 < len(shared.after) <= 5 * 4
    shared.make_room()
    assert shared.after == {}
