"""Every change of state of a contest's set-up.

An action is keyword-only and atomic, checks permission and state inside, writes its journal event in the same
transaction and returns what it did. `actor` None is the system: a command of the operator.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from competition.events import GUIDE_IMPORTED, ROLE_GRANTED, ROLE_REVOKED, RUBRIC_COPIED
from competition.guide import Guide
from competition.import_plan import ImportPlan, faults, plan_import, relied_on
from competition.models import Contest, Criterion, Role, Rubric, Topic
from competition.permissions import SCREENER, may_organise, may_revoke
from portal.accounts.models import User
from portal.journal.recording import record
from portal.refusals import Refusal, Stale


@transaction.atomic
def import_guide(*, actor: Any, contest: Contest, guide: Guide, now: datetime, seen: str | None = None) -> ImportPlan:
    """Make the contest's tracks and topics those of the guide, by number; a second time changes nothing.

    `seen` is the fingerprint of the plan that the person confirmed; Stale when the contest has changed since.

    Writes one event when anything changed. Refuses, and changes nothing, when a text does not fit or when the words of a
    topic would change that has been entered already.
    """
    contest = Contest.objects.lock(pk=contest.pk)
    if actor is not None:
        may_organise(actor, contest).require()
    plan = plan_import(contest, guide)
    if seen is not None and seen != plan.fingerprint():
        raise Stale
    for change, fault in faults(plan):
        raise Refusal(
            _("{ref} {name}: {fault} Nothing was imported.").format(ref=change.ref, name=change.name, fault=fault),
            code="does_not_fit",
        )
    changed = [change.row for change in plan.changes if change.kind == "topic_changed"]
    if entered := relied_on([row for row in changed if isinstance(row, Topic)]):
        refs = ", ".join(
            change.ref for change in plan.changes if change.kind == "topic_changed" and change.row.pk in entered
        )
        raise Refusal(
            _("Teams have entered topics whose words the guide would change: {topics}. Nothing was imported.").format(
                topics=refs
            ),
            code="topics_in_use",
        )
    for change in plan.changes:
        change.row.save()
    if plan:
        record(GUIDE_IMPORTED, actor=actor, now=now, contest=contest, title=guide.title, counts=plan.counts())
    return plan


@transaction.atomic
def grant_role(*, actor: Any, contest: Contest, user: User, role: str, now: datetime) -> Role:
    """Let the person act in the contest; all but screeners may then also open the administration."""
    contest = Contest.objects.lock(pk=contest.pk)
    may_organise(actor, contest).require()
    if Role.objects.filter(contest=contest, user=user, role=role).exists():
        raise Refusal(_("This person already holds this role in the contest."), code="held_already", field="email")
    granted = Role.objects.create(contest=contest, user=user, role=role)
    if role != SCREENER and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    record(
        ROLE_GRANTED,
        actor=actor,
        now=now,
        contest=contest,
        subject=user,
        role=role,
        name=str(user),
    )
    return granted


@transaction.atomic
def revoke_role(*, actor: Any, role: Role, now: datetime) -> Role:
    """Take a role back. A contest keeps an organiser; who holds no other role leaves the administration."""
    contest = Contest.objects.lock(pk=role.contest_id)
    may_revoke(actor, role).require()
    user = role.user
    role.delete()
    if user.is_staff and not user.is_superuser and not user.roles.exclude(role=SCREENER).exists():
        user.is_staff = False
        user.save(update_fields=["is_staff"])
    record(
        ROLE_REVOKED,
        actor=actor,
        now=now,
        contest=contest,
        subject=user,
        role=role.role,
        name=str(user),
    )
    return role


@transaction.atomic
def copy_rubric(*, actor: Any, rubric: Rubric, now: datetime) -> Rubric:
    """A new version of a rubric with the same criteria, free to be changed; the old one stays with what was judged."""
    contest = Contest.objects.lock(pk=rubric.contest_id)
    may_organise(actor, contest).require()
    latest = Rubric.objects.filter(contest=contest, name=rubric.name).aggregate(latest=Max("version"))["latest"]
    copy = Rubric.objects.create(
        contest=contest,
        name=rubric.name,
        version=latest + 1,
        comment_below=rubric.comment_below,
        comment_from=rubric.comment_from,
    )
    criteria = list(rubric.criteria.all())
    for criterion in criteria:
        criterion.pk, criterion.rubric = None, copy
    Criterion.objects.bulk_create(criteria)
    record(RUBRIC_COPIED, actor=actor, now=now, contest=contest, subject=copy, name=copy.name, version=copy.version)
    return copy
