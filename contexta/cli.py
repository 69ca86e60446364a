"""`contexta-report`: options, progress and exit codes. The only place that prints.

Exit: 0 well, 1 a gate failed (`--strict`), 2 wrong usage, 3 the workspace cannot be read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from contexta import __version__
from contexta.errors import ContextaError, UnknownRef, UnreadableWorkspace

if TYPE_CHECKING:  # what a command needs is imported when it runs, so that --help is quick
    from contexta.render import Placement
    from contexta.report import Directions
    from contexta.site import Built, Crew

EXIT_GATE, EXIT_USAGE, EXIT_UNREADABLE, EXIT_STOPPED = 1, 2, 3, 130

# What `run --format` takes → the extension that names it.
RUN_FORMATS = {"html": "html", "md": "md", "json": "json", "text": "txt"}

DEFAULT_WORKSPACE = ".contexta"
DASK = "dask:"
PREVIOUS = "previous"

WORKSPACE = click.argument("folder", metavar="[WORKSPACE]", default=DEFAULT_WORKSPACE, type=click.Path(path_type=Path))
CACHE = click.option(
    "--cache",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the index is kept, instead of cache/report/ in the workspace.",
)
TEMPLATES = click.option(
    "--templates",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Use the templates in DIR instead of the shipped ones of the same name.",
)
THEME = click.option(
    "--theme",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file with a title, logo, accent colour and footer for every page.",
)


def _directions(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> Directions:
    from contexta.report import Directions

    try:
        return Directions.parse(values)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


DIRECTION = click.option(
    "--direction",
    "directions",
    multiple=True,
    metavar="KEY=up|down",
    callback=_directions,
    help="More of this metric is better, or worse, whatever its name tells (again for more).",
)


@contextmanager
def _errors_told() -> Iterator[None]:
    """Every expected failure becomes one sentence on stderr and an exit code; never a traceback."""
    try:
        yield
    except UnreadableWorkspace as error:
        _fail(str(error), EXIT_UNREADABLE)
    except ContextaError as error:
        _fail(str(error), EXIT_USAGE)
    except KeyboardInterrupt:
        _fail("stopped", EXIT_STOPPED)
    except BrokenPipeError:
        raise  # whoever read has enough; click ends quietly
    except OSError as error:
        _fail(f"{error.filename or 'a file'}: {error.strerror or error}", EXIT_USAGE)


def _fail(sentence: str, code: int) -> NoReturn:
    click.echo(f"contexta-report: {sentence}", err=True)
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="contexta-report")
def main() -> None:
    """Turn a Contexta workspace into reports that people can open."""


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


@main.command()
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
@click.option("--strict", is_flag=True, help="Exit 1 when anything needs attention: an error or warning in a run, a deployment or a file.")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), help="Processes to work with.  [default: the cores]")
@click.option("--executor", "scheduler", metavar="dask:ADDRESS", callback=_executor, help="Work on a Dask cluster instead (extra dask).")
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
    cache: Path | None,
    *,
    strict: bool,
    full: bool,
    verbose: bool,
) -> None:
    """Build a site: an index, and a page for each project, run and deployment.

    WORKSPACE is the folder that runs left, .contexta unless given. A REF is run:proj.name, proj.name, a bare name where only one
    run has it, latest, or latest:proj. What was built before and has not changed is left as it is. Pages of an earlier build into
    DIR that are no more are removed; files that a build did not write never are.
    """
    with _errors_told(), _crew(jobs, scheduler) as crew:
        from contexta import workspace
        from contexta.site import Press, Selection, build_site

        press = Press(
            out.absolute(),
            formats,
            templates and templates.absolute(),
            theme=theme and theme.absolute(),
            assets=assets,
            directions=directions,
        )
        notify = _tell if verbose else _keep_quiet
        with (
            workspace.indexed(folder, cache, anew=full, spread=crew.in_order, notify=notify, waiting=_tell) as opened,
            _progress() as progress,
        ):
            selection = Selection(projects=projects, runs=runs)
            built = build_site(opened, press, selection=selection, title=title, crew=crew, progress=progress, waiting=_tell)
        for page in built.kept:
            _tell(f"{page} belongs to an earlier build and was changed since: left as it is")
        if verbose:
            _tell(f"{built.made:,} pages made, {built.files:,} files in all, {built.written:,} of them new or changed")
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


def _tell(what: str) -> None:
    click.echo(what, err=True)


def _keep_quiet(_what: str) -> None:
    """Without --verbose."""


def _told(built: Built, index: Path) -> str:
    counts = [(built.runs, "run"), (built.deployments, "deployment"), (built.files, "file")]
    made = ", ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts)
    needs = built.needs_attention
    attention = f"{needs:,} issue{' needs' if needs == 1 else 's need'} attention" if needs else "nothing needs attention"
    return f"{click.format_filename(index)}: {made}; {attention}."


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Counts pages on a terminal, and says nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _title: None
        return
    count = 0

    def show(_title: str) -> None:
        nonlocal count
        count += 1
        click.echo(f"\r{count} pages", nl=False, err=True)

    try:
        yield show
    finally:
        click.echo("\r\033[K", nl=False, err=True)


RUN_FORMAT = click.option("--format", "format_", default="html", show_default=True, type=click.Choice(list(RUN_FORMATS)))
OUTPUT = click.option(
    "-o",
    "--output",
    "out",
    default="-",
    show_default=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="A file, or - for standard output.",
)


@main.command()
@click.argument("ref")
@WORKSPACE
@RUN_FORMAT
@OUTPUT
@DIRECTION
@TEMPLATES
@THEME
@CACHE
def run(  # noqa: PLR0917  # an argument for each option, which click gives by name
    ref: str,
    folder: Path,
    format_: str,
    out: str,
    directions: Directions,
    templates: Path | None,
    theme: Path | None,
    cache: Path | None,
) -> None:
    """Write the report of one run, for a CI artifact or a step summary.

    It is measured against the run of its project that completed before it. A REF is run:proj.name, proj.name, a bare name where only one
    run has it, latest, or latest:proj.
    """
    with _errors_told():
        from contexta import workspace
        from contexta.render import no_links
        from contexta.report import build_snapshot_report, traits
        from contexta.site import render_as

        with workspace.indexed(folder, cache, waiting=_tell) as opened:
            snapshot = opened.snapshot(opened.resolve(ref))
            previous = opened.previous(snapshot.run.ref)
            document = build_snapshot_report(snapshot, traits(previous) if previous else None, directions)
        _write(render_as(document, RUN_FORMATS[format_], templates, no_links, theme), out)


def _write(content: bytes, out: str) -> None:
    from contexta.site import write_atomically

    if out == "-":
        click.echo(content, nl=False)
    else:
        write_atomically(Path(out), content)


@main.command()
@click.argument("left")
@click.argument("right")
@WORKSPACE
@RUN_FORMAT
@OUTPUT
@DIRECTION
@TEMPLATES
@THEME
@CACHE
def compare(  # noqa: PLR0913, PLR0917  # an argument for each option, which click gives by name
    left: str,
    right: str,
    folder: Path,
    format_: str,
    out: str,
    directions: Directions,
    templates: Path | None,
    theme: Path | None,
    cache: Path | None,
) -> None:
    """Write what differs between two runs; changes are from LEFT to RIGHT.

    Each is a REF; LEFT may also be previous: the newest run of the project that completed and began before RIGHT. A REF is run:proj.name,
    proj.name, a bare name where only one run has it, latest, or latest:proj.
    """
    with _errors_told():
        from contexta import workspace
        from contexta.render import no_links
        from contexta.report import build_comparison
        from contexta.site import render_as

        with workspace.indexed(folder, cache, waiting=_tell) as opened:
            newer = opened.snapshot(opened.resolve(right))
            older = opened.previous(newer.run.ref) if left == PREVIOUS else opened.snapshot(opened.resolve(left))
            if older is None:
                raise UnknownRef(f"no run of the project completed before {newer.run.ref}")
            document = build_comparison(older, newer, directions)
        _write(render_as(document, RUN_FORMATS[format_], templates, no_links, theme), out)
