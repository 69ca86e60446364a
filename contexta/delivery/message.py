"""A mail as RFC 5322 has it: whatever a workspace holds, it stays in its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from contexta.delivery.fitting import Letter
from contexta.render import words
from contexta.report.document import INDEX, Document, Ref

# A longer subject is not shown whole by any mail program.
MAX_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; `subtype` is that of its kind of text."""

    name: str
    subtype: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """The bytes of a mail as they go over the wire, and between whom."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


def address(text: str) -> Address:
    """One address, `a@b.org` or `Name <a@b.org>`; raises ValueError that says what is expected."""
    found = SMTP.header_factory("To", words.one_line(text))
    one = found.addresses[0] if len(found.addresses) == 1 and not found.defects else None
    if one is None or not one.domain or not one.username.isascii():
        raise ValueError(f"expected one address like 'a@b.org' or 'Name <a@b.org>', got {words.shortened(words.one_line(text), 80)!r}")
    try:
        return Address(one.display_name, one.username, one.domain.encode("idna").decode())
    except UnicodeError:
        raise ValueError(f"{words.shortened(one.domain, 80)!r} is no name of a mail server") from None


def subject_of(document: Document) -> str:
    """`✗ failed: digits-mlp / mlp-64`: what is looked for first in a list of mails."""
    places = [*(ref for ref in document.up if ref != INDEX), Ref("", document.title)]
    name = " / ".join(place.text for place in places)
    return f"{words.status(document.status.value)}: {name}" if document.status else name


def compose(
    letter: Letter, subject: str, sender: Address, to: Sequence[Address], cc: Sequence[Address] = (), attachment: Attachment | None = None
) -> Mail:
    """The mail, dated now."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    if cc:
        message["Cc"] = cc
    message["Subject"] = words.shortened(words.one_line(subject), MAX_SUBJECT)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=sender.domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    # Quoted, so that it passes servers that take no more than ASCII and lines of 998 bytes.
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if attachment:
        message.add_attachment(
            attachment.content, maintype="text", subtype=attachment.subtype, filename=attachment.name, params={"charset": "utf-8"}
        )
    return Mail(sender.addr_spec, tuple(_addresses([*to, *cc])), message.as_bytes())


def _addresses(many: Iterable[Address]) -> Iterable[str]:
    """Each once."""
    return dict.fromkeys(one.addr_spec for one in many)
