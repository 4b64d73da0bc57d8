"""The task hub of an entry: the page that one comes back to."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.words import enumeration
from portal.web.requests import now_of, user_of
from submissions.actions import delete_draft
from submissions.checklist import unsaid
from submissions.correction import labels_of
from submissions.doors import draft_door, grace_of, is_lapsed, returned_alone
from submissions.hub import Finding, Task, tasks_of, timeline
from submissions.invitations import sign
from submissions.models import Entry, Extension, Screening
from submissions.permissions import (
    is_alive,
    is_captain,
    may_ask_extension,
    may_change_team,
    may_change_topic,
    may_delete_draft,
    members_of,
)
from submissions.standing import state_of
from submissions.views.base import closing, entry_of_member, frame_of, place_of
from submissions.way import way_of


@login_required
@never_cache
@require_safe
def hub(request: HttpRequest, public_id: str) -> HttpResponse:
    """Six tasks, what is missing, by when, and what happened so far."""
    entry, now = entry_of_member(request, public_id, with_standing=True), now_of(request)
    user, members = user_of(request), members_of(entry.team)
    context = frame_of(entry, now)
    door, grace = is_alive(entry).and_then(draft_door(entry, now)), grace_of(entry, now)
    finding = _finding(entry) if door else None
    tasks = tasks_of(entry, members, partners=entry.partner_count or 0, finding=finding)  # type: ignore[attr-defined]
    step = _next_step(entry, tasks, may_submit=is_captain(user, entry.team))
    request_open = entry.extensions.filter(status=Extension.Status.ASKED).first()
    context |= {
        "crumbs": [(_("My entries"), reverse("my_work")), (place_of(entry), None)],
        "tasks": [replace(task, is_next=task is step["task"]) for task in tasks] if door else tasks,
        "done_count": sum(task.is_done for task in tasks),
        "state": state_of(entry.status, verdict=entry.verdict, frozen=bool(entry.frozen_at)),  # type: ignore[attr-defined]
        "door": closing(door),
        "grace": grace,
        "returned": _returned(entry, now),
        "request_open": request_open,
        "may_ask": not request_open and bool(may_ask_extension(user, entry, now)),
        "may_change_topic": bool(may_change_topic(user, entry, now)),
        "step": step,
        "members": [member for member in members if member.user_id != entry.team.captain_id],
        "log": timeline(entry, members),
        "may_delete": bool(may_delete_draft(user, entry)),
        "way": way_of(
            entry,
            context["stages"],
            verdict=entry.verdict,  # type: ignore[attr-defined]
            verdict_at=entry.verdict_at,  # type: ignore[attr-defined]
            grace=grace,
            now=now,
        ),
        "invitation_url": _invitation_url(request, entry, now),
        "failed": _failed(entry),
        "not_met": unsaid(entry.verdict_answers or (), entry.verdict_reason or ""),  # type: ignore[attr-defined]
    }
    return render(request, "submissions/hub.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, public_id: str) -> HttpResponse:
    """A draft that was never submitted goes at once and whole; it is asked twice."""
    entry, now = entry_of_member(request, public_id), now_of(request)
    may_delete_draft(request.user, entry).require()
    if request.method == "POST":
        delete_draft(actor=user_of(request), entry=entry, now=now)
        messages.success(request, _("The draft and the team are deleted."))
        return redirect("my_work")
    context = frame_of(entry, now) | {
        "others": [member.user for member in members_of(entry.team) if member.user_id != entry.team.captain_id]
    }
    return render(request, "submissions/delete_draft.html", context)


def _finding(entry: Entry) -> Finding | None:
    """What the formal check found wrong in the version that counts."""
    correction = entry.correction
    if correction is not None and entry.status == Entry.Status.RETURNED:
        return Finding(at=correction.screened_at, items=correction.items)
    if entry.status == Entry.Status.SUBMITTED and entry.verdict == Screening.Verdict.FAILED:  # type: ignore[attr-defined]
        return Finding(at=entry.verdict_at, items=entry.verdict_items)  # type: ignore[attr-defined]
    return None


def _next_step(entry: Entry, tasks: list[Task], *, may_submit: bool) -> dict[str, Any]:
    """What is to be done next, what the button at the foot says, and the sentence beside it.

    What a verdict of “not passed” speaks of is not missing: the team knows best when it is mended.
    """
    is_in = entry.status == Entry.Status.SUBMITTED
    to_correct = [task for task in tasks if task.is_to_correct]
    open_tasks = [task for task in tasks if not task.is_done and not (is_in and task.is_to_correct)]
    has_changes = is_in and entry.frozen_revision != entry.revision  # type: ignore[attr-defined]
    return {
        "correct": to_correct[0] if to_correct else None,
        "task": next(iter([*to_correct, *open_tasks]), None),
        "missing": enumeration([str(task.title) for task in open_tasks]),
        "missing_count": len(open_tasks),
        "is_ready": not open_tasks,
        "is_in": is_in,
        "has_changes": has_changes,
        "needs_submission": not is_in or has_changes,
        "may_submit": may_submit,
    }


def _returned(entry: Entry, now: datetime) -> dict[str, Any] | None:
    """What was returned, while it is."""
    correction = entry.correction
    if correction is None or correction.until is None:
        return None
    return {
        "reason": correction.reason,
        "at": correction.screened_at,
        "until": correction.until,
        "labels": labels_of(entry, correction.items),
        "is_lapsed": is_lapsed(entry, now),
        "is_confined": returned_alone(entry, now) is not None,
    }


def _failed(entry: Entry) -> dict[str, Any] | None:
    """What a verdict of “not passed” is about, while it counts."""
    if entry.status != Entry.Status.SUBMITTED or entry.verdict != Screening.Verdict.FAILED:  # type: ignore[attr-defined]
        return None
    items = entry.verdict_items  # type: ignore[attr-defined]
    return {"labels": labels_of(entry, items) if items else []}


def _invitation_url(request: HttpRequest, entry: Entry, now: datetime) -> str:
    """The open link, for the captain while the team may grow."""
    link_id, until = entry.link_id, entry.link_expires_at  # type: ignore[attr-defined]
    if not link_id or until <= now or len(members_of(entry.team)) >= entry.contest.team_max:
        return ""
    if not may_change_team(request.user, entry, now):
        return ""
    return request.build_absolute_uri(reverse("join", args=[sign(link_id)]))
