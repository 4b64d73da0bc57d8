"""Between two contests there is no way: not by an address, not by a part of one, not by a name in what is posted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.urls import resolve, reverse

from judging.actions import SeenSheet, seal_sheets
from portal.notices import rendering
from portal.notices.digest import send_digests
from tests.competition import factories as competition
from tests.judging.factories import make_expert
from tests.permissions.addresses import Address, addresses
from tests.permissions.administration import administration
from tests.permissions.policy import METHODS, TABLE, policy
from tests.permissions.secrets import Secrets
from tests.permissions.visiting import Answer, Visitors, keeping_as_it_is
from tests.portal.factories import make_user
from tests.submissions import factories as submissions
from tests.world import NOW, World, words_in
from tests.world.side import Side
from tests.world.site import ROLES

pytestmark = pytest.mark.django_db


POLICY = policy()
OF_A_CONTEST = [
    key
    for key in POLICY
    if any(f"{key} GET" in TABLE[section] for section in ("team", "entry", "workspace", "judging"))
]
MODELS = {*TABLE["admin"]["setup"]["models"], "role", "team"}
OF_A_MODEL = [key for key in POLICY if " " in key and key.partition(" ")[0] in MODELS]
#: Organisations are everybody's.
SHOWN_TOGETHER = {"organisation changelist"}
PERSONAL = {"my_work", "inbox", "index", "contest"}
#: The front page shows every contest.
PUBLIC = [key.removesuffix(" GET") for key in TABLE["public"] if key.endswith(" GET") and key != "home GET"]
INSIDERS = ("member", "captain", "judge", "screener", "organiser", "supervisor", "observer")
STRANGERS = ("anonymous", "captain", "judge", "screener", "organiser", "supervisor")
INSIDE = {"ok", "go", "yes"}
#: Names that both contests may use, and what only says what was seen.
SHARED = {"uscc", "email", "organisation", "newest", "position"}
#: Rows edited within ours: one of theirs named there is passed over, and our own change stands.
ROWS_WITHIN = {"competition_criterion", "competition_formfield", "judging_experttrack"}


@pytest.fixture(scope="package")
def their_site(world: World, site: dict[str, Address]) -> dict[str, Address]:
    """The same addresses with the neighbour's names in them."""
    swapped = replace(world, ours=world.theirs, theirs=world.ours)
    return addresses(swapped) | administration(swapped)


