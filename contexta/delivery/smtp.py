"""Handing a mail to a server (RFC 5321), over a connection whose other end is who it says it is."""

import base64
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from contexta.delivery.message import Mail
from contexta.errors import Undelivered
from contexta.render import words

# Scheme → the port where none is given: those of submission (RFC 8314, RFC 6409), and of servers that take mail as it comes.
PORTS = {"smtp": 587, "smtps": 465, "smtp+insecure": 25}
USER, PASSWORD = "CONTEXTA_SMTP_USER", "CONTEXTA_SMTP_PASSWORD"

_EXPECTED = (
    f"expected {', '.join(f'{scheme}://HOST[:PORT]' for scheme in PORTS)}; "
    "before the host, USER:PASSWORD@, in which other than letters and digits are percent-encoded"
)

TIMEOUT = 30.0
RETRY_AFTER = 5.0

# As much of what a server says as fits a sentence.
_MAX_WORDS = 300

_TOO_LARGE = 552


@dataclass(frozen=True, slots=True)
class Server:
    """Who takes mail: `smtp` by STARTTLS, `smtps` by TLS, `smtp+insecure` without; `user` is empty where no login is wanted."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str, environment: Mapping[str, str]) -> "Server":
        """From `smtp://[user[:password]@]host[:port]`; user and password, where it has none, from the environment.

        Raises ValueError that repeats nothing of the URL, which may hold a password.
        """
        try:
            split = urlsplit(url)
            port = split.port
            host = (split.hostname or "").encode("idna").decode()
        except ValueError:
            raise ValueError(_EXPECTED) from None
        if split.scheme not in PORTS or not host or split.path.strip("/") or split.query or split.fragment:
            raise ValueError(_EXPECTED)
        user = unquote(split.username or "") or environment.get(USER, "")
        password = unquote(split.password or "") or environment.get(PASSWORD, "")
        if bool(user) != bool(password):
            raise ValueError(f"a login takes both a user and a password: in the URL, or in {USER} and {PASSWORD}")
        if not (user + password).isascii():
            raise ValueError("user and password of a mail server can only have ASCII characters")
        return cls(split.scheme, host, port or PORTS[split.scheme], user, password)

    @property
    def name(self) -> str:
        """What to call it: nothing secret."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a recipient did not get a mail, and whether that may be otherwise in a while."""

    why: str
    temporary: bool = False


def deliver(mail: Mail, server: Server, wait: Callable[[float], None] = time.sleep) -> None:
    """Hand the mail over; once more, after a while, for those to whom the server does not take it for now.

    Raises Undelivered, with the server's words, where any recipient does not get it.
    """
    failures = _attempt(mail, mail.recipients, server)
    later = tuple(one for one, failure in failures.items() if failure.temporary)
    if later:
        wait(RETRY_AFTER)
        failures = {**{one: failure for one, failure in failures.items() if one not in later}, **_attempt(mail, later, server)}
    if failures:
        why = "; ".join(dict.fromkeys(failure.why for failure in failures.values()))
        others = "; the others have it" if len(failures) < len(mail.recipients) else ""
        raise Undelivered(f"{server.name} {why}{others}")


def _attempt(mail: Mail, recipients: Sequence[str], server: Server) -> Mapping[str, Failure]:
    """Recipient → why it does not get the mail; empty when all do."""
    try:
        with _connection(server) as client:
            refused = client.sendmail(mail.sender, recipients, mail.content)
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    except (smtplib.SMTPException, OSError) as error:
        return dict.fromkeys(recipients, _failure(error, mail, server))
    return {one: _refusal(f"refused the recipient {one}", code, said, server) for one, (code, said) in refused.items()}


@contextmanager
def _connection(server: Server) -> Iterator[smtplib.SMTP]:
    """A connection on which the mail can go. However it is left, the server is not asked whether it minds."""
    client = _connected(server)
    try:
        if server.user:
            client.login(server.user, server.password)
        yield client
    finally:
        with suppress(smtplib.SMTPException, OSError):
            client.quit()


def _connected(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()  # without one, smtplib verifies nothing
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        if server.scheme == "smtp":
            client.starttls(context=context)
    except BaseException:  # whatever ends it, Ctrl-C too, no connection stays open
        client.close()
        raise
    return client


def _failure(error: smtplib.SMTPException | OSError, mail: Mail, server: Server) -> Failure:
    match error:
        case smtplib.SMTPAuthenticationError(smtp_code=code, smtp_error=said):
            return _refusal("refused the login", code, said, server)
        case smtplib.SMTPResponseException(smtp_code=code) if code < 0:
            return Failure("does not speak SMTP")
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=said) if code == _TOO_LARGE:
            return _refusal(f"does not take a mail of {words.size(len(mail.content))} (--attach none makes it small)", code, said, server)
        case smtplib.SMTPSenderRefused(smtp_code=code, smtp_error=said):
            return _refusal(f"refused the sender {mail.sender}", code, said, server)
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=said):
            return _refusal("refused the mail", code, said, server)
        case smtplib.SMTPServerDisconnected():
            return Failure("closed the connection before it took the mail")
        case smtplib.SMTPException():
            return Failure(_told_by_client(server, str(error)))
        case ssl.SSLCertVerificationError():
            return Failure(
                f"has a certificate that cannot be trusted: {error.verify_message}; SSL_CERT_FILE can name a file of authorities"
            )
        case ssl.SSLError():
            return Failure(f"cannot be spoken to by TLS: {error.reason or error}")
    return Failure(f"cannot be reached: {error.strerror or error}")


def _told_by_client(server: Server, said: str) -> str:
    """What smtplib says of a server that lacks what is asked for."""
    if server.scheme == "smtp" and "STARTTLS" in said:
        return "does not encrypt: it offers no STARTTLS; smtp+insecure:// sends without"
    return "offers no login that is known here" if server.user else f"cannot be sent to: {said}"


def _refusal(what: str, code: int, said: bytes | str, server: Server) -> Failure:
    return Failure(f"{what}: {code} {_words(said, server)}", temporary=400 <= code < 500)


def _words(said: bytes | str, server: Server) -> str:
    """What a server says, in a line; without user and password, in case it repeats them."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    for secret in _secrets(server) if server.user else ():
        text = text.replace(secret, "***")
    return words.shortened(words.one_line(" ".join(text.split())), _MAX_WORDS)


def _secrets(server: Server) -> Iterator[str]:
    """User and password as they are written here, and as they go over the wire."""
    for sent in (server.password, server.user, f"\0{server.user}\0{server.password}"):
        yield sent
        yield base64.b64encode(sent.encode()).decode()
