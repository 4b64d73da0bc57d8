"""What an action says when it will not do a thing: one sentence that tells the person what to do.

A refusal changes nothing: it is raised inside the action's transaction. A view shows it beside the form with everything
typed still there; one that no view caught becomes a designed page here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.defaults import page_not_found

Text = str | Promise


class Refusal(Exception):
    """A sentence for the person, a code for tests and scripts, and the form field concerned, if one is."""

    status = 409

    def __init__(self, message: Text, *, code: str = "refused", field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class Closed(Refusal):
    """A door that is not open: not yet (`opens_at` lies ahead) or no longer (`closed_at` has passed)."""

    status = 403

    def __init__(
        self,
        message: Text,
        *,
        code: str = "closed",
        opens_at: datetime | None = None,
        closed_at: datetime | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.opens_at = opens_at
        self.closed_at = closed_at


class Stale(Refusal):
    """What the person saw has changed meanwhile; nothing was overwritten."""

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(
            message or _("Someone changed this since you opened it. Nothing was overwritten: compare and save again."),
            code="stale",
        )


class NotAllowed(Refusal):
    """The person has no right to know whether the thing exists: shown as 404."""

    status = 404

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(message or _("You do not have access to this."), code="not_allowed")


@dataclass(frozen=True)
class Way:
    """Where a person goes on from a page that goes no further; `not_yours` says what only the captain does there."""

    label: Text
    url: str
    not_yours: Text = ""


class RefusalMiddleware:
    """Turns a refusal that no view caught into a page that says why and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return page_not_found(request, exception)
        if isinstance(exception, Refusal):
            context = {"refusal": exception, "back": _way_back(request), **getattr(request, "refusal_frame", {})}
            return render(request, "portal/refused.html", context, status=exception.status)
        return None


def stand_in(request: HttpRequest, layout: str, **context: Any) -> None:
    """Whatever refuses this request from now on, the page that says so stands in this layout."""
    request.refusal_frame = {"layout": layout, **context}  # type: ignore[attr-defined]


def _way_back(request: HttpRequest) -> Way | None:
    """What the refused page belongs to, as the app says that knows it best."""
    from portal.slots import ways_back

    return next((way for find in ways_back if (way := find(request))), None)
