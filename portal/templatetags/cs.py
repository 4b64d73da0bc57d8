"""The component library: `{% load cs %}` gives every page the same icons, badges, dates, lists and rows.

Small things (icon, badge, a date) are made here; everything with structure is an inclusion tag over
`templates/portal/components/`. Components take plain values prepared by the view, never run a query, and say each
thing in words: an icon or a colour is never alone.

    {% icon "paperclip" %}  {% icon "eye-off" label %}  {% times %}  {% badge state %}
    {{ at|beijing }}  {{ at|beijing:"short" }}  {{ on|beijing_date }}  {{ closes_at|deadline }}  {% when at "seconds" %}
    {% countdown closes_at %}  {% deadline_block closes_at %}  {% stage_period opens_at closes_at %}
    {% summary_list rows %}  {% data_table columns rows %}  {% log rows %}  {% chips items %}  {% pager page %}
    {% task icon="users" title=… url=… state=… %}  {% note "amber" title icon %}…{% endnote %}
    {% empty title text url label %}  {% crumbs crumbs %}  {% filesize n %}  {% hash_groups sha256 %}  {% gap %}  {{ user_agent|browser }}
    {{ sentence|foreign }}  {{ number|whole }}  {% filter together %}…{% endfilter %}
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from django import template
from django.forms.utils import flatatt
from django.template.context import Context
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from lucide.templatetags.lucide import lucide

from portal.refusals import Text
from portal.states import State
from portal.web import agents, dates, sentences, sizes
from portal.web.languages import mark_chinese
from portal.web.picks import Pick

register = template.Library()

COMPONENTS = "portal/components"
HASH_GROUP = 8
MOST_WHOLE = 20
#: What a line of Chinese would break in its middle: a date with its time, and a figure with the word that counts.
COUNTED = re.compile(
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}日(?: \d\d:\d\d(?::\d\d)?)?|\d[\d,.]* ?[个件份节条项人位名字天版次席场组]|\d[\d,.]* ?(?:MB|小时|分钟)"
    r"|[A-Z][A-Z0-9]*(?:-\d{2,})+"
)
TAG = re.compile(r"(<[^>]*>)")
TIMES = '<svg class="cs-x" viewBox="0 0 24 24"{}><path d="M3 3 21 21M21 3 3 21"/></svg>'
NOTE_ICONS = {
    "amber": "triangle-alert",
    "blue": "info",
    "green": "circle-check",
    "red": "circle-alert",
    "neutral": "info",
}


PICK = (
    '<input class="form-check-input cs-pick" type="checkbox" name="{}" value="{}" aria-label="{}"><a href="{}">{}</a>'
)


# ── Small signs ────────────────────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=512)
def _svg(name: str, label: str) -> str:
    """A lucide icon as inline SVG without what the style sheet sets; silent (aria-hidden) unless it has a label."""
    strokes = ElementTree.fromstring(lucide(name, size=None))  # noqa: S314 - the package's own files
    inner = format_html_join("", "<{}{}/>", ((stroke.tag, flatatt(stroke.attrib)) for stroke in strokes))
    spoken = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    return format_html('<svg class="cs-icon" viewBox="0 0 24 24"{}>{}</svg>', flatatt(spoken), inner)


@register.simple_tag
def icon(name: str, label: Text = "") -> str:
    return _svg(str(name), str(label))


@register.simple_tag
def times(label: str = "") -> str:
    """The motif: a thin × of two strokes. With a label it is read aloud, as in the contest's name."""
    spoken = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    return format_html(TIMES, flatatt(spoken))


@register.simple_tag
def badge(state: State) -> str:
    """A state's word with its icon on its ground."""
    return format_html('<span class="cs-badge cs-is-{}">{}{}</span>', state.tone, _svg(state.icon, ""), state.label)


# ── Dates: always Beijing time ─────────────────────────────────────────────────────────────────────────────────────
@register.filter
def beijing(value: datetime | None, how: str = "") -> str:
    """2024年7月16日 16:20; "short" drops the year, "seconds" adds them, "time" is 14:03:22 alone."""
    if not value:
        return ""
    if how == "time":
        return dates.clock(value)
    return dates.moment(value, year=how != "short", seconds=how == "seconds")


