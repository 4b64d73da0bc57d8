"""What a judge reports about an entry, and what the organisers answer. The seat and the marks stay as they are."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Role
from judging.events import ENTRY_REPORTED, REPORT_ANSWERED
from judging.models import Assignment, Report
from judging.notices import ENTRY_REPORTED as ENTRY_REPORTED_NOTICE
from judging.notices import REPORT_ANSWERED as REPORT_ANSWERED_NOTICE
from judging.permissions import may_answer_report, may_report
from portal.journal.recording import record
from portal.notices.outbox import send
from portal.refusals import Refusal

TEXT_MAX = 500


@transaction.atomic
def report_entry(*, actor: Any, assignment: Assignment, kind: str, text: str, now: datetime) -> Report:
    """Tell the organisers that material cannot be opened, or that the entry should not be in the contest."""
    seat = Assignment.objects.select_related("stage__contest", "entry", "expert").lock(pk=assignment.pk)
    may_report(actor, seat).require()
    if kind not in Report.Kind.values:
        raise Refusal(_("Choose what is wrong with this entry."), code="kind", field="kind")
    text = _said(text, _("Say what is wrong: the organisers read it."), field="text")
    if Report.objects.filter(assignment=seat, kind=kind, answered_at=None).exists():
        raise Refusal(_("You have reported this already. The organisers will answer."), code="reported", field="kind")
    try:
        report = Report.objects.create(assignment=seat, kind=kind, text=text, at=now)
    except IntegrityError as error:  # the other tab was first
        raise Refusal(
            _("You have reported this already. The organisers will answer."), code="reported", field="kind"
        ) from error
    event = record(
        ENTRY_REPORTED,
        actor=actor,
        now=now,
        contest=seat.stage.contest,
        subject=report,
        code=seat.expert.code,
        entry=seat.entry.public_id,
        what=kind,
        text=text,
    )
    organisers = Role.objects.filter(contest=seat.stage.contest_id, role=Role.Name.ORGANISER).select_related("user")
    send(
        ENTRY_REPORTED_NOTICE,
        to=[role.user for role in organisers],
        now=now,
        dedupe=report.public_id,
        contest=seat.stage.contest,
        path=reverse("judge_reports", args=[seat.stage.contest.slug]),
        events=[event],
        contest_name=seat.stage.contest.name,
        code=seat.expert.code,
        number=seat.entry.number,
        title=seat.title,
        what=kind,
        text=text,
    )
    return report


@transaction.atomic
def answer_report(*, actor: Any, report: Report, answer: str, now: datetime) -> Report:
    """Answer a judge's report; what follows from it (another file, a disqualification) is done in its own place."""
    locked = Report.objects.select_related(
        "assignment__stage__contest", "assignment__entry", "assignment__expert__user"
    ).lock(pk=report.pk)
    may_answer_report(actor, locked).require()
    answer = _said(answer, _("Write what the judge should know."), field="answer")
    locked.answer, locked.answered_at, locked.answered_by = answer, now, actor
    locked.save(update_fields=["answer", "answered_at", "answered_by"])
    seat = locked.assignment
    event = record(
        REPORT_ANSWERED,
        actor=actor,
        now=now,
        contest=seat.stage.contest,
        subject=locked,
        code=seat.expert.code,
        entry=seat.entry.public_id,
        answer=answer,
    )
    send(
        REPORT_ANSWERED_NOTICE,
        to=[seat.expert.user],
        now=now,
        dedupe=locked.public_id,
        contest=seat.stage.contest,
        path=reverse("desk", args=[seat.public_id]),
        events=[event],
        contest_name=seat.stage.contest.name,
        number=seat.entry.number,
        title=seat.title,
        text=locked.text,
        answer=answer,
    )
    return locked


def _said(text: str, sentence: str, *, field: str) -> str:
    text = text.strip()
    if not text:
        raise Refusal(sentence, code="no_text", field=field)
    if len(text) > TEXT_MAX:
        raise Refusal(_("Shorten the text to {most} characters.").format(most=TEXT_MAX), code="too_long", field=field)
    return text
