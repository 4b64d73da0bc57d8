"""Roadshows for organisers: planning, lots, the host's console, sheets on paper."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from competition.models import Stage
from competition.reading import read_surroundings
from judging.actions import (
    announce_lots,
    call_off_roadshow,
    call_team,
    close_slot,
    draw_lots,
    key_paper,
    mark_absent,
    move_roadshow,
    next_phase,
    plan_roadshow,
    reveal_score,
    run_clock,
    settle_paper,
)
from judging.forms.desk import ScoreForm
from judging.forms.roadshows import CallOffForm, NumberForm, RoadshowForm, ScheduleForm, SettleForm, SourceForm
from judging.models import Assignment, PaperKeying, Roadshow, Slot
from judging.models.roadshow import ROADSHOW_STATES
from judging.permissions import may_key_paper, may_organise, may_oversee_judging
from judging.reading.desk import criterion_rows
from judging.reading.live import Live, read_live, roadshow_rows
from judging.reading.roadshows import finalists
from judging.scoring import criteria_of
from judging.views.base import sheet_of
from judging.views.results import overseen_stage
from portal.refusals import NotAllowed, Refusal
from portal.web.dates import local
from portal.web.forms import show_refusal
from portal.web.requests import now_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roadshows(request: HttpRequest, slug: str, stage_id: str) -> HttpResponse:
    """The roadshows of a stage; a POST plans another one."""
    stage = overseen_stage(request, slug, stage_id)
    if stage.kind != Stage.Kind.ROADSHOW:
        raise Http404
    organises = may_organise(request.user, stage.contest)
    if request.method == "POST":
        organises.require()
    form = RoadshowForm(request.POST or None, initial=_proposal(stage) if organises else None)
    if request.method == "POST" and form.is_valid():
        try:
            planned = plan_roadshow(
                actor=request.user,
                stage=stage,
                schedule=form.schedule(),
                entries=form.listed("entries"),
                judges=form.listed("judges"),
                now=now_of(request),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The roadshow is planned. The panel has its seats and hears of it once."))
            return redirect("roadshow_console", slug, planned.public_id)
    context = {
        "contest": stage.contest,
        "workspace_here": "roadshows",
        "stage": stage,
        "rows": [(row, ROADSHOW_STATES[Roadshow.Status(row.status)]) for row in roadshow_rows(stage)],
        "form": form,
        "may_organise": organises,
        "has_errors": bool(form.errors),
    }
    return render(request, "judging/roadshow/list.html", context)


def _proposal(stage: Stage) -> dict[str, Any]:
    opens = local(stage.opens_at)
    begins = opens.replace(hour=9, minute=0, second=0, microsecond=0)
    if begins < opens:
        begins += timedelta(days=1)
    return {"starts_at": begins.replace(tzinfo=None), "entries": "\n".join(finalists(stage))}


def roadshow_or_404(request: HttpRequest, slug: str, roadshow_id: str) -> Roadshow:
    """A roadshow for those who organise and those who oversee."""
    found = get_object_or_404(
        Roadshow.objects.select_related("stage__contest__parent", "stage__rubric", "called_off_by"),
        public_id=roadshow_id,
        stage__contest__slug=slug,
    )
    may_oversee_judging(request.user, found.stage.contest).require()
    return found


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roadshow_console(request: HttpRequest, slug: str, roadshow_id: str) -> HttpResponse:
    """The host's console: before the draw what has to be done, then who is on stage; `part` gives what changes alone."""
    roadshow = roadshow_or_404(request, slug, roadshow_id)
    organises = may_organise(request.user, roadshow.stage.contest)
    source, number, change, refusal = SourceForm(), NumberForm(), ScheduleForm(initial=ScheduleForm.of(roadshow)), None
    off = CallOffForm(request.POST if "call_off" in request.POST else None)
    if request.method == "POST":
        organises.require()
        if "announce" in request.POST:
            source = SourceForm(request.POST)
            done = _announce(request, roadshow, source)
        elif "draw" in request.POST:
            number = NumberForm(request.POST)
            done = _draw(request, roadshow, number)
        elif "change" in request.POST:
            change = ScheduleForm(request.POST)
            done = _move(request, roadshow, change)
        elif "call_off" in request.POST:
            done = _call_off(request, roadshow, off)
        else:
            refusal = _press(request, roadshow)
            done = refusal is None
        if done:
            return redirect("roadshow_console", slug, roadshow_id)
        roadshow = roadshow_or_404(request, slug, roadshow_id)
    now = now_of(request)
    live = read_live(roadshow, now, sees_totals=True)
    context = {
        **_console(roadshow, live),
        "may_organise": organises,
        "source": source,
        "number": number,
        "change": change if organises and (roadshow.status in Roadshow.NOT_BEGUN or change.errors) else None,
        "off": off if organises and (roadshow.status in Roadshow.NOT_BEGUN or off.errors) else None,
        "refusal": refusal,
        "has_errors": bool(refusal or source.errors or number.errors or change.errors or off.errors),
    }
    if "part" in request.GET:
        return render(request, "judging/roadshow/parts/console.html", context)
    read_surroundings(roadshow.stage.contest, "stages", now=now)
    status = refusal.status if refusal else 200
    return render(request, "judging/roadshow/console.html", context, status=status)


