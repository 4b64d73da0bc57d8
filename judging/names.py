"""Do two names mean one organisation? A pure core: how a name is written, shortened, and what belongs to what.

Names are compared by *keys*. Two names are alike when they share a key, and the kind of the key says why:

- `form`: the same name in another form. Full-width letters, brackets, blanks and points do not count, nor does the legal
  suffix (有限公司, 股份有限公司, Co., Ltd.), nor, before a company, the region it is registered in.
- `alias`: a name by which the organisation is known (its own field; never a list in the code), or the initials of such a
  name in Latin letters (Huazhong University of Science and Technology → HUST).
- `part`: one is a unit of the other: 华中科技大学同济医学院 begins with 华中科技大学.
- `short`: a short name of two to five characters whose characters stand in the long one in order, the first at its
  beginning (or behind its region) and the last at or behind the beginning of its last word: 华科, 华科大, 武大.

`alike()` compares two names; `NameIndex` finds the same among thousands without comparing each with each. A likeness is a
sign for people to look at: two universities can share a short name.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, Literal, TypeVar

How = Literal["form", "alias", "part", "short"]
#: the firmest first
HOWS: tuple[How, ...] = ("form", "alias", "part", "short")

REGIONS = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南",
    "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆", "台湾", "香港", "澳门",
)  # fmt: skip
#: what a company's name ends with, longest first
SUFFIXES = (
    "集团股份有限公司", "集团有限责任公司", "集团有限公司", "股份有限公司", "有限责任公司", "有限公司", "集团公司", "总公司", "分公司", "公司", "集团",
    "coltd", "limited", "incorporated", "inc", "ltd", "llc", "corporation", "corp", "company", "group", "gmbh",
)  # fmt: skip
#: words that end the name of a whole to which a unit may belong, and with which the last word of a name begins
UNITS = ("大学", "学院", "研究院", "研究所", "研究中心", "科学院", "医院", "银行", "集团", "公司")
LITTLE_WORDS = frozenset({"of", "and", "the", "for", "in", "at", "&"})
SHORT = range(2, 6)
LEAST_CORE = 2
LEAST_WHOLE = 4

_REGION = re.compile(rf"^({'|'.join(REGIONS)})(壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市)?")
_WORD = re.compile(r"[a-z0-9&]+")
_CJK = re.compile(r"^[㐀-鿿]+$")
_ALIAS_BREAK = re.compile(r"[、,，;；/|\n]+")


@dataclass(frozen=True)
class Name:
    """An organisation's name with the other names by which it is known."""

    text: str
    aliases: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (self.text, *self.aliases)


def split_aliases(text: str) -> tuple[str, ...]:
    """What an organiser typed into one field: names separated by 、 , ; or line ends."""
    return tuple(part for part in (part.strip() for part in _ALIAS_BREAK.split(text)) if part)


@lru_cache(maxsize=65536)
def normal(text: str) -> str:
    """The letters and figures of a name alone, half-width and in small letters."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in unicodedata.normalize("NFKC", wide) if char.isalnum())


@lru_cache(maxsize=65536)
def core(text: str) -> str:
    """The normal name without its legal suffixes and, before a company, without its region. Never empty for a name."""
    name = normal(text)
    bare = _without_suffix(name)
    if bare != name:  # a company: 湖北烽火通信 and 烽火通信 are registered apart, and are one house
        rest = _REGION.sub("", bare)
        if len(rest) > LEAST_CORE:
            bare = rest
    return bare


def _without_suffix(name: str) -> str:
    shortened = True
    while shortened:
        shortened = False
        for suffix in SUFFIXES:
            if name.endswith(suffix) and len(name) - len(suffix) >= LEAST_CORE:
                name, shortened = name[: -len(suffix)], True
                break
    return name


@lru_cache(maxsize=65536)
def initials(text: str) -> str:
    """HUST of “Huazhong University of Science and Technology”; nothing for fewer than three words."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = [word for word in _WORD.findall(plain) if word not in LITTLE_WORDS]
    return "".join(word[0] for word in words) if len(words) >= 3 and _WORD.match(plain) else ""


@lru_cache(maxsize=65536)
def wholes(text: str) -> tuple[str, ...]:
    """The cores of the wholes of which this may be a unit: every beginning that ends in such a word, itself not."""
    name = normal(text)
    found = []
    for end in range(LEAST_WHOLE, len(name)):
        if name[:end].endswith(UNITS) and not name[end:].startswith(("有限", "股份", "公司", "总公司")):
            whole = core(name[:end])
            if len(whole) >= LEAST_WHOLE and whole != core(text):
                found.append(whole)
    return tuple(dict.fromkeys(found))


