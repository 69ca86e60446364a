"""Mails through a real server: who gets them, and what is said when they do not."""

import re
import socket
import ssl
from base64 import b64encode
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest

from contexta.delivery.letter import Letter
from contexta.delivery.message import Attachment, Mail, address, compose
from contexta.delivery.smtp import RETRY_AFTER, Server, deliver
from contexta.errors import Undelivered
from tests.delivery.post import HANG_UP, HOST, PASSWORD, USER, Clerk, serving

ADA, BOB = "ada@example.org", "bob@example.org"


def mail(*to: str, letter: Letter | None = None, **more: Any) -> Mail:
    recipients = [address(one) for one in to or (ADA,)]
    return compose(letter or Letter("a\n", "<p>a</p>"), "News", address("Reports <reports@example.org>"), recipients, **more)


def plain(port: int, user: str = "", password: str = "") -> Server:
    return Server("smtp+insecure", HOST, port, user, password)


def waits() -> list[float]:
    """What `deliver` waited; nobody does."""
    return []


def refusal(sent: Mail, server: Server, waited: list[float] | None = None) -> str:
    """What is said of a mail that is not delivered."""
    with pytest.raises(Undelivered) as caught:
        deliver(sent, server, (waited if waited is not None else []).append)
    return str(caught.value).replace(f"{HOST}:{server.port}", "SERVER")


# what arrives


def test_a_mail_arrives_as_it_was_made() -> None:
    clerk = Clerk()
    sent = mail(ADA, cc=[address(BOB)])
    with serving(clerk) as port:
        deliver(sent, plain(port))
    (taken,) = clerk.taken
    assert taken == ("reports@example.org", [ADA, BOB], sent.content)


def test_a_dot_alone_on_its_line_and_long_lines_arrive_whole() -> None:
    clerk = Clerk()
    text = f"one\n.\n..two\n{'x' * 5_000}\nΩ\u2028 end\n"
    with serving(clerk) as port:
        deliver(mail(letter=Letter(text, f"<p>{text}</p>")), plain(port))
    body = clerk.taken[0].message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text


def test_the_wire_has_short_lines_that_end_as_they_must() -> None:
    clerk = Clerk()
    with serving(clerk) as port:
        deliver(mail(letter=Letter("Ω" * 9_999, "Ω" * 9_999), attachment=Attachment("r.html", "html", b"\xff\n\r" * 999)), plain(port))
    content = clerk.taken[0].content
    assert content.replace(b"\r\n", b"").count(b"\n") == content.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert content.isascii()


# who the other end is


@pytest.mark.usefixtures("trusted")
def test_what_is_encrypted_arrives_and_the_login_is_encrypted_too(certified: ssl.SSLContext) -> None:
    clerk = Clerk()
    with serving(clerk, tls_context=certified, authenticator=clerk.authenticate, auth_required=True) as port:
        deliver(mail(), Server("smtp", HOST, port, USER, PASSWORD))
    assert len(clerk.taken) == len(clerk.logins) == 1


@pytest.mark.usefixtures("trusted")
def test_a_connection_may_be_encrypted_from_the_start(certified: ssl.SSLContext) -> None:
    clerk = Clerk()
    with serving(clerk, tls=certified) as port:
        deliver(mail(), Server("smtps", HOST, port))
    assert len(clerk.taken) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_nobody_vouches_for_gets_nothing(scheme: str, certified: ssl.SSLContext) -> None:
    clerk = Clerk()
    options: dict[str, Any] = {"tls": certified} if scheme == "smtps" else {"tls_context": certified}
    with serving(clerk, authenticator=clerk.authenticate, **options) as port:
        said = refusal(mail(), Server(scheme, HOST, port, USER, PASSWORD))
    assert said == (
        "SERVER has a certificate that cannot be trusted: unable to get local issuer certificate; "
        "SSL_CERT_FILE can name a file of authorities"
    )
    assert (clerk.taken, clerk.logins) == ([], [])


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_host_is_none(certified: ssl.SSLContext) -> None:
    with serving(Clerk(), tls_context=certified) as port:
        assert "certificate is not valid for 'localhost'" in refusal(mail(), Server("smtp", "localhost", port))