def _console(roadshow: Roadshow, live: Live) -> dict[str, Any]:
    on = live.now_on if live.now_on and live.now_on.is_on_stage else None
    missing = [seat for seat in on.panel if seat.is_seated and not seat.has_submitted] if on else []
    return {
        "contest": roadshow.stage.contest,
        "workspace_here": "roadshows",
        "stage": roadshow.stage,
        "roadshow": roadshow,
        "state": ROADSHOW_STATES[Roadshow.Status(roadshow.status)],
        "live": live,
        "turn": live.now_on,
        "on": on,
        "missing": missing,
        "next_label": {
            Slot.Status.PRESENTING.value: _("On to the questions"),
            Slot.Status.QUESTIONS.value: _("On to the scoring"),
        }.get(on.status if on else "", ""),
        "is_before": roadshow.status in (Roadshow.Status.PLANNED, Roadshow.Status.COMMITTED),
        "absent": [row for row in live.order if row.status == Slot.Status.ABSENT] if on is None else [],
    }


def _announce(request: HttpRequest, roadshow: Roadshow, form: SourceForm) -> bool:
    if not form.is_valid():
        return False
    try:
        announce_lots(actor=request.user, roadshow=roadshow, source=form.cleaned_data["source"], now=now_of(request))
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, _("What decides is announced. Enter the number as soon as it is known."))
    return True


def _draw(request: HttpRequest, roadshow: Roadshow, form: NumberForm) -> bool:
    if not form.is_valid():
        return False
    try:
        draw_lots(actor=request.user, roadshow=roadshow, number=form.cleaned_data["number"], now=now_of(request))
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, _("The running order is drawn. Every team hears of its place."))
    return True


def _move(request: HttpRequest, roadshow: Roadshow, form: ScheduleForm) -> bool:
    if not form.is_valid():
        return False
    try:
        move_roadshow(
            actor=request.user,
            roadshow=roadshow,
            schedule=form.schedule(),
            seen=_seen(request),
            now=now_of(request),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, _("The roadshow is changed. Whom it concerns gets a message."))
    return True


def _call_off(request: HttpRequest, roadshow: Roadshow, form: CallOffForm) -> bool:
    if not form.is_valid():
        return False
    try:
        call_off_roadshow(
            actor=request.user,
            roadshow=roadshow,
            reason=form.cleaned_data["reason"],
            seen=_seen(request),
            now=now_of(request),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, _("The roadshow is called off. Panel and teams get a message."))
    return True


PRESSES: dict[str, Callable[..., Any]] = {
    "start": lambda **given: run_clock(running=True, **given),
    "pause": lambda **given: run_clock(running=False, **given),
    "phase": next_phase,
    "close": lambda **given: close_slot(without_missing=False, **given),
    "close_without": lambda **given: close_slot(without_missing=True, **given),
    "reveal": reveal_score,
    "absent": mark_absent,
    "call": lambda **given: call_team(slot=None, **given),
}


def _press(request: HttpRequest, roadshow: Roadshow) -> Refusal | None:
    """What the host pressed; a refusal is shown on the console, and nothing has happened then."""
    given: dict[str, Any] = {
        "actor": request.user,
        "roadshow": roadshow,
        "seen": _seen(request),
        "now": now_of(request),
    }
    try:
        if "recall" in request.POST:
            slots: QuerySet[Slot] = Slot.objects.filter(roadshow=roadshow)
            call_team(slot=get_object_or_404(slots, public_id=request.POST["recall"]), **given)
            return None
        pressed = PRESSES.get(request.POST.get("press", ""))
        if pressed is None:
            return Refusal(_("This button is not known. Reload the page."), code="unknown_press")
        pressed(**given)
    except NotAllowed:
        raise
    except Refusal as refusal:
        return refusal
    return None


