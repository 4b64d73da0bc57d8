"""What the submissions app adds to pages that compose several apps: "my work", the workspace, the daily digest."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from competition.doors import find_stage
from competition.models import Contest, Role, Stage
from competition.permissions import is_staff_of, may_organise, may_screen, roles_of
from competition.words import topic_label
from portal.refusals import Way
from portal.slots import DigestSection, Figure, Queue, QueueRow, WorkItem, WorkSection, WorkspaceLink
from portal.web.dates import day, moment
from submissions.doors import Term, terms_of
from submissions.models import Case, Entry, Extension, Screening, Team
from submissions.models.screening import AWAITING_CHECK
from submissions.permissions import may_see_cases
from submissions.queue import OLDEST_FIRST, to_check
from submissions.signs import state_of_strength
from submissions.standing import state_of

MOST_ITEMS = 20
MOST_ROWS = 3
DAY = timedelta(days=1)
TO_SUBMIT = (Entry.Status.DRAFT, Entry.Status.WITHDRAWN, Entry.Status.RETURNED)


#: Pages of an entry that its captain alone uses: what a member reads there who follows the address.
CAPTAINS = {
    "entry_lead": _("Only the captain can change the lead organisation"),
    "entry_topic": _("Only the captain can change the topic"),
    "confirm_topic": _("Only the captain can change the topic"),
    "hand_over": _("Only the captain can hand the captaincy over"),
    "withdraw_entry": _("Only the captain can withdraw the entry"),
    "delete_draft": _("Only the captain can delete the draft"),
}

_LOOKS = Screening.objects.filter(version=OuterRef("current_version"))
#: Nobody has looked at the version; or somebody has, and another person is to confirm it.
UNDECIDED, FIRST_LOOK = Q(~Exists(_LOOKS)), Q(Exists(_LOOKS.awaiting_second_look()))


# ── My work ────────────────────────────────────────────────────────────────────────────────────────────────────────
def entry_sections(user: Any, now: datetime) -> list[WorkSection]:
    """The person's entries, newest first, each with its state and its deadline: two queries."""
    entries = (
        Entry.objects.of_member(user)
        .with_verdict()
        .select_related("contest", "topic__track", "extension", "correction")
        .defer("topic__description")
        .order_by("-pk")[:MOST_ITEMS]
    )
    rows = list(entries)
    terms = terms_of(rows)
    items = [_entry_item(entry, terms.get(entry.pk)) for entry in rows]
    return [WorkSection("entries", _("My entries"), items)]


def _entry_item(entry: Entry, term: Term | None) -> WorkItem:
    topic = entry.topic
    to_mend = entry.status == Entry.Status.SUBMITTED and entry.last_verdict == Screening.Verdict.FAILED  # type: ignore[attr-defined]
    is_due = entry.status in TO_SUBMIT or (to_mend and not entry.frozen_at)
    return WorkItem(
        title=entry.title or topic.title,
        url=entry.get_absolute_url(),
        meta=f"{entry.contest.short_name} · {topic.track.name} · {topic_label(topic.number)}",
        state=state_of(entry.status, verdict=entry.last_verdict, frozen=bool(entry.frozen_at)),  # type: ignore[attr-defined]
        due_at=term.closes_at if term and is_due else None,
    )


def way_back(request: HttpRequest) -> Way | None:
    """A page of an entry belongs to its hub, which its team may always open."""
    match = request.resolver_match
    if match is None or not match.route.removeprefix("en/").startswith("entries/<"):
        return None
    home = reverse("entry", args=[match.kwargs["public_id"]])
    return Way(_("Back to the tasks"), home, not_yours=CAPTAINS.get(match.url_name or "", ""))


