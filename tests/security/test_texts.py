"""What is not opened in a browser: Markdown, text, data, sheets, XML, mail, and what a pipeline prints."""

import csv
import email
import email.policy
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from markdown_it.token import Token

from contexta.cli import main
from contexta.render import to_csv, words
from contexta.report.document import Sheet
from tests.security.conftest import FORMATS, Planted
from tests.security.payloads import ALL
from tests.security.shapes import shapes_of
from tests.strategies import CAPTURED

GITHUB = MarkdownIt("gfm-like", {"linkify": False})

# No letter that a terminal takes for a command, or that hides others.
HIDDEN = re.compile(f"[{words.HIDDEN.replace(chr(10), '')}]")
FORMULA = re.compile(r"[=+\-@\t\r\x00]")
HARMLESS_NAME = re.compile(r"[a-z0-9.][A-Za-z0-9._-]*\Z")


def run_of(payload: str) -> str:
    """The run that holds a payload."""
    return f"p-{ALL.index(payload):03}.one"


def said(hostile: Planted, *arguments: str) -> str:
    """What a command prints."""
    command, *rest = arguments
    result = CliRunner().invoke(main, [command, *rest, "--cache", str(hostile.site.parent / "cache")])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.stdout


def inner(tokens: list[Token]) -> list[Token]:
    """All tokens, one after the other."""
    return [one for token in tokens for one in (token, *inner(token.children or []))]


def test_no_page_at_all_has_an_element_that_the_templates_did_not_make(hostile: Planted, harmless: Planted) -> None:
    allowed = set[str]().union(*(shapes_of(page.read_text("utf-8")) for page in harmless.pages()))
    pages = hostile.pages()
    assert len(pages) > 3 * len(ALL)
    for page in pages:
        assert shapes_of(page.read_text("utf-8")) <= allowed, page.name


def test_markdown_has_no_html_no_picture_and_no_link_that_the_report_did_not_make(hostile: Planted) -> None:
    pages = [page for page in hostile.pages("*.md") if not page.is_relative_to(hostile.workspace)]
    assert len(pages) > len(ALL)
    for page in pages:
        tokens = inner(GITHUB.parse(page.read_text("utf-8")))
        assert {token.type for token in tokens}.isdisjoint({"html_inline", "html_block", "image"}), page.name
        for address in [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]:
            assert address.startswith(("https://", "http://", "mailto:")) or (page.parent / address).is_file(), (page.name, address)


def test_nothing_that_is_written_hides_a_letter_or_commands_a_terminal(hostile: Planted) -> None:
    for page in hostile.pages("*.md"):
        assert HIDDEN.search(page.read_text("utf-8").replace("\n", "")) is None, page.name
    for payload in ALL[::9]:
        text = said(hostile, "run", run_of(payload), str(hostile.workspace), "--format", "text")
        assert HIDDEN.search(text.replace("\n", "")) is None, payload
    assert HIDDEN.search(said(hostile, "doctor", str(hostile.workspace)).replace("\n", "")) is None


def test_data_is_strict_json(hostile: Planted) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    for page in hostile.pages("*.json"):
        json.loads(page.read_bytes(), parse_constant=refuse)


def test_no_cell_of_a_sheet_is_a_formula() -> None:
    sheet = Sheet("payloads", ALL[:2], [(payload, f"{payload}{payload}") for payload in ALL], "all payloads")
    rows = [*csv.reader(io.StringIO(to_csv(sheet).decode("utf-8"), newline=""))]
    assert len(rows) == 1 + len(ALL)
    assert [cell for row in rows for cell in row if FORMULA.match(cell) and not is_number(cell)] == []


def is_number(cell: str) -> bool:
    """Whether a spreadsheet may take a cell for what it is."""
    return re.fullmatch(r"-?[0-9.]+(e[+-][0-9]+)?", cell) is not None


def test_files_have_harmless_names_and_lie_in_the_site(hostile: Planted) -> None:
    for file in hostile.site.rglob("*"):
        assert HARMLESS_NAME.match(file.name), file.name
        assert file.resolve().is_relative_to(hostile.site.resolve())


def test_xml_is_xml_and_says_no_more_than_it_should(hostile: Planted, tmp_path: Path) -> None:
    said(hostile, "build", str(hostile.workspace), "-o", str(tmp_path / "site"), "--base-url", "https://team.example.org/x", "--keep", "1")
    for name in ("feed.xml", "sitemap.xml"):
        root = ElementTree.fromstring((tmp_path / "site" / name).read_bytes())
        assert {element.get("href", "https://team.example.org/x/") for element in root.iter()} <= {
            address
            for address in (element.get("href") for element in root.iter())
            if address and address.startswith("https://team.example.org/x/")
        } | {"https://team.example.org/x/"}
        assert {element.tag.rpartition("}")[2] for element in root.iter()}.isdisjoint({"script", "evil", "x"})


@pytest.mark.parametrize("payload", ALL[::17])
def test_a_mail_has_the_headers_it_was_given_and_no_element_of_others(hostile: Planted, payload: str) -> None:
    ends = ["--from", "a@example.org", "--to", "b@example.org", "--eml", "-", "--attach", "none"]
    message = email.message_from_string(said(hostile, "email", run_of(payload), str(hostile.workspace), *ends), policy=email.policy.default)
    assert {name.lower() for name in message} <= {
        *("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted", "x-auto-response-suppress"),
    }
    body = message.get_body(("html",))
    assert body is not None
    html = str(body.get_content())
    assert set(re.findall(r"<([a-zA-Z!/?][^\s>]*)", html)).isdisjoint({"script", "img", "svg", "iframe", "form", "base", "style", "link"})
    assert re.search(r"<[^>]*\son\w+\s*=", html) is None
    assert all(address.startswith("mailto:") for address in re.findall(r'href="([^"]*)"', html))


@pytest.mark.parametrize("payload", ALL[::17])
def test_a_pipeline_gets_lines_that_command_nothing_and_files_that_are_read_back(hostile: Planted, tmp_path: Path, payload: str) -> None:
    junit, metrics = tmp_path / "check.xml", tmp_path / "metrics.txt"
    files = ["--junit", str(junit), "--openmetrics", str(metrics), "--fail-on", "info", "--require", "loss > 1", "--github"]
    text = said(hostile, "check", run_of(payload), str(hostile.workspace), *files)
    assert all(re.match(r"::(error|warning|notice)( [^:]*)?::", line) for line in text.splitlines() if line.lstrip().startswith("::"))
    assert "##[" not in text
    assert "##vso[" not in text
    assert HIDDEN.search(text.replace("\n", "")) is None
    assert {element.tag for element in ElementTree.fromstring(junit.read_bytes()).iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "properties", "property", "system-out", "system-err"),
    }
    assert metrics.read_text("utf-8").endswith("# EOF\n")
    assert metrics.read_text("utf-8").count("# EOF") == 1


def test_every_payload_stands_in_the_workspace_that_is_looked_at(hostile: Planted) -> None:
    lines = (hostile.workspace / CAPTURED).read_text("utf-8").split("\n")
    names = {json.loads(line)["model"]["name"] for line in lines if '"type": "Run"' in line}
    assert names >= set(ALL)
    assert {page.suffix[1:] for page in hostile.site.rglob("*.*") if page.is_file()} >= set(FORMATS)
