"""Pages are made with the templates as they are, however long a worker lives."""

from pathlib import Path

import pytest

from tests.site import put_run, workspace_of
from tests.site.rebuilding import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """One run, and templates of one's own."""
    own = tmp_path / "templates"
    own.mkdir()
    (own / "page.html.j2").write_text("one {% include 'foot.html.j2' %}", "utf-8")
    (own / "foot.html.j2").write_text("foot", "utf-8")
    return Site(workspace_of(tmp_path / "workspace", put_run("a", "one")), tmp_path / "site", templates=own)


@pytest.mark.parametrize(("name", "text", "page"), [("page.html.j2", "two", "two"), ("foot.html.j2", "hand", "one hand")])
def test_a_template_that_changed_makes_every_page_again_in_the_same_process(site: Site, name: str, text: str, page: str) -> None:
    site.build()
    assert site.templates is not None
    (site.templates / name).write_text(text, "utf-8")
    assert site.build().made == 3
    assert {path.read_text("utf-8") for path in site.out.rglob("*.html")} == {page}
    assert site.build().made == 0


def test_a_template_that_was_touched_but_not_changed_makes_no_page_again(site: Site) -> None:
    site.build()
    assert site.templates is not None
    (site.templates / "page.html.j2").touch()
    assert site.build().made == 0


def test_templates_that_change_places_make_every_page_again(site: Site) -> None:
    assert site.templates is not None
    (site.templates / "page.html.j2").write_text("{% include 'a/foot.html.j2' ignore missing %}", "utf-8")
    (site.templates / "a").mkdir()
    (site.templates / "a" / "foot.html.j2").write_text("foot", "utf-8")
    site.build()
    (site.templates / "a").rename(site.templates / "b")
    assert site.build().made == 3
    assert (site.out / "index.html").read_text("utf-8") == ""


def test_templates_in_another_folder_make_the_same_pages(site: Site, tmp_path: Path) -> None:
    site.build()
    assert site.templates is not None
    site.templates = site.templates.rename(tmp_path / "moved")
    assert site.build().made == 0
    (site.out / "index.html").unlink()
    site.build()
    assert (site.out / "index.html").read_text("utf-8") == "one foot"


def test_no_templates_of_ones_own_any_more_makes_every_page_again(site: Site) -> None:
    site.build()
    site.templates = None
    assert site.build().made == 3
    site.assert_is_clean()
