"""`contexta-report run`: the report of one run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contexta.cli.options import CACHE, DIRECTION, LIMIT, OUTPUT, PAGE_FORMAT, PRIVACY, TEMPLATES, THEME, WORKSPACE
from contexta.cli.output import rendered, write
from contexta.cli.pages import page_of_run
from contexta.cli.telling import errors_told, tell

if TYPE_CHECKING:
    from contexta.privacy import Privacy
    from contexta.report import Directions


@click.command()
@click.argument("ref")
@WORKSPACE
@PAGE_FORMAT
@LIMIT
@OUTPUT
@DIRECTION
@TEMPLATES
@THEME
@PRIVACY
@CACHE
def run(  # noqa: PLR0913, PLR0917  # an argument for each option, which click gives by name
    ref: str,
    folder: Path,
    format_: str,
    limit: int | None,
    out: str,
    directions: Directions,
    templates: Path | None,
    theme: Path | None,
    privacy: Privacy,
    cache: Path | None,
) -> None:
    """Write the report of one run, for a CI artifact or a step summary.

    It is measured against the run of its project that completed before it. A REF is run:proj.name, proj.name, a bare name where only one
    run has it, latest, or latest:proj.
    """
    with errors_told():
        from contexta import workspace

        with workspace.indexed(folder, cache, waiting=tell, privacy=privacy) as opened:
            document = page_of_run(opened, ref, directions)
        write(rendered(document, format_, limit, templates, theme), out, privacy)
