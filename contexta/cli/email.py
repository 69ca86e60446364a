"""`contexta-report email`: a run, or what is new, as a mail."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contexta.cli.options import CACHE, DIRECTION, PRIVACY, TEMPLATES, THEME, WORKSPACE
from contexta.cli.output import write
from contexta.cli.pages import page_of_run
from contexta.cli.publishing import served_at
from contexta.cli.telling import errors_told, tell
from contexta.errors import Undelivered

if TYPE_CHECKING:
    from email.headerregistry import Address

    from contexta.delivery.message import Attachment, Mail
    from contexta.delivery.smtp import Server
    from contexta.privacy import Privacy
    from contexta.render import Links
    from contexta.report import Directions, Document
    from contexta.workspace import Workspace

INDEX = "index"

# What may be attached → its kind of text (RFC 7763 has that of Markdown).
NONE = "none"
SUBTYPES = {"html": "html", "md": "markdown"}

# A larger report is named, not attached: many servers take no more than 10 MB, and a mail is a third larger than what is in it.
MAX_ATTACHED = 5_000_000


def _address(_context: click.Context, _option: click.Parameter, value: str) -> Address:
    from contexta.delivery.message import address

    try:
        return address(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _addresses(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[Address, ...]:
    return tuple(_address(context, option, value) for value in values)


def _server(_context: click.Context, _option: click.Parameter, value: str | None) -> Server | None:
    from contexta.delivery.smtp import Server

    try:
        return None if value is None else Server.parse(value, os.environ)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _since(_context: click.Context, _option: click.Parameter, value: str) -> str:
    from contexta.cli.moments import moment

    try:
        return moment(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("ref")
@WORKSPACE
@click.option("--from", "sender", required=True, metavar="ADDRESS", callback=_address, help="Who sends it.")
@click.option("--to", required=True, multiple=True, metavar="ADDRESS", callback=_addresses, help="Who gets it (again for more).")
@click.option("--cc", multiple=True, metavar="ADDRESS", callback=_addresses, help="Who gets a copy (again for more).")
@click.option("--subject", metavar="TEXT", help="Instead of status, project and name.")
@click.option(
    "--attach",
    default="html",
    show_default=True,
    type=click.Choice([*SUBTYPES, NONE]),
    help="The whole report as a file; one of more than 5 MB is named instead.",
)
@click.option(
    "--smtp",
    "server",
    metavar="URL",
    callback=_server,
    help="Send it: smtp://HOST[:587] encrypts by STARTTLS, smtps://HOST[:465] from the start, smtp+insecure://HOST[:25] not. User and "
    "password stand before the host, as USER:PASSWORD@, or in CONTEXTA_SMTP_USER and CONTEXTA_SMTP_PASSWORD.",
)
@click.option(
    "--eml", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True), help="Keep it in a file, or - for standard output."
)
@click.option("--base-url", "base", metavar="URL", callback=served_at, help="Where the site is served, to link to its pages.")
@click.option(
    "--since",
    default="24h",
    show_default=True,
    metavar="WHEN",
    callback=_since,
    help="With index: what is new is newer than that, as 90m, 24h or 7d before now, or a time like 2026-10-01T08:00Z.",
)
@DIRECTION
@TEMPLATES
@THEME
@PRIVACY
@CACHE
def email(  # noqa: PLR0913, PLR0917  # an argument for each option, which click gives by name
    ref: str,
    folder: Path,
    sender: Address,
    to: tuple[Address, ...],
    cc: tuple[Address, ...],
    subject: str | None,
    attach: str,
    server: Server | None,
    eml: str | None,
    base: str,
    since: str,
    directions: Directions,
    templates: Path | None,
    theme: Path | None,
    privacy: Privacy,
    cache: Path | None,
) -> None:
    """Send the report of one run, or of what is new, as a mail.

    A REF is run:proj.name, proj.name, a bare name where only one run has it, latest, or latest:proj; or index: all runs and deployments
    that began, ended or were written of since a time.
    """
    if server is None and eml is None:
        raise click.UsageError("where to? Give --smtp URL, --eml FILE, or both")
    with errors_told():
        from contexta import workspace
        from contexta.delivery.letter import fitted
        from contexta.delivery.message import compose, subject_of
        from contexta.render import MailRenderer
        from contexta.site import links_of

        with workspace.indexed(folder, cache, waiting=tell, privacy=privacy) as opened:
            document = _digest(opened, since, directions) if ref == INDEX else page_of_run(opened, ref, directions)
            links = links_of(opened, base)
        attachment, closing = _attachment(document, attach, links, templates, theme)
        letter = fitted(document, MailRenderer.create(templates, theme), links, closing)
        subject = subject or subject_of(document)
        for part in (letter.text, letter.html, subject):
            privacy.refuse_leaks("the mail", part.encode("utf-8", "replace"))
        if attachment is not None:
            privacy.refuse_leaks(attachment.name, attachment.content)
        _send(compose(letter, subject, sender, to, cc, attachment), server, eml)


def _send(mail: Mail, server: Server | None, eml: str | None) -> None:
    """Keep a mail, and send it; its parts were looked at before, since wrapped lines hide what they hold."""
    from contexta.delivery.smtp import deliver
    from contexta.privacy import SECRETS

    if eml is not None:
        write(mail.content, eml, SECRETS)
    if server is not None:
        try:
            deliver(mail, server)
        except Undelivered as error:
            kept = f"; it is kept in {click.format_filename(eml)}" if eml not in (None, "-") else ""
            raise Undelivered(f"{error}{kept}") from None


def _digest(opened: Workspace, since: str, directions: Directions) -> Document:
    """The page of what is new."""
    from contexta.report import build_digest
    from contexta.site import summaries

    return build_digest(*summaries(opened), opened.problems, since, directions)


def _attachment(
    document: Document, extension: str, links: Links, templates: Path | None, theme: Path | None
) -> tuple[Attachment | None, str]:
    """The whole report, and what the mail says of where it is; nothing attached where that is not wanted, or too large."""
    from contexta.delivery.message import Attachment
    from contexta.render import words
    from contexta.site import render_as

    elsewhere = (
        "The link above leads to the whole report." if links(document.subject.ref) else "`contexta-report build` makes the whole report."
    )
    if extension == NONE:
        return None, elsewhere
    content = render_as(document, extension, templates, links, theme)
    if len(content) > MAX_ATTACHED:
        return None, f"The whole report has {words.size(len(content))}, too much to attach. {elsewhere}"
    name = f"{document.subject.ref.rpartition(':')[2]}.{extension}"
    return Attachment(name, SUBTYPES[extension], content), f"The whole report is attached: {name}"
