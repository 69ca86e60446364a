"""What is known of deployments before their pages are made."""

from pathlib import Path

import pytest

from contexta.contract import StableRef
from contexta.report import DeploymentSummary
from contexta.report.directions import Directions
from contexta.site import Press, build_site, told
from contexta.workspace import DeploymentSource
from contexta.workspace import open as open_workspace
from tests import strategies as build
from tests.site import put_deployment, put_run, workspace_of
from tests.site.rebuilding import Site, append, line


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two deployments of one place, each of a run that is the better the later."""
    puts = [put_run("a", name, started_at=build.at(place)) for place, name in enumerate(("one", "two"))]
    live = [put_deployment("a", "live-1", "one"), put_deployment("a", "live-2", "two")]
    root = workspace_of(tmp_path / "workspace", *puts, *live)
    for name, value in (("one", 0.5), ("two", 0.75)):
        append(root, build.CAPTURED, line(build.record_frame(build.metric("m1", value, key="accuracy", run=f"run:a.{name}"))))
    return root


def test_the_lines_of_a_deployment_are_read_only_where_they_changed(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[StableRef] = []

    def tell(sources: list[DeploymentSource]) -> list[DeploymentSummary]:
        read.extend(source.ref for source in sources)
        return whole(sources)

    whole = told.tell
    monkeypatch.setattr(told, "tell", tell)
    site = Site(root, tmp_path / "site")
    site.build()
    assert [ref.name for ref in read] == ["live-1", "live-2"]
    site.build()
    append(root, build.LEDGER, line(put_deployment("a", "live-3", "two")))
    site.build()
    assert [ref.name for ref in read] == ["live-1", "live-2", "live-3"]


@pytest.mark.parametrize(("said", "judged"), [((), "better"), ((("accuracy", "down"),), "worse")])
def test_every_page_judges_a_change_by_what_is_said_of_its_metric(
    root: Path, tmp_path: Path, said: tuple[tuple[str, str], ...], judged: str
) -> None:
    texts = [f"{key}={way}" for key, way in said]
    build_site(open_workspace(root), Press(tmp_path / "site", ("md",), directions=Directions.parse(texts)))
    for page in ("index", "projects/a", "deployments/a.live-2"):
        text = (tmp_path / "site" / f"{page}.md").read_text("utf-8")
        assert f"+0.25 ({judged})" in text
