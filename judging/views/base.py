"""Finding what an address names, for the person who asks; everything else is 404."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from competition.models import Contest, Stage
from competition.reading import read_surroundings
from competition.views.base import contest_or_404
from judging.models import Assignment, ScoreSheet
from portal.web.requests import now_of

REFRESH = 3  # seconds until a page without script looks anew how far the worker is
JUDGED = Stage.objects.filter(kind__in=Stage.JUDGED)


def stage_or_404(slug: str, stage_id: str) -> Stage:
    """A judged stage of the contest with the rubric at hand; who may see it is asked by the page."""
    stages = JUDGED.select_related("contest__parent", "rubric")
    return get_object_or_404(stages, public_id=stage_id, contest__slug=slug)


def workspace_contest(request: HttpRequest, slug: str) -> Contest:
    """The contest of the address with what the frame of the workspace shows: two queries."""
    contest = contest_or_404(request, slug)
    read_surroundings(contest, "stages", now=now_of(request))
    return contest


def own_stage_or_404(request: HttpRequest, stage_id: str) -> Stage:
    """A stage in which the person has been given entries."""
    mine = Assignment.objects.of_judge(request.user).values("stage")
    return get_object_or_404(JUDGED.select_related("contest__parent", "rubric"), public_id=stage_id, pk__in=mine)


#: What saving asks of a seat. Everything else would be read and thrown away with each mark; where a refusal shows the page
#: again it is read then.
SAVED_BY = (
    "public_id", "status", "position", "title", "pledged_at", "stage", "entry", "expert", "version", "plan",
    "stage__public_id", "stage__kind", "stage__opens_at", "stage__closes_at", "stage__contest", "stage__rubric",
    "stage__contest__public_id", "stage__contest__slug", "stage__rubric__comment_below", "stage__rubric__comment_from",
    "entry__public_id", "entry__number", "entry__status", "expert__user", "expert__code", "expert__name",
    "sheet__public_id", "sheet__assignment", "sheet__state", "sheet__revision", "sheet__comment", "sheet__total",
    "sheet__seconds", "sheet__timed_at", "sheet__saved_at", "sheet__sealed_at",
)  # fmt: skip


def own_assignment_or_404(request: HttpRequest, assignment_id: str) -> Assignment:
    """An assignment of the person's own with what the desk needs; the version's content is read when it is shown."""
    mine = Assignment.objects.of_judge(request.user).filter(public_id=assignment_id)
    if request.method == "POST":
        mine = mine.select_related("stage__contest", "stage__rubric", "entry", "expert", "sheet").only(*SAVED_BY)
    else:
        related = ("stage__contest", "stage__rubric", "entry__topic__track", "expert", "version", "sheet")
        mine = mine.select_related(*related).defer("entry__topic__description")
    assignment = mine.first()
    if assignment is None:
        raise Http404
    return assignment


def sheet_of(assignment: Assignment) -> ScoreSheet | None:
    """The assignment's sheet as it was loaded, None before the first save."""
    return getattr(assignment, "sheet", None)


def number_from(request: HttpRequest, name: str) -> int:
    """A number of the address, 0 where it makes no sense."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
