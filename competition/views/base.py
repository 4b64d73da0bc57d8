"""What the public pages share: finding the contest, and answering with a tag so that an unchanged page is not sent again.

A page carries the visitor's own form token, so it is private to the visitor: no shared cache may keep it. Its tag is
counted over everything else on it and over the token's secret, because a page with an old token could not be used.
"""

import hashlib
import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control

from competition.models import Contest
from competition.reading import find_contest

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def contest_or_404(request: HttpRequest, slug: str) -> Contest:
    """The contest of the address, if this person may see it."""
    try:
        return find_contest(slug, user=request.user)
    except Contest.DoesNotExist as error:
        raise Http404 from error


def show(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page; for visitors with a tag, so that asking again for what has not changed costs no transfer."""
    response = render(request, template, context)
    patch_cache_control(response, private=True, no_cache=True)
    if request.user.is_authenticated:
        return response
    get_token(request)
    secret = request.META["CSRF_COOKIE"].encode()
    digest = hashlib.sha256(secret + TOKEN.sub(b"", response.content)).hexdigest()[:32]
    response.headers["ETag"] = f'W/"{digest}"'
    return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response
