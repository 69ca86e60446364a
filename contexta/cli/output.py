"""Where one report goes."""

from pathlib import Path

import click


def write(content: bytes, out: str) -> None:
    """To a file, which is there whole or not at all, or to standard output where `out` is `-`."""
    from contexta.site import write_atomically

    if out == "-":
        click.echo(content, nl=False)
    else:
        write_atomically(Path(out), content)
