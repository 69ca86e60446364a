"""A mail server on loopback that keeps what it takes, and refuses what it is told to."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP as WIRE
from threading import Thread
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

HOST = "127.0.0.1"
HANG_UP = ""
USER, PASSWORD = "clerk", "s3cret:p@ss/word"  # of a server that lives as long as a test


class Taken(NamedTuple):
    """A mail that was taken."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return parse(self.content)


def parse(content: bytes) -> EmailMessage:
    """A mail from its bytes; by the same rules, so that what is not as it should be has defects."""
    message = BytesParser(EmailMessage, policy=WIRE).parsebytes(content)
    assert isinstance(message, EmailMessage)
    return message


@dataclass
class Clerk:
    """Takes mails; `answers` are said first, one after the other, to what they are for: `MAIL`, `DATA` or a recipient."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    def _answer(self, to: str) -> str | None:
        left = self.answers.get(to)
        return left.pop(0) if left else None

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  # as aiosmtpd calls it
        if answer := self._answer("MAIL"):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802
        if answer := self._answer(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self._answer("DATA")
        if answer == HANG_UP:
            server.transport.close()
        if answer is not None:
            return answer
        self.taken.append(Taken(envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 OK"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, mechanism: str, said: Any) -> AuthResult:
        self.logins.append(mechanism)
        return AuthResult(success=said == LoginPassword(USER.encode(), PASSWORD.encode()), handled=False)


@contextmanager
def serving(clerk: Clerk, tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[int]:
    """The port at which the clerk sits; with `tls`, all of a connection is encrypted."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_listen(clerk, tls, options), loop).result(10)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _listen(clerk: Clerk, tls: ssl.SSLContext | None, options: dict[str, Any]) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(lambda: SMTP(clerk, hostname="post.example", **options), HOST, 0, ssl=tls)


async def _close(server: asyncio.Server) -> None:
    """Also the connections that are open, so that no task is left."""
    server.close()
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
