"""The demonstration: a contest with people in every role, made through the real actions."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import TestCase

from competition.models import Contest, Role, Stage
from judging.models import Assignment, EntryScore, Expert
from judging.reading.desk import seen_entry
from portal import demo
from portal.accounts.models import User
from portal.clock import now
from portal.slots import invariants
from submissions.models import Entry

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


class TestDemonstration(TestCase):
    """Built once for all of these; each puts back what it changed."""

    @classmethod
    def setUpTestData(cls) -> None:
        call_command("seed", stdout=StringIO())
        run()
        cls.contest = Contest.objects.get(slug="demo")

    def test_every_role_has_somebody_who_can_sign_in(self):
        assert {part for _email, _name, part in demo.accounts()} == {part for _address, _name, part in demo.CAST}
        assert set(self.contest.roles.values_list("role", flat=True)) == set(Role.Name.values) - {"observer"}
        for email, _name, _part in demo.accounts():
            assert self.client.login(username=email, password=demo.password())

    def test_what_a_visitor_wants_to_try_is_open_at_once(self):
        open_now = set(self.contest.stages.open_at(now()).values_list("kind", flat=True))
        assert open_now == {Stage.Kind.SUBMISSION, Stage.Kind.SCREENING, Stage.Kind.REVIEW, Stage.Kind.ROADSHOW}

    def test_entries_stand_in_every_state_and_some_are_ranked(self):
        entries = Entry.objects.filter(contest=self.contest)
        assert set(entries.values_list("status", flat=True)) == {
            Entry.Status.DRAFT,
            Entry.Status.SUBMITTED,
            Entry.Status.RETURNED,
            Entry.Status.DISQUALIFIED,
        }
        assert entries.awaiting_check().exists()
        assert entries.passed_check().exists()
        assert Assignment.objects.filter(stage__contest=self.contest).exists()
        assert EntryScore.objects.filter(stage__contest=self.contest, sheets__gt=0).exists()

    def test_track_three_is_judged_by_the_judges_whose_accounts_can_be_opened(self):
        judges = Expert.objects.filter(contest=self.contest, tracks__track__number=3).values_list("email", flat=True)
        assert sorted(judges) == [f"judge{number}@{demo.DOMAIN}" for number in (1, 2, 3)]

    def test_judges_see_neither_the_section_on_the_organisation_nor_its_letter(self):
        for assignment in Assignment.objects.filter(stage__contest=self.contest)[:3]:
            seen = seen_entry(assignment)
            assert "牵头单位情况" not in [section.title for section in seen.sections]
            assert "盖章承诺书" not in [file.label for file in seen.files]

    def test_the_data_are_sound(self):
        # Each test has a folder of its own for files, so the bytes of what was built before are elsewhere.
        lines = [line for invariant in invariants if not invariant.deep for line in invariant.violations()]
        assert [line for line in lines if not line.startswith("the bytes of")] == []

    def test_running_it_again_moves_the_stages_and_nothing_else(self):
        counts = (Entry.objects.count(), Expert.objects.count(), User.objects.count())
        self.contest.stages.update(opens_at=now() - timedelta(days=90), closes_at=now() - timedelta(days=80))
        run()
        assert self.contest.stages.open_at(now()).count() == 4
        assert (Entry.objects.count(), Expert.objects.count(), User.objects.count()) == counts

    def test_removing_it_closes_the_accounts_and_hides_the_contest_until_it_is_made_again(self):
        assert [error.id for error in demo.no_demonstration_in_public(None)] == ["portal.E001"]
        assert "closed" in run("--remove")
        self.contest.refresh_from_db()
        assert not self.contest.is_published
        assert demo.accounts() == []
        assert not User.objects.filter(is_superuser=True, email__endswith=f"@{demo.DOMAIN}").exists()
        assert demo.no_demonstration_in_public(None) == []
        assert not self.client.login(username=f"captain@{demo.DOMAIN}", password=demo.password())
        assert "no demonstration" in run("--remove")
        assert "no demonstration" in run("--accounts")
        run()
        self.contest.refresh_from_db()
        assert self.contest.is_published
        assert len(demo.accounts()) == len(demo.CAST)


def test_a_contest_that_it_did_not_make_is_left_alone():
    call_command("seed", stdout=StringIO())
    Contest.objects.filter(slug="hubei-2024").update(slug="demo")
    with pytest.raises(CommandError, match="was not made by the demonstration"):
        run()
    assert Contest.objects.get(slug="demo").code == "HB24"


def test_it_needs_the_seeded_contest():
    with pytest.raises(CommandError, match=r"manage\.py seed"):
        run()
