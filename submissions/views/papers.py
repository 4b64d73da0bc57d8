"""What can be printed: PDFs made when they are asked for, from what is frozen."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from competition.models import WantedFile
from portal.web.requests import now_of
from submissions.draft import load_draft
from submissions.models import Entry, EntryVersion
from submissions.papers.entry import entry_pdf
from submissions.papers.letter import letter_pdf
from submissions.papers.receipt import receipt_pdf
from submissions.views.base import entry_of_member, entry_of_reader, surround


@login_required
@never_cache
@require_safe
def receipt_paper(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """The receipt of a version, for whoever may see the version."""
    entry = entry_of_reader(request, public_id)
    stages = surround(entry.contest, now_of(request)).stages
    return pdf_response(receipt_pdf(version_of(entry, number), stages), f"{entry.number}-v{number}-receipt.pdf")


@login_required
@never_cache
@require_safe
def entry_paper(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Every answer of a version, for whoever may see the version."""
    entry = entry_of_reader(request, public_id)
    return pdf_response(entry_pdf(version_of(entry, number)), f"{entry.number}-v{number}.pdf")


@login_required
@never_cache
@require_safe
def letter_paper(request: HttpRequest, public_id: str, wanted: str) -> HttpResponse:
    """The commitment letter for what the draft holds now, for members of the team."""
    entry = entry_of_member(request, public_id)
    letters = WantedFile.objects.filter(contest=entry.contest_id, task=WantedFile.Task.COMMITMENT).exclude(letter="")
    found = get_object_or_404(letters, public_id=wanted)
    return pdf_response(letter_pdf(load_draft(entry), found), f"letter-{entry.public_id}.pdf")


def version_of(entry: Entry, number: int) -> EntryVersion:
    """A version with what its pages and papers show."""
    versions = EntryVersion.objects.select_related("submitted_by").prefetch_related("files__upload")
    return get_object_or_404(versions, entry=entry, number=number)


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """To be kept or printed, never run in the page's own origin."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
