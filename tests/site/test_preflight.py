"""What takes the space of a site."""

from contexta.site.files import Page
from contexta.site.preflight import weights


def page(address: str, size: int) -> Page:
    return Page(address, "", size, 0)


def test_files_are_weighed_by_folder_and_format_the_heaviest_first() -> None:
    pages = [
        page("index.html", 5),
        page("runs/a.one.html", 2),
        page("runs/a.two.html", 5),
        page("runs/a.one.t.csv", 9),
        page("runs/b.csv", 1),
    ]
    assert list(weights(pages).items()) == [("runs/*.csv", 10), ("runs/*.html", 7), ("index.html", 5)]


def test_a_site_of_nothing_weighs_nothing() -> None:
    assert weights([]) == {}
