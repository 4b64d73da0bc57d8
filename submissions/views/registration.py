"""From a topic to a team: one form."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.doors import find_stage, registration_door
from competition.models import Stage, Topic
from competition.permissions import may_see_contest
from competition.words import topic_label
from portal.accounts.consents import shown_language
from portal.accounts.models import Organisation
from portal.accounts.regions import Region
from portal.accounts.uscc import is_uscc, normal_uscc
from portal.refusals import Closed, Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of, user_of
from submissions import kept_registration
from submissions.actions import create_team
from submissions.actions.membership import refuse_second_team
from submissions.actions.teams import commitment
from submissions.forms import RegistrationForm, VisitorForm
from submissions.permissions import AlreadyInTeam, may_register, one_team_rule
from submissions.readiness import is_eligible
from submissions.views.base import surround

# A code names the place that registered it by the digits of its province.
REGION_DIGITS = slice(2, 4)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, slug: str, track: int, topic: int) -> HttpResponse:
    """我要报名: the lead organisation, the captain, the commitment; then the task hub.

    A visitor fills in the same form, signs in by a code on the way, and finds everything typed still there.
    """
    found = get_object_or_404(
        Topic.objects.select_related("track__contest__parent", "track__parent"),
        track__contest__slug=slug,
        track__number=track,
        number=topic,
    )
    contest, now = found.track.contest, now_of(request)
    may_see_contest(request.user, contest).require()
    surround(contest, now)
    try:
        registration_door(contest, now).require()
    except Closed as refusal:
        context = {"contest": contest, "topic": found, "nav_here": "tracks", "refusal": refusal}
        return render(request, "submissions/register_closed.html", context, status=refusal.status)
    return _register(request, found) if request.user.is_authenticated else _visit(request, found)


def _visit(request: HttpRequest, topic: Topic) -> HttpResponse:
    """The form before signing in: looked through, kept in the session, and on to the code."""
    contest, now = topic.track.contest, now_of(request)
    form = VisitorForm(
        request.POST if request.method == "POST" else None,
        contest=contest,
        initial=kept_registration.typed_for(topic, request.session, now=now),
    )
    if request.method == "POST" and form.is_valid():
        eligible = is_eligible(form.described, contest)
        if eligible:
            kept_registration.keep(request.session, topic, form.typed, now=now)
            return redirect_to_login(request.get_full_path())
        show_refusal(form, eligible.refusal or Refusal(""))
    return render(request, "submissions/register.html", _context(topic, now) | {"form": form, "is_visitor": True})


def _register(request: HttpRequest, topic: Topic) -> HttpResponse:
    contest, user, now = topic.track.contest, user_of(request), now_of(request)
    may_register(user, contest, now).require()
    context = _context(topic, now)
    typed = kept_registration.typed_for(topic, request.session, now=now)
    try:
        refuse_second_team(user, contest, topic)
        form = RegistrationForm(
            request.POST if request.method == "POST" else None, user=user, contest=contest, initial=typed
        )
        if request.method == "POST":
            if form.is_valid():
                try:
                    team = create_team(
                        actor=user,
                        topic=topic,
                        organisation=form.details,
                        captain=form.captain,
                        consented=form.cleaned_data["consent"],
                        now=now,
                    )
                    kept_registration.forget(request.session)
                    return redirect(team.entry)
                except AlreadyInTeam:
                    raise
                except Refusal as refusal:
                    show_refusal(form, refusal)
            form.show_known()
    except AlreadyInTeam as refusal:
        return render(
            request, "submissions/already_in_team.html", {**context, "refusal": refusal}, status=refusal.status
        )
    return render(request, "submissions/register.html", context | {"form": form, "was_kept": bool(typed)})


def _context(topic: Topic, now: datetime) -> dict[str, Any]:
    contest, text = topic.track.contest, commitment()
    return {
        "contest": contest,
        "one_team_rule": one_team_rule(contest),
        "topic": topic,
        "nav_here": "tracks",
        "crumbs": [
            (_("Home"), contest.get_absolute_url()),
            (_("Tracks and topics"), reverse("tracks", args=[contest.slug])),
            (topic.track.name, topic.track.get_absolute_url()),
            (topic_label(topic.number), topic.get_absolute_url()),
            (_("Register"), None),
        ],
        "commitment": text,
        "commitment_template": text.template(shown_language()),
        "submission": find_stage(contest, Stage.Kind.SUBMISSION),
    }


@login_required
@never_cache
@require_safe
def find_organisation(request: HttpRequest) -> JsonResponse:
    """What is registered under a code, for the form to fill in; of a new code, the province it names.

    A code with a wrong check digit is an ordinary answer: people ask while they type.
    """
    code = normal_uscc(request.GET.get("uscc", "")[:40])
    if not is_uscc(code):
        return JsonResponse({"is_code": False})
    known = Organisation.objects.filter(uscc=code).first()
    if known is None:
        region = code[REGION_DIGITS]
        return JsonResponse({"is_code": True, "known": None, "region": region if region in Region.values else ""})
    described = {"id": known.public_id, "name": known.name, "kind": known.kind, "region": known.region}
    labels = {"kind_label": known.get_kind_display(), "region_label": known.get_region_display()}
    return JsonResponse({"is_code": True, "known": described | labels})
