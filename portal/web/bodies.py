"""How large a request may be: asked before anything reads it, and before Django writes it to a temporary file.

Every view takes `settings.LARGEST_BODY`; one that takes files says so with `takes_bodies`. A body without a length is read
by nobody.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from portal.refusals import Refusal
from portal.web import sizes

View = TypeVar("View", bound=Callable[..., Any])
Limit = Callable[..., int]


class TooLarge(Refusal):
    """Refused by its announced length; the rest of it is not read."""

    status = 413

    def __init__(self, most: int) -> None:
        super().__init__(
            _("What was sent is too large: at most %(most)s are taken here. Choose a smaller file and send it again.")
            % {"most": sizes.size(most)},
            code="too_large",
        )


def takes_bodies(limit: Limit) -> Callable[[View], View]:
    """The view takes bodies of up to `limit(request, **arguments)` bytes."""

    def declare(view: View) -> View:
        view.largest_body = limit  # type: ignore[attr-defined]
        return view

    return declare


class BodyLimitMiddleware:
    """Stands before whatever reads bodies: the check of the form's token does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, named: dict[str, Any]) -> HttpResponse | None:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        length = int(announced) if announced.isascii() and announced.isdigit() else 0
        if length <= settings.LARGEST_BODY:
            return None
        limit: Limit | None = getattr(view, "largest_body", None)
        most = max(limit(request, **named), settings.LARGEST_BODY) if limit else settings.LARGEST_BODY
        if length <= most:
            return None
        return render(request, "portal/refused.html", {"refusal": TooLarge(most)}, status=TooLarge.status)
