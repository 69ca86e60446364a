"""A theme of a few lines of TOML: what it makes of a page, and one sentence about what cannot be used."""

import base64
from pathlib import Path

import pytest

from contexta.errors import ContextaError, ThemeFailure
from contexta.render import HtmlRenderer, no_links
from contexta.render.html_templates import shipped_templates
from contexta.render.theme import MAX_LOGO_BYTES, PAGES, Theme, contrast, read_theme
from tests.render.pages import read
from tests.render.specimen import specimen

PNG = b"\x89PNG\r\n\x1a\n"
PICTURES = {
    "logo.png": (PNG, "image/png"),
    "logo.JPG": (b"\xff\xd8\xff\xe0", "image/jpeg"),
    "logo.webp": (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
    "logo.svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
}


def theme(folder: Path, text: str, **pictures: bytes) -> Path:
    """A theme's file, and pictures beside it: `png=b"..."` for `logo.png`."""
    for extension, content in pictures.items():
        (folder / f"logo.{extension}").write_bytes(content)
    (folder / "theme.toml").write_text(text, "utf-8")
    return folder / "theme.toml"


def page(path: Path | None) -> str:
    return HtmlRenderer.create(theme=path).render(specimen(), no_links)


def test_title_and_footer_stand_on_the_page_as_text(tmp_path: Path) -> None:
    made = page(theme(tmp_path, 'title = "Vision <b>"\nfooter = "Ask & tell"\n'))
    assert '<p class="brand"><span>Vision &lt;b&gt;</span></p>' in made
    assert " &middot; Vision &lt;b&gt;</title>" in made
    assert "<p>Ask &amp; tell</p>" in made


@pytest.mark.parametrize("name", PICTURES)
def test_a_logo_is_embedded(tmp_path: Path, name: str) -> None:
    content, kind = PICTURES[name]
    (tmp_path / name).write_bytes(content)
    made = read(page(theme(tmp_path, f'[logo]\nfile = "{name}"\nalt = "Us"\n')))
    source = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    assert ("img", {"src": source, "alt": "Us"}) in made.elements


def test_accents_are_those_of_the_style(tmp_path: Path) -> None:
    made = page(theme(tmp_path, '[accent]\nlight = "#7A1FA2"\ndark = "#e1bee7"\n'))
    assert "--accent: light-dark(#7a1fa2, #e1bee7)" in made
    assert "--accent: light-dark(#7a1fa2," in page(theme(tmp_path, '[accent]\nlight = "#7a1fa2"\n'))
    assert ", #e1bee7)" in page(theme(tmp_path, '[accent]\ndark = "#e1bee7"\n'))


def test_an_empty_theme_is_none(tmp_path: Path) -> None:
    assert read_theme(theme(tmp_path, "")) == Theme()
    assert page(theme(tmp_path, "")) == page(None)


def test_what_lies_behind_an_accent_is_what_the_style_says() -> None:
    style = (shipped_templates() / "css" / "theme.css").read_text("utf-8")
    for token, light, dark in zip(("page", "card"), PAGES["light"], PAGES["dark"], strict=True):
        assert f"--{token}: light-dark({light}, {dark});" in style


def test_contrasts_are_those_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#777777") == pytest.approx(4.48, abs=0.01)
    assert contrast("#0b5cad", "#0b5cad") == 1


WRONG = {
    "no TOML": ("title = ", "is no TOML"),
    "unknown key": ('colour = "#fff"', "colour: is no key of a theme; expected one of title, footer, logo, accent"),
    "unknown key inside": ('[accent]\nbright = "#000000"', "accent.bright: is no key of a theme; expected one of light, dark"),
    "title is no text": ("title = 5", "title: expected a text, got 5"),
    "logo is no table": ('logo = "logo.png"', "logo: expected a table, [logo]"),
    "logo without file": ('[logo]\nalt = "x"', "logo.file: is missing"),
    "logo is not there": ('[logo]\nfile = "nosuch.png"', "logo.file: no file 'nosuch.png' beside this one"),
    "logo lies elsewhere": ('[logo]\nfile = "../secret.png"', "logo.file: no file '../secret.png' beside this one"),
    "logo is remote": ('[logo]\nfile = "https://e.org/logo.png"', "logo.file: no file"),
    "logo of another kind": ('[logo]\nfile = "theme.toml"', "logo.file: expected an SVG, PNG, JPEG or WebP file"),
    "logo that is not what it says": ('[logo]\nfile = "logo.webp"', "logo.file: 'logo.webp' does not hold a picture"),
    "logo too large": ('[logo]\nfile = "logo.png"', "logo.file: 'logo.png' has 64,009 bytes"),
    "accent is a name": ('[accent]\nlight = "red"', "accent.light: expected a colour like #0b5cad, got 'red'"),
    "accent is short": ('[accent]\nlight = "#fff"', "accent.light: expected a colour like"),
    "accent would close the style": ('[accent]\nlight = "#000000;}</style>"', "accent.light: expected a colour like"),
    "accent is pale": (
        '[accent]\nlight = "#999999"',
        "accent.light: #999999 has a contrast of 2.6 to the page (#f5f6f8); to be",
    ),
    "accent is dark on dark": ('[accent]\ndark = "#0b5cad"', "accent.dark: #0b5cad has a contrast of"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_used_is_told_in_one_sentence_that_names_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    folder = tmp_path / "folder"
    folder.mkdir()
    path = theme(folder, text, png=PNG + bytes(MAX_LOGO_BYTES + 1), webp=b"no picture")
    with pytest.raises(ThemeFailure) as failure:
        read_theme(path)
    assert str(failure.value).startswith(f"{path}: {said}")
    assert "\n" not in str(failure.value)
    assert isinstance(failure.value, ContextaError)


def test_a_theme_in_another_encoding_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_bytes('title = "Größe"'.encode("latin-1"))
    with pytest.raises(ThemeFailure, match="is no UTF-8 text"):
        read_theme(tmp_path / "theme.toml")
