"""`contexta-report build`: a whole site."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contexta.cli.grouping import InGroups
from contexta.cli.options import CACHE, DIRECTION, PRIVACY, TEMPLATES, THEME, WORKSPACE
from contexta.cli.publishing import publishing, too_heavy
from contexta.cli.telling import EXIT_GATE, errors_told, keep_quiet, progress, tell

if TYPE_CHECKING:
    from contexta.privacy import Privacy
    from contexta.render import Placement
    from contexta.report import Directions
    from contexta.site import Built, Crew, Hosting, Retention

DASK = "dask:"

GROUPS = {
    "What it shows": ("projects", "runs", "keep", "keep_days", "title", "directions", "public", "public_tags"),
    "How it is written": ("out", "formats", "templates", "theme", "assets"),
    "Where it is served": ("base", "allow_indexing"),
    "How it is built": ("strict", "jobs", "scheduler", "cache", "full", "verbose"),
}


def _formats(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    from contexta.site import FORMATS, SHEETS

    chosen = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    unknown = [part for part in chosen if part not in FORMATS]
    if unknown or chosen in ((), (SHEETS,)):
        raise click.BadParameter(f"expected one or more of {', '.join(FORMATS)}, got {value!r}")
    return tuple(form for form in FORMATS if form in chosen)


def _title(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    return value and value.encode("utf-8", "replace").decode()  # what was typed may be no text


def _executor(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.startswith(DASK):
        raise click.BadParameter(f"expected {DASK}ADDRESS, got {value!r}")
    return value and value.removeprefix(DASK)


@click.command(cls=InGroups, groups=GROUPS)
@WORKSPACE
@click.option(
    "-o", "--output", "out", metavar="DIR", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where the site goes."
)
@click.option(
    "--format",
    "formats",
    default="html",
    show_default=True,
    metavar="LIST",
    callback=_formats,
    help="html, md, json, or several with commas; csv for all values of every metric beside each page.",
)
@click.option("--project", "projects", multiple=True, metavar="NAME", help="Only this project (again for more).")
@click.option("--run", "runs", multiple=True, metavar="REF", help="Only this run (again for more).")
@click.option("--title", metavar="TEXT", callback=_title, help="Title of the index page.")
@DIRECTION
@TEMPLATES
@THEME
@click.option(
    "--assets",
    default="inline",
    show_default=True,
    type=click.Choice(["inline", "external"]),
    help="Style and script in every page, or in files beside the pages, for servers that forbid the former.",
)
@publishing
@click.option("--strict", is_flag=True, help="Exit 1 when anything needs attention: an error or warning in a run, a deployment or a file.")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), help="Processes to work with.  [default: the cores]")
@click.option("--executor", "scheduler", metavar="dask:ADDRESS", callback=_executor, help="Work on a Dask cluster instead (extra dask).")
@PRIVACY
@CACHE
@click.option("--full", is_flag=True, help="Read every line and make every page again.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was read again and why, and how many pages were made.")
def build(  # noqa: PLR0913, PLR0917  # an argument for each option, which click gives by name
    folder: Path,
    out: Path,
    formats: tuple[str, ...],
    projects: tuple[str, ...],
    runs: tuple[str, ...],
    title: str | None,
    directions: Directions,
    templates: Path | None,
    theme: Path | None,
    assets: Placement,
    jobs: int | None,
    scheduler: str | None,
    privacy: Privacy,
    cache: Path | None,
    *,
    hosting: Hosting,
    retention: Retention,
    strict: bool,
    full: bool,
    verbose: bool,
) -> None:
    """Build a site: an index, and a page for each project, run and deployment.

    WORKSPACE is the folder that runs left, .contexta unless given. A REF is run:proj.name, proj.name, a bare name where only one
    run has it, latest, or latest:proj. What was built before and has not changed is left as it is. Pages of an earlier build into
    DIR that are no more are removed; files that a build did not write never are.
    """
    with errors_told(), _crew(jobs, scheduler) as crew:
        from contexta import workspace
        from contexta.site import Press, Selection, build_site

        press = Press(
            out.absolute(),
            formats,
            templates and templates.absolute(),
            theme=theme and theme.absolute(),
            assets=assets,
            directions=directions,
            hosting=hosting,
        )
        notify = tell if verbose else keep_quiet
        with (
            workspace.indexed(folder, cache, anew=full, spread=crew.in_order, notify=notify, waiting=tell, privacy=privacy) as opened,
            progress() as shown,
        ):
            selection = Selection(projects=projects, runs=runs)
            built = build_site(
                opened, press, selection=selection, retention=retention, title=title, crew=crew, progress=shown, waiting=tell
            )
        for page in built.kept:
            tell(f"{page} belongs to an earlier build and was changed since: left as it is")
        if warning := too_heavy(built.weights):
            tell(warning)
        if verbose:
            tell(f"{built.made:,} pages made, {built.files:,} files in all, {built.written:,} of them new or changed")
        click.echo(_told(built, out / f"index.{formats[0]}"))
    if strict and built.needs_attention:
        sys.exit(EXIT_GATE)


@contextmanager
def _crew(jobs: int | None, scheduler: str | None) -> Iterator[Crew]:
    """Who does the work."""
    from contexta.site import available_cores, dask, processes

    if scheduler is None:
        with processes(jobs or available_cores()) as crew:
            yield crew
    else:
        with dask(scheduler) as crew:
            yield crew


def _told(built: Built, index: Path) -> str:
    counts = [(built.runs, "run"), (built.deployments, "deployment"), (built.files, "file")]
    made = ", ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts)
    needs = built.needs_attention
    attention = f"{needs:,} issue{' needs' if needs == 1 else 's need'} attention" if needs else "nothing needs attention"
    return f"{click.format_filename(index)}: {made}; {attention}."
