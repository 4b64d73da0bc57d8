"""Who conflicts with what and why: the one place that the assignment, the list of conflicts and the invariants ask.

What the facts say now (`interests.find`) is laid beside what is on record (`Recusal`). A pair is blocked by everything that
was declared or pinned, and by everything found that nobody dismissed. A dismissed finding that is found again stays
dismissed while its evidence is what was weighed. Facts are read in a fixed number of queries.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import F, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from competition.models import Contest
from judging import interests
from judging.interests import Evidence, Finding, Pair
from judging.models import Expert, FormerPost, Pledge, Recusal
from judging.names import Name, split_aliases
from portal.accounts.models import Organisation
from portal.canonical import digest
from submissions.models import Entry, Membership, Team

FINGERPRINT = 16
#: Up to so many entries are read by their keys, more by their contest.
FEW = 20
#: What a row of the experts' union is.
POSTED, PLEDGED, GROUPED = range(3)


OrganisationColumns = tuple[int, str, str, str]


class TeamRow(NamedTuple):
    """An entry with the columns of the organisation that leads its team, and that one's region."""

    pk: int
    code: str
    team: int
    region: str
    lead: OrganisationColumns


@dataclass(frozen=True)
class OnRecord:
    """A recusal as far as blocking goes."""

    pk: int
    state: str
    weighed: frozenset[str]
    evidence: frozenset[str]


@dataclass(frozen=True)
class Conflicts:
    """What is found now and what is on record, by (entry public id, expert code) and kind."""

    findings: tuple[Finding, ...]
    records: Mapping[tuple[str, str, str], OnRecord]

    @cached_property
    def reasons(self) -> dict[Pair, list[str]]:
        """Blocked pairs with the kinds that block them."""
        blocked: dict[Pair, set[str]] = defaultdict(set)
        for (entry, expert, kind), record in self.records.items():
            if record.state != Recusal.State.DISMISSED:
                blocked[entry, expert].add(kind)
        for finding in self.findings:
            known = self.records.get((finding.entry, finding.expert, finding.kind))
            if known is None or known.state != Recusal.State.DISMISSED or unweighed(finding, known):
                blocked[finding.entry, finding.expert].add(finding.kind)
        return {pair: sorted(kinds) for pair, kinds in blocked.items()}

    @property
    def pairs(self) -> set[Pair]:
        return set(self.reasons)


def read_conflicts(contest: Contest, *, by_region: bool | None = None) -> Conflicts:
    """Everything about the entries that passed the formal check and the experts who have not declined."""
    experts = with_facts(Expert.objects.filter(contest=contest).exclude(status=Expert.Status.DECLINED))
    entries = read_teams(Entry.objects.filter(contest=contest).passed_check().order_by("number"))
    return conflicts_between(contest, list(experts), entries, by_region=by_region)


def conflicts_between(
    contest: Contest, experts: Sequence[Expert], entries: Sequence[TeamRow], *, by_region: bool | None = None
) -> Conflicts:
    """Conflicts of these experts (read `with_facts`) with these entries alone: three queries, however many there are."""
    behind = Behind(contest, experts, entries)
    rules = interests.Rules(
        contest.edition, contest.recusal_years, contest.recusal_region if by_region is None else by_region
    )
    found = interests.find(behind.experts(), behind.entries(), rules)
    return Conflicts(tuple(found), read_records(contest, entries))


def unweighed(finding: Finding, known: OnRecord) -> bool:
    """Is there evidence that nobody has weighed?"""
    return bool({fingerprint(one) for one in finding.evidence} - known.weighed)


def fingerprint(evidence: Evidence) -> str:
    """One piece of evidence, so that it is known again."""
    return digest([evidence.theirs, evidence.ours, evidence.how])[:FINGERPRINT]


