"""One contest in which everything has happened at NOW: registration, formal check and online review are all open.

- Team one: `captain` and `member`, lead and partner organisation, two invitations. Its entry was submitted and is not
  checked yet; the draft has changed since.
  The captaincy is offered to the member; on the lead organisation there is a private note. It shares a telephone number
  with the rival's entry: a possible duplicate, which nobody has looked at.
- The rival's entry stands in the same track, passed the check, and `judge` has marked it (the sheet is ready to seal); its
  captain has asked for more time.
- A third entry stands in the other track; `colleague` has sealed its sheet.
- A fourth passed after the assignment was published, so that a second plan waits as a draft.
- Experts: the two judges, one who is invited (the `member`'s address) and one who is listed only.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps

from competition.actions import grant_role
from competition.models import (
    Announcement,
    Contest,
    Download,
    Organiser,
    Question,
    Role,
    Rubric,
    Stage,
    Topic,
    Track,
)
from judging.actions import (
    Schedule,
    SeenSheet,
    accept_invitation,
    announce_lots,
    call_team,
    commit_draw,
    draft_plan,
    draw_lots,
    invite_experts,
    plan_roadshow,
    prepare_draw,
    publish_plan,
    report_entry,
    reveal_draw,
    save_sheet,
    seal_sheets,
)
from judging.draw import pool_hash
from judging.models import (
    Assignment,
    AssignmentPlan,
    Draw,
    Expert,
    ExpertTrack,
    Recusal,
    Report,
    Roadshow,
    ScoreSheet,
    Seal,
)
from judging.reading.drawn import read_pool
from portal.accounts.models import Organisation, User
from portal.db import Identified
from submissions.actions import (
    OrganisationDetails,
    Typed,
    add_partner,
    ask_extension,
    compare_entry,
    invite_by_email,
    make_inspection,
    offer_captaincy,
    raise_caution,
    save_answers,
)
from submissions.draft import load_draft
from submissions.models import Case, Caution, Entry, Inspection, Invitation, Membership
from submissions.values import seen_mark
from tests.competition import factories as competition
from tests.competition.factories import NOW
from tests.portal.factories import make_organisation
from tests.submissions import factories as submissions
from tests.submissions.factories import fresh
from tests.submissions.files import pdf, upload
from tests.world.markers import Marker
from tests.world.people import People

SEEN = {Announcement, Contest, Download, Draw, Organisation, Question, Roadshow, Topic, Track}
STAFF = (Role.Name.SCREENER, Role.Name.SUPERVISOR, Role.Name.OBSERVER)


@dataclass
class Side:
    """A contest with all that belongs to it; later fields are filled in as the story goes on."""

    mark: Marker
    people: People
    contest: Contest
    first: Track
    second: Track
    rubric: Rubric
    review: Stage
    entry: Entry  # of team one: submitted, not checked, changed since
    rival: Entry  # assigned to `judge`
    third: Entry  # assigned to `colleague`
    late: Entry  # passed after publication
    lead: Organisation
    partner: Organisation
    spare: Organisation
    invitation: Invitation  # of team one, to an address
    published: AssignmentPlan
    drafted: AssignmentPlan
    invited: Expert
    sheet: ScoreSheet  # of `judge`, ready to be sealed
    ids: set[str] = field(default_factory=set)  # the public ids of everything here that is not for the public

    def assignment(self, part: str) -> Assignment:
        return Assignment.objects.select_related("entry", "stage").get(
            stage=self.review, expert__user=self.people[part]
        )

    def membership(self, part: str) -> Membership:
        return Membership.objects.get(team=self.entry.team_id, user=self.people[part])

    @property
    def caution(self) -> Caution:
        """The note on the organisation that leads team one."""
        return Caution.objects.get(contest=self.contest)

    @property
    def conflict(self) -> Recusal:
        """The invited expert and the rival's entry: found, and nobody has decided."""
        return Recusal.objects.get(contest=self.contest)

    @property
    def draw(self) -> Draw:
        """The one that is drawn."""
        return Draw.objects.get(contest=self.contest, status=Draw.Status.DRAWN)

    @property
    def waiting_draw(self) -> Draw:
        """The one that is committed to."""
        return Draw.objects.get(contest=self.contest, status=Draw.Status.COMMITTED)

    @property
    def case(self) -> Case:
        """Team one and the rival: nobody has decided."""
        return Case.objects.get(contest=self.contest)

    @property
    def sealed(self) -> Seal:
        """The colleague's signature."""
        return Seal.objects.get(sheet__assignment__stage=self.review)

    @property
    def report(self) -> Report:
        """What the judge could not open."""
        return Report.objects.get(assignment__stage=self.review)

    @property
    def roadshow(self) -> Roadshow:
        """The rival's: the order is drawn, and the team is on stage."""
        return Roadshow.objects.get(stage__contest=self.contest)

    @property
    def hall_seat(self) -> Assignment:
        """The judge's seat in the hall."""
        return Assignment.objects.get(stage=self.roadshow.stage_id)

    @property
    def link(self) -> Invitation:
        """The open link of team one."""
        return Invitation.objects.get(team=self.entry.team_id, email="", revoked_at=None)


