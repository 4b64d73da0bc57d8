"""The expert pool of a contest: who is in it, and inviting them."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from competition.models import Contest
from judging.actions import invite_experts, resend_invitation
from judging.filters import ExpertFilter
from judging.models import Expert
from judging.permissions import may_organise
from judging.reading.experts import expert_rows
from judging.views.base import workspace_contest
from portal.refusals import NotAllowed, Refusal
from portal.web.chips import choice_chips
from portal.web.keyset import paginate
from portal.web.requests import now_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def experts(request: HttpRequest, slug: str) -> HttpResponse:
    """The list, with its filters in the address; a POST invites."""
    contest = workspace_contest(request, slug)
    may_organise(request.user, contest).require()
    if request.method == "POST":
        return _invite(request, contest)
    pool = Expert.objects.filter(contest=contest)
    found = ExpertFilter(request.GET, queryset=pool).qs
    named = ExpertFilter({"q": request.GET.get("q", "")}, queryset=pool).qs
    counts = _by_status(named)
    whole = _by_status(pool) if request.GET.get("q") else counts
    page = paginate(found.select_related("organisation", "contest"), request.GET, order=("code", "pk"))
    context = {
        "contest": contest,
        "workspace_here": "experts",
        "pool_here": "pool",
        "page": replace(page, rows=expert_rows(page.rows)),
        "chips": choice_chips(request.GET, "status", Expert.Status.choices, everything=_("All"), counts=counts),
        "any_named": bool(counts),
        "total": sum(whole.values()),
        "listed": whole.get(Expert.Status.LISTED, 0),
        "q": request.GET.get("q", ""),
        "status": request.GET.get("status", ""),
        "admin_url": reverse("admin:judging_expert_changelist") + f"?contest__id__exact={contest.pk}",
    }
    return render(request, "judging/experts.html", context)


def _by_status(experts: QuerySet[Expert]) -> dict[str, int]:
    counted = experts.order_by().values("status").annotate(count=Count("pk"))
    return {row["status"]: row["count"] for row in counted}


def _invite(request: HttpRequest, contest: Contest) -> HttpResponse:
    """One expert (`invite` or `resend` with the public id), or everybody not invited yet (`invite_all`)."""
    now = now_of(request)
    try:
        if expert_id := request.POST.get("resend"):
            expert = get_object_or_404(Expert.objects.select_related("contest"), contest=contest, public_id=expert_id)
            resend_invitation(actor=request.user, expert=expert, now=now)
            messages.success(request, _("The invitation to {name} is on its way again.").format(name=expert.name))
        else:
            chosen = None if "invite_all" in request.POST else request.POST.getlist("invite")
            invited = invite_experts(actor=request.user, contest=contest, experts=chosen, now=now)
            _report(request, len(invited))
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(request.get_full_path())


def _report(request: HttpRequest, count: int) -> None:
    if count:
        text = ngettext("{count} invitation is on its way.", "{count} invitations are on their way.", count)
        messages.success(request, text.format(count=count))
    else:
        messages.info(request, _("Nobody was left to invite: no mail was sent."))
