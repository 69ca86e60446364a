"""The benchmark of pages measures a page of as many rows as it says, which can be sorted and filtered."""

from contexta.render import HtmlRenderer, no_links
from tests.benchmarks import pages
from tests.render.pages import read


def test_the_page_has_the_rows_that_its_case_tells_of() -> None:
    made = read(HtmlRenderer.create().render(pages.document(pages.ROWS), no_links))
    assert [attributes.get("scope") for tag, attributes in made.elements if tag == "th"].count("row") == 1_000


def test_it_has_rows_that_the_measured_filter_fits() -> None:
    text = HtmlRenderer.create().render(pages.document(pages.ROWS), no_links)
    fitting = [row for row in text.split("<tr>") if "run-9" in row and "failed" in row]
    assert 0 < len(fitting) < 1_000