def _seen(request: HttpRequest) -> int:
    """The revision that the page showed; one that never stands where it is no number."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def paper_sheet(request: HttpRequest, slug: str, roadshow_id: str, assignment_id: str) -> HttpResponse:
    """Key the paper sheet of one judge for one team, or settle what two people keyed differently."""
    roadshow = roadshow_or_404(request, slug, roadshow_id)
    may_organise(request.user, roadshow.stage.contest).require()
    related = ("stage__contest", "stage__rubric", "entry", "expert", "sheet")
    seat = get_object_or_404(
        Assignment.objects.select_related(*related).filter(stage=roadshow.stage_id, entry__slots__roadshow=roadshow),
        public_id=assignment_id,
    )
    if roadshow.is_called_off:
        raise Http404  # the entry may present in another one: its papers are keyed there
    assert seat.stage.rubric is not None, "a published assignment has a rubric"  # noqa: S101
    criteria = criteria_of(seat.stage.rubric)
    turns = list(PaperKeying.objects.filter(assignment=seat).select_related("keyed_by"))
    differing = _differing(turns, criteria)
    typed = request.POST if "key" in request.POST else None
    form = ScoreForm(typed, criteria=criteria, whole=True, initial={"revision": 0})
    settle = SettleForm(request.POST if "settle" in request.POST else None, differing=differing)
    given: dict[str, Any] = {"actor": request.user, "assignment": seat, "now": now_of(request)}
    if request.method == "POST" and _paper(request, form, settle, given):
        return redirect("roadshow_console", slug, roadshow_id)
    slot = Slot.objects.filter(roadshow=roadshow, entry=seat.entry_id).first()
    context = {
        "contest": roadshow.stage.contest,
        "workspace_here": "roadshows",
        "stage": roadshow.stage,
        "roadshow": roadshow,
        "seat": seat,
        "turns": turns,
        "differing": differing,
        "form": form,
        "settle": settle,
        "rows": criterion_rows(
            criteria,
            form.given_marks() if form.is_bound else {},
            typed=form.typed_marks() if form.is_bound else None,
            errors={name: list(map(str, errors)) for name, errors in form.errors.items()} if form.is_bound else None,
        ),
        "door": may_key_paper(request.user, seat, sheet_of(seat), slot, now_of(request)),
        "keyed_by_me": any(turn.keyed_by_id == request.user.pk for turn in turns),
        "has_errors": bool(form.errors or settle.errors),
    }
    return render(request, "judging/roadshow/paper.html", context)


def _paper(request: HttpRequest, form: ScoreForm, settle: SettleForm, given: dict[str, Any]) -> bool:
    used: Any = settle if "settle" in request.POST else form
    if not used.is_valid():
        return False
    try:
        if used is settle:
            settle_paper(chosen=settle.chosen(), **given)
            messages.success(request, _("The paper sheet is settled and sealed."))
            return True
        keyed = key_paper(marks=form.given_marks(), comment=form.cleaned_data["comment"], **given)
    except Refusal as refusal:
        show_refusal(used, refusal)
        return False
    _tell_keyed(request, keyed)
    return True


def _tell_keyed(request: HttpRequest, keyed: PaperKeying) -> None:
    if keyed.turn == PaperKeying.Turn.FIRST:
        messages.success(request, _("Entered. Somebody else enters the same paper now, without your figures."))
    elif Assignment.objects.filter(pk=keyed.assignment_id, sheet__isnull=False).exists():
        messages.success(request, _("Both entered the same: the sheet is sealed and counts."))
    else:
        messages.warning(request, _("The two entries differ: settle them with the paper in hand."))


def _differing(turns: list[PaperKeying], criteria: Any) -> list[tuple[str, str, str, str]]:
    if len(turns) != PaperKeying.Turn.SECOND:
        return []
    first, second = turns[0].marks, turns[1].marks
    return [
        (criterion.code, criterion.name, first.get(criterion.code, "–"), second.get(criterion.code, "–"))
        for criterion in criteria
        if first.get(criterion.code) != second.get(criterion.code)
    ]
