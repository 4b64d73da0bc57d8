"""The organisations behind a team."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.refusals import Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of, user_of
from submissions.actions import add_partner, change_lead, remove_partner
from submissions.forms import OrganisationForm
from submissions.forms.organisations import DESCRIPTION
from submissions.items import ORGANISATIONS
from submissions.permissions import may_change_team
from submissions.views.base import closing, entry_of_member, frame_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organisations(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lead and partners; a partner is added here."""
    entry, now = entry_of_member(request, public_id), now_of(request)
    form = OrganisationForm(request.POST if request.method == "POST" else None, contest=entry.contest)
    if request.method == "POST":
        if form.is_valid():
            try:
                partner = add_partner(actor=user_of(request), entry=entry, organisation=form.details, now=now)
                messages.success(request, _("Partner added: %s") % partner.name)
                return redirect("entry_organisations", public_id)
            except Refusal as refusal:
                show_refusal(form, refusal)
        form.show_known()
    partners = list(entry.team.partners.order_by("name", "pk"))
    context = frame_of(entry, now) | {
        "form": form,
        "partners": partners,
        "has_room": len(partners) < entry.contest.partners_max,
        "door": closing(may_change_team(request.user, entry, now, ORGANISATIONS)),
    }
    return render(request, "submissions/organisations.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lead_organisation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another organisation leads."""
    entry, now = entry_of_member(request, public_id), now_of(request)
    may_change_team(request.user, entry, now, ORGANISATIONS).require()
    present = entry.team.lead_organisation
    form = OrganisationForm(
        request.POST if request.method == "POST" else None,
        contest=entry.contest,
        must_lead_in=entry.contest,
        initial={name: getattr(present, name) for name in ("uscc", *DESCRIPTION)},
    )
    if request.method == "POST":
        if form.is_valid():
            try:
                lead = change_lead(actor=user_of(request), entry=entry, organisation=form.details, now=now)
                messages.success(request, _("Lead organisation: %s") % lead.name)
                return redirect("entry_organisations", public_id)
            except Refusal as refusal:
                show_refusal(form, refusal)
        form.show_known()
    context = frame_of(entry, now) | {"form": form}
    return render(request, "submissions/lead_organisation.html", context)


@login_required
@require_POST
def drop_partner(request: HttpRequest, public_id: str, organisation: str) -> HttpResponse:
    entry = entry_of_member(request, public_id)
    partner = get_object_or_404(entry.team.partners, public_id=organisation)
    remove_partner(actor=user_of(request), entry=entry, partner=partner, now=now_of(request))
    messages.success(request, _("Partner removed: %s") % partner.name)
    return redirect("entry_organisations", public_id)
