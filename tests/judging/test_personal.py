"""The copy of a judge's data, and what a judge who asks to be forgotten settles first and leaves behind."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from judging.actions import recuse_judge
from judging.models import Expert, FormerPost, Pledge
from portal.accounts.erasing import ask_erasure, decide_erasure, kept_of, obstacles_of
from tests.judging.factories import NOW, make_panel, score, score_and_seal
from tests.portal.factories import make_organisation, make_superuser, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return make_panel(experts=2, entries=2)


def copy_of(client, person):
    client.force_login(person)
    response = client.post(reverse("personal_copy"))
    return ZipFile(BytesIO(b"".join(response.streaming_content)))


def read(archive, panel, name):
    return json.loads(archive.read(f"judging/{panel.contest.slug}/{name}.json"))


def test_the_copy_holds_the_profile_the_pledges_and_the_marks(client, panel):
    judge = panel.experts[0]
    FormerPost.objects.create(expert=judge, name="某研究院", until_year=2020)
    first, second = (panel.assignment(judge, entry) for entry in panel.entries)
    backed = make_organisation(name="某投资公司")
    Pledge.objects.create(
        expert=judge, stage=panel.stage, text_version="1", ticked=[backed.public_id], note="顾问", signed_at=NOW
    )
    score_and_seal(first, 80, 91)
    score(second, 70, 75)
    archive = copy_of(client, judge.user)
    profile, sheets = read(archive, panel, "expert"), read(archive, panel, "sheets")
    assert (profile["name"], profile["email"], profile["code"]) == (judge.name, judge.email, judge.code)
    assert profile["former_posts"] == [{"name": "某研究院", "from_year": None, "until_year": 2020}]
    assert [(one["interest_in"], one["note"]) for one in profile["pledges"]] == [(["某投资公司"], "顾问")]
    assert {sheet["entry"] for sheet in sheets} == {entry.number for entry in panel.entries}
    marks = {sheet["entry"]: sheet["sheet"] for sheet in sheets}
    sealed, ready = marks[first.entry.number], marks[second.entry.number]
    assert (sealed["state"], sealed["marks"]) == ("sealed", {"C1": "80.00", "C2": "91.00"})
    assert (ready["state"], ready["sealed_at"]) == ("ready", None)


def test_the_copy_names_nobody_of_the_entries_and_no_other_judge(client, panel):
    score_and_seal(panel.assignment(panel.experts[0], panel.entries[0]), 80, 90)
    archive = copy_of(client, panel.experts[0].user)
    everything = "".join(archive.read(name).decode() for name in archive.namelist() if name.startswith("judging/"))
    team = panel.entries[0].team
    for secret in (team.lead_organisation.name, team.captain.name, team.captain.email, panel.experts[1].name):
        assert secret
        assert secret not in everything


def test_somebody_who_judges_nowhere_has_no_such_folder(client, panel):
    assert not [name for name in copy_of(client, make_user()).namelist() if name.startswith("judging/")]


def test_who_is_still_awaited_judges_or_leaves_first(panel):
    judge = panel.experts[0]
    first, second = (panel.assignment(judge, entry) for entry in panel.entries)
    obstacle = obstacles_of(judge.user, NOW)[0]
    assert "2 件作品" in str(obstacle)
    assert obstacle.url == reverse("judge_queue", args=[panel.stage.public_id])
    score_and_seal(first, 80, 90)
    assert "1 件作品" in str(obstacles_of(judge.user, NOW)[0])
    assert obstacles_of(judge.user, panel.stage.closes_at) == []
    recuse_judge(actor=judge.user, assignment=second, reason="曾任职", now=NOW)
    assert obstacles_of(judge.user, NOW) == []


def test_what_stays_is_said(panel):
    assert len(kept_of(panel.experts[0].user)) == 2
    assert all(panel.contest.name in sentence for sentence in kept_of(panel.experts[0].user))
    assert kept_of(make_user()) == []


def test_who_was_forgotten_gets_no_entries_any_more(panel):
    judge = panel.experts[0]
    request = ask_erasure(actor=judge.user, reason="", now=panel.stage.closes_at)
    decide_erasure(actor=make_superuser(), request=request, grant=True, answer="", now=panel.stage.closes_at)
    assert list(Expert.objects.accepted().filter(contest=panel.contest)) == [panel.experts[1]]
