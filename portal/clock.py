"""The clock enters the system here and nowhere else.

A request carries the instant of its arrival as `request.now`; actions take it as the keyword `now`. Tasks and commands
ask `now()` once, at their start. So a request that arrived in time stays in time however long it is worked on.
"""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return timezone.now()  # the one place that reads the clock


class ClockMiddleware:
    """Stamps each request with the instant of its arrival; stands first in the chain."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = now()  # type: ignore[attr-defined]
        return self.get_response(request)
