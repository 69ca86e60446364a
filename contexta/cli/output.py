"""Where one report goes, and how it is made to fit there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contexta.cli.options import COMMENT_CHARACTERS, PAGE_FORMATS, SUMMARY_BYTES

if TYPE_CHECKING:
    from contexta.privacy import Privacy
    from contexta.report import Document


def rendered(document: Document, format_: str, limit: int | None, templates: Path | None, theme: Path | None) -> bytes:
    """One page in one of PAGE_FORMATS, that of Markdown in no more than `limit` bytes."""
    from contexta.render import no_links, to_markdown
    from contexta.site import render_as

    if limit is not None and format_ != "md":
        raise click.UsageError("--limit-bytes is for --format md")
    if PAGE_FORMATS[format_] != "md":
        return render_as(document, PAGE_FORMATS[format_], templates, no_links, theme)

    from contexta.delivery.cutting import cut_to_fit, in_bytes, in_characters

    room = in_characters(COMMENT_CHARACTERS) if format_ == "comment" else in_bytes(limit or SUMMARY_BYTES)
    return cut_to_fit(document, lambda page: to_markdown(page, no_links), room).encode("utf-8", "replace")


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
