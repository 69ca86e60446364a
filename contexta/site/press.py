"""From a source to pages in their places: the work of a build, done wherever its executor is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from contexta.contract import DeploymentSnapshot, RunSnapshot
from contexta.render import HtmlRenderer, Links, to_csv, to_json, to_markdown, to_text
from contexta.report import (
    BY_NAME,
    Directions,
    Document,
    Story,
    build_deployment,
    build_snapshot_report,
    summarize,
)
from contexta.site.addresses import Addresses, address, sheet_address
from contexta.site.files import publish
from contexta.site.made import Made
from contexta.workspace import DeploymentSource, Habits, RunSource

# Pages, and beside them the sheets that are written on demand.
SHEETS = "csv"
FORMATS = ("html", "md", "json", SHEETS)

# Runs of as many bytes of lines are held in memory at once.
_TOGETHER = 6_000_000


@dataclass(frozen=True, slots=True)
class Press:
    """How pages are made, and the folder that they go to. `made_with` tells one state of code and templates from another.

    `directions` say which way metrics get better.
    """

    root: Path
    formats: tuple[str, ...] = ("html",)
    templates: Path | None = None
    made_with: str = ""
    directions: Directions = BY_NAME

    def put(self, document: Document, pages: frozenset[str]) -> Made:
        """Write a document in every format, and the sheets that go with it; `pages` are the references that it may link to."""
        ref = document.subject.ref
        sheets = [sheet for sheet in document.sheets() if SHEETS in self.formats or not sheet.on_demand]
        links = Addresses(pages.union(sheet.ref for sheet in sheets))
        contents = {
            f"{address(ref)}.{extension}": render_as(document, extension, self.templates, links.links_from(ref, extension), self.made_with)
            for extension in self.formats
            if extension != SHEETS
        }
        contents.update((sheet_address(ref, sheet.name), to_csv(sheet)) for sheet in sheets)
        published = [publish(self.root, place, content) for place, content in contents.items()]
        return Made(ref=ref, title=document.title, pages=tuple(page for page, _ in published), written=sum(new for _, new in published))


def render_as(document: Document, extension: str, templates: Path | None, links: Links, made_with: str = "") -> bytes:
    """A page in one of FORMATS, or `txt`. Raises TemplateFailure when a template is broken."""
    match extension:
        case "html":
            return renderer(templates, made_with).render(document, links).encode("utf-8", "replace")
        case "md":
            return to_markdown(document, links).encode("utf-8", "replace")
        case "json":
            return to_json(document, links)
    return to_text(document).encode("utf-8", "replace")


@lru_cache(maxsize=2)
def renderer(templates: Path | None, _made_with: str) -> HtmlRenderer:
    """The renderer of a folder of templates as they are; loading them takes longer than a page, and a worker may outlive them."""
    return HtmlRenderer.create(templates)


@dataclass(frozen=True, slots=True)
class RunTask:
    """Make the page of a run."""

    source: RunSource
    press: Press
    pages: frozenset[str]

    def page(self, habits: Habits) -> Callable[[], Made]:
        """Read it, quicker with what was learned from other runs; gives what makes the page."""
        return partial(self._page, self.source.snapshot(habits))

    def _page(self, snapshot: RunSnapshot) -> Made:
        made = self.press.put(build_snapshot_report(snapshot), self.pages)
        return made.with_summary(summarize(snapshot).to_json(), _presence(snapshot))


@dataclass(frozen=True, slots=True)
class DeploymentTask:
    """Make the page of a deployment; `story` is what it tells of others."""

    source: DeploymentSource
    press: Press
    pages: frozenset[str]
    story: Story

    def page(self, habits: Habits) -> Callable[[], Made]:
        """Read it; likewise."""
        return partial(self._page, self.source.snapshot(habits))

    def _page(self, snapshot: DeploymentSnapshot) -> Made:
        return self.press.put(build_deployment(snapshot, self.story, self.press.directions), self.pages)


Task = RunTask | DeploymentTask


def work(tasks: Sequence[Task]) -> list[Made]:
    """Do several: a function, so that it can be sent to a worker."""
    return [make() for together in _read_together(tasks) for make in [task.page(_habits()) for task in together]]


def _read_together(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Tasks whose lines are read one after the other before their pages are made: small ones, else one alone.

    A processor that does one thing for a while finds code and tables in its caches; going to and fro for each run takes a tenth longer.
    """
    together: list[Task] = []
    size = 0
    for task in tasks:
        if together and size + task.source.lines.size > _TOGETHER:
            yield together
            together, size = [], 0
        together.append(task)
        size += task.source.lines.size
    if together:
        yield together


@lru_cache(maxsize=1)
def _habits() -> Habits:
    """What this process learned from the runs that it read: it makes the next quicker, and nothing else of them."""
    return Habits()


def _presence(snapshot: RunSnapshot) -> tuple[tuple[str, bool], ...]:
    """The files in the workspace that the page tells of, and whether each was there."""
    found = {artifact.manifest.location_ref: artifact.in_workspace for artifact in snapshot.artifacts}
    return tuple((location, there) for location, there in found.items() if there is not None)
