"""What the pages of an entry share: finding it for this person, and the frame around it."""

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from competition.models import Contest
from competition.reading import Surroundings, read_surroundings
from competition.words import topic_label
from portal.decisions import Decision
from portal.refusals import stand_in
from portal.web.requests import now_of
from submissions.doors import term_of
from submissions.models import Caution, Entry, Invitation, Screening, Team
from submissions.permissions import may_see_draft, may_see_version

RELATED = (
    "team__captain",
    "team__lead_organisation",
    "team__organisations_saved_by",
    "team__members_saved_by",
    "contest__parent",
    "topic__track__parent",
    "current_version",
    "extension",
    "correction",
    "disqualification__decided_by",
    "title_saved_by",
)


def find_entry(public_id: str, *, with_standing: bool = False, with_content: bool = False) -> Entry:
    """The entry with all that every page of it shows, in one query.

    `with_standing`: with the verdict in force on its version and what else its own page tells of it (see `_standing`).
    `with_content`: with what the version froze, for the page on which it is checked.
    """
    found = (
        Entry.objects.select_related(*RELATED, "current_version__submitted_by")
        if with_content
        else Entry.objects.select_related(*RELATED).defer("current_version__content")
    )
    # `get`, not `first`: to put one row in order Django would compare each of these many columns with the order's.
    return get_object_or_404(found.annotate(**_standing()) if with_standing else found, public_id=public_id)


def _standing() -> dict[str, Any]:
    """How the check stands, the link that invites, how many partners: to put this into the query costs twice as much time as
    all the rest of it, so that only pages that show it ask."""
    looks = Screening.objects.filter(version=OuterRef("current_version"))
    last = looks.in_force().order_by("-number")
    partners = Team.partners.through.objects.filter(team=OuterRef("team")).values("team").annotate(n=Count("pk"))
    link = Invitation.objects.filter(team=OuterRef("team"), email="", revoked_at__isnull=True)
    return {
        "verdict": Subquery(last.values("verdict")[:1]),
        "verdict_reason": Subquery(last.values("reason")[:1]),
        "verdict_items": Subquery(last.values("items")[:1]),
        "verdict_answers": Subquery(last.values("answers")[:1]),
        "look_count": Subquery(looks.order_by("-number").values("number")[:1]),
        "awaits_second_look": Exists(looks.awaiting_second_look()),
        "has_cautions": Exists(Caution.objects.standing().filter(contest=OuterRef("contest"))),
        "verdict_at": Subquery(last.values("screened_at")[:1]),
        "link_id": Subquery(link.values("public_id")[:1]),
        "link_expires_at": Subquery(link.values("expires_at")[:1]),
        "partner_count": Subquery(partners.values("n")),  # type: ignore[misc]
        "frozen_revision": F("current_version__draft_revision"),
    }


def entry_of_member(request: HttpRequest, public_id: str, *, with_standing: bool = False) -> Entry:
    """The entry within its frame, for members of its team; everybody else gets 404."""
    entry = find_entry(public_id, with_standing=with_standing)
    may_see_draft(request.user, entry).require()
    surround(entry.contest, now_of(request))
    stand_in(request, "submissions/layout.html", contest=entry.contest, entry=entry, nav_here="work")
    return entry


def entry_of_reader(
    request: HttpRequest, public_id: str, *, with_standing: bool = False, with_content: bool = False
) -> Entry:
    """The entry, for members and for those who hold a role in its contest."""
    entry = find_entry(public_id, with_standing=with_standing, with_content=with_content)
    may_see_version(request.user, entry).require()
    return entry


def surround(contest: Contest, now: Any) -> Surroundings:
    """Stages and organisers, hung on the contest: one query per contest object.

    It comes before the first door is asked, which then finds the stages there.
    """
    known: Surroundings | None = contest.__dict__.get("_around")
    if known is not None:
        return known
    around = contest.__dict__["_around"] = read_surroundings(contest, "stages", now=now)
    return around


def frame_of(entry: Entry, now: Any) -> dict[str, Any]:
    """The context of every page of an entry: its contest, its deadline, and where the person is."""
    return {
        "stages": surround(entry.contest, now).stages,
        "term": term_of(entry),
        "contest": entry.contest,
        "entry": entry,
        "team": entry.team,
        "nav_here": "work",
    }


def place_of(entry: Entry) -> str:
    """交通运输 · 赛题1."""
    return _("%(track)s · %(topic)s") % {"track": entry.topic.track.name, "topic": topic_label(entry.topic.number)}


def closing(decision: Decision) -> dict[str, Any]:
    """What a page shows when something cannot be done now: the sentence, and since when."""
    refusal = decision.refusal
    return {
        "allowed": bool(decision),
        "reason": decision.reason,
        "closed_at": getattr(refusal, "closed_at", None),
        "opens_at": getattr(refusal, "opens_at", None),
    }
