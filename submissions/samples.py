"""What entries show on the style page: the notes and the foot of the task hub, uploads, a conflict, the receipt."""

from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace

from django import forms
from django.utils.translation import gettext_lazy as _

from competition.models import WantedFile
from portal.accounts.models import User
from portal.decisions import ALLOWED
from portal.printing import qr_svg
from portal.refusals import Text
from portal.slots import Sample, SampleGroup
from portal.web.dates import local
from submissions.actions import Conflict
from submissions.board import Coverage, Curve, cover, draw
from submissions.checklist import STATES as TICKS
from submissions.doors import Grace, Term, Why
from submissions.files import accepted, words_for
from submissions.models import Entry, Transfer, Upload
from submissions.models.duplicate import OPEN_AGAIN
from submissions.models.duplicate import STATES as CASES
from submissions.models.entry import STATES
from submissions.models.extension import STATES as EXTENSIONS
from submissions.models.screening import AWAITING_CHECK, AWAITING_SECOND_LOOK, CORRECTION_OVERDUE
from submissions.models.screening import STATES as VERDICTS
from submissions.papers.verification import Proof
from submissions.progress import DONE, NOT_STARTED, NOT_UPLOADED, OPTIONAL, TO_CORRECT, UNDER_WAY
from submissions.signs import state_of_strength
from submissions.sniffing import MIB
from submissions.stamps import STAMPS
from submissions.standing import IN_JUDGING
from submissions.values import LONGEST_REASON

DIGEST = "93ce445a650b3f7eaa0694e5150235471b08120815f5f648bfb9ba067a4f28a4"
OPEN = {"allowed": True, "reason": ""}


def submission_samples(now: datetime) -> SampleGroup:
    """Made in memory: nothing here is saved."""
    return SampleGroup(
        key="submissions",
        title=_("Entries"),
        sheets=("competition/competition.css", "competition/workspace.css", "submissions/submissions.css"),
        states=[
            (_("An entry"), [*STATES.values(), IN_JUDGING]),
            (_("A stamped letter"), [*STAMPS]),
            (_("The formal check"), [AWAITING_CHECK, AWAITING_SECOND_LOOK, *VERDICTS.values(), CORRECTION_OVERDUE]),
            (_("An item of the checklist"), [*TICKS.values()]),
            (_("A possible duplicate"), [*CASES.values(), OPEN_AGAIN]),
            (_("How much two entries share"), [state_of_strength(strength) for strength in (90, 60, 20)]),
            (_("A request for more time"), [*EXTENSIONS.values()]),
            (_("A task"), [NOT_STARTED, UNDER_WAY, DONE, OPTIONAL, TO_CORRECT, NOT_UPLOADED]),
        ],
        samples=[
            *_notes(now),
            *_feet(now),
            Sample(_("Only to be read"), "submissions/parts/locked.html", {"door": _closed(now)}),
            Sample(_("Uploads"), "submissions/style/uploads.html", _uploads(now)),
            Sample(_("Two people changed one answer"), "submissions/parts/conflict.html", {"row": _conflict(now)}),
            Sample(_("A question that may not apply"), "submissions/parts/question.html", {"row": _waived()}),
            Sample(_("Receipt"), "submissions/parts/paper.html", _receipt(now)),
            Sample(_("Submissions by day"), "submissions/board/curve.html", {"data": _curve(now)}),
            Sample(_("Coverage of topics"), "submissions/board/coverage.html", {"data": _coverage()}),
        ],
    )