def screening_sections(user: Any, now: datetime) -> list[WorkSection]:
    """Contests in which the person checks entries, with how many wait: two queries, none for everybody else."""
    held = [contest for contest, role in roles_of(user) if role in (Role.Name.SCREENER, Role.Name.ORGANISER)]
    if not held:
        return []
    contests = Contest.objects.filter(pk__in=held, stages__kind=Stage.Kind.SCREENING).order_by("-edition", "pk")
    waiting = Entry.objects.filter(contest=OuterRef("pk")).submitted().filter(UNDECIDED | FIRST_LOOK)
    counted = waiting.order_by().values("contest").annotate(n=Count("pk")).values("n")
    contests = contests.annotate(waiting=Coalesce(Subquery(counted), 0))
    closing = dict(
        Stage.objects.filter(contest__in=held, kind=Stage.Kind.SCREENING).values_list("contest", "closes_at")
    )
    items = [
        WorkItem(
            title=contest.name,
            url=reverse("screening_queue", args=[contest.slug]),
            meta=ngettext(
                "%(number)d entry waits to be checked", "%(number)d entries wait to be checked", contest.waiting
            )
            % {"number": contest.waiting},
            state=AWAITING_CHECK,
            due_at=closing.get(contest.pk),
        )
        for contest in contests
        if contest.waiting
    ]
    return [WorkSection("screening", _("Formal check"), items)]


# ── The workspace ──────────────────────────────────────────────────────────────────────────────────────────────────
def workspace_tabs(user: Any, contest: Contest) -> list[WorkspaceLink]:
    """Entries for everybody with a role, the formal check for those who do it."""
    tabs = []
    if is_staff_of(user, contest):
        tabs.append(WorkspaceLink("entries", _("Entries"), reverse("entry_list", args=[contest.slug])))
    if may_organise(user, contest) and find_stage(contest, Stage.Kind.SUBMISSION):
        tabs.append(WorkspaceLink("extensions", _("More time"), reverse("extensions", args=[contest.slug])))
    if may_screen(user, contest) and find_stage(contest, Stage.Kind.SCREENING):
        tabs.append(WorkspaceLink("screening", _("Formal check"), reverse("screening_queue", args=[contest.slug])))
    return tabs


def figures(user: Any, contest: Contest, now: datetime) -> list[Figure]:
    """Teams and submitted entries with what the last day added, and what waits for the check, since when: one query."""
    submitted = Q(status=Entry.Status.SUBMITTED)
    waiting = submitted & UNDECIDED
    counts = Entry.objects.filter(contest=contest).aggregate(
        teams=Count("pk"),
        new_teams=Count("pk", filter=Q(created_at__gte=now - DAY)),
        submitted=Count("pk", filter=submitted),
        new=Count("pk", filter=submitted & Q(submitted_at__gte=now - DAY)),
        waiting=Count("pk", filter=waiting),
        oldest=Min("submitted_at", filter=waiting),
        second=Count("pk", filter=submitted & FIRST_LOOK),
    )
    since = (
        gettext("the oldest since %(date)s") % {"date": day(counts["oldest"], year=False)} if counts["oldest"] else ""
    )
    return [
        Figure(_("Teams"), f"{counts['teams']:,}", pgettext_lazy("counted", "teams"), _last_day(counts["new_teams"])),
        Figure(
            _("Submitted"), f"{counts['submitted']:,}", pgettext_lazy("counted", "entries"), _last_day(counts["new"])
        ),
        Figure(
            _("Awaiting check"),
            f"{counts['waiting']:,}",
            pgettext_lazy("counted", "entries"),
            gettext("awaiting second look %(number)d") % {"number": counts["second"]}
            if counts["second"]
            else since or _("Nothing waits."),
        ),
    ]


def _last_day(number: int) -> str:
    if not number:
        return gettext("none new in the last 24 hours")
    return gettext("last 24 hours +%(number)d") % {"number": number}


def extension_queues(user: Any, contest: Contest, now: datetime) -> list[Queue]:
    """Requests for more time, while there are any."""
    if not may_organise(user, contest):
        return []
    waiting = Extension.objects.filter(entry__contest=contest, status=Extension.Status.ASKED).order_by("asked_at", "pk")
    found = list(
        waiting.annotate(count=Window(Count("pk"))).values_list(
            "entry__public_id", "entry__title", "entry__topic__title", "entry__team__lead_organisation__name",
            "asked_at", "count",
        )[:MOST_ROWS]
    )  # fmt: skip
    if not found:
        return []
    rows = [
        QueueRow(
            name, reverse("extension", args=[contest.slug, public_id]), title or topic, moment(asked_at, year=False)
        )
        for public_id, title, topic, name, asked_at, _count in found
        if asked_at
    ]
    return [
        Queue(
            "extensions",
            _("More time"),
            found[0][-1],
            unit=ngettext("request", "requests", found[0][-1]),
            note=_("Teams wait for your answer."),
            rows=rows,
            url=reverse("extensions", args=[contest.slug]),
            action=_("Answer the requests"),
        )
    ]


