"""Conflicts of interest between experts and entries. A pure core: facts in, findings out.

One `Finding` names the pair, the kind, and its evidence: what stands on the expert's side, what on the team's, and how the
two are alike. Everything is looked up by keys (a code, a group, a mail domain, a telephone number, the forms of a name), so
that the work grows with experts plus entries plus findings, never with their product.

What counts:
- the expert's organisation is the lead or a partner, or of one group with it (both lead up to one parent);
- the expert left such an organisation within the contest's number of years;
- the expert's account is in the team; a member has the expert's name, telephone or mail domain (public mail hosts and the
  names kept for examples say nothing);
- an organisation of the team, or a member's employer, has the expert's organisation's name in another form;
- where the contest says so: the lead organisation is of the expert's region;
- the expert declared an interest in one of the organisations.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from judging.names import Name, NameIndex, normal

Pair = tuple[str, str]
Kind = Literal["declared", "member", "organisation", "group", "former", "alike", "domain", "phone", "name", "region"]

_HOSTS = (
    "qq.com foxmail.com 163.com 126.com yeah.net 188.com vip.163.com vip.126.com sina.com sina.cn vip.sina.com sohu.com "
    "139.com 189.cn wo.cn 21cn.com tom.com aliyun.com gmail.com googlemail.com outlook.com hotmail.com live.com live.cn "
    "msn.com icloud.com me.com mac.com yahoo.com yahoo.com.cn yahoo.cn proton.me protonmail.com 263.net 2980.com "
    "88.com 111.com 56.com citiz.net eyou.com zoho.com gmx.com gmx.net mail.com yandex.com qq.cn"
)
_ENDINGS = "com edu gov org net ac mil bj sh tj cq he sx nm ln jl hl js zj ah fj jx sd ha hb hn gd gx hi sc gz yn xz sn gs qh nx xj tw hk mo co"
#: hosts where anybody has an address
PUBLIC_MAIL = frozenset(_HOSTS.split())
#: what stands before a country's ending and is still no organisation
SECOND_LEVEL = frozenset(_ENDINGS.split())
#: kept for examples and tests (RFC 2606, and CNNIC's example.cn)
EXAMPLES = frozenset({"example", "test", "invalid", "localhost"})
LEAST_DIGITS = 7
SHOWN_DIGITS = 4


@dataclass(frozen=True)
class Organisation:
    """`key` is its public id, `group` the public id of the topmost parent."""

    key: str
    group: str
    name: Name


@dataclass(frozen=True)
class Former:
    """Where an expert worked until a year; `organisation` where it is registered."""

    name: Name
    until: int
    organisation: Organisation | None = None


@dataclass(frozen=True)
class Expert:
    code: str
    name: str
    organisation: Organisation
    region: str
    account: int = 0
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    former: tuple[Former, ...] = ()
    declared: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Member:
    account: int
    name: str
    employer: str = ""
    email: str = ""
    phones: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """`region` is the lead organisation's."""

    code: str
    organisations: tuple[Organisation, ...]
    region: str
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Rules:
    """A former post counts when it ended in `year` − `years` or later."""

    year: int
    years: int = 3
    by_region: bool = False


@dataclass(frozen=True, order=True)
class Evidence:
    """The expert's side, the team's side, and how they are alike ("" where they are the same)."""

    theirs: str
    ours: str
    how: str = ""


@dataclass(frozen=True)
class Finding:
    entry: str
    expert: str
    kind: Kind
    evidence: tuple[Evidence, ...]


def find(
    experts: Sequence[Expert],
    entries: Sequence[Entry],
    rules: Rules,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Finding]:
    """Every finding, by entry, expert and kind; evidence in order, without repetition. `progress` hears the share that is done."""
    found: dict[tuple[str, str, Kind], set[Evidence]] = defaultdict(set)
    searches: tuple[Callable[[], Iterator[tuple[str, str, Kind, Evidence]]], ...] = (
        lambda: _by_organisation(experts, entries),
        lambda: _by_former_post(experts, entries, rules),
        lambda: _by_person(experts, entries),
        lambda: _by_region(experts, entries) if rules.by_region else iter(()),
    )
    for place, search in enumerate(searches):
        progress(place / (len(searches) + 1))
        for entry, expert, kind, evidence in search():
            found[entry, expert, kind].add(evidence)
    progress(len(searches) / (len(searches) + 1))
    related = {(entry, expert) for entry, expert, kind in found if kind in ("organisation", "group")}
    for entry, expert, kind, evidence in _by_name(experts, entries):
        if (entry, expert) not in related:  # the same house needs no second reason
            found[entry, expert, kind].add(evidence)
    return [
        Finding(entry, expert, kind, tuple(sorted(evidence)))
        for (entry, expert, kind), evidence in sorted(found.items())
    ]


def mail_domain(email: str) -> str:
    """The domain that an organisation owns: hust.edu.cn of mail.hust.edu.cn; nothing for a public host or an example."""
    host = email.rpartition("@")[2].strip().rstrip(".").lower()
    labels = host.split(".")
    if len(labels) < 2 or host in PUBLIC_MAIL or EXAMPLES & set(labels):
        return ""
    size = 3 if len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL and len(labels) > 2 else 2
    domain = ".".join(labels[-size:])
    return "" if domain in PUBLIC_MAIL or domain in SECOND_LEVEL else domain


