"""What the portal itself shows on the style page: its component library, forms and messages."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.slots import Sample, SampleGroup
from portal.states import State, Tone
from portal.web.chips import Chip
from portal.web.keyset import Page

HERE = "#portal"
DIGEST = "93ce445a650b3f7eaa0694e5150235471b08120815f5f648bfb9ba067a4f28a4"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
TONES: tuple[Tone, ...] = ("neutral", "blue", "teal", "amber", "violet", "green", "red")
NOTES = (
    ("amber", "请补正 1 项材料，并重新提交"),
    ("blue", "以第 2 版为准"),
    ("green", "全部评分单已封存"),
    ("red", "形式审查未通过"),
    ("neutral", "此处只能查看"),
)
MESSAGES = (
    ("success", "circle-check", "已保存。"),
    ("info", "info", "您已登录。"),
    ("warning", "triangle-alert", "本赛事尚未发布，仅任职人员可见。"),
    ("error", "circle-alert", "验证码不正确，请重新填写。"),
)


class SampleForm(forms.Form):
    """Every kind of control; `saved_note` and the optional mark as forms have them."""

    use_required_attribute = False

    title = forms.CharField(label=_("Project name"), help_text=_("As it is to stand on the receipt."), max_length=60)
    text = forms.CharField(label=_("Description"), widget=forms.Textarea(attrs={"rows": 4}), max_length=300)
    scale = forms.IntegerField(
        label=_("Number of records"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    rhythm = forms.ChoiceField(
        label=_("How often it is renewed"),
        choices=[("d", _("daily")), ("m", _("monthly")), ("n", _("never"))],
        widget=forms.RadioSelect,
    )
    sources = forms.MultipleChoiceField(
        label=_("Sources"),
        choices=[("a", _("our own")), ("b", _("partners")), ("c", _("public"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("Kind of organisation"), choices=[("", _("Please choose")), ("e", _("Enterprise"))]
    )
    scan = forms.FileField(label=_("Stamped scan"))
    locked = forms.CharField(label=_("Given by the system"), initial="HB24-03-0127", disabled=True)
    agree = forms.BooleanField(
        label=_("All of this is true"),
        error_messages={"required": _("Tick the box to confirm that all of this is true")},
    )


def portal_samples(now: datetime) -> SampleGroup:
    """The component library."""
    filled = {
        "title": "长江中游航道与港口数据协同调度",
        "text": "汇聚航道、港口、船舶三类数据。",
        "rhythm": "d",
        "kind": "e",
    }
    wrong = {"title": "", "text": "数" * 301, "scale": "约 1200"}
    return SampleGroup(
        key="portal",
        title=_("Component library"),
        states=[(_("Tones"), [State(tone, tone, "circle") for tone in TONES])],
        samples=[
            Sample(_("Type"), "portal/style/type.html"),
            Sample(_("Buttons"), "portal/style/buttons.html"),
            Sample(
                _("Signs, dates, figures"),
                "portal/style/signs.html",
                {"digest": DIGEST, "agent": AGENT, "now": now, "closes_at": _midnight(now), "unseen": _("Blind")},
            ),
            Sample(
                _("Countdown"),
                "portal/style/countdown.html",
                {"far": _midnight(now), "near": now + timedelta(minutes=56, seconds=9), "gone": now},
            ),
            Sample(_("Notes"), "portal/style/notes.html", {"tones": NOTES}),
            Sample(_("Messages"), "portal/style/messages.html", {"rows": MESSAGES}),
            Sample(_("Crumbs and summary list"), "portal/style/lists.html", _lists()),
            Sample(_("Chips, table, pages"), "portal/style/table.html", _table()),
            Sample(_("Task list"), "portal/style/tasks.html", {"rows": _tasks(now)}),
            Sample(_("Log"), "portal/style/log.html", {"rows": _log(now)}),
            Sample(_("What comes next"), "portal/style/next.html"),
            Sample(
                pgettext_lazy("style page", "Inbox"),
                "portal/style/inbox.html",
                {"now": now, "rows": [(True, "形式审查未通过：HB24-03-0127"), (False, "提交回执：HB24-03-0127")]},
            ),
            Sample(
                _("Empty list"),
                "portal/style/empties.html",
                {"title": _("No row matches"), "text": _("Take a filter away."), "label": _("Show all")},
            ),
            Sample(_("Form"), "portal/style/form.html", {"form": SampleForm(initial=filled, prefix="sample")}),
            Sample(
                _("Form with errors"),
                "portal/style/form.html",
                {"form": SampleForm({f"wrong-{name}": value for name, value in wrong.items()}, prefix="wrong")},
            ),
        ],
    )


def _midnight(now: datetime) -> datetime:
    """A deadline in some days, at 24:00 in Beijing."""
    return (now + timedelta(days=4)).replace(hour=16, minute=0, second=0, microsecond=0)


def _lists() -> dict[str, object]:
    return {
        "crumbs": [("湖北分赛", HERE), ("交通运输", HERE), ("赛题1", None)],
        "summary": [
            ("牵头单位", "武汉示例航运数据有限公司\n91420100MA0000000X", HERE),
            ("联合单位", "", HERE),
            ("注册地", "湖北"),
        ],
    }


def _table() -> dict[str, object]:
    passed, failed = State("形式审查通过", "green", "check"), State("形式审查未通过", "red", "x")
    return {
        "label": _("Entries of the sample"),
        "chips": [
            Chip("全部", HERE, current=True, count=36),
            Chip("形式审查中", HERE, count=3),
            Chip("赛道三 交通运输", HERE),
        ],
        "columns": [("作品编号", "nowrap"), "项目名称", "状态", ("得分", "num")],
        "rows": [
            [("HB24-03-0127", HERE), "长江中游航道与港口数据协同调度", passed, "86.05"],
            [("HB24-03-0128", HERE), "铁水联运货物状态一单到底", failed, None],
        ],
        "page": Page(previous_url=HERE, next_url=HERE),
    }


def _tasks(now: datetime) -> list[dict[str, object]]:
    """Done, under way, to be corrected, not begun."""
    return [
        {
            "title": "参赛主体", "icon": "building-2", "hint": "武汉示例航运数据有限公司",
            "state": State("已完成", "green", "check"), "saved_by": "周敏", "saved_at": now - timedelta(days=3),
        },
        {
            "title": "申报书", "icon": "file-pen-line", "hint": "共 10 节，已完成 7 节，正在填写：数据基础",
            "state": State("填写中", "blue", "pencil-line"), "saved_by": "何佳", "saved_at": now,
        },
        {
            "title": "佐证材料", "icon": "paperclip", "hint": "必交 1 个，已上传 1 个", "why": "知识产权证明第 2 页缺少公章",
            "state": State("待补正", "amber", "undo-2"), "saved_by": "陈立", "saved_at": now - timedelta(days=1),
        },
        {"title": "承诺书", "icon": "signature", "state": State("未开始", "neutral", "circle")},
    ]  # fmt: skip


def _log(now: datetime) -> list[tuple[object, ...]]:
    return [
        (now, "第 1 版形式审查未通过"),
        (now - timedelta(days=1), "提交第 1 版，", HERE, "查看回执"),
        (now - timedelta(days=2), "周敏创建队伍"),
    ]
