"""Handing one mail to the mail server, exactly as often as can be known.

A mail is claimed by compare-and-set (queued → sending), so that two workers never hold the same one. What the server
says decides: taken → sent; this address or text refused for good → failed, with the reason; not reachable, or “later” →
queued again, with a growing pause, for about a day. When the connection breaks after the handing over has begun, nobody
can know whether the mail was taken: it becomes uncertain and is never sent again by itself. The same holds for a mail
that a dead worker left in `sending`; the sweep finds it.
"""

import contextlib
import smtplib
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F

from portal.notices import rendering
from portal.notices.kinds import Channel
from portal.notices.models import Notice
from portal.notices.outbox import enqueue

log = structlog.get_logger(__name__)

State = Notice.State
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 30  # with these pauses, about a day
PATIENCE = timedelta(minutes=10)  # longer than any sending takes
GRACE = timedelta(seconds=15)  # what was enqueued only just now is on its way
RECHECK = timedelta(minutes=5)  # what the sweep enqueued is looked at again after this
BATCH = 500


class RefusedError(Exception):
    """The server will not take this mail, now or later."""


class TryLaterError(Exception):
    """The mail was certainly not taken; another attempt may succeed."""


class UnsureError(Exception):
    """Nobody knows whether the mail was taken."""


def deliver(notice_id: int, *, now: datetime) -> Notice | None:
    """Send one queued mail; returns it as it is afterwards, or None when somebody else has it or it is done."""
    notice = claim(notice_id, now=now)
    if notice is None:
        return None
    try:
        hand_over(compose(notice))
    except RefusedError as error:
        return _settle(notice, state=State.FAILED, last_error=str(error)[:300])
    except UnsureError as error:
        return _settle(notice, state=State.UNCERTAIN, last_error=str(error)[:300])
    except TryLaterError as error:
        if notice.attempts >= MOST_ATTEMPTS:
            return _settle(notice, state=State.FAILED, last_error=str(error)[:300])
        again_at = now + pause(notice.attempts)
        return _settle(notice, state=State.QUEUED, next_attempt_at=again_at, last_error=str(error)[:300])
    return _settle(notice, state=State.SENT, sent_at=now, last_error="")


def claim(notice_id: int, *, now: datetime) -> Notice | None:
    """Take one queued mail for sending; None when it is not there to be taken."""
    queued = Notice.objects.filter(pk=notice_id, channel=Channel.MAIL, state=State.QUEUED)
    if queued.update(state=State.SENDING, started_at=now, attempts=F("attempts") + 1) != 1:
        return None
    return Notice.objects.select_related("recipient").get(pk=notice_id)


def compose(notice: Notice) -> EmailMessage:
    """The mail in the recipient's language; raises RefusedError when there is nobody or nothing to send."""
    if notice.recipient is not None and not notice.recipient.is_active:
        raise RefusedError("The account is closed.")
    try:
        words = rendering.words(notice, language=notice.language)
        text = rendering.mail_text(notice, text=words.text, language=notice.language)
    except rendering.RENDERING_ERRORS as error:
        log.exception("notices.not_rendered", kind=notice.kind, notice=notice.public_id)
        raise RefusedError(f"The text could not be made: {error!r}") from error
    return EmailMessage(
        subject=words.subject,
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[notice.recipient.email if notice.recipient else notice.address],
        headers={
            "Message-ID": rendering.message_id(notice),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "List-Id": f"<notices.{rendering.domain()}>",
            "Content-Language": notice.language,
        },
    )


def hand_over(message: EmailMessage) -> None:
    """Give the mail to the server; raises RefusedError, TryLaterError or UnsureError when it was not plainly taken."""
    try:
        connection = get_connection()
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise TryLaterError(f"The mail server cannot be reached: {error}") from error
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        raise _verdict(code, reason) from error
    except smtplib.SMTPSenderRefused as error:  # our own address: the operator can mend that
        raise TryLaterError(_said(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPResponseException as error:
        raise _verdict(error.smtp_code, error.smtp_error) from error
    except ValueError as error:  # an address or subject that cannot stand in a header
        raise RefusedError(str(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise UnsureError(f"The connection broke while the mail was handed over: {error}") from error
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            connection.close()


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling from a minute to an hour."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)


def sweep(*, now: datetime) -> int:
    """Give up on what dead workers left, and enqueue again what is due; returns how many mails were enqueued."""
    left = Notice.objects.filter(state=State.SENDING, started_at__lt=now - PATIENCE)
    given_up = left.update(
        state=State.UNCERTAIN,
        last_error="The worker stopped while it was sending: the mail may or may not have gone out.",
    )
    if given_up:
        log.warning("notices.uncertain", mails=given_up)
    due = Notice.objects.unsent_mail().filter(next_attempt_at__lte=now - GRACE).order_by("next_attempt_at", "pk")
    handed = enqueue(list(due.values_list("pk", flat=True)[:BATCH]))
    Notice.objects.unsent_mail().filter(pk__in=handed).update(next_attempt_at=now + RECHECK)
    return len(handed)


def _settle(notice: Notice, **changes: object) -> Notice:
    """Write how the attempt ended. A slow one may have been given up as uncertain meanwhile: now we know better."""
    mine = Notice.objects.filter(pk=notice.pk, attempts=notice.attempts, state__in=[State.SENDING, State.UNCERTAIN])
    mine.update(**changes)
    notice.refresh_from_db()
    return notice


def _verdict(code: int, reason: bytes | str) -> Exception:
    """5xx is for good, 4xx is for now."""
    return RefusedError(_said(code, reason)) if code >= 500 else TryLaterError(_said(code, reason))


def _said(code: int, reason: bytes | str) -> str:
    words = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    return f"The mail server said: {code} {words}"
