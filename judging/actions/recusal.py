"""Conflicts of interest on record: keeping what was found, pinning and dismissing, and what a judge declares.

detected ──▶ pinned | dismissed, and between these two at any time; what was declared stays declared. A dismissed finding
opens again only when evidence appears that nobody has weighed. Whatever blocks a pair that holds a seat already
quarantines the seat in the same transaction: the sheet stays, and does not count. Where the conflict is certain the worker
gives the seat to somebody else (`refilling`); otherwise the organisers are asked. When the last reason is dismissed and the seat
is still empty, it counts again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Contest, Role
from judging.actions.leaving import release_seats, take_seats
from judging.actions.refilling import begin_refilling
from judging.conflicts import (
    Conflicts,
    OnRecord,
    conflicts_between,
    fingerprint,
    read_records,
    read_teams,
    unweighed,
    with_facts,
)
from judging.events import CONFLICT_DISMISSED, CONFLICT_PINNED, CONFLICTS_FOUND
from judging.interests import Evidence, Finding, Pair
from judging.models import Assignment, Expert, Recusal
from judging.notices import SEAT_TAKEN, SEATS_QUARANTINED
from judging.permissions import may_organise
from portal.journal.models import Event
from portal.journal.recording import record
from portal.notices.outbox import send
from portal.refusals import Refusal, Stale
from submissions.models import Entry

REASON_MAX = 500
BATCH = 500
State, Kind = Recusal.State, Recusal.Kind


@dataclass(frozen=True)
class Looked:
    """What a search brought: new findings, dismissed ones that opened again, and seats that were quarantined."""

    new: int
    reopened: int
    quarantined: int


@transaction.atomic
def keep_findings(*, actor: Any, contest: Contest, findings: tuple[Finding, ...], now: datetime) -> Looked:
    """Keep what a search of the whole contest found (`searching`), and quarantine seats of blocked pairs.

    `actor` is the organiser who asked, or None. Findings of the region rule, which hold for whole provinces, are kept only where
    a seat is held. Rows are never taken away: a finding whose facts have changed stays for a person to see.
    """
    contest = Contest.objects.lock(pk=contest.pk)
    conflicts = Conflicts(findings, read_records(contest))
    seated = _seated(contest)
    wanted = [one for one in conflicts.findings if one.kind != "region" or (one.entry, one.expert) in seated]
    new, changed, reopened = _sorted_out(contest, wanted, conflicts, now)
    Recusal.objects.bulk_create(new, batch_size=BATCH)
    Recusal.objects.bulk_update(changed, ["state", "evidence", "found_at"], batch_size=BATCH)
    if new or changed:
        record(CONFLICTS_FOUND, actor=actor, now=now, contest=contest, found=len(new), reopened=reopened)
    quarantined = _quarantine(actor, contest, conflicts.pairs & seated.keys(), seated, conflicts, now)
    return Looked(len(new), reopened, quarantined)


@transaction.atomic
def pin_conflict(*, actor: Any, recusal: Recusal, reason: str, now: datetime) -> Recusal:
    """Say that it is one, whatever the facts become: the pair is blocked for ever, and a seat is quarantined."""
    locked = _lock(actor, recusal, reason)
    if locked.state in (State.PINNED, State.DECLARED):
        raise Refusal(_("This conflict stands already."), code="stands")
    return _pinned(actor, locked, reason, now)


@transaction.atomic
def pin_pair(*, actor: Any, contest: Contest, expert: Expert, entry: Entry, reason: str, now: datetime) -> Recusal:
    """A conflict that the portal cannot see, such as kinship."""
    may_organise(actor, contest).require()
    _require_reason(reason)
    if expert.contest_id != contest.pk or entry.contest_id != contest.pk:
        raise Refusal(_("Choose an expert and an entry of this contest."), code="other_contest")
    Expert.objects.lock(pk=expert.pk)  # two organisers who pin the same pair follow each other
    recusal = Recusal.objects.filter(expert=expert, entry=entry, kind=Kind.ORGANISER).first()
    if recusal is not None and recusal.state == State.PINNED:
        raise Refusal(_("This conflict stands already."), code="stands")
    if recusal is None:
        recusal = Recusal(contest=contest, expert=expert, entry=entry, kind=Kind.ORGANISER, found_at=now)
    recusal.contest = contest
    return _pinned(actor, recusal, reason, now)


@transaction.atomic
def dismiss_conflict(
    *, actor: Any, recusal: Recusal, reason: str, now: datetime, seen: Collection[str] | None = None
) -> tuple[Recusal, int, int]:
    """Say that it is none. Returns the row, how many seats count again, and how many stay out because they were filled.

    `seen` holds the fingerprints of the evidence that the page showed: what came since has been weighed by nobody.
    """
    locked = _lock(actor, recusal, reason)
    if locked.is_firm:
        raise Refusal(
            _(
                "This is a fact, not a likeness: it cannot be dismissed. If it is wrong, correct the expert or the team."
            ),
            code="firm",
        )
    if locked.state == State.DISMISSED:
        raise Refusal(_("This conflict has been dismissed already."), code="dismissed")
    known = {fingerprint(Evidence(*one)) for one in locked.evidence}
    if seen is not None and not known <= set(seen):
        raise Stale(_("New evidence has been found since you opened this page. Look at it, then decide."))
    locked.state, locked.reason, locked.decided_by, locked.decided_at = State.DISMISSED, reason.strip(), actor, now
    locked.weighed = sorted({*locked.weighed, *known})
    locked.save(update_fields=["state", "reason", "decided_by", "decided_at", "weighed"])
    event = _record(CONFLICT_DISMISSED, actor, locked, now)
    back = filled = 0
    pair = (locked.entry.public_id, locked.expert.code)
    if pair not in _conflicts_of(locked).reasons:
        seats = Assignment.objects.filter(expert=locked.expert_id, entry=locked.entry_id)
        moved, filled = release_seats(seats, reason=reason.strip(), actor=actor, now=now)
        back = len(moved)
        _tell_judge(moved, now, taken=False, occasion=event)
    return locked, back, filled


def remember_declared(*, actor: Any, expert: Expert, entries: Iterable[Entry], evidence: str, now: datetime) -> None:
    """Keep that a judge declared an interest in these entries; inside the transaction of the declaration."""
    wanted = {entry.pk: entry for entry in entries}
    held = set(
        Recusal.objects.filter(expert=expert, entry__in=wanted, kind=Kind.DECLARED).values_list("entry_id", flat=True)
    )
    Recusal.objects.bulk_create(
        [
            Recusal(
                contest_id=entry.contest_id,
                expert=expert,
                entry=entry,
                kind=Kind.DECLARED,
                state=State.DECLARED,
                evidence=[["", evidence, ""]],
                found_at=now,
                decided_at=now,
                decided_by=actor,
                reason=evidence,
            )
            for pk, entry in wanted.items()
            if pk not in held
        ],
        ignore_conflicts=True,
    )


# ── What a search brings ───────────────────────────────────────────────────────────────────────────────────────────
def _sorted_out(
    contest: Contest, findings: Collection[Finding], conflicts: Conflicts, now: datetime
) -> tuple[list[Recusal], list[Recusal], int]:
    """(new rows, rows with new evidence, how many of these were dismissed)."""
    experts = dict(Expert.objects.filter(contest=contest).values_list("code", "pk"))
    entries = dict(
        Entry.objects.filter(public_id__in={one.entry for one in findings}).values_list("public_id", "pk")
        if findings
        else ()
    )
    fresh: list[Recusal] = []
    more: dict[int, Finding] = {}
    for one in findings:
        known = conflicts.records.get((one.entry, one.expert, one.kind))
        if known is None:
            is_declared = one.kind == Kind.DECLARED
            fresh.append(
                Recusal(
                    contest=contest,
                    expert_id=experts[one.expert],
                    entry_id=entries[one.entry],
                    kind=one.kind,
                    state=State.DECLARED if is_declared else State.DETECTED,
                    evidence=_plain(one),
                    found_at=now,
                )
            )
        elif _is_news(one, known):
            more[known.pk] = one
    rows = list(Recusal.objects.select_for_update(of=("self",)).filter(pk__in=more).order_by("pk"))
    reopened = 0
    for row in rows:
        row.evidence = row.evidence + [one for one in _plain(more[row.pk]) if one not in row.evidence]
        row.found_at = now
        if row.state == State.DISMISSED:
            row.state, reopened = State.DETECTED, reopened + 1
    return fresh, rows, reopened


def _is_news(finding: Finding, known: OnRecord) -> bool:
    """Evidence that is not on the row yet, or that opens a dismissed one; a declaration needs no more of it."""
    if known.state == State.DECLARED:
        return False
    if known.state == State.DISMISSED:
        return unweighed(finding, known)
    return bool({fingerprint(one) for one in finding.evidence} - known.evidence)


def _plain(finding: Finding) -> list[list[str]]:
    return [[one.theirs, one.ours, one.how] for one in finding.evidence]


def _seated(contest: Contest) -> dict[Pair, list[int]]:
    """Pairs that hold a seat, with the seats."""
    found: dict[Pair, list[int]] = {}
    rows = Assignment.objects.active().filter(stage__contest=contest)
    for pk, entry, judge in rows.values_list("pk", "entry__public_id", "expert__code"):
        found.setdefault((entry, judge), []).append(pk)
    return found


def _quarantine(
    actor: Any,
    contest: Contest,
    pairs: Iterable[Pair],
    seated: dict[Pair, list[int]],
    conflicts: Conflicts,
    now: datetime,
) -> int:
    """Take the seats of blocked pairs, each with the reason in the contest's language, and tell everybody once."""
    by_kind: dict[str, list[int]] = {}
    for pair in pairs:
        by_kind.setdefault(conflicts.reasons[pair][0], []).extend(seated[pair])
    moved = []
    for kind, seats in sorted(by_kind.items()):
        moved += take_seats(
            Assignment.objects.filter(pk__in=seats),
            status=Assignment.Status.QUARANTINED,
            reason=str(Kind(kind).label),
            actor=actor,
            now=now,
        )
    _tell_organisers(contest, moved, now)
    _tell_judge(moved, now, taken=True)
    return len(moved)


