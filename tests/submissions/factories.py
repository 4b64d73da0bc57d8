"""Teams and entries, made in one line each through the real actions; every value can be given, the rest is plausible.

A contest made here has an open stage of submission around NOW (and of formal check), two sections with a question each
and one wanted file, so that an entry can be complete.
"""

from datetime import datetime
from io import BytesIO
from typing import Any

from competition.models import Contest, Stage, Topic
from portal.accounts.actions import give_consents
from portal.accounts.consents import required
from portal.accounts.models import User
from submissions.actions import (
    MemberDetails,
    OrganisationDetails,
    Typed,
    begin_transfer,
    create_team,
    disqualify_entry,
    grant_extension,
    join_team,
    pass_check,
    return_for_correction,
    save_answers,
    submit_entry,
    take_piece,
    upload_file,
)
from submissions.checklist import Mark, Tick, Ticked, checklist_of, fingerprint
from submissions.draft import load_draft
from submissions.models import (
    Disqualification,
    Entry,
    EntryVersion,
    Extension,
    Invitation,
    Membership,
    Screening,
    Team,
    Transfer,
)
from submissions.permissions import forget_members
from submissions.values import seen_mark
from tests.competition.factories import (
    NOW,
    make_contest,
    make_field,
    make_role,
    make_section,
    make_stage,
    make_topic,
    make_track,
    make_wanted_file,
)
from tests.portal.factories import make_organisation, make_user
from tests.submissions.files import pdf, upload

DETAILS = MemberDetails(employer="湖北示例航运数据有限公司", post="工程师", duty="数据治理")


def make_person(**fields: Any) -> User:
    """Somebody who may take part: they agreed to what must be agreed to."""
    user = make_user(**fields)
    give_consents(actor=user, texts=required(), now=NOW)
    return user


def make_open_contest(*, now: datetime = NOW, form: bool = True, **fields: Any) -> Contest:
    """A contest whose doors of submission and formal check are open at `now`, with a small form."""
    contest = make_contest(**fields)
    make_stage(contest, Stage.Kind.SUBMISSION, now=now)
    make_stage(contest, Stage.Kind.SCREENING, now=now)
    if form:
        overview = make_section(contest, task="overview", title="项目概述", position=1)
        make_field(overview, key="summary", label="项目摘要", max_length=1000)
        application = make_section(contest, task="application", title="数据基础", position=2)
        make_field(application, key="foundation", label="数据基础说明", max_length=3000)
        make_wanted_file(contest, task="evidence", key="proof", label="佐证材料")
    return contest


def make_open_topic(**fields: Any) -> Topic:
    return make_topic(make_track(make_open_contest(**fields)))


def make_team(topic: Topic | None = None, *, captain: User | None = None, now: datetime = NOW, **details: Any) -> Team:
    """A team that has just registered."""
    organisation = details.pop("lead_organisation", None) or make_organisation()
    return create_team(
        actor=captain or make_person(),
        topic=topic or make_open_topic(now=now),
        organisation=OrganisationDetails(uscc=organisation.uscc),
        captain=MemberDetails(**{"employer": organisation.name, "post": "项目经理"} | details),
        consented=True,
        now=now,
    )


def make_entry(topic: Topic | None = None, **fields: Any) -> Entry:
    """The empty draft of a new team."""
    return fresh(make_team(topic, **fields).entry)


def make_member(entry: Entry, *, user: User | None = None, now: datetime = NOW) -> Membership:
    """Somebody joins by the team's link."""
    invitation = Invitation.objects.get(team=entry.team, email="", revoked_at=None)
    member = join_team(actor=user or make_person(), invitation=invitation, details=DETAILS, now=now)
    forget_members(entry.team)
    return member


def make_complete_entry(
    topic: Topic | None = None, *, title: str = "长江中游航道与港口数据协同调度", **fields: Any
) -> Entry:
    """A draft in which nothing is missing."""
    now = fields.get("now", NOW)
    entry = make_entry(topic, **fields)
    fill(entry, title=title, now=now)
    return fresh(entry)


