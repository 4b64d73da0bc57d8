"""Check your answers, submit, withdraw, and the receipt."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.models import FormSection
from portal.accounts.models import Organisation, User
from portal.refusals import Closed, NotAllowed, Refusal
from portal.states import State
from portal.web.dates import span
from portal.web.requests import now_of, user_of
from portal.web.sizes import size
from submissions.actions import AlreadySubmitted, NotReady, submit_entry, withdraw_entry
from submissions.checklist import unsaid
from submissions.correction import corrected, labels_of
from submissions.doors import grace_of, returned_alone, submit_door
from submissions.draft import Draft, FilePlace, Page, load_draft
from submissions.items import ORGANISATIONS, TITLE, of_file, of_question
from submissions.models import Entry, EntryVersion, Membership, Screening
from submissions.papers.verification import proof_of
from submissions.permissions import (
    captain_alone,
    is_alive,
    is_captain,
    may_ask_extension,
    may_change_team,
    may_edit_draft,
    may_edit_member,
    may_submit,
    may_withdraw,
    membership_of,
)
from submissions.progress import APPLICATION, COMMITMENT, NOT_UPLOADED, OVERVIEW
from submissions.readiness import still_missing
from submissions.reviewing import ChangeRow, change_rows
from submissions.snapshot import content_of
from submissions.stamps import letters_on
from submissions.standing import next_steps, state_of
from submissions.views.base import closing, entry_of_member, entry_of_reader, frame_of, place_of
from submissions.views.papers import version_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """All answers on one page; the captain submits exactly what this page shows."""
    entry, now = entry_of_member(request, public_id, with_standing=True), now_of(request)
    refusal: Refusal | None = None
    late: Closed | None = None
    if request.method == "POST":
        try:
            version = submit_entry(actor=user_of(request), entry=entry, revision=_revision(request), now=now)
            return redirect("receipt", public_id, version.number)
        except AlreadySubmitted as caught:
            messages.info(request, str(caught))
            return redirect("receipt", public_id, caught.version.number)
        except NotAllowed:
            raise
        except Closed as caught:
            late = caught  # the page says by how much, that nothing is lost, and what can be done
        except NotReady:
            pass  # the list on the page says what
        except Refusal as caught:
            refusal = caught
    draft = load_draft(entry)
    current = entry.current_version
    returned = returned_alone(entry, now)
    missing = still_missing(draft, returned)
    context = frame_of(entry, now) | {
        "draft": draft,
        "missing": missing,
        "refusal": refusal,
        "late": late,
        "late_by": span(now - late.closed_at) if late and late.closed_at else "",
        "may_ask": bool(may_ask_extension(request.user, entry, now)),
        "returned_items": labels_of(entry, returned) if returned is not None else [],
        "has_errors": request.method == "POST",
        "is_refused_for_missing": bool(missing) and request.method == "POST" and refusal is None,
        "changes": _changes_of(draft, current, user_of(request), now, returned) if current else [],
        "parts": _parts(
            draft,
            may_change=lambda item, section=None: bool(may_edit_draft(request.user, entry, now, item, section=section)),
            may_change_organisations=bool(may_change_team(request.user, entry, now, ORGANISATIONS)),
            may_change_member=lambda member: bool(may_edit_member(request.user, member, entry, now)),
        ),
        "door": closing(is_alive(entry).and_then(submit_door(entry, now))),
        "grace": grace_of(entry, now),
        "is_captain": is_captain(request.user, entry.team),
        "is_unchanged": entry.status == Entry.Status.SUBMITTED and entry.frozen_revision == entry.revision,  # type: ignore[attr-defined]
    }
    status = late.status if late else 409 if request.method == "POST" else 200
    return render(request, "submissions/check.html", context, status=status)


def _revision(request: HttpRequest) -> int:
    """The revision that the page showed; one that is no number is stale."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _changes_of(
    draft: Draft, last: EntryVersion, user: User, now: datetime, returned: Collection[str] | None
) -> list[ChangeRow]:
    """What submitting now would change."""
    content = content_of(draft, number=draft.entry.number, version=last.number + 1, submitted_by=user, now=now)
    if returned is not None:
        content = corrected(last.content, content, draft=draft, items=returned)
    return change_rows(last.content, content)


def _standing(entry: Entry) -> str:
    """What has become of what was received: submitted, or what happened since."""
    if entry.status == Entry.Status.SUBMITTED and entry.verdict == Screening.Verdict.FAILED:  # type: ignore[attr-defined]
        return "failed"
    return entry.status


def _changes_in(version: EntryVersion) -> list[ChangeRow]:
    """What this version changed against the one before it."""
    before = EntryVersion.objects.filter(entry=version.entry_id, number=version.number - 1).values_list("content")
    return [row for (content,) in before for row in change_rows(content, version.content)]


@dataclass(frozen=True)
class _Part:
    """A heading with summary rows, or with sections that have rows."""

    title: str
    rows: Sequence[Sequence[Any]] = ()
    sections: Sequence["_Part"] = ()


