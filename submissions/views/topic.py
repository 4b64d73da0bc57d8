"""Another topic for an entry: choosing it, and what it changes before it does."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from competition.forms import SummaryForm
from competition.models import FormField, FormSection, Topic
from competition.suggesting import suggest_topics
from competition.topics import read_tracks
from portal.refusals import NotAllowed, Refusal
from portal.web.requests import now_of, user_of
from submissions.actions import change_topic
from submissions.models import Answer, Entry
from submissions.permissions import may_change_topic, one_team_rule
from submissions.rechoosing import OtherTeams, foresee
from submissions.views.base import entry_of_member, frame_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, public_id: str) -> HttpResponse:
    """All topics of the contest, and the nearest ones to a summary; nothing changes here."""
    entry, now = entry_of_member(request, public_id), now_of(request)
    may_change_topic(request.user, entry, now).require()
    form = SummaryForm(request.POST if request.method == "POST" else None, initial={"summary": _described(entry)})
    asked = form.is_valid()
    context = frame_of(entry, now) | {
        "form": form,
        "asked": asked,
        "suggestions": suggest_topics(entry.contest, form.cleaned_data["summary"]) if asked else [],
        "tracks": [track for track in read_tracks(entry.contest) if track.topics],
    }
    return render(request, "submissions/topic_choice.html", context)


def _described(entry: Entry) -> str:
    """What the draft says of the project, to begin with: the first long answer of the overview."""
    answers = Answer.objects.filter(
        entry=entry, field__section__task=FormSection.Task.OVERVIEW, field__kind=FormField.Kind.LONG_TEXT
    )
    first = answers.order_by("field__section__position", "field__position").values_list("value", flat=True).first()
    return str(first or "")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, public_id: str, track: int, topic: int) -> HttpResponse:
    """What the change adds, drops and keeps; then the button."""
    entry, now = entry_of_member(request, public_id), now_of(request)
    may_change_topic(request.user, entry, now).require()
    found = get_object_or_404(
        Topic.objects.select_related("track__contest", "track__parent"),
        track__contest=entry.contest_id,
        track__number=track,
        number=topic,
    )
    if found.pk == entry.topic_id:
        return redirect("entry_topic", public_id)
    problem = None
    if request.method == "POST":
        try:
            seen = request.POST.get("seen", "")
            change_topic(actor=user_of(request), entry=entry, topic=found, seen=seen, now=now)
            messages.success(request, _("The topic is changed to “%s”.") % found.title)
            return redirect(entry)
        except NotAllowed:
            raise
        except Refusal as refusal:
            problem = refusal
    change = foresee(entry, found)
    if problem is None and change.elsewhere:
        problem = OtherTeams(change.elsewhere, entry.contest)
    context = frame_of(entry, now) | {
        "change": change,
        "problem": problem,
        "one_team_rule": one_team_rule(entry.contest),
    }
    return render(request, "submissions/topic_change.html", context, status=409 if request.method == "POST" else 200)
