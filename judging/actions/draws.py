"""Drawing experts: preparing, committing, revealing, and substitutes who move up.

draft ──▶ committed ──▶ drawn. The commitment is on record, and public, before anything is revealed; from then on a trigger
holds rule and pool, and once drawn the whole row. Withdrawing keeps the row, with the reason.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from competition.models import Contest
from judging import draw as core
from judging.draw import DrawError, Rule, Stratum
from judging.events import DRAW_CHANGED, DRAW_COMMITTED, DRAW_DRAWN, DRAW_PREPARED, DRAW_WITHDRAWN
from judging.models import Draw, DrawChange
from judging.permissions import may_organise
from judging.reading.drawn import changes_of, read_pool
from portal.journal.recording import record
from portal.refusals import Refusal, Stale

TITLE_MAX = 60
REASON_MAX = 300
REVEALED_MAX = 200


@transaction.atomic
def prepare_draw(
    *,
    actor: Any,
    contest: Contest,
    title: str,
    seats: Mapping[str, int],
    per_organisation: int | None,
    per_region: int | None,
    source: Mapping[str, Any],
    now: datetime,
) -> Draw:
    """Write a rule down: seats by stratum (a track's number, or "*" for the whole pool). Nothing is fixed by it."""
    may_organise(actor, contest).require()
    title = title.strip()
    if not title or len(title) > TITLE_MAX:
        raise Refusal(
            _("Give the draw a title of at most {most} characters.").format(most=TITLE_MAX), code="title", field="title"
        )
    rule = Rule(tuple(Stratum(key, count) for key, count in seats.items() if count), per_organisation, per_region)
    pool = read_pool(contest)
    with _refusing():
        core.commitment(rule, pool, source)
    made = Draw.objects.create(
        contest=contest,
        title=title,
        rule=core.rule_data(rule),
        source=dict(source),
        created_at=now,
        created_by=actor,
    )
    record(DRAW_PREPARED, actor=actor, now=now, contest=contest, subject=made, title=title, rule=made.rule)
    return made


@transaction.atomic
def commit_draw(*, actor: Any, draw: Draw, seen: str, now: datetime) -> Draw:
    """Fix rule and pool, and publish their hash. `seen` is the fingerprint of the pool that the page showed."""
    locked = _lock(actor, draw, Draw.Status.DRAFT)
    pool = read_pool(locked.contest)
    if seen != core.pool_hash(pool):
        raise Stale(_("The pool has changed since you opened this page. Look at the numbers, then commit."))
    with _refusing():
        commitment = core.commitment(core.read_rule(locked.rule), pool, locked.source)
    locked.pool, locked.pool_hash, locked.commitment = core.pool_data(pool), core.pool_hash(pool), commitment
    locked.status, locked.committed_at = Draw.Status.COMMITTED, now
    locked.save(update_fields=["pool", "pool_hash", "commitment", "status", "committed_at"])
    record(
        DRAW_COMMITTED,
        actor=actor,
        now=now,
        contest=locked.contest,
        subject=locked,
        commitment=commitment,
        pool_hash=locked.pool_hash,
        rule=locked.rule,
        source=locked.source,
    )
    return locked


@transaction.atomic
def reveal_draw(*, actor: Any, draw: Draw, revealed: Sequence[str], now: datetime) -> Draw:
    """Enter the public number, or the words of the witnesses, and draw. This happens once and is never changed."""
    locked = _lock(actor, draw, Draw.Status.COMMITTED)
    if locked.committed_at is not None and now <= locked.committed_at:
        raise Refusal(_("What decides must become known after the commitment. Wait for it."), code="too_early")
    words = [core.normal_words(text) for text in revealed]
    if any(len(text) > REVEALED_MAX for text in words):
        raise Refusal(_("Shorten what was revealed to {most} characters.").format(most=REVEALED_MAX), code="too_long")
    with _refusing():
        seed = core.seed_of(locked.commitment, locked.source, words)
        outcome = core.draw(core.read_rule(locked.rule), core.read_pool(locked.pool), seed)
    locked.revealed, locked.seed = words, seed
    locked.result = [core.outcome_data(one) for one in outcome]
    locked.status, locked.drawn_at, locked.operator = Draw.Status.DRAWN, now, str(actor)[:60]
    locked.save(update_fields=["revealed", "seed", "result", "status", "drawn_at", "operator"])
    record(
        DRAW_DRAWN,
        actor=actor,
        now=now,
        contest=locked.contest,
        subject=locked,
        title=locked.title,
        commitment=locked.commitment,
        revealed=words,
        seed=seed,
        result=locked.result,
        drawn=sum(len(one.drawn) for one in outcome),
    )
    return locked


@transaction.atomic
def replace_drawn(*, actor: Any, draw: Draw, leaving: str, reason: str, now: datetime) -> DrawChange:
    """Somebody who was drawn cannot judge: the next substitute whom the rule allows moves up; nobody, if none is left."""
    locked = _lock(actor, draw, Draw.Status.DRAWN)
    reason = reason.strip()
    if not reason or len(reason) > REASON_MAX:
        raise Refusal(
            _("Say in at most {most} characters why the expert leaves: it stands in the minutes.").format(
                most=REASON_MAX
            ),
            code="no_reason",
            field="reason",
        )
    changes = changes_of(locked)
    with _refusing():
        came = core.substitute(
            core.read_rule(locked.rule),
            core.read_pool(locked.pool),
            core.read_outcome(locked.result),
            changes,
            leaving,
        )
    change = DrawChange.objects.create(
        draw=locked, number=len(changes) + 1, left=leaving, came=came or "", reason=reason, at=now, by=actor
    )
    record(
        DRAW_CHANGED,
        actor=actor,
        now=now,
        contest=locked.contest,
        subject=locked,
        left=leaving,
        came=came or "–",
        reason=reason,
    )
    return change


@transaction.atomic
def withdraw_draw(*, actor: Any, draw: Draw, reason: str, now: datetime) -> Draw:
    """Give up a draw that was not drawn yet; it stays on record with the reason."""
    locked = _lock(actor, draw, Draw.Status.DRAFT, Draw.Status.COMMITTED)
    reason = reason.strip()
    if not reason or len(reason) > REASON_MAX:
        raise Refusal(
            _("Say in at most {most} characters why the draw is withdrawn: it stays on record.").format(
                most=REASON_MAX
            ),
            code="no_reason",
            field="reason",
        )
    locked.status, locked.reason = Draw.Status.WITHDRAWN, reason
    locked.save(update_fields=["status", "reason"])
    record(
        DRAW_WITHDRAWN, actor=actor, now=now, contest=locked.contest, subject=locked, title=locked.title, reason=reason
    )
    return locked


def _lock(actor: Any, draw: Draw, *wanted: str) -> Draw:
    may_organise(actor, draw.contest).require()
    locked: Draw = Draw.objects.select_related("contest").lock(pk=draw.pk)
    if locked.status not in wanted:
        raise Refusal(
            _("This draw is “{state}” now: that cannot be done any more.").format(state=locked.get_status_display()),
            code="wrong_state",
        )
    return locked


class _refusing:  # noqa: N801 - reads as a clause
    """What the core refuses becomes a sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, DrawError):
            raise Refusal(sentence(error), code=error.code, field=FIELDS.get(error.code)) from error


FIELDS = {
    "no_strata": None,
    "not_announced": "announced",
    "no_witness": "witnesses",
    "bad_commitment": "witnesses",
    "witness_twice": "witnesses",
    "commitment_twice": "witnesses",
}


def sentence(error: DrawError) -> str:
    """What to do about it."""
    said = {
        "no_strata": _("Say how many experts are drawn: in the whole pool, or in at least one track."),
        "no_pool": _("The pool is empty: add experts first."),
        "not_announced": _("Say which public number of which day decides, so that nobody can choose it later."),
        "no_witness": _("Name at least one witness with the fingerprint of their words."),
        "bad_commitment": _("“{subject}” has no fingerprint of 64 hexadecimal digits. Write one witness per line: name, then fingerprint."),
        "witness_twice": _("“{subject}” stands there twice. Every witness gives one fingerprint."),
        "commitment_twice": _("Two witnesses gave the same fingerprint. Each must think of words of their own."),
        "not_revealed": _("Enter what was revealed: nothing may be missing."),
        "other_words": _("These are not the words to which {subject} committed. Check them letter by letter."),
        "not_drawn": _("Expert {subject} is not among those drawn now. Reload the page."),
    }  # fmt: skip
    text = said.get(error.code, _("This makes no draw: {subject}"))
    return text.format(subject=error.subject or error.code)
