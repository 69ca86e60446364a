"""Which runs a site keeps, what it says of the others, and that it follows the workspace as a clean build does."""

from pathlib import Path
from typing import Any

import pytest

from contexta import workspace
from contexta.site import Crew, Hosting, Retention
from contexta.site.executors import InProcess
from tests import strategies as build
from tests.site import put_deployment, put_project, put_run, tree, workspace_of
from tests.site.links import broken_links, read_page
from tests.site.rebuilding import Site, append, line


def run_on(day: int, project: str, name: str, **fields: Any) -> dict[str, Any]:
    """A run that began and ended on a day of January."""
    put = put_run(project, name, started_at=f"2026-01-{day:02}T01:00:00Z", ended_at=f"2026-01-{day:02}T02:00:00Z", **fields)
    return {**put, "put_at": f"2026-01-{day:02}T02:00:00Z"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Four runs of one project, one a day, and two of another; the first is deployed, by name, and the second as an artifact."""
    deployment = put_deployment("a", "of-artifact")
    deployment["model"]["artifact_ref"] = "artifact:a.two.model"
    root = workspace_of(
        tmp_path / "workspace",
        run_on(1, "a", "one"),
        run_on(2, "a", "two"),
        run_on(3, "a", "three"),
        run_on(4, "a", "four"),
        run_on(5, "a", "five"),
        run_on(1, "b", "one"),
        run_on(9, "b", "two"),
        put_deployment("a", "live", "one"),
        deployment,
    )
    return Site(root, tmp_path / "site", ("html", "md"))


def runs(site: Site) -> set[str]:
    """Build it; which runs have a page."""
    site.build()
    return {name.removeprefix("runs/").removesuffix(".html") for name in tree(site.out) if name.startswith("runs/") and ".html" in name}


def text(site: Site, page: str) -> str:
    return read_page((site.out / page).read_text("utf-8")).text


DEPLOYED = {"a.one", "a.two"}


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (Retention(), {"a.one", "a.two", "a.three", "a.four", "a.five", "b.one", "b.two"}),
        (Retention(runs=1), DEPLOYED | {"a.five", "b.two"}),
        (Retention(runs=2), DEPLOYED | {"a.four", "a.five", "b.one", "b.two"}),
        (Retention(runs=9), {"a.one", "a.two", "a.three", "a.four", "a.five", "b.one", "b.two"}),
        (Retention(days=1), DEPLOYED | {"b.two"}),
        (Retention(days=4), DEPLOYED | {"a.five", "b.two"}),
        (Retention(days=5), DEPLOYED | {"a.four", "a.five", "b.two"}),
        (Retention(days=10**9), {"a.one", "a.two", "a.three", "a.four", "a.five", "b.one", "b.two"}),
        (Retention(runs=1, days=5), DEPLOYED | {"a.four", "a.five", "b.two"}),
    ],
)
def test_the_newest_are_kept_and_all_that_were_deployed(site: Site, rule: Retention, kept: set[str]) -> None:
    site.retention = rule
    assert runs(site) == kept
    assert broken_links(site.out) == []


def test_a_run_is_as_new_as_its_newest_line(site: Site) -> None:
    record = build.record_frame(build.event("late", run="run:a.three", recorded_at="2026-01-09T01:00:00Z"))
    append(site.root, build.CAPTURED, line(record))
    site.retention = Retention(days=1)
    assert runs(site) == DEPLOYED | {"a.three", "b.two"}


def test_the_index_and_the_project_say_what_is_left_out(site: Site) -> None:
    site.retention = Retention(runs=1)
    site.build()
    assert "3 older runs are not in this site: --keep 1. Runs that were deployed always are." in text(site, "index.html")
    assert "2 older runs are not in this site" in text(site, "projects/a.html")
    assert "1 older run is not in this site" in text(site, "projects/b.html")
    assert "2 older runs are not in this site" in (site.out / "projects" / "a.md").read_text("utf-8").replace("\\", "")


def test_days_say_from_when_they_are_counted_and_a_project_may_have_no_run_left(site: Site) -> None:
    append(site.root, build.LEDGER, line(put_run("b", "three", ended_at="2026-03-01T00:00:00Z")))
    site.retention = Retention(days=2)
    append(site.root, build.LEDGER, line(put_project("c")) + line(run_on(2, "c", "one")))
    assert runs(site) == DEPLOYED | {"b.three"}
    assert "--keep-days 2, counted back from 2026-03-01." in text(site, "index.html")
    assert "1 older run is not in this site" in text(site, "projects/c.html")
    site.retention = Retention(runs=1, days=2)
    site.build()
    assert "--keep 1 or --keep-days 2, counted back from 2026-03-01." in text(site, "index.html")


@pytest.mark.parametrize("rule", [Retention(), Retention(runs=9), Retention(days=300)])
def test_nothing_is_said_where_nothing_is_left_out(site: Site, rule: Retention) -> None:
    site.retention = rule
    site.build()
    assert "not in this site" not in text(site, "index.html") + text(site, "projects/a.html")


def test_a_run_that_is_named_is_wanted_however_old_it_is(site: Site) -> None:
    site.retention, site.selection = Retention(runs=1), {"runs": ("a.three", "a.four")}
    assert runs(site) == {"a.three", "a.four"}
    assert "not in this site" not in text(site, "index.html")


def test_a_run_of_another_project_that_is_deployed_is_kept(site: Site) -> None:
    deployment = put_deployment("a", "foreign")
    deployment["model"]["run_ref"] = "run:b.one"
    append(site.root, build.LEDGER, line(deployment))
    site.retention, site.selection = Retention(runs=1), {"projects": ("b",)}
    assert runs(site) == {"b.one", "b.two"}


def test_what_falls_out_is_removed_and_comes_back_when_it_is_kept_again(site: Site) -> None:
    everything = runs(site)
    site.retention = Retention(runs=1)
    assert runs(site) < everything
    site.assert_is_clean()
    site.retention = Retention()
    assert runs(site) == everything
    site.assert_is_clean()


@pytest.mark.parametrize("rule", [Retention(runs=2), Retention(days=2)])
def test_built_in_steps_it_is_what_a_clean_build_gives(site: Site, rule: Retention) -> None:
    site.retention = rule
    site.build()
    steps = [
        line(run_on(10, "a", "six")),
        line(put_deployment("a", "later", "three")),
        line(run_on(11, "b", "three", status="failed")),
        line(run_on(12, "a", "five", status="failed")),
    ]
    for step in steps:
        append(site.root, build.LEDGER, step)
        site.build()
        site.assert_is_clean()
    built = site.build()
    assert (built.made, built.written) == (0, 0)


def test_times_that_were_kept_and_then_spoilt_are_read_again(site: Site) -> None:
    site.retention = Retention(runs=1)
    kept = runs(site)
    with workspace.indexed(site.root) as opened:
        spans = opened.index.kept("span")
        broken = (b"[]", b"{", b'["today", "tomorrow"]', b'["2026-01-01T00:00:00Z", null]', b"null", b"[1, 2, 3]", b"\xff")
        assert len(spans) == len(broken)
        opened.index.keep("span", {ref: (spans[ref][0], text) for ref, text in zip(spans, broken, strict=True)})
        opened.index.commit()
    assert runs(site) == kept


def test_a_crew_reads_the_same(site: Site) -> None:
    site.retention = Retention(runs=1)
    site.build(Crew(InProcess, ahead=2))
    site.assert_is_clean()


def test_a_feed_and_a_sitemap_name_no_run_that_is_left_out(site: Site) -> None:
    site.hosting, site.retention = Hosting("https://example.org/"), Retention(runs=1)
    kept = runs(site)
    told = (site.out / "feed.xml").read_text("utf-8") + (site.out / "sitemap.xml").read_text("utf-8")
    assert {name for name in ("a.one", "a.two", "a.three", "a.four", "b.one", "b.two") if f"runs/{name}.html" in told} == kept - {"a.five"}