def test_a_server_that_does_not_encrypt_gets_nothing_unless_that_is_said_to_be_well() -> None:
    clerk = Clerk()
    with serving(clerk, auth_require_tls=False, authenticator=clerk.authenticate) as port:
        said = refusal(mail(), Server("smtp", HOST, port, USER, PASSWORD))
        assert said == "SERVER does not encrypt: it offers no STARTTLS; smtp+insecure:// sends without"
        assert (clerk.taken, clerk.logins) == ([], [])
        deliver(mail(), plain(port, USER, PASSWORD))
    assert len(clerk.taken) == 1


def test_a_server_that_speaks_no_tls_is_told_of() -> None:
    with serving(Clerk()) as port:
        assert refusal(mail(), Server("smtps", HOST, port)).startswith("SERVER cannot be spoken to by TLS: ")


# what a server refuses


def test_a_refused_login_is_told_in_the_servers_words() -> None:
    clerk = Clerk()
    with serving(clerk, auth_require_tls=False, authenticator=clerk.authenticate) as port:
        said = refusal(mail(), plain(port, USER, "wrong"))
    assert said == "SERVER refused the login: 535 5.7.8 Authentication credentials invalid"


def test_a_server_without_login_is_told_of() -> None:
    with serving(Clerk()) as port:
        assert refusal(mail(), plain(port, USER, PASSWORD)) == "SERVER offers no login that is known here"


@pytest.mark.parametrize(
    "said", [PASSWORD, b64encode(PASSWORD.encode()).decode(), USER, b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()]
)
def test_user_and_password_are_not_told_when_a_server_repeats_them(said: str) -> None:
    clerk = Clerk({"MAIL": [f"550 no {said} today"]})
    with serving(clerk, auth_require_tls=False, authenticator=clerk.authenticate) as port:
        assert refusal(mail(), plain(port, USER, PASSWORD)) == "SERVER refused the sender reports@example.org: 550 no *** today"


def test_a_refused_recipient_is_named_and_the_others_have_it() -> None:
    clerk = Clerk({BOB: ["550 5.1.1 no such person"]})
    with serving(clerk) as port:
        said = refusal(mail(ADA, BOB), plain(port))
    assert said == f"SERVER refused the recipient {BOB}: 550 5.1.1 no such person; the others have it"
    assert [taken.recipients for taken in clerk.taken] == [[ADA]]


def test_all_refused_recipients_are_named() -> None:
    clerk = Clerk({ADA: ["550 no"], BOB: ["551 gone"]})
    with serving(clerk) as port:
        said = refusal(mail(ADA, BOB), plain(port))
    assert said == f"SERVER refused the recipient {ADA}: 550 no; refused the recipient {BOB}: 551 gone"


def test_a_mail_that_is_too_large_is_told_with_its_size() -> None:
    with serving(Clerk(), data_size_limit=10_000) as port:
        said = refusal(mail(letter=Letter("x" * 20_000, "")), plain(port))
    what, _, words = said.partition(": ")
    assert what == "SERVER does not take a mail of 21.4 KB (--attach none makes it small)"
    assert words == "552 Error: message size exceeds fixed maximum message size"


def test_a_refused_mail_is_told_in_the_servers_words_whatever_these_are() -> None:
    with serving(Clerk({"DATA": ["554 5.7.1 \x1b[31mspam" + "!" * 400]})) as port:
        said = refusal(mail(), plain(port))
    assert said.startswith("SERVER refused the mail: 554 5.7.1 ␛[31mspam")
    assert said.isprintable()
    assert len(said) < 400


# another try