def build_side(name: str, *, tracks: tuple[int, int], administrator: User, **fields: Any) -> Side:
    """A whole contest whose words are marked with `name`; its tracks have these numbers."""
    before = _public_ids()
    side = _build(Marker(name), tracks, administrator, **fields)
    side.ids = _public_ids() - before
    return side


def _public_ids() -> set[str]:
    """Of every row that has one, but for those that visitors see and organisations, which contests share."""
    kinds = [kind for kind in apps.get_models() if issubclass(kind, Identified) and kind not in SEEN]
    return {public_id for kind in kinds for public_id in kind.objects.values_list("public_id", flat=True)}


def _build(mark: Marker, tracks: tuple[int, int], administrator: User, **fields: Any) -> Side:
    people = People(mark)
    contest = _contest(mark, **fields)
    first, second = (competition.make_track(contest, number=number, name=f"{mark.track} {number}") for number in tracks)
    for track in (first, second):
        topic = competition.make_topic(track, number=track.number, title=mark.topic, description=mark.topictext)
        competition.make_topic(track, number=track.number + 1, title=f"{mark.topic} 2")
        competition.make_field(
            contest.form_sections.get(task="application"),
            track=track,
            label=f"{mark.question} {topic.number}",
            required=False,
        )
    _staff(contest, people, administrator)
    entry, partner, invitation = _team_one(first, mark, people)
    lead = entry.team.lead_organisation
    raise_caution(actor=people["organiser"], entry=fresh(entry), on=lead, reason=mark.caution, now=NOW)
    rival = _entry(first, "rival", mark, people)
    ask_extension(actor=people["rival"], entry=rival, reason=mark.extensionreason, now=NOW)
    _compare(entry, rival)
    third = _entry(second, "third", mark, people)
    _judges(contest, first, second, mark, people)
    review = contest.stages.get(kind=Stage.Kind.REVIEW)
    plan = draft_plan(actor=people["organiser"], stage=review, seed=f"{mark.seed} 1", now=NOW)
    published = publish_plan(actor=people["organiser"], plan=plan, now=NOW)
    _roadshow(contest, rival, people, mark)
    Assignment.objects.filter(stage__contest=contest).update(pledged_at=NOW)
    late = _entry(first, "late", mark, people)
    drafted = draft_plan(actor=people["organiser"], stage=review, seed=f"{mark.seed} 2", now=NOW)
    invited = _invite(contest, mark, people)
    sheet = _mark_sheets(review, mark, people)
    _draws_and_conflict(contest, rival, people)
    return Side(
        mark, people, contest, first, second, contest.rubrics.get(), review.refreshed(), fresh(entry), fresh(rival),
        fresh(third), fresh(late), entry.team.lead_organisation, partner, make_organisation(name=mark.spareorganisation),
        invitation, published, drafted, invited, sheet,
    )  # fmt: skip


def _contest(mark: Marker, **fields: Any) -> Contest:
    given = {"name": f"{mark.contest}大赛", "short_name": mark.contest, "slug": mark.contest, "is_published": True}
    contest = competition.make_contest(
        **given | {"bulk_pass": True, "intro": mark.contest, "contact_email": mark.email("contact")} | fields
    )
    competition.make_stage(contest, Stage.Kind.SUBMISSION)
    competition.make_stage(contest, Stage.Kind.SCREENING)
    rubric = competition.make_rubric(contest, name=mark.rubric)
    rubric.criteria.filter(code="C1").update(name=mark.criterion)
    competition.make_stage(contest, Stage.Kind.REVIEW, rubric=rubric, seats=1)
    for task in ("overview", "application"):
        section = competition.make_section(contest, task=task, title=mark.section, position=1)
        competition.make_field(section, label=mark.question, max_length=200)
    competition.make_wanted_file(contest, task="evidence", label=mark.wanted, key="proof")
    competition.make_wanted_file(contest, task="commitment", label=f"{mark.wanted} 2", key="letter", letter=mark.wanted)
    competition.make_check_item(contest, text=mark.checkitem, hint=mark.checkitem)
    competition.make_check_item(contest, text=f"{mark.checkitem} 2", required=False, internal=True)
    competition.make_announcement(contest, title=mark.announcement)
    competition.make_announcement(contest, title=mark.unpublished, body=mark.unpublished, published_at=None)
    competition.make_announcement(
        contest, title=f"{mark.unpublished} 2", body=mark.unpublished, published_at=NOW + timedelta(days=1)
    )
    competition.make_download(contest, title=mark.download, content=mark.download.encode())
    competition.make_question(contest, question=mark.faq, answer=mark.faq)
    Organiser.objects.create(contest=contest, part=Organiser.Part.HOST, name=mark.host)
    return contest


