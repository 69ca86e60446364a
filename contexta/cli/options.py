"""Options and arguments that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # what a command needs is imported when it runs, so that --help is quick
    from contexta.report import Directions

# What `--format` takes for one page → the extension that names it.
PAGE_FORMATS = {"html": "html", "md": "md", "json": "json", "text": "txt", "comment": "md"}

# A step's summary on GitHub may have 1 MiB, a comment 65,536 characters; both are refused when they are longer. What is left over is for
# those who put a line of their own above or below.
SUMMARY_BYTES, COMMENT_CHARACTERS = 900 * 1024, 65_000
# In fewer, there is no room to say what is cut.
MIN_BYTES = 10_000

WORKSPACE = click.argument("folder", metavar="[WORKSPACE]", default=".contexta", type=click.Path(path_type=Path))
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


def PRIVACY(command: Callable[..., None]) -> Callable[..., None]:  # noqa: N802  # used as the other options are
    """--public and --public-tag, which a command takes as its argument `privacy`."""

    @click.option(
        "--public", is_flag=True, help="Leave out absolute paths, hosts, users, environment variables and tags; check the result."
    )
    @click.option("--public-tag", "public_tags", multiple=True, metavar="NAME", help="A tag that --public leaves in (again for more).")
    @wraps(command)
    def with_privacy(*arguments: Any, **named: Any) -> None:
        from contexta.privacy import Privacy

        public, tags = bool(named.pop("public")), named.pop("public_tags")
        if tags and not public:
            raise click.UsageError("--public-tag goes with --public")
        named["privacy"] = Privacy(public, tuple(sorted(tags)))
        command(*arguments, **named)

    return with_privacy


PAGE_FORMAT = click.option(
    "--format",
    "format_",
    default="html",
    show_default=True,
    type=click.Choice(list(PAGE_FORMATS)),
    help="md fits the summary of a step on GitHub, comment is the same in 65,000 characters: what matters least is cut, and named.",
)
LIMIT = click.option(
    "--limit-bytes",
    "limit",
    metavar="N",
    type=click.IntRange(min=MIN_BYTES),
    help=f"With --format md: as many bytes as may be written.  [default: {SUMMARY_BYTES}]",
)
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