def digits(phone: str) -> str:
    """A telephone number by its figures, without the country's; nothing where there are too few to tell anybody apart."""
    figures = "".join(char for char in normal(phone) if char in "0123456789")
    if len(figures) > 11 and figures.startswith("86"):
        figures = figures[2:]
    elif len(figures) > 12 and figures.startswith("0086"):
        figures = figures[4:]
    return figures if len(figures) >= LEAST_DIGITS else ""


def _by_organisation(experts: Iterable[Expert], entries: Iterable[Entry]) -> Iterator[tuple[str, str, Kind, Evidence]]:
    by_group: dict[str, list[Expert]] = defaultdict(list)
    by_interest: dict[str, list[Expert]] = defaultdict(list)
    for expert in experts:
        by_group[expert.organisation.group].append(expert)
        for key in expert.declared:
            by_interest[key].append(expert)
    for entry in entries:
        for own in entry.organisations:
            for expert in by_group.get(own.group, ()):
                kind: Kind = "organisation" if expert.organisation.key == own.key else "group"
                yield entry.code, expert.code, kind, Evidence(expert.organisation.name.text, own.name.text)
            for expert in by_interest.get(own.key, ()):
                yield entry.code, expert.code, "declared", Evidence("", own.name.text)


def _by_former_post(
    experts: Iterable[Expert], entries: Sequence[Entry], rules: Rules
) -> Iterator[tuple[str, str, Kind, Evidence]]:
    posts = [(expert, post) for expert in experts for post in expert.former if post.until >= rules.year - rules.years]
    if not posts:
        return
    by_group: dict[str, list[tuple[Expert, Former]]] = defaultdict(list)
    for expert, post in posts:
        if post.organisation is not None:
            by_group[post.organisation.group].append((expert, post))
    names = _names_of(entries)
    index = NameIndex((name, places) for name, places in names.items())
    for entry in entries:
        for own in entry.organisations:
            for expert, post in by_group.get(own.group, ()):
                yield entry.code, expert.code, "former", Evidence(f"{post.name.text}（{post.until}）", own.name.text)
    for expert, post in posts:
        known = post.organisation.group if post.organisation else ""
        for places, how in index.find(post.name):
            for entry_code, group, shown in places:
                if not known or group != known:
                    evidence = Evidence(f"{post.name.text}（{post.until}）", shown, how)
                    yield entry_code, expert.code, "former", evidence


def _by_name(experts: Sequence[Expert], entries: Sequence[Entry]) -> Iterator[tuple[str, str, Kind, Evidence]]:
    by_name: dict[Name, list[Expert]] = defaultdict(list)
    for expert in experts:
        by_name[expert.organisation.name].append(expert)
    index = NameIndex((name, found) for name, found in by_name.items())
    for name, places in _names_of(entries).items():
        for found, how in index.find(name):
            for expert in found:
                for entry, _group, shown in places:
                    evidence = Evidence(expert.organisation.name.text, shown, how)
                    yield entry, expert.code, "alike", evidence


def _names_of(entries: Iterable[Entry]) -> dict[Name, list[tuple[str, str, str]]]:
    """Each name on the teams' side with where it stands: (entry, group of the organisation, as it is shown)."""
    names: dict[Name, list[tuple[str, str, str]]] = defaultdict(list)
    for entry in entries:
        for own in entry.organisations:
            names[own.name].append((entry.code, own.group, own.name.text))
        for member in entry.members:
            if normal(member.employer):
                names[Name(member.employer)].append((entry.code, "", f"{member.employer}（{member.name}）"))
    return names


def _by_person(experts: Sequence[Expert], entries: Iterable[Entry]) -> Iterator[tuple[str, str, Kind, Evidence]]:
    by_account = {expert.account: expert for expert in experts if expert.account}
    by_name: dict[str, list[Expert]] = defaultdict(list)
    by_phone: dict[str, dict[str, Expert]] = defaultdict(dict)
    by_domain: dict[str, dict[str, Expert]] = defaultdict(dict)
    for expert in experts:
        if name := normal(expert.name):
            by_name[name].append(expert)
        for phone in filter(None, map(digits, expert.phones)):
            by_phone[phone][expert.code] = expert
        for domain in filter(None, map(mail_domain, expert.emails)):
            by_domain[domain][expert.code] = expert
    for entry in entries:
        for member in entry.members:
            own = by_account.get(member.account)
            if own is not None:
                yield entry.code, own.code, "member", Evidence(own.name, member.name)
            for expert in by_name.get(normal(member.name), ()):
                if expert is not own:
                    yield entry.code, expert.code, "name", Evidence(expert.name, member.name)
            for phone in filter(None, map(digits, member.phones)):
                for expert in by_phone.get(phone, {}).values():
                    if expert is not own:
                        shown = f"…{phone[-SHOWN_DIGITS:]}"
                        yield entry.code, expert.code, "phone", Evidence(shown, f"{shown}（{member.name}）")
            domain = mail_domain(member.email)
            for expert in by_domain.get(domain, {}).values() if domain else ():
                if expert is not own:
                    yield entry.code, expert.code, "domain", Evidence(f"@{domain}", f"@{domain}（{member.name}）")


def _by_region(experts: Iterable[Expert], entries: Iterable[Entry]) -> Iterator[tuple[str, str, Kind, Evidence]]:
    by_region: dict[str, list[Expert]] = defaultdict(list)
    for expert in experts:
        by_region[expert.region].append(expert)
    for entry in entries:
        for expert in by_region.get(entry.region, ()):
            yield entry.code, expert.code, "region", Evidence(expert.region, entry.region)
