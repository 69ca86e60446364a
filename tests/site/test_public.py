"""Sites for everyone: made anew when that is asked for, and refused where something got through."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contexta import cli
from tests import strategies as write
from tests.site import put_run, tree, workspace_of

TOKEN = "AKIAIOSFODNN7EXAMPLE"
ALL = "html,md,json,csv"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two runs, one of which tells a path."""
    ran = write.event("e-1", "read /srv/x/data.csv", run="run:p.one")
    files = write.Files({write.CAPTURED: [write.record_frame(ran)]})
    return workspace_of(files.write(tmp_path / "workspace"), put_run("p", "one"), put_run("p", "two"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "site"


def build(root: Path, out: Path, *options: str | Path) -> Result:
    return CliRunner().invoke(cli.main, ["build", str(root), "-o", str(out), "-v", *map(str, options)])


def pages_made(result: Result) -> int:
    assert result.exit_code == 0, result.output
    return int(next(line for line in result.stderr.splitlines() if "pages made" in line).split()[0])


def assert_refused(result: Result, *said: str) -> None:
    """Exit code 1, and one sentence that says these things."""
    assert result.exit_code == 1, result.output
    last = result.stderr.splitlines()[-1]
    assert [one for one in ("contexta-report: ", "is not published", *said) if one not in last] == []
    assert "Traceback" not in result.output


def test_pages_are_made_anew_for_everyone_and_for_oneself_again(root: Path, out: Path, tmp_path: Path) -> None:
    alone = pages_made(build(root, out))
    before = tree(out)
    assert b"/srv/x/data.csv" in before["runs/p.one.html"]
    assert pages_made(build(root, out, "--public")) == alone
    assert build(root, tmp_path / "clean", "--public", "--cache", tmp_path / "cache").exit_code == 0
    assert tree(out) == tree(tmp_path / "clean")
    assert b"[path left out]" in tree(out)["runs/p.one.html"]
    assert pages_made(build(root, out, "--public")) == 0
    assert pages_made(build(root, out, "--public", "--public-tag", "kind")) == alone
    assert pages_made(build(root, out)) == alone
    assert tree(out) == before


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_template_lets_through_is_refused_and_the_page_named(root: Path, out: Path, tmp_path: Path, jobs: int) -> None:
    text = '{% extends "contexta/page.html.j2" %}{% block footer %}made in /home/alice/templates{% endblock %}'
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html.j2").write_text(text, "utf-8")
    result = build(root, out, "--public", "--templates", tmp_path / "templates", "--jobs", str(jobs))
    assert_refused(result, "runs/p.", "an absolute path")
    assert [name for name, content in tree(out).items() if b"/home/alice" in content] == []


def test_what_a_theme_lets_through_is_refused(root: Path, out: Path, tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text(f'footer = "Ask {TOKEN}"', "utf-8")
    assert build(root, out, "--theme", tmp_path / "theme.toml").exit_code == 0
    assert_refused(build(root, out, "--public", "--theme", tmp_path / "theme.toml"), "a secret")


def test_a_reference_that_holds_a_secret_is_refused(root: Path, out: Path, tmp_path: Path) -> None:
    named = workspace_of(tmp_path / "named", put_run("p", "sk-abcdefghijklmnopqrstuvwx0123456789"))
    assert_refused(build(named, out, "--public"), "runs/p.sk-", "a secret", "references")


MAIL = ("--from", "a@example.org", "--to", "b@example.org", "--eml")


@pytest.mark.parametrize(
    ("command", "options", "named"),
    [(("run", "p.one"), ("-o",), "one.out"), (("compare", "p.one", "p.two"), ("-o",), "one.out"), (("email", "p.one"), MAIL, "the mail")],
)
def test_a_report_that_is_refused_is_not_written(
    command: tuple[str, ...], options: tuple[str, ...], named: str, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "theme.toml").write_text(f'footer = "Ask {TOKEN}"', "utf-8")
    words = (*command, root, *options, tmp_path / "one.out", "--theme", tmp_path / "theme.toml", "--public")
    result = CliRunner().invoke(cli.main, [str(word) for word in words])
    assert_refused(result, named, "a secret")
    assert not (tmp_path / "one.out").exists()


@pytest.mark.parametrize("public", [(), ("--public",)])
def test_where_the_workspace_lies_stands_in_no_page(public: tuple[str, ...], root: Path, out: Path) -> None:
    assert build(root, out, "--format", ALL, *public).exit_code == 0
    assert [name for name, content in tree(out).items() if str(root.parent).encode() in content] == []


def test_a_list_of_tags_is_for_everyone_only(root: Path, out: Path) -> None:
    result = build(root, out, "--public-tag", "kind")
    assert result.exit_code == 2
    assert "--public-tag goes with --public" in result.stderr
