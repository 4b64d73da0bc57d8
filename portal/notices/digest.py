"""The organisers' daily digest: one mail per contest, organiser and day, at eight in the morning in Beijing.

A day of the digest is the time from 08:00 to 08:00. Apps register the contests with their organisers and the sections;
a contest about which no section has anything to say sends nothing.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.accounts.models import User
from portal.db import Identified
from portal.notices.kinds import Channel, notice_kind
from portal.notices.models import Notice
from portal.notices.outbox import send
from portal.slots import DigestAudience, DigestSection, digest_audiences, digest_sections
from portal.web.dates import BEIJING

HOUR = time(8)

DAILY_DIGEST = notice_kind(
    "notices.daily_digest",
    event=_("Every day at 08:00, when there is something to tell"),
    audience=_("Organisers of the contest"),
    template="portal/notices/daily_digest",
    channels=(Channel.MAIL,),
)


def send_digests(*, now: datetime) -> list[Notice]:
    """Today's digests that are due and not yet in the outbox; returns the new notices."""
    here = now.astimezone(BEIJING)
    until = datetime.combine(here.date(), HOUR, tzinfo=BEIJING)
    if now < until:
        return []
    done = set(Notice.objects.filter(kind=DAILY_DIGEST.key, created_at__gte=until).values_list("contest_id", flat=True))
    return [
        notice
        for find in digest_audiences
        for audience in find(now)
        if audience.contest.public_id not in done
        for notice in _send_one(audience, since=until - timedelta(days=1), until=until, now=now)
    ]


def _send_one(audience: DigestAudience, *, since: datetime, until: datetime, now: datetime) -> list[Notice]:
    sent = []
    with transaction.atomic():
        for language, people in _by_language(audience.recipients).items():
            with translation.override(language):
                sections = list(_sections(audience.contest, since=since, until=until))
            if sections:
                sent += send(
                    DAILY_DIGEST,
                    to=people,
                    now=now,
                    dedupe=f"{audience.contest.public_id}:{until:%Y-%m-%d}",
                    contest=audience.contest,
                    path=audience.path,
                    contest_name=audience.name,
                    sections=sections,
                    until_at=until,
                )
    return sent


def _sections(contest: Identified, *, since: datetime, until: datetime) -> Iterable[dict[str, Any]]:
    for section in digest_sections:
        lines = [str(line) for line in section.lines(contest, since=since, until=until)]
        if lines:
            yield {"name": str(section.name), "lines": lines}


def _by_language(people: Iterable[User]) -> dict[str, list[User]]:
    found: dict[str, list[User]] = {}
    for person in people:
        found.setdefault(person.locale, []).append(person)
    return found


def undelivered(contest: Identified, *, since: datetime, until: datetime) -> list[str]:
    """The section of the outbox itself: mails of this contest that did not get through."""
    trouble = Notice.objects.filter(
        contest_id=contest.public_id, channel=Channel.MAIL, created_at__gte=since, created_at__lt=until
    )
    failed = trouble.filter(state=Notice.State.FAILED).count()
    uncertain = trouble.filter(state=Notice.State.UNCERTAIN).count()
    lines = []
    if failed:
        lines.append(
            ngettext("%(number)s mail could not be delivered.", "%(number)s mails could not be delivered.", failed)
            % {"number": failed}
        )
    if uncertain:
        lines.append(
            ngettext(
                "Of %(number)s mail it is not known whether it arrived.",
                "Of %(number)s mails it is not known whether they arrived.",
                uncertain,
            )
            % {"number": uncertain}
        )
    return lines


OUTBOX_SECTION = DigestSection(_("Mail"), undelivered)
