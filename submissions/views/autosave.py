"""Saving in the background: the script of the form sends one answer at a time, and gets JSON.

Without the script a page is saved by its button, with the same marks, conflicts and sentences (`submissions.views.form`).
"""

from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.accounts.models import User
from portal.refusals import NotAllowed, Refusal, Stale
from portal.web.dates import clock
from portal.web.requests import now_of
from portal.web.sentences import instruction
from submissions.actions import Kept, autosave_answer
from submissions.forms import SectionForm
from submissions.spot import Spot, find_spot
from submissions.values import shown

#: How often a save that others overtook is read again; each time somebody else has come through.
TURNS = 5


@never_cache
@require_POST
def autosave(request: HttpRequest, public_id: str) -> JsonResponse:
    """Keep one answer. 401 where nobody is signed in any more, or somebody else than the page was made for."""
    user = request.user
    if not isinstance(user, User) or request.POST.get("as", user.public_id) != user.public_id:
        return JsonResponse({"state": "signed_out"}, status=401)
    question = request.POST.get("question", "")
    for _turn in range(TURNS):
        spot = find_spot(public_id, question, actor=user)
        form = SectionForm(request.POST, entry=spot.entry, page=spot.page, with_title=spot.question is None)
        form.is_valid()
        problem = " ".join(instruction(text) for texts in form.errors.values() for text in texts)
        typed = form.typed()
        if not typed:
            message = problem or _("This page is out of date. Load it again.")
            return JsonResponse({"state": "unkept", "problem": message}, status=422)
        try:
            kept = autosave_answer(actor=user, spot=spot, typed=typed[0], now=now_of(request))
        except Stale:
            continue
        except NotAllowed:
            raise
        except Refusal as refusal:
            return JsonResponse({"state": "refused", "message": str(refusal)}, status=refusal.status)
        if kept.conflict:
            return _conflict(form, kept)
        answer = {"state": "saved", "seen": kept.seen, "savedAt": clock(now_of(request)), "problem": problem}
        if typed[0].was_compared:  # the choice is made: the question is drawn as it now stands
            answer["html"] = _row(_unsent(find_spot(public_id, question, actor=user)), None)
        return JsonResponse(answer)
    return JsonResponse({"state": "busy"}, status=503)


def _conflict(form: SectionForm, kept: Kept) -> JsonResponse:
    assert kept.conflict is not None, "only conflicts are shown"  # noqa: S101 - narrows the type
    html = _row(form, kept)
    return JsonResponse({"state": "conflict", "html": html, "theirs": shown(kept.conflict.theirs)}, status=409)


def _unsent(spot: Spot) -> SectionForm:
    return SectionForm(None, entry=spot.entry, page=spot.page, with_title=spot.question is None)


def _row(form: SectionForm, kept: Kept | None) -> str:
    """The question as the page draws it, with both texts where there is a conflict."""
    conflicts = {kept.conflict.key: kept.conflict} if kept and kept.conflict else None
    return render_to_string("submissions/parts/question.html", {"row": form.rows(conflicts)[0]})
