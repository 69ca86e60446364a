"""`contexta-report compare`: what differs between two runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contexta.cli.options import CACHE, DIRECTION, LIMIT, OUTPUT, PAGE_FORMAT, PRIVACY, TEMPLATES, THEME, WORKSPACE
from contexta.cli.output import rendered, write
from contexta.cli.telling import errors_told, tell
from contexta.errors import UnknownRef

if TYPE_CHECKING:
    from contexta.privacy import Privacy
    from contexta.report import Directions

PREVIOUS = "previous"


@click.command()
@click.argument("left")
@click.argument("right")
@WORKSPACE
@PAGE_FORMAT
@LIMIT
@OUTPUT
@DIRECTION
@TEMPLATES
@THEME
@PRIVACY
@CACHE
def compare(  # noqa: PLR0913, PLR0917  # an argument for each option, which click gives by name
    left: str,
    right: str,
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
    """Write what differs between two runs; changes are from LEFT to RIGHT.

    Each is a REF; LEFT may also be previous: the newest run of the project that completed and began before RIGHT. A REF is run:proj.name,
    proj.name, a bare name where only one run has it, latest, or latest:proj.
    """
    with errors_told():
        from contexta import workspace
        from contexta.report import build_comparison

        with workspace.indexed(folder, cache, waiting=tell, privacy=privacy) as opened:
            newer = opened.snapshot(opened.resolve(right))
            older = opened.previous(newer.run.ref) if left == PREVIOUS else opened.snapshot(opened.resolve(left))
            if older is None:
                raise UnknownRef(f"no run of the project completed before {newer.run.ref}")
            document = build_comparison(older, newer, directions)
        write(rendered(document, format_, limit, templates, theme), out, privacy)
