"""What is known of runs and deployments without making a site."""

from pathlib import Path

import pytest

from contexta import workspace
from contexta.contract import RunSnapshot
from contexta.report import RunSummary, summarize
from contexta.site import summaries
from tests.site import put_deployment, put_run, workspace_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return workspace_of(tmp_path / "two", put_run("p", "one"), put_run("p", "two", status="failed"), put_deployment("p", "live", "one"))


def told(root: Path, cache: Path) -> list[tuple[str, str]]:
    with workspace.indexed(root, cache) as opened:
        return [(one.ref, one.status) for many in summaries(opened) for one in many]


def test_every_run_and_deployment_is_told(root: Path, tmp_path: Path) -> None:
    expected = [("run:p.one", "completed"), ("run:p.two", "failed"), ("deployment:p.live", "completed")]
    assert told(root, tmp_path / "cache") == told(root, tmp_path / "cache") == expected


def test_what_did_not_change_is_not_read_again(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told(root, tmp_path / "cache")
    read: list[str] = []

    def noted(snapshot: RunSnapshot) -> RunSummary:
        read.append(snapshot.run.name)
        return summarize(snapshot)

    monkeypatch.setattr("contexta.report.summarize", noted)
    workspace_of(root, put_run("p", "one"), put_run("p", "two", status="failed"), put_deployment("p", "live", "one"), put_run("p", "three"))
    assert ("run:p.three", "completed") in told(root, tmp_path / "cache")
    assert read == ["three"]