# ── One row ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _lock(actor: Any, recusal: Recusal, reason: str) -> Recusal:
    may_organise(actor, recusal.contest).require()
    _require_reason(reason)
    locked: Recusal = Recusal.objects.select_related("contest", "expert", "entry").lock(pk=recusal.pk)
    return locked


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal(
            _("Say why: whoever reads the record later must understand it."), code="no_reason", field="reason"
        )
    if len(reason.strip()) > REASON_MAX:
        raise Refusal(
            _("Shorten the reason to {most} characters.").format(most=REASON_MAX), code="too_long", field="reason"
        )


def _pinned(actor: Any, recusal: Recusal, reason: str, now: datetime) -> Recusal:
    recusal.state, recusal.reason, recusal.decided_by, recusal.decided_at = State.PINNED, reason.strip(), actor, now
    recusal.save()
    _record(CONFLICT_PINNED, actor, recusal, now)
    seats = Assignment.objects.filter(expert=recusal.expert_id, entry=recusal.entry_id)
    moved = take_seats(seats, status=Assignment.Status.QUARANTINED, reason=recusal.reason, actor=actor, now=now)
    _tell_organisers(recusal.contest, moved, now)
    _tell_judge(moved, now, taken=True)
    if moved:
        begin_refilling(recusal.contest)
    return recusal