def is_short(text: str) -> bool:
    """A name of two to five Chinese characters that is no full name of its own kind."""
    name = normal(text)
    return len(name) in SHORT and bool(_CJK.match(name)) and not name.endswith(UNITS)


def shortens(short: str, long: str) -> bool:
    """Could the one be short for the other? 华科 and 华科大 for 华中科技大学, 武大 for 武汉大学."""
    few, name = normal(short), normal(long)
    if not is_short(short) or len(name) < len(few) + 2:
        return False
    last = _last_word(name)
    if last is None:
        return False
    return any(_stands_in(few, name[start:], last - start) for start in _beginnings(name))


def _beginnings(name: str) -> Iterator[int]:
    yield 0
    region = _REGION.match(name)
    if region:
        yield region.end()


def _last_word(name: str) -> int | None:
    """Where the word begins that says what kind of house it is."""
    places = [name.rfind(unit) for unit in UNITS if name.endswith(unit)]
    return min(places) if places else None


def _stands_in(few: str, name: str, last: int) -> bool:
    """The characters in order, the first at the beginning; the middle word may be named by its first character alone, so
    that the last one stands either in the last word or in what comes right before it."""
    if not name or few[0] != name[0]:
        return False
    place = 0
    for char in few[1:]:
        place = name.find(char, place + 1)
        if place < 0:
            return False
    return place == last or 2 <= place < last


def keys(name: Name) -> dict[str, How]:
    """What an organisation is found under, with the reason; the firmest reason where there are several."""
    found: dict[str, How] = {core(name.text): "form"}
    for alias in name.aliases:
        found.setdefault(core(alias), "alias")
    for text in name.all:
        if letters := initials(text):
            found.setdefault(letters, "alias")
    found.pop("", None)
    return found


def alike(one: Name, other: Name) -> How | None:
    """Why the two may be one organisation or belong together; None when nothing speaks for it. Symmetric."""
    mine, theirs = keys(one), keys(other)
    shared = [_weaker(mine[key], theirs[key]) for key in mine.keys() & theirs.keys()]
    if shared:
        return min(shared, key=HOWS.index)
    if _is_part(one, theirs) or _is_part(other, mine):
        return "part"
    if any(shortens(a, b) or shortens(b, a) for a in one.all for b in other.all):
        return "short"
    return None


def _weaker(one: How, other: How) -> How:
    return max(one, other, key=HOWS.index)


def _is_part(unit: Name, of: dict[str, How]) -> bool:
    return any(whole in of for text in unit.all for whole in wholes(text))


Tag = TypeVar("Tag")


class NameIndex(Generic[Tag]):
    """Names with a tag each; `find()` gives the tags of all that are alike, as `alike()` would one by one."""

    def __init__(self, names: Iterable[tuple[Name, Tag]] = ()) -> None:
        self._names: list[tuple[Name, Tag]] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._by_whole: dict[str, list[int]] = defaultdict(list)
        self._short_at: dict[str, list[int]] = defaultdict(list)
        self._long_at: dict[str, list[int]] = defaultdict(list)
        for name, tag in names:
            self.add(name, tag)

    def add(self, name: Name, tag: Tag) -> None:
        place = len(self._names)
        self._names.append((name, tag))
        for key in keys(name):
            self._by_key[key].append(place)
        for text in name.all:
            for whole in wholes(text):
                self._by_whole[whole].append(place)
            for first in _firsts(text):
                (self._short_at if is_short(text) else self._long_at)[first].append(place)

    def find(self, name: Name) -> Iterator[tuple[Tag, How]]:
        """(tag, why) of every name that is alike, in the order in which they were added."""
        places: set[int] = set()
        for key in keys(name):
            places.update(self._by_key.get(key, ()))
            places.update(self._by_whole.get(key, ()))
        for text in name.all:
            for whole in wholes(text):
                places.update(self._by_key.get(whole, ()))
            for first in _firsts(text):
                places.update((self._long_at if is_short(text) else self._short_at).get(first, ()))
        for place in sorted(places):
            other, tag = self._names[place]
            if (how := alike(name, other)) is not None:
                yield tag, how


def _firsts(text: str) -> set[str]:
    name = normal(text)
    return {name[start] for start in _beginnings(name) if start < len(name)}
