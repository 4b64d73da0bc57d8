"""What a submission freezes: the whole entry as one JSON value, readable without our software.

The value stands for itself: the topic's text as it was, names as they were. Its digest is the SHA-256 of its canonical
JSON (`portal.canonical`), so that a receipt proves what was handed in. Each answer stands with the question's label and
with its text as it is read, so that it stays readable whatever becomes of the form. `FORMAT` rises when the shape changes.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import override

from portal.accounts.models import Organisation, User
from portal.journal.recording import stamp
from submissions.draft import Draft, FilePlace, Page, Question
from submissions.models import Membership
from submissions.values import frozen

FORMAT = 2


def content_of(draft: Draft, *, number: str, version: int, submitted_by: User, now: datetime) -> dict[str, Any]:
    """The frozen value of this draft as version `version` of the entry with this number."""
    entry, topic = draft.entry, draft.entry.topic
    contest, track = entry.contest, topic.track
    return {
        "format": FORMAT,
        "contest": {"public_id": contest.public_id, "name": contest.name, "code": contest.code},
        "track": {"number": track.number, "name": track.name},
        "topic": {
            "public_id": topic.public_id,
            "number": topic.number,
            "title": topic.title,
            "description": topic.description,
        },
        "entry": {"public_id": entry.public_id, "number": number, "title": entry.title},
        "version": version,
        "submitted_at": stamp(now),
        "submitted_by": {"public_id": submitted_by.public_id, "name": str(submitted_by)},
        "lead_organisation": _organisation(entry.team.lead_organisation),
        "partners": [_organisation(partner) for partner in draft.partners],
        "members": [_member(member, is_captain=member.user_id == entry.team.captain_id) for member in draft.members],
        "sections": [_section(page) for page in draft.pages],
        "files": [_file(place) for place in draft.files if place.upload],
    }


def _organisation(organisation: Organisation) -> dict[str, str]:
    return {
        "public_id": organisation.public_id,
        "name": organisation.name,
        "uscc": organisation.uscc,
        "kind": organisation.kind,
        "region": organisation.region,
    }


def _member(member: Membership, *, is_captain: bool) -> dict[str, Any]:
    return {
        "public_id": member.user.public_id,
        "name": str(member.user),
        "email": member.user.email,
        "employer": member.employer,
        "post": member.post,
        "duty": member.duty,
        "is_captain": is_captain,
    }


def _section(page: Page) -> dict[str, Any]:
    return {
        "task": page.section.task,
        "title": page.section.title,
        "answers": [
            {
                "key": question.field.key,
                "label": question.field.label,
                "kind": question.field.kind,
                "unit": question.field.unit,
                "value": frozen(question.value),
                "text": _text(question),
            }
            for question in page.questions
        ],
    }


def _text(question: Question) -> str:
    """The answer as it is read, in the language of contests, whoever submits."""
    with override(settings.LANGUAGE_CODE):
        return question.shown


def _file(place: FilePlace) -> dict[str, Any]:
    upload = place.upload
    assert upload is not None, "only files that are there are frozen"  # noqa: S101 - narrows the type
    return {
        "task": place.wanted.task,
        "key": place.wanted.key,
        "label": place.wanted.label,
        "upload": upload.public_id,
        "name": upload.name,
        "kind": upload.kind,
        "size": upload.size,
        "sha256": upload.sha256,
    }
