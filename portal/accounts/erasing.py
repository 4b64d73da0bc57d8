"""Being forgotten: asking, deciding, and what follows.

A granted request closes the account at once and takes name, address, telephone and inbox out of it. What the journal says
of the account has to be kept for some months and goes then (`erase_what_is_due`). What was submitted to a contest stays
as it was frozen: the apps say so, and what has to be settled first, in the slots `kept_after_erasure` and
`erasure_obstacles`.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts import events, notices
from portal.accounts.models import Consent, ErasureRequest, User
from portal.accounts.permissions import may_administer, may_ask_erasure
from portal.journal.actions import erase
from portal.journal.models import Event
from portal.journal.recording import record
from portal.notices.models import Notice
from portal.notices.outbox import send
from portal.refusals import Refusal
from portal.slots import Obstacle, erasure_obstacles, kept_after_erasure
from portal.web.sentences import gap

#: The Cybersecurity Law (art. 21) has logs kept for no less than six months.
JOURNAL_KEPT = timedelta(days=184)
NOBODY = "erased.invalid"
State = ErasureRequest.State


def obstacles_of(user: User, now: datetime) -> list[Obstacle]:
    """What has to be settled before the person can be forgotten."""
    return [obstacle for ask in erasure_obstacles for obstacle in ask(user, now)]


def kept_of(user: User) -> list[str]:
    """What stays although the person is forgotten, and why."""
    return [sentence for ask in kept_after_erasure for sentence in ask(user)]


@transaction.atomic
def ask_erasure(*, actor: User, reason: str, now: datetime) -> ErasureRequest:
    """The person asks; every administrator is told. Asking twice is asking once."""
    User.objects.lock(pk=actor.pk)
    may_ask_erasure(actor).require()
    if known := ErasureRequest.objects.filter(user=actor, state=State.OPEN).first():
        return known
    _refuse_obstacles(actor, now)
    request = ErasureRequest.objects.create(user=actor, reason=reason, asked_at=now)
    event = record(events.ERASURE_ASKED, actor=actor, subject=actor, now=now)
    send(
        notices.ERASURE_ASKED,
        to=User.objects.filter(is_superuser=True, is_active=True),
        now=now,
        dedupe=request.public_id,
        path=reverse("erasures"),
        events=[event],
        asked_at=now,
    )
    return request


@transaction.atomic
def take_back_erasure(*, actor: User, request: ErasureRequest, now: datetime) -> ErasureRequest:
    """The person thinks again, as long as nobody has decided."""
    request = _open(request, of=actor)
    request.state = State.WITHDRAWN
    request.save(update_fields=["state"])
    record(events.ERASURE_TAKEN_BACK, actor=actor, subject=actor, now=now)
    return request


@transaction.atomic
def decide_erasure(*, actor: User, request: ErasureRequest, grant: bool, answer: str, now: datetime) -> ErasureRequest:
    """An administrator grants or refuses; a refusal says why. The person is told, before their address is forgotten."""
    may_administer(actor).require()
    request = _open(request)
    user = request.user
    if not grant and not answer.strip():
        raise Refusal(_("Say why the request is refused: the person reads it."), code="no_reason", field="answer")
    if grant:
        _refuse_obstacles(user, now)
    request.state = State.GRANTED if grant else State.REFUSED
    request.decided_by, request.decided_at, request.answer = actor, now, answer.strip()
    request.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    event = record(events.ERASURE_GRANTED if grant else events.ERASURE_REFUSED, actor=actor, subject=user, now=now)
    address, language = user.email, user.locale
    if grant:
        _close(user, now)
    send(
        notices.ERASURE_DECIDED,
        to=[address if grant else user],
        language=language,
        now=now,
        dedupe=request.public_id,
        path="" if grant else reverse("erasure"),
        events=[event],
        granted=grant,
        answer=request.answer,
        decided_at=now,
    )
    return request


@transaction.atomic
def erase_what_is_due(*, now: datetime) -> int:
    """Of people who were forgotten long enough ago, what the journal said of their accounts. Returns how many people."""
    due = ErasureRequest.objects.filter(state=State.GRANTED, erased_at=None, decided_at__lte=now - JOURNAL_KEPT)
    people = list(due.select_related("user", "decided_by"))
    stand_in = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    for request in people:
        eraser = request.decided_by if request.decided_by and request.decided_by.is_superuser else stand_in
        kind, public_id = request.user.reference
        about = Q(body__subject_type=kind, body__subject_id=public_id)
        sequences = Event.objects.filter(about).values_list("sequence", flat=True)
        erase(actor=eraser, sequences=sequences, reason=f"erasure {request.public_id}", now=now)
        request.erased_at = now
        request.save(update_fields=["erased_at"])
    return len(people)


def _refuse_obstacles(user: User, now: datetime) -> None:
    if obstacles := obstacles_of(user, now):
        raise Refusal(gap().join(str(obstacle) for obstacle in obstacles), code="obstacles")


def _open(request: ErasureRequest, *, of: User | None = None) -> ErasureRequest:
    """Locked, and still undecided; of this person, where one is named."""
    found: ErasureRequest = ErasureRequest.objects.select_related("user").lock(pk=request.pk)
    if (of is not None and found.user_id != of.pk) or found.state != State.OPEN:
        raise Refusal(_("This request has been decided or taken back already."), code="not_open")
    return found


def _close(user: User, now: datetime) -> None:
    """Nobody can sign in any more, and the account names nobody; rows that point at it keep standing."""
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    Consent.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=now)
    Notice.objects.filter(recipient=user).delete()
    user.email, user.name, user.phone = f"{user.public_id}@{NOBODY}", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
