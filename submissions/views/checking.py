"""The formal check: the queue, and one entry with its verdict."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, Prefetch, When, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.doors import find_stage
from competition.models import Contest, Stage, WantedFile
from competition.permissions import may_screen
from competition.reading import read_surroundings
from competition.views.base import contest_or_404
from competition.words import topic_label
from portal.refusals import NotAllowed, Refusal
from portal.web.chips import choice_chips
from portal.web.dates import last_day, moment
from portal.web.keyset import paginate
from portal.web.picks import Pick
from portal.web.requests import now_of, user_of
from submissions.actions import confirm_verdict, fail_check, pass_check, return_for_correction
from submissions.checklist import checklist_of, shown_lines, ticks_of
from submissions.correction import groups_of
from submissions.doors import is_lapsed
from submissions.draft import files_of
from submissions.filters import (
    LAPSED,
    MINE,
    QUEUE,
    SECOND_LOOK,
    WAITING,
    QueueFilter,
    count_by,
    state_of_standing,
    track_choices,
)
from submissions.forms import CONFIRMED, VerdictForm
from submissions.models import Caution, Entry, EntryVersion, Screening, VersionFile
from submissions.models.screening import AWAITING_SECOND_LOOK
from submissions.permissions import (
    may_check,
    may_disqualify,
    may_extend,
    may_list_entries,
    may_look_again,
    may_pass_several,
    may_reinstate,
    may_see_cautions,
    may_see_notes_of_check,
    members_of,
)
from submissions.queue import OLDEST_FIRST, in_check, looked_at_by, to_check
from submissions.stamps import mark_of, stamp_of
from submissions.standing import state_of
from submissions.values import shown_frozen
from submissions.views.base import closing, entry_of_reader, place_of, surround
from submissions.views.cases import cases_beside

CORRECTION_LASTS = timedelta(days=3)
COLUMNS = (
    "pk", "public_id", "number", "title", "standing", "submitted_at", "current_version__number", "topic__number",
    "topic__track__name", "team__lead_organisation__name", "is_infected",
)  # fmt: skip


@login_required
@never_cache
@require_safe
def screening_queue(request: HttpRequest, slug: str) -> HttpResponse:
    """Who waits longest stands first."""
    contest, user = contest_or_404(request, slug), user_of(request)
    may_screen(user, contest).require()
    read_surroundings(contest, "stages", now=now_of(request))
    now = now_of(request)
    query = request.GET.copy()
    query.setdefault("state", WAITING)
    entries = QueueFilter(query, queryset=in_check(contest, user, now).annotate(is_mine=looked_at_by(user)))
    every = entries.narrowed(without=["state"])
    counts = count_by(every, "standing")
    page = paginate(entries.narrowed().values(*COLUMNS), request.GET, order=OLDEST_FIRST)
    several = bool(may_pass_several(user, contest, now)) and any(row["standing"] == WAITING for row in page.rows)
    first = to_check(contest, user, now).order_by(*OLDEST_FIRST).values_list("public_id", flat=True).first()
    state_chips = choice_chips(query, "state", QUEUE, everything=_("All"), counts=counts)
    mine = every.filter(is_mine=True).count()
    state_chips += choice_chips(query, "state", [(MINE, _("Looked at by me"))], everything="", counts={MINE: mine})[1:]
    context = {
        "contest": contest,
        "workspace_here": "screening",
        "columns": [
            (_("Entry number"), "nowrap"), _("Project name"), _("Lead organisation"), (_("Track and topic"), "nowrap"), (_("Version"), "num"), (pgettext("column", "Submitted"), "nowrap"), _("State"),
        ],
        "rows": [_row(contest, row, several) for row in page.rows],
        "several": several,
        "has_track": bool(request.GET.get("track")),
        "next_url": reverse("screening", args=[slug, first]) if first else "",
        "page": replace(page, rows=[]),
        "waiting": counts.get(WAITING, 0),
        "second": counts.get(SECOND_LOOK, 0),
        "lapsed": counts.get(LAPSED, 0),
        "state_chips": state_chips,
        "track_chips": choice_chips(request.GET, "track", track_choices(contest), everything=_("All tracks")),
    }  # fmt: skip
    return render(request, "submissions/screening_queue.html", context)


def _row(contest: Contest, row: dict[str, Any], several: bool) -> list[Any]:
    """The cells of one row; where several may pass at once, those nobody has looked at can be ticked."""
    place = _("%(track)s · %(topic)s") % {
        "track": row["topic__track__name"],
        "topic": topic_label(row["topic__number"]),
    }
    url = reverse("screening", args=[contest.slug, row["public_id"]])
    tickable = several and row["standing"] == WAITING and not row["is_infected"]
    return [
        Pick(row["number"], url, "entry", row["public_id"]) if tickable else (row["number"], url),
        row["title"],
        row["team__lead_organisation__name"],
        place,
        row["current_version__number"],
        moment(row["submitted_at"], year=False),
        state_of_standing(row["standing"]),
    ]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def screening(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """One version with its checklist and earlier verdicts. Everybody with a role reads; screeners and organisers decide."""
    entry, user, now = (
        entry_of_reader(request, public_id, with_standing=True, with_content=True),
        user_of(request),
        now_of(request),
    )
    contest, version = entry.contest, entry.current_version
    if contest.slug != slug or version is None:
        raise Http404
    may_list_entries(user, contest).require()
    surround(contest, now)
    wanted = files_of(entry)
    verdicts = _verdicts_on(entry, version)
    form = _verdict_form(request, entry, wanted, verdicts)
    if request.method == "POST" and form.is_valid():
        try:
            screening = _decide(user, entry, form, now)
            messages.success(request, _said(entry, screening))
            return redirect(_next_url(contest, user, entry, screening, now))
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    context = {
        "contest": contest,
        "workspace_here": "screening",
        "crumbs": [
            (_("Formal check"), reverse("screening_queue", args=[slug])) if may_screen(user, contest)
            else (_("Entries"), reverse("entry_list", args=[slug])),
            (entry.number, None),
        ],
        "entry": entry,
        "form": form,
        **_submitted(version, wanted),
        **_known_beside(user, entry, now),
        **_verdict_so_far(user, entry, verdicts, form, now),
    }  # fmt: skip
    return render(request, "submissions/screening.html", context, status=409 if form.errors else 200)


def _verdicts_on(entry: Entry, version: EntryVersion) -> list[Screening]:
    """Newest first; no query where nobody has looked yet."""
    if not entry.look_count:  # type: ignore[attr-defined]
        return []
    return list(version.screenings.select_related("screened_by").order_by("-number"))


def _verdict_form(
    request: HttpRequest, entry: Entry, wanted: list[WantedFile], verdicts: list[Screening]
) -> VerdictForm:
    """A further look begins with the answers of the last one."""
    return VerdictForm(
        request.POST if request.method == "POST" else None,
        groups=groups_of(entry, wanted),
        checklist=checklist_of(entry.contest),
        answered=ticks_of(verdicts[0].answers) if verdicts else {},
        initial=_first_end(entry.contest, now_of(request)),
    )


def _submitted(version: EntryVersion, wanted: list[WantedFile]) -> dict[str, Any]:
    """What is checked: the version with its answers and files."""
    handed_in = VersionFile.objects.select_related("upload__inspection", "upload__letter_reading")
    prefetch_related_objects([version], Prefetch("files", handed_in))
    return {
        "version": version,
        "content": version.content,
        "sections": _sections(version),
        "files": _files(wanted, version),
        "others": list(range(1, version.number)),
    }


def _known_beside(user: Any, entry: Entry, now: datetime) -> dict[str, Any]:
    """What those who check know besides: where the entry stands, notes, possible duplicates, whom to call, and what
    organisers may decide.
    """
    contest = entry.contest
    return {
        "place": place_of(entry),
        "cautions": _cautions(user, entry),
        "cases": cases_beside(user, entry),
        "contacts": [member for member in members_of(entry.team) if member.phone] if may_screen(user, contest) else [],
        "may_extend": bool(may_extend(user, entry)),
        "may_disqualify": bool(may_disqualify(user, entry, now)),
        "may_reinstate": bool(may_reinstate(user, entry, now)),
    }


def _verdict_so_far(
    user: Any, entry: Entry, verdicts: list[Screening], form: VerdictForm, now: datetime
) -> dict[str, Any]:
    """The verdicts that the person may read, the one that waits for a second look, and whether they may decide now."""
    first = verdicts[0] if verdicts and not verdicts[0].in_force else None
    reads_notes = bool(may_see_notes_of_check(user, entry))
    awaits = first if reads_notes else None
    return {
        "state": AWAITING_SECOND_LOOK
        if awaits
        else state_of(entry.status, verdict=entry.verdict, frozen=bool(entry.frozen_at)),  # type: ignore[attr-defined]
        "first": awaits,
        "verdicts": [
            (verdict, form.in_words(verdict.items), shown_lines(verdict.answers, internal=reads_notes))
            for verdict in verdicts
            if reads_notes or verdict.in_force
        ],
        "seen": len(verdicts),
        "returned_until": entry.correction.until if entry.correction else None,
        "is_lapsed": is_lapsed(entry, now),
        "screening_stage": find_stage(entry.contest, Stage.Kind.SCREENING),
        "door": closing(may_look_again(user, entry, awaits, now) if awaits else may_check(user, entry, now)),
    }


def _cautions(user: Any, entry: Entry) -> list[Caution] | None:
    """What is noted on those behind the entry; None for whoever must not know."""
    if not may_see_cautions(user, entry.contest):
        return None
    if not entry.has_cautions:  # type: ignore[attr-defined]
        return []
    noted = Caution.objects.standing().concerning(entry)
    return list(noted.select_related("organisation", "person", "raised_by"))


def _decide(user: Any, entry: Entry, form: VerdictForm, now: datetime) -> Screening:
    data = form.cleaned_data
    version = get_object_or_404(EntryVersion.objects.select_related("entry"), entry=entry, number=data["version"])
    if data["verdict"] == CONFIRMED:
        return confirm_verdict(actor=user, version=version, seen=data["seen"], now=now)
    if data["verdict"] == Screening.Verdict.PASSED:
        return pass_check(
            actor=user, version=version, seen=data["seen"], reason=data["reason"], ticked=form.ticked, now=now
        )
    if data["verdict"] == Screening.Verdict.RETURNED:
        return return_for_correction(
            actor=user,
            version=version,
            seen=data["seen"],
            items=data["items"],
            until=form.until,
            reason=data["reason"],
            ticked=form.ticked,
            now=now,
        )
    return fail_check(
        actor=user,
        version=version,
        seen=data["seen"],
        items=data["items"],
        reason=data["reason"],
        ticked=form.ticked,
        now=now,
    )


def _first_end(contest: Contest, now: datetime) -> dict[str, Any]:
    """Three days for a correction, or what the stage has left."""
    stage = find_stage(contest, Stage.Kind.SCREENING)
    end = now + CORRECTION_LASTS
    return {"until_on": last_day(min(end, stage.closes_at) if stage and stage.closes_at > now else end)}


def _said(entry: Entry, screening: Screening) -> str:
    """What became of the verdict."""
    if screening.in_force:
        return _("%(number)s: verdict recorded, the team is told.") % {"number": entry.number}
    return _("%(number)s: verdict recorded. It counts when somebody else has confirmed it.") % {"number": entry.number}


def _next_url(contest: Contest, user: Any, entry: Entry, screening: Screening, now: datetime) -> str:
    """The next entry that waits: whoever looks a second time goes on with second looks, of the same track first; the
    queue when none does.
    """
    waiting = to_check(contest, user, now).annotate(
        is_like=Case(When(awaits_second_look=screening.first_id is not None, then=0), default=1),
        is_near=Case(When(topic__track=entry.topic.track_id, then=0), default=1),
    )
    following = waiting.order_by("is_like", "is_near", *OLDEST_FIRST).first()
    if following is None:
        return reverse("screening_queue", args=[contest.slug])
    return reverse("screening", args=[contest.slug, following.public_id])


def _sections(version: EntryVersion) -> list[dict[str, Any]]:
    """The frozen answers as summary rows."""
    return [
        {
            "title": section["title"],
            "rows": [(answer["label"], shown_frozen(answer)) for answer in section["answers"]],
        }
        for section in version.content["sections"]
    ]


def _files(wanted: list[WantedFile], version: EntryVersion) -> list[dict[str, Any]]:
    """What the contest asks of this entry, and the file of the version that stands there; then files asked for no longer."""
    files = {file.upload.wanted_id: file for file in version.files.all()}
    mark = mark_of(version.content)
    rows: list[dict[str, Any]] = [
        {"label": place.label, "required": place.required, "file": files.pop(place.pk, None), "letter": place.letter}
        for place in wanted
    ]
    for row in rows:
        if row["file"] and row["letter"]:
            row["stamp"] = stamp_of(row["file"].upload, entry_code=version.content["entry"]["public_id"], mark=mark)
    return [*rows, *({"label": file.label, "required": False, "file": file} for file in files.values())]
