"""The pledge that a judge signs before entries open: the promise, and the organisations in which they have an interest."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from competition.models import Stage
from judging.actions.leaving import take_seats
from judging.actions.recusal import remember_declared
from judging.events import PLEDGE_SIGNED
from judging.models import Assignment, Expert, Pledge
from judging.reading.organisations import organisations_to_show
from portal.accounts.models import Organisation
from portal.journal.recording import record
from portal.refusals import NotAllowed, Refusal, Stale
from submissions.models import Entry

PLEDGE_TEXT = "2026-1"
NOTE_MAX = 500


@transaction.atomic
def sign_pledge(
    *, actor: Any, stage: Stage, ticked: Collection[str], note: str, pledged: bool, shown: str, now: datetime
) -> Pledge:
    """Sign for everything that is assigned in the stage now. `shown` is the fingerprint of the list that the page showed.

    An interest holds for every entry of the organisation in the contest and for ever: a declared recusal is kept for each,
    seats that are held are left (sealed sheets stay and no longer count), and what is assigned later passes them by. All
    other seats of the stage open.
    """
    expert = Expert.objects.select_related("contest").filter(contest=stage.contest_id, user=actor.pk).first()
    if expert is None:
        raise NotAllowed
    Expert.objects.lock(pk=expert.pk)
    seats = Assignment.objects.active().filter(expert=expert)
    if not seats.filter(stage=stage, pledged_at__isnull=True).exists():
        raise Refusal(_("You have signed the pledge for everything that is assigned to you."), code="signed")
    if not pledged:
        raise Refusal(_("Give the pledge: entries open to judges who have given it."), code="no_pledge", field="pledge")
    if len(note) > NOTE_MAX:
        raise Refusal(
            _("Shorten the reason to {most} characters.").format(most=NOTE_MAX), code="too_long", field="note"
        )
    listed = organisations_to_show(expert, stage)
    known = [row.public_id for row in listed.rows]
    if shown != listed.fingerprint or not set(ticked) <= set(known):
        raise Stale(_("The list of organisations has changed since you opened this page. Look through it once more."))
    chosen = sorted(set(ticked))
    pledge = Pledge.objects.create(
        expert=expert,
        stage=stage,
        text_version=PLEDGE_TEXT,
        shown=known,
        ticked=chosen,
        note=note.strip(),
        signed_at=now,
    )
    record(
        PLEDGE_SIGNED,
        actor=actor,
        now=now,
        contest=stage.contest,
        subject=expert,
        code=expert.code,
        pledge=PLEDGE_TEXT,
        shown=listed.fingerprint,
        ticked=chosen,
        interests=len(chosen),
    )
    _leave(actor, expert, chosen, now)
    seats.filter(stage=stage, pledged_at__isnull=True).update(pledged_at=now)
    return pledge


def _leave(actor: Any, expert: Expert, chosen: Collection[str], now: datetime) -> None:
    """Declare the interest in every entry of these organisations, and leave the seats."""
    for organisation in Organisation.objects.filter(public_id__in=chosen).order_by("pk"):
        of_it = Q(team__lead_organisation=organisation) | Q(team__partners=organisation)
        entries = list(Entry.objects.filter(of_it, contest=expert.contest_id).submitted().distinct())
        remember_declared(actor=actor, expert=expert, entries=entries, evidence=organisation.name, now=now)
        take_seats(
            Assignment.objects.filter(expert=expert, entry__in=[entry.pk for entry in entries]),
            status=Assignment.Status.RECUSED,
            reason=_("Declared in the pledge"),
            actor=actor,
            now=now,
        )
