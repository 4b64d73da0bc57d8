"""The organisers' list of entries, and its export."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from competition.models import Contest
from competition.permissions import may_organise
from competition.reading import read_surroundings
from competition.views.base import contest_or_404
from competition.words import topic_label
from portal.journal.recording import record
from portal.web.chips import choice_chips
from portal.web.dates import moment
from portal.web.keyset import paginate
from portal.web.requests import now_of, user_of
from submissions.events import EXPORTED
from submissions.export import entries_workbook
from submissions.filters import ALL_STANDINGS, EntryFilter, count_by, state_of_standing, track_choices, with_standing
from submissions.models import Entry
from submissions.permissions import may_list_entries

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    "pk",
    "public_id",
    "number",
    "title",
    "standing",
    "submitted_at",
    "current_version__number",
    "topic__number",
    "topic__track__name",
    "team__lead_organisation__name",
)


@login_required
@never_cache
@require_safe
def entry_list(request: HttpRequest, slug: str) -> HttpResponse:
    """All teams of a contest, newest first; drafts too, by name only."""
    contest = contest_or_404(request, slug)
    may_list_entries(request.user, contest).require()
    read_surroundings(contest, "stages", now=now_of(request))
    entries = EntryFilter(request.GET, queryset=with_standing(Entry.objects.filter(contest=contest), now_of(request)))
    counts = count_by(entries.narrowed(without=["state"]), "standing")
    page = paginate(entries.narrowed().values(*COLUMNS), request.GET, order=("-pk",))
    choices = [(key, label) for key, label in ALL_STANDINGS if counts.get(key) or request.GET.get("state") == key]
    context = {
        "contest": contest,
        "workspace_here": "entries",
        "columns": [
            (_("Entry number"), "nowrap"), _("Project name"), _("Lead organisation"), (_("Track and topic"), "nowrap"), _("State"), (_("Version"), "num"), (pgettext("column", "Submitted"), "nowrap"),
        ],
        "rows": [_row(contest, row) for row in page.rows],
        "page": replace(page, rows=[]),
        "total": counts[chosen] if (chosen := request.GET.get("state", "")) in counts else sum(counts.values()),
        "query": request.GET.get("q", ""),
        "kept": [(name, request.GET[name]) for name in ("track", "state") if request.GET.get(name)],
        "is_filtered": any(request.GET.get(name) for name in ("q", "track", "state")),
        "state_chips": choice_chips(request.GET, "state", choices, everything=_("All"), counts=counts),
        "track_chips": choice_chips(request.GET, "track", track_choices(contest), everything=_("All tracks")),
        "may_export": bool(may_organise(request.user, contest)),
        "export_query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "submissions/entry_list.html", context)


def _row(contest: Contest, row: dict[str, Any]) -> list[Any]:
    """The cells of one row; a draft has no page that others may open."""
    place = _("%(track)s · %(topic)s") % {
        "track": row["topic__track__name"],
        "topic": topic_label(row["topic__number"]),
    }
    return [
        (row["number"], reverse("screening", args=[contest.slug, row["public_id"]]))
        if row["number"]
        else _("No number yet"),
        row["title"] or _("No name yet"),
        row["team__lead_organisation__name"],
        place,
        state_of_standing(row["standing"]),
        row["current_version__number"] or "",
        moment(row["submitted_at"], year=False) if row["submitted_at"] else "",
    ]


@login_required
@require_POST
def export(request: HttpRequest, slug: str) -> FileResponse:
    """The list as it is filtered, with the captains' contacts: for organisers, and the journal remembers who took it."""
    contest = contest_or_404(request, slug)
    may_organise(request.user, contest).require()
    rows = (
        EntryFilter(request.GET, queryset=with_standing(Entry.objects.filter(contest=contest), now_of(request)))
        .narrowed()
        .order_by("pk")
    )
    with transaction.atomic():
        record(
            EXPORTED,
            actor=user_of(request),
            now=now_of(request),
            contest=contest,
            subject=contest,
            filters=dict(request.GET.items()),
        )
    name = f"{contest.code}-{_('entries')}.xlsx"
    return FileResponse(entries_workbook(rows), as_attachment=True, filename=name, content_type=XLSX)
