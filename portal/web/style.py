"""The style page, for staff: every component in every state, drawn from the real templates.

It shows what the apps register in the slot `style_samples`; whoever adds a component adds its sample in the `samples.py`
of the app. The data are made up in memory: nothing is read from or written to the database.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.slots import SampleGroup, style_samples
from portal.web.context import ENGLISH_PREFIX
from portal.web.requests import now_of

#: Pages for what went wrong, which nobody can bring about on purpose: name, template, context.
ERRORS: dict[str, tuple[str, dict[str, Any]]] = {
    "400": ("400.html", {}),
    "403": ("403.html", {}),
    "404": ("404.html", {}),
    "405": ("405.html", {}),
    "csrf": ("403_csrf.html", {}),
    "cookies": ("403_csrf.html", {"no_cookie": True}),
    "429": ("429.html", {}),
    "500": ("500.html", {}),
}


@never_cache
@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """All groups, in the order in which the apps register them."""
    if not request.user.is_staff:
        raise Http404
    groups = [compose(now_of(request)) for compose in style_samples]
    sheets = list(dict.fromkeys(sheet for group in groups for sheet in group.sheets))
    drawn = [_drawn(request, group) for group in groups]
    return render(request, "portal/style.html", {"groups": drawn, "sheets": sheets, "errors": list(ERRORS)})


@never_cache
@require_safe
def style_error(request: HttpRequest, name: str) -> HttpResponse:
    """One of the error pages, as whoever meets it would see it."""
    if not request.user.is_staff or name not in ERRORS:
        raise Http404
    template, context = ERRORS[name]
    return render(request, template, context | {"english": request.path.startswith(ENGLISH_PREFIX)})


def _drawn(request: HttpRequest, group: SampleGroup) -> dict[str, Any]:
    """The group with each sample as the page it stands on would draw it."""
    samples = [(sample.name, render_to_string(sample.template, sample.context, request)) for sample in group.samples]
    return {"key": group.key, "title": group.title, "states": group.states, "samples": samples}
