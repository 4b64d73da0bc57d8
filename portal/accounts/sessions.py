"""Telling a person whose session has ended that it has, instead of greeting them as a stranger.

A marker cookie outlives the session: it is set at sign-in, taken away at sign-out, and says nothing but that somebody
was signed in with this browser.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

COOKIE = "signed_in"
AGE = 60 * 60 * 24 * 180


def remember(response: HttpResponseBase) -> None:
    """Somebody has signed in with this browser."""
    response.set_cookie(COOKIE, "1", max_age=AGE, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def forget(response: HttpResponseBase) -> None:
    """They signed out, or were told that their session has ended."""
    response.delete_cookie(COOKIE, samesite="Lax")


def has_ended(request: HttpRequest) -> bool:
    """Was somebody signed in here whose session is gone?"""
    return bool(request.COOKIES.get(COOKIE)) and not request.user.is_authenticated
