"""Real mail servers for the tests: one that takes mail, and ones that refuse, stall or hang up."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Mailbox:
    """What a server took; `recipient` and `data` answer RCPT and DATA in place of “250 OK” where they are set."""

    def __init__(self, *, recipient: str = "", data: str = "", hang_up: bool = False) -> None:
        self.mails: list[EmailMessage] = []
        self.recipient, self.data, self.hang_up = recipient, data, hang_up

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.recipient:
            return self.recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data:
            return self.data
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        if self.hang_up:
            server.transport.close()
        return "250 taken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server(settings: Any, **behaviour: Any) -> Iterator[Mailbox]:
    """A mail server on this machine, which the settings point at."""
    mailbox = Mailbox(**behaviour)
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        point_at(settings, controller.port)
        yield mailbox
    finally:
        controller.stop()


def point_at(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
