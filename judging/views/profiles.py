"""What a judge sees of their own appointment: availability and load, and the letter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from judging.actions import change_availability
from judging.forms.pool import AvailabilityForm
from judging.models import Expert
from judging.papers.appointment import appointment_pdf
from judging.permissions import may_change_availability, may_read_letter
from portal.refusals import Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of, user_of
from submissions.views.papers import pdf_response

RELATED = ("contest__parent", "organisation")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def availability(request: HttpRequest, expert_id: str) -> HttpResponse:
    """When the judge has time and how much they take on; it can be changed until entries are assigned."""
    accepted = Expert.objects.accepted().select_related(*RELATED)
    expert = get_object_or_404(accepted, public_id=expert_id, user=user_of(request))
    initial = {name: getattr(expert, name) for name in ("available_from_on", "available_until_on", "max_load")}
    form = AvailabilityForm(request.POST or None, initial=initial)
    decision = may_change_availability(request.user, expert)
    if request.method == "POST" and form.is_valid():
        try:
            change_availability(actor=request.user, expert=expert, availability=form.availability, now=now_of(request))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Saved. The assignment will keep to it."))
            return redirect("availability", expert_id)
    tracks = expert.tracks.select_related("track").order_by("-level", "track__number")
    context = {
        "contest": expert.contest,
        "expert": expert,
        "tracks": [(row.track.name, row.get_level_display()) for row in tracks],
        "form": form,
        "decision": decision,
        "has_errors": bool(form.errors),
    }
    return render(request, "judging/availability.html", context)


@login_required
@never_cache
@require_safe
def appointment_letter(request: HttpRequest, expert_id: str) -> HttpResponse:
    """The letter of appointment, for the judge and the organisers."""
    expert = get_object_or_404(Expert.objects.select_related(*RELATED), public_id=expert_id)
    may_read_letter(request.user, expert).require()
    return pdf_response(appointment_pdf(expert), f"appointment-{expert.contest.code}-{expert.code}.pdf")
