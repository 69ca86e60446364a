"""Where one report goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from contexta.privacy import Privacy


def write(content: bytes, out: str, privacy: Privacy) -> None:
    """To a file, which is there whole or not at all, or to standard output where `out` is `-`.

    Raises Leak when it is for everyone and holds what is not.
    """
    from contexta.site import write_atomically

    privacy.refuse_leaks("the report" if out == "-" else out, content)
    if out == "-":
        click.echo(content, nl=False)
    else:
        write_atomically(Path(out), content)
