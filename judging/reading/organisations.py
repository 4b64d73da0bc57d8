"""The organisations that stand in a judge's tracks, in the order of their pinyin, without a word on which entry is whose."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby

from django.db.models import Q

from competition.models import Stage
from judging.models import Assignment, Expert
from portal.accounts.models import Organisation
from portal.canonical import digest
from submissions.models import Entry, Team

OTHER = "#"
BETWEEN = "\0"  # sorts before every letter: a syllable before the longer one that begins with it
REMEMBERED = 60_000  # names; a nation has about as many, in some twelve megabytes


@dataclass(frozen=True)
class ListedOrganisation:
    """One line of the list; `letter` is the first of its pinyin."""

    public_id: str
    name: str
    letter: str


@dataclass(frozen=True)
class OrganisationList:
    """Lines in order."""

    rows: list[ListedOrganisation]

    @property
    def letters(self) -> list[tuple[str, list[ListedOrganisation]]]:
        return [(letter, list(rows)) for letter, rows in groupby(self.rows, key=lambda row: row.letter)]

    @cached_property
    def fingerprint(self) -> str:
        """What a form carries of the list that was shown."""
        return digest([row.public_id for row in self.rows])


def organisations_to_show(expert: Expert, stage: Stage) -> OrganisationList:
    """Leads and partners of all judged entries in the tracks in which the judge has a seat of the stage: three queries.

    Whole tracks, not the judge's own entries: so the list says nothing about who is behind which entry.
    """
    tracks = (
        Assignment.objects.active()
        .filter(expert=expert, stage=stage)
        .order_by()
        .values("entry__topic__track")
        .distinct()
    )
    teams = (
        Entry.objects.filter(contest=stage.contest_id, topic__track__in=tracks).passed_check().order_by().values("team")
    )
    partners = Team.partners.through.objects.filter(team__in=teams).values("organisation")
    leads = Team.objects.filter(pk__in=teams).values("lead_organisation")
    rows = Organisation.objects.filter(Q(pk__in=leads) | Q(pk__in=partners)).values_list("public_id", "name")
    named = sorted((pinyin_key(name), name, public_id) for public_id, name in rows.order_by())
    return OrganisationList([ListedOrganisation(public_id, name, letter_of(key)) for key, name, public_id in named])


@lru_cache(maxsize=REMEMBERED)
def pinyin_key(name: str) -> str:
    """Where a name stands in an alphabetical list: syllable by syllable, 长沙 under C and 重庆 under C.

    Remembered, because every judge of a track looks up the same names, and looking up takes most of the page's time.
    """
    from pypinyin import lazy_pinyin  # here, because its dictionary takes half a second and few processes need it

    return BETWEEN.join(lazy_pinyin(name)).lower()


def letter_of(key: str) -> str:
    first = key[:1].upper()
    return first if first.isascii() and first.isalpha() else OTHER
