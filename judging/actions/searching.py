"""Looking for conflicts of interest: asked for in the request, done in the background.

Facts are read and compared outside any transaction, so that nobody waits; what is found is kept in one that lasts shortly
and looks at the records and seats as they are then. A search that is done twice keeps its findings once.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from competition.models import Contest
from judging.actions.background import Watch, hand_over, unheard
from judging.actions.recusal import keep_findings
from judging.actions.refilling import begin_refilling
from judging.conflicts import read_findings
from judging.models import ConflictSearch
from judging.permissions import may_organise
from portal import clock
from portal.refusals import Refusal

Status = ConflictSearch.Status


def begin_search(*, actor: Any, contest: Contest, now: datetime) -> ConflictSearch:
    """Ask for a search; `actor` is an organiser, or None for the nightly one. Refused while one is under way."""
    search = _begin(actor, contest, now)
    transaction.on_commit(partial(enqueue_searches, [search.pk]), robust=True)
    return search


def look_for_conflicts(*, actor: Any, contest: Contest, now: datetime) -> ConflictSearch:
    """The same at once: for commands, which have no page to come back to."""
    search = _begin(actor, contest, now)
    search_conflicts(pk=search.pk, clock_now=lambda: now)
    search.refresh_from_db()
    return search


def _begin(actor: Any, contest: Contest, now: datetime) -> ConflictSearch:
    if actor is not None:
        may_organise(actor, contest).require()
    try:
        with transaction.atomic():
            return ConflictSearch.objects.create(contest=contest, asked_at=now, heard_at=now, asked_by=actor)
    except IntegrityError as error:
        raise Refusal(
            _("Conflicts are being looked for already. The page shows how far the search is."), code="searching"
        ) from error


def search_conflicts(*, pk: int, clock_now: Callable[[], datetime] = clock.now) -> None:
    """Compare every expert with every entry by what is known now, keep what is found, and say what came of it."""
    wanted = ConflictSearch.objects.filter(pk=pk, status=Status.LOOKING)
    search = wanted.select_related("contest", "asked_by").first()
    if search is None:
        return
    watch = Watch(wanted, clock_now)
    try:
        watch("reading", 0.0)
        findings = read_findings(search.contest, progress=lambda share: watch("comparing", 0.2 + 0.7 * share))
        watch("keeping", 0.95)
        with transaction.atomic():
            if wanted.select_for_update(of=("self",)).first() is None:
                return
            looked = keep_findings(actor=search.asked_by, contest=search.contest, findings=findings, now=clock_now())
            wanted.update(
                status=Status.DONE,
                step="",
                progress=100,
                heard_at=clock_now(),
                new=looked.new,
                reopened=looked.reopened,
                quarantined=looked.quarantined,
            )
            begin_refilling(search.contest)
    except Exception:  # whatever it is, who waits is told; the worker still reports it
        wanted.update(status=Status.FAILED, step="")
        raise


def enqueue_searches(ids: Iterable[int]) -> None:
    """Hand searches to the worker."""
    from judging.tasks import search

    hand_over(search, ids)


def awaited_searches(now: datetime) -> list[int]:
    """Searches of which nobody has heard for a while."""
    return unheard(ConflictSearch.objects.filter(status=Status.LOOKING), now)
