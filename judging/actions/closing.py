"""The close of scoring: the journal is signed before anybody computes results, and those who judged and oversee hold the
signature from then on.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Role, Stage
from judging.events import PROOFS_EXPORTED
from judging.models import Assignment, ScoringClose
from judging.notices import SCORING_CLOSED
from judging.permissions import may_oversee_judging
from judging.proofs import is_signed_for, pack_proofs, read_proofs
from portal.accounts.models import User
from portal.db import snapshot
from portal.journal.checkpoints import make_checkpoint, signer
from portal.journal.recording import record
from portal.notices.outbox import send
from portal.refusals import Refusal

ATTEMPTS = 5


def close_scoring(*, now: datetime) -> list[ScoringClose]:
    """Sign for every judged stage whose end has come since; a second call finds nothing to do."""
    due = Stage.objects.filter(
        kind__in=Stage.JUDGED, closes_at__lte=now, pk__in=Assignment.objects.values("stage")
    ).select_related("contest")
    done = set(ScoringClose.objects.values_list("stage_id", "closes_at"))
    return [_close(stage, now) for stage in due if (stage.pk, stage.closes_at) not in done]


@transaction.atomic
def _close(stage: Stage, now: datetime) -> ScoringClose:
    checkpoint = make_checkpoint(now=now)
    closing, is_new = ScoringClose.objects.get_or_create(
        stage=stage, closes_at=stage.closes_at, defaults={"size": checkpoint.size, "at": now}
    )
    if not is_new:
        return closing
    judges = User.objects.filter(
        pk__in=Assignment.objects.active().filter(stage=stage).values("expert__user"), is_active=True
    )
    overseers = Role.objects.filter(contest=stage.contest_id, role=Role.Name.SUPERVISOR).select_related("user")
    people = {user.pk: user for user in [*judges, *(role.user for role in overseers)]}
    send(
        SCORING_CLOSED,
        to=list(people.values()),
        now=now,
        dedupe=f"{stage.public_id}:{stage.closes_at.isoformat()}",
        contest=stage.contest,
        path=reverse("checkpoint"),
        contest_name=stage.contest.name,
        stage_kind=stage.kind,
        stage_name=stage.name,
        note=checkpoint.note,
        key=signer().verifier,
        closed_at=stage.closes_at,
    )
    return closing


def export_proofs(*, actor: Any, stage: Stage, now: datetime) -> bytes:
    """The proofs of a stage as an archive, up to a checkpoint made now."""
    may_oversee_judging(actor, stage.contest).require()
    if stage.rubric is None or not Assignment.objects.filter(stage=stage).exists():
        raise Refusal(_("There is nothing to prove yet: no entry of this stage has judges."), code="no_seats")
    archive = pack_proofs(_files_of(stage, now))
    with transaction.atomic():
        record(PROOFS_EXPORTED, actor=actor, now=now, contest=stage.contest, subject=stage, stage=str(stage.label))
    return archive


def _files_of(stage: Stage, now: datetime) -> dict[str, bytes]:
    """Checkpoint and facts of one instant: a sheet sealed between the two would be a mark that no checkpoint holds.

    Mostly nothing comes between the two, and nobody waits while they are read. Where judges seal without a pause, both are
    done in one transaction: on SQLite the judges wait for its end.
    """
    for _attempt in range(ATTEMPTS):
        make_checkpoint(now=now)
        with snapshot():
            if is_signed_for(stage.contest):
                return read_proofs(stage)
    with snapshot(writing=True):
        make_checkpoint(now=now)
        return read_proofs(stage)
