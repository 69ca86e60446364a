"""What the README shows works."""

import math
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from contexta import workspace
from contexta.cli import main
from tests.conftest import CHECKOUT

EXAMPLE = CHECKOUT / "site_example"
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def _shown_commands() -> list[str]:
    lines = "\n".join(_blocks("sh")).splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.startswith("contexta-report ")]


@pytest.mark.parametrize("command", _shown_commands())
def test_every_command_shown_runs(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(EXAMPLE / ".contexta", tmp_path / ".contexta", ignore=shutil.ignore_patterns("report"))
    monkeypatch.chdir(tmp_path)
    arguments = shlex.split(command)[1:]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == (1 if arguments[0] == "doctor" else 0), result.output  # a loss of the example is NaN


def test_the_writing_shown_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    exec(_blocks("python")[0], {})
    printed = capsys.readouterr().out
    assert printed.startswith("# first try\n")
    assert "epoch-2" in printed


def test_the_reading_shown_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(CHECKOUT)
    names: dict[str, object] = {}
    exec(_blocks("python")[1], names)
    assert "Run Summary" in capsys.readouterr().out
    assert str(names["page"]).startswith("<!doctype html>")


def test_the_template_shown_overrides_the_footer(iris: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text(_blocks("jinja")[0], encoding="utf-8")
    result = CliRunner().invoke(main, ["run", "rbf-svm", str(iris), "--templates", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "Vision team, internal" in result.output
    assert "Made with contexta-report" not in result.output


def test_the_theme_shown_stands_on_the_page(iris: Path, tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text(_blocks("toml")[0], encoding="utf-8")
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    result = CliRunner().invoke(main, ["run", "rbf-svm", str(iris), "--theme", str(tmp_path / "theme.toml")])
    assert result.exit_code == 0, result.output
    for shown in ("Vision team</span>", "<p>Internal. Questions: #vision.</p>", 'alt="Vision"', "#7a1fa2"):
        assert shown in result.output


def test_the_picture_is_there_and_small() -> None:
    picture = CHECKOUT / re.findall(r"!\[[^]]*\]\((.*?)\)", README)[0]
    assert picture.stat().st_size < 100_000


def test_the_example_s_workspace_is_small() -> None:
    assert sum(path.stat().st_size for path in (EXAMPLE / ".contexta").rglob("*") if "report" not in path.parts) < 1_000_000


def test_the_site_that_is_kept_is_the_one_that_is_built(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main,
        [
            "build",
            str(EXAMPLE / ".contexta"),
            "-o",
            str(tmp_path),
            "--format",
            "html,md,json",
            "--cache",
            str(tmp_path.parent / f"{tmp_path.name}-cache"),
        ],
    )
    assert result.exit_code == 0, result.output
    kept, built = ({str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.*")} for root in (EXAMPLE / "site", tmp_path))
    assert sorted(kept) == sorted(built)
    assert [name for name in kept if kept[name] != built[name]] == [], "build it again: see README"


def test_the_torch_example_runs_and_shows_what_diverged(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra torch is not installed")
    pytest.importorskip("sklearn", reason="the extra sklearn is not installed")
    done = subprocess.run([sys.executable, EXAMPLE / "digits_mlp.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["run"] * 3
    snapshot = workspace.open(tmp_path / ".contexta").snapshot("run:digits-mlp.mlp-64-bad-schedule")
    assert snapshot.run.status == "failed"
    assert any(math.isnan(value) for series in snapshot.series for value in series.values)
