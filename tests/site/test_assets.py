"""What pages share: in each of them or in files beside them; and the theme that they share."""

import json
import re
from pathlib import Path

import pytest

from contexta.errors import ThemeFailure
from tests.site import put_run, tree, workspace_of
from tests.site.rebuilding import Site

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """One run, a theme with a logo, and assets in files."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "logo.png").write_bytes(PNG)
    (own / "theme.toml").write_text('title = "Team"\n[logo]\nfile = "logo.png"\n', "utf-8")
    root = workspace_of(tmp_path / "workspace", put_run("a", "one"))
    return Site(root, tmp_path / "site", theme=own / "theme.toml", assets="external")


def assets(site: Site) -> list[str]:
    return sorted(path.relative_to(site.out).as_posix() for path in site.out.rglob("assets/*"))


def linked(page: Path) -> set[str]:
    """The files that a page asks for, from the site's folder."""
    found = re.findall(r'(?:<link rel="stylesheet" href|<script src|<img src)="([^"]+)"', page.read_text("utf-8"))
    return {(page.parent / address).resolve().as_posix() for address in found}


def test_style_script_and_logo_lie_once_beside_the_pages_that_link_to_them(site: Site) -> None:
    site.build()
    assert {re.sub("[0-9a-f]{16}", "DIGEST", name) for name in assets(site)} == {
        f"assets/contexta-DIGEST.{extension}" for extension in ("css", "js", "png")
    }
    pages = [*site.out.glob("*/*.html"), site.out / "index.html"]
    assert len(pages) == 3
    for page in pages:
        assert linked(page) == {(site.out / name).resolve().as_posix() for name in assets(site)}


def assets_of(site: Site) -> dict[str, str]:
    return {name.rpartition(".")[2]: name for name in assets(site)}


def test_no_path_begins_with_a_line_that_a_host_might_drop(site: Site) -> None:
    site.build()
    assert not [path for path in site.out.rglob("*") if path.name.startswith(("_", ".")) and path.name != ".nojekyll"]


def test_the_manifest_names_them_and_the_site_is_what_a_clean_build_gives(site: Site) -> None:
    site.build()
    assert set(assets(site)) < set(json.loads((site.out / "manifest.json").read_bytes())["pages"])
    site.assert_is_clean()


def test_nothing_is_made_or_written_again(site: Site) -> None:
    site.build()
    before = site.modified()
    built = site.build()
    assert (built.made, built.written) == (0, 0)
    assert site.modified() == before


def test_a_file_that_is_gone_is_written_again_and_no_page_is_made(site: Site) -> None:
    site.build()
    (site.out / assets(site)[0]).unlink()
    assert site.build().made == 0
    assert len(assets(site)) == 3


def test_files_that_no_page_links_to_any_more_are_removed(site: Site) -> None:
    site.build()
    before = assets_of(site)
    assert site.theme is not None
    (site.theme.parent / "logo.png").write_bytes(PNG + b"more")
    assert site.build().made == 3
    after = assets_of(site)
    assert {kind for kind in before if before[kind] != after[kind]} == {"png"}
    assert len(assets(site)) == 3
    site.assets = "inline"
    site.build()
    assert not (site.out / "assets").exists()
    site.assert_is_clean()


def test_without_pages_in_html_there_are_none(site: Site) -> None:
    site.formats = ("md", "json")
    site.build()
    assert assets(site) == []


@pytest.mark.parametrize("placement", ["inline", "external"])
def test_a_theme_that_changed_makes_every_page_again(site: Site, placement: str) -> None:
    site.assets = "external" if placement == "external" else "inline"
    site.build()
    assert site.theme is not None
    site.theme.write_text('title = "Crew"\nfooter = "Internal"\n', "utf-8")
    assert site.build().made == 3
    for page in site.out.rglob("*.html"):
        assert "Crew" in page.read_text("utf-8")
        assert "<p>Internal</p>" in page.read_text("utf-8")
    site.assert_is_clean()


def test_a_theme_of_the_same_content_elsewhere_makes_no_page_again(site: Site, tmp_path: Path) -> None:
    site.build()
    assert site.theme is not None
    site.theme = site.theme.parent.rename(tmp_path / "moved") / "theme.toml"
    assert site.build().made == 0


def test_a_theme_that_cannot_be_used_leaves_the_site_of_before(site: Site) -> None:
    site.build()
    before = tree(site.out)
    assert site.theme is not None
    site.theme.write_text("title = 5", "utf-8")
    with pytest.raises(ThemeFailure, match="title"):
        site.build()
    assert tree(site.out) == before