@register.filter
def beijing_date(value: date | datetime | None, how: str = "") -> str:
    """2024年7月16日; "short" drops the year; "iso" is 2024-07-16, for lists."""
    if not value:
        return ""
    if how == "iso":
        return (dates.local(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")
    return dates.day(value, year=how != "short")


@register.filter
def deadline(value: datetime | None, how: str = "") -> str:
    """An exclusive bound: 2024年7月20日 24:00（北京时间）; "bare" drops the zone, "short" the year as well."""
    if not value:
        return ""
    return dates.until(value, year=how == "bare") if how else dates.deadline(value)


@register.simple_tag
def when(value: datetime | None, how: str = "") -> str:
    """An instant as a `<time>` element; `how` as in the filter `beijing`."""
    if not value:
        return ""
    iso = dates.local(value).isoformat()
    return format_html('<time class="cs-num" datetime="{}">{}</time>', iso, beijing(value, how))


@register.simple_tag
def stage_period(opens_at: datetime | None, closes_at: datetime | None, how: str = "") -> str:
    """6月1日 – 7月20日; with "year" the year as well; "short" for narrow columns: 1 Jun – 20 Jul, broken at the dash alone."""
    return dates.period(opens_at, closes_at, year="year" in how, short="short" in how)


@register.inclusion_tag(f"{COMPONENTS}/countdown.html", takes_context=True)
def countdown(context: Context, instant: datetime, over: Text = "") -> dict[str, Any]:
    """Days, hours, minutes left, true when the page was made; countdown.js keeps it true by the server's clock."""
    now = context["request"].now
    return {
        "left": dates.remaining(instant, now=now),
        "until": int(instant.timestamp() * 1000),
        "now": int(now.timestamp() * 1000),
        "over_label": over or gettext("Closed"),
    }


@register.inclusion_tag(f"{COMPONENTS}/deadline.html", takes_context=True)
def deadline_block(context: Context, closes_at: datetime, over: Text = "") -> dict[str, Any]:
    """The countdown with the date and zone under it, as at the head of the task hub."""
    iso = dates.local(closes_at).isoformat()
    return {
        "request": context["request"],
        "closes_at": closes_at,
        "iso": iso,
        "zone": dates.zone(),
        "over_label": over,
    }


# ── Lists ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@register.inclusion_tag(f"{COMPONENTS}/summary_list.html")
def summary_list(rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Read-only answers: rows of (label, value), (label, value, change URL) or (label, value, change URL, words of the link).

    Without value: “not filled in”; a State is drawn as a badge.
    """
    padded = ((*row, "", "")[:4] for row in rows)
    return {
        "rows": [
            (label, badge(value) if isinstance(value, State) else value, url, words or gettext("Change"))
            for label, value, url, words in padded
        ]
    }


@register.inclusion_tag(f"{COMPONENTS}/table.html")
def data_table(columns: Sequence[Any], rows: Iterable[Sequence[Any]], caption: Text = "") -> dict[str, Any]:
    """A list page's table; on a phone each row becomes a summary list.

    `columns`: labels, or (label, "num") for figures, (label, "nowrap") for what stays on one line. `rows`: one cell per
    column; a cell is text, a State (drawn as a badge), (text, URL) (drawn as a link) or a Pick (a link with a box to tick). The first column heads the row.
    """
    heads = [(column, "") if not isinstance(column, tuple) else column for column in columns]
    lines = [list(zip(heads, map(_cell, row), strict=True)) for row in rows]
    return {"heads": heads, "rows": lines, "caption": caption}


def _cell(value: Any) -> Any:
    if isinstance(value, State):
        return badge(value)
    if isinstance(value, Pick):
        return format_html(
            PICK, value.name, value.value, gettext("Choose %(what)s") % {"what": value.label}, value.url, value.label
        )
    if isinstance(value, tuple):
        return format_html('<a href="{}">{}</a>', value[1], mark_chinese(value[0]))
    return "" if value is None else mark_chinese(value)


@register.inclusion_tag(f"{COMPONENTS}/log.html")
def log(rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """What happened, newest first: rows of (instant, text) or (instant, text, URL, link label)."""
    return {"rows": [(*row, "", "")[:4] for row in rows]}


@register.inclusion_tag(f"{COMPONENTS}/chips.html")
def chips(items: Iterable[Any], label: Text = "") -> dict[str, Any]:
    """Filters held in the address: `portal.web.chips.Chip` rows above a table."""
    return {"items": items, "label": label or gettext("Filter"), "is_named": bool(label)}


@register.inclusion_tag(f"{COMPONENTS}/pager.html")
def pager(page: Any) -> dict[str, Any]:
    """Previous and next of a keyset page; nothing when there is only one."""
    return {"page": page}


@register.inclusion_tag(f"{COMPONENTS}/task.html")
def task(
    *,
    title: Text,
    url: str,
    state: State,
    icon: str = "file-text",
    hint: Text = "",
    why: Text = "",
    saved_by: Text = "",
    saved_at: datetime | None = None,
    is_next: bool = False,
) -> dict[str, Any]:
    """One row of the task hub (inside `<ul class="cs-tasks cs-plain">`): what, how far, who saved last and when.

    `why` is the sentence that must be acted on, as after a return for correction; `is_next` marks the row to go on with.
    """
    return {
        "title": title,
        "url": url,
        "state": state,
        "icon_name": icon,
        "hint": hint,
        "why": why,
        "saved_by": saved_by,
        "saved_at": saved_at,
        "is_next": is_next,
    }


@register.inclusion_tag(f"{COMPONENTS}/empty.html")
def empty(title: Text, text: Text = "", url: str = "", label: Text = "") -> dict[str, Any]:
    """An empty list that says what to do."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag(f"{COMPONENTS}/crumbs.html")
def crumbs(items: Iterable[tuple[Text, str | None]]) -> dict[str, Any]:
    """Where the page stands: (label, URL); the last one may have no URL."""
    return {"items": items}


@register.filter
def foreign(text: Any) -> str:
    """What people wrote, within a sentence or label of the page: its Chinese says `lang` on pages in another language."""
    return mark_chinese(text)


@register.filter
def whole(text: Any) -> str:
    """The name of a person or the number of an entry: as `foreign`, on one line where it is short enough for any screen."""
    words = mark_chinese(text)
    return format_html('<span class="cs-nowrap">{}</span>', words) if len(str(text)) <= MOST_WHOLE else words


@register.filter
def together(text: Any) -> SafeString:
    """A sentence, or markup, in which no line ends within a date, within an entry's number, or between a figure and what it counts."""
    pieces = TAG.split(conditional_escape(text))
    pieces[::2] = [COUNTED.sub(_unbroken, piece) for piece in pieces[::2]]  # what stands in tags stays as it is
    return mark_safe("".join(pieces))  # noqa: S308 - escaped above, and only markup of our own was added


def _unbroken(found: re.Match[str]) -> str:
    return f'<span class="cs-nowrap">{found.group()}</span>'


# ── Words and figures ──────────────────────────────────────────────────────────────────────────────────────────────
@register.simple_block_tag
def note(content: SafeString, tone: str = "amber", title: Text = "", icon: str = "") -> str:
    """A message that stands out: `{% note "red" title %}…{% endnote %}`; amber, blue, green, red or neutral."""
    heading = format_html("<h2>{}{}</h2>", _svg(icon or NOTE_ICONS[tone], ""), mark_chinese(title)) if title else ""
    return format_html('<section class="cs-note cs-note-{}">{}{}</section>', tone, heading, content)


@register.filter
def browser(user_agent: str) -> str:
    """Chrome · Windows, from what the browser says of itself."""
    return agents.describe(user_agent)


@register.simple_tag
def gap() -> str:
    """Between two sentences that are translated apart."""
    return sentences.gap()


@register.simple_tag
def filesize(size: int | None) -> str:
    return sizes.size(size or 0)


@register.simple_tag
def hash_groups(digest: str) -> str:
    """A SHA-256 in groups of eight, so that it can be read aloud and compared."""
    groups = [(digest[i : i + HASH_GROUP],) for i in range(0, len(digest), HASH_GROUP)]
    return format_html('<code class="cs-hash">{}</code>', format_html_join(" ", "{}", groups))
