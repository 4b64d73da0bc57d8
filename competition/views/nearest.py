"""Which topic suits a project: the nearest ones to what a person pastes."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from competition.forms import SummaryForm
from competition.reading import read_surroundings
from competition.suggesting import suggest_topics
from competition.views.base import contest_or_404, show
from portal.web.requests import now_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def nearest_topics(request: HttpRequest, slug: str) -> HttpResponse:
    """Posted, so that nobody's idea stands in an address or a log; nothing is stored."""
    contest = contest_or_404(request, slug)
    read_surroundings(contest, now=now_of(request))
    form = SummaryForm(request.POST if request.method == "POST" else None)
    asked = form.is_valid()
    context = {
        "contest": contest,
        "nav_here": "tracks",
        "crumbs": [
            (_("Home"), contest.get_absolute_url()),
            (_("Tracks and topics"), reverse("tracks", args=[slug])),
            (_("Find your topic"), None),
        ],
        "form": form,
        "asked": asked,
        "suggestions": suggest_topics(contest, form.cleaned_data["summary"]) if asked else [],
    }
    return show(request, "competition/nearest.html", context)
