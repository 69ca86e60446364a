"""A site, in every format, of a workspace in which all payloads stand in every field; and one of harmless words to compare it with."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.conftest import browser, scripted
from tests.security import payloads, planting
from tests.site import build

# Here, where they end with the tests of this folder: two browsers at once cannot be driven.
__all__ = ["browser", "scripted"]

FORMATS = ("html", "md", "json")

# With more runs there are archives.
ENOUGH = 160

# Markdown that makes all that an author's words may become, and words of all lengths.
HARMLESS = (
    "words",
    "some more words, enough of them to be a sentence that a page may shorten, or break, or fold; " * 4,
    "# A\n\n## B\n\n*a* **b** `c` ~~d~~\n\n- e\n- f\n\n1. g\n\n> h\n\n```\ni\n```\n\n---\n\n| j | k |\n|---|---|\n| l | m |\n\n"
    "n  \no <https://example.org> [p](https://example.org 'q')\n\n3. r\n\n### C\n#### D\n##### E\n###### F\n",
)


@dataclass(frozen=True)
class Planted:
    """A workspace and its site."""

    workspace: Path
    site: Path

    def pages(self, pattern: str = "*.html") -> list[Path]:
        """Pages of the site."""
        return sorted(self.site.rglob(pattern))


def _planted(folder: Path, texts: tuple[str, ...], formats: tuple[str, ...]) -> Planted:
    workspace = planting.workspace(folder / "workspace", texts)
    build(workspace, folder / "site", formats)
    return Planted(workspace, folder / "site")


@pytest.fixture(scope="package")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """All payloads, in every format."""
    return _planted(tmp_path_factory.mktemp("hostile"), payloads.ALL, FORMATS)


@pytest.fixture(scope="package")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Words, in as many projects, runs and deployments as it takes for a page of every kind."""
    return _planted(tmp_path_factory.mktemp("harmless"), tuple(HARMLESS[number % len(HARMLESS)] for number in range(ENOUGH)), ("html",))