def _parts(
    draft: Draft,
    *,
    may_change: Callable[..., bool],
    may_change_organisations: bool,
    may_change_member: Callable[[Membership], bool],
) -> list[_Part]:
    """Everything that is submitted, each with the place to change it where this person may."""
    entry, team = draft.entry, draft.entry.team
    place_of_organisations = reverse("entry_organisations", args=[entry.public_id]) if may_change_organisations else ""

    def url(name: str, item: str, *args: str, section: FormSection | None = None) -> str:
        return reverse(name, args=[entry.public_id, *args]) if may_change(item, section) else ""

    def rows_of(page: Page) -> Iterator[Sequence[Any]]:
        for question in page.questions:
            change = url("entry_section", of_question(question.field), page.section.public_id, section=page.section)
            yield question.field.label, question.shown, change and f"{change}#id_a-{question.field.key}"

    organisations = [
        (label, _described(organisation), place_of_organisations)
        for label, organisation in [
            (_("Lead organisation"), team.lead_organisation),
            *((_("Partner"), partner) for partner in draft.partners),
        ]
    ]
    people = [
        (
            _("Captain") if member.user_id == team.captain_id else _("Member"),
            _with_details(member),
            reverse("entry_member", args=[entry.public_id, member.public_id]) if may_change_member(member) else "",
        )
        for member in draft.members
    ]
    name = (_("Project name"), entry.title, url("entry_overview", TITLE))
    overview = [name, *(row for page in draft.pages_of(OVERVIEW) for row in rows_of(page))]
    sections = [_Part(page.section.title, list(rows_of(page))) for page in draft.pages_of(APPLICATION)]
    letters = letters_on(draft)
    files = []
    for place in draft.files:
        page_of_file = "entry_commitment" if place.wanted.task == COMMITMENT else "entry_files"
        change = url(page_of_file, of_file(place.wanted))
        shown = _name_of(place, letters.get(place.wanted.public_id))
        anchored = change and f"{change}#{place.wanted.public_id}"
        files.append((place.wanted.label, shown, anchored, "" if place.upload else _("Upload")))
    parts = [
        _Part(_("Organisations"), organisations),
        _Part(_("Team members"), people),
        _Part(_("Project overview"), overview),
        _Part(_("Application form"), sections=sections),
        _Part(pgettext("of an entry", "Files"), files),
    ]
    return [part for part in parts if part.rows or part.sections]


def _described(organisation: Organisation) -> str:
    """The name, its code, and what kind it is and where."""
    return "\n".join(
        [
            organisation.name,
            _labelled(_("Unified social credit code"), organisation.uscc),
            f"{organisation.get_kind_display()} · {organisation.get_region_display()}",
        ]
    )


def _with_details(member: Membership) -> str:
    """The name, and each detail under its label."""
    details = ((_("Employer"), member.employer), (_("Post"), member.post), (_("Role in the project"), member.duty))
    return "\n".join([str(member.user), *(_labelled(label, text) for label, text in details if text)])


def _labelled(label: str, text: str) -> str:
    return _("%(label)s: %(text)s") % {"label": label, "text": text}


def _name_of(place: FilePlace, letter: dict[str, Any] | None) -> str | State:
    """The name of the file that stands there with its size, and its pages where they were counted; of a letter also what
    its code says; or that none does.
    """
    if upload := place.upload:
        pages = upload.inspection.pages if upload.inspection else None
        counted = ngettext("%(number)d page", "%(number)d pages", pages) % {"number": pages} if pages else ""
        extent = " · ".join(filter(None, [size(upload.size), counted]))
        return "\n".join(filter(None, [upload.name, extent, str(letter["stamp"]) if letter else ""]))
    return NOT_UPLOADED if place.wanted.required else pgettext("a file", "Not uploaded (optional)")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Withdrawing is asked twice; it can be undone by submitting again until the deadline."""
    entry, now = entry_of_member(request, public_id, with_standing=True), now_of(request)
    may_withdraw(request.user, entry, now).require()
    if request.method == "POST":
        withdraw_entry(actor=user_of(request), entry=entry, now=now)
        messages.success(request, _("The entry is withdrawn. You can submit it again until the deadline."))
        return redirect(entry)
    context = frame_of(entry, now) | {"failed": _standing(entry) == "failed"}
    return render(request, "submissions/withdraw.html", context)


@login_required
@never_cache
@require_safe
def receipt(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """What was handed in, when, with the hash of every file; and what happens next."""
    entry, now = entry_of_reader(request, public_id, with_standing=True), now_of(request)
    version = version_of(entry, number)
    context = frame_of(entry, now)
    content = version.content
    verdict = version.screenings.in_force().order_by("-number").first()
    captain = next((member for member in content["members"] if member["is_captain"]), None)
    is_member, may_edit = membership_of(request.user, entry.team) is not None, may_edit_draft(request.user, entry, now)
    standing, is_latest = _standing(entry), version.pk == entry.current_version_id
    context |= {
        "version": version,
        "content": content,
        "proof": proof_of(version),
        "verdict": verdict,
        "is_said_above": is_latest and standing in ("failed", Entry.Status.RETURNED),
        "not_met": unsaid(verdict.answers, verdict.reason) if verdict else [],
        "changes": _changes_in(version) if version.number > 1 else [],
        "place": place_of(entry),
        "by_captain": captain is not None and captain["public_id"] == version.submitted_by.public_id,
        "is_latest": is_latest,
        "latest_number": entry.current_version.number if entry.current_version else None,
        "state": state_of(entry.status, verdict=entry.verdict, frozen=bool(entry.frozen_at)),  # type: ignore[attr-defined]
        "standing": standing,
        "to_mend": is_latest and is_member and bool(may_edit) and standing in ("failed", Entry.Status.RETURNED),
        "steps": next_steps(context["stages"], now, verdict=entry.verdict)  # type: ignore[attr-defined]
        if entry.status == Entry.Status.SUBMITTED
        else [],
        "is_member": is_member,
        "captain_only": bool(captain_alone(request.user, entry.team)),
        "may_submit": bool(may_submit(request.user, entry, now)),
        "may_withdraw": bool(may_withdraw(request.user, entry, now)),
        "may_edit": bool(may_edit),
        "member_count": len(content["members"]),
    }
    return render(request, "submissions/receipt.html", context)