def _conflicts_of(recusal: Recusal) -> Conflicts:
    """What blocks this pair: the same as in the whole contest, read for it alone."""
    expert = with_facts(Expert.objects.filter(pk=recusal.expert_id).exclude(status=Expert.Status.DECLINED))
    entry = read_teams(Entry.objects.filter(pk=recusal.entry_id).passed_check())
    return conflicts_between(recusal.contest, list(expert), entry)


def _record(kind: Any, actor: Any, recusal: Recusal, now: datetime) -> Event:
    return record(
        kind,
        actor=actor,
        now=now,
        contest=recusal.contest,
        subject=recusal,
        code=recusal.expert.code,
        entry=recusal.entry.public_id,
        number=recusal.entry.number,
        conflict=recusal.kind,
        evidence=recusal.evidence,
        reason=recusal.reason,
    )


def _tell_organisers(contest: Contest, moved: list[tuple[Assignment, Event]], now: datetime) -> None:
    if not moved:
        return
    roles = Role.objects.filter(contest=contest, role=Role.Name.ORGANISER).select_related("user")
    send(
        SEATS_QUARANTINED,
        to=[role.user for role in roles],
        now=now,
        dedupe=moved[0][1].leaf_hash,
        contest=contest,
        path=reverse("conflicts", args=[contest.slug]) + "?seat=quarantined",
        events=[event for _seat, event in moved],
        contest_name=contest.name,
        count=len(moved),
        rows=[{"number": seat.entry.number, "code": seat.expert.code, "reason": seat.reason} for seat, _ in moved[:20]],
    )


def _tell_judge(
    moved: list[tuple[Assignment, Event]], now: datetime, *, taken: bool, occasion: Event | None = None
) -> None:
    """Each judge concerned hears which entries are no longer, or again, theirs; the reason is the organisers'."""
    by_judge: dict[int, list[tuple[Assignment, Event]]] = {}
    for seat, event in moved:
        by_judge.setdefault(seat.expert_id, []).append((seat, event))
    for mine in by_judge.values():
        seat, event = mine[0]
        judge = seat.expert.user
        if judge is None:  # nobody holds a seat without an account; the type does not know it
            continue
        send(
            SEAT_TAKEN,
            to=[judge],
            now=now,
            dedupe=(occasion or event).leaf_hash,
            contest=seat.stage.contest,
            path=reverse("judge_queue", args=[seat.stage.public_id]),
            events=[each for _seat, each in mine],
            contest_name=seat.stage.contest.name,
            taken=taken,
            numbers=[each.entry.number for each, _event in mine],
        )