def fill(entry: Entry, *, title: str, now: datetime = NOW) -> None:
    """Answer every question and upload every file that is required, as the captain."""
    captain, draft = entry.team.captain, load_draft(entry)
    typed = [Typed(question=None, value=title, is_good=True, seen=seen_mark(entry.title_revision, entry.title))]
    typed += [
        Typed(
            question=question.field,
            value=question.value or f"{question.field.label}的内容。",
            is_good=True,
            seen=seen_mark(question.revision, question.value),
        )
        for page in draft.pages
        for question in page.questions
    ]
    save_answers(actor=captain, entry=entry, section=None, typed=typed, now=now)
    for place in draft.files:
        if place.upload is None and place.wanted.required:
            content = pdf(note=f"{place.wanted.key} {entry.public_id}")
            upload_file(actor=captain, entry=entry, wanted=place.wanted, file=upload(content), replaces="", now=now)


def make_waiting_transfer(entry: Entry, *, name: str = "又一份.pdf", now: datetime = NOW) -> Transfer:
    """A file of the captain that arrived and found another in its place, which the captain had not seen."""
    wanted = next(place.wanted for place in load_draft(entry).files if place.upload)
    captain, content = entry.team.captain, pdf(note=f"another for {entry.public_id}")
    transfer = begin_transfer(
        actor=captain, entry=entry, wanted=wanted, name=name, size=len(content), replaces="", now=now
    )
    return take_piece(actor=captain, transfer=transfer, offset=0, piece=BytesIO(content), now=now)


def make_submitted_entry(topic: Topic | None = None, *, now: datetime = NOW, **fields: Any) -> Entry:
    """An entry whose first version was submitted at `now`."""
    entry = make_complete_entry(topic, now=now, **fields)
    submit(entry, now=now)
    return fresh(entry)


def submit(entry: Entry, *, now: datetime = NOW) -> EntryVersion:
    """The captain submits the draft as it is."""
    entry = fresh(entry)
    return submit_entry(actor=entry.team.captain, entry=entry, revision=entry.revision, now=now)


def make_passed_entry(
    topic: Topic | None = None, *, screener: User | None = None, now: datetime = NOW, **fields: Any
) -> Entry:
    """A submitted entry that passed the formal check: what judges may see."""
    entry = make_submitted_entry(topic, now=now, **fields)
    make_screening(entry, screener=screener, now=now)
    return fresh(entry)


def make_screening(entry: Entry, *, screener: User | None = None, now: datetime = NOW) -> Screening:
    """A screener of the contest passes the current version."""
    return pass_check(
        actor=screener or _with_role(entry, "screener"),
        version=entry.current_version,
        seen=0,
        ticked=tick(entry.contest),
        now=now,
    )


def disqualify(entry: Entry, *, organiser: User | None = None, now: datetime = NOW) -> Disqualification:
    """An organiser of the contest takes the entry out, as it is now."""
    entry = fresh(entry)
    return disqualify_entry(
        actor=organiser or _with_role(entry, "organiser"),
        entry=entry,
        seen=entry.current_version.number,
        reason="与往届获奖作品相同",
        now=now,
    )


def tick(contest: Contest, **notes: str) -> Ticked:
    """The contest's whole checklist as it stands: met, but for the items given by text, which are not met for that reason."""
    items = checklist_of(contest)
    return Ticked(
        seen=fingerprint(items),
        ticks=[
            Tick(item.public_id, Mark.NOT_MET, notes[item.text])
            if item.text in notes
            else Tick(item.public_id, Mark.MET)
            for item in items
        ],
    )


def fresh(entry: Entry) -> Entry:
    """As a view would load it."""
    return Entry.objects.select_related(
        "team__captain",
        "team__lead_organisation",
        "contest",
        "topic__track__parent",
        "current_version",
        "extension",
        "correction",
    ).get(pk=entry.pk)


def make_extension(entry: Entry, *, until: datetime, organiser: User | None = None, now: datetime = NOW) -> Extension:
    """An organiser grants the team time unasked."""
    person = organiser or _with_role(entry, "organiser")
    return grant_extension(actor=person, entry=entry, request=None, until=until, note="", now=now)


def make_correction(
    entry: Entry, *, items: list[str], until: datetime, screener: User | None = None, now: datetime = NOW
) -> Entry:
    """The entry, returned by a screener."""
    version = entry.current_version
    return_for_correction(
        actor=screener or _with_role(entry, "screener"),
        version=version,
        seen=version.screenings.count(),
        items=items,
        until=until,
        reason="请补正。",
        now=now,
    )
    return fresh(entry)


def _with_role(entry: Entry, role: str) -> User:
    person = make_user()
    make_role(person, entry.contest, role)
    return person
