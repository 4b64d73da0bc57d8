"""What a view asks of its request, with types: who sent it and when it arrived."""

from datetime import datetime

from django.http import HttpRequest

from portal.accounts.models import User


def now_of(request: HttpRequest) -> datetime:
    """The instant at which the request arrived."""
    instant: datetime = request.now  # type: ignore[attr-defined]
    return instant


def user_of(request: HttpRequest) -> User:
    """The person, on pages behind sign-in."""
    user = request.user
    assert isinstance(user, User), "the view asks for sign-in"  # noqa: S101 - narrows the type
    return user
