"""`contexta-report build` for a site that others see: its address, who may list it, what it keeps, whether it fits."""

import re
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.site import BESIDE, put_deployment, put_run, tree, workspace_of
from tests.test_cli import OK, USAGE, assert_refused, call

URL = "https://example.org/ml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three runs, the first of which is deployed."""
    days = {"one": "2026-01-01", "two": "2026-01-02", "three": "2026-01-09"}
    runs = [put_run("p", name, started_at=f"{day}T00:00:00Z", ended_at=f"{day}T01:00:00Z") for name, day in days.items()]
    return workspace_of(tmp_path / "workspace", *runs, put_deployment("p", "live", "one"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the site goes."""
    return tmp_path / "site"


def test_a_site_that_knows_its_address_has_a_feed_and_a_sitemap(root: Path, out: Path) -> None:
    assert call("build", root, "-o", out, "--base-url", URL).exit_code == OK
    assert {name for name in tree(out) if "/" not in name} == BESIDE | {"index.html", "feed.xml", "sitemap.xml"}
    assert f'<link rel="canonical" href="{URL}/runs/p.one.html">' in (out / "runs" / "p.one.html").read_text("utf-8")


def test_an_address_that_is_none_is_refused_with_the_reason(root: Path, out: Path) -> None:
    result = call("build", root, "-o", out, "--base-url", "https://example.org/?page=1")
    assert_refused(result, USAGE, "--base-url", "must have no query", "'https://example.org/?page=1'")
    assert not out.exists()


def test_an_address_that_a_pipeline_left_empty_is_refused_too(root: Path, out: Path) -> None:
    assert_refused(call("build", root, "-o", out, "--base-url", ""), USAGE, "--base-url", "must begin with https://")


def test_indexing_may_be_allowed(root: Path, out: Path) -> None:
    call("build", root, "-o", out)
    assert "noindex" in (out / "index.html").read_text("utf-8")
    call("build", root, "-o", out, "--allow-indexing")
    assert "noindex" not in (out / "index.html").read_text("utf-8")


@pytest.mark.parametrize(("words", "gone"), [(("--keep", "1"), {"p.two"}), (("--keep-days", "1"), {"p.two"}), (("--keep", "2"), set())])
def test_older_runs_are_left_out_unless_they_were_deployed(root: Path, out: Path, words: tuple[str, ...], gone: set[str]) -> None:
    assert call("build", root, "-o", out, *words).exit_code == OK
    assert {path.stem for path in out.glob("runs/*.html")} == {"p.one", "p.two", "p.three"} - gone


@pytest.mark.parametrize("words", [("--keep", "0"), ("--keep", "-1"), ("--keep", "all"), ("--keep-days", "0"), ("--keep-days", "1.5")])
def test_what_is_no_number_to_keep_is_refused(root: Path, out: Path, words: tuple[str, str]) -> None:
    assert_refused(call("build", root, "-o", out, *words), USAGE, words[0])


def test_a_site_near_the_limit_of_github_pages_is_told_with_what_takes_the_space(
    root: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("build", root, "-o", out, "--format", "html,json").stderr == ""
    monkeypatch.setattr("contexta.site.preflight.NEAR", 100_000)
    result = call("build", root, "-o", out, "--format", "html,json")
    assert result.exit_code == OK
    size = sum(map(len, tree(out).values())) - (out / "manifest.json").stat().st_size
    assert f"the site has {size / 1000:.1f} KB, and GitHub Pages takes at most 1.0 GB" in result.stderr
    assert re.search(r"the most of it: runs/\*\.html \S+ KB, .*--keep N", result.stderr)


def test_help_lists_every_option_once_under_a_title() -> None:
    text = call("build", "--help").stdout
    shown = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", text, re.MULTILINE)
    assert len(shown) == len(set(shown))
    assert re.findall(r"^(\w.*):$", text, re.MULTILINE) == [
        "What it shows",
        "How it is written",
        "Where it is served",
        "How it is built",
        "Options",
    ]
    assert shown[-1:] == re.findall("--[a-z-]+", text.partition("\nOptions:\n")[2]) == ["--help"]


def test_the_commands_of_the_workflows_in_the_readme_run(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    section = (CHECKOUT / "README.md").read_text("utf-8").partition("## Publish\n")[2].partition("\n## ")[0]
    commands = re.findall(r"(?:- |run: )contexta-report (build .*)", section)
    assert len(commands) == 2
    root.rename(tmp_path / ".contexta")
    monkeypatch.chdir(tmp_path)
    for command in commands:
        words = re.sub(r'"\$.*"', URL, command).split()
        assert call(*words).exit_code == OK
        assert (tmp_path / words[3] / "sitemap.xml").is_file()