def _staff(contest: Contest, people: People, administrator: User) -> None:
    """The first role is the administrator's to give, the others the organiser's."""
    organiser = people.add("organiser")
    grant_role(actor=administrator, contest=contest, user=organiser, role=Role.Name.ORGANISER, now=NOW)
    for role in STAFF:
        grant_role(actor=organiser, contest=contest, user=people.add(str(role)), role=role, now=NOW)


def _team_one(track: Track, mark: Marker, people: People) -> tuple[Entry, Organisation, Invitation]:
    captain = people.add("captain", phone="13900000001")
    topic = track.topics.order_by("number").first()
    entry = submissions.make_entry(
        topic, captain=captain, lead_organisation=make_organisation(name=mark.lead), post=mark.post
    )
    submissions.make_member(entry, user=people.add("member"))
    partner = make_organisation(name=mark.partner)
    add_partner(actor=captain, entry=entry, organisation=OrganisationDetails(uscc=partner.uscc), now=NOW)
    _fill(entry, mark.title, mark.answer, f"{mark.file}.pdf")
    submissions.submit(entry)
    for inspection in Inspection.objects.filter(uploads__entry=entry):
        make_inspection(pk=inspection.pk, now=NOW)
    _answer(entry, mark.draft)
    submissions.make_waiting_transfer(entry, name=f"{mark.transfer}.pdf")
    invitation = invite_by_email(actor=captain, entry=entry, email=mark.email("guestmail"), now=NOW)
    successor = entry.team.memberships.get(user=people["member"])
    offer_captaincy(actor=captain, entry=fresh(entry), member=successor, now=NOW)
    return entry, partner, invitation


def _entry(track: Track, part: str, mark: Marker, people: People) -> Entry:
    """An entry of one that passed the formal check."""
    topic = track.topics.order_by("-number").first()
    lead = make_organisation(name=getattr(mark, f"{part}lead"))
    entry = submissions.make_entry(topic, captain=people.add(part), lead_organisation=lead)
    _fill(entry, getattr(mark, f"{part}title"), getattr(mark, f"{part}answer"), f"{getattr(mark, f'{part}file')}.pdf")
    submissions.submit(entry)
    submissions.make_screening(fresh(entry), screener=people["screener"])
    return entry


def _compare(*entries: Entry) -> None:
    """They can be called under the same number: a possible duplicate."""
    Membership.objects.filter(team__in=[entry.team_id for entry in entries]).update(phone="027-12345678")
    for entry in entries:
        compare_entry(pk=entry.pk, now=NOW)


def _fill(entry: Entry, title: str, answer: str, file: str) -> None:
    """Everything that a submission needs, in words of this side."""
    captain = entry.team.captain
    typed = Typed(question=None, value=title, is_good=True, seen=seen_mark(entry.title_revision, entry.title))
    save_answers(actor=captain, entry=entry, section=None, typed=[typed], now=NOW)
    _answer(entry, answer)
    for place in load_draft(entry).files:
        content = pdf(note=f"{place.wanted.key} {entry.public_id}")
        submissions.upload_file(
            actor=captain, entry=entry, wanted=place.wanted, file=upload(content, file), replaces="", now=NOW
        )


def _answer(entry: Entry, text: str) -> None:
    """This text as the answer to every question."""
    typed = [
        Typed(question=one.field, value=text, is_good=True, seen=seen_mark(one.revision, one.value))
        for page in load_draft(fresh(entry)).pages
        for one in page.questions
    ]
    save_answers(actor=entry.team.captain, entry=entry, section=None, typed=typed, now=NOW)


