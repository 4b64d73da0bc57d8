"""Components of the contest's pages: `{% load contest %}`.

{{ name|with_times }}  {% squares marks %}  {% square "near" %}  {{ text|markdown }}  <h1{% data_lang %}>
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from competition.doors import registration_door
from competition.markup import render_markdown
from competition.models import Contest, Stage
from competition.words import enumeration, numeral
from portal.refusals import Closed
from portal.slots import WorkspaceLink, workspace_links
from portal.templatetags.cs import times, together
from portal.web.dates import is_chinese
from portal.web.languages import DATA_LANGUAGE

register = template.Library()

STEP = 16
#: What no line breaks: “数据要素×” and 大赛.
KEPT_WHOLE = re.compile("(“[^“”]*×[^“”]*”|大赛)")


@register.simple_tag
def data_lang() -> str:
    """` lang="zh-Hans"` around what organisers wrote, on pages in another language."""
    return "" if is_chinese() else format_html(' lang="{}"', DATA_LANGUAGE)


@register.filter
def markdown(text: str) -> SafeString:
    return together(render_markdown(text))


@register.filter
def with_times(text: str) -> str:
    """The text with each × drawn as the motif, in lines that break between words: “数据要素×” | 大赛 | 湖北分赛."""
    if "×" not in str(text):
        return str(text)
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<span class="cs-nowrap">{}</span>', _drawn(piece)) if place % 2 else _drawn(piece),)
            for place, piece in enumerate(KEPT_WHOLE.split(str(text)))
        ),
    )


def _drawn(text: str) -> SafeString:
    first, *rest = text.split("×")
    return format_html("{}{}", first, format_html_join("", "{}{}", ((times("×"), part) for part in rest)))


@register.filter
def in_words(number: int) -> str:
    """8 → 八 on Chinese pages."""
    return numeral(number)


def _square(mark: str, x: float) -> str:
    rect = format_html('<rect class="cs-sq-{}" x="{}" y=".75" width="10.5" height="10.5" rx="1.5"/>', mark, x)
    if mark != "near":
        return rect
    return format_html('{}<path class="cs-sq-half" d="M{} 11.25 L{} .75 V11.25 Z"/>', rect, x, x + 10.5)


@register.simple_tag
def square(mark: str) -> str:
    """One square, for the legend."""
    return format_html(
        '<svg class="cs-squares" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{}</svg>',
        _square(mark, 0.75),
    )


@register.simple_tag
def squares(marks: Sequence[str]) -> str:
    """One square per topic: full for identical, half for adapted, dashed for new; read aloud as counts."""
    if not marks:
        return ""
    words = {
        "same": gettext("%(number)d identical"),
        "near": gettext("%(number)d adapted"),
        "new": gettext("%(number)d new"),
    }
    counts = Counter(marks)
    spoken = enumeration([word % {"number": counts[mark]} for mark, word in words.items() if counts[mark]])
    width = STEP * len(marks) - 4
    drawn = format_html_join("", "{}", ((_square(mark, place * STEP + 0.75),) for place, mark in enumerate(marks)))
    return format_html(
        '<svg class="cs-squares" viewBox="0 0 {} 12" width="{}" height="12" role="img" aria-label="{}">{}</svg>',
        width,
        width,
        spoken,
        drawn,
    )


@register.filter
def brand_line(contest: Contest) -> str:
    """2024 湖北分赛 beside the brand; the year once only, where the short name already begins with it."""
    edition = str(contest.edition)
    return contest.short_name if contest.short_name.startswith(edition) else f"{edition} {contest.short_name}"


@register.filter
def is_closed(contest: Contest, now: datetime) -> bool:
    """Is it too late to register? Pages that have not read the stages do not ask, and call for entries."""
    if not hasattr(contest, "_stages"):
        return False
    refusal = registration_door(contest, now).refusal
    return isinstance(refusal, Closed) and refusal.closed_at is not None


@register.filter
def file_kind(name: str) -> str:
    """PDF, DOCX: what the name ends in, as readers know it."""
    return PurePosixPath(name).suffix.removeprefix(".").upper()


@register.simple_tag
def stage_name(stage: Stage) -> str:
    """The stage's name; the organisers' own wording keeps its language."""
    return format_html("<span{}>{}</span>", data_lang(), stage.name) if stage.name else stage.label


@register.filter
def stage_word(kind: str, name: str) -> str:
    """A stage in a notice: the organisers' name for it in their language, the word of its kind in another."""
    if kind not in Stage.Kind.values or (name and is_chinese()):
        return name
    return str(Stage.Kind(kind).label)


@register.simple_tag(takes_context=True)
def workspace_tabs(context: Context) -> list[WorkspaceLink]:
    """What the apps offer to this person in this contest, in the order of the apps."""
    user, contest = context["request"].user, context["contest"]
    return [link for links in workspace_links for link in links(user, contest)]
