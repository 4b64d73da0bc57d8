"""Notices made in one line each."""

from datetime import datetime
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.notices.digest import DAILY_DIGEST
from portal.notices.kinds import Channel, NoticeKind
from portal.notices.models import Notice
from portal.notices.outbox import send
from tests.portal.factories import NOW, make_user

#: A kind with the digest's texts that goes both ways; not in the registry.
SECTIONS = [{"name": "形式审查", "lines": ["12 件作品等待审查", "A & B <c> “d”"]}]


def make_notice(
    to: User | str | None = None, *, now: datetime = NOW, dedupe: str = "occasion", **options: Any
) -> Notice:
    """One mail in the outbox, as an action would leave it."""
    given = {"contest_name": "湖北分赛", "sections": SECTIONS, "until_at": NOW, "path": "/my/"}
    with transaction.atomic():
        (notice,) = send(DAILY_DIGEST, to=[to or make_user()], now=now, dedupe=dedupe, **given | options)
    return notice


def make_inbox_notice(user: User, **options: Any) -> Notice:
    """One notice in the person's inbox."""
    kind = NoticeKind(DAILY_DIGEST.key, "", "", DAILY_DIGEST.template, channels=(Channel.INBOX,))
    given = {"contest_name": "湖北分赛", "sections": SECTIONS, "until_at": NOW, "path": "/my/", "now": NOW}
    given |= {"dedupe": str(Notice.objects.count())} | options
    with transaction.atomic():
        (notice,) = send(kind, to=[user], **given)
    return notice
