"""A site, in every format, of a workspace in which all payloads stand in every field; and one of harmless words to compare it with."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.security import payloads, planting
from tests.site import build

FORMATS = ("html", "md", "json", "csv")

# Markdown that makes all that an author's words may become, and words of all lengths.
HARMLESS = (
    "words",
    "some more words, enough of them to be a sentence that a page may shorten, or break, or fold; " * 4,
    "# A\n\n## B\n\n*a* **b** `c` ~~d~~\n\n- e\n- f\n\n1. g\n\n> h\n\n```\ni\n```\n\n---\n\n| j | k |\n|---|---|\n| l | m |\n\nn  \no <https://example.org> "
    "[p](https://example.org 'q')\n\n3. r\n\n### C\n#### D\n##### E\n###### F\n",
)


@dataclass(frozen=True)
class Planted:
    """A workspace and its site."""

    workspace: Path
    site: Path

    def pages(self, pattern: str = "*.html") -> list[Path]:
        """Pages of the site."""
        return sorted(self.site.rglob(pattern))


def _planted(folder: Path, texts: tuple[str, ...]) -> Planted:
    workspace = planting.workspace(folder / "workspace", texts)
    build(workspace, folder / "site", FORMATS)
    return Planted(workspace, folder / "site")


@pytest.fixture(scope="package")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """All payloads."""
    return _planted(tmp_path_factory.mktemp("hostile"), payloads.ALL)


@pytest.fixture(scope="package")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Words, in as many projects, runs and deployments, so that there is a page of every kind."""
    texts = tuple(HARMLESS[number % len(HARMLESS)] for number in range(len(payloads.ALL)))
    return _planted(tmp_path_factory.mktemp("harmless"), texts)
