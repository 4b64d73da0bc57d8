"""Check your answers, submit, withdraw, and the receipt."""

from collections.abc import Callable, Collection
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
from portal.web.dates import span
from portal.web.requests import now_of, user_of
from submissions.actions import AlreadySubmitted, NotReady, submit_entry, withdraw_entry
from submissions.checklist import unsaid
from submissions.correction import corrected, labels_of
from submissions.doors import grace_of, returned_alone
from submissions.draft import Draft, FilePlace, load_draft
from submissions.items import MEMBERS, ORGANISATIONS, TITLE, of_file, of_question
from submissions.models import Entry, EntryVersion, Membership, Screening
from submissions.papers.verification import proof_of
from submissions.permissions import (
    captain_alone,
    is_captain,
    may_ask_extension,
    may_edit_draft,
    may_submit,
    may_withdraw,
    membership_of,
)
from submissions.progress import APPLICATION, COMMITMENT, OVERVIEW
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
    entry, now = entry_of_member(request, public_id), now_of(request)
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
    context = frame_of(entry, now, (_("Check and submit"), None)) | {
        "draft": draft,
        "missing": missing,
        "refusal": refusal,
        "late": late,
        "late_by": span(now - late.closed_at) if late and late.closed_at else "",
        "may_ask": bool(may_ask_extension(request.user, entry, now)),
        "returned_items": labels_of(entry, returned) if returned is not None else [],
        "has_errors": request.method == "POST",
        "changes": _changes_of(draft, current, user_of(request), now, returned) if current else [],
        "parts": _parts(
            draft,
            may_change=lambda item, section=None: bool(may_edit_draft(request.user, entry, now, item, section=section)),
        ),
        "door": closing(may_submit(request.user, entry, now)),
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


def _parts(draft: Draft, *, may_change: Callable[..., bool]) -> list[dict[str, Any]]:
    """Headings with summary rows, each with the place to change it while it may be changed."""
    entry, team = draft.entry, draft.entry.team

    def url(name: str, item: str, *args: str, section: FormSection | None = None) -> str:
        return reverse(name, args=[entry.public_id, *args]) if may_change(item, section) else ""

    organisations = [
        (
            _("Lead organisation"),
            _with_code(team.lead_organisation),
            url("entry_organisations", ORGANISATIONS),
        )
    ]
    organisations += [
        (_("Partner"), _with_code(partner), url("entry_organisations", ORGANISATIONS)) for partner in draft.partners
    ]
    people = [
        (
            _("Captain") if member.user_id == team.captain_id else _("Member"),
            _with_details(member),
            url("entry_member", MEMBERS, member.public_id),
        )
        for member in draft.members
    ]
    parts = [
        {"title": _("Organisations"), "rows": organisations},
        {"title": _("Team members"), "rows": people},
    ]
    for title, task in ((_("Project overview"), OVERVIEW), (_("Application form"), APPLICATION)):
        rows = [(_("Project name"), entry.title, url("entry_overview", TITLE))] if task == OVERVIEW else []
        for page in draft.pages_of(task):
            for question in page.questions:
                change = url("entry_section", of_question(question.field), page.section.public_id, section=page.section)
                rows.append((question.field.label, question.shown, change and f"{change}#id_a-{question.field.key}"))
        parts.append({"title": title, "rows": rows})
    letters = letters_on(draft)
    files = [
        (
            place.wanted.label,
            _name_of(place, letters.get(place.wanted.public_id)),
            url("entry_commitment" if place.wanted.task == COMMITMENT else "entry_files", of_file(place.wanted)),
        )
        for place in draft.files
    ]
    return [*parts, {"title": pgettext("of an entry", "Files"), "rows": files}] if files else parts


def _with_code(organisation: Organisation) -> str:
    return "\n".join([organisation.name, _labelled(_("Unified social credit code"), organisation.uscc)])


def _with_details(member: Membership) -> str:
    """The name, and each detail under its label."""
    details = ((_("Employer"), member.employer), (_("Post"), member.post), (_("Part in the project"), member.duty))
    return "\n".join([str(member.user), *(_labelled(label, text) for label, text in details if text)])


def _labelled(label: str, text: str) -> str:
    return _("%(label)s: %(text)s") % {"label": label, "text": text}


def _name_of(place: FilePlace, letter: dict[str, Any] | None) -> str:
    """The name of the file that stands there with its pages, where they were counted; of a letter also what its code says;
    or that none does.
    """
    if upload := place.upload:
        pages = upload.inspection.pages if upload.inspection else None
        counted = ngettext("%(number)d page", "%(number)d pages", pages) % {"number": pages} if pages else ""
        return "\n".join(filter(None, [upload.name, counted, str(letter["stamp"]) if letter else ""]))
    return _("Not uploaded") if place.wanted.required else _("Not uploaded (optional)")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Withdrawing is asked twice; it can be undone by submitting again until the deadline."""
    entry, now = entry_of_member(request, public_id), now_of(request)
    may_withdraw(request.user, entry, now).require()
    if request.method == "POST":
        withdraw_entry(actor=user_of(request), entry=entry, now=now)
        messages.success(request, _("The entry is withdrawn. You can submit it again until the deadline."))
        return redirect(entry)
    context = frame_of(entry, now, (_("Withdraw the entry"), None))
    return render(request, "submissions/withdraw.html", context)


@login_required
@never_cache
@require_safe
def receipt(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """What was handed in, when, with the hash of every file; and what happens next."""
    entry, now = entry_of_reader(request, public_id), now_of(request)
    version = version_of(entry, number)
    context = frame_of(entry, now, (_("Receipt"), None))
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