def _curve(now: datetime) -> Curve:
    """Twenty days, of which thirteen have passed."""
    opens_at = now - timedelta(days=12)
    days = [local(opens_at + timedelta(days=number)).date() for number in range(13)]
    registered = Counter({day: 4 + number % 5 * 3 for number, day in enumerate(days)})
    submitted = Counter({day: number // 2 for number, day in enumerate(days)})
    return draw(registered, submitted, opens_at=opens_at, closes_at=now + timedelta(days=7), now=now)


def _coverage() -> Coverage:
    return Coverage([cover(1, "工业制造", [(1, 9), (2, 4), (3, 6)], 9), cover(2, "商贸流通", [(1, 7), (2, 0)], 9)])


def _closed(now: datetime) -> dict[str, object]:
    reason = _("Submission has closed. Your draft and files can still be read.")
    return {"allowed": False, "reason": reason, "closed_at": now - timedelta(days=1)}


def _entry(status: str, **more: object) -> Entry:
    entry = Entry(status=status, number="HB24-03-0127", title="长江中游航道与港口数据协同调度")
    entry.__dict__.update(more)
    return entry


def _disqualified(now: datetime) -> SimpleNamespace:
    decision = SimpleNamespace(reason="作品主体内容与往届获奖作品一致，不符合原创要求。", decided_at=now)
    return SimpleNamespace(status="disqualified", disqualification=decision)


def _notes(now: datetime) -> list[Sample]:
    """The one message that stands out on the task hub, in each of its states."""
    in_time = Term(now + timedelta(days=3), Why.STAGE, now + timedelta(days=3))
    reason = "承诺书第 2 页缺少单位公章，请重新扫描。"
    version = SimpleNamespace(number=1)
    letter = {"correct": {"url": "#", "title": _("Commitment letter")}}
    failed = SimpleNamespace(
        public_id="sample", status="submitted", verdict_reason=reason, verdict_at=now, current_version=version
    )
    changed = SimpleNamespace(status="submitted", current_version=version)
    asking = SimpleNamespace(status="draft", public_id="sample")
    returned = {"reason": reason, "at": now, "until": in_time.closes_at, "labels": ["盖章承诺书"], "is_confined": True}
    lapsed, unsent = {**returned, "is_lapsed": True}, {"needs_submission": True}
    states: list[tuple[object, dict[str, object]]] = [
        (
            _("The check was not passed"),
            {"entry": failed, "failed": {"labels": ["盖章承诺书"]}, "door": OPEN, "step": letter},
        ),
        (_("The check was not passed, too late"), {"entry": failed, "failed": True, "door": _closed(now), "step": {}}),
        (_("Returned for correction"), {"entry": changed, "returned": returned, "door": OPEN, "step": letter}),
        (_("Not corrected in time"), {"entry": changed, "returned": lapsed, "door": _closed(now), "step": {}}),
        (_("More time was asked for"), {"entry": asking, "request_open": {"asked_at": now}, "door": OPEN, "step": {}}),
        (_("Changed after submission"), {"entry": changed, "door": OPEN, "step": {"has_changes": True}}),
        (_("Changed, too late"), {"entry": changed, "door": _closed(now), "step": {"has_changes": True}}),
        (_("Withdrawn"), {"entry": _entry("withdrawn"), "door": OPEN, "step": {}}),
        (_("Never submitted"), {"entry": _entry("draft"), "door": _closed(now), "step": {}}),
        *(
            (name, {"entry": _entry("draft"), "step": unsent, "door": _closed(now), "grace": grace})
            for name, grace in _graces(now)
        ),
        (_("Disqualified"), {"entry": _disqualified(now), "door": _closed(now), "step": {}}),
    ]
    return [
        Sample(name, "submissions/parts/hub_note.html", {**context, "term": in_time})  # type: ignore[arg-type]
        for name, context in states
    ]


def _graces(now: datetime) -> list[tuple[Text, Grace]]:
    """After the deadline, because of a file that began to arrive before it."""
    closed_at, until = now - timedelta(minutes=10), now + timedelta(minutes=20)
    return [
        (_("A file is still arriving"), Grace(closed_at, until, has_arrived=False)),
        (_("A file arrived in the grace"), Grace(closed_at, until, has_arrived=True)),
    ]


def _feet(now: datetime) -> list[Sample]:
    """The button under the tasks with the sentence beside it."""
    team = SimpleNamespace(captain=User(name="周敏"))
    in_time = Term(now + timedelta(days=3), Why.STAGE, now + timedelta(days=3))
    received = SimpleNamespace(public_id="sample", current_version=SimpleNamespace(number=2))
    ready = {"is_ready": True, "may_submit": True}
    letter = {"url": "#", "title": _("Commitment letter")}
    missing = {"missing": letter["title"], "missing_count": 1, "task": letter}
    states: list[tuple[object, dict[str, object]]] = [
        (_("Tasks to go"), {"entry": _entry("draft"), "step": missing}),
        (_("Ready, for the captain"), {"entry": _entry("draft"), "step": ready}),
        (_("Ready, for a member"), {"entry": _entry("draft"), "step": {**ready, "may_submit": False}}),
        (_("Submitted"), {"entry": received, "step": {"is_in": True}}),
        (
            _("In the grace of a file"),
            {
                "entry": _entry("draft"),
                "step": {**ready, "needs_submission": True},
                "door": _closed(now),
                "grace": _graces(now)[1][1],
            },
        ),
        (_("Closed"), {"entry": received, "step": {}, "door": _closed(now)}),
    ]
    return [
        Sample(
            name,  # type: ignore[arg-type]
            "submissions/parts/hub_submit.html",
            {"door": OPEN, "team": team, "term": in_time, **context},
        )
        for name, context in states
    ]


def _transfers(person: User, now: datetime) -> list[Transfer]:
    """One that stopped on its way, one that found another file in its place."""
    name, size, until = "应用实录.mp4", 320 << 20, now + timedelta(hours=20)
    common = {"name": name, "size": size, "begun_by": person, "expires_at": until}
    return [
        Transfer(received=size * 4 // 10, state=Transfer.State.RECEIVING, **common),
        Transfer(received=size, state=Transfer.State.WAITING, **common),
    ]


def _uploads(now: datetime) -> dict[str, object]:
    """Nothing there yet, a file there, a file refused, and one that can only be read."""
    person = User(name="陈立")
    wanted = WantedFile(label="项目展示材料", help_text="演示文稿，用于网络评审。", kinds=["pdf", "pptx"], max_mb=50)
    video = WantedFile(label="项目视频", kinds=["mp4"], max_mb=500, required=False)
    there = Upload(name="项目展示材料.pdf", size=2_400_000, sha256=DIGEST, uploaded_by=person, uploaded_at=now)
    refusal = _("The file is empty (0 bytes). Check it on your computer and choose it again.")
    return {
        "entry": Entry(),
        "door": OPEN,
        "places": [
            _place(wanted, None, is_next=True),
            _place(WantedFile(label="佐证材料", kinds=["pdf"], max_mb=50), there),
            _place(video, None, refusal=refusal),
            _place(WantedFile(label="应用视频", kinds=["mp4"], max_mb=500), None, transfers=_transfers(person, now)),
        ],
        "locked": _place(WantedFile(label="盖章承诺书", kinds=["pdf"], max_mb=20), there),
        "closed": _closed(now),
    }


def _place(wanted: WantedFile, upload: Upload | None, **more: object) -> dict[str, object]:
    return {
        "wanted": wanted,
        "upload": upload,
        "kinds": words_for(wanted.kinds),
        "accept": accepted(wanted.kinds),
        "door": ALLOWED,
        "most_bytes": wanted.max_mb * MIB,
        **more,
    }


class _Answer(forms.Form):
    use_required_attribute = False
    summary = forms.CharField(label="项目摘要", widget=forms.Textarea(attrs={"rows": 4}), max_length=300)


def _conflict(now: datetime) -> SimpleNamespace:
    theirs = "汇聚航道、港口、船舶三类数据，每小时更新。"
    form = _Answer(initial={"summary": "汇聚航道、港口、船舶、货物四类数据，每分钟更新。"}, prefix="conflict")
    conflict = Conflict("summary", theirs, User(name="何佳"), now, "seen")
    return SimpleNamespace(key="sample", bound=form["summary"], theirs=theirs, conflict=conflict)


def _waived() -> SimpleNamespace:
    bound = _Answer(prefix="waived")["summary"]
    return SimpleNamespace(
        key="waived", bound=bound, question="", seen="", conflict=None, may_not_apply=True, is_waived=True,
        reason="公立医院不涉及收益分配。", longest_reason=LONGEST_REASON,
    )  # fmt: skip


def _receipt(now: datetime) -> dict[str, object]:
    file = SimpleNamespace(name="申报书.pdf", size=2_400_000, sha256=DIGEST, upload=SimpleNamespace(public_id="sample"))
    return {
        "entry": Entry(),
        "place": "交通运输 · 赛题1",
        "by_captain": True,
        "proof": Proof("3kf9-q2mx-07ab", "#", "https://example.cn/verify/3kf9q2mx07ab/", qr_svg("https://example.cn")),
        "version": SimpleNamespace(number=2, submitted_at=now, digest=DIGEST, files=SimpleNamespace(all=[file, file])),
        "content": {
            "contest": {"name": "2024年“数据要素×”大赛湖北分赛"},
            "entry": {"number": "HB24-03-0127", "title": "长江中游航道与港口数据协同调度"},
            "topic": {"title": "提升货物运输贸易效能和便利性"},
            "lead_organisation": {"name": "武汉示例航运数据有限公司"},
            "submitted_by": {"name": "周敏"},
        },
    }
