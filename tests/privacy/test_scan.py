"""The last look at a file."""

import base64
import html
import json
from urllib.parse import quote

import pytest

from contexta.errors import Leak
from contexta.privacy import SECRETS, Privacy
from contexta.privacy.scan import leaks

TOKEN, PATH = "AKIAIOSFODNN7EXAMPLE", "/home/alice/x.py"


def _every_character(text: str, form: str) -> str:
    return "".join(form.format(ord(char)) for char in text)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (f"<td>{TOKEN}</td>", ("a secret",)),
        (f"| {PATH} |", ("an absolute path",)),
        (json.dumps({"a": "D:\\x\\y"}), ("an absolute path",)),
        (_every_character(TOKEN, "%{:02X}"), ("a secret behind an escape",)),
        (_every_character(TOKEN, "&#{};"), ("a secret behind an escape",)),
        (_every_character(PATH, "&#x{:x};"), ("an absolute path behind an escape",)),
        (_every_character(PATH, "\\u{:04x}"), ("an absolute path behind an escape",)),
        (f'<a href="x#{quote(PATH, safe="")}">', ("an absolute path behind an escape",)),
        (html.escape(f'"{PATH}"'), ("an absolute path",)),
        (base64.b64encode(f"see {TOKEN}".encode()).decode(), ("a secret in base64",)),
        (base64.urlsafe_b64encode(f"???{PATH}>>>".encode()).decode().rstrip("="), ("an absolute path in base64",)),
        ("password=hunter2", ()),  # masked where it is known what is a name and what is markup
        (base64.b64encode(b"password=hunter2").decode(), ("a secret in base64",)),
        ('<a href="../runs/a.b.html">1/2</a> max_tokens=5 https://example.org/a/b s3://bucket/key', ()),
        ("\ufffd %zz &bogus; \\uZZZZ", ()),
        ("", ()),
    ],
)
def test_what_got_through_is_found(content: str, found: tuple[str, ...]) -> None:
    assert leaks(content.encode()) == found


def test_bytes_that_are_no_text_are_looked_at_too() -> None:
    assert leaks(b"\xff\xfe " + TOKEN.encode()) == ("a secret",)


def test_only_a_report_for_everyone_is_refused() -> None:
    SECRETS.refuse_leaks("a.html", TOKEN.encode())
    with pytest.raises(Leak, match=r"a\.html is not published: it holds a secret"):
        Privacy(public=True).refuse_leaks("a.html", TOKEN.encode())
