"""What the README shows works."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from contexta.cli import main
from tests.conftest import CHECKOUT

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def _shown_commands() -> list[str]:
    lines = "\n".join(_blocks("sh")).splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.startswith("contexta-report ")]


@pytest.mark.parametrize("command", _shown_commands())
def test_every_command_shown_runs(command: str, iris: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".contexta").symlink_to(iris)
    monkeypatch.chdir(tmp_path)
    arguments = shlex.split(command)[1:]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output


def test_the_python_shown_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(CHECKOUT)
    names: dict[str, object] = {}
    exec("\n".join(_blocks("python")), names)
    assert "Run Summary" in capsys.readouterr().out
    assert str(names["page"]).startswith("<!doctype html>")


def test_the_template_shown_overrides_the_footer(iris: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text(_blocks("jinja")[0], encoding="utf-8")
    result = CliRunner().invoke(main, ["run", "rbf-svm", str(iris), "--templates", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "Vision team, internal" in result.output
    assert "Made with contexta-report" not in result.output


def test_the_example_is_kept_small_and_its_picture_is_there() -> None:
    picture = CHECKOUT / re.findall(r"!\[[^]]*\]\((.*?)\)", README)[0]
    assert picture.stat().st_size < 100_000