def read_records(contest: Contest, entries: Sequence[TeamRow]) -> dict[tuple[str, str, str], OnRecord]:
    """What is on record of these entries; of all entries of the contest unless they are few."""
    recusals = Recusal.objects.filter(contest=contest)
    if len(entries) <= FEW:
        recusals = recusals.filter(entry__in=[row.pk for row in entries])
    rows = recusals.values_list("entry__public_id", "expert__code", "kind", "pk", "state", "weighed", "evidence")
    return {
        (entry, expert, kind): OnRecord(
            pk, state, frozenset(weighed), frozenset(fingerprint(Evidence(*one)) for one in evidence)
        )
        for entry, expert, kind, pk, state, weighed, evidence in rows
    }


def with_facts(experts: QuerySet[Expert]) -> QuerySet[Expert]:
    """Experts by code with their account and organisation, as `conflicts_between` wants them."""
    return experts.select_related("organisation", "user").order_by("code")


def read_teams(entries: QuerySet[Entry]) -> list[TeamRow]:
    """Entries with the organisations that lead their teams: one query."""
    columns = (
        "pk",
        "public_id",
        "team_id",
        "team__lead_organisation__region",
        *organisation_columns("team__lead_organisation"),
    )
    rows = entries.values_list(*columns)
    return [TeamRow(pk, code, team, region, tuple(lead)) for pk, code, team, region, *lead in rows]


def team_of(entry: Entry) -> TeamRow:
    """The same of one entry that was read with its team: no query."""
    lead = entry.team.lead_organisation
    own = (lead.pk, lead.public_id, lead.name, lead.aliases)
    return TeamRow(entry.pk, entry.public_id, entry.team_id, lead.region, own)


class Behind:
    """Who stands behind experts and entries: former posts, declared interests and groups, members and partners. Two queries."""

    def __init__(self, contest: Contest, experts: Sequence[Expert], entries: Sequence[TeamRow]) -> None:
        self._experts, self._entries = experts, entries
        self._posts: dict[int, list[tuple[str, int, OrganisationColumns]]] = defaultdict(list)
        self._declared: dict[int, set[str]] = defaultdict(set)
        self._parents: dict[int, int] = {}
        self._partners: dict[int, list[OrganisationColumns]] = defaultdict(list)
        self._members: dict[int, list[interests.Member]] = defaultdict(list)
        self._read_experts(contest)
        self._read_teams(contest)
        own = ((one.pk, one.public_id, one.name, one.aliases) for one in {e.organisation for e in experts})
        former = (post[2] for posts in self._posts.values() for post in posts)
        partners = (one for joined in self._partners.values() for one in joined)
        self._known = _known([*own, *former, *(entry.lead for entry in entries), *partners], self._parents)

    def _read_experts(self, contest: Contest) -> None:
        """Former posts, pledges and the groups of organisations in one query: a union, whose rows say what they are."""
        text, number = TextField(), IntegerField()
        nothing = {column: Value("", text) for column in ("u_key", "u_name", "u_aliases")}
        groups = Organisation.objects.filter(parent__isnull=False).annotate(
            u_part=Value(GROUPED),
            u_of=F("pk"),
            u_text=Value("", text),
            u_until=Value(0, number),
            u_organisation=F("parent_id"),
            **nothing,
        )
        pledges = Pledge.objects.filter(expert__contest=contest).annotate(
            u_part=Value(PLEDGED),
            u_of=F("expert_id"),
            u_text=Cast("ticked", text),
            u_until=Value(0, number),
            u_organisation=Value(0),
            **nothing,
        )
        posts = FormerPost.objects.filter(expert__contest=contest).annotate(
            u_part=Value(POSTED),
            u_of=F("expert_id"),
            u_text=Cast("name", text),
            u_until=Cast("until_year", number),
            u_organisation=F("organisation_id"),
            u_key=Cast("organisation__public_id", text),
            u_name=Cast("organisation__name", text),
            u_aliases=Cast("organisation__aliases", text),
        )
        shape = ("u_part", "u_of", "u_text", "u_until", "u_organisation", *nothing)
        posted, *others = (rows.order_by().values_list(*shape) for rows in (posts, pledges, groups))
        for part, of, words, until, *organisation in posted.union(*others, all=True):
            if part == GROUPED:
                self._parents[of] = organisation[0]
            elif part == PLEDGED:
                self._declared[of].update(json.loads(words))
            else:
                self._posts[of].append((words, until, tuple(organisation)))

    def _read_teams(self, contest: Contest) -> None:
        """Members and partners in one query: a union, whose rows say whether they are organisations."""
        text = TextField()
        teams = [row.team for row in self._entries]
        these: dict[str, Any] = {"team__in": teams} if len(teams) <= FEW else {"team__contest": contest}
        members = Membership.objects.filter(**these).annotate(
            u_partner=Value(0),
            u_pk=F("user_id"),
            u_a=Cast("user__name", text),
            u_b=Cast("user__email", text),
            u_c=Cast("user__phone", text),
            u_d=Cast("phone", text),
            u_e=Cast("employer", text),
        )
        partners = Team.partners.through.objects.filter(**these).annotate(
            u_partner=Value(1),
            u_pk=F("organisation_id"),
            u_a=Cast("organisation__public_id", text),
            u_b=Cast("organisation__name", text),
            u_c=Cast("organisation__aliases", text),
            u_d=Value("", text),
            u_e=Value("", text),
        )
        shape = ("u_partner", "team_id", "u_pk", "u_a", "u_b", "u_c", "u_d", "u_e")
        joined, belonging = (rows.order_by().values_list(*shape) for rows in (members, partners))
        for partner, team, pk, first, second, third, phone, employer in joined.union(belonging, all=True):
            if partner:
                self._partners[team].append((pk, first, second, third))
            else:
                phones = tuple(dict.fromkeys(filter(None, (third, phone))))
                self._members[team].append(interests.Member(pk, first, employer, second, phones))

    def experts(self) -> list[interests.Expert]:
        return [
            interests.Expert(
                code=one.code,
                name=one.name,
                organisation=self._known[one.organisation_id],
                region=one.region,
                account=one.user_id or 0,
                emails=tuple(dict.fromkeys(filter(None, (one.email, one.user.email if one.user else None)))),
                phones=tuple(dict.fromkeys(filter(None, (one.phone, one.user.phone if one.user else None)))),
                former=tuple(self._former(*post) for post in self._posts[one.pk]),
                declared=frozenset(self._declared[one.pk]),
            )
            for one in self._experts
        ]

    def _former(self, name: str, until: int, organisation: OrganisationColumns) -> interests.Former:
        registered = self._known.get(organisation[0])
        return interests.Former(Name(name, registered.name.all if registered else ()), until, registered)

    def entries(self) -> list[interests.Entry]:
        return [
            interests.Entry(
                row.code,
                tuple(self._known[own[0]] for own in (row.lead, *self._partners[row.team])),
                row.region,
                tuple(self._members[row.team]),
            )
            for row in self._entries
        ]


