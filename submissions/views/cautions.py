"""Private notes on those behind an entry, beside the formal check."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from competition.views.base import contest_or_404
from portal.accounts.models import Organisation, User
from portal.refusals import Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of, user_of
from submissions.actions import lift_caution, raise_caution
from submissions.forms import CautionForm
from submissions.models import Caution, Entry
from submissions.permissions import may_caution, may_see_cautions, members_of
from submissions.views.base import find_entry, surround


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cautions(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """What is noted on the organisations and people of an entry; organisers add to it."""
    entry = find_entry(public_id)
    contest, user, now = entry.contest, user_of(request), now_of(request)
    may_see_cautions(user, contest).require()
    if contest.slug != slug:
        raise Http404
    form = CautionForm(request.POST if request.method == "POST" else None, behind=_behind(entry))
    if request.method == "POST":
        may_caution(user, contest).require()
        if form.is_valid():
            try:
                raise_caution(actor=user, entry=entry, on=form.chosen, reason=form.cleaned_data["reason"], now=now)
                messages.success(request, _("Noted. The team does not see it."))
                return redirect("cautions", slug, public_id)
            except Refusal as refusal:
                show_refusal(form, refusal)
    surround(contest, now)
    noted = Caution.objects.concerning(entry).select_related("organisation", "person", "raised_by", "lifted_by")
    context = {
        "contest": contest,
        "workspace_here": "screening",
        "crumbs": [
            (_("Formal check"), reverse("screening_queue", args=[slug])),
            (entry.number or str(entry), reverse("screening", args=[slug, public_id]) if entry.number else None),
            (_("Private notes"), None),
        ],
        "entry": entry,
        "cautions": list(noted),
        "form": form,
        "may_caution": may_caution(user, contest),
    }
    return render(request, "submissions/cautions.html", context)


@login_required
@require_POST
def lift(request: HttpRequest, slug: str, public_id: str, caution: str) -> HttpResponse:
    """The note no longer stands."""
    contest, entry = contest_or_404(request, slug), find_entry(public_id)
    may_caution(request.user, contest).require()
    if entry.contest_id != contest.pk:
        raise Http404
    concerning = Caution.objects.concerning(entry).select_related("contest")
    found = get_object_or_404(concerning, public_id=caution)
    lift_caution(actor=user_of(request), caution=found, now=now_of(request))
    messages.success(request, _("The note is lifted."))
    return redirect("cautions", slug, public_id)


def _behind(entry: Entry) -> dict[str, Organisation | User]:
    """Public id → the organisation or the person."""
    team = entry.team
    behind: list[Organisation | User] = [team.lead_organisation, *team.partners.order_by("name", "pk")]
    behind += [member.user for member in members_of(team)]
    return {one.public_id: one for one in behind}
