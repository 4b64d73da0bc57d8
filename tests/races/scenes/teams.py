"""Races around teams and entries."""

from datetime import datetime

import time_machine
from django.test import Client
from django.urls import reverse

from competition.models import FormField, Stage, Topic
from portal.accounts.models import User
from portal.journal.recording import events_of
from submissions import events
from submissions.actions import (
    Typed,
    accept_captaincy,
    change_topic,
    freeze_entries,
    join_team,
    leave_team,
    offer_captaincy,
    remove_member,
    save_answers,
    submit_entry,
)
from submissions.actions.membership import MemberDetails
from submissions.invariants import captains_outside, scopes_that_differ, teams_without_entry
from submissions.models import Answer, Entry, Invitation, Membership
from submissions.values import seen_mark
from tests.competition.factories import NOW, make_field, make_section, make_topic, make_track
from tests.submissions import factories


def open_link(seats: int, runners: int) -> dict:
    """A team with room for `seats` members besides its captain, and `runners` people who hold its link."""
    contest = factories.make_open_contest(team_max=seats + 1)
    entry = factories.make_entry(make_topic(make_track(contest)))
    invitation = Invitation.objects.get(team=entry.team)
    people = [factories.make_person().pk for _ in range(runners)]
    return {"invitation": invitation.pk, "people": people, "entry": entry.pk}


def join(invitation: int, person: int) -> int:
    found = Invitation.objects.select_related("team").get(pk=invitation)
    details = MemberDetails(name="某人", employer="某单位")
    return join_team(actor=User.objects.get(pk=person), invitation=found, details=details, now=NOW).pk


def members(entry: int) -> int:
    return Entry.objects.get(pk=entry).team.memberships.count()


def two_links(runners: int) -> dict:
    """One person and the links of several teams of one topic: only one of them may be joined."""
    topic = make_topic(make_track(factories.make_open_contest()))
    entries = [factories.make_entry(topic) for _ in range(runners)]
    return {
        "person": factories.make_person().pk,
        "invitations": [Invitation.objects.get(team=entry.team).pk for entry in entries],
    }


def complete_drafts(runners: int) -> dict:
    """Complete drafts of different teams in one track, and the instant at which submission closes."""
    contest = factories.make_open_contest()
    topic = make_topic(make_track(contest))
    entries = [factories.make_complete_entry(topic) for _ in range(runners)]
    closes_at = contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at
    return {"entries": [entry.pk for entry in entries], "closes_at": closes_at.isoformat()}


def submit(entry: int, now: str, revision: int | None = None) -> list:
    found = factories.fresh(Entry.objects.get(pk=entry))
    version = submit_entry(
        actor=found.team.captain,
        entry=found,
        revision=found.revision if revision is None else revision,
        now=datetime.fromisoformat(now),
    )
    return [version.number, Entry.objects.get(pk=entry).number]


def revision_of(entry: int) -> int:
    return Entry.objects.get(pk=entry).revision


def one_draft() -> dict:
    """A draft whose captain has the project name open in several tabs."""
    entry = factories.make_entry()
    return {"entry": entry.pk}


def save_title(entry: int, title: str, seen: str) -> dict:
    found = factories.fresh(Entry.objects.get(pk=entry))
    typed = Typed(question=None, value=title, is_good=True, seen=seen)
    saved = save_answers(actor=found.team.captain, entry=found, section=None, typed=[typed], now=NOW)
    return {"saved": saved.keys, "conflicts": {key: one.theirs for key, one in saved.conflicts.items()}}


def title_of(entry: int) -> str:
    return Entry.objects.get(pk=entry).title


def one_question(people: int = 1, questions: int = 1, text: str = "") -> dict:
    """A draft that `people` members have open, each of them at the same question or at one of their own."""
    contest = factories.make_open_contest(team_max=people, form=False)
    section = make_section(contest, task="overview")
    for place in range(questions):
        make_field(section, key=f"q{place}", position=place)
    entry = factories.make_entry(make_topic(make_track(contest)))
    for _turn in range(people - 1):
        factories.make_member(entry)
    seen = seen_mark(0, "")
    if text:
        autosave(entry.pk, text, seen)
        seen = seen_mark(1, text)
    return {"entry": entry.pk, "seen": seen, "revision": Entry.objects.get(pk=entry.pk).revision}


def autosave(
    entry: int, text: str, seen: str, person: int = 0, question: int = 0, revision: int = 0, now: str = ""
) -> list:
    """As the script of the form does it, through the whole stack: status and, of a conflict, what the other one wrote."""
    found = Entry.objects.get(pk=entry)
    field = FormField.objects.get(section__contest=found.contest_id, key=f"q{question}")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(found.team.memberships.order_by("pk")[person].user)
    name = f"a-q{question}"
    with time_machine.travel(NOW, tick=False):
        response = client.post(
            reverse("autosave", args=[found.public_id]),
            {"question": field.public_id, name: text, f"seen-{name}": seen},
        )
    return [response.status_code, response.json().get("theirs", "")]


