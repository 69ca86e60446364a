"""Where pages lie, and how they link to each other."""

import pytest

from contexta.site.addresses import Addresses, address, sheet_address

PAGES = Addresses(
    frozenset(
        {"index", "project:p", "run:p.one", "run:p.two", "deployment:p.live", "index:runs-0001", "project:p.runs-0001"}
        | {"comparison:p.one--p.two"}
    )
)


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("index", "index"),
        ("project:p", "projects/p"),
        ("run:p.one", "runs/p.one"),
        ("deployment:p.live", "deployments/p.live"),
        ("index:runs-0001", "index/runs-0001"),
        ("comparison:p.one--p.two", "comparisons/p.one--p.two"),
        ("project:p.deployments-0012", "projects/p.deployments-0012"),
    ],
)
def test_a_reference_has_one_address(ref: str, expected: str) -> None:
    assert address(ref) == expected


@pytest.mark.parametrize(
    ("page", "ref", "expected"),
    [
        ("index", "run:p.one", "runs/p.one.html"),
        ("index", "project:p", "projects/p.html"),
        ("run:p.one", "index", "../index.html"),
        ("run:p.one", "run:p.two", "p.two.html"),
        ("run:p.one", "deployment:p.live", "../deployments/p.live.html"),
        ("deployment:p.live", "project:p", "../projects/p.html"),
        ("project:p", "run:p.two", "../runs/p.two.html"),
        ("index", "index:runs-0001", "index/runs-0001.html"),
        ("index:runs-0001", "index", "../index.html"),
        ("index:runs-0001", "run:p.two", "../runs/p.two.html"),
        ("project:p", "project:p.runs-0001", "p.runs-0001.html"),
        ("project:p.runs-0001", "project:p", "p.html"),
        ("run:p.one", "comparison:p.one--p.two", "../comparisons/p.one--p.two.html"),
        ("run:p.two", "comparison:p.one--p.two", "../comparisons/p.one--p.two.html"),
        ("comparison:p.one--p.two", "run:p.one", "../runs/p.one.html"),
        ("comparison:p.one--p.two", "stage:p.two.train", "../runs/p.two.html"),
    ],
)
def test_links_are_relative_and_name_the_file(page: str, ref: str, expected: str) -> None:
    assert PAGES.links_from(page, "html")(ref) == expected


def test_a_page_links_to_pages_of_its_own_format() -> None:
    assert PAGES.links_from("index", "md")("run:p.one") == "runs/p.one.md"


@pytest.mark.parametrize(
    "ref",
    [
        "stage:p.one.train",
        "batch:p.one.train.epoch-0",
        "sample:p.one.train.epoch-0.s-1",
        "op:p.one.train.save",
        "artifact:p.one.model",
        "environment:p.one.snap",
    ],
)
def test_what_lies_in_a_run_links_to_the_page_of_the_run(ref: str) -> None:
    assert PAGES.links_from("index", "html")(ref) == "runs/p.one.html"


@pytest.mark.parametrize("ref", ["run:p.one", "stage:p.one.train", "artifact:p.one.model"])
def test_a_page_does_not_link_to_itself(ref: str) -> None:
    assert PAGES.links_from("run:p.one", "html")(ref) is None


@pytest.mark.parametrize(
    "ref",
    [
        "run:p.three",
        "stage:p.three.train",
        "project:q",
        "project:p.runs-0002",
        "index:runs-0002",
        "deployment:p.gone",
        "comparison:p.two--p.one",
        "no reference",
        "run:../../etc",
        "",
    ],
)
def test_what_has_no_page_has_no_link(ref: str) -> None:
    assert PAGES.links_from("index", "html")(ref) is None


@pytest.mark.parametrize(
    ("page", "file"),
    [("run:p.one", "runs/p.one.values.csv"), ("deployment:p.live", "deployments/p.live.values.csv"), ("index", "index.values.csv")],
)
@pytest.mark.parametrize("extension", ["html", "md"])
def test_a_sheet_lies_beside_its_page(page: str, file: str, extension: str) -> None:
    assert sheet_address(page, "values") == file
    assert PAGES.links_from(page, extension)("sheet:values") is None
    beside = Addresses(PAGES.pages | {"sheet:values"})
    assert beside.links_from(page, extension)("sheet:values") == file.rpartition("/")[2]


def test_a_published_site_has_whole_addresses_of_its_pages_alone() -> None:
    link = Addresses(frozenset({"run:demo.r1", "index"})).links_at("https://reports.example.org/ml/", "html")
    assert link("run:demo.r1") == "https://reports.example.org/ml/runs/demo.r1.html"
    assert link("index") == "https://reports.example.org/ml/index.html"
    assert link("stage:demo.r1.train") is link("run:demo.r2") is link("section:Metrics") is None
