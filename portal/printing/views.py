"""The public page on signed papers: whose signature it is, and how anybody checks it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """The certificate in force with its fingerprint, and the way to compare it."""
    from portal.printing.identity import site_identity  # here, because few processes need cryptography

    return render(request, "portal/papers.html", {"identity": site_identity()})


@never_cache
@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """The certificate alone, as programs take it in (DER)."""
    from portal.printing.identity import site_identity

    response = HttpResponse(site_identity().der, content_type="application/pkix-cert")
    response.headers["Content-Disposition"] = 'attachment; filename="certificate.cer"'
    return response