def save_either_way(entry: int, text: str, seen: str, way: str, revision: int = 0) -> list:
    """One by one in the background, or with the whole page."""
    if way == "autosave":
        return autosave(entry, text, seen)
    found = factories.fresh(Entry.objects.get(pk=entry))
    field = FormField.objects.get(section__contest=found.contest_id, key="q0")
    typed = Typed(question=field, value=text, is_good=True, seen=seen)
    saved = save_answers(actor=found.team.captain, entry=found, section=None, typed=[typed], now=NOW)
    return [200, ""] if saved.keys else [409, saved.conflicts["q0"].theirs]


def answer_of(entry: int, seen: str = "", revision: int = 0) -> list:
    answer = Answer.objects.get(entry=entry, field__key="q0")
    return [answer.value, answer.revision, Entry.objects.get(pk=entry).revision]


def one_submitted() -> dict:
    """A submitted entry whose captain goes on writing while judging begins."""
    scene = one_question()
    found = factories.fresh(Entry.objects.get(pk=scene["entry"]))
    autosave(found.pk, "先提交的", seen_mark(0, ""))
    save_title(found.pk, "项目", seen_mark(0, ""))
    found = factories.fresh(found)
    submit_entry(actor=found.team.captain, entry=found, revision=found.revision, now=NOW)
    return {"entry": found.pk, "seen": seen_mark(1, "先提交的")}


def autosave_or_freeze(entry: int, text: str, seen: str, freezes: bool) -> list:
    if not freezes:
        return autosave(entry, text, seen)
    freeze_entries(actor=None, entries=[Entry.objects.get(pk=entry)], now=NOW)
    Entry.objects.filter(pk=entry).update(number=f"R-{Entry.objects.get(pk=entry).revision}")  # noted for the test
    return [200, ""]


def is_as_frozen(entry: int) -> bool:
    """Nothing was written after judging began."""
    found = Entry.objects.get(pk=entry)
    return found.frozen_at is not None and found.number == f"R-{found.revision}"


def offered_captaincy() -> dict:
    """A team whose captain has offered the captaincy to a member."""
    entry = factories.make_entry()
    member = factories.make_member(entry)
    offer_captaincy(actor=entry.team.captain, entry=entry, member=member, now=NOW)
    return {"entry": entry.pk, "member": member.pk, "captain": entry.team.captain_id}


def hand_over(entry: int, member: int, way: str) -> str:
    """The member accepts, leaves, or is removed by the captain of the beginning."""
    found = factories.fresh(Entry.objects.get(pk=entry))
    person = Membership.objects.select_related("user", "team__entry").filter(pk=member).first()
    if person is None:
        return "gone"
    if way == "accept":
        accept_captaincy(actor=person.user, entry=found, consented=True, now=NOW)
    elif way == "leave":
        leave_team(actor=person.user, entry=found, now=NOW)
    else:
        remove_member(actor=found.team.captain, member=person, now=NOW)
    return way


def team_of(entry: int) -> dict:
    """Who leads the team, who is in it, who came and went by the journal, and what is wrong with it."""
    found = Entry.objects.get(pk=entry)
    wrong = [*captains_outside(), *scopes_that_differ(), *teams_without_entry()]
    changes = {kind.key for kind in (events.CAPTAINCY_PASSED, events.MEMBER_LEFT, events.MEMBER_REMOVED)}
    return {
        "captain": found.team.captain_id,
        "members": found.team.memberships.count(),
        "changes": [event.kind for event in events_of(found) if event.kind in changes],
        "wrong": wrong,
    }


def draft_and_another_topic() -> dict:
    """A complete draft, and a topic of another track."""
    contest = factories.make_open_contest()
    entry = factories.make_complete_entry(make_topic(make_track(contest)))
    return {"entry": entry.pk, "topic": make_topic(make_track(contest)).pk, "seen": entry.topic.public_id}


def change_or_submit(entry: int, topic: int, seen: str, revision: int, way: str) -> str:
    found = factories.fresh(Entry.objects.get(pk=entry))
    if way == "change":
        change_topic(actor=found.team.captain, entry=found, topic=Topic.objects.get(pk=topic), seen=seen, now=NOW)
    else:
        submit_entry(actor=found.team.captain, entry=found, revision=revision, now=NOW)
    return way


def submitted_topic(entry: int) -> dict:
    """The topic of the entry, and the one that its version froze."""
    found = factories.fresh(Entry.objects.get(pk=entry))
    version = found.current_version
    return {
        "topic": found.topic_id,
        "agree": version is None or version.content["topic"]["public_id"] == found.topic.public_id,
        "wrong": [*scopes_that_differ(), *teams_without_entry()],
    }


def change_and_join() -> dict:
    """A team that goes over to a topic, and a member of it who joins another team of that topic."""
    contest = factories.make_open_contest()
    entry, target = factories.make_entry(make_topic(make_track(contest))), make_topic(make_track(contest))
    person = factories.make_person()
    factories.make_member(entry, user=person)
    link = Invitation.objects.get(team=factories.make_entry(target).team)
    return {"entry": entry.pk, "topic": target.pk, "seen": entry.topic.public_id, "person": person.pk, "link": link.pk}


def change_or_join(way: str, entry: int, topic: int, seen: str, person: int, link: int) -> str:
    if way == "change":
        return change_or_submit(entry, topic, seen, 0, "change")
    join(invitation=link, person=person)
    return "join"
