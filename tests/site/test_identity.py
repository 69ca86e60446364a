"""A page is made again when what makes it is other code, other libraries, other templates or other formats."""

from pathlib import Path

import pytest

from contexta.site import identity
from contexta.site.identity import digest, made_with


def test_digests_tell_parts_apart() -> None:
    assert len({digest("a", "b"), digest("ab"), digest(("a", "b")), digest("b", "a"), digest(b"a", "b"), digest()}) == 6
    assert digest("a", 1, None) == digest("a", 1, None)


def test_text_that_is_half_a_character_has_a_digest() -> None:
    assert digest("\udcff") != digest("\udcfe")


def test_the_same_code_templates_and_formats_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x", "utf-8")
    assert made_with(("html",), tmp_path) == made_with(("html",), tmp_path)


def test_what_differs_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package" / "contexta"
    (package / "inner").mkdir(parents=True)
    (package / "inner" / "code.py").write_text("x = 1", "utf-8")
    (tmp_path / "package" / "templates").mkdir()
    (tmp_path / "package" / "templates" / "page.html.j2").write_text("page", "utf-8")
    own = tmp_path / "own"
    own.mkdir()
    (own / "page.html.j2").write_text("mine", "utf-8")
    monkeypatch.setattr(identity, "_PACKAGE", package)
    seen = [made_with(("html",), None), made_with(("html", "md"), None), made_with(("html",), own)]
    (own / "page.html.j2").write_text("mein", "utf-8")
    seen.append(made_with(("html",), own))
    (own / "page.html.j2").rename(own / "blocks.html.j2")
    seen.append(made_with(("html",), own))
    for path, text in ((package / "inner" / "code.py", "x = 22"), (tmp_path / "package" / "templates" / "page.html.j2", "pages")):
        path.write_text(text, "utf-8")
        seen.append(made_with(("html",), None))
    (package / "more.py").write_text("", "utf-8")
    seen.append(made_with(("html",), None))
    monkeypatch.setattr(identity, "_LIBRARIES", ("jinja2",))
    seen.append(made_with(("html",), None))
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("name", ["code.cpython-311.pyc", "__jinja2_0a1b2c.cache"])
def test_what_is_compiled_beside_the_code_is_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "contexta"
    (package / "__pycache__").mkdir(parents=True)
    monkeypatch.setattr(identity, "_PACKAGE", package)
    before = made_with(("html",), None)
    (package / "__pycache__" / name).write_bytes(b"x")
    assert made_with(("html",), None) == before
