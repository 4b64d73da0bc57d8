"""The page that a judge signs before entries open."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from judging.actions import sign_pledge
from judging.forms.pool import PledgeForm
from judging.models import Assignment, Expert
from judging.reading.organisations import organisations_to_show
from judging.views.base import own_stage_or_404
from portal.refusals import Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of, user_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pledge(request: HttpRequest, stage_id: str) -> HttpResponse:
    """The promise, and a tick for every organisation with an interest; once signed, the queue."""
    stage = own_stage_or_404(request, stage_id)
    expert = get_object_or_404(
        Expert.objects.select_related("contest"), contest=stage.contest_id, user=user_of(request)
    )
    waiting = Assignment.objects.active().filter(expert=expert, stage=stage, pledged_at__isnull=True)
    if not waiting.exists():
        return redirect("judge_queue", stage.public_id)
    listed = organisations_to_show(expert, stage)
    form = PledgeForm(request.POST or None, initial={"shown": listed.fingerprint})
    ticked = request.POST.getlist("organisation")
    if request.method == "POST" and form.is_valid():
        try:
            signed = sign_pledge(
                actor=request.user,
                stage=stage,
                ticked=ticked,
                note=form.cleaned_data["note"],
                pledged=form.cleaned_data["pledge"],
                shown=form.cleaned_data["shown"],
                now=now_of(request),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            form.data = request.POST.copy()
            form.data["shown"] = listed.fingerprint  # the page now shows the list as it is
        else:
            count = len(signed.ticked)
            text = ngettext(
                "Signed, with an interest in {n} organisation.", "Signed, with an interest in {n} organisations.", count
            )
            messages.success(request, text.format(n=count) if count else _("Signed. Your entries are open."))
            return redirect("judge_queue", stage.public_id)
    earlier = {one for ticks in expert.pledges.values_list("ticked", flat=True) for one in ticks}
    context = {
        "contest": stage.contest,
        "stage": stage,
        "form": form,
        "letters": listed.letters,
        "count": len(listed.rows),
        "ticked": {*ticked, *earlier},
    }
    return render(request, "judging/pledge.html", context)