def _judges(contest: Contest, first: Track, second: Track, mark: Marker, people: People) -> None:
    for number, (part, track) in enumerate((("judge", first), ("colleague", second)), 1):
        expert = _expert(contest, track, f"{part}", people.add(part).email, mark, code=f"J{number}")
        invite_experts(actor=people["organiser"], contest=contest, experts=[expert.public_id], now=NOW)
        accept_invitation(actor=people[part], expert=expert, pledged=True, now=NOW)


def _expert(contest: Contest, track: Track, part: str, email: str, mark: Marker, *, code: str) -> Expert:
    expert = Expert.objects.create(
        contest=contest, code=code, name=getattr(mark, f"{part}name"), email=email, region="42",
        organisation=make_organisation(name=getattr(mark, f"{part}organisation")), title=getattr(mark, f"{part}post"),
    )  # fmt: skip
    ExpertTrack.objects.create(expert=expert, track=track)
    return expert


def _roadshow(contest: Contest, entry: Entry, people: People, mark: Marker) -> None:
    """One team before one judge, called on stage."""
    stage = competition.make_stage(contest, Stage.Kind.ROADSHOW, rubric=contest.rubrics.get(), seats=1)
    stage.opens_at, stage.closes_at = NOW - timedelta(days=1), NOW + timedelta(days=1)
    stage.save()
    judge = Expert.objects.get(contest=contest, user=people["judge"])
    planned = plan_roadshow(
        actor=people["organiser"],
        stage=stage,
        schedule=Schedule(mark.roadshow, mark.hall, NOW, 480, 420, 120, "each"),
        entries=[fresh(entry).number],
        judges=[judge.code],
        now=NOW,
    )
    announce_lots(actor=people["organiser"], roadshow=planned, source=mark.lots, now=NOW)
    drawn = draw_lots(actor=people["organiser"], roadshow=planned, number="1", now=NOW)
    call_team(actor=people["organiser"], roadshow=drawn, slot=None, seen=drawn.revision, now=NOW)


def _invite(contest: Contest, mark: Marker, people: People) -> Expert:
    """One expert who has not answered yet, one who is only listed."""
    track = contest.tracks.order_by("number").first()
    invited = _expert(contest, track, "invited", people["member"].email, mark, code="J3")
    invite_experts(actor=people["organiser"], contest=contest, experts=[invited.public_id], now=NOW)
    _expert(contest, track, "listed", mark.email("listedmail"), mark, code="J4")
    return invited.refreshed()


def _draws_and_conflict(contest: Contest, rival: Entry, people: People) -> None:
    """A draw that is done, one that is committed to, and a finding that nobody has decided on."""
    organiser = people["organiser"]
    for title in ("first", "second"):
        made = prepare_draw(
            actor=organiser, contest=contest, title=title, seats={"*": 1}, per_organisation=1, per_region=None,
            source={"kind": "public", "announced": "closing index"},
            now=NOW - timedelta(days=2),
        )  # fmt: skip
        seen = pool_hash(read_pool(contest))
        made = commit_draw(actor=organiser, draw=made, seen=seen, now=NOW - timedelta(days=1))
        if title == "first":
            reveal_draw(actor=organiser, draw=made, revealed=["3102.77"], now=NOW - timedelta(hours=1))
    expert = contest.experts.get(code="J3")
    Recusal.objects.create(
        contest=contest, expert=expert, entry=rival, kind=Recusal.Kind.NAME, state=Recusal.State.DETECTED,
        evidence=[["same", "same", ""]], found_at=NOW,
    )  # fmt: skip


def _mark_sheets(review: Stage, mark: Marker, people: People) -> ScoreSheet:
    """The judge's sheet is ready, the colleague's sealed."""
    sheets = {}
    for part in ("judge", "colleague"):
        seat = Assignment.objects.select_related("stage", "entry", "expert").get(
            stage=review, expert__user=people[part]
        )
        sheets[part] = save_sheet(
            actor=people[part],
            assignment=seat,
            revision=0,
            marks={"C1": Decimal(81), "C2": Decimal(82)},
            comment=getattr(mark, f"{part}comment"),
            now=NOW,
        )
    sealed = sheets["colleague"]
    seen = [SeenSheet(sealed.assignment.public_id, sealed.revision)]
    signature = sealed.assignment.expert.name
    seal_sheets(actor=people["colleague"], stage=sealed.assignment.stage, seen=seen, signature=signature, now=NOW)
    seat = sheets["judge"].assignment
    report_entry(actor=people["judge"], assignment=seat, kind="cannot_open", text="视频打不开", now=NOW)
    return sheets["judge"]
