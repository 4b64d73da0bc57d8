"""An entry leaves the contest while it is judged, or comes back: what its judges hear."""

import pytest

from portal.notices.models import Notice
from portal.notices.rendering import words
from submissions.actions import disqualify_entry, reinstate_entry
from tests.competition.factories import NOW, make_role
from tests.judging.factories import make_panel
from tests.submissions.factories import make_person

pytestmark = pytest.mark.django_db
REASON = "与往届获奖作品相同"


@pytest.fixture
def panel():
    return make_panel(experts=3, entries=2, seats=2)


@pytest.fixture
def organiser(panel):
    person = make_person()
    make_role(person, panel.contest, "organiser")
    return person


def out(entry, organiser, **given):
    seen = entry.current_version.number
    return disqualify_entry(**{"actor": organiser, "entry": entry, "seen": seen, "reason": REASON, "now": NOW} | given)


def heard():
    return Notice.objects.filter(kind="judging.entry_standing", channel="mail")


def test_each_judge_who_has_it_hears_that_it_left_and_not_why(panel, organiser):
    entry = panel.entries[0]
    having = {seat.expert.user_id for seat in entry.assignments.select_related("expert")}
    out(entry, organiser)
    assert having and {notice.recipient_id for notice in heard()} == having
    for notice in heard():
        for language in ("zh-hans", "en"):
            said = words(notice, language=language)
            assert entry.number in said.subject and entry.number in said.text
            assert REASON not in said.text and entry.title not in said.text


def test_they_hear_that_it_is_back(panel, organiser):
    row = out(panel.entries[0], organiser)
    count = heard().count()
    reinstate_entry(actor=organiser, row=row, reason="核对后系同一团队的延续项目", now=NOW)
    assert heard().count() == 2 * count
    assert heard().order_by("pk").last().context["takes_part"] is True


def test_after_the_stage_nobody_is_disturbed(panel, organiser):
    out(panel.entries[0], organiser, now=panel.stage.closes_at)
    assert not heard().exists()