@pytest.mark.parametrize("address", OF_A_CONTEST)
def test_in_the_neighbours_contest_everybody_is_a_stranger(
    visitors: Visitors, their_site: dict[str, Address], secrets: Secrets, address: str
):
    door, wrong = their_site[address], []
    for method in METHODS:
        for role in STRANGERS:
            expected = POLICY[address][method]["anonymous" if role == "anonymous" else "neighbour"]
            answer = visitors.knock(role, method, door.url, door.post)
            if answer.outcome != expected:
                wrong.append(f"{method} by {role}: {answer.outcome}, not {expected} {sorted(answer.changed)}")
            if expected not in INSIDE:
                wrong += [f"{method} by {role} reads {secret}" for secret in secrets.met(role, address, answer.words)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("address", OF_A_MODEL)
def test_to_the_neighbours_rows_the_organiser_is_as_the_neighbour_to_ours(
    visitors: Visitors, their_site: dict[str, Address], secrets: Secrets, address: str
):
    door, wrong = their_site[address], []
    for method in METHODS:
        expected = POLICY[address][method]["neighbour"]
        answer = visitors.knock("organiser", method, door.url, door.post)
        if answer.outcome != expected:
            wrong.append(f"{method}: {answer.outcome}, not {expected} {sorted(answer.changed)}")
        wrong += [f"{method} reads {secret}" for secret in secrets.met("organiser", address, answer.words)]
    assert not wrong, "\n".join(wrong)


def test_a_part_of_one_contest_is_not_found_under_another(
    visitors: Visitors, site: dict[str, Address], their_site: dict[str, Address], secrets: Secrets
):
    wrong, tried = [], 0
    for address in OF_A_CONTEST:
        for url in _mixed(site[address].url, their_site[address].url):
            for method in METHODS:
                for role in {_insider(address, method), "administrator"} - {""}:
                    answer = visitors.knock(role, method, url, site[address].post)
                    tried += 1
                    if answer.outcome not in {"404", "405"}:
                        wrong.append(f"{method} {url} ({address}) by {role}: {answer.outcome}")
                    wrong += [f"{method} {url} tells {role} {one}" for one in secrets.met(role, address, answer.words)]
    assert not wrong, "\n".join(wrong)
    assert tried > 100


def test_a_name_from_another_contest_in_what_is_posted_does_nothing_and_is_answered_without_a_word_of_it(
    visitors: Visitors, site: dict[str, Address], their_site: dict[str, Address], secrets: Secrets
):
    wrong, tried = [], 0
    for address in [*OF_A_CONTEST, *OF_A_MODEL]:
        role = _insider(address, "POST")
        if not role:
            continue
        for name, data in _crossed(site[address].post(), their_site[address].post()):
            answer = visitors.knock(role, "POST", site[address].url, lambda data=data: data)
            tried += 1
            wrong += [f"{address}: {name} tells {role} {one}" for one in secrets.met(role, address, answer.words)]
            passed_over = name.endswith("-id") and not answer.changed & ROWS_WITHIN
            if answer.outcome not in {"ok", "go", "404", "409"} and not passed_over:
                wrong.append(f"{address}: {name}={data[name]} by {role}: {answer.outcome} {sorted(answer.changed)}")
    assert not wrong, "\n".join(wrong)
    assert tried > 20


def test_what_is_wrong_in_a_form_is_said_without_a_word_of_others(
    visitors: Visitors, site: dict[str, Address], their_site: dict[str, Address], secrets: Secrets
):
    """Nothing at all is posted, and what both contests may name: a code, an address, an organisation."""
    leaks, tried = [], 0
    for address in [*OF_A_CONTEST, *OF_A_MODEL]:
        ours, theirs = site[address].post(), their_site[address].post()
        shared = [ours | {name: theirs[name]} for name in SHARED & set(ours) if ours[name] != theirs.get(name)]
        for role in [role for role in ROLES if POLICY[address]["POST"][role] == "yes"]:
            for data in ({}, *shared):
                answer = visitors.knock(role, "POST", site[address].url, lambda data=data: data)
                tried += 1
                leaks += [
                    f"{address}: {sorted(data)} tells {role} {one}" for one in _told(answer, role, address, secrets)
                ]
                assert not answer.outcome.startswith("500"), f"{address} by {role}: {answer.outcome}"
    assert not leaks, "\n".join(leaks)
    assert tried > 100


def test_what_happens_next_door_changes_nothing_on_our_pages(
    visitors: Visitors, site: dict[str, Address], world: World
):
    """Lists, counts, figures, tabs and tables: for everybody here they are the same, however much the neighbour has."""
    lists = [key for key in POLICY if key in OF_A_CONTEST or key.endswith(("changelist", "export")) or key in PERSONAL]
    pages = [(role, key) for key in lists for role in INSIDERS if POLICY[key]["GET"][role] == "ok"]
    pages += [("anonymous", key) for key in PUBLIC if POLICY[key]["GET"]["anonymous"] == "ok"]
    with keeping_as_it_is():
        before = {page: visitors.text(page[0], site[page[1]].url) for page in pages}
        _grow(world.theirs)
        after = {page: visitors.text(page[0], site[page[1]].url) for page in pages}
    changed = {key for (role, key) in pages if before[role, key] != after[role, key]}
    assert changed <= SHOWN_TOGETHER
    assert len(pages) > 60
    assert {role for role, _key in pages} == {"anonymous", *INSIDERS}


def test_the_daily_digest_tells_each_contest_of_itself(world: World, secrets: Secrets):
    leaks, addressed = [], set()
    with keeping_as_it_is():
        for notice in send_digests(now=NOW + timedelta(days=1)):
            words = words_in(rendering.words(notice, language=notice.language).text)
            addressed.add(notice.address)
            leaks += secrets.met_by(notice.address, "digest", words, by="anonymous")
    assert addressed == {side.people["organiser"].email for side in (world.ours, world.theirs)}
    assert not leaks, "\n".join(leaks)


def _told(answer: Answer, role: str, address: str, secrets: Secrets) -> list[str]:
    """What the page, the mails and the notices say that they must not; organisations are everybody's."""
    found = secrets.met(role, address, answer.words)
    for email, words in answer.told.items():
        found += secrets.met_by(email, address, words, by=role)
    shared = {f"their {kind}" for kind in TABLE["secrets"]["shared"]}
    return [one for one in found if one not in shared]


def _grow(side: Side) -> None:
    """More of everything next door."""
    topic = competition.make_topic(side.second, number=50)
    submissions.make_passed_entry(topic, screener=side.people["screener"])
    submissions.make_entry(competition.make_topic(side.first, number=51))
    make_expert(side.contest, side.first)
    competition.make_announcement(side.contest)
    competition.make_download(side.contest)
    competition.make_question(side.contest)
    competition.make_role(make_user(), side.contest, "observer")
    seal_sheets(
        actor=side.people["judge"],
        stage=side.review,
        seen=[SeenSheet(side.sheet.assignment.public_id, side.sheet.revision)],
        signature=side.sheet.assignment.expert.name,
        now=NOW,
    )


def _insider(address: str, method: str) -> str:
    """Somebody of our contest who gets in there; not the administrator, who gets in everywhere."""
    row = POLICY[address][method]
    wanted = {"yes"} if method == "POST" else INSIDE
    people = ("captain", "judge", "organiser", "screener")
    return next((role for role in people if row[role] in wanted), "")


def _mixed(ours: str, theirs: str) -> Iterator[str]:
    """Our address with one part of it from theirs, and the other way round."""
    here, there = resolve(ours.partition("?")[0]), resolve(theirs.partition("?")[0])
    for name, value in there.kwargs.items():
        for base, part in ((here, value), (there, here.kwargs[name])):
            mixed = base.kwargs | {name: part}
            if mixed not in (here.kwargs, there.kwargs):
                yield reverse(here.view_name, kwargs=mixed)


def _crossed(ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What we post with one name from theirs in it; texts are no names."""
    for name, value in theirs.items():
        is_name = isinstance(value, int) or (isinstance(value, str) and value.isalnum() and not value.startswith("zq"))
        is_alike = str(value) == str(ours.get(name, value)) or name in SHARED or "__prefix__" in name
        if is_name and not is_alike:
            yield name, ours | {name: value}
