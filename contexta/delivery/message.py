"""A mail as RFC 5322 has it: whatever a workspace holds, it stays in its place."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, make_msgid
from typing import Any

from contexta.delivery.letter import Letter
from contexta.render import words
from contexta.report.document import Document
from contexta.report.inline import INDEX, Ref

# A dot-atom at a host (RFC 5322, 3.4.1). The parser of the standard library takes more than servers do, and breaks on some of it.
_ADDRESS = re.compile(r"((?a:[\w!#$%&'*+/=?^`{|}~.-]{1,64}))@([\w.-]{1,253})")

# What an encoded word begins with (RFC 2047): in a text of a person, it is none.
_ENCODED = "=?"

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
    said = words.one_line(text).strip()
    name, _, bare = said[:-1].rpartition("<") if said.endswith(">") else ("", "", said)
    found = _ADDRESS.fullmatch(bare)
    try:
        if found is None or "" in bare.replace("@", ".").split(".") or _ENCODED in name:
            raise ValueError(f"expected one address like 'a@b.org' or 'Name <a@b.org>', got {words.shortened(said, 80)!r}")
        return Address(name.strip(' "'), found[1], found[2].encode("idna").decode())
    except UnicodeError:
        raise ValueError(f"{words.shortened(bare, 80)!r} is at no name of a host") from None


def subject_of(document: Document) -> str:
    """`✗ failed: digits-mlp / mlp-64`: what is looked for first in a list of mails."""
    places = [*(ref for ref in document.up if ref != INDEX), Ref("", document.title)]
    name = " / ".join(place.text for place in places)
    return f"{words.status(document.status.value)}: {name}" if document.status else name


class _Subject(BaseHeader):
    """A subject that is written as it is. The standard library decodes one that looks encoded, and writes the line ends in it."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """As headers of `email.headerregistry` do."""
        kwds["decoded"], kwds["parse_tree"] = value, None

    def fold(self, *, policy: Policy) -> str:
        """The header, on lines of at most 76 characters where it can be broken."""
        plain = str(self).isascii() and _ENCODED not in str(self)
        header = Header(str(self), "us-ascii" if plain else "utf-8", header_name="Subject")
        return f"Subject: {header.encode(linesep=policy.linesep)}{policy.linesep}"


def _headers() -> HeaderRegistry:
    """How each header is written."""
    headers = HeaderRegistry()
    headers.map_to_type("subject", _Subject)
    return headers


def compose(
    letter: Letter, subject: str, sender: Address, to: Sequence[Address], cc: Sequence[Address] = (), attachment: Attachment | None = None
) -> Mail:
    """The mail, dated now."""
    message = EmailMessage(policy=SMTP.clone(header_factory=_headers()))
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