@pytest.mark.parametrize("step", ["MAIL", "DATA", ADA])
def test_what_is_refused_for_now_is_tried_once_more(step: str) -> None:
    clerk, waited = Clerk({step: ["451 4.3.0 later"]}), waits()
    with serving(clerk) as port:
        deliver(mail(), plain(port), waited.append)
    assert len(clerk.taken) == 1
    assert waited == [RETRY_AFTER]


def test_it_is_not_tried_a_third_time() -> None:
    clerk, waited = Clerk({"DATA": ["451 later", "452 much later"]}), waits()
    with serving(clerk) as port:
        assert refusal(mail(), plain(port), waited) == "SERVER refused the mail: 452 much later"
    assert waited == [RETRY_AFTER]


def test_only_those_who_have_not_got_it_are_tried_again() -> None:
    clerk = Clerk({BOB: ["450 busy"]})
    with serving(clerk) as port:
        deliver(mail(ADA, BOB), plain(port), waits().append)
    assert [taken.recipients for taken in clerk.taken] == [[ADA], [BOB]]


def test_what_is_refused_for_good_is_not_tried_again() -> None:
    waited = waits()
    with serving(Clerk({"DATA": ["554 no"]})) as port:
        refusal(mail(), plain(port), waited)
    assert waited == []


# no server


def test_a_server_that_is_not_there_cannot_be_reached() -> None:
    with socket.socket() as unused:
        unused.bind((HOST, 0))
        assert refusal(mail(), plain(unused.getsockname()[1])) == "SERVER cannot be reached: Connection refused"


def test_a_host_that_nobody_knows_cannot_be_reached() -> None:
    with pytest.raises(Undelivered, match=r"^no\.such\.invalid:25 cannot be reached: "):
        deliver(mail(), Server("smtp+insecure", "no.such.invalid", 25))


def test_a_server_that_hangs_up_is_told_of() -> None:
    with serving(Clerk({"DATA": [HANG_UP]})) as port:
        assert refusal(mail(), plain(port)) == "SERVER closed the connection before it took the mail"


def test_what_is_no_mail_server_is_told_of() -> None:
    def answer(listening: socket.socket) -> None:
        with listening.accept()[0] as connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server((HOST, 0)) as listening:
        thread = Thread(target=answer, args=(listening,))
        thread.start()
        said = refusal(mail(), plain(listening.getsockname()[1]))
        thread.join(10)
    assert said == "SERVER does not speak SMTP"


# where to


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", Server("smtp", "mail.example.org", 587)),
        ("smtps://mail.example.org/", Server("smtps", "mail.example.org", 465)),
        ("smtp+insecure://localhost", Server("smtp+insecure", "localhost", 25)),
        ("SMTP://[::1]:2525", Server("smtp", "::1", 2525)),
        (f"smtp://{USER}:{quote(PASSWORD, safe='')}@h", Server("smtp", "h", 587, USER, PASSWORD)),
    ],
)
def test_a_url_names_a_server(url: str, expected: Server) -> None:
    assert Server.parse(url, {}) == expected


def test_user_and_password_may_stand_in_the_environment() -> None:
    environment = {"CONTEXTA_SMTP_USER": "u", "CONTEXTA_SMTP_PASSWORD": "p"}
    assert Server.parse("smtp://h", environment) == Server("smtp", "h", 587, "u", "p")
    assert Server.parse("smtp://other@h", environment) == Server("smtp", "h", 587, "other", "p")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://u:hush@h",
        "smtp://",
        "smtp://u:hush@h:99999",
        "smtp://u:hush@h/path",
        "smtp://u@h",
        "smtp://u:hüsh@h",
        "smtp://u:hush@[h",
        "smtp://u:hush@a..b",
        "smtp://u:hush@" + "h" * 99,
        "smtp://u:hush\u2100@h",
    ],
)
def test_what_is_no_server_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"expected|login|ASCII") as caught:
        Server.parse(url, {})
    assert not {"hush", "hüsh"} & {*re.findall(r"\w+", str(caught.value))}


def test_a_password_stands_in_no_representation() -> None:
    assert PASSWORD not in repr(Server("smtp", "h", 587, USER, PASSWORD))
