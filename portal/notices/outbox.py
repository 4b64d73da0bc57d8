"""Writing notices: `send()` stands in the transaction of the change it tells of; delivery follows the commit.

The rows commit with the change. After the commit their ids are handed to the worker, with short time-outs and without
retry; when the broker is away nothing fails, and the periodic sweep finds them (see `tasks.py`).
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from portal.accounts.models import User
from portal.db import Identified
from portal.journal.models import Event
from portal.notices.kinds import Channel, NoticeKind
from portal.notices.models import Notice
from portal.notices.paths import unprefixed

log = structlog.get_logger(__name__)


def send(
    kind: NoticeKind,
    *,
    to: Iterable[User | str],
    now: datetime,
    dedupe: str,
    contest: Identified | None = None,
    path: str = "",
    events: Iterable[Event] = (),
    language: str = settings.LANGUAGE_CODE,
    **context: Any,
) -> list[Notice]:
    """Queue one notice per recipient and channel; returns the new ones.

    `to` holds users, or bare e-mail addresses (mail only, in `language`). `dedupe` names the occasion: the same occasion
    never reaches the same recipient twice. `path` is where the message leads; the recipient's language is put before it.
    `context` holds JSON values and instants for the templates; an instant's name ends in `_at`, and the template gets it
    back as an instant (`{{ closes_at|deadline }}`).
    """
    contest_type, contest_id = contest.reference if contest else ("", "")
    stored, plain_path = _storable(context), unprefixed(path)
    wanted = [
        Notice(
            dedupe_key=_dedupe_key(kind, dedupe, recipient, channel),
            kind=kind.key,
            recipient=recipient if isinstance(recipient, User) else None,
            address=recipient.email if isinstance(recipient, User) else recipient,
            channel=channel,
            language=recipient.locale if isinstance(recipient, User) else language,
            contest_type=contest_type,
            contest_id=contest_id,
            context=stored,
            path=plain_path,
            state=Notice.State.QUEUED if channel == Channel.MAIL else Notice.State.SENT,
            sent_at=None if channel == Channel.MAIL else now,
            created_at=now,
            next_attempt_at=now,
        )
        for recipient in to
        for channel in kind.channels
        if channel == Channel.MAIL or isinstance(recipient, User)
    ]
    keys = [notice.dedupe_key for notice in wanted]
    known = set(Notice.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    Notice.objects.bulk_create([notice for notice in wanted if notice.dedupe_key not in known], ignore_conflicts=True)
    created = list(Notice.objects.filter(dedupe_key__in=set(keys) - known))
    for event in events:
        event.notices.add(*created)
    mail_ids = [notice.pk for notice in created if notice.channel == Channel.MAIL]
    if mail_ids:
        transaction.on_commit(lambda: enqueue(mail_ids), robust=True)
    return created


def enqueue(notice_ids: list[int]) -> list[int]:
    """Hand notices to the worker; returns those handed over. A broker that is away is logged and left to the sweep."""
    from portal.notices.tasks import deliver

    for place, notice_id in enumerate(notice_ids):
        try:
            deliver.apply_async((notice_id,), retry=False, ignore_result=True)
        except (deliver.OperationalError, OSError) as error:
            log.warning("notices.broker_away", waiting=len(notice_ids) - place, error=str(error)[:200])
            return notice_ids[:place]
    return notice_ids


def _storable(context: dict[str, Any]) -> dict[str, Any]:
    """Instants become text; `rendering` makes them instants again."""
    for name, value in context.items():
        if isinstance(value, datetime) and not name.endswith("_at"):
            raise ValueError(f"the instant {name} must have a name that ends in _at")
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in context.items()}


def _dedupe_key(kind: NoticeKind, dedupe: str, recipient: User | str, channel: Channel) -> str:
    address = recipient.public_id if isinstance(recipient, User) else recipient.lower()
    # Occasions may carry long addresses: hashed, the key keeps its length and shows nobody's address.
    return f"{kind.key}:{hashlib.sha256(f'{dedupe}|{address}|{channel}'.encode()).hexdigest()}"