def queues(user: Any, contest: Contest, now: datetime) -> list[Queue]:
    """The formal check: those who wait longest."""
    if not may_screen(user, contest) or not find_stage(contest, Stage.Kind.SCREENING):
        return []
    waiting = to_check(contest, user, now)
    count = waiting.count()
    rows = [
        QueueRow(number, reverse("screening", args=[contest.slug, public_id]), title, moment(at, year=False))
        for number, public_id, title, at in waiting.order_by(*OLDEST_FIRST).values_list(
            "number", "public_id", "title", "submitted_at"
        )[:MOST_ROWS]
    ]
    return [
        Queue(
            "screening",
            _("Formal check"),
            count,
            unit=_("waiting"),
            note=_("Who waits longest stands first.") if rows else _("Nothing waits."),
            rows=rows,
            url=reverse("screening_queue", args=[contest.slug]),
            action=_("Check entries"),
        )
    ]


def case_queues(user: Any, contest: Contest, now: datetime) -> list[Queue]:
    """Possible duplicates that nobody has decided on, strongest first: two queries."""
    if not may_see_cases(user, contest) or not find_stage(contest, Stage.Kind.SCREENING):
        return []
    waiting = Case.objects.filter(contest=contest).open().not_of_member(user)
    count = waiting.count()
    rows = [
        QueueRow(
            f"{first} × {second}",
            reverse("case", args=[contest.slug, public_id]),
            " / ".join(dict.fromkeys((title, other))),
            state_of_strength(strength).label,
        )
        for public_id, first, second, title, other, strength in waiting.order_by("-strength", "pk").values_list(
            "public_id", "first__number", "second__number", "first__title", "second__title", "strength"
        )[:MOST_ROWS]
    ]
    return [
        Queue(
            "duplicates",
            _("Possible duplicates"),
            count,
            unit=ngettext("pair", "pairs", count),
            note=_("The strongest signs stand first.") if rows else _("Nothing to be looked at."),
            rows=rows,
            url=reverse("cases", args=[contest.slug]),
            action=_("Look at the pairs"),
        )
    ]


# ── The daily digest ───────────────────────────────────────────────────────────────────────────────────────────────
def digest_lines(contest: Contest, *, since: datetime, until: datetime) -> list[str]:
    """New teams, entries submitted, checks that wait: two queries; nothing to say gives no lines."""
    teams = Team.objects.filter(contest=contest, created_at__gte=since, created_at__lt=until).count()
    submitted = Q(status=Entry.Status.SUBMITTED)
    counts = Entry.objects.filter(contest=contest).aggregate(
        new=Count("pk", filter=submitted & Q(submitted_at__gte=since, submitted_at__lt=until)),
        all=Count("pk", filter=submitted),
        waiting=Count("pk", filter=submitted & UNDECIDED),
        second=Count("pk", filter=submitted & FIRST_LOOK),
    )
    lines = []
    if teams:
        lines.append(ngettext("%(number)d new team", "%(number)d new teams", teams) % {"number": teams})
    if counts["new"]:
        words = ngettext(
            "%(number)d entry submitted, %(all)d in all", "%(number)d entries submitted, %(all)d in all", counts["new"]
        )
        lines.append(words % {"number": counts["new"], "all": counts["all"]})
    if counts["waiting"]:
        words = ngettext(
            "%(number)d entry waits to be checked", "%(number)d entries wait to be checked", counts["waiting"]
        )
        lines.append(words % {"number": counts["waiting"]})
    if counts["second"]:
        words = ngettext(
            "%(number)d entry waits for a second look", "%(number)d entries wait for a second look", counts["second"]
        )
        lines.append(words % {"number": counts["second"]})
    return lines


DIGEST = DigestSection(_("Teams and entries"), digest_lines)
