"""The demonstration's entries: invented teams in every state, made through the same actions as anybody's.

Each track gets its share. Most entries have passed the check; of every eight, one waits for it, one failed it and one is
still a draft. The first draft asks for more time, the first that would have failed is returned for correction, and the
next one waits for a second look. The demonstration's own captain has an entry that lacks only its commitment letter, and
one that failed its check, with its receipt. Two entries were copied from one another: a possible duplicate, which nobody
has looked at. One entry had passed and was disqualified.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import cycle, islice
from types import MappingProxyType
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from competition.models import FormField, Topic, WantedFile
from portal.accounts.models import User
from portal.demo import Demonstration, invented_person
from submissions.actions import (
    MemberDetails,
    OrganisationDetails,
    Typed,
    ask_extension,
    compare_all,
    confirm_verdict,
    create_team,
    disqualify_entry,
    fail_check,
    join_team,
    pass_check,
    return_for_correction,
    save_answers,
    submit_entry,
    upload_file,
)
from submissions.actions.letters import read_letter
from submissions.checklist import Mark, Tick, Ticked, checklist_of, fingerprint
from submissions.demo_content import (
    CAPTAINS,
    COPIED,
    COPIED_PHONE,
    COPIED_TITLES,
    TITLES,
    answer,
    organisation_code,
    organisation_name,
    pdf,
    person_name,
)
from submissions.draft import load_draft
from submissions.items import TITLE, of_check_item, of_file
from submissions.models import Entry, Extension
from submissions.papers.letter import letter_pdf
from submissions.values import Value, empty_value, seen_mark

#: Mail to invented people goes nowhere: their domain cannot exist, and they cannot sign in.
CROWD = "people.demo.example"
SHOWN_TOPIC = (3, 1)
COPIED_TRACK = 6
#: What the copied pair says where it has nothing of its own: too short to be a passage.
SHORT = "示例内容，从略。"
#: Larger demonstrations are compared by the worker.
COMPARED_AT_ONCE = 100
#: Of eight entries in a row, the one that waits for its check.
WAITING = 6
#: Up to here those that wait carry a letter that was printed for them: printing takes a while.
STAMPED = 400
#: The invented entry that belongs to the demonstration's captain: it fails its check.
CAPTAINS_OWN = CAPTAINS - 1
ASKED = "提交当晚单位机房断电，预计后日上午恢复，申请延期一天。"
RETURNED = "项目名称中含有单位名称，请修改后重新提交。"
DISQUALIFIED_TITLE = "基层慢阻肺早筛数据服务平台"
DISQUALIFIED = "经核实，本作品与往届获奖作品主体内容相同，且未如实说明，按参赛须知取消参赛资格。"
FAILED_NOTE = "第 2 页缺少单位公章。"
FAILED = "承诺书第 2 页缺少单位公章，请重新扫描。本次审查不通过。"


@transaction.atomic
def build(demonstration: Demonstration) -> None:
    """The step of this app; entries that are there already are left alone."""
    if Entry.objects.filter(contest=demonstration.contest).exists():
        return
    maker = _Maker(demonstration)
    maker.shown_entry()
    for number in range(demonstration.scale.entries):
        maker.crowd_entry(number)
        if number and number % 500 == 0:
            demonstration.say(f"demonstration: {number} entries")
    maker.copied_pair(demonstration.scale.entries + 1)
    maker.disqualified_entry(demonstration.scale.entries + 3)
    demonstration.say(f"demonstration: {demonstration.scale.entries + 4} entries")


class _Maker:
    """Makes entries one by one; what all of them need is read once."""

    def __init__(self, demonstration: Demonstration) -> None:
        self.people = demonstration.people
        self.now = demonstration.now
        self.has_returned = self.has_first_look = False
        contest = demonstration.contest
        self.fields = list(
            FormField.objects.filter(section__contest=contest, track=None).select_related("section").order_by("pk")
        )
        self.checklist = checklist_of(contest)
        self.wanted = [wanted for wanted in contest.wanted_files.all() if wanted.required]
        self.tracks: dict[int, list[Topic]] = {}
        topics = Topic.objects.filter(track__contest=contest).select_related("track__contest").order_by("track__number")
        for topic in topics.order_by("track__number", "number"):
            self.tracks.setdefault(topic.track.number, []).append(topic)

    def shown_entry(self) -> None:
        """The entry that the demonstration's captain and member work on."""
        track, number = SHOWN_TOPIC
        topic = self.tracks[track][number - 1]
        began = self.now - timedelta(days=4, hours=5)
        captain, member = self.people["captain"], self.people["member"]
        entry = self._register(captain, topic, title=TITLES[track][0], number=0, at=began)
        invitation = entry.team.invitations.get(email="", revoked_at=None)
        details = MemberDetails(employer=entry.team.lead_organisation.name, post="工程师", duty="数据治理")
        join_team(actor=member, invitation=invitation, details=details, now=began + timedelta(hours=2))
        evidence = [wanted for wanted in self.wanted if wanted.task == WantedFile.Task.EVIDENCE]
        self._fill(member, entry, number=0, files=evidence, at=began + timedelta(days=1))

    def crowd_entry(self, number: int) -> None:
        """The n-th invented entry, taken as far as its turn says."""
        track = sorted(self.tracks)[number % len(self.tracks)]
        turn = number // len(self.tracks)
        topics = self.tracks[track]
        topic = topics[(turn + 1) % len(topics)]
        names = TITLES.get(track, ("数据要素应用实践",))
        title = names[turn % len(names)] + ("" if turn < len(names) else f"（{turn + 1}）")
        began = self.now - timedelta(days=9, hours=number % 24, minutes=number % 60)
        captain = (
            self.people["captain"]
            if number == CAPTAINS_OWN
            else invented_person(email=f"captain{number + 1}@{CROWD}", name=person_name(number), now=began)
        )
        entry = self._register(captain, topic, title=title, number=number + 1, at=began)
        fate = (number + turn) % 8
        letters = fate == WAITING and number < STAMPED
        self._fill(captain, entry, number=number + 1, files=self.wanted, at=began + timedelta(hours=6), letters=letters)
        self._carry_on(captain, entry, fate=fate, began=began)

    def copied_pair(self, number: int) -> None:
        """Two teams with one telephone, one evidence file and mostly one text; both wait for the check."""
        topic = self.tracks[COPIED_TRACK][0]
        began = self.now - timedelta(days=3)
        for place, title in enumerate(COPIED_TITLES):
            at = began + timedelta(hours=5 * place)
            person = number + place
            captain = invented_person(email=f"captain{person + 1}@{CROWD}", name=person_name(person), now=at)
            entry = self._register(captain, topic, title=title, number=person, at=at, phone=COPIED_PHONE)
            said = {key: texts[place] for key, texts in COPIED.items()}
            self._fill(captain, entry, number=person, files=self.wanted, at=at, said=said, evidence=number)
            entry = entry.refreshed()
            submit_entry(actor=captain, entry=entry, revision=entry.revision, now=at + timedelta(hours=1))
        if number <= COMPARED_AT_ONCE:
            compare_all(contest=topic.track.contest, now=began + timedelta(hours=7))

    def disqualified_entry(self, number: int) -> None:
        """It passed its check, and was found out two days later."""
        topic = self.tracks[COPIED_TRACK][0]
        began = self.now - timedelta(days=7)
        captain = invented_person(email=f"captain{number + 1}@{CROWD}", name=person_name(number), now=began)
        entry = self._register(captain, topic, title=DISQUALIFIED_TITLE, number=number, at=began)
        self._fill(captain, entry, number=number, files=self.wanted, at=began + timedelta(hours=2))
        entry = entry.refreshed()
        version = submit_entry(actor=captain, entry=entry, revision=entry.revision, now=began + timedelta(days=1))
        at = began + timedelta(days=2)
        pass_check(actor=self.people["screener"], version=version, seen=0, ticked=self._ticked(), now=at)
        disqualify_entry(
            actor=self.people["organiser"],
            entry=entry.refreshed(),
            seen=version.number,
            reason=DISQUALIFIED,
            now=self.now - timedelta(days=3),
        )

    def _register(
        self, captain: User, topic: Topic, *, title: str, number: int, at: datetime, phone: str = ""
    ) -> Entry:
        track = topic.track.number
        organisation = OrganisationDetails(
            uscc=organisation_code(number),
            name=organisation_name(track, number),
            kind="enterprise",
            region="42",
        )
        details = MemberDetails(employer=organisation.name, post="项目经理", duty="项目负责人", phone=phone)
        team = create_team(
            actor=captain, topic=topic, organisation=organisation, captain=details, consented=True, now=at
        )
        entry: Entry = team.entry
        typed = Typed(question=None, value=title, is_good=True, seen=seen_mark(0, ""))
        save_answers(actor=captain, entry=entry, section=None, typed=[typed], now=at)
        return entry.refreshed()

    def _fill(
        self,
        actor: User,
        entry: Entry,
        *,
        number: int,
        files: list[WantedFile],
        at: datetime,
        said: Mapping[str, str] = MappingProxyType({}),
        evidence: int | None = None,
        letters: bool = False,
    ) -> None:
        """Every answer, and these files; `said` are answers of its own, `evidence` the entry whose file it hands in.

        With `letters`, the letters are those that the portal prints for just this content; otherwise they look like any file.
        """
        answers = [
            Typed(
                question=field,
                value=said.get(field.key)
                or (SHORT if said and field.kind == FormField.Kind.LONG_TEXT else _answer(field, entry, number)),
                is_good=True,
                seen=seen_mark(0, empty_value(field)),
            )
            for field in self.fields
        ]
        save_answers(actor=actor, entry=entry, section=self.fields[0].section, typed=answers, now=at)
        for wanted in files:
            if letters and wanted.letter:
                continue
            is_shared = evidence is not None and wanted.task == WantedFile.Task.EVIDENCE
            content = pdf(
                "Chengshu demonstration", f"{wanted.key} of invented entry {evidence if is_shared else number}"
            )
            file = SimpleUploadedFile(f"{wanted.label}.pdf", content, "application/pdf")
            upload_file(actor=actor, entry=entry, wanted=wanted, file=file, replaces="", now=at + timedelta(minutes=9))
        for wanted in [wanted for wanted in files if letters and wanted.letter]:
            self._hand_in_letter(actor, entry, wanted, at=at + timedelta(minutes=40))

    def _hand_in_letter(self, actor: User, entry: Entry, wanted: WantedFile, *, at: datetime) -> None:
        """Printed when all else is there, as its mark stands for the whole content; and read, as a worker would."""
        content = letter_pdf(load_draft(entry.refreshed()), wanted)
        file = SimpleUploadedFile(f"{wanted.label}.pdf", content, "application/pdf")
        upload = upload_file(actor=actor, entry=entry, wanted=wanted, file=file, replaces="", now=at)
        read_letter(upload=upload, now=at)

    def _carry_on(self, captain: User, entry: Entry, *, fate: int, began: datetime) -> None:
        """Of eight: one draft, one waiting for the check, one failed, five passed."""
        if fate == 7:
            if not Extension.objects.filter(entry__contest=entry.contest_id).exists():
                asked_at = self.now - timedelta(hours=3)
                ask_extension(actor=captain, entry=entry, reason=ASKED, now=asked_at)
            return
        entry = entry.refreshed()
        version = submit_entry(actor=captain, entry=entry, revision=entry.revision, now=began + timedelta(days=1))
        screener = self.people["screener"]
        at = began + timedelta(days=2)
        if fate == WAITING:
            return
        if fate == 5 and captain != self.people["captain"] and not self.has_returned:
            self.has_returned = True
            until = self.now + timedelta(days=1)
            return_for_correction(
                actor=screener,
                version=version,
                seen=0,
                items=[TITLE],
                until=until,
                reason=RETURNED,
                ticked=self._ticked(TITLE, RETURNED),
                now=at,
            )
        elif fate == 5:
            letter = next((of_file(wanted) for wanted in self.wanted if wanted.task == WantedFile.Task.COMMITMENT), "")
            ticked = self._ticked(letter, FAILED_NOTE)
            items = [letter] if letter else []
            fail_check(actor=screener, version=version, seen=0, reason=FAILED, items=items, ticked=ticked, now=at)
            if captain == self.people["captain"] or self.has_first_look:
                confirm_verdict(actor=self.people["organiser"], version=version, seen=1, now=at + timedelta(hours=3))
            else:
                self.has_first_look = True
        else:
            pass_check(actor=screener, version=version, seen=0, ticked=self._ticked(), now=at)

    def _ticked(self, concerns: str = "", note: str = "") -> Ticked:
        """Everything is met but the item that concerns this."""
        return Ticked(
            seen=fingerprint(self.checklist),
            ticks=[
                Tick(item.public_id, Mark.NOT_MET, note)
                if concerns and of_check_item(item) == concerns
                else Tick(item.public_id, Mark.MET if item.required else Mark.NOT_APPLICABLE)
                for item in self.checklist
            ],
        )


def _answer(field: FormField, entry: Entry, number: int) -> Value:
    simple: dict[str, Any] = {
        FormField.Kind.NUMBER: "1200",
        FormField.Kind.DATE: "2026-03-01",
        FormField.Kind.LINK: "https://example.org/",
    }
    if field.kind == FormField.Kind.CHOICE:
        return str(field.choices[number % len(field.choices)])
    if field.kind == FormField.Kind.CHOICES:
        return [str(word) for word in islice(cycle(field.choices), 2)][: len(field.choices)]
    return simple.get(field.kind) or answer(
        field.key,
        title=entry.title,
        organisation=entry.team.lead_organisation.name,
        track=entry.topic.track.number,
        number=number,
        limit=field.max_length,
    )