def organisation_columns(path: str) -> tuple[str, ...]:
    """The columns of an organisation at the end of a path, as `TeamRow.lead` wants them."""
    return tuple(f"{path}__{column}" for column in ("pk", "public_id", "name", "aliases"))


def _known(rows: Iterable[OrganisationColumns], parents: Mapping[int, int]) -> dict[int, interests.Organisation]:
    """Organisations by their keys, with their groups."""
    found = {row[0]: row for row in rows if row[0]}
    roots = _roots(found, parents)
    return {
        pk: interests.Organisation(key, str(roots[pk]), Name(name, split_aliases(aliases)))
        for pk, key, name, aliases in found.values()
    }


def group_roots(organisations: Iterable[int]) -> dict[int, int]:
    """The topmost parent of each organisation: two organisations with the same one belong together. One query."""
    parents = dict(Organisation.objects.filter(parent__isnull=False).values_list("pk", "parent_id"))
    return _roots(organisations, parents)


def _roots(organisations: Iterable[int], parents: Mapping[int, int]) -> dict[int, int]:
    roots = {}
    for organisation in set(organisations):
        seen, top = {organisation}, organisation
        while (parent := parents.get(top)) is not None and parent not in seen:
            seen.add(parent)
            top = parent
        # In a ring of parents, which only a slip can make, the smallest stands for all.
        roots[organisation] = min(seen) if parents.get(top) is not None else top
    return roots
