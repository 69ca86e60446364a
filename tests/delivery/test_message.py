"""What a mail is made of, as whoever gets it reads it."""

import re
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contexta.delivery.letter import Letter
from contexta.delivery.message import Attachment, Mail, address, compose, subject_of
from contexta.report.document import Document
from contexta.report.inline import INDEX, Ref, Status
from tests.delivery.post import parse

patient = settings(deadline=None, max_examples=60)

LETTER = Letter("The text.\n", "<p>The HTML.</p>")
SENDER = address("Reports <reports@example.org>")
TO = [address("ada@example.org")]


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    content: str = found.get_content()
    return content.replace("\r\n", "\n")


def composed(subject: str = "News", letter: Letter = LETTER, attachment: Attachment | None = None) -> EmailMessage:
    return parse(compose(letter, subject, SENDER, TO, attachment=attachment).content)


def test_a_mail_has_its_headers_each_once() -> None:
    content = compose(LETTER, "News", SENDER, [*TO, address("Bo <bo@example.org>")], [address("cy@example.org")])
    message = parse(content.content)
    assert {name: str(value) for name, value in message.items() if name not in ("Date", "Message-ID", "Content-Type")} == {
        "From": "Reports <reports@example.org>",
        "To": "ada@example.org, Bo <bo@example.org>",
        "Cc": "cy@example.org",
        "Subject": "News",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    assert content.recipients == ("ada@example.org", "bo@example.org", "cy@example.org")


def test_a_mail_is_dated_and_has_an_id_of_its_own_at_the_senders_domain() -> None:
    one, other = composed(), composed()
    assert abs(parsedate_to_datetime(one["Date"]) - datetime.now(UTC)) < timedelta(hours=1)
    assert re.fullmatch(r"<[\w.]+@example\.org>", one["Message-ID"])
    assert one["Message-ID"] != other["Message-ID"]


def test_text_comes_before_html_since_the_last_that_is_known_is_shown() -> None:
    message = composed()
    assert message.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]
    assert part(message, "plain") == LETTER.text
    assert part(message, "html").rstrip("\n") == LETTER.html


def test_an_attachment_arrives_byte_by_byte() -> None:
    content = "<p>Ω\r\n.\n</p>".encode() + bytes(range(256))
    message = composed(attachment=Attachment("p.größe.html", "html", content))
    (found,) = message.iter_attachments()
    assert found.get_payload(decode=True) == content
    assert (found.get_filename(), found.get_content_type(), found.get_content_disposition()) == ("p.größe.html", "text/html", "attachment")
    assert part(message, "plain") == LETTER.text


# whatever is in it

texts = st.text(max_size=200) | st.text(alphabet='\r\n\x00\x1b\t :=?<>,;"äΩ\u202e\u2028\x85a', max_size=60)


@patient
@given(texts)
@example("News\r\nBcc: eve@example.org")
@example("News\r\n\r\n<script>alert(1)</script>")
@example("=?utf-8?q?a=0D=0ABcc:_eve@example.org?=")
@example("\ud800 lone")
@example("Ω" * 900)
@example("x" * 9_000)
def test_no_subject_makes_a_header(subject: str) -> None:
    mail = compose(LETTER, subject, SENDER, TO)
    names = [name for name, _ in parse(mail.content).items()]
    assert names == ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    assert_on_the_wire(mail)


def test_a_subject_shows_what_is_hidden_and_is_short() -> None:
    assert composed("a\r\nBcc: b\x1b")["Subject"] == "a␍⏎Bcc: b␛"
    assert len(composed("Ω" * 999)["Subject"]) == 150


@pytest.mark.parametrize("subject", ["News of today " * 10, "Ω Ω " * 37, "=?utf-8?q?a=0D=0ABcc:_b?=", "✗ failed: d / r", "a  b", "."])
def test_a_subject_can_be_read_back(subject: str) -> None:
    content = compose(LETTER, subject, SENDER, TO).content
    parsed = BytesParser().parsebytes(content)["Subject"]
    assert str(make_header(decode_header(parsed))).replace("\r\n", "") == subject
    assert max(map(len, content.split(b"\r\n"))) <= 78


@patient
@given(texts)
@example(".\n" * 3)
@example("From me\n")
@example("x" * 5_000)
def test_any_text_can_be_read_back(text: str) -> None:
    letter = Letter(text.encode("utf-8", "replace").decode().replace("\r", ""), text.encode("utf-8", "replace").decode().replace("\r", ""))
    mail = compose(letter, "News", SENDER, TO)
    message = parse(mail.content)
    assert part(message, "plain").rstrip("\n") == letter.text.rstrip("\n")
    assert part(message, "html").rstrip("\n") == letter.html.rstrip("\n")
    assert_on_the_wire(mail)


def assert_on_the_wire(mail: Mail) -> None:
    """ASCII, lines that end in CR LF, none longer than a server must take."""
    assert mail.content.isascii()
    rest = mail.content.replace(b"\r\n", b"")
    assert b"\r" not in rest
    assert b"\n" not in rest
    assert max(map(len, mail.content.split(b"\r\n"))) <= 998
    assert [defect for part in parse(mail.content).walk() for defect in part.defects] == []


# subjects


def test_the_subject_of_a_run_says_how_it_ended_first() -> None:
    page = Document("mlp-64", "run", Ref("run:d.r", "mlp-64"), (), Status("failed"), (INDEX, Ref("project:d", "digits")))
    assert subject_of(page) == "✗ failed: digits / mlp-64"


def test_the_subject_of_a_digest_is_its_title() -> None:
    assert subject_of(Document("All projects: 5 runs, 1 failed", "index", INDEX, ())) == "All projects: 5 runs, 1 failed"


# addresses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@example.org", "ada@example.org"),
        ("Ada L. <ada@example.org>", '"Ada L." <ada@example.org>'),
        ("Ädä <ada@example.org>", "Ädä <ada@example.org>"),
        ("root@localhost", "root@localhost"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_an_address_may_have_a_name(text: str, expected: str) -> None:
    assert str(address(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a b@c",
        "a@b, c@d",
        "a@b\nBcc: c@d",
        "a@b\r\nBcc: c@d",
        "a <a@b",
        "<script> a@b.org",
        "ädä@b.org",
        "a@" + "x" * 99,
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected one address|is at no name of a host") as caught:
        address(text)
    assert str(caught.value).isprintable()


@patient
@given(texts)
def test_an_address_is_one_or_none(text: str) -> None:
    try:
        found = address(text)
    except ValueError:
        return
    assert_on_the_wire(compose(LETTER, "News", SENDER, [found]))
