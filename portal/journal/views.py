"""The journal's public page: the latest signed checkpoint and the key, for everybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.journal.checkpoints import signer
from portal.journal.models import Checkpoint


@never_cache
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """What the journal is signed with, and how anybody checks it."""
    context = {"checkpoint": Checkpoint.objects.first(), "key": signer().verifier}
    return render(request, "portal/checkpoint.html", context)


@never_cache
@require_safe
def checkpoint_text(request: HttpRequest) -> HttpResponse:
    """The latest checkpoint alone, as witnesses read it."""
    latest = Checkpoint.objects.first()
    if latest is None:
        raise Http404
    return HttpResponse(latest.note, content_type="text/plain; charset=utf-8")
