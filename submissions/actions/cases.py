"""Verdicts on possible duplicates: what a person found of a pair of entries. Nothing about the entries changes by it.

    open ──verdict──▶ duplicate | no duplicate | related, with good reason ──verdict──▶ another of these
    open ──nothing shared any more──▶ gone ──shared again──▶ open
    any verdict ──new evidence──▶ open, with the verdict kept as a row

Finding, opening again and going is done by `actions.comparing`; whoever wants an entry out decides so in its formal check.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.journal.recording import record
from portal.refusals import Refusal, Stale
from submissions import events
from submissions.models import Case, CaseVerdict
from submissions.permissions import may_decide_case


@transaction.atomic
def decide_case(*, actor: User, case: Case, verdict: str, reason: str, revision: int, now: datetime) -> CaseVerdict:
    """Say what the pair is, and why. `revision` is that of the evidence and the verdicts which the person saw.

    Raises Stale when either has changed since. Teams are not told: to them, only a formal check has consequences.
    """
    case = Case.objects.select_related("contest", "first__team", "second__team").lock(pk=case.pk)
    may_decide_case(actor, case).require()
    if verdict not in Case.DECIDED:
        raise Refusal(_("Choose what you found."), code="no_verdict", field="verdict")
    if not reason:
        raise Refusal(_("Say why: whoever looks at it later has to understand it."), code="no_reason", field="reason")
    if case.revision != revision:
        raise Stale(
            _("Somebody else has decided, or the evidence has changed meanwhile. Look at the page again, then decide.")
        )
    if case.status == verdict:
        raise Refusal(_("This is the verdict already."), code="same_verdict", field="verdict")
    last = case.verdicts.order_by("-number").first()
    said = CaseVerdict.objects.create(
        case=case,
        number=last.number + 1 if last else 1,
        verdict=verdict,
        reason=reason,
        marks={sign.kind: sign.marks for sign in case.signs.all()},
        decided_by=actor,
        decided_at=now,
    )
    Case.objects.compare_and_set(pk=case.pk, revision=revision, status=verdict, verdict=said, reopened_at=None)
    record(
        events.CASE_DECIDED,
        actor=actor,
        now=now,
        contest=case.contest,
        subject=case,
        verdict=verdict,
        number=said.number,
    )
    return said
