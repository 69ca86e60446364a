"""Templates are compiled once, not by every process; what was kept of that is never trusted further than it is known to be right."""

import sys
from pathlib import Path

import pytest

from contexta.render import html_templates
from contexta.render.html_templates import Templates


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Python keeps what it compiles of the module."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    folder = tmp_path / html_templates._HERE.parent.relative_to("/")
    folder.mkdir(parents=True)
    return folder


def compiled(monkeypatch: pytest.MonkeyPatch, own: Path | None = None) -> list[str | None]:
    """The templates that must be compiled to load all that a page is made of."""
    names: list[str | None] = []
    compile_one = html_templates._Environment.compile

    def noting(self: html_templates._Environment, source: str, name: str | None = None, filename: str | None = None) -> object:
        names.append(name)
        return compile_one(self, source, name, filename)

    with monkeypatch.context() as patch:
        patch.setattr(html_templates._Environment, "compile", noting)
        Templates.load(own, None)
    return names


def test_what_was_compiled_before_is_taken_from_there(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = compiled(monkeypatch)
    assert set(html_templates._PAGE) <= set(first)
    assert len(list(kept.iterdir())) == len(first)
    assert compiled(monkeypatch) == []


@pytest.mark.parametrize("left", [b"", b"nothing that was compiled", b"half"])
def test_what_is_no_such_thing_is_made_again(kept: Path, monkeypatch: pytest.MonkeyPatch, left: bytes) -> None:
    first = compiled(monkeypatch)
    for path in kept.iterdir():
        path.write_bytes(path.read_bytes()[:60] if left == b"half" else left)
    assert compiled(monkeypatch) == first
    assert compiled(monkeypatch) == []


@pytest.mark.usefixtures("kept")
def test_what_another_compiler_made_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = compiled(monkeypatch)
    monkeypatch.setattr("jinja2.__version__", "0")
    assert compiled(monkeypatch) == first


def test_nothing_is_kept_where_python_keeps_nothing(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compiled(monkeypatch) == compiled(monkeypatch) != []
    assert list(kept.iterdir()) == []


def test_templates_are_compiled_where_nothing_can_be_kept(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.rmdir()
    assert compiled(monkeypatch) == compiled(monkeypatch) != []
    kept.write_bytes(b"")
    assert compiled(monkeypatch) != []


def test_nothing_is_kept_of_templates_of_others(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiled(monkeypatch, own=tmp_path) != []
    assert list(kept.iterdir()) == []
