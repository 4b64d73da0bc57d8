"""Passing several entries at once: what stands against each, the confirmation, and what became of them."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from competition.models import Contest
from competition.reading import read_surroundings
from competition.views.base import contest_or_404
from portal.refusals import NotAllowed, Refusal
from portal.web.requests import now_of, user_of
from submissions.actions import pass_several
from submissions.checklist import checklist_of, fingerprint
from submissions.concerns import concerns_of
from submissions.filters import WAITING, state_of_standing
from submissions.forms.bulk import MOST_AT_ONCE, PassSeveralForm
from submissions.permissions import may_pass_several
from submissions.queue import OLDEST_FIRST, in_check


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pass_several_entries(request: HttpRequest, slug: str) -> HttpResponse:
    """GET with the entries that were ticked in the queue asks; POST passes them and says what became of each."""
    contest, user, now = contest_or_404(request, slug), user_of(request), now_of(request)
    read_surroundings(contest, "stages", now=now)
    may_pass_several(user, contest, now).require()
    frame = {
        "contest": contest,
        "workspace_here": "screening",
        "crumbs": [(_("Formal check"), reverse("screening_queue", args=[slug])), (_("Pass several entries"), None)],
    }
    form = PassSeveralForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            outcomes = pass_several(
                actor=user,
                contest=contest,
                chosen=form.cleaned_data["chosen"],
                list_seen=form.cleaned_data["list_seen"],
                looked=form.cleaned_data["looked"],
                now=now,
            )
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            passed = [outcome for outcome in outcomes if outcome.screening]
            result = {"passed": passed, "left": [outcome for outcome in outcomes if not outcome.screening]}
            waits = any(outcome.screening and not outcome.screening.in_force for outcome in passed)
            return render(request, "submissions/passed_several.html", frame | result | {"waits": waits})
    names = request.GET.getlist("entry") or [one.entry for one in form.chosen]
    context = frame | _asked(contest, user, now, names[:MOST_AT_ONCE]) | {"form": form}
    return render(request, "submissions/pass_several.html", context, status=409 if form.errors else 200)


def _asked(contest: Contest, user: Any, now: datetime, names: list[str]) -> dict[str, Any]:
    """The entries that can pass, those that are to be looked at one by one with what stands against them, and the list."""
    found = in_check(contest, user, now).filter(public_id__in=names)
    related = ("team__lead_organisation", "topic__track", "current_version")
    entries = list(
        found.select_related(*related).defer("current_version__content", "topic__description").order_by(*OLDEST_FIRST)
    )
    against = concerns_of(entries)
    for entry in entries:
        if entry.standing != WAITING:
            against.setdefault(entry.pk, []).insert(0, str(state_of_standing(entry.standing)))
    checklist = checklist_of(contest)
    return {
        "able": [entry for entry in entries if entry.pk not in against],
        "unable": [(entry, against[entry.pk]) for entry in entries if entry.pk in against],
        "required": [item for item in checklist if item.required],
        "list_seen": fingerprint(checklist),
    }
