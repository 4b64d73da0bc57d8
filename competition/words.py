"""How tracks, topics and contests are named in a sentence.

Chinese notices count tracks in numerals (赛道三) and topics in digits (赛题1); English counts both in digits. The *place*
of a contest is the one word that tells it from those above and below it: 全国, 湖北, or its short name.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext

from competition.models import Contest
from portal.accounts.regions import Region
from portal.web.dates import is_chinese

DIGITS = "零一二三四五六七八九"
MOST = 99
# 2024年 | “数据要素×”大赛 | 湖北分赛
NAME = re.compile(r"^(?P<year>\d{4}\s*年)?\s*(?P<contest>.*?大赛)?(?P<rest>.*)$")


def numeral(number: int) -> str:
    """8 → 八 and 12 → 十二 on Chinese pages, digits elsewhere and above 99."""
    if not is_chinese() or not 0 < number <= MOST:
        return str(number)
    tens, units = divmod(number, 10)
    ten = ("" if tens < 2 else DIGITS[tens]) + "十" if tens else ""
    return ten + (DIGITS[units] if units or not tens else "")


def track_label(number: int) -> str:
    """赛道三 · Track 3."""
    return gettext("Track %(number)s") % {"number": numeral(number)}


def topic_label(number: int) -> str:
    """赛题1 · Topic 1."""
    return gettext("Topic %(number)s") % {"number": number}


def place(level: str, region: str, short_name: str) -> str:
    """全国 · 湖北 · the short name of a sector's or a city's contest."""
    if level == Contest.Level.NATIONAL:
        return gettext("National")
    if level == Contest.Level.PROVINCIAL and region:
        return str(Region(region).label)
    return short_name


def place_of(contest: Contest) -> str:
    return place(contest.level, contest.region, contest.short_name)


def enumeration(words: list[str]) -> str:
    """甲、乙、丙 · a, b, c."""
    return ("、" if is_chinese() else ", ").join(words)


def series(words: list[str]) -> str:
    """甲、乙、丙 · a, b and c."""
    if is_chinese() or len(words) < 2:
        return enumeration(words)
    return gettext("%(first)s and %(last)s") % {"first": enumeration(words[:-1]), "last": words[-1]}


@dataclass(frozen=True)
class Title:
    """A contest's full name, cut where a poster would break it."""

    year: str
    lines: tuple[str, ...]


def title_of(name: str) -> Title:
    """2024年“数据要素×”大赛湖北分赛 → 2024年 / “数据要素×”大赛 / 湖北分赛; any other name stays in one line."""
    match = NAME.match(name.strip())
    if match is None:
        return Title("", (name,))
    lines = tuple(part for part in (match["contest"], match["rest"].strip()) if part)
    return Title(match["year"] or "", lines or (name,))
